"""Facts fresher than the list; those who follow a firm are told of its new facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from vigie.agents.models import Follow
from vigie.journal.actions import record
from vigie.publication.read import Publication as Folder
from vigie.publication.read import manifest_hash
from vigie.rights.person import SYSTEM
from vigie.watchlists.models import FactsFolder
from vigie.watchlists.queries.freshness import shown_before


def receive_facts(found: Folder, *, at: datetime) -> FactsFolder:
    """Keeps the folder and tells those who follow a firm whose facts it changes. Can be run again."""
    known = FactsFolder.objects.filter(code=found.manifest.publication_id).first()
    if known is not None:
        return known
    changed = _changed(found, at)
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


def _changed(found: Folder, at: datetime) -> dict[str, list[str]]:
    """The firms that somebody follows, and the tables whose rows are not those shown until now."""
    kept = {}
    for siren in Follow.objects.running(at).order_by("siren").values_list("siren", flat=True).distinct():
        before: dict[str, Any] = shown_before(siren, found.tables)
        moved = [name for name, rows in before.items() if found.dossier(siren, [name])[name] != rows]
        if moved:
            kept[siren] = moved
    return kept
