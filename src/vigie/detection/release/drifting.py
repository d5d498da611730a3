"""How far the month is from what the model learnt on, feature by feature, and what it means: for people who must judge.

Nothing here stops a list: a feature that moves may be the truth (a crisis, deferrals) or a delivery that is wrong. What
has moved is said with the weight that it has in this month's scores, so that one knows whether it matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from vigie.detection.model.columns import ModelFeature
from vigie.detection.model.drift import ACT, SHIFT_TOLD, STABLE, TO_ACT, Drift, Reference, feature_drift
from vigie.detection.release.history import History
from vigie.detection.scored import ScoredMonth
from vigie.publication.schema import BY_NAME

TOLD_AT_MOST = 25
MISSING_TOLD = 0.05
LEVELS_FR = {"strong": "risque fort", "moderate": "risque modéré", "none": "pas d’alerte"}
UNMEASURED = "La dérive n’est pas mesurée : ce modèle a été appris avant qu’elle ne le soit."


@dataclass(frozen=True)
class Moved:
    """A feature, how it moved, and the share of the month's contributions that it carries."""

    drift: Drift
    label_fr: str
    family: str
    weight: float

    @property
    def sentence_fr(self) -> str:
        """« Dette Urssaf : valeurs plus hautes qu’à l’apprentissage (indice 0,31), manquantes 2 % puis 30 % »."""
        one = self.drift
        how = "valeurs réparties autrement"
        if abs(one.shift) >= SHIFT_TOLD:
            how = "valeurs plus hautes" if one.shift > 0 else "valeurs plus basses"
        said = f"{self.label_fr} : {how} qu’à l’apprentissage (indice {_figure(one.psi)})"
        if abs(one.missing_now - one.missing_before) >= MISSING_TOLD:
            said += f", manquantes {_share(one.missing_before)} puis {_share(one.missing_now)}"
        return f"{said} ; {_share(self.weight)} du poids des scores"


@dataclass(frozen=True)
class Drifting:
    """Every feature, the most changed first. score_psi: of the scores, None when it is not known."""

    features: tuple[Moved, ...]
    score_psi: float | None
    limit: float

    @property
    def weight_moved(self) -> float:
        """The share of the contributions carried by features that demand an act."""
        return float(sum(one.weight for one in self.features if one.drift.verdict == TO_ACT))

    @property
    def passed(self) -> bool:
        return self.weight_moved <= self.limit and (self.score_psi is None or self.score_psi < ACT)

    @property
    def value_fr(self) -> str:
        scores = "" if self.score_psi is None else f" ; scores : indice {_figure(self.score_psi)}"
        return f"{_share(self.weight_moved)} du poids{scores}"

    @property
    def limit_fr(self) -> str:
        return f"{_share(self.limit)} du poids ; indice {_figure(ACT)}"

    @property
    def meaning_fr(self) -> str:
        """What is to be understood, in one sentence."""
        if not self.passed:
            return (
                "Le modèle juge sur des données qu’il a peu rencontrées : regardez les sources de ces données, puis "
                "apprenez-le de nouveau (--retrain) si le changement est réel et durable."
            )
        if any(one.drift.verdict == TO_ACT for one in self.features):
            return "Des données ont beaucoup changé, mais elles pèsent peu sur les scores : à surveiller."
        if any(one.drift.verdict != STABLE for one in self.features):
            return "Des données ont un peu changé : à surveiller, les scores restent utilisables."
        return "Les données du mois ressemblent à celles de l’apprentissage."

    @property
    def moved(self) -> tuple[Moved, ...]:
        """Those that are not stable, the heaviest in the scores first."""
        found = [one for one in self.features if one.drift.verdict != STABLE]
        return tuple(sorted(found, key=lambda one: (-one.weight, -one.drift.psi)))


def drifting(
    reference: Reference, month: ScoredMonth, features: Sequence[ModelFeature], limit: float, forecast_shift: float = 0
) -> Drifting:
    """The month scored against the rows that its model learnt from.

    forecast_shift: what a forecast of the failure rate adds to every log-odds; it is no drift.
    """
    made = month.scores
    size = np.abs(made.by_feature).mean(axis=0) if len(made.by_feature) else np.zeros(len(made.features))
    weights = dict(zip(made.features, (size / max(float(size.sum()), 1e-12)).tolist(), strict=True))
    by_code = {one.code: one for one in features}
    found = tuple(
        Moved(one, by_code[one.feature].label or one.feature, by_code[one.feature].family, weights.get(one.feature, 0))
        for one in feature_drift(reference, month.firms, features)
    )
    return Drifting(found, reference.score_drift(made.log_odds - forecast_shift), limit)


def table(found: Drifting) -> pa.Table:
    """The table `drift` of the publication."""
    rows = [
        {
            "feature": one.drift.feature,
            "label_fr": one.label_fr,
            "family": one.family,
            "psi": one.drift.psi,
            "missing_before": one.drift.missing_before,
            "missing_now": one.drift.missing_now,
            "weight": min(one.weight, 1.0),
            "verdict": one.drift.verdict,
            "sentence_fr": one.sentence_fr if one.drift.verdict != STABLE else None,
        }
        for one in sorted(found.features, key=lambda one: one.drift.feature)
    ]
    return pa.Table.from_pylist(rows, BY_NAME["drift"].arrow())


def facts(found: Drifting | None, model: dict[str, Any], volumes: list[list[Any]]) -> dict[str, Any]:
    """What the run's record keeps, in plain JSON."""
    if found is None:
        return {"model_id": model["model_id"], "measured": False, "meaning_fr": UNMEASURED, "volumes": volumes}
    return {
        "model_id": model["model_id"],
        "learnt": model["training_window"],
        "measured": True,
        "passed": found.passed,
        "features": len(found.features),
        "weight_moved": round(found.weight_moved, 6),
        "limit": found.limit,
        "score_psi": None if found.score_psi is None else round(found.score_psi, 6),
        "summary_fr": f"{found.value_fr} (limite : {found.limit_fr})",
        "meaning_fr": found.meaning_fr,
        "moved": [
            {"feature": one.drift.feature, "verdict": one.drift.verdict, "psi": round(one.drift.psi, 6),
             "missing_before": round(one.drift.missing_before, 6), "missing_now": round(one.drift.missing_now, 6),
             "weight": round(one.weight, 6), "sentence_fr": one.sentence_fr}
            for one in found.moved[:TOLD_AT_MOST]
        ],
        "volumes": volumes,
    }  # fmt: skip


def volumes(entries: pa.Table, history: History) -> list[list[Any]]:
    """[what, in the former list, now]: firms by level, then alerts by région; nothing without a former list."""
    if history.former is None:
        return []
    before, now = history.former["level"].astype(str), entries["level"].to_pylist()
    found: list[list[Any]] = [[LEVELS_FR[one], int((before == one).sum()), now.count(one)] for one in LEVELS_FR]
    places = [
        region for region, level in zip(entries["region"].to_pylist(), now, strict=True) if level != "none" and region
    ]
    former = history.former.loc[before != "none", "region"].dropna().astype(str).tolist()
    codes = sorted({*places, *former})
    return found + [[f"alertes, région {code}", former.count(code), places.count(code)] for code in codes]


def _figure(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def _share(value: float) -> str:
    return f"{100 * value:.0f}\u00a0%"
