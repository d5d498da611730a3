"""Imports the Sirene stock into the directory: legal units first, then establishments.

A run reads a file by batches; each batch and how far the run went are written in one transaction, so that a process
killed at any moment leaves whole batches, and a run taken up again, or begun again, ends with the same rows. By default
only what is open is brought in; what is already known follows its line, closed or not. When a whole file has been read,
what it no longer holds is closed, unless so much is absent that the file must be an extract.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.db.models import F

from vigie.companies import registry, search_index, stock_rows
from vigie.companies.models import Company, Establishment, ImportRun, Source
from vigie.companies.registry import CompanyRow, EstablishmentRow
from vigie.companies.rules import CLOSED_RANK
from vigie.companies.stock_file import FIRST_KEPT, Checked, Row, StockFile
from vigie.companies.stock_rows import PlaceLine, Rejected, UnitLine
from vigie.journal.crash import crash_point

UNITS, PLACES = "legal_units", "establishments"
# A full file lacks next to nothing of what an earlier one held: more is the sign of an extract, which closes nobody.
ABSENT_SHARE_MAX = 0.02
_CLOSED_AT_ONCE = 5_000

Progress = Callable[[int, int], None]  # rows done, rows of the file


@dataclass
class Account:
    """What a run did. read = kept + closed + without_unit + rejected; malformed lines are counted apart."""

    file: str
    everything: bool
    limit: int | None
    read: int = 0
    kept: int = 0
    closed: int = 0  # closed in the register, and not known here
    without_unit: int = 0  # establishments of a legal unit that is not in the directory
    rejected: int = 0
    malformed: int = 0
    hidden: int = 0  # kept, of which the law keeps the name and address back
    warnings: dict[str, int] = field(default_factory=dict)
    first_rejects: list[str] = field(default_factory=list)
    absent_closed: int = 0
    absent_left: int = 0  # too many to believe that they are closed


class Import:
    """The import of one file."""

    def __init__(
        self, kind: str, path: Path, *, at: datetime, everything: bool = False, limit: int | None = None
    ) -> None:
        self.kind = kind
        self.file = StockFile(path, stock_rows.UNITS if kind == UNITS else stock_rows.PLACES)
        self.at = at
        self.account = Account(path.name, everything, limit)
        self._words: set[str] = set()
        self._warnings: Counter[str] = Counter()

    def run(self, *, resume: bool = False, progress: Progress = lambda done, rows: None) -> Account:
        """Imports the file; resume: goes on from where an earlier run of the same content stopped."""
        checked = self.file.check()
        run = self._started(checked, resume=resume)
        if run.ended_at is None:
            limit = min(checked.rows, self.account.limit or checked.rows)
            for lines in self.file.batches(after=run.rows_done):
                lines = lines[: limit - run.rows_done]
                if not lines:
                    break
                self._batch(run, lines)
                progress(run.rows_done, limit)
            if run.rows_done == checked.rows:
                self._end(run)
        return self.account

    def _started(self, checked: Checked, *, resume: bool) -> ImportRun:
        run, _new = ImportRun.objects.get_or_create(
            kind=self.kind, fingerprint=checked.fingerprint, defaults={"started_at": self.at}
        )
        asked = {"everything": self.account.everything, "limit": self.account.limit}
        if resume and asked.items() <= run.report.items():
            # The moment of the first start is kept: what the file no longer holds is told by its older date.
            self.at = run.started_at
            self.account = Account(**run.report)
            self._warnings = Counter(self.account.warnings)
            return run
        self.account.malformed, self.account.first_rejects = checked.malformed, checked.first_malformed
        run.rows_done, run.rows_rejected, run.started_at, run.ended_at = 0, 0, self.at, None
        run.report = asdict(self.account)
        run.save()
        return run

    # --- batches ------------------------------------------------------------------------------------------------------
    def _batch(self, run: ImportRun, lines: Sequence[Row]) -> None:
        crash_point("import.before_batch")
        first = run.rows_done + 1
        with transaction.atomic():
            if self.kind == UNITS:
                companies = self._units([UnitLine._make(line) for line in lines], first)
                registry.write(companies=companies, learned=self._words)
                self.account.hidden += sum(not row.diffusible for row in companies)
                self.account.kept += len(companies)
            else:
                places = self._places([PlaceLine._make(line) for line in lines], first)
                registry.write(establishments=places, learned=self._words)
                self.account.hidden += sum(not row.diffusible for row in places)
                self.account.kept += len(places)
            crash_point("import.after_rows")
            self.account.read += len(lines)
            self.account.warnings = dict(self._warnings)
            run.rows_done += len(lines)
            run.rows_rejected = self.account.rejected + self.account.malformed
            run.report = asdict(self.account)
            run.save()
        crash_point("import.after_batch")

    def _units(self, lines: Sequence[UnitLine], first: int) -> list[CompanyRow]:
        numbered = self._numbered(lines, first, stock_rows.siren_of)
        known = self._known(Company, [s for _, line, s in numbered if not stock_rows.is_open_unit(line)])
        rows = []
        for place, line, siren in numbered:
            if not (self.account.everything or stock_rows.is_open_unit(line) or siren in known):
                self.account.closed += 1
                continue
            try:
                rows.append(stock_rows.read_unit(line, siren, self.at))
            except Rejected as why:
                self._reject(place, why)
        return rows

    def _places(self, lines: Sequence[PlaceLine], first: int) -> list[EstablishmentRow]:
        numbered = self._numbered(lines, first, stock_rows.siret_of)
        known = self._known(Establishment, [s for _, line, s in numbered if not stock_rows.is_open_place(line)])
        names = registry.names_of(list({siret[:9] for _, _, siret in numbered}))
        rows = []
        for place, line, siret in numbered:
            if not (self.account.everything or stock_rows.is_open_place(line) or siret in known):
                self.account.closed += 1
                continue
            if siret[:9] not in names:
                self.account.without_unit += 1
                continue
            try:
                rows.append(stock_rows.read_place(line, siret, names[siret[:9]], self.at))
            except Rejected as why:
                self._reject(place, why)
        return rows

    def _numbered(self, lines: Sequence[Any], first: int, number_of: Callable[[Any], tuple[str, str]]) -> list[Any]:
        """(place in the file, line, number) of the lines whose number can be read."""
        numbered = []
        for place, line in enumerate(lines, first):
            try:
                number, warning = number_of(line)
            except Rejected as why:
                self._reject(place, why)
                continue
            if warning:
                self._warnings[warning] += 1
            numbered.append((place, line, number))
        return numbered

    def _known(self, model: type[models.Model], numbers: list[str]) -> set[str]:
        if self.account.everything:
            return set()
        return set(model._default_manager.filter(pk__in=numbers).values_list("pk", flat=True))

    def _reject(self, place: int, why: Rejected) -> None:
        self.account.rejected += 1
        if len(self.account.first_rejects) < FIRST_KEPT:
            self.account.first_rejects.append(f"row {place}: {why}")

    # --- the end ------------------------------------------------------------------------------------------------------
    def _end(self, run: ImportRun) -> None:
        """The file was read to its end: what it no longer holds is closed."""
        crash_point("import.before_end")
        model: Any = Company if self.kind == UNITS else Establishment
        known = model.objects.filter(source=Source.SIRENE, is_active=True)
        absent = known.filter(seen_at__lt=run.started_at)
        count, total = absent.count(), known.count()
        if count > ABSENT_SHARE_MAX * total:
            self.account.absent_left = count
        else:
            changes: dict[str, Any] = {"is_active": False}
            if model is Establishment:
                changes["search_rank"] = F("search_rank") + CLOSED_RANK
            while numbers := list(absent.values_list("pk", flat=True)[:_CLOSED_AT_ONCE]):
                with transaction.atomic():
                    self.account.absent_closed += model.objects.filter(pk__in=numbers).update(**changes)
                crash_point("import.after_closing")
        search_index.refresh()
        run.report, run.ended_at = asdict(self.account), self.at
        run.save()
