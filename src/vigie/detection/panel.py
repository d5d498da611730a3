"""The panel: one row per firm and month, as it was known at that month.

Each month is built from the deliveries in hand at that month; months older than the first delivery are built from it,
each row of it counting only from the month it could be known. Firms are taken by ranges of SIREN, so that memory does
not grow with their number, and every month of a range is computed in one pass: windows run over the complete grid.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa

from vigie.detection import perimeter as perimeters
from vigie.detection.engine import (
    Engine,
    MonthFiles,
    Table,
    attach,
    engine,
    index_of,
    month_index,
    month_of,
    months_grid,
    places,
)
from vigie.detection.features import (
    debts,
    finance,
    identity,
    payment_plans,
    proceedings,
    series,
    short_time_work,
    workforce,
)
from vigie.detection.features.facts import NEEDED, Facts
from vigie.detection.features.feature import PANEL_HISTORY_MONTHS
from vigie.detection.features.registry import CONTEXT, FEATURES, available
from vigie.detection.lake import code_fingerprint, fingerprint, read_json, write_json
from vigie.detection.perimeter import Perimeter
from vigie.kernel.errors import SourceError
from vigie.kernel.period import Month

Inputs = Mapping[str, Mapping[Month, Path]]
PACKAGE = Path(__file__).parent
CODE = ("panel.py", "perimeter.py", "engine.py", "features")
FIRMS_AT_A_TIME = 32_768
REQUIRED = ("sirene", "sirene_ul", "sirene_histo", "effectif_ent")
# What each feature is in the files: a flag, or a number.
_TYPES = {entry.code: pa.bool_() if entry.kind == "flag" else pa.float64() for entry in FEATURES if entry.available}
FAMILIES: tuple[Callable[[Facts, Table], Table], ...] = (
    debts.features,
    payment_plans.features,
    short_time_work.features,
    finance.features,
    workforce.features,
    identity.features,
    proceedings.features,
)


@dataclass
class PanelReport:
    """What a build did: rows by month written, months that stood, firms, columns, seconds."""

    built: dict[Month, int] = field(default_factory=dict)
    kept: list[Month] = field(default_factory=list)
    firms: int = 0
    features: int = 0
    seconds: float = 0.0


def version() -> str:
    """A short name of the code that builds the panel: another code, another panel."""
    return code_fingerprint(*(PACKAGE / place for place in CODE))[:12]


def month_file(out_dir: Path, month: Month) -> Path:
    """Where the rows of a month stand."""
    return out_dir / f"month={month}.parquet"


def deliveries_at(inputs: Inputs, month: Month) -> dict[str, Month]:
    """The delivery in hand at a month, by source: the last one by then, or the first of all before any came."""
    chosen = {}
    for source, batches in inputs.items():
        if batches and source in NEEDED:
            past = [batch for batch in batches if batch <= month]
            chosen[source] = max(past) if past else min(batches)
    return chosen


def build(
    lake_inputs: Inputs,
    months: Sequence[Month],
    out_dir: Path,
    perimeter: Perimeter,
    *,
    threads: int = 2,
    memory_limit: str = "2GB",
    temp_directory: Path | None = None,
    firms_at_a_time: int = FIRMS_AT_A_TIME,
    say: Callable[[str], None] = lambda _: None,
) -> PanelReport:
    """Writes `month=AAAA-MM.parquet` for each month, sorted by siren; a month whose deliveries and code stand is kept.

    lake_inputs: by source, the typed Parquet file of each batch. Raises SourceError when Sirene or the workforce of
    firms was never delivered: without them nobody is followed.
    """
    started = time.perf_counter()
    missing = [source for source in REQUIRED if not lake_inputs.get(source)]
    if missing:
        raise SourceError(missing[0], "never delivered: the perimeter cannot be evaluated without it")
    report = PanelReport(features=len(available()))
    groups: dict[tuple[tuple[str, Month], ...], list[Month]] = {}
    for month in sorted(months):
        chosen = tuple(sorted(deliveries_at(lake_inputs, month).items()))
        if stands(lake_inputs, dict(chosen), month, out_dir, perimeter):
            report.kept.append(month)
        else:
            groups.setdefault(chosen, []).append(month)
    settings = {"threads": threads, "memory_limit": memory_limit, "temp_directory": temp_directory}
    for chosen, wanted in groups.items():
        paths = {source: lake_inputs[source][batch] for source, batch in chosen}
        with engine(**settings) as opened:  # type: ignore[arg-type]
            work = _Build(opened, paths, dict(chosen), wanted, perimeter, firms_at_a_time, threads, say)
            report.built |= work.run(out_dir)
            report.firms = max(report.firms, work.firms.num_rows)
        for month in wanted:
            write_json(_state_file(out_dir, month), _state(lake_inputs, dict(chosen), month, perimeter))
    report.seconds = time.perf_counter() - started
    return report


def stands(inputs: Inputs, chosen: Mapping[str, Month], month: Month, out_dir: Path, perimeter: Perimeter) -> bool:
    """Whether the file of a month was built by this code from these deliveries."""
    known = read_json(_state_file(out_dir, month))
    return month_file(out_dir, month).exists() and known == _state(inputs, chosen, month, perimeter)


def _state_file(out_dir: Path, month: Month) -> Path:
    return out_dir / f"month={month}.json"


def _state(inputs: Inputs, chosen: Mapping[str, Month], month: Month, perimeter: Perimeter) -> dict[str, object]:
    """What the rows of a month depend on. Deliveries are never rewritten: the size and the end of a file name it."""
    files = {}
    for source, batch in sorted(chosen.items()):
        with inputs[source][batch].open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - 65_536))
            files[source] = [str(batch), size, fingerprint(file.read().hex())[:16]]
    rules = repr(sorted(perimeter.activities | perimeter.legal_categories)), str(perimeter.version)
    return {"version": version(), "perimeter": fingerprint(repr(rules), repr(
        (perimeter.workforce_at_least, perimeter.window_months, perimeter.recent_months))), "files": files}  # fmt: skip


class _Build:
    """One build: some months, from one set of deliveries."""

    def __init__(
        self, opened: Engine, paths: Mapping[str, Path], batches: Mapping[str, Month], months: Sequence[Month],
        perimeter: Perimeter, firms_at_a_time: int, threads: int, say: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.engine, self.months, self.perimeter, self.say = opened, sorted(months), perimeter, say
        self.paths, self.batches, self.size, self.threads = paths, batches, firms_at_a_time, threads
        self.tables = {source: _typed(opened, source, path) for source, path in paths.items()}
        self.first = self._first_month()
        self.last = index_of(self.months[-1])
        self.anchor = perimeters.anchor_of(
            opened.value(perimeters.latest_workforce_month(self.tables["effectif_ent"])), self.months[-1]
        )
        self.firms = opened.arrow(self._firms())
        self.rates = self._rates()

    def run(self, out_dir: Path) -> dict[Month, int]:
        """Writes the files of the months; gives their rows."""
        files = MonthFiles({index_of(month): month_file(out_dir, month) for month in self.months})
        try:
            for start in range(0, max(self.firms.num_rows, 1), self.size):
                self.say(f"{start}/{self.firms.num_rows}")
                with self.engine.scope():
                    self._range(self.firms.slice(start, self.size), files)
            files.close()
        finally:
            files.abandon()
        return {month_of(index): rows for index, rows in files.rows.items()}

    def _first_month(self) -> int:
        """The grid begins with the history, but not before the first contributions: earlier, zero would be a guess."""
        wanted = index_of(self.months[0]) - PANEL_HISTORY_MONTHS
        if "cotisation" not in self.tables:
            return wanted
        known = self.engine.value(month_index(self.tables["cotisation"].period_start).min())
        return wanted if known is None else min(max(wanted, known), index_of(self.months[0]))

    def _firms(self) -> Table:
        """Firms that the perimeter holds at one month or another of the grid: siren and what Sirene says, in order."""
        rows = self.tables["effectif_ent"]
        month = month_index(rows.month)
        low = index_of(self.months[0]) - workforce.DELAY_MONTHS - self.perimeter.window_months
        large = rows.filter(
            rows.workforce_count >= self.perimeter.workforce_at_least, month > low, month <= self.anchor
        )
        units = perimeters.unit_facts(self.tables["sirene_ul"], self.tables["sirene"])
        kept = units.semi_join(large.select("siren").distinct(), "siren")
        excluded = kept.legal_category.isin(sorted(self.perimeter.legal_categories)) | kept.naf.isin(
            sorted(self.perimeter.activities)
        )
        return kept.filter(~excluded.fill_null(False), kept.departement.notnull()).order_by("siren")

    def _rates(self) -> pa.Table:
        """The failure rates of sectors and départements, over all the firms."""
        firms = self.engine.load(self.firms.drop_columns(["unit_state"]))
        opened = self.tables.get("procol")
        if opened is None or not self.firms.num_rows:
            rows = {"naf_section": pa.string(), "departement": pa.string(), "month": pa.int32()}
            names = {**rows, "failure_rate": pa.float64()}
            return pa.table({name: pa.array([], kind) for name, kind in names.items()})
        begin = self.first - identity.RATE_LAG_MONTHS - identity.RATE_WINDOW_MONTHS
        months = self.engine.load(pa.table({"month": pa.array(range(begin, self.last + 1), pa.int32())}))
        table = identity.failure_rates(firms, proceedings.openings(opened), months)
        known = self.engine.value(month_index(opened.effective_on).min())
        if known is not None:
            table = table.filter(table.month >= known + identity.RATE_LAG_MONTHS + identity.RATE_WINDOW_MONTHS - 1)
        return self.engine.arrow(table)

    def _range(self, firms: pa.Table, files: MonthFiles) -> None:
        """Computes a range of firms and adds its rows to the file of each month.

        While the engine computes a family, another thread lays the rows of the one before it month after month.
        """
        facts = self._facts(firms)
        base = self.engine.keep(base_columns(facts))
        parts = [family(facts, base) for family in FAMILIES] + [self._membership(facts, base)]
        with ThreadPoolExecutor(1) as pool:
            laid = [pool.submit(self._by_month, self._rows(part), firms.num_rows) for part in parts]
        columns = {name: column for part in laid for name, column in part.result().items()}
        siren = firms["siren"].combine_chunks()

        def write(place: int, month: Month) -> None:
            files.add(index_of(month), _month_rows(siren, columns, place, month))

        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(write, range(len(self.months)), self.months))

    def _rows(self, part: Table) -> pa.Table:
        """The rows of a family for the months wanted, in any order; row: firm × months of the grid + month."""
        rows = part.filter(part.month >= index_of(self.months[0]))
        keyed = rows.mutate(row=rows.siren.cast("int64") * self._span + (rows.month - self.first))
        return self.engine.arrow(keyed.drop("siren", "month"))

    @property
    def _span(self) -> int:
        return self.last - self.first + 1

    def _by_month(self, rows: pa.Table, firms: int) -> dict[str, pa.Array]:
        """The columns of a family, typed as the registry says: every firm of the first month, of the second, …"""
        offsets = [index_of(month) - self.first for month in self.months]
        where = places(rows, firms * self._span, "row").reshape(firms, self._span)[:, offsets]
        order = pa.array(np.ascontiguousarray(where.T).ravel())
        return {
            name: rows[name].combine_chunks().cast(_TYPES.get(name, rows[name].type)).take(order)
            for name in rows.column_names
            if name != "row"
        }

    def _facts(self, firms: pa.Table) -> Facts:
        numbers = pa.array(range(firms.num_rows), pa.int32())
        keys = self.engine.load(pa.table({"key": numbers, "siren": firms["siren"]}))
        tables = {source: self.engine.near(path, list(NEEDED[source]), keys) for source, path in self.paths.items()}
        described = firms.set_column(firms.schema.get_field_index("siren"), "siren", numbers)
        tables["firms"] = self.engine.load(described.drop_columns(["unit_state"]))
        tables["failure_rates"] = self.engine.load(self.rates)
        grid = self.engine.keep(months_grid(self.engine, tables["firms"], month_of(self.first), month_of(self.last)))
        return Facts(
            self.engine, grid, self.first, self.last, tables, frozenset(self.tables),
            {source: index_of(batch) for source, batch in self.batches.items()},
        )  # fmt: skip

    def _membership(self, facts: Facts, base: Table) -> Table:
        """siren, month, in_perimeter: the rules of the perimeter at each month."""
        known = self.perimeter.window_months
        recent = self.perimeter.recent_months or known
        firms = facts.table("firms")
        table = base.select(
            "siren", "month",
            highest_workforce=base.reported_count.max().over(series.last_months(known)),
            has_recent_workforce=series.known(base.reported_count, recent) > 0,
        )  # fmt: skip
        limit = self.anchor + workforce.DELAY_MONTHS
        late = table.mutate(anchor=ibis.ifelse(table.month > limit, limit, table.month).cast("int32"))
        if limit < self.last:
            then = table.view()
            late = late.left_join(then, [late.siren == then.siren, late.anchor == then.month]).select(
                late.siren, late.month, then.highest_workforce, then.has_recent_workforce
            )
        active = identity.active_by_month(facts.grid, facts.table("sirene_histo"))
        joined = attach(late, active, ["siren", "month"], ["is_active"])
        joined = attach(joined, firms, "siren", ["legal_category", "naf", "departement"])
        full = joined.mutate(is_known=True)
        return full.select("siren", "month", in_perimeter=perimeters.reason(full, self.perimeter).isnull())


def base_columns(facts: Facts) -> Table:
    """The monthly series that several families share: siren × month, complete.

    due_micro?, employee_cents?, employer_cents?, workforce_count?, workforce_carried, reported_count?. The debt is
    unknown, not zero, when its source was never delivered.
    """
    dues = debts.contributions_by_month(facts.table("cotisation"), as_known=True)
    stock = debts.debt_stock(facts.grid, debts.debt_events(facts.table("debit")), facts.first)
    reported = workforce.workforce_by_month(facts.table("effectif_ent"))
    carried = workforce.carried(facts.grid, reported, facts.first)
    if "debit" not in facts.delivered:
        stock = stock.mutate(employee_cents=ibis.null("int64"), employer_cents=ibis.null("int64"))
    table = attach(stock, carried, ["siren", "month"])
    table = attach(table, dues, ["siren", "month"], ["due_micro"])
    return attach(table, reported, ["siren", "month"], ["reported_count"])


def _typed(opened: Engine, source: str, path: Path) -> Table:
    """The needed columns of a typed file."""
    rows = opened.read(path)
    return rows.select(*(name for name in NEEDED[source]))


def _month_rows(siren: pa.Array, columns: Mapping[str, pa.Array], place: int, month: Month) -> pa.Table:
    """The rows of one month, firms in order, columns in the order of the registry. place: of the month in the columns.

    columns: firms × months values each, those of the first month first.
    """
    firms = len(siren)
    ordered = {"siren": siren, "month": pa.array([month.first_day] * firms, pa.date32())}
    ordered |= {name: columns[name].slice(place * firms, firms) for name in (*CONTEXT, *_TYPES)}
    return pa.table(ordered)
