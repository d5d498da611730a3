"""The series behind a firm's sheet, at the grain in which they were delivered, for the firms of the list.

Work goes by ranges of SIREN, so that memory does not grow with the country; each range is sorted, and ranges follow
each other: the file is sorted as the door asks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from vigie.detection.engine import Engine, Table, index_of, month_index
from vigie.detection.features import debts
from vigie.detection.features.series import MICRO
from vigie.detection.sources.ellisphere import SOURCE as GROUPS
from vigie.kernel.period import Month
from vigie.publication.schema import BY_NAME

FIRMS_PER_RANGE = 40_000
HOURS_PER_FTE = 151.67  # legal monthly duration
MONEY = "decimal(15, 2)"
PERSON = "P"  # kind of a group's head
AMOUNTS = ("revenue_eur", "gross_margin_eur", "ebitda_eur", "ebit_eur", "net_income_eur")
SHARES = (
    "debt_ratio", "liquidity_ratio", "equity_ratio", "ebitda_margin_ratio", "obsolescence_ratio", "cash_flow_ratio",
    "pretax_income_ratio", "interest_cover_ratio", "working_capital_ratio",
)  # fmt: skip
AS_DELIVERED = ("working_capital_days", "stock_days", "customer_credit_days", "supplier_credit_days")


@dataclass(frozen=True)
class Inputs:
    """deliveries: source → typed rows in hand. first, last: months of the series, both included."""

    deliveries: Mapping[str, Path]
    first: Month
    last: Month


@dataclass(frozen=True)
class Range:
    """The firms of one step of the work, and the tables cut to them."""

    engine: Engine
    inputs: Inputs
    low: str
    high: str

    def rows(self, source: str) -> Table:
        table = self.engine.read(self.inputs.deliveries[source])
        if "siren" in table.columns and "siret" not in table.columns:
            return table.filter(table.siren.between(self.low, self.high))
        return table.filter(table.siret.between(self.low + "00000", self.high + "99999"))

    def within(self, table: Table, month: str = "month") -> Table:
        """Months of the series only; ``month`` is a date column."""
        return table.filter(table[month].between(self.inputs.first.first_day, self.inputs.last.first_day))


def write_dossiers(
    engine: Engine, inputs: Inputs, sirens: Sequence[str], folder: Path, wanted: Collection[str] | None = None
) -> dict[str, Path]:
    """Writes every dossier whose sources were delivered, or those wanted; gives table → file. sirens: sorted."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = engine.load(pa.table({"siren": pa.array(sirens, pa.string())}))
    made = {}
    for name, (sources, rows) in TABLES.items():
        if (wanted is None or name in wanted) and all(source in inputs.deliveries for source in sources):
            made[name] = _write(engine, inputs, name, rows, sirens, kept, folder)
    return made


def _write(
    engine: Engine,
    inputs: Inputs,
    name: str,
    rows: Callable[[Range], Table],
    sirens: Sequence[str],
    kept: Table,
    folder: Path,
) -> Path:
    schema = BY_NAME[name]
    path = folder / schema.file
    # Read again within the minute by the writer of the publication: quick beats small.
    with pq.ParquetWriter(path, schema.arrow(), compression="lz4") as writer:
        for part in _ranges(engine, inputs, sirens):
            found = rows(part)
            firm = found.siret.substr(0, 9) if "siret" in found.columns else found.siren
            found = found.filter(firm.isin(kept.siren))
            columns = [column.name for column in schema.columns]
            ordered = found.select(*columns).order_by([ibis.asc(key, nulls_first=True) for key in schema.key])
            batch = engine.arrow(ordered)
            writer.write_table(pa.table([batch[c].cast(schema.arrow().field(c).type) for c in columns], schema.arrow()))
    return path


def _ranges(engine: Engine, inputs: Inputs, sirens: Sequence[str]) -> Iterator[Range]:
    for start in range(0, len(sirens), FIRMS_PER_RANGE):
        part = sirens[start : start + FIRMS_PER_RANGE]
        yield Range(engine, inputs, part[0], part[-1])


def workforce(part: Range) -> Table:
    rows = part.within(part.rows("effectif"))
    return rows.group_by(["siret", "month"]).agg(workforce_count=rows.workforce_count.sum())


def debt_series(part: Range) -> Table:
    """Contributions of each month, and the stock of debt at its end; months without either have no line."""
    first, last = index_of(part.inputs.first), index_of(part.inputs.last)
    due = debts.contributions_by_month(_by_siret(part.rows("cotisation")), as_known=False)
    due = part.engine.keep(due.filter(due.month.between(first, last)))
    events = debts.debt_events(part.rows("debit").mutate(siren=ibis._.siret))
    events = part.engine.keep(events.filter(events.month <= last))
    firms = due.select("siren").union(events.select("siren"), distinct=True)
    months = part.engine.load(pa.table({"month": pa.array(range(first, last + 1), pa.int32())}))
    stock = debts.debt_stock(firms.cross_join(months), events, first)
    joined = stock.left_join(due, ["siren", "month"])
    joined = joined.filter(joined.due_micro.notnull() | (stock.employee_cents != 0) | (stock.employer_cents != 0))
    return joined.select(
        siret=stock.siren,
        month=_day(stock.month),
        contributions_due_eur=(joined.due_micro / MICRO).round(2).cast(MONEY),
        employee_debt_eur=(stock.employee_cents / 100).round(2).cast(MONEY),
        employer_debt_eur=(stock.employer_cents / 100).round(2).cast(MONEY),
    )


def payment_plans(part: Range) -> Table:
    """One line per plan; the same plan delivered twice is one, at its highest amount."""
    rows = part.rows("delai")
    return rows.group_by(["siret", "created_on", "due_on", "stage", "action"]).agg(
        duration_days=rows.duration_days.max(), amount_eur=rows.amount_eur.max()
    )


def short_time_work(part: Range) -> Table:
    """Hours authorised, spread over the days of each request, and hours used, in full-time equivalents."""
    asked = part.rows("apdemande")
    asked = asked.filter(asked.authorised_hours.notnull(), asked.end_on >= asked.start_on)
    days = asked.end_on.delta(asked.start_on, unit="day") + 1
    start, end = month_index(asked.start_on), month_index(asked.end_on)
    spread = asked.select(
        "siret", "start_on", "end_on", "reason_code", hours_a_day=asked.authorised_hours / days,
        month=ibis.range(start, end + 1).unnest().cast("int32"),
    )  # fmt: skip
    opens, closes = _day(spread.month), _day(spread.month + 1)
    inside = ibis.least(spread.end_on + ibis.interval(days=1), closes).delta(
        ibis.greatest(spread.start_on, opens), unit="day"
    )
    authorised = spread.mutate(hours=spread.hours_a_day * inside, day=opens)
    authorised = authorised.group_by(["siret", "day"]).agg(
        authorised_fte=(authorised.hours.sum() / HOURS_PER_FTE).round(6),
        reasons=authorised.reason_code.cast("string").collect(distinct=True).sort(),
    )
    used = part.rows("apconso")
    used = used.group_by(["siret", "month"]).agg(used_fte=(used.hours.sum() / HOURS_PER_FTE).round(6))
    both = authorised.outer_join(used, [authorised.siret == used.siret, authorised.day == used.month])
    return part.within(
        both.select(
            siret=ibis.coalesce(authorised.siret, used.siret),
            month=ibis.coalesce(authorised.day, used.month),
            authorised_fte=authorised.authorised_fte,
            used_fte=used.used_fte,
            reasons=ibis.coalesce(authorised.reasons, ibis.literal([], "array<string>")),
        )
    )


def accounts(part: Range) -> Table:
    """Published accounts, amounts in euros, ratios as shares (the file gives most of them in per cent)."""
    rows = part.rows("ratios_inpi")
    return rows.group_by(["siren", "closed_on", "balance_type"]).agg(
        **{name: rows[name].cast("float64").max() for name in (*AMOUNTS, *AS_DELIVERED)},
        **{name: (rows[name].cast("float64") / 100).max() for name in SHARES},
        repayment_capacity=rows.repayment_capacity_ratio.max(),
        filed_on=rows.filed_on.min(),
        disclosure=rows.confidentiality.min(),
    )


def group_links(part: Range) -> Table:
    """The groups of the firms; a person at the head of one has no name here."""
    rows = part.rows("ellisphere")
    named = ibis.ifelse(rows.head_kind.fill_null("") == PERSON, None, rows.head_name)
    return rows.group_by(["siren", "group_code"]).agg(
        head_siren=rows.head_siren.max(),
        head_name=named.max(),
        head_kind=rows.head_kind.max(),
        head_country=rows.head_country.max(),
        holding_level=rows.holding_level.min(),
        holding_share=(rows.holding_percent.cast("float64") / 100).max(),
        confidentiality=ibis.literal(GROUPS.confidentiality),
    )


def proceedings(part: Range) -> Table:
    rows = part.rows("procol")
    return rows.group_by(["siren", "effective_on", "kind", "stage"]).agg(label=rows.label.min())


def _by_siret(rows: Table) -> Table:
    """The same rows with the SIRET in the place of the SIREN: the family's functions then work by establishment."""
    return rows.mutate(siren=rows.siret)


def _day(month: ir.Value) -> ir.Value:
    """First day of a month given as a whole number."""
    return ibis.date((month // 12).cast("int32"), (month % 12 + 1).cast("int32"), 1)


TABLES: dict[str, tuple[tuple[str, ...], Callable[[Range], Table]]] = {
    "dossier_workforce": (("effectif",), workforce),
    "dossier_debts": (("cotisation", "debit"), debt_series),
    "dossier_payment_plans": (("delai",), payment_plans),
    "dossier_short_time_work": (("apdemande", "apconso"), short_time_work),
    "dossier_accounts": (("ratios_inpi",), accounts),
    "dossier_proceedings": (("procol",), proceedings),
    "dossier_groups": (("ellisphere",), group_links),
}
