"""Month by month: workforce, short-time work, Urssaf."""

from __future__ import annotations

from datetime import date
from typing import Any

from vigie.kernel.siren import show_siret
from vigie.sheets.queries.block import EMPTY, EMPTY_PLACE, Block, Reading
from vigie.sheets.rules import series
from vigie.sheets.rules.series import Plan
from vigie.ui.components import Chart, Column, Series, Table
from vigie.ui.formats import MONTHS, Number, counted, day, euros, number, plural
from vigie.watchlists.queries.words import month_words

SHORT_TIME = ("dossier_short_time_work", "apconso", "DARES")
LONG_AGO = "Aucune activité partielle depuis deux ans\u00a0: les périodes plus anciennes sont dans la chronologie."
FIRST_OF_MONTH = "Valeur au premier jour du mois."
DEBT_NOTE = (
    "Cotisations et délais\u00a0: premier jour du mois. Dette\u00a0: dernier mouvement entre le 20 du mois d’avant et "
    "le 20 du mois\u00a0; le dernier mois s’arrête au 7."
)


def workforce(reading: Reading) -> Block:
    """Employees of the company, or of the establishment."""
    until = reading.until("dossier_workforce", "effectif_ent") or reading.until("dossier_workforce", "effectif")
    months = series.months_until(reading.last_month)
    values = series.headcount(reading.series("dossier_workforce").rows, "workforce_count", months, until)
    last = series.latest(values)
    change = _change(values)
    sentence = (
        f"{'L’établissement' if reading.siret else 'L’entreprise'} compte {counted(last or 0, 'salarié')}{change}."
    )
    found = chart("line", "Effectif, mois par mois", sentence, [("Salariés", values)], months, "")
    return _block(
        reading, "workforce", "Effectif", found, FIRST_OF_MONTH, ("dossier_workforce", "effectif_ent", "Urssaf")
    )


def _change(values: list[Any]) -> str:
    """How the last known figure compares with the one of twelve months before."""
    place = next((n for n in reversed(range(len(values))) if values[n] is not None), None)
    if place is None or place < 12 or not values[place - 12]:
        return ""
    gap = values[place] - values[place - 12]
    return f", soit {'+' if gap > 0 else ''}{number(gap)} en un an" if gap else ", comme un an plus tôt"


def short_time(reading: Reading) -> Block:
    """Full-time equivalents authorised and used: each until its own source, for one may be months ahead."""
    table = "dossier_short_time_work"
    rows = reading.series(table).rows
    asked, used = reading.until(table, "apdemande"), reading.until(table, "apconso")
    months = series.months_until(reading.last_month)
    found = [
        ("Autorisés", series.short_time(rows, "authorised_fte", months, asked)),
        ("Consommés", series.short_time(rows, "used_fte", months, used)),
    ]
    sentence = _short_time_words(months, *(values for _name, values in found))
    drawn = chart("bar", "Équivalents temps plein en activité partielle", sentence, found, months, "ETP")
    if drawn is None and rows:
        return Block("short_time_work", "Activité partielle", texts=(LONG_AGO,), origin=reading.origin(*SHORT_TIME))
    note = "Heures divisées par 151,67, durée légale d’un mois."
    return _block(reading, "short_time_work", "Activité partielle", drawn, note, SHORT_TIME)


def _short_time_words(months: list[date], authorised: list[Any], used: list[Any]) -> str:
    """What the last known month of each says, by its name: the two sources do not end on the same one."""
    figure, on = _last(months, used)
    if figure and on:
        return f"En {month_words(on)}, {full_time(figure)} en activité partielle."
    said = f"Aucune activité partielle consommée en {month_words(on)}" if on else "Aucune consommation n’est connue"
    figure, until = _last(months, authorised)
    return f"{said}\u00a0; {full_time(figure, 'autorisé')} en {month_words(until)}." if figure and until else f"{said}."


def full_time(figure: Number, said: str = "") -> str:
    """« 3,3 équivalents temps plein », « 1,4 équivalent temps plein autorisé »"""
    words = f"{number(figure, 1)} {plural(float(figure), 'équivalent')} temps plein"
    return f"{words} {plural(float(figure), said)}" if said else words


def _last(months: list[date], values: list[Any]) -> tuple[Any, date | None]:
    """The last figure that is known, and its month."""
    known = [(value, month) for value, month in zip(values, months, strict=True) if value is not None]
    return known[-1] if known else (None, None)


def urssaf(reading: Reading) -> Block:
    """Contributions called, both parts of the debt, and the payment plans."""
    rows, due = reading.series("dossier_debts").rows, reading.until("dossier_debts", "cotisation")
    until = reading.until("dossier_debts", "debit")
    plans = [_plan(row) for row in reading.series("dossier_payment_plans").rows]
    months = series.months_until(reading.last_month)
    granted = reading.until("dossier_payment_plans", "delai")
    employee = series.debt(rows, "employee_debt_eur", months, until)
    employer = series.debt(rows, "employer_debt_eur", months, until)
    found = [
        ("Cotisations appelées", series.contributions(rows, "contributions_due_eur", months, due)),
        ("Part salariale de la dette", employee),
        ("Part patronale de la dette", employer),
        (
            "Délais de paiement en cours",
            series.payment_plans(plans, months, granted),
        ),
    ]
    drawn = chart("line", "Cotisations, dette et délais", _debt_sentence(employee, employer), found, months, "€")
    block = _block(reading, "debts", "Urssaf", drawn, DEBT_NOTE, ("dossier_debts", "debit", "Urssaf"))
    tables = (_plans_table(series.known_plans(plans), bool(reading.siret)),) if plans else ()
    return Block(**{**vars(block), "tables": tables, "legal": True})


def _debt_sentence(employee: list[Any], employer: list[Any]) -> str:
    parts = [series.latest(employee), series.latest(employer)]
    if parts == [None, None]:
        return "Aucune dette n’est connue."
    total = (parts[0] or 0) + (parts[1] or 0)
    if not total:
        return "Aucune dette au dernier mois connu."
    both = [(a or 0) + (b or 0) if (a, b) != (None, None) else None for a, b in zip(employee, employer, strict=True)]
    months = series.rising_for(both)
    rising = f", en hausse depuis {counted(months, 'mois', 'mois')}" if months else ""
    return f"La dette sociale est de {euros(total)}, dont {euros(parts[0] or 0)} de part salariale{rising}."


def _plan(row: dict[str, Any]) -> Plan:
    return Plan(
        row["siret"], row["created_on"], row["due_on"], row["amount_eur"], row["duration_days"], row["action"] or "",
        row["stage"] or "",
    )  # fmt: skip


def _plans_table(plans: list[Plan], alone: bool) -> Table:
    columns = (
        Column("Demandé le", header=True), Column("Jusqu’au"), Column("Durée", numeric=True),
        Column("Montant", numeric=True), Column("Action"), Column("Étape"),
    )  # fmt: skip
    rows = tuple(
        (
            day(plan.created_on),
            day(plan.due_on) if plan.due_on else "inconnu",
            counted(plan.days, "jour") if plan.days is not None else "inconnue",
            euros(plan.amount) if plan.amount is not None else "inconnu",
            plan.action or "inconnue",
            plan.said or "inconnue",
            *(() if alone else (show_siret(plan.siret),)),
        )
        for plan in reversed(plans)
    )
    return Table(
        caption="Délais de paiement, un par ligne",
        columns=columns if alone else (*columns, Column("Établissement")),
        rows=rows,
        empty="Aucun délai de paiement demandé.",
    )


def chart(
    kind: str, title: str, sentence: str, found: list[tuple[str, list[Any]]], months: list[date], unit: str
) -> Chart | None:
    """The chart, without the series that hold nothing; None when none is left."""
    kept = [(name, values) for name, values in found if any(value is not None for value in values)]
    if not kept:
        return None
    return Chart(
        kind=kind,
        title=title,
        sentence=sentence,
        labels=tuple(f"{MONTHS[month.month - 1].capitalize()} {month.year}" for month in months),
        series=tuple(Series(name, tuple(values)) for name, values in kept),
        axis="Mois",
        unit=unit,
        missing="/",
    )


def _block(
    reading: Reading, code: str, title: str, drawn: Chart | None, note: str, source: tuple[str, str, str]
) -> Block:
    origin = reading.origin(*source)
    if drawn is None:
        return Block(code, title, texts=(EMPTY_PLACE if reading.siret else EMPTY,))
    return Block(code, title, charts=(drawn,), note=note, origin=origin)
