"""Judgements that stand beside the models in an evaluation: the former list, a partner's own score, the need for help.

The former list answers « what is a new list worth? »; the partner's score, combined by the declared rule, answers
« would it help? » before anybody thinks of using it; neither is learnt here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from vigie.detection.model import calibrate, lookalikes
from vigie.detection.model.columns import Floats, ModelFeature, text_column
from vigie.detection.model.thresholds import Thresholds
from vigie.kernel.period import Month

PREVIOUS_LIST, WITH_PARTNER = "previous_list", "with_partner"
LABELS_FR = {
    PREVIOUS_LIST: "Règle simple : la liste précédente telle quelle",
    WITH_PARTNER: "Modèle additif avec le score du partenaire",
}
# The partner's log-odds for these firms, as known at a month; NaN where there is none.
Partner = Callable[[Month, Any], Floats]
# Whether these firms were accompanied, first after a month (None: at any time), and by the last day of another.
Followed = Callable[[Any, Month | None, Month], Any]


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


def future_need(
    rows: Any, month: Month, until: Month, features: Sequence[ModelFeature], followed: Followed, seed: int
) -> dict[str, Any]:
    """What the probability of needing help was worth at a past month: lift among firms accompanied afterwards.

    rows: the firms of the month (Rows of evaluate). Learnt from those accompanied by then, judged on those accompanied
    first between then and ``until``; the figures are NaN when too few were known.
    """
    already, later = followed(rows.siren, None, month), followed(rows.siren, month, until)
    need = lookalikes.probable_need(rows.frame, already, features, rows.siren, seed)
    places = text_column(rows.frame, "departement")
    return {
        "month": str(month), "known": int(already.sum()), "later": int(later.sum()),
        **lookalikes.future_lift(need, later, already, places),
    }  # fmt: skip
