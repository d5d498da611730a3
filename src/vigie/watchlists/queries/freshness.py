"""Which files a sheet reads: those of the open list, or fresher ones received since."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from vigie.publication.read import Publication as Folder
from vigie.watchlists.models import FactsFolder, Publication
from vigie.watchlists.queries.door import facts_folder, list_folder


@dataclass(frozen=True)
class Series:
    """Rows of a table for a firm. fresher: the facts folder they come from, empty when it is the list."""

    rows: list[dict[str, Any]]
    fresher: str = ""


def series(publication: Publication, siren: str, tables: Iterable[str]) -> dict[str, Series]:
    """Each table from the newest folder that holds it. 1 query."""
    folders = _folders(publication)
    found = {}
    for name in tables:
        code, folder = next(((code, one) for code, one in folders if name in one.tables), ("", None))
        rows = folder.dossier(siren, [name])[name] if folder is not None else []
        found[name] = Series(rows, code)
    return found


def _folders(publication: Publication) -> list[tuple[str, Folder]]:
    """The facts received since the list was written, the newest first, then the list itself."""
    written = datetime.fromisoformat(publication.told["created_at"])
    newer = FactsFolder.objects.filter(written_at__gt=written).order_by("-written_at", "-pk")
    folders = [(row.code, facts_folder(row.code, row.fingerprint)) for row in newer[:12]]
    return [*folders, ("", list_folder(publication.code, publication.fingerprint))]


def shown_before(siren: str, tables: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """What sheets show of the firm in these tables now; empty when no list is open. 2 queries."""
    current = Publication.objects.current().first()
    if current is None:
        return {}
    return {name: found.rows for name, found in series(current, siren, sorted(tables)).items()}


def data_until(publication: Publication) -> dict[str, date]:
    """Source → last day of its facts in the list."""
    return {
        source["name"]: date.fromisoformat(source["data_until"])
        for source in publication.told["sources"]
        if source["data_until"]
    }
