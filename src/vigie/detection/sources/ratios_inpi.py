"""Open financial ratios made from the accounts filed with the INPI."""

from __future__ import annotations

from vigie.detection.sources.table import COMPLETE_CHECKS, Column, Source, Type


def _amount(raw: str, name: str, meaning: str) -> Column:
    return Column(raw, name, Type.EUR, meaning, required=False)


def _ratio(raw: str, name: str, meaning: str) -> Column:
    return Column(raw, name, Type.FLOAT, meaning, required=False)


SOURCE = Source(
    code="ratios_inpi",
    label_fr="Ratios financiers (INPI, BCE)",
    producer="Ministère de l’économie, d’après l’INPI",
    legal_basis="données ouvertes, licence ouverte",
    confidentiality="public",
    frequency="continuous",
    delay_months=7,
    grain="siren × closing date × kind of accounts",
    key=("siren", "closed_on", "balance_type"),
    sort=("siren", "closed_on"),
    subject="siren",
    period="closed_on",
    encoding="utf-8-sig",
    file_names=(r"ratios_inpi_bce.*\.csv",),
    checks=COMPLETE_CHECKS,
    columns=(
        Column("siren", "siren", Type.SIREN, "firm", nullable=False),
        Column("date_cloture_exercice", "closed_on", Type.DATE_ANY, "closing date", nullable=False),
        Column(
            "type_bilan",
            "balance_type",
            Type.CODE,
            "kind of accounts; for one date K is preferred",
            required=False,
            codes={"K": "consolidé", "C": "complet", "S": "simplifié"},
        ),
        _amount("chiffre_d_affaires", "revenue_eur", "revenue"),
        _amount("marge_brute", "gross_margin_eur", "gross margin"),
        _amount("ebe", "ebitda_eur", "excédent brut d’exploitation"),
        _amount("ebit", "ebit_eur", "résultat d’exploitation"),
        _amount("resultat_net", "net_income_eur", "net income"),
        _ratio("taux_d_endettement", "debt_ratio", "financial debt over equity, percent"),
        _ratio("ratio_de_liquidite", "liquidity_ratio", "current assets over current liabilities, percent"),
        _ratio("ratio_de_vetuste", "obsolescence_ratio", "depreciation of fixed assets, percent"),
        _ratio("autonomie_financiere", "equity_ratio", "equity over total assets, percent"),
        _ratio("poids_bfr_exploitation_sur_ca", "working_capital_ratio", "working capital need over revenue, percent"),
        _ratio("couverture_des_interets", "interest_cover_ratio", "interest over EBE, percent"),
        _ratio("caf_sur_ca", "cash_flow_ratio", "cash flow over revenue, percent"),
        _ratio("capacite_de_remboursement", "repayment_capacity_ratio", "financial debt over cash flow"),
        _ratio("marge_ebe", "ebitda_margin_ratio", "EBE over revenue, percent"),
        _ratio("resultat_courant_avant_impots_sur_ca", "pretax_income_ratio", "pre-tax income over revenue, percent"),
        _ratio("poids_bfr_exploitation_sur_ca_jours", "working_capital_days", "working capital need, days of revenue"),
        _ratio("rotation_des_stocks_jours", "stock_days", "stock, days"),
        _ratio("credit_clients_jours", "customer_credit_days", "customers’ delay, days"),
        _ratio("credit_fournisseurs_jours", "supplier_credit_days", "delay with suppliers, days"),
        Column(
            "confidentiality",
            "confidentiality",
            Type.TEXT,
            "confidentiality of the accounts",
            required=False,
            aliases=("confidentialite", "confidentialité"),
            examples=("Public",),
        ),
        Column(
            "date_depot",
            "filed_on",
            Type.DATE_ANY,
            "day of filing, when known",
            required=False,
            aliases=("date_de_depot", "date_depot_comptes"),
            on_bad="null",
        ),
    ),
    notes=("Amounts in euros, ratios as delivered (percent or days): features convert.",),
)
