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
    """The rules applied to the firms of today, kept under a name; the same sending twice gives the same list.

    Forbidden out of who may make it there; Refused when another list bears that name.
    """
    rules, quota, complete_to = dict(settings.rules), settings.quota, settings.complete_to
    earlier = ReworkedList.objects.filter(publication=publication, departement=departement, name=name).first()
    if earlier is not None:
        known = (earlier.user_id, earlier.rules, earlier.quota, earlier.complete_to)
        if known == (by.user_id, rules, quota, complete_to):
            return earlier
        raise Refused("name_taken", "Une liste retraitée porte déjà ce nom dans ce département.")
    made = ReworkedList.objects.create(
        publication=publication, departement=departement, name=name, rules=rules, quota=quota,
        complete_to=complete_to, user_id=by.user_id or 0, made_at=at,
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
    """A firm kept or dropped by hand; the same sending twice gives the same correction.

    Refused when it is so already; InvalidInput without a motive.
    """
    require(by, "reworked.make", entry.reworked)
    ReworkedList.objects.select_for_update().get(pk=entry.reworked_id)  # one correction at a time
    if not motive.strip():
        raise InvalidInput("motive_missing", "Dites pourquoi\u00a0: ce motif est gardé.", field="motif")
    motive = motive.strip()[:300]
    last = ReworkCorrection.objects.filter(entry=entry).order_by("-at", "-pk").first()
    if last is not None and (last.user_id, last.keeps, last.motive) == (by.user_id, keeps, motive):
        return last
    if ReworkedEntry.objects.now().get(pk=entry.pk).stays is keeps:  # type: ignore[attr-defined]
        state = "gardée" if keeps else "écartée"
        raise Refused("already_so", f"Cette entreprise est déjà {state}. Rechargez la page.")
    made = ReworkCorrection.objects.create(entry=entry, keeps=keeps, motive=motive, user_id=by.user_id or 0, at=at)
    record("reworked.corrected", entry.reworked, by=by, at=at, payload={"siren": entry.siren, "keeps": keeps})
    details = {"keeps": keeps}
    audit.note(
        "rework_corrected", AUDITED, str(entry.reworked_id), by=by, at=at, siren=entry.siren, details=details
    )  # fmt: skip
    return made
