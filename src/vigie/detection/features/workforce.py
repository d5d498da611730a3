"""Workforce: the number of employees, carried over a few months when late, and its changes."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from vigie.detection.engine import Table, attach, month_index
from vigie.detection.features import series
from vigie.detection.features.facts import Facts
from vigie.detection.features.feature import Confidentiality, Feature, lags

DELAY_MONTHS = 1
CARRIED_AT_MOST_MONTHS = 6
CHANGES = (6, 12, 24)
YEARLY_LAGS = (12, 24, 36)
FAMILY = "workforce"
# A month and a count in one whole number, so that « the latest » is « the highest ».
COUNT_LIMIT = 10_000_000


def workforce_by_month(rows: Table, *, delay_months: int = DELAY_MONTHS) -> Table:
    """Employees by firm and month of availability: siren, month, reported_count. Zero is a value, absence is not zero.

    rows: siren, month (day), workforce_count; the rows of one month (several accounts) are added.
    """
    dated = rows.filter(rows.workforce_count.notnull()).select(
        "siren", "workforce_count", month=(month_index(rows.month) + delay_months).cast("int32")
    )
    return dated.group_by(["siren", "month"]).agg(reported_count=dated.workforce_count.sum().cast("int64"))


def carried(grid: Table, reported: Table, first: int) -> Table:
    """The workforce of each month of the grid: siren, month, workforce_count, workforce_carried.

    A month without value takes the last known one, six months old at most; workforce_carried says so. Nothing is taken
    from a later month.
    """
    before = reported.filter(reported.month < first)
    latest = before.group_by("siren").agg(code=(before.month.cast("int64") * COUNT_LIMIT + before.reported_count).max())
    within = reported.filter(reported.month >= first)
    start = grid.filter(grid.month == first).select("siren", "month")
    oldest = start.inner_join(latest, "siren").select("siren", "month", "code")
    current = within.select("siren", "month", code=within.month.cast("int64") * COUNT_LIMIT + within.reported_count)
    codes = current.union(oldest, distinct=False).group_by(["siren", "month"]).agg(code=ibis._.code.max())
    joined = attach(grid, codes, ["siren", "month"])
    last = joined.mutate(code=series.highest_so_far(joined.code))
    known_on = last.code // COUNT_LIMIT
    fresh = last.month - known_on <= CARRIED_AT_MOST_MONTHS
    return last.select(
        "siren", "month",
        workforce_count=ibis.ifelse(fresh, last.code % COUNT_LIMIT, None).cast("int64"),
        workforce_carried=(fresh & (known_on < last.month)).fill_null(False),
    )  # fmt: skip


def change(value: ir.Value, months: int) -> ir.Value:
    """Relative change over a number of months; unknown when the past is unknown or zero."""
    past = series.lag(value, months)
    return series.ratio(value - past, past)


def features(facts: Facts, base: Table) -> Table:
    """The columns of the family: siren, month, and one per feature."""
    count = base.workforce_count
    return base.select(
        "siren", "month",
        workforce_count=count.cast("float64"),
        workforce_carried=base.workforce_carried,
        **{f"workforce_change_{n}m_ratio": change(count, n) for n in CHANGES},
        **{f"workforce_count_lag{n}m": series.lag(count, n).cast("float64") for n in YEARLY_LAGS},
    )  # fmt: skip


# Urssaf gives it, and every habilitated agent reads it, as on the sheet: a reason is not more secret than its curve.
OPEN: Confidentiality = "public"
COUNT = Feature(
    "workforce_count", "Effectif de l’entreprise", FAMILY, ("effectif_ent",), "personnes", 7, DELAY_MONTHS,
    "0 ou plus", "inconnu : aucun effectif depuis plus de six mois", 0, OPEN,
    "Effectif salarié du dernier mois connu, reporté six mois au plus.",
)  # fmt: skip
FEATURES: tuple[Feature, ...] = (
    COUNT,
    Feature(
        "workforce_carried", "Effectif reporté d’un mois antérieur", FAMILY, ("effectif_ent",), "oui/non", 7,
        DELAY_MONTHS, "", "non : effectif inconnu ou du mois", 0, OPEN,
        "Vrai si l’effectif du mois n’est pas encore connu et que le dernier connu est repris.", kind="flag",
    ),
    *(
        Feature(
            f"workforce_change_{n}m_ratio", f"Variation de l’effectif sur {n} mois", FAMILY, ("effectif_ent",),
            "ratio", n + 1, DELAY_MONTHS, "effectif passé connu et non nul", "inconnu : passé inconnu ou nul", -1,
            OPEN, f"Effectif rapporté à celui de {n} mois plus tôt, moins un.",
        )
        for n in CHANGES
    ),
    *lags(COUNT, YEARLY_LAGS),
)  # fmt: skip
