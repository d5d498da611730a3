"""What happened in the files of a firm, for its timeline: only those that the reader may open."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from vigie.followup.models import Analysis, Followup
from vigie.kernel.period import PARIS
from vigie.rights.person import Person
from vigie.ui.components import Step

TALK = ("analyses__pk", "analyses__talked_on", "analyses__channel", "analyses__verdict")
NEED = ("referrals__pk", "referrals__at")
FILE = ("pk", "created_at", "ended_at")


def file_moments(person: Person, siren: str) -> list[Step]:
    """Files opened and ended, talks with the firm, needs filed; in no order. 1 query."""
    rows = list(Followup.objects.allowed(person, "file.view").filter(siren=siren).values(*FILE, *TALK, *NEED))
    kept = []
    for one in _each(rows, FILE):
        kept.append(Step("Accompagnement ouvert", one["created_at"]))
        kept += [Step("Accompagnement terminé", one["ended_at"])] if one["ended_at"] else []
    for talk in _each(rows, TALK):
        channel, verdict = Analysis.Channel(talk["analyses__channel"]), Analysis.Verdict(talk["analyses__verdict"])
        said = f"{channel.label}\u00a0: {verdict.label.lower()}"
        at = datetime.combine(talk["analyses__talked_on"], time(0), PARIS)
        kept.append(Step("Échange avec l’entreprise", at, said, whole_day=True))
    kept += [Step("Besoin confié à un conseiller", need["referrals__at"]) for need in _each(rows, NEED)]
    return kept


def _each(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Each file, talk or need once: a row of the joined table tells one of each. columns: its key first."""
    return list({row[columns[0]]: row for row in rows if row[columns[0]] is not None}.values())
