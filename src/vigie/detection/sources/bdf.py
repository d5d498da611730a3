"""Six ratios of the Banque de France (one region, until 2023)."""

from __future__ import annotations

from vigie.detection.sources.table import Column, Source, Type, rejected_at_most


def _ratio(raw: str, name: str, meaning: str) -> Column:
    return Column(raw, name, Type.FLOAT, meaning)


SOURCE = Source(
    code="bdf",
    label_fr="Ratios de la Banque de France",
    producer="Banque de France",
    legal_basis="convention ; secret professionnel",
    confidentiality="fiscal",
    frequency="yearly",
    delay_months=9,
    grain="siren × year",
    key=("siren", "year"),
    sort=("siren", "year"),
    subject="siren",
    period="closed_on",
    file_names=(),
    file_names_2023=(r"(bdf|.*banque[_ -]de[_ -]france).*\.csv",),
    optional=True,
    complete=False,
    checks=(rejected_at_most(0.05),),
    columns=(
        Column("D1", "siren", Type.SIREN, "firm, written with spaces", nullable=False),
        Column(
            "ANNEE", "year", Type.COUNT, "year of the delivery: the accounts are of the year before", nullable=False
        ),
        Column("ARRETE_BILAN", "closed_on", Type.SAS_DATE, "closing date; English or French month", nullable=False),
        Column("DENOM", "name", Type.TEXT, "name", required=False, personal=True),
        Column("SECTEUR", "sector", Type.TEXT, "sector", required=False),
        _ratio("POIDS_FRNG", "working_capital_fund_percent", "net working capital fund over revenue, percent"),
        _ratio("TX_MARGE", "margin_percent", "EBE over value added, percent"),
        _ratio("DELAI_FRS", "supplier_credit_days", "delay with suppliers, days"),
        _ratio("POIDS_DFISC_SOC", "tax_and_social_debt_percent", "tax and social debt over value added, percent"),
        _ratio("POIDS_FIN_CT", "short_term_loans_percent", "current bank loans over revenue, percent"),
        _ratio("POIDS_FRAIS_FIN", "financial_costs_percent", "financial costs over gross operating income, percent"),
    ),
)
