"""Facts fresher than the list; those who follow a firm are told of its new facts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vigie.journal.actions import record
from vigie.kernel.period import paris_day
from vigie.publication.read import Publication as Folder
from vigie.publication.read import manifest_hash
from vigie.rights.person import SYSTEM
from vigie.watchlists.actions.news import followed_firms, news_of_facts, write_news
from vigie.watchlists.models import FactsFolder, Publication
from vigie.watchlists.queries.freshness import Shown, shown


def receive_facts(found: Folder, *, at: datetime) -> FactsFolder:
    """Keeps the folder and tells those who follow a firm whose facts it changes. Can be run again."""
    known = FactsFolder.objects.filter(code=found.manifest.publication_id).first()
    if known is not None:
        return known
    followed = followed_firms(at)
    current = Publication.objects.current().first()
    before = shown(current, followed, found.tables) if current is not None else {}
    after = {name: found.of_firms(name, followed) for name in found.tables}
    changed = {siren: moved for siren in followed if (moved := _moved(siren, before, after))}
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
            write_news(row.code, news_of_facts(followed, before, after, paris_day(at)), at=at)
            record("facts.received", row, by=SYSTEM, at=at, payload={"firms": len(changed)})
    return row


def _moved(siren: str, before: Shown, after: Shown) -> list[str]:
    """The tables whose rows are not those shown until now."""
    return sorted(name for name, rows in before.items() if after.get(name, {}).get(siren, []) != rows.get(siren, []))
