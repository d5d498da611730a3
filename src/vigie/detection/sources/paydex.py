"""Average days of late payment to suppliers (Altares, format of 2021)."""

from __future__ import annotations

from vigie.detection.sources.table import Column, Source, Type, rejected_at_most

SOURCE = Source(
    code="paydex",
    label_fr="Retards fournisseurs (Paydex, 2021)",
    producer="Altares",
    legal_basis="contrat ; données payantes",
    confidentiality="altares",
    frequency="monthly",
    delay_months=1,
    grain="siren × value date",
    key=("siren", "valued_on"),
    sort=("siren", "valued_on"),
    subject="siren",
    period="valued_on",
    file_names=(),
    file_names_2023=(r"E_[0-9]{12}_Retro-Paydex_[0-9]{8}\.csv", r"paydex\.csv"),
    optional=True,
    complete=False,
    checks=(rejected_at_most(0.05),),
    columns=(
        Column("SIREN", "siren", Type.SIREN, "firm", nullable=False),
        Column("NB_JOURS", "late_days", Type.INT, "average days late"),
        Column("DATE_VALEUR", "valued_on", Type.DATE_FR, "value date", nullable=False),
    ),
)
