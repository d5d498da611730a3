"""The former service's own calculations, kept beside ours for comparison and fed to nothing.

Their flaws are theirs: counters that are not reset, proceedings that never end, months after the failure counted as
positive. Each function says where ours differs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from vigie.detection.engine import Table, asof_latest, attach, month_index
from vigie.detection.features import series

URSSAF_QUIET_MONTHS = 6


def mean_debt_ratio(base: Table) -> ir.Value:
    """Mean over twelve months of the debt over the contribution of the month; unknown if one is missing or zero."""
    debt = base.employee_cents.fill_null(0) + base.employer_cents.fill_null(0)
    due = ibis.ifelse(base.due_micro != 0, base.due_micro, None)
    return series.mean(debt * 10_000 / due, 12)


def with_default(table: Table) -> Table:
    """has_default: from the third month above one, months at zero or unknown being skipped, not reset. Ours is strict.

    table: siren, month, debt_ratio.
    """
    above = series.so_far(ibis.ifelse(table.debt_ratio > 1, 1, 0))
    counted = table.mutate(above=above, is_reset=(table.debt_ratio > 0) & (table.debt_ratio <= 1))
    before = series.highest_so_far(ibis.ifelse(counted.is_reset, counted.above, 0))
    return counted.mutate(has_default=counted.above - before >= 3).drop("above", "is_reset")


def quiet(table: Table) -> ir.Value:
    """interessante_urssaf: false in the month of a positive debt and the five that follow."""
    debt = table.employee_cents + table.employer_cents
    return series.total(ibis.ifelse(debt > 0, 1, 0), URSSAF_QUIET_MONTHS) == 0


def carried_workforce(grid: Table, reported: Table, last: int, offset: int) -> Table:
    """siren, month, workforce_count, workforce_carried: only the value of one month fills every hole.

    That month is the last of the series plus offset plus one; a zero counts as missing. Ours carries the latest value,
    six months at most, and zero is a value.
    """
    at = reported.filter(reported.month == last + offset + 1).select("siren", fill_count="reported_count")
    joined = attach(attach(grid, reported, ["siren", "month"]), at, "siren")
    own = ibis.ifelse(joined.reported_count != 0, joined.reported_count, None)
    return joined.select(
        "siren", "month", workforce_count=ibis.coalesce(own, joined.fill_count), workforce_carried=own.isnull()
    )  # fmt: skip


def proceedings_state(grid: Table, rows: Table) -> Table:
    """siren, month, state, since, has_failed: each event sets the state of its month and of those after.

    solde_procedure and inclusion_autre_procedure count as open, « plan_ » labels are inverted, has_failed never falls
    back. Ours reads the whole history (proceedings.by_month).
    """
    ended = rows.stage.isin(["abandon_procedure", "fin_procedure"])
    planned = rows.stage == "plan_continuation"
    label = ibis.cases(
        ((rows.kind == "liquidation") & (rows.stage != "abandon_procedure"), "liquidation"),
        (ended, "in_bonis"),
        ((rows.kind == "redressement") & planned, "continuation"),
        ((rows.kind == "sauvegarde") & planned, "sauvegarde"),
        (rows.kind == "sauvegarde", "plan_sauvegarde"),
        else_="plan_redressement",
    )
    dated = rows.select("siren", since=rows.effective_on, state=label, month=month_index(rows.effective_on))
    last = ibis.window(group_by=["siren", "month"], order_by=ibis.desc("since"))
    one = dated.mutate(place=ibis.row_number().over(last)).filter(ibis._.place == 0)
    known = asof_latest(grid, one, "siren", "month", ["since", "state"])
    failed = ibis.ifelse(known.state != "in_bonis", 1, 0).fill_null(0)
    return known.mutate(has_failed=series.highest_so_far(failed) == 1)


def outcome(table: Table, horizon_months: int) -> Table:
    """time_til_outcome, outcome, time_til_default, time_til_failure by the look-ahead and the look-back.

    table: siren, month, has_default, has_failed. Months after the last event stay positive as long as the horizon:
    the flaw of row 20, which target.labels does not have.
    """
    ahead = ibis.window(group_by="siren", order_by="month", preceding=0, following=None)
    behind = ibis.window(group_by="siren", order_by="month", preceding=None, following=0)

    def until(event: ir.Value) -> ir.Value:
        return ibis.ifelse(event, table.month, None).min().over(ahead) - table.month

    either = table.has_default | table.has_failed
    since = ibis.ifelse(either, table.month, None).max().over(behind) - table.month
    timed = table.mutate(
        time_til_outcome=ibis.coalesce(until(either), since),
        time_til_default=until(table.has_default),
        time_til_failure=until(table.has_failed),
    )
    return timed.mutate(outcome=(timed.time_til_outcome.abs() <= horizon_months).fill_null(False))


def financial_costs(amounts: Mapping[str, float | None]) -> float | None:
    """frais_financier of the Banque de France, in percent: interest over EBE and what is beside operations."""
    names = ("interets", "excedent_brut_d_exploitation", "produits_financiers", "produit_exceptionnel",
             "charge_exceptionnelle", "charges_financieres")  # fmt: skip
    known = _known(amounts, names)
    if known is None:
        return None
    interest, ebitda, income, unusual_income, unusual_cost, cost = known
    return interest / (ebitda + income + unusual_income - unusual_cost - cost) * 100


def margin_rate(amounts: Mapping[str, float | None]) -> float | None:
    """taux_marge of the Banque de France, in percent: EBE over value added."""
    known = _known(amounts, ("excedent_brut_d_exploitation", "valeur_ajoutee"))
    return None if known is None else known[0] / known[1] * 100


def _known(amounts: Mapping[str, float | None], names: Sequence[str]) -> list[float] | None:
    """The amounts in order; None as soon as one is missing."""
    values = [amounts.get(name) for name in names]
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None
