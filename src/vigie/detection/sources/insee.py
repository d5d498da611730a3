"""What the Sirene files have in common: their producer and the patterns of activity codes."""

from __future__ import annotations

from vigie.detection.sources.table import Rule
from vigie.detection.sources.urssaf import Origin

INSEE = Origin(
    producer="Insee",
    legal_basis="données ouvertes, licence ouverte",
    confidentiality="public",
)

NAF = r"[0-9]{2}\.[0-9]{2}[A-Z]"

OTHER_NOMENCLATURE = Rule(
    "other_nomenclature",
    "raw_naf IS NOT NULL AND coalesce(nomenclature, '') <> 'NAFRev2'",
    "activité écrite dans une autre nomenclature que NAFRev2",
)
