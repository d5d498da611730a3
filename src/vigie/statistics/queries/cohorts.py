"""What became of the needs of each month, for the team."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from vigie.kernel.period import Month
from vigie.matching.states import NEED_STATUSES, NOT_COMPLETE
from vigie.statistics.indicators import INDICATORS, WHOLE, Base
from vigie.statistics.models import Count
from vigie.statistics.rules import COHORT_DAYS
from vigie.ui.components import Column, Table
from vigie.ui.formats import NBSP, month, number

SHOWN_MONTHS = 12
DEFINITION = next(one.definition for one in INDICATORS if one.code == "cohorts")


@dataclass(frozen=True)
class CohortsPage:
    """One table a moment: the newest months first."""

    definition: str
    tables: tuple[Table, ...]


def cohorts_page() -> CohortsPage:
    """``/equipe/chiffres/cohortes/``; 1 query."""
    counts: dict[str, dict[Month, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    rows = Count.objects.filter(base=Base.COHORT, region=WHOLE).order_by("-month")
    for day, family, part, count in rows.values_list("month", "family", "part", "count"):
        counts[family][Month.of(day)][part] = count
    return CohortsPage(DEFINITION, tuple(_table(days, counts[f"days_{days}"]) for days in COHORT_DAYS))


def _table(days: int, months: dict[Month, dict[str, int]]) -> Table:
    states = [state for state in NEED_STATUSES if state.code != NOT_COMPLETE]
    lines = []
    for each in sorted(months, reverse=True)[:SHOWN_MONTHS]:
        whole = sum(months[each].values())
        shares = (f"{number(100 * months[each].get(state.code, 0) / whole)}{NBSP}%" for state in states)
        lines.append((month(each), number(whole), *shares))
    return Table(
        caption=f"{days} jours après la transmission",
        columns=(
            Column("Mois", header=True),
            Column("Besoins", numeric=True),
            *(Column(state.label, numeric=True) for state in states),
        ),
        rows=tuple(lines),
        empty="Aucun besoin assez ancien.",
    )
