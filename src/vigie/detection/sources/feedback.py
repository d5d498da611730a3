"""What agents said of the published lists: opinions, outcomes, wishes for correction (no personal name)."""

from __future__ import annotations

from vigie.detection.sources.table import Column, Source, Type, rejected_at_most

SOURCE = Source(
    code="feedback",
    label_fr="Retours des agents",
    producer="service web de Vigie",
    legal_basis="interne",
    confidentiality="urssaf",
    frequency="continuous",
    delay_months=0,
    grain="publication × siren × day",
    key=("publication_id", "siren", "kind", "recorded_on"),
    subject="siren",
    period="recorded_on",
    separator=",",
    file_names=(r"feedback.*\.csv",),
    complete=False,
    checks=(rejected_at_most(0.05),),
    optional=True,
    columns=(
        Column(
            "publication_id",
            "publication_id",
            Type.TEXT,
            "publication concerned",
            nullable=False,
            pattern=r"[0-9]{4}-[0-9]{2}\.[0-9]+",
            examples=("2026-06.1",),
        ),
        Column("siren", "siren", Type.SIREN, "firm", nullable=False),
        Column(
            "kind", "kind", Type.TEXT, "opinion, outcome or correction", nullable=False, examples=("opinion", "outcome")
        ),
        Column(
            "value",
            "value",
            Type.TEXT,
            "code of the opinion or of the outcome",
            nullable=False,
            examples=("useful", "already_known"),
        ),
        Column("reason", "reason", Type.TEXT, "why", required=False),
        Column("recorded_on", "recorded_on", Type.DATE_ISO, "day", nullable=False),
    ),
)
