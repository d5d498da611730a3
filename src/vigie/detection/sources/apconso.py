"""Short-time work really used, month by month."""

from __future__ import annotations

from vigie.detection.sources.table import COMPLETE_CHECKS, Column, Source, Type, months_behind_at_most

SOURCE = Source(
    code="apconso",
    label_fr="Consommations d’activité partielle",
    producer="Dares et DGEFP",
    legal_basis="convention de partage de données",
    confidentiality="dgefp",
    frequency="monthly",
    delay_months=1,
    grain="siret × month × request",
    key=("siret", "month", "request_id"),
    sort=("siret", "month"),
    period="month",
    separator=",",
    file_names=(r"consommation_ap\.csv",),
    refreshes_facts=True,
    checks=(*COMPLETE_CHECKS, months_behind_at_most(6)),
    columns=(
        Column("ID_DA", "request_id", Type.TEXT, "request", nullable=False),
        Column("ETAB_SIRET", "siret", Type.SIRET, "establishment", nullable=False),
        Column("MOIS", "month", Type.MONTH, "month; any day of it may be written", nullable=False),
        Column("HEURES", "hours", Type.FLOAT, "hours used"),
        Column("MONTANTS", "amount_eur", Type.EUR, "amount"),
        Column("EFFECTIFS", "workforce_count", Type.COUNT, "employees concerned, written 16.0"),
    ),
)
