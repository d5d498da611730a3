"""Facts fresher than the list, and the people who asked to be told of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from vigie.journal.actions import record
from vigie.kernel.errors import Refused
from vigie.publication.read import Publication as Folder
from vigie.publication.read import manifest_hash
from vigie.rights.person import SYSTEM, Person
from vigie.rights.reach import require
from vigie.watchlists.models import Entry, FactsFolder, Subscription
from vigie.watchlists.queries.freshness import shown_before
from vigie.watchlists.queries.lists import subscriptions

SUBSCRIPTIONS_AT_MOST = 500  # of one person


def receive_facts(found: Folder, *, at: datetime) -> FactsFolder:
    """Keeps the folder and tells those who follow a firm whose facts it changes. Can be run again."""
    known = FactsFolder.objects.filter(code=found.manifest.publication_id).first()
    if known is not None:
        return known
    changed = _changed(found)
    with transaction.atomic():
        row, new = FactsFolder.objects.get_or_create(
            code=found.manifest.publication_id,
            defaults={
                "fingerprint": manifest_hash(found.folder),
                "written_at": found.manifest.created_at,
                "received_at": at,
                "told": {"cutoffs": {name: day.isoformat() for name, day in found.manifest.data_cutoffs.items()}},
                "changed": changed,
            },
        )
        if new:
            record("facts.received", row, by=SYSTEM, at=at, payload={"firms": len(changed)})
    return row


def _changed(found: Folder) -> list[str]:
    """The firms that somebody follows and whose rows are not those shown until now."""
    kept = []
    for siren in Subscription.objects.order_by("siren").values_list("siren", flat=True).distinct():
        before: dict[str, Any] = shown_before(siren, found.tables)
        if before and any(found.dossier(siren, [name])[name] != rows for name, rows in before.items()):
            kept.append(siren)
    return kept


@transaction.atomic
def subscribe(entry: Entry, *, by: Person, at: datetime) -> None:
    """The person will be told of the new facts of the firm. Twice is once."""
    require(by, "entry.subscribe", entry)
    if subscriptions(by).count() >= SUBSCRIPTIONS_AT_MOST:
        raise Refused("too_many_subscriptions", "Vous suivez déjà 500 entreprises. Retirez-en une d’abord.")
    row, new = subscriptions(by).get_or_create(siren=entry.siren, defaults={"since": at, "user_id": by.user_id or 0})
    if new:
        record("entry.subscribed", row, by=by, at=at)


@transaction.atomic
def unsubscribe(entry: Entry, *, by: Person, at: datetime) -> None:
    """The person will not be told any more."""
    require(by, "entry.subscribe", entry)
    row = subscriptions(by).filter(siren=entry.siren).first()
    if row is not None:
        record("entry.unsubscribed", row, by=by, at=at)
        row.delete()
