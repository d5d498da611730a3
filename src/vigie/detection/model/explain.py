"""From contributions to reasons: which facts weigh on a firm, and the French sentence for each.

Selection is a few array operations for all firms at once. Sentences come from templates by feature code, registered by
the owner of the feature, or from a default by unit. The confidentiality class travels with each fact: who may read
it is decided where it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from vigie.detection.model.columns import CATEGORY, FLAG, Floats, Frame, Integers, ModelFeature, text_column

AGGRAVATING, REASSURING = 3, 2
SMALLEST = 0.05
NBSP = "\u00a0"
THIN = "\u202f"
CONFIDENTIAL = "Motif confidentiel"

MONTHS_FR = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip

WHOLE_UNITS = ("eur", "eur/personne", "personnes", "nombre", "jours", "heures")
SUFFIXES = {
    "eur": "€", "eur/personne": "€ par salarié", "personnes": "salariés", "nombre": "", "percent": "%",
    "années": "ans", "oui/non": "", "months": "mois", "days": "jours", "years": "ans", "hours": "heures",
}  # fmt: skip

Template = Callable[[float | str | None, date | None, Mapping[str, Any]], str]


@dataclass(frozen=True)
class Fact:
    """One reason: what, how much, when, how it weighs (log-odds), who may read it."""

    feature: str
    family: str
    value: float | str | None
    unit: str
    on: date | None
    contribution: float
    confidentiality: str
    sentence: str

    @property
    def aggravating(self) -> bool:
        """True when it raises the risk."""
        return self.contribution > 0


def select(by_feature: Floats, smallest: float = SMALLEST) -> Integers:
    """Rows × 5: positions of the 3 most aggravating features, then of the 2 most reassuring; −1 where there is none."""
    found = np.full((len(by_feature), AGGRAVATING + REASSURING), -1, dtype=np.int64)
    width = by_feature.shape[1]
    rows = np.ascontiguousarray(by_feature)
    for sign, count, start in ((-1.0, AGGRAVATING, 0), (1.0, REASSURING, AGGRAVATING)):
        count = min(count, width)
        keyed = sign * rows
        near = np.argpartition(keyed, count - 1, axis=1)[:, :count]
        weights = np.take_along_axis(keyed, near, axis=1)
        order = np.lexsort((near, weights), axis=1)
        near, weights = np.take_along_axis(near, order, axis=1), np.take_along_axis(weights, order, axis=1)
        found[:, start : start + count] = np.where(weights <= -smallest, near, -1)
    return found


def raw_values(frame: Frame, features: Sequence[ModelFeature]) -> list[Any]:
    """The values as delivered, feature by feature: what a person reads is not the winsorised number."""
    from vigie.detection.model.columns import number_column

    return [
        text_column(frame, one.code) if one.kind == CATEGORY else number_column(frame, one.code) for one in features
    ]


class Wording:
    """Sentences by feature code, with defaults by unit."""

    def __init__(self, templates: Mapping[str, Template] | None = None) -> None:
        self.templates = dict(templates or {})

    def sentence(
        self,
        feature: ModelFeature,
        value: float | str | None,
        on: date | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> str:
        """The fact in French: label, value with its unit, what adds to it, date."""
        if _is_missing(value):
            return f"{feature.label or feature.code}{NBSP}: non disponible"
        if feature.code in self.templates:
            return self.templates[feature.code](value, on, extra or {})
        return default_sentence(feature, value, on, extra or {})


def default_sentence(
    feature: ModelFeature, value: float | str | None, on: date | None, extra: Mapping[str, Any]
) -> str:
    """« Label : valeur, détail (date) ». extra: `detail` (text) and `trend_months` (signed count)."""
    label = feature.label or feature.code
    said = f"{label}{NBSP}: {worded(value, feature.unit, feature.kind)}"
    if extra.get("detail"):
        said += f", {extra['detail']}"
    trend = int(extra.get("trend_months") or 0)
    if abs(trend) >= 2:
        said += f", en {'hausse' if trend > 0 else 'baisse'} depuis {abs(trend)} mois"
    return said + (f" ({month_of(on)})" if on else "")


def worded(value: float | str | None, unit: str, kind: str = "number") -> str:
    """A value with its unit, as it is read in French."""
    if _is_missing(value) or value is None:
        return "non disponible"
    if kind == CATEGORY or isinstance(value, str):
        return str(value)
    number = float(value)
    if kind == FLAG:
        return "oui" if number else "non"
    if unit == "ratio":
        return f"{figure(100 * number, 1)}{NBSP}%"
    said = figure(number, 0 if unit in WHOLE_UNITS or abs(number) >= 100 else 1)
    suffix = SUFFIXES.get(unit, unit)
    return f"{said}{NBSP}{suffix}" if suffix else said


def figure(value: float, decimals: int = 0) -> str:
    """A number with narrow spaces by thousands and a decimal comma; no useless zero, a true minus sign."""
    text = f"{abs(value):,.{decimals}f}"
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    said = whole.replace(",", THIN) + (f",{rest}" if rest else "")
    return f"−{said}" if value < 0 and said.strip("0,") else said


def month_of(on: date) -> str:
    """« septembre 2026 »."""
    return f"{MONTHS_FR[on.month - 1]} {on.year}"


def _is_missing(value: float | str | None) -> bool:
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))


def facts(
    row: int,
    chosen: Integers,
    by_feature: Floats,
    features: Sequence[ModelFeature],
    values: Sequence[Any],
    wording: Wording,
    on: Callable[[str, int], date | None] = lambda code, row: None,
    details: Callable[[str, int], Mapping[str, Any]] = lambda code, row: {},
) -> list[Fact]:
    """The reasons of one firm, aggravating first. values: from raw_values. on, details: by feature code and row."""
    found = []
    for index in chosen[row]:
        if index < 0:
            continue
        one = features[int(index)]
        value = _plain(values[int(index)][row])
        day = on(one.code, row)
        found.append(
            Fact(
                one.code, one.family, value, one.unit, day, float(by_feature[row, index]), one.confidentiality,
                wording.sentence(one, value, day, details(one.code, row)),
            )
        )  # fmt: skip
    return found


def _plain(value: Any) -> float | str | None:
    """A numpy value as Python's; missing is None."""
    if isinstance(value, str):
        return str(value) or None
    return None if np.isnan(value) else float(value)


def masked(fact: Fact, readable: Sequence[str]) -> Fact:
    """The fact as a reader may see it: without value nor sentence when its class is not readable to him."""
    if fact.confidentiality in readable:
        return fact
    return Fact("confidential", fact.family, None, "", None, fact.contribution, fact.confidentiality, CONFIDENTIAL)


def missing_families(frame: Frame, features: Sequence[ModelFeature]) -> list[list[str]]:
    """For each row, the families of which no feature is known, in the registry's order."""
    families = list(dict.fromkeys(one.family for one in features))
    known: dict[str, Any] = {}
    for one, values in zip(features, raw_values(frame, features), strict=True):
        here = values != "" if one.kind == CATEGORY else ~np.isnan(values)
        known[one.family] = here | known.get(one.family, False)
    lacking = np.column_stack([~known[family] for family in families])
    return [[families[i] for i in np.flatnonzero(row)] for row in lacking]


def recentred(by_family: Floats, base: Floats, groups: Any) -> tuple[Floats, Floats]:
    """Contributions around the mean of the firm's group (sector × size), and the base that goes with them.

    The first bar becomes « risque moyen du secteur et de la taille »; base + sum of families is unchanged.
    """
    _, inverse = np.unique(np.asarray(groups), return_inverse=True)
    counts = np.bincount(inverse).astype(np.float64)
    means = np.column_stack([np.bincount(inverse, by_family[:, index]) / counts for index in range(by_family.shape[1])])
    return by_family - means[inverse], base + means.sum(axis=1)[inverse]
