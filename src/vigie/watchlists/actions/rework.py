"""Making the working list of a département, and correcting it by hand. The right is asked of the list itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vigie.journal import audit
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput, Refused
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.watchlists.models import Publication, ReworkCorrection, ReworkedEntry, ReworkedList
from vigie.watchlists.queries.rework import candidates
from vigie.watchlists.rules_rework import Settings, rework

AUDITED = "watchlists.ReworkedList"


@transaction.atomic
def make_reworked(
    publication: Publication, departement: str, name: str, settings: Settings, *, by: Person, at: datetime
) -> ReworkedList:
    """The rules applied to the firms of today, kept under a name. Forbidden out of who may make it there."""
    if ReworkedList.objects.filter(publication=publication, departement=departement, name=name).exists():
        raise Refused("name_taken", "Une liste retraitée porte déjà ce nom dans ce département.")
    made = ReworkedList.objects.create(
        publication=publication, departement=departement, name=name, rules=dict(settings.rules), quota=settings.quota,
        complete_to=settings.complete_to, user_id=by.user_id or 0, made_at=at,
    )  # fmt: skip
    require(by, "reworked.make", made)
    verdicts = rework(candidates(by, publication, departement), settings, publication.batch)
    ReworkedEntry.objects.bulk_create(
        [
            ReworkedEntry(
                reworked=made, siren=one.siren, kept=one.kept, reason=one.reason, dropped_by=list(one.dropped_by),
                place=one.place,
            )
            for one in verdicts
        ],
        batch_size=100,
    )  # fmt: skip
    kept = sum(one.kept for one in verdicts)
    record("reworked.made", made, by=by, at=at, payload={"kept": kept, "dropped": len(verdicts) - kept})
    audit.note("rework_made", AUDITED, str(made.pk), by=by, at=at, details={"rules": made.rules, "kept": kept})
    return made


@transaction.atomic
def correct(entry: ReworkedEntry, *, keeps: bool, motive: str, by: Person, at: datetime) -> ReworkCorrection:
    """A firm kept or dropped by hand. Refused when it is so already; InvalidInput without a motive."""
    require(by, "reworked.make", entry.reworked)
    ReworkedList.objects.select_for_update().get(pk=entry.reworked_id)  # one correction at a time
    if not motive.strip():
        raise InvalidInput("motive_missing", "Dites pourquoi\u00a0: ce motif est gardé.", field="motif")
    if ReworkedEntry.objects.now().get(pk=entry.pk).stays is keeps:  # type: ignore[attr-defined]
        state = "gardée" if keeps else "écartée"
        raise Refused("already_so", f"Cette entreprise est déjà {state}. Rechargez la page.")
    made = ReworkCorrection.objects.create(
        entry=entry, keeps=keeps, motive=motive.strip()[:300], user_id=by.user_id or 0, at=at
    )
    record("reworked.corrected", entry.reworked, by=by, at=at, payload={"siren": entry.siren, "keeps": keeps})
    details = {"keeps": keeps}
    audit.note(
        "rework_corrected", AUDITED, str(entry.reworked_id), by=by, at=at, siren=entry.siren, details=details
    )  # fmt: skip
    return made
