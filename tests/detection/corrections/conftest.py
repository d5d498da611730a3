"""Corrections and months made by hand for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vigie.detection.corrections.correction import Correction, read_correction

DOCUMENT: dict[str, Any] = {
    "code": "essai", "version": 1, "author": "Anne Exemple", "reason_fr": "Une raison assez longue.",
    "wording_fr": "Ce que lit l’agent", "decision_reference": "note 12", "scope": {}, "kind": "offset",
    "parameters": {"effect": 0.5}, "valid_from": "2026-01", "status": "approved", "proposed_by": "Anne Exemple",
    "approved_by": "Bruno Invente",
}  # fmt: skip


@pytest.fixture
def document() -> Callable[..., dict[str, Any]]:
    """A right document, with some keys changed."""
    return lambda **changes: {key: value for key, value in {**DOCUMENT, **changes}.items() if value is not ...}


@pytest.fixture
def correction(document: Callable[..., dict[str, Any]]) -> Callable[..., Correction]:
    """A right correction, with some keys changed; « ... » removes a key."""
    return lambda **changes: read_correction(document(**changes))
