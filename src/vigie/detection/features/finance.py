"""Accounts: the ratios published by INPI and the Banque de France, as they can be known at the month.

A balance sheet speaks from its filing, or seven months after its closing when the date of filing is unknown, and for
two years. It never speaks inside the fiscal year it closes.
"""

from __future__ import annotations

import ibis

from vigie.detection.engine import Table, attach, month_index
from vigie.detection.features import series
from vigie.detection.features.facts import Facts
from vigie.detection.features.feature import Feature

FAMILY = "finance"
KNOWN_AFTER_MONTHS = 7
VALID_MONTHS = 24
PERCENT = 100.0
SOURCES = ("ratios_inpi",)
# Which balance sheet of one closing date speaks: consolidated, complete, simplified.
TYPES = {"K": 0, "C": 1, "S": 2}
RATIOS = {
    "inpi_equity_ratio": "equity_ratio",
    "inpi_debt_ratio": "debt_ratio",
    "inpi_liquidity_ratio": "liquidity_ratio",
    "inpi_obsolescence_ratio": "obsolescence_ratio",
    "inpi_ebitda_margin_ratio": "ebitda_margin_ratio",
    "inpi_pretax_income_ratio": "pretax_income_ratio",
    "inpi_cash_flow_ratio": "cash_flow_ratio",
    "inpi_working_capital_ratio": "working_capital_ratio",
    "inpi_interest_cover_ratio": "interest_cover_ratio",
}
DAYS = {
    "inpi_working_capital_days": "working_capital_days",
    "inpi_stock_days": "stock_days",
    "inpi_customer_credit_days": "customer_credit_days",
    "inpi_supplier_credit_days": "supplier_credit_days",
}
PREVIOUS = ("inpi_equity_ratio", "inpi_liquidity_ratio", "inpi_ebitda_margin_ratio", "inpi_pretax_income_ratio")
# What needs two balance sheets, hence both known.
OF_TWO = frozenset({"inpi_revenue_change_ratio", *(f"{name}_previous" for name in PREVIOUS)})


def available_from(closed_on: ibis.Value, filed_on: ibis.Value) -> ibis.Value:
    """The month from which a balance sheet is known: the one after its filing; without filing date, the first day of
    the month after closing, plus seven months (31/12 gives 01/08)."""
    return ibis.coalesce(month_index(filed_on) + 1, month_index(closed_on) + 1 + KNOWN_AFTER_MONTHS)


def accounts(rows: Table) -> Table:
    """One balance sheet per firm and closing date, with its features: siren, closed, available, and the values.

    Ratios come in percent and leave as ratios (1.0 = 100 %). Out of its domain a ratio is missing, and a flag says why.
    """
    rank = ibis.cases(*((rows.balance_type == code, place) for code, place in TYPES.items()), else_=3)
    filled = sum((ibis.ifelse(rows[name].notnull(), 1, 0) for name in RATIOS.values()), ibis.literal(0))
    best = ibis.window(group_by=["siren", "closed_on"], order_by=[rank, -filled, rows.revenue_eur, rows.filed_on])
    one = rows.mutate(place=ibis.row_number().over(best)).filter(ibis._.place == 0)
    revenue = one.revenue_eur.cast("float64")
    ebitda = one.ebitda_eur.cast("float64")
    customer = one.customer_credit_days
    return one.select(
        "siren",
        closed=month_index(one.closed_on),
        available=available_from(one.closed_on, one.filed_on).cast("int32"),
        **{name: one[raw] / PERCENT for name, raw in RATIOS.items()},
        **{name: one[raw].cast("float64") for name, raw in DAYS.items()},
        inpi_repayment_capacity_ratio=ibis.ifelse(one.cash_flow_ratio > 0, one.repayment_capacity_ratio, None),
        inpi_payment_to_collection_ratio=series.ratio(one.supplier_credit_days, customer),
        inpi_revenue_eur=revenue,
        inpi_ebit_margin_ratio=series.ratio(one.ebit_eur.cast("float64"), revenue),
        inpi_net_margin_ratio=series.ratio(one.net_income_eur.cast("float64"), revenue),
        negative_equity=one.equity_ratio < 0,
        negative_cash_flow=one.cash_flow_ratio < 0,
        negative_ebitda=ebitda < 0,
        accounts_confidential=_confidential(one),
    )


def _confidential(rows: Table) -> ibis.Value:
    """A confidential deposit says so, or shows no figure of the income statement."""
    said = rows.confidentiality.fill_null("").lower()
    return ibis.ifelse(said == "", rows.revenue_eur.isnull(), ~said.isin(["public", "non", "0", "false"]))


def with_previous(table: Table) -> Table:
    """The same, with the values of the balance sheet before (closed 6 to 24 months earlier) and `previous_available`,
    the month from which that one is known: accounts are at times filed after those of the next year."""
    before = ibis.window(group_by="siren", order_by="closed")
    gap = table.closed - table.closed.lag(1).over(before)
    usable = (gap >= 6) & (gap <= 24)
    marked = table.mutate(
        previous_revenue=ibis.ifelse(usable, table.inpi_revenue_eur.lag(1).over(before), None),
        **{f"{name}_previous": ibis.ifelse(usable, table[name].lag(1).over(before), None) for name in PREVIOUS},
        previous_available=table.available.lag(1).over(before),
        gap=gap,
    )
    growth = series.ratio(marked.inpi_revenue_eur - marked.previous_revenue, marked.previous_revenue)
    return marked.mutate(inpi_revenue_change_ratio=growth * 12 / marked.gap).drop("previous_revenue", "gap")


def latest(grid: Table, table: Table, first: int) -> Table:
    """The balance sheet that speaks at each month of the grid: siren, month, closed; the most recent closing known."""
    dated = table.select(
        "siren", "closed", month=ibis.ifelse(table.available < first, first, table.available).cast("int32")
    )
    events = dated.group_by(["siren", "month"]).agg(closed=dated.closed.max())
    joined = attach(grid, events, ["siren", "month"])
    return joined.select("siren", "month", closed=series.highest_so_far(joined.closed))


def features(facts: Facts, base: Table) -> Table:
    """The columns of the family: siren, month, one per feature, and the context column accounts_public."""
    known = facts.engine.keep(with_previous(accounts(facts.table("ratios_inpi"))))
    current = latest(facts.grid, known, facts.first)
    values = [name for name in known.columns if name not in ("siren", "closed", "available", "previous_available")]
    joined = attach(current, known, ["siren", "closed"])
    age = joined.month - joined.closed
    first_known = joined.available.fill_null(0)
    valid = (joined.month - first_known < VALID_MONTHS) & joined.closed.notnull()
    both = valid & (joined.previous_available <= joined.month)
    return joined.select(
        "siren", "month",
        **{name: ibis.ifelse(both if name in OF_TWO else valid, joined[name], None) for name in values},
        accounts_available=valid,
        accounts_age_months=age.cast("float64"),
        accounts_public=(valid & ~joined.accounts_confidential).fill_null(False),
    )  # fmt: skip


MISSING = "inconnu : comptes non déposés, confidentiels ou trop anciens"


def _feature(code: str, label: str, unit: str, direction: int, definition: str, **rest: object) -> Feature:
    values: dict[str, object] = {
        "window_months": 0, "delay_months": 1, "domain": "comptes connus", "missing": MISSING,
        "confidentiality": "public", **rest,
    }  # fmt: skip
    return Feature(
        code, label, FAMILY, SOURCES, unit, direction=direction, definition_fr=definition, **values,  # type: ignore[arg-type]
    )  # fmt: skip


OURS: tuple[Feature, ...] = (
    _feature("inpi_equity_ratio", "Solidité financière", "ratio", -1, "Capitaux propres sur total du bilan."),
    _feature("inpi_debt_ratio", "Taux d’endettement", "ratio", 0, "Dettes financières sur capitaux propres."),
    _feature("inpi_liquidity_ratio", "Liquidité", "ratio", -1, "Actif circulant sur dettes à court terme."),
    _feature("inpi_obsolescence_ratio", "Vétusté des équipements", "ratio", 0, "Amortissements sur immobilisations."),
    _feature("inpi_ebitda_margin_ratio", "Ratio EBE / chiffre d’affaires", "ratio", -1, "EBE sur chiffre d’affaires."),
    _feature(
        "inpi_pretax_income_ratio", "Résultat courant / chiffre d’affaires", "ratio", -1,
        "Résultat courant avant impôts sur chiffre d’affaires.",
    ),
    _feature(
        "inpi_cash_flow_ratio", "Capacité d’autofinancement / chiffre d’affaires", "ratio", -1,
        "Capacité d’autofinancement sur chiffre d’affaires.",
    ),
    _feature(
        "inpi_working_capital_ratio", "Poids du besoin en fonds de roulement", "ratio", 0,
        "Besoin en fonds de roulement d’exploitation sur chiffre d’affaires.",
    ),
    _feature("inpi_interest_cover_ratio", "Couverture des intérêts", "ratio", 0, "Charges d’intérêts sur EBE."),
    _feature(
        "inpi_repayment_capacity_ratio", "Ratio dette nette / capacité d’autofinancement", "années", 1,
        "Dettes financières sur capacité d’autofinancement.", domain="capacité d’autofinancement positive",
    ),
    _feature(
        "inpi_working_capital_days", "Besoin en fonds de roulement en jours", "jours", 0,
        "Besoin en fonds de roulement d’exploitation en jours de chiffre d’affaires.",
    ),
    _feature("inpi_stock_days", "Rotation des stocks", "jours", 0, "Stocks en jours de chiffre d’affaires."),
    _feature("inpi_customer_credit_days", "Crédit clients", "jours", 0, "Créances clients en jours de ventes."),
    _feature("inpi_supplier_credit_days", "Crédit fournisseurs", "jours", 1, "Dettes fournisseurs en jours d’achats."),
    _feature(
        "inpi_payment_to_collection_ratio", "Ratio délai de paiement / délai d’encaissement", "ratio", 0,
        "Crédit fournisseurs sur crédit clients.", domain="crédit clients positif",
    ),
    _feature("inpi_revenue_eur", "Chiffre d’affaires", "eur", 0, "Chiffre d’affaires du dernier exercice connu."),
    _feature(
        "inpi_revenue_change_ratio", "Évolution du chiffre d’affaires", "ratio", -1,
        "Variation annuelle entre les deux derniers exercices connus.", domain="exercice précédent positif",
    ),
    _feature(
        "inpi_ebit_margin_ratio", "Résultat d’exploitation / chiffre d’affaires", "ratio", -1,
        "Résultat d’exploitation sur chiffre d’affaires.", domain="chiffre d’affaires positif",
    ),
    _feature(
        "inpi_net_margin_ratio", "Rentabilité nette", "ratio", -1, "Résultat net sur chiffre d’affaires.",
        domain="chiffre d’affaires positif",
    ),
    *(
        _feature(
            f"{code}_previous", f"{label}, exercice précédent", "ratio", -1, f"Valeur de {code} un exercice avant.",
            origin=code,
        )
        for code, label in (
            ("inpi_equity_ratio", "Solidité financière"), ("inpi_liquidity_ratio", "Liquidité"),
            ("inpi_ebitda_margin_ratio", "Ratio EBE / chiffre d’affaires"),
            ("inpi_pretax_income_ratio", "Résultat courant / chiffre d’affaires"),
        )
    ),
    *(
        _feature(code, label, "oui/non", 1, definition, kind="flag")
        for code, label, definition in (
            ("negative_equity", "Capitaux propres négatifs", "Vrai si les capitaux propres sont négatifs."),
            ("negative_cash_flow", "Capacité d’autofinancement négative", "Vrai si la CAF est négative."),
            ("negative_ebitda", "EBE négatif", "Vrai si l’excédent brut d’exploitation est négatif."),
        )
    ),
    _feature(
        "accounts_confidential", "Comptes déposés sous confidentialité", "oui/non", 0,
        "Vrai si le dernier dépôt connu est confidentiel ou ne montre pas le chiffre d’affaires.", kind="flag",
    ),
    _feature(
        "accounts_available", "Comptes disponibles", "oui/non", 0,
        "Vrai si des comptes connus ont moins de deux ans de mise à disposition.", kind="flag", missing="jamais",
    ),
    _feature(
        "accounts_age_months", "Âge des derniers comptes connus", "mois", 1,
        "Mois écoulés depuis la clôture du dernier exercice connu.", missing="inconnu : aucun dépôt connu",
    ),
)  # fmt: skip

# The tax returns of the DGFiP: kept in the registry, fed by nothing here.
TAX_RETURNS = {
    "net_debt_to_cash_flow": ("Ratio dette nette / capacité d’autofinancement", 1),
    "term_debt_to_equity": ("Ratio dette à terme / capitaux propres", 1),
    "ebitda_to_revenue": ("Ratio EBE / chiffre d’affaires", -1),
    "value_added_per_head_eur": ("Ratio valeur ajoutée / effectif", -1),
    "staff_cost_to_value_added": ("Ratio charges de personnel / valeur ajoutée", 1),
    "stocks_to_revenue": ("Ratio stocks / chiffre d’affaires", 0),
    "cash_to_current_liabilities": ("Liquidité absolue", -1),
    "current_ratio": ("Liquidité générale", -1),
    "quick_ratio": ("Liquidité réduite", -1),
    "payment_to_collection_days": ("Ratio délai de paiement / délai d’encaissement", 0),
    "equity_to_share_capital": ("Ratio capitaux propres / capital social", -1),
    "working_capital_to_equity": ("Ratio BFR / capitaux propres", 0),
    "investment_rate": ("Taux d’investissement", 0),
    "return_on_assets": ("Rentabilité économique", -1),
    "equity_to_assets": ("Solidité financière", -1),
}
FEATURES: tuple[Feature, ...] = OURS + tuple(
    Feature(
        f"dgfip_{code}", label, FAMILY, ("liasses_dgfip",), "ratio", 0, 1, "comptes connus", MISSING, direction,
        "fiscal", "Liasse fiscale de la DGFiP, réservée à ses agents.", available=False,
    )
    for code, (label, direction) in TAX_RETURNS.items()
)  # fmt: skip
