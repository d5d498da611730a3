"""« Orienter vers un conseiller »: files a need with the matching service, as after a visit. Nothing of the detection
goes with it: the experts learn that an agent met the firm, and what the firm said (S-60).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vigie.directory.models import Subject
from vigie.followup.actions.members import locked, refuse_completed
from vigie.followup.actions.snapshots import tell
from vigie.followup.models import Followup, Referral
from vigie.kernel.errors import InvalidInput
from vigie.kernel.text import fold
from vigie.matching.actions import visit_draft, visit_sending
from vigie.matching.actions.visit_draft import Met
from vigie.rights.person import Person
from vigie.rights.reach import require

# What an expert must never read (folded). A text that holds one of them comes back to its author.
SECRET_WORDS = (
    "LISTE DE DETECTION", "SIGNAUX FAIBLES", "SIGNAL FAIBLE", "NIVEAU D ALERTE", "EN ALERTE", "SEUIL F1", "SEUIL F2",
    "RISQUE DE DEFAILLANCE", "SCORE DE",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """The need, in the words of the firm, and who was met."""

    met: Met
    subject: Subject
    content: str
    consent: bool


@transaction.atomic
def refer(followup: Followup, told: Told, *, form_token: str, by: Person, at: datetime) -> Referral:
    """Files the need and puts it before the experts that the rules give. The same form sent twice files it once.

    InvalidInput without the consent of the firm, or when the text names what only agents may know.
    """
    row = locked(followup)
    require(by, "file.refer", row)
    refuse_completed(row)
    refuse_secret(told.content)
    visit = visit_draft.begin(told.met, consent=told.consent, form_token=form_token, by=by, at=at)
    earlier = Referral.objects.filter(visit=visit).first()
    if earlier is not None:
        return earlier
    need = visit_draft.put_need(visit, told.subject, told.content, {}, by=by, at=at)
    ticked = set(need.candidates.filter(ticked=True).values_list("expert_id", flat=True))
    shown = visit_sending.proposed(need)
    visit_sending.file_visit(visit, {need.pk: ticked}, shown={need.pk: shown}, by=by, at=at)
    referral = Referral.objects.create(followup=row, visit=visit, author_id=by.user_id or 0, at=at)
    row.modified_at = at
    row.save(update_fields=["modified_at"])
    tell("file.referred", row, by=by, at=at, changes={"subject": told.subject.slug})
    return referral


def refuse_secret(content: str) -> None:
    """InvalidInput when the text names the detection."""
    text = " ".join(fold(content).replace("'", " ").replace("’", " ").split())
    found = next((words for words in SECRET_WORDS if words in text), "")
    if found:
        raise InvalidInput(
            "secret_words",
            f"L’expert lira ce texte\u00a0: n’y parlez pas de la détection («\u00a0{found.lower()}\u00a0»). Gardez ce "
            "que l’entreprise demande.",
            field="content",
        )
