"""Judgements that stand beside the models in an evaluation: the list of the month before, and a partner's own score.

Neither is learnt here. The former list answers « what is a new list worth? »; the partner's score, combined by the
declared rule, answers « would it help? » before anybody thinks of using it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from vigie.detection.model import calibrate
from vigie.detection.model.columns import Floats
from vigie.detection.model.thresholds import Thresholds
from vigie.kernel.period import Month

PREVIOUS_LIST, WITH_PARTNER = "previous_list", "with_partner"
LABELS_FR = {
    PREVIOUS_LIST: "Règle simple : la liste précédente telle quelle",
    WITH_PARTNER: "Modèle additif avec le score du partenaire",
}
# The partner's log-odds for these firms, as known at a month; NaN where there is none.
Partner = Callable[[Month, Any], Floats]


def previous_list(former_firms: Any, former: Floats, firms: Any, cut: Thresholds) -> Floats:
    """The alerts of the former list at their former score; every other firm, or new one, at the mean of the rest.

    former: log-odds of the month before, by the model of the month judged.
    """
    probability = calibrate.sigmoid(former)
    alerted = probability >= cut.moderate
    rest = float(probability[~alerted].mean()) if (~alerted).any() else cut.moderate / 2
    told = dict(zip(np.asarray(former_firms)[alerted].astype(str), former[alerted], strict=True))
    usual = float(calibrate.logit(np.float64(rest)))
    return np.array([told.get(str(firm), usual) for firm in firms], dtype=np.float64)


def combined(ours: Floats, partner: Floats, weight: float) -> Floats:
    """The declared rule: weighted mean of the two log-odds where the partner has a score, ours elsewhere."""
    return np.where(np.isnan(partner), ours, (1 - weight) * ours + weight * np.nan_to_num(partner))
