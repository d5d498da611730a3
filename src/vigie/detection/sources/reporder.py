"""Fixed random draws per establishment and month (2023); replaced here by a hash of the key and a seed."""

from __future__ import annotations

from vigie.detection.sources.table import Column, Source, Type

SOURCE = Source(
    code="reporder",
    label_fr="Tirages d’échantillonnage",
    producer="équipe",
    legal_basis="interne",
    confidentiality="public",
    frequency="on demand",
    delay_months=0,
    grain="siret × month",
    key=("siret", "month"),
    period="month",
    separator=",",
    header="none",
    file_names=(r"reporder.*\.csv",),
    complete=False,
    checks=(),
    optional=True,
    columns=(
        Column("siret", "siret", Type.SIRET, "establishment", nullable=False),
        Column("mois", "month", Type.MONTH, "month", nullable=False),
        Column("tirage", "random_order", Type.FLOAT, "draw in [0, 1[", nullable=False, low=0, high=1),
    ),
)
