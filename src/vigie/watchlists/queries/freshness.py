"""Which files a sheet reads: those of the open list, or fresher ones received since."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from vigie.publication.read import Publication as Folder
from vigie.watchlists.models import FactsFolder, Publication
from vigie.watchlists.queries.door import facts_folder, list_folder

LOOKED_AT, READ_AT_MOST = 24, 12  # folders of facts, the last written first


@dataclass(frozen=True)
class Series:
    """Rows of a table for a firm. fresher: the facts folder they come from, empty when it is the list.

    until: source → last day of its facts, in that folder.
    """

    rows: list[dict[str, Any]]
    fresher: str = ""
    until: dict[str, date] = field(default_factory=dict)


class Dossier:
    """The files that the sheet of one firm reads, a table at a time and only when a panel asks for it."""

    def __init__(self, publication: Publication, siren: str) -> None:
        self.publication = publication
        self.siren = siren

    @cached_property
    def _folders(self) -> list[tuple[str, dict[str, date], Folder]]:
        return _folders(self.publication)

    def holds(self, table: str) -> bool:
        """Whether some source delivered it, for any firm. 1 query the first time."""
        return any(table in one.tables for _code, _until, one in self._folders)

    def series(self, table: str) -> Series:
        """Its rows from the newest folder that holds it; PublicationError when its file cannot be read."""
        for code, until, folder in self._folders:
            if table in folder.tables:
                return Series(folder.dossier(self.siren, [table])[table], code, until)
        return Series([])

    def rows_where(self, table: str, column: str, value: str) -> list[dict[str, Any]]:
        """The rows of all firms whose column holds this, from the folder that ``series`` reads."""
        for _code, _until, folder in self._folders:
            if table in folder.tables:
                return folder.rows_where(table, column, value)
        return []

    def sector_ratios(self, sector: str, size_band: str) -> list[dict[str, Any]]:
        """Quartiles of a sector, from the list."""
        return self._folders[-1][2].sector_ratios(sector, size_band)


def series(publication: Publication, siren: str, tables: Iterable[str]) -> dict[str, Series]:
    """Each table from the newest folder that holds it. 1 query."""
    dossier = Dossier(publication, siren)
    return {name: dossier.series(name) for name in tables}


def _folders(publication: Publication, before: datetime | None = None) -> list[tuple[str, dict[str, date], Folder]]:
    """The facts fresher than the list, the newest first, then the list itself."""
    written = datetime.fromisoformat(publication.told["created_at"])
    known = data_until(publication)
    newest = FactsFolder.objects.order_by("-written_at", "-pk")
    if before is not None:
        newest = newest.filter(received_at__lt=before)
    received = ((row, _dates(row.told.get("cutoffs", {}))) for row in newest[:LOOKED_AT])
    fresher = [(row, until) for row, until in received if row.written_at > written or _ahead(until, known)]
    folders = [
        (row.code, known | until, facts_folder(row.code, row.fingerprint)) for row, until in fresher[:READ_AT_MOST]
    ]
    return [*folders, ("", known, list_folder(publication.code, publication.fingerprint))]


def _ahead(until: dict[str, date], known: dict[str, date]) -> bool:
    """Whether facts go further than the list, and nowhere less far: a list of last month may be written after them."""
    days = [(day, known[name]) for name, day in until.items() if name in known]
    return any(day > listed for day, listed in days) and all(day >= listed for day, listed in days)


def _dates(told: dict[str, str]) -> dict[str, date]:
    return {name: date.fromisoformat(day) for name, day in told.items()}


Shown = dict[str, dict[str, list[dict[str, Any]]]]  # table → siren → its rows; a firm without rows is absent


def shown(
    publication: Publication, sirens: Collection[str], tables: Collection[str], before: datetime | None = None
) -> Shown:
    """What sheets show of these firms in these tables while this list is read, in one reading of each table.

    A table that no folder holds is absent. before: without the facts received since that moment. 1 query.
    """
    folders = [folder for _code, _until, folder in _folders(publication, before)]
    held = {name: next((one for one in folders if name in one.tables), None) for name in tables}
    return {name: folder.of_firms(name, sirens) for name, folder in held.items() if folder is not None}


def data_until(publication: Publication) -> dict[str, date]:
    """Source → last day of its facts in the list."""
    return {
        source["name"]: date.fromisoformat(source["data_until"])
        for source in publication.told["sources"]
        if source["data_until"]
    }
