"""The cells of a list that tell the figures of a firm: accounts, debt, short-time work, form, state, group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from vigie.kernel.nomenclature.legal_forms import legal_form_label
from vigie.kernel.period import Month
from vigie.kernel.siren import show_siren
from vigie.ui.components import Cell, Spark
from vigie.ui.formats import NBSP, day, euros, month, number, percent
from vigie.watchlists.models import Entry, Publication
from vigie.watchlists.queries.freshness import data_until

if TYPE_CHECKING:
    from vigie.watchlists.queries.columns import Around

UNKNOWN = "Inconnu"
PROCEEDINGS = (
    ("sauvegarde", "Sauvegarde"),
    ("redressement", "Redressement judiciaire"),
    ("liquidation", "Liquidation judiciaire"),
)
STABLE = 0.005  # under it, a turnover has not moved
THOUSAND = 1000


def revenue(entry: Entry, page: Around) -> Cell | str:
    """« 2 500 k€ », and under it « 2024, −8 % en un an »."""
    said = entry.known_figures
    if said.revenue_eur is None:
        return UNKNOWN
    year = str(said.closed_on.year) if said.closed_on else ""
    return Cell(_thousands(said.revenue_eur), hint=", ".join(filter(None, (year, change(said.revenue_change_ratio)))))


def change(ratio: float | None) -> str:
    """« +5 % en un an »; empty when unknown."""
    if ratio is None:
        return ""
    if abs(ratio) < STABLE:
        return "stable en un an"
    return f"{'+' if ratio > 0 else ''}{percent(ratio, 0)} en un an"


def operating_result(entry: Entry, page: Around) -> Cell | str:
    return _amount(entry, entry.known_figures.ebit_eur)


def ebitda(entry: Entry, page: Around) -> Cell | str:
    return _amount(entry, entry.known_figures.ebitda_eur)


def debt(entry: Entry, page: Around) -> Cell | str:
    """The debt, and its last twelve months as a line."""
    said = entry.known_figures
    if said.debt_eur is None:
        return UNKNOWN
    spark = Spark(tuple(said.debts_eur), _debt_words(said.debts_eur, page.publication)) if any(said.debts_eur) else None
    return Cell(euros(said.debt_eur), spark=spark)


def short_time_work(entry: Entry, page: Around) -> Cell | str:
    used = entry.known_figures.used_fte
    if used is None:
        return UNKNOWN
    return Cell(f"{number(used, 1)}{NBSP}ETP", hint="en moyenne, sur 12 mois") if used else "Non"


def legal_form(entry: Entry, page: Around) -> str:
    return legal_form_label(entry.known_figures.legal_form) or UNKNOWN


def state(entry: Entry, page: Around) -> str:
    return {None: UNKNOWN, False: "En activité", True: "Fermée"}[entry.known_figures.is_closed]


def group_head(entry: Entry, page: Around) -> Cell | str:
    """Who holds the firm, and the way to the others that it holds."""
    said = entry.known_figures
    if not said.group_head:
        return "Aucune connue"
    siren = f"SIREN {show_siren(said.group_head_siren)}" if said.group_head_siren else ""
    if said.group_head_siren == entry.siren:
        return Cell("Elle-même", href=reverse("sheets:group", args=[entry.siren]))
    return Cell(said.group_head, href=reverse("sheets:group", args=[entry.siren]), hint=siren)


def proceeding(entry: Entry) -> str:
    """The kind of the proceeding that is open; empty when it is not told."""
    return dict(PROCEEDINGS).get(entry.known_figures.proceedings_state, "")


def last_contact(entry: Entry, page: Around) -> Cell | str:
    found = page.contacts.get(entry.siren)
    return Cell(day(found.on), hint=found.how) if found else "Aucun connu"


def debt_months(publication: Publication) -> list[date]:
    """The months of the debts of this list, the oldest first."""
    until = data_until(publication).get("debit")
    last = min(Month.of(until), Month.of(publication.batch)) if until else Month.of(publication.batch)
    return [last.plus(-n).first_day for n in reversed(range(12))]


def _debt_words(debts: Sequence[Any], publication: Publication) -> str:
    """« Dette de 300 € en mai 2025 à 57 € en avril 2026, 900 € au plus haut »."""
    months = debt_months(publication)
    known = [(value, when) for value, when in zip(debts, months[-len(debts) :], strict=True) if value is not None]
    (first, begun), (last, ended) = known[0], known[-1]
    highest = max(value for value, _when in known)
    top = f", {euros(highest)} au plus haut" if highest > max(first, last) else ""
    return f"De {euros(first)} en {month(Month.of(begun))} à {euros(last)} en {month(Month.of(ended))}{top}"


def _amount(entry: Entry, amount: int | None) -> Cell | str:
    if amount is None:
        return UNKNOWN
    closed_on = entry.known_figures.closed_on
    return Cell(_thousands(amount), hint=str(closed_on.year) if closed_on else "")


def _thousands(amount: int) -> str:
    return f"{number(amount / THOUSAND)}{NBSP}k€"
