"""An explicit list of firms to watch, in place of the computed perimeter."""

from __future__ import annotations

from vigie.detection.sources.table import Column, Source, Type

SOURCE = Source(
    code="filter",
    label_fr="Périmètre imposé",
    producer="équipe",
    legal_basis="interne",
    confidentiality="public",
    frequency="on demand",
    delay_months=0,
    grain="siren",
    key=("siren",),
    sort=("siren",),
    subject="siren",
    header="optional",
    file_names=(r"filter.*",),
    file_names_2023=(r"filter_.*",),
    checks=(),
    optional=True,
    all_lines_or_none=True,
    columns=(Column("siren", "siren", Type.SIREN, "firm", nullable=False),),
    notes=("Any value that is not nine digits refuses the whole file.",),
)
