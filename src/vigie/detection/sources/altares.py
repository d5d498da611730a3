"""Late payments to suppliers (Altares, format of 2023)."""

from __future__ import annotations

from vigie.detection.sources.table import Column, Source, Type, rejected_at_most

SOURCE = Source(
    code="altares",
    label_fr="Retards fournisseurs (Altares, 2023)",
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
    separator=",",
    file_names=(r"altares.*\.csv", r".*paydex_2023.*\.csv"),
    optional=True,
    complete=False,
    checks=(rejected_at_most(0.05),),
    columns=(
        Column("siren", "siren", Type.SIREN, "firm", nullable=False),
        Column("état_organisation", "state_label", Type.TEXT, "state of the firm", required=False, examples=("Actif",)),
        Column("code_paydex", "paydex_code", Type.TEXT, "Paydex, three digits", pattern=r"[0-9]{3}", examples=("078",)),
        Column("nbr_jrs_retard", "late_days", Type.INT, "average days late"),
        Column("nbr_fournisseurs", "suppliers_count", Type.COUNT, "suppliers observed"),
        Column("encours_étudiés", "outstanding_eur", Type.FLOAT, "outstandings observed, euros", low=0),
        Column(
            "note_100_alerteur_plus_30",
            "late_30_days_percent",
            Type.FLOAT,
            "share of payments over 30 days late",
            low=0,
            high=100,
        ),
        Column(
            "note_100_alerteur_plus_90_jours",
            "late_90_days_percent",
            Type.FLOAT,
            "share of payments over 90 days late",
            low=0,
            high=100,
        ),
        Column("date_valeur", "valued_on", Type.DATE_ISO, "value date", nullable=False),
    ),
)
