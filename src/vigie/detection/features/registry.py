"""The registry of features: every column of the panel that a model may read, in one ordered tuple.

docs/reference/features.md is written from it, the panel computes what it lists, the model takes its directions from it
and the screens their words.
"""

from __future__ import annotations

from vigie.detection.features import (
    debts,
    finance,
    identity,
    payment_plans,
    proceedings,
    short_time_work,
    supplier_delays,
    workforce,
)
from vigie.detection.features.feature import FAMILIES, Family, Feature

__all__ = ["CONTEXT", "FAMILIES", "FEATURES", "Family", "Feature", "available", "family", "feature", "sources"]

FEATURES: tuple[Feature, ...] = (
    *debts.FEATURES,
    *payment_plans.FEATURES,
    *short_time_work.FEATURES,
    *finance.FEATURES,
    *workforce.FEATURES,
    *supplier_delays.FEATURES,
    *identity.FEATURES,
    *proceedings.FEATURES,
)
# Columns that stand beside the features: they select, describe and cut, and are never fed to a model.
CONTEXT = (
    "naf_section", "naf_division", "region", "departement", "size_band", "proceedings_state", "in_perimeter",
    "plan_running", "payment_plan_running", "accounts_public",
)  # fmt: skip
_BY_CODE = {entry.code: entry for entry in FEATURES}
_FAMILY_BY_CODE = {entry.code: entry for entry in FAMILIES}


def feature(code: str) -> Feature:
    """The feature of a code; KeyError when there is none."""
    return _BY_CODE[code]


def family(code: str) -> Family:
    """The family of a code; KeyError when there is none."""
    return _FAMILY_BY_CODE[code]


def available() -> tuple[Feature, ...]:
    """The features that delivered sources carry, in the order of the panel."""
    return tuple(entry for entry in FEATURES if entry.available)


def sources() -> tuple[str, ...]:
    """The sources that at least one available feature reads, in alphabetical order."""
    return tuple(sorted({source for entry in available() for source in entry.sources}))
