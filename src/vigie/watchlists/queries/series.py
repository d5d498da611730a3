"""Monthly series of a firm, made from the rows of its establishments (pure).

Debts and contributions go forward until the last month known: a stock lasts. The workforce does not. A month without
any row is unknown, never zero. What is missing for an establishment is said, not guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from vigie.kernel.period import Month
from vigie.ui.components import Chart, Series
from vigie.ui.formats import MONTHS, counted, euros, number

SHOWN_MONTHS = 24
Rows = list[dict[str, Any]]
Points = dict[date, Any]


def months_until(last: date, count: int = SHOWN_MONTHS) -> list[date]:
    """The months to show, the last one included."""
    return [Month.of(last).plus(-n).first_day for n in reversed(range(count))]


def summed(rows: Rows, column: str, months: list[date], *, forward: bool) -> list[Any]:
    """The column over the establishments, month by month; None where no establishment says anything.

    forward: each establishment keeps its last value first (debts, contributions), as long as anything is known.
    """
    by_siret: dict[str, Points] = defaultdict(dict)
    for row in rows:
        if row[column] is not None:
            by_siret[row["siret"]][row["month"]] = row[column]
    known = [month for points in by_siret.values() for month in points]
    if not known:
        return [None] * len(months)
    last = max(known)
    filled = [_forward(points, months, last) if forward else points for points in by_siret.values()]
    return [_sum([points[month] for points in filled if month in points]) for month in months]


def _forward(points: Points, months: list[date], last: date) -> Points:
    kept, value = {}, None
    earlier = [month for month in points if months and month < months[0]]
    if earlier:
        value = points[max(earlier)]
    for month in months:
        value = points.get(month, value)
        if value is not None and month <= last:
            kept[month] = value
    return kept


def _sum(values: list[Any]) -> Any:
    return sum(values) if values else None


def missing_note(rows: Rows, months: list[date]) -> str:
    """« Il manque un établissement sur 3 pour le dernier mois », or nothing."""
    sirets = {row["siret"] for row in rows}
    if not sirets or not months:
        return ""
    last = max((row["month"] for row in rows), default=months[-1])
    lacking = sirets - {row["siret"] for row in rows if row["month"] == last}
    if not lacking:
        return ""
    return (
        f"{counted(len(lacking), 'établissement manque', 'établissements manquent')} sur {len(sirets)} au dernier mois."
    )


def _labels(months: list[date]) -> tuple[str, ...]:
    return tuple(f"{MONTHS[month.month - 1]} {month.year}" for month in months)


def _latest(values: list[Any]) -> Any:
    return next((value for value in reversed(values) if value is not None), None)


def debts_chart(rows: Rows, months: list[date]) -> Chart | None:
    """Contributions called and both parts of the debt, in euros."""
    named = (
        ("Cotisations appelées", "contributions_due_eur"),
        ("Part salariale de la dette", "employee_debt_eur"),
        ("Part patronale de la dette", "employer_debt_eur"),
    )
    found = [(name, summed(rows, column, months, forward=True)) for name, column in named]
    parts = [_latest(found[1][1]), _latest(found[2][1])]
    total = _sum([part for part in parts if part is not None])
    if total is None:
        sentence = "Aucune dette n’est connue."
    else:
        sentence = f"La dette sociale est de {euros(total)}, dont {euros(parts[0] or 0)} de part salariale."
    return _chart("line", "Cotisations et dette Urssaf", sentence, found, months, "€", "Urssaf")


def workforce_chart(rows: Rows, months: list[date]) -> Chart | None:
    """Employees of the firm, month by month."""
    values = summed(rows, "workforce_count", months, forward=False)
    latest = _latest(values)
    sentence = f"L’entreprise compte {counted(latest, 'salarié')}." if latest is not None else "Effectif inconnu."
    return _chart("line", "Effectif", sentence, [("Salariés", values)], months, "", "Urssaf")


def short_time_chart(rows: Rows, months: list[date]) -> Chart | None:
    """Full-time equivalents authorised and used."""
    named = (("Équivalents temps plein autorisés", "authorised_fte"), ("Équivalents temps plein consommés", "used_fte"))
    found = [(name, [_rounded(v) for v in summed(rows, column, months, forward=False)]) for name, column in named]
    latest = _latest(found[1][1])
    sentence = (
        f"Au dernier mois connu, {number(latest, 1)} équivalents temps plein sont en activité partielle."
        if latest
        else "Pas d’activité partielle consommée dans la période."
    )
    return _chart("bar", "Activité partielle", sentence, found, months, "ETP", "DGEFP")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _chart(
    kind: str, title: str, sentence: str, found: list[tuple[str, list[Any]]], months: list[date], unit: str, source: str
) -> Chart | None:
    if not any(value is not None for _name, values in found for value in values):
        return None
    return Chart(
        kind=kind,
        title=title,
        sentence=sentence,
        labels=_labels(months),
        series=tuple(Series(name, tuple(values)) for name, values in found),
        axis="Mois",
        unit=unit,
        source=source,
    )


CHARTS: dict[str, Callable[[Rows, list[date]], Chart | None]] = {
    "dossier_debts": debts_chart,
    "dossier_workforce": workforce_chart,
    "dossier_short_time_work": short_time_chart,
}
