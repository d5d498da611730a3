"""What an agent is told: one sentence per topic, from all the values that bear on it.

The model reads ten columns about a debt; a person reads one sentence. A topic gathers columns of the registry, and its
sentence is written from the firm's row. An empty sentence is not told: the fact is unknown, or would teach nothing to a
reader (the amount of the month's dues stands for the size of the firm); its bar stays in the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from vigie.detection.features.feature import PANEL_HISTORY_MONTHS
from vigie.detection.model.explain import NBSP, figure

Row = Mapping[str, Any]
Sentence = Callable[[Row], str]

AVERAGE_MONTH_DAYS = 30.4


def number(row: Row, code: str) -> float | None:
    """A value of the firm; None when it is unknown."""
    value = row.get(code)
    if value is None:
        return None
    found = float(value)
    return None if math.isnan(found) else found


def euros(value: float) -> str:
    return f"{figure(value)}{NBSP}€"


def percent(value: float) -> str:
    return f"{figure(100 * value, 1)}{NBSP}%"


def signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{percent(value)}"


def counted(value: float, one: str, many: str) -> str:
    return f"{figure(value)}{NBSP}{one if abs(value) < 2 else many}"


def debt(row: Row) -> str:
    shares = [number(row, code) for code in ("employee_debt_eur", "employer_debt_eur")]
    if all(share is None for share in shares):
        return ""
    employee, employer = (share or 0.0 for share in shares)
    total = employee + employer
    if total < 1:
        return "Aucune dette Urssaf"
    said = f"Dette Urssaf{NBSP}: {euros(total)}"
    months = number(row, "debt_to_dues_ratio")
    if months is not None and months >= 0.05:
        said += f", soit {figure(months, 1)}{NBSP}mois de cotisations"
    if employee >= 1:
        said += f", dont {euros(employee)} de part salariale"
    since = number(row, "months_since_debt_free")
    if since is not None and since >= 2:
        least = "au moins " if since >= PANEL_HISTORY_MONTHS else ""
        said += f", sans interruption depuis {least}{figure(since)}{NBSP}mois"
    change = number(row, "debt_per_head_change_3m_eur")
    if change is not None and abs(change) >= 1:
        said += ", en hausse sur trois mois" if change > 0 else ", en baisse sur trois mois"
    return said


def payment_plan(row: Row) -> str:
    if number(row, "payment_plan_broken"):
        return "Délai de paiement Urssaf accordé, non tenu"
    amount = number(row, "payment_plan_amount_eur")
    if not amount:
        return "Aucun délai de paiement Urssaf en cours"
    said = f"Délai de paiement Urssaf en cours{NBSP}: {euros(amount)}"
    left = number(row, "payment_plan_days_left")
    if left:
        said += f", encore {counted(max(1.0, round(left / AVERAGE_MONTH_DAYS)), 'mois', 'mois')}"
    late = number(row, "payment_plan_deviation_ratio")
    return said + (", en retard sur l’échéancier" if late is not None and late > 0.05 else "")


def ccsf(row: Row) -> str:
    since = number(row, "ccsf_months_since")
    if since is None:
        return ""
    return f"Commission des chefs des services financiers saisie il y a {figure(since)}{NBSP}mois"


def untold(row: Row) -> str:
    return ""


def short_time_work(row: Row) -> str:
    months, asked = number(row, "ap_months_24m_count"), number(row, "ap_authorised_hours")
    large = ", demandée pour plus de la moitié du personnel" if number(row, "ap_large_request_12m") else ""
    if not months and asked:
        return f"Activité partielle autorisée pour {figure(asked)}{NBSP}heures dans le mois{large}"
    if not months:
        return f"Activité partielle{large}" if large else "Pas d’activité partielle depuis deux ans"
    said = f"Activité partielle{NBSP}: {figure(months)}{NBSP}mois sur les vingt-quatre derniers"
    share = number(row, "ap_used_ratio")
    if share:
        said += f", {percent(share)} du temps de travail du dernier mois connu"
    return said + large


def profit(row: Row) -> str:
    margin = number(row, "inpi_ebitda_margin_ratio")
    if margin is not None:
        return f"Excédent brut d’exploitation{NBSP}: {percent(margin)} du chiffre d’affaires"
    net = number(row, "inpi_net_margin_ratio")
    return "" if net is None else f"Résultat net{NBSP}: {percent(net)} du chiffre d’affaires"


def solvency(row: Row) -> str:
    equity = number(row, "inpi_equity_ratio")
    if number(row, "negative_equity"):
        return "Capitaux propres négatifs"
    if equity is None:
        return ""
    return f"Capitaux propres{NBSP}: {percent(equity)} du bilan"


def repayment(row: Row) -> str:
    years = number(row, "inpi_repayment_capacity_ratio")
    if number(row, "negative_cash_flow"):
        return "Capacité d’autofinancement négative"
    if years is None:
        return ""
    return f"Dette nette{NBSP}: {figure(years, 1)}{NBSP}années de capacité d’autofinancement"


def liquidity(row: Row) -> str:
    value = number(row, "inpi_liquidity_ratio")
    if value is None:
        return ""
    return f"Actifs à court terme{NBSP}: {percent(value)} des dettes à court terme"


def working_capital(row: Row) -> str:
    days = number(row, "inpi_working_capital_days")
    if days is None:
        return ""
    return f"Besoin en fonds de roulement{NBSP}: {figure(days)}{NBSP}jours de chiffre d’affaires"


def credit(row: Row) -> str:
    supplier, customer = number(row, "inpi_supplier_credit_days"), number(row, "inpi_customer_credit_days")
    parts = []
    if supplier is not None:
        parts.append(f"fournisseurs payés à {figure(supplier)}{NBSP}jours")
    if customer is not None:
        parts.append(f"clients encaissés à {figure(customer)}{NBSP}jours")
    said = ", ".join(parts)
    return said[:1].upper() + said[1:]


def revenue(row: Row) -> str:
    value, change = number(row, "inpi_revenue_eur"), number(row, "inpi_revenue_change_ratio")
    if value is None:
        return ""
    said = f"Chiffre d’affaires{NBSP}: {euros(value)}"
    # The feature brings back to twelve months what two balance sheets up to two years apart say.
    return said if change is None else f"{said}, {signed(change)} par an"


def accounts(row: Row) -> str:
    if not number(row, "accounts_available"):
        return "Aucun compte publié connu"
    if number(row, "accounts_confidential"):
        return "Comptes déposés sous confidentialité"
    age = number(row, "accounts_age_months")
    return "Comptes publiés" if age is None else f"Derniers comptes connus clos il y a {figure(age)}{NBSP}mois"


def workforce(row: Row) -> str:
    count = number(row, "workforce_count")
    if count is None:
        return ""
    said = f"Effectif{NBSP}: {counted(count, 'salarié', 'salariés')}"
    change = number(row, "workforce_change_12m_ratio")
    if change is None:
        return said
    return f"{said}, stable sur douze mois" if abs(change) < 0.005 else f"{said}, {signed(change)} en douze mois"


def age(row: Row) -> str:
    years = number(row, "age_years")
    return "" if years is None else f"Entreprise créée il y a {counted(years, 'an', 'ans')}"


def establishments(row: Row) -> str:
    count = number(row, "establishments_count")
    if count is None:
        return ""
    said = counted(count, "établissement en activité", "établissements en activité")
    closed = number(row, "establishments_closed_12m_count")
    return f"{said}, {counted(closed, 'fermé', 'fermés')} en un an" if closed else said


def sector(row: Row) -> str:
    rate = number(row, "sector_failure_rate")
    if rate is None:
        return ""
    return f"Défaillances du même secteur dans le département{NBSP}: {percent(rate)} des entreprises"


def past_proceedings(row: Row) -> str:
    count, since = number(row, "proceedings_past_count"), number(row, "proceedings_months_since")
    if not count:
        return "Aucune procédure collective passée"
    said = counted(count, "procédure collective passée", "procédures collectives passées")
    return said if since is None else f"{said}, la dernière ouverte il y a {figure(since)}{NBSP}mois"


TOPICS: Mapping[str, tuple[Sentence, tuple[str, ...]]] = {
    "debt": (debt, (
        "employee_debt_eur", "employer_debt_eur", "debt_per_head_eur", "debt_per_head_change_3m_eur",
        "debt_to_dues_ratio", "debt_months_12m_count", "months_since_debt_free", "employee_debt_grave",
        "urssaf_default",
    )),
    "payment_plan": (payment_plan, (
        "payment_plan_days_left", "payment_plan_total_days", "payment_plan_amount_eur", "payment_plan_deviation_ratio",
        "payment_plan_broken", "payment_plan_new_6m",
    )),
    "ccsf": (ccsf, ("ccsf_months_since",)),
    "dues": (untold, ("contributions_due_eur",)),
    "urssaf_history": (untold, ("urssaf_history_months",)),
    "short_time_work": (short_time_work, (
        "ap_used_hours", "ap_authorised_hours", "ap_used_ratio", "ap_months_24m_count", "ap_large_request_12m",
    )),
    "profit": (profit, (
        "inpi_ebitda_margin_ratio", "inpi_pretax_income_ratio", "inpi_cash_flow_ratio", "inpi_ebit_margin_ratio",
        "inpi_net_margin_ratio", "negative_ebitda",
    )),
    "solvency": (solvency, ("inpi_equity_ratio", "inpi_debt_ratio", "negative_equity", "inpi_obsolescence_ratio")),
    "repayment": (repayment, ("inpi_repayment_capacity_ratio", "inpi_interest_cover_ratio", "negative_cash_flow")),
    "liquidity": (liquidity, ("inpi_liquidity_ratio",)),
    "working_capital": (working_capital, (
        "inpi_working_capital_ratio", "inpi_working_capital_days", "inpi_stock_days",
    )),
    "credit": (credit, (
        "inpi_customer_credit_days", "inpi_supplier_credit_days", "inpi_payment_to_collection_ratio",
    )),
    "revenue": (revenue, ("inpi_revenue_eur", "inpi_revenue_change_ratio")),
    "accounts": (accounts, ("accounts_confidential", "accounts_available", "accounts_age_months")),
    "workforce": (workforce, (
        "workforce_count", "workforce_carried", "workforce_change_6m_ratio", "workforce_change_12m_ratio",
        "workforce_change_24m_ratio",
    )),
    "age": (age, ("age_years",)),
    "establishments": (establishments, (
        "establishments_count", "establishments_opened_12m_count", "establishments_closed_12m_count",
    )),
    "sector": (sector, ("sector_failure_rate",)),
    "past_proceedings": (past_proceedings, ("proceedings_past_count", "proceedings_months_since")),
}  # fmt: skip
TOPIC_OF: Mapping[str, str] = {code: topic for topic, (_, codes) in TOPICS.items() for code in codes}
