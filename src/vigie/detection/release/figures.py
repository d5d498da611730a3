"""What a list shows of a firm in alert beside its score: turnover, social debt, short-time work, state, group.

Read in the dossiers that leave with the list, so that a line of the list and the sheet say the same. Frozen with the
publication: nothing later than what was delivered for its month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import ibis
import pyarrow as pa

from vigie.detection.engine import Engine, Table, attach
from vigie.kernel.period import Month
from vigie.publication.schema import BY_NAME

MONTHS = 12
YEAR_DAYS, SPARE_DAYS = 365, 31  # two closings that far apart are one year apart
CEASED = "C"
CONFIDENTIAL = "confidentiel"  # how the mention of accounts that are not public begins
OF_THE_YEAR = ("revenue_eur", "ebit_eur", "ebitda_eur")
HALF = 0.5  # who holds no more is no head of a group
PERSON, PERSON_SAID = "P", "Personne physique"


@dataclass(frozen=True)
class Known:
    """dossiers: table → file, those delivered. until: source → last day it speaks of. month: of the list.

    states: siren → its proceedings_state, as the features say it.
    """

    dossiers: Mapping[str, Path]
    sirene_ul: Path
    until: Mapping[str, date]
    month: Month
    states: Mapping[str, str | None] = field(default_factory=dict)

    def last_months(self, source: str) -> list[date]:
        """The twelve months up to the last one that a source knows, the oldest first."""
        until = self.until.get(source)
        last = self.month if until is None else min(Month.of(until), self.month)
        return [last.plus(-n).first_day for n in reversed(range(MONTHS))]


def entry_figures(engine: Engine, known: Known, sirens: Sequence[str]) -> pa.Table:
    """The table `entry_figures`. sirens: the firms in alert, sorted."""
    schema = BY_NAME["entry_figures"].arrow()
    if not len(sirens):
        return schema.empty_table()
    with engine.scope():
        states = pa.array([known.states.get(siren) for siren in sirens], pa.string())
        found = engine.load(pa.table({"siren": pa.array(sirens, pa.string()), "proceedings_state": states}))
        found = attach(found, _units(engine, known, found), "siren")
        for name, rows in (
            ("dossier_accounts", _accounts), ("dossier_debts", _debts), ("dossier_short_time_work", _short_time),
            ("dossier_groups", _groups),
        ):  # fmt: skip
            if name in known.dossiers:
                found = attach(found, rows(engine, known, found), "siren")
        if "used_fte" in found.columns:
            found = found.mutate(used_fte=found.used_fte.fill_null(0.0))  # the source speaks of those concerned alone
        made = engine.arrow(found.order_by("siren"))
    empty = {field.name: pa.nulls(made.num_rows, field.type) for field in schema}
    columns = {name: made[name].cast(schema.field(name).type) for name in made.column_names}
    return pa.table(empty | columns, schema=schema)


def _units(engine: Engine, known: Known, wanted: Table) -> Table:
    units = engine.read(known.sirene_ul).semi_join(wanted, "siren")
    return units.group_by("siren").agg(legal_form=units.legal_category.max(), is_closed=(units.state == CEASED).max())


def _accounts(engine: Engine, known: Known, wanted: Table) -> Table:
    """The last public accounts; of two kinds closed on the same day, the one that the sheet shows."""
    rows = engine.read(known.dossiers["dossier_accounts"]).semi_join(wanted, "siren")
    rows = rows.filter(~rows.disclosure.fill_null("").lower().startswith(CONFIDENTIAL))
    latest = ibis.window(
        group_by="siren", order_by=[rows.closed_on.desc(), ibis.desc("balance_type", nulls_first=False)]
    )
    rows = engine.keep(
        rows.select("siren", "closed_on", *OF_THE_YEAR, "balance_type", place=ibis.row_number().over(latest))
    )
    last = rows.filter(rows.place == 0).drop("place", "balance_type")
    before = rows.select("siren", before=rows.closed_on, revenue_before=rows.revenue_eur, further=rows.place)
    pairs = last.inner_join(before, "siren")
    apart = pairs.closed_on.delta(pairs.before, unit="day")
    a_year = pairs.filter(apart.between(YEAR_DAYS - SPARE_DAYS, YEAR_DAYS + SPARE_DAYS), pairs.revenue_before > 0)
    a_year = a_year.group_by("siren").agg(revenue_before=a_year.revenue_before.argmin(a_year.further))
    both = attach(last, a_year, "siren")
    return both.mutate(revenue_change_ratio=both.revenue_eur / both.revenue_before - 1).drop("revenue_before")


def _debts(engine: Engine, known: Known, wanted: Table) -> Table:
    """Each establishment keeps its last known debt until it says another; they are then added up."""
    months = known.last_months("debit")
    rows = engine.read(known.dossiers["dossier_debts"])
    rows = rows.mutate(siren=rows.siret.substr(0, 9)).semi_join(wanted, "siren")
    held = {
        f"{part}_{n}": rows[column].argmax(rows.month, where=(rows.month <= month) & rows[column].notnull())
        for n, month in enumerate(months)
        for part, column in (("employee", "employee_debt_eur"), ("employer", "employer_debt_eur"))
    }
    places = rows.group_by(["siren", "siret"]).agg(**held)
    firms = places.group_by("siren").agg(**{name: places[name].sum() for name in held})
    totals = [
        ibis.ifelse(
            firms[f"employee_{n}"].isnull() & firms[f"employer_{n}"].isnull(),
            None,
            firms[f"employee_{n}"].fill_null(0) + firms[f"employer_{n}"].fill_null(0),
        )
        for n in range(MONTHS)
    ]
    return firms.select("siren", debt_eur=totals[-1], debts_eur=ibis.array(totals)).filter(ibis._.debt_eur.notnull())


def _short_time(engine: Engine, known: Known, wanted: Table) -> Table:
    months = known.last_months("apconso")
    rows = engine.read(known.dossiers["dossier_short_time_work"])
    rows = rows.mutate(siren=rows.siret.substr(0, 9)).semi_join(wanted, "siren")
    rows = rows.filter(rows.month.between(months[0], months[-1]))
    return rows.group_by("siren").agg(used_fte=rows.used_fte.sum() / MONTHS)


def _groups(engine: Engine, known: Known, wanted: Table) -> Table:
    """The head of the group of each firm: who holds most of it, if more than half or of a share that is not told.

    A head whose name is not told (and that is no person) is none: a line without a name helps nobody.
    """
    rows = engine.read(known.dossiers["dossier_groups"]).semi_join(wanted, "siren")
    named = ibis.ifelse(rows.head_kind.fill_null("") == PERSON, PERSON_SAID, rows.head_name)
    rows = rows.mutate(group_head=named, group_head_siren=rows.head_siren)
    rows = rows.filter(rows.group_head.notnull(), rows.holding_share.fill_null(1.0) > HALF)
    order = [
        ibis.desc("holding_share", nulls_first=False), ibis.asc("holding_level", nulls_first=False), rows.group_code,
    ]  # fmt: skip
    place = ibis.row_number().over(ibis.window(group_by="siren", order_by=order))
    rows = engine.keep(rows.select("siren", "group_head", "group_head_siren", place=place))
    return rows.filter(rows.place == 0).drop("place")
