"""A partner's own score, shown beside ours with its provenance."""

from __future__ import annotations

from vigie.detection.sources.table import Column, Source, Type, amounts_within, rejected_at_most

SOURCE = Source(
    code="score_partenaire",
    label_fr="Score d’un partenaire",
    producer="partenaire (colonne provider)",
    legal_basis="convention avec le partenaire",
    confidentiality="fiscal",
    frequency="monthly",
    delay_months=1,
    grain="siren × month × provider",
    key=("siren", "month", "provider"),
    sort=("siren", "month"),
    subject="siren",
    period="month",
    file_names=(r"score_partenaire.*\.csv",),
    complete=False,
    checks=(amounts_within(20.0), rejected_at_most(0.05)),
    optional=True,
    columns=(
        Column("siren", "siren", Type.SIREN, "firm", nullable=False),
        Column(
            "score", "score", Type.FLOAT, "probability given by the partner, in [0, 1]", nullable=False, low=0, high=1
        ),
        Column("month", "month", Type.MONTH, "month of the score", nullable=False, aliases=("mois",)),
        Column(
            "provider",
            "provider",
            Type.TEXT,
            "who computed it",
            nullable=False,
            aliases=("fournisseur",),
            examples=("DGFiP",),
        ),
    ),
)
