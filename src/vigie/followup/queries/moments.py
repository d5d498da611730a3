"""What happened in the files of a firm, for its timeline: only those that the reader may open."""

from __future__ import annotations

from datetime import datetime, time

from vigie.followup.models import Analysis, Followup, Referral
from vigie.kernel.period import PARIS
from vigie.rights.person import Person
from vigie.ui.components import Step


def file_moments(person: Person, siren: str) -> list[Step]:
    """Files opened and ended, talks with the firm, needs filed; in no order. 3 queries, 1 when there is no file."""
    files = list(Followup.objects.allowed(person, "file.view").filter(siren=siren))
    if not files:
        return []
    kept = [Step("Accompagnement ouvert", one.created_at) for one in files]
    kept += [Step("Accompagnement terminé", one.ended_at) for one in files if one.ended_at]
    for talk in Analysis.objects.filter(followup__in=files):
        said = f"{talk.get_channel_display()}\u00a0: {talk.get_verdict_display().lower()}"
        at = datetime.combine(talk.talked_on, time(0), PARIS)
        kept.append(Step("Échange avec l’entreprise", at, said, whole_day=True))
    kept += [Step("Besoin confié à un conseiller", one.at) for one in Referral.objects.filter(followup__in=files)]
    return kept
