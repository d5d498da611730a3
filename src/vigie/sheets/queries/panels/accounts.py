"""Published accounts: fiscal years, and sixteen ratios with what they mean and where the firm stands in its sector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vigie.kernel.nomenclature.naf import naf_code, naf_section
from vigie.sheets.queries.block import Block, Reading
from vigie.sheets.rules.status import fiscal_year, quartile
from vigie.ui.components import Cell, Chart, Column, Series, Table
from vigie.ui.formats import NBSP, day, euros, number, percent

Row = dict[str, Any]
YEARS_SHOWN = 5
YEAR_DAYS, MONTH_DAYS = 365, 31
NOT_THOSE = (
    "Ces comptes publiés ne sont pas ceux que le calcul utilise\u00a0: les données fiscales "
    "restent couvertes par le secret."
)
CONFIDENTIAL = "Les comptes ont été déposés avec une déclaration de confidentialité\u00a0: ils ne sont pas publics."
EUROS, PERCENT, DAYS, TIMES = "€", "%", "jours", "années"
KINDS_OF_ACCOUNTS = {"K": "comptes consolidés", "C": "comptes complets", "S": "comptes simplifiés"}


@dataclass(frozen=True)
class Ratio:
    """A ratio of the finoscope: column of ``dossier_accounts``, unit, formula, how to read it."""

    column: str
    label: str
    unit: str
    formula: str
    advice: str


PERFORMANCE = (
    Ratio(
        "revenue_eur",
        "Chiffre d’affaires",
        EUROS,
        "Ventes hors taxes de l’exercice",
        "Comparer d’abord à ses propres années.",
    ),
    Ratio(
        "gross_margin_eur",
        "Marge brute",
        EUROS,
        "Ventes moins achats consommés",
        "Une baisse à ventes égales signale des prix ou des achats mal tenus.",
    ),
    Ratio(
        "ebitda_eur",
        "EBE",
        EUROS,
        "Valeur ajoutée moins impôts de production et salaires",
        "Négatif, l’activité consomme de la trésorerie.",
    ),
    Ratio(
        "ebit_eur",
        "Résultat d’exploitation",
        EUROS,
        "EBE moins amortissements et provisions",
        "Ce que l’activité gagne avant la dette.",
    ),
    Ratio("net_income_eur", "Résultat net", EUROS, "Produits moins charges", "À lire avec le résultat d’exploitation."),
    Ratio(
        "ebitda_margin_ratio",
        "EBE sur chiffre d’affaires",
        PERCENT,
        "EBE ÷ chiffre d’affaires",
        "Mesure la rentabilité de l’activité.",
    ),
)
SOLVENCY = (
    Ratio(
        "debt_ratio",
        "Taux d’endettement",
        PERCENT,
        "Dettes financières ÷ capitaux propres",
        "Au-delà de 100 %, la dette dépasse les capitaux propres.",
    ),
    Ratio(
        "equity_ratio",
        "Autonomie financière",
        PERCENT,
        "Capitaux propres ÷ total du bilan",
        "Sous 20 %, l’entreprise dépend de ses créanciers.",
    ),
    Ratio(
        "liquidity_ratio",
        "Ratio de liquidité",
        PERCENT,
        "Actif à moins d’un an ÷ dettes à moins d’un an",
        "Sous 100 %, les dettes proches dépassent ce qui rentre.",
    ),
    Ratio(
        "repayment_capacity",
        "Capacité de remboursement",
        TIMES,
        "Dettes financières ÷ capacité d’autofinancement",
        "Au-delà de quatre ans, la dette pèse.",
    ),
    Ratio(
        "cash_flow_ratio",
        "CAF sur chiffre d’affaires",
        PERCENT,
        "Capacité d’autofinancement ÷ chiffre d’affaires",
        "Ce que l’activité laisse pour investir et rembourser.",
    ),
    Ratio(
        "obsolescence_ratio",
        "Ratio de vétusté",
        PERCENT,
        "Amortissements ÷ immobilisations brutes",
        "Élevé, l’outil est à renouveler.",
    ),
)
MANAGEMENT = (
    Ratio(
        "working_capital_ratio",
        "BFR d’exploitation sur chiffre d’affaires",
        PERCENT,
        "Besoin en fonds de roulement ÷ chiffre d’affaires",
        "Ce que l’activité immobilise.",
    ),
    Ratio(
        "working_capital_days",
        "BFR d’exploitation",
        DAYS,
        "Le même, en jours de chiffre d’affaires",
        "Une hausse consomme de la trésorerie.",
    ),
    Ratio(
        "stock_days",
        "Rotation des stocks",
        DAYS,
        "Stocks ÷ achats, en jours",
        "Une hausse signale des ventes qui ralentissent.",
    ),
    Ratio(
        "customer_credit_days",
        "Crédit clients",
        DAYS,
        "Créances clients ÷ ventes, en jours",
        "Une hausse signale des clients qui paient tard.",
    ),
    Ratio(
        "supplier_credit_days",
        "Crédit fournisseurs",
        DAYS,
        "Dettes fournisseurs ÷ achats, en jours",
        "Une hausse signale des paiements retenus.",
    ),
)
TABS = (("Performance", PERFORMANCE), ("Solvabilité et trésorerie", SOLVENCY), ("Gestion", MANAGEMENT))


def ratios(reading: Reading) -> Block:
    """The last fiscal years, and the ratios of the last one beside the quartiles of the sector."""
    rows = reading.series("dossier_accounts").rows
    public = [row for row in rows if not (row["disclosure"] or "").lower().startswith("confidentiel")]
    if not public:
        text = CONFIDENTIAL if rows else "Aucun compte publié n’est connu."
        return Block("accounts", "Comptes et ratios financiers", texts=(text,), origin=_origin(reading))
    last, sector = public[-1], _quartiles(reading, public[-1])
    kind = KINDS_OF_ACCOUNTS.get(last["balance_type"] or "", "type de comptes inconnu")
    texts = [f"Dernier exercice clos le {day(last['closed_on'])} ({kind})."]
    texts += [CONFIDENTIAL] if len(public) < len(rows) else []
    tables = tuple(_tab(title, kept, last, sector) for title, kept in TABS)
    return Block(
        "accounts",
        "Comptes et ratios financiers",
        texts=tuple(texts),
        charts=tuple(filter(None, (_years(public[-YEARS_SHOWN:]),))),
        more_tables=tuple(table for table in tables if table.rows),
        more=(_compared(reading, sector),),
        note=NOT_THOSE,
        origin=_origin(reading),
    )


def _origin(reading: Reading) -> str:
    return reading.origin("dossier_accounts", "ratios_inpi", "INPI / BCE")


def _years(rows: list[Row]) -> Chart | None:
    found = [
        Series(ratio.label, tuple(row[ratio.column] for row in rows))
        for ratio in PERFORMANCE[:5]
        if any(row[ratio.column] is not None for row in rows)
    ]
    if not found:
        return None
    return Chart(
        kind="bar",
        title="Comptes par exercice",
        sentence=_revenue(rows),
        labels=tuple(f"Exercice clos le {day(row['closed_on'])}" for row in rows),
        series=tuple(found),
        axis="Exercice",
        unit=EUROS,
        missing="/",
    )


def _revenue(rows: list[Row]) -> str:
    """The turnover and its change since the accounts before, which are not always those of the year before."""
    known = [row["revenue_eur"] for row in rows[-2:]]
    if known[-1] is None:
        return "Le chiffre d’affaires du dernier exercice n’est pas connu."
    text = f"Le chiffre d’affaires du dernier exercice est de {euros(known[-1])}"
    if len(known) == 2 and known[0]:
        change = known[1] / known[0] - 1
        before = rows[-2]["closed_on"]
        yearly = abs((rows[-1]["closed_on"] - before).days - YEAR_DAYS) <= MONTH_DAYS
        since = "en un an" if yearly else f"depuis l’exercice clos le {day(before)}"
        text += f", soit {'+' if change > 0 else ''}{percent(change, 0)} {since}"
    return f"{text}."


def _quartiles(reading: Reading, last: Row) -> dict[str, Row]:
    """ratio → quartiles of the division, else of the section, for the year of these accounts."""
    code = naf_code(reading.company.naf_code)
    if reading.dossier is None or not code or not reading.dossier.holds("sector_ratios"):
        return {}
    for sector in (code[:2], naf_section(code)):
        rows = reading.dossier.sector_ratios(sector, "all") if sector else []
        found = {row["ratio"]: row for row in rows if row["year"] == fiscal_year(last["closed_on"])}
        if found:
            return found
    return {}


def _compared(reading: Reading, sector: dict[str, Row]) -> str:
    if not sector:
        return "La position dans le secteur n’est pas connue pour cet exercice."
    one = next(iter(sector.values()))
    return (
        f"Position parmi les entreprises du secteur {one['sector']}, exercice {one['year']}\u00a0: la "
        "moitié d’entre elles sont "
        "entre le premier et le troisième quartile."
    )


def _tab(title: str, kept: tuple[Ratio, ...], last: Row, sector: dict[str, Row]) -> Table:
    known = [ratio for ratio in kept if last[ratio.column] is not None]
    return Table(
        caption=title,
        columns=(
            Column("Ratio", header=True),
            Column("Entreprise", numeric=True),
            Column("Secteur\u00a0: 1er quartile, médiane, 3e quartile"),
            Column("Position"),
            Column("Comment lire"),
        ),
        rows=tuple(_line(ratio, last, sector.get(ratio.column)) for ratio in known),
    )


def _line(ratio: Ratio, last: Row, peers: Row | None) -> tuple[Cell | str, ...]:
    value = last[ratio.column]
    if peers is None:
        compared, place = "inconnu", "inconnue"
    else:
        compared = " · ".join(shown(peers[name], ratio.unit) for name in ("q1", "median", "q3"))
        place = quartile(value, peers["q1"], peers["median"], peers["q3"])
    return Cell(ratio.label, hint=ratio.formula), shown(value, ratio.unit), compared, place, ratio.advice


def shown(value: float, unit: str) -> str:
    """A figure in its unit: euros, %, days, years."""
    if unit == EUROS:
        return euros(value)
    if unit == PERCENT:
        return percent(value, 1)
    return f"{number(value, 0 if unit == DAYS else 1)}{NBSP}{unit}"
