"""What the model must foresee: the opening of a collective proceeding in the next 18 months, strictly in the future.

A month whose 18 months are not yet known has no label: it is censored, never negative. A proceeding of the past is
nobody's positive. Closing without failure is told apart, for the hazard model to treat as a competing event.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis

from vigie.detection.engine import Engine, Table, attach, index_of, month_index, month_of, months_grid
from vigie.detection.features import proceedings as past
from vigie.kernel.period import Month

HORIZON_MONTHS = 18
DEFAULT_HORIZON_MONTHS = 18
REPORTING_DELAY_MONTHS = 2
NEVER = 10_000_000


def openings(engine: Engine, proceedings: Table) -> Table:
    """Every opening, as an event table: siren, month (whole number), kind."""
    return engine.keep(past.openings(proceedings))


def next_event(grid: Table, events: Table) -> Table:
    """siren, month, event_month: the month of the next event strictly after each month of the grid, null if none.

    grid: siren, month (whole numbers), complete. events: siren, month; those after the grid's end are seen too.
    """
    end = grid.agg(end=grid.month.max())
    marked = events.select("siren", "month").distinct().mutate(event_month=ibis._.month)
    after = marked.cross_join(end).filter(lambda t: t.month > t.end)
    beyond = after.group_by("siren").agg(beyond=after.event_month.min())
    joined = attach(attach(grid, marked, ["siren", "month"]), beyond, "siren")
    later = ibis.window(group_by="siren", order_by="month", following=(1, None))
    return joined.select(
        "siren", "month", event_month=ibis.coalesce(joined.event_month.min().over(later), joined.beyond)
    )


def labels(
    engine: Engine,
    proceedings: Table,
    firms: Table,
    months: Sequence[Month],
    known_until: Month,
    *,
    horizon_months: int = HORIZON_MONTHS,
    reporting_delay_months: int = REPORTING_DELAY_MONTHS,
    defaults: Table | None = None,
    closures: Table | None = None,
) -> Table:
    """The label of every firm and month: siren, month (day), and

    failure_18m: true if a proceeding opens in the 18 months after the month, false if none did and they are all known,
      null when they are not yet (censored); an event already known makes it true without waiting.
    months_to_event: months to the next opening known, 1 at least; null if none.
    event_kind: kind of that opening. known_months: how many of the months ahead are known, for the hazard model.
    default_urssaf_3m: whether the Urssaf default of three months begins or lasts in the horizon, null when not known.
    months_to_closure: months to the closing of the firm, null if none known.

    proceedings: typed rows, known until the end of known_until; the last reporting_delay_months of them are incomplete.
    firms: siren. defaults: siren, month (whole number) in default. closures: siren, month (whole number).
    """
    numbers = sorted(index_of(month) for month in months)
    complete = index_of(known_until) - reporting_delay_months
    grid = _grid(engine, firms, numbers[0], max(numbers[-1], complete))
    opened = past.openings(proceedings).filter(ibis._.month <= index_of(known_until))
    table = next_event(grid, opened).filter(ibis._.month.isin(numbers))
    kinds = opened.select("siren", event_month="month", event_kind="kind")
    table = attach(table, kinds, ["siren", "event_month"])
    known_months = ibis.greatest(ibis.least(complete - table.month, horizon_months), 0)
    ahead = table.event_month - table.month
    table = table.mutate(
        failure_18m=ibis.ifelse(
            ahead <= horizon_months, True, ibis.ifelse(known_months >= horizon_months, False, None)
        ).fill_null(ibis.ifelse(known_months >= horizon_months, False, None)),
        months_to_event=ahead.cast("int32"),
        known_months=known_months.cast("int32"),
    )
    table = _with_next(table, grid, closures, "months_to_closure")
    table = _with_next(table, grid, defaults, "months_to_default")
    return _dated(table.mutate(default_urssaf_3m=_default_ahead(table, has_source=defaults is not None)))


def _default_ahead(table: Table, *, has_source: bool) -> ibis.Value:
    """Whether a default comes in the horizon; null when it is not known."""
    if not has_source:
        return ibis.null("boolean")
    soon = (table.months_to_default <= DEFAULT_HORIZON_MONTHS).fill_null(False)
    return ibis.ifelse(soon, True, ibis.ifelse(table.known_months >= DEFAULT_HORIZON_MONTHS, False, None))


def _dated(table: Table) -> Table:
    """The columns of the labels, the month as a day."""
    return table.select(
        "siren",
        month=ibis.date(table.month // 12, table.month % 12 + 1, 1),
        failure_18m=table.failure_18m,
        months_to_event=table.months_to_event,
        event_kind=table.event_kind,
        known_months=table.known_months,
        default_urssaf_3m=table.default_urssaf_3m,
        months_to_closure=table.months_to_closure,
    ).order_by(["siren", "month"])


def closures(history: Table) -> Table:
    """When a firm closed its last establishment: siren, month (whole number), by the history of its establishments.

    history: siret, valid_from, valid_until, is_active.
    """
    rows = history.mutate(siren=history.siret.substr(0, 9))
    ends = rows.group_by("siren").agg(
        last=rows.valid_from.max(), active=(rows.is_active & rows.valid_until.isnull()).any()
    )
    closed = ends.filter(~ends.active, ends.last.notnull())
    return closed.select("siren", month=month_index(closed.last).cast("int32"))


def _grid(engine: Engine, firms: Table, first: int, last: int) -> Table:
    return engine.keep(months_grid(engine, firms, month_of(first), month_of(last)))


def _with_next(table: Table, grid: Table, events: Table | None, name: str) -> Table:
    """The table with the months to the next of these events."""
    if events is None:
        return table.mutate(**{name: ibis.null("int32")})
    found = next_event(grid, events).select("siren", "month", next_month="event_month")
    joined = attach(table, found, ["siren", "month"])
    return joined.mutate(**{name: (joined.next_month - joined.month).cast("int32")}).drop("next_month")
