"""Writing, proposing, approving and ending expert corrections. Who approves neither wrote nor proposed.

Every change of state puts the files of the corrections back in the feedback door, in the same transaction as the act
(``corrections_export``): the batch reads them there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from vigie.journal.actions import perform, record
from vigie.journal.jobs import enqueue
from vigie.kernel.errors import Forbidden, Refused, TransitionRefused
from vigie.kernel.period import Month, paris_day
from vigie.kernel.text import fold
from vigie.rights.person import SYSTEM, Person
from vigie.rights.reach import require
from vigie.ui.formats import counted
from vigie.watchlists.models_corrections import NEVER, WAITING, Correction
from vigie.watchlists.rules_corrections import Content, last_month, may_approve
from vigie.watchlists.states_corrections import APPROVED, DRAFT, PROPOSED

EXPORT_JOB, SIMULATE_JOB, COLLECT_JOB = "corrections_export", "correction_simulate", "simulations_collect"


@dataclass(frozen=True)
class Written:
    """What the form gives: the texts, the content, the months."""

    wording: str
    reason: str
    decision_reference: str
    content: Content
    first: Month
    months: int

    def values(self) -> dict[str, Any]:
        """The columns."""
        return {
            "wording": self.wording,
            "reason": self.reason,
            "decision_reference": self.decision_reference,
            "kind": self.content.kind,
            "content": self.content.stored(),
            "valid_from": self.first.first_day,
            "valid_until": last_month(self.first, self.months).first_day,
        }


@transaction.atomic
def write_draft(written: Written, *, by: Person, at: datetime) -> Correction:
    """A new correction, in the drafts of its author; the same one when he has just written it (a double click)."""
    require(by, "correction.write")
    assert by.user_id is not None
    twice = Correction.objects.filter(state=DRAFT, created_by_id=by.user_id, **written.values()).first()
    if twice is not None:
        return twice
    draft = Correction.objects.create(
        code=_free_code(written.wording), created_by_id=by.user_id, created_at=at, **written.values()
    )
    record("correction.written", draft, by=by, at=at)
    return draft


@transaction.atomic
def change_draft(correction: Correction, written: Written, *, by: Person, at: datetime) -> Correction:
    """The draft with what was changed; its simulation is no longer that of its content."""
    require(by, "correction.propose", correction)
    row = Correction.objects.select_for_update().get(pk=correction.pk)
    if row.state != DRAFT:
        raise TransitionRefused("not_a_draft", "Ce redressement est déjà proposé\u00a0: reprenez d’abord le brouillon.")
    values = written.values() | {"simulation": {}, "simulated_at": None, "simulation_state": NEVER}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=[*values])
    record("correction.changed", row, by=by, at=at)
    return row


@transaction.atomic
def write_next_version(correction: Correction, *, by: Person, at: datetime) -> Correction:
    """A draft that takes over from an approved version, with the same content to start from."""
    require(by, "correction.write")
    assert by.user_id is not None
    versions = Correction.objects.select_for_update().filter(code=correction.code)
    if versions.filter(state__in=[DRAFT, PROPOSED]).exists():
        raise Refused("version_open", "Une nouvelle version est déjà en préparation.")
    first = max(Month.of(paris_day(at)), correction.first_month)
    latest = max(versions.values_list("version", flat=True))
    draft = Correction.objects.create(
        code=correction.code, version=latest + 1, replaces=correction.version, wording=correction.wording,
        reason=correction.reason, decision_reference=correction.decision_reference, kind=correction.kind,
        content=correction.content, valid_from=first.first_day, valid_until=last_month(first, 6).first_day,
        created_by_id=by.user_id, created_at=at,
    )  # fmt: skip
    record("correction.written", draft, by=by, at=at)
    return draft


@transaction.atomic
def delete_draft(correction: Correction, *, by: Person, at: datetime) -> None:
    """Forgets a draft: nobody but its author has seen it."""
    require(by, "correction.propose", correction)
    row = Correction.objects.select_for_update().get(pk=correction.pk)
    if row.state != DRAFT:
        raise TransitionRefused("not_a_draft", "Ce redressement n’est plus un brouillon\u00a0: il est gardé.")
    record("correction.deleted", row, by=by, at=at)
    row.delete()


@transaction.atomic
def ask_simulation(correction: Correction, *, by: Person, at: datetime) -> Correction:
    """Starts the simulation in the background; asked twice, it runs once."""
    require(by, "correction.propose", correction)
    row = Correction.objects.select_for_update().get(pk=correction.pk)
    if row.state != DRAFT:
        raise TransitionRefused("not_a_draft", "Seul un brouillon se simule. Reprenez d’abord le brouillon.")
    if row.simulation_state != WAITING:
        row.simulation_state, row.simulation_asked_at = WAITING, at
        row.save(update_fields=["simulation_state", "simulation_asked_at"])
        record("correction.simulation_asked", row, by=by, at=at)
        enqueue(SIMULATE_JOB, correction_id=row.pk)
    return row


@transaction.atomic
def propose(correction: Correction, *, by: Person, at: datetime) -> Correction:
    """Puts the draft before somebody who may approve it."""
    return _moved(correction, "propose", by=by, at=at, changes={"proposed_by_id": by.user_id})


@transaction.atomic
def take_back(correction: Correction, *, by: Person, at: datetime) -> Correction:
    """Back to the drafts of its author."""
    return _moved(correction, "take_back", by=by, at=at)


@transaction.atomic
def approve(correction: Correction, *, by: Person, at: datetime) -> Correction:
    """Approves: the lists to come will apply it within its months. Never by its author nor its proposer."""
    row = Correction.objects.select_for_update().get(pk=correction.pk)
    if not may_approve(by.user_id, author=row.created_by_id, proposer=row.proposed_by_id):
        raise Forbidden("two_persons", "Une autre personne que l’auteur doit approuver ce redressement.")
    _refuse_overlap(row)
    return _moved(correction, "approve", by=by, at=at, changes={"approved_by_id": by.user_id})


@transaction.atomic
def refuse(correction: Correction, reason: str, *, by: Person, at: datetime) -> Correction:
    """Says no, and why."""
    return _moved(correction, "refuse", by=by, at=at, changes={"ended_reason": reason.strip()[:500]})


@transaction.atomic
def withdraw(correction: Correction, reason: str, *, by: Person, at: datetime) -> Correction:
    """Ends an approved correction before its time: the next lists do without it."""
    return _moved(correction, "withdraw", by=by, at=at, changes={"ended_reason": reason.strip()[:500]})


def expire_due(*, at: datetime) -> str:
    """Ends those whose last month is past (job of every day); gives the account."""
    month = Month.of(paris_day(at)).first_day
    over = Correction.objects.filter(state=APPROVED, valid_until__lt=month).order_by("pk")
    for correction in over:
        _moved(correction, "expire", by=SYSTEM, at=at)
    return counted(len(over), "redressement échu", "redressements échus")


@transaction.atomic
def _moved(
    correction: Correction, transition: str, *, by: Person, at: datetime, changes: dict[str, Any] | None = None
) -> Correction:
    moved: Correction = perform(correction, transition, by=by, at=at, changes=changes)
    enqueue(EXPORT_JOB)
    return moved


def _refuse_overlap(row: Correction) -> None:
    """Two approved versions of a code hold together only when the later one replaces the former."""
    others = Correction.objects.filter(code=row.code, state=APPROVED, valid_until__gte=row.valid_from)
    clashing = others.filter(valid_from__lte=row.valid_until).exclude(version=row.replaces or 0).first()
    if clashing is not None:
        raise Refused(
            "versions_overlap", f"La version {clashing.version} vaut aux mêmes mois. Retirez-la d’abord, ou attendez."
        )


def _free_code(wording: str) -> str:
    """A code made from the words, that no other correction has."""
    stem = "_".join(fold(wording).lower().split())[:40].strip("_")
    stem = stem if stem[:1].isalpha() and len(stem) >= 3 else f"redressement_{stem}".strip("_")
    taken = set(Correction.objects.filter(code__startswith=stem).values_list("code", flat=True))
    return next(code for code in (stem, *(f"{stem}_{number}" for number in range(2, 10_000))) if code not in taken)
