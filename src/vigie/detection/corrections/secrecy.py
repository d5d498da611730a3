"""Who may read that a correction touched a firm: no more people than may read the facts it rests on."""

from __future__ import annotations

from vigie.detection.corrections.correction import Correction
from vigie.detection.features.registry import FEATURES

# From the most open to the most closed: a correction has the class of its most closed fact.
CLASSES = ("public", "dgefp", "urssaf", "altares", "fiscal")


def confidentiality(correction: Correction) -> str:
    """The class of the most closed fact that the scope reads, or that the effect changes."""
    families = correction.effect.model_needs()[1]
    read = correction.columns()
    found = {one.confidentiality for one in FEATURES if one.code in read or one.family in families}
    return max(found, key=CLASSES.index, default="public")
