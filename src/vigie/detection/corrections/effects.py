"""What a correction does to the log-odds of the firms in its scope: four kinds, each checked when it is read.

- shape_edit: points drawn on one feature's curve; added to it, or taking its place between the first and last point;
- family_scale: a factor on what a family of features contributes;
- offset: a shift, the same for all, or told by a code (sector), by a count of conditions, by the place in a group;
- floor: a lowest or a highest log-odds.

An effect may be told in level steps: the distance, in log-odds, between the two alert thresholds of the month. It
moves by that much, it does not jump: a firm far below the first threshold stays without alert.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vigie.detection.corrections.checks import (
    CorrectionRefused,
    a_list,
    a_number,
    a_text,
    a_whole,
    an_object,
    one_of,
    quoted,
    shown,
)
from vigie.detection.corrections.conditions import Booleans, Condition, View, counted, read_conditions
from vigie.detection.model.columns import Floats

CAP_ONE = 1.0  # log-odds that one correction may move a firm by
CAP_SUM = 1.5  # log-odds that all corrections together may move a firm by
LOG_ODDS, LEVEL_STEP = "log_odds", "level_step"
MOST_STEPS = 2.0
SCALE_MOST = 3.0
FLOOR_BOUND = 10.0


@dataclass(frozen=True)
class Contributions:
    """What the model gave each firm, in log-odds: firms × features and firms × families, with the names of columns."""

    features: tuple[str, ...]
    by_feature: Floats
    families: tuple[str, ...]
    by_family: Floats

    def feature(self, code: str) -> Floats:
        """One feature's contribution; refuses a feature that the model does not use."""
        if code not in self.features:
            raise CorrectionRefused(f"Le modèle du mois n’utilise pas la donnée {quoted([code])}.")
        return self.by_feature[:, self.features.index(code)]

    def family(self, code: str) -> Floats:
        """One family's contribution; refuses a family that the model does not have."""
        if code not in self.families:
            raise CorrectionRefused(f"Le modèle du mois n’a pas la famille {quoted([code])}.")
        return self.by_family[:, self.families.index(code)]

    def main_family(self) -> NDArray[np.str_]:
        """The family that raises each firm's risk most; empty when none does."""
        if not self.families:
            return np.full(len(self.by_family), "")
        names = np.array(self.families)[self.by_family.argmax(axis=1)]
        return np.where(self.by_family.max(axis=1) > 0, names, "")


@dataclass(frozen=True)
class Group:
    """Several corrections that count together: their sum stays between two bounds (the counter of 2021)."""

    code: str
    low: float
    high: float
    unit: str


class Effect(Protocol):
    """Shift of each firm, before caps and in the unit told by ``unit``; 0 where it has none."""

    unit: str
    group: Group | None

    def amounts(self, view: View, contributions: Contributions, concerned: Booleans) -> Floats: ...

    def columns(self) -> frozenset[str]: ...

    def model_needs(self) -> tuple[frozenset[str], frozenset[str]]: ...


@dataclass(frozen=True)
class ShapeEdit:
    """A delta drawn over the values of a feature, straight between its points."""

    feature: str
    points: tuple[tuple[float, float], ...]
    replaces: bool
    missing: float
    unit: str = LOG_ODDS
    group: Group | None = None

    def amounts(self, view: View, contributions: Contributions, concerned: Booleans) -> Floats:
        values = view.numbers(self.feature)
        known = ~np.isnan(values)
        found = np.full(view.rows, self.missing)
        found[known] = self.drawn(values[known])
        if self.replaces:
            inside = known & (values >= self.points[0][0]) & (values <= self.points[-1][0])
            found = np.where(inside, found - contributions.feature(self.feature), np.where(known, 0.0, found))
        return found

    def drawn(self, values: Floats) -> Floats:
        """The curve as drawn; flat before its first point and after its last one."""
        xs, ys = np.array(self.points).T
        return np.interp(values, xs, ys)

    def columns(self) -> frozenset[str]:
        return frozenset({self.feature})

    def model_needs(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset({self.feature}) if self.replaces else frozenset(), frozenset()


@dataclass(frozen=True)
class FamilyScale:
    """A family counts more, less, or not at all (factor 0)."""

    family: str
    factor: float
    unit: str = LOG_ODDS
    group: Group | None = None

    def amounts(self, view: View, contributions: Contributions, concerned: Booleans) -> Floats:
        return (self.factor - 1.0) * contributions.family(self.family)

    def columns(self) -> frozenset[str]:
        return frozenset()

    def model_needs(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(), frozenset({self.family})


@dataclass(frozen=True)
class Constant:
    """The same shift for every firm."""

    effect: float

    def amounts(self, view: View, concerned: Booleans) -> Floats:
        return np.full(view.rows, self.effect)

    def columns(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True)
class ByColumn:
    """A shift told by a code: the table of sectors of 2020. A code without a line has none."""

    column: str
    effects: Mapping[str, float]

    def amounts(self, view: View, concerned: Booleans) -> Floats:
        names, inverse = np.unique(view.texts(self.column), return_inverse=True)
        return np.array([self.effects.get(str(name), 0.0) for name in names])[inverse]

    def columns(self) -> frozenset[str]:
        return frozenset({self.column})


@dataclass(frozen=True)
class ByCount:
    """A shift told by how many conditions hold: effects[0] for none, effects[1] for one…"""

    of: tuple[Condition, ...]
    effects: tuple[float, ...]

    def amounts(self, view: View, concerned: Booleans) -> Floats:
        return np.array(self.effects)[counted(self.of, view)[0]]

    def columns(self) -> frozenset[str]:
        return frozenset().union(*(one.columns() for one in self.of))


@dataclass(frozen=True)
class ByPosition:
    """effect × position ^ exponent; position goes evenly from 1, the highest value of the group in scope, to 0.

    Equal values share their mean position; a firm alone in its group is at 1; a missing value has no shift.
    """

    feature: str
    within: str
    exponent: float
    effect: float

    def amounts(self, view: View, concerned: Booleans) -> Floats:
        values = view.numbers(self.feature)
        groups = view.texts(self.within)
        kept = np.flatnonzero(concerned & ~np.isnan(values) & (groups != ""))
        found = np.zeros(view.rows)
        found[kept] = self.effect * positions(values[kept], groups[kept]) ** self.exponent
        return found

    def columns(self) -> frozenset[str]:
        return frozenset({self.feature, self.within})


def positions(values: Floats, groups: NDArray[np.str_]) -> Floats:
    """Place of each value in its group, from 0 (lowest) to 1 (highest), ties at their mean."""
    if len(values) == 0:
        return np.zeros(0)
    _, index = np.unique(groups, return_inverse=True)
    order = np.lexsort((values, index))
    sizes = np.bincount(index)
    starts = np.cumsum(sizes) - sizes
    ranks = np.arange(len(values)) - np.repeat(starts, sizes)  # in the order of groups, then of values
    ordered, of_group = values[order], index[order]
    fresh = np.concatenate(([True], (np.diff(ordered) != 0) | (np.diff(of_group) != 0)))
    run = np.cumsum(fresh) - 1
    found = np.empty(len(values))
    found[order] = (np.bincount(run, ranks) / np.bincount(run))[run]
    lasts = sizes[index] - 1.0
    return np.where(lasts > 0, found / np.maximum(lasts, 1.0), 1.0)


@dataclass(frozen=True)
class Offset:
    """A shift on the scope."""

    amount: Constant | ByColumn | ByCount | ByPosition
    unit: str
    group: Group | None

    def amounts(self, view: View, contributions: Contributions, concerned: Booleans) -> Floats:
        return self.amount.amounts(view, concerned)

    def columns(self) -> frozenset[str]:
        return self.amount.columns()

    def model_needs(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(), frozenset()


@dataclass(frozen=True)
class Floor:
    """A lowest or a highest log-odds, after the shifts of all the others."""

    minimum: float | None
    maximum: float | None
    unit: str = LOG_ODDS
    group: Group | None = None

    def amounts(self, view: View, contributions: Contributions, concerned: Booleans) -> Floats:
        return np.zeros(view.rows)  # told by the log-odds of the moment: `application.py`

    def columns(self) -> frozenset[str]:
        return frozenset()

    def model_needs(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(), frozenset()


def read_effect(kind: str, raw: Any, place: str) -> ShapeEdit | FamilyScale | Offset | Floor:
    """The effect that the parameters of a kind say."""
    return READERS[kind](raw, place)


def _shape_edit(raw: Any, place: str) -> ShapeEdit:
    given = an_object(raw, place, ("feature", "points", "mode", "missing"), ("feature", "points"))
    mode = one_of(given.get("mode", "add"), f"{place} › mode", ("add", "replace"))
    bound = CAP_ONE if mode == "add" else FLOOR_BOUND
    points = tuple(
        _point(one, f"{place} › points [{rank}]", bound)
        for rank, one in enumerate(a_list(given["points"], f"{place} › points", 2, 50), 1)
    )
    if any(after[0] <= before[0] for before, after in itertools.pairwise(points)):
        raise CorrectionRefused(f"{place} › points : les valeurs doivent aller en croissant, sans se répéter.")
    missing = a_number(given.get("missing", 0.0), f"{place} › missing", -CAP_ONE, CAP_ONE)
    return ShapeEdit(a_text(given["feature"], f"{place} › feature", 80), points, mode == "replace", missing)


def _point(raw: Any, place: str, bound: float) -> tuple[float, float]:
    value, effect = a_list(raw, place, 2, 2)
    return a_number(value, place), _bounded(effect, place, bound)


def _bounded(raw: Any, place: str, bound: float) -> float:
    number = a_number(raw, place)
    if abs(number) > bound:
        raise CorrectionRefused(
            f"{place} : un effet va de {shown(-bound)} à {shown(bound)}, pas {shown(number)}. "
            "Au-delà, c’est le modèle qu’il faut revoir."
        )
    return number


def _family_scale(raw: Any, place: str) -> FamilyScale:
    given = an_object(raw, place, ("family", "factor"), ("family", "factor"))
    return FamilyScale(
        a_text(given["family"], f"{place} › family", 80),
        a_number(given["factor"], f"{place} › factor", 0, SCALE_MOST),
    )


def _offset(raw: Any, place: str) -> Offset:
    ways = ("effect", "effect_by", "effect_by_count", "effect_by_position")
    given = an_object(raw, place, (*ways, "unit", "group"))
    unit = one_of(given.get("unit", LOG_ODDS), f"{place} › unit", (LOG_ODDS, LEVEL_STEP))
    bound = CAP_ONE if unit == LOG_ODDS else MOST_STEPS
    chosen = [way for way in ways if way in given]
    if len(chosen) != 1:
        raise CorrectionRefused(f"{place} : l’effet s’écrit d’une seule façon parmi {quoted(ways)}.")
    way = chosen[0]
    amount = AMOUNTS[way](given[way], f"{place} › {way}", bound)
    return Offset(amount, unit, _group(given.get("group"), f"{place} › group", unit))


def _constant(raw: Any, place: str, bound: float) -> Constant:
    return Constant(_bounded(raw, place, bound))


def _by_column(raw: Any, place: str, bound: float) -> ByColumn:
    given = an_object(raw, place, ("column", "effects"), ("column", "effects"))
    effects = given["effects"]
    if not isinstance(effects, dict) or not 1 <= len(effects) <= 1000:
        raise CorrectionRefused(f"{place} › effects : une table « code : effet » de 1 à 1 000 lignes est attendue.")
    return ByColumn(
        a_text(given["column"], f"{place} › column", 80),
        {
            a_text(name, f"{place} › effects", 80): _bounded(value, f"{place} › effects › {name[:80]}", bound)
            for name, value in effects.items()
        },
    )


def _by_count(raw: Any, place: str, bound: float) -> ByCount:
    given = an_object(raw, place, ("of", "effects"), ("of", "effects"))
    of = read_conditions(given["of"], f"{place} › of")
    effects = a_list(given["effects"], f"{place} › effects", len(of) + 1, len(of) + 1)
    return ByCount(of, tuple(_bounded(one, f"{place} › effects [{rank}]", bound) for rank, one in enumerate(effects)))


def _by_position(raw: Any, place: str, bound: float) -> ByPosition:
    given = an_object(
        raw, place, ("feature", "within", "exponent", "effect"), ("feature", "within", "exponent", "effect")
    )
    return ByPosition(
        a_text(given["feature"], f"{place} › feature", 80),
        a_text(given["within"], f"{place} › within", 80),
        float(a_whole(given["exponent"], f"{place} › exponent", 1, 5)),
        _bounded(given["effect"], f"{place} › effect", bound),
    )


def _group(raw: Any, place: str, unit: str) -> Group | None:
    if raw is None:
        return None
    given = an_object(raw, place, ("code", "low", "high"), ("code", "low", "high"))
    return Group(
        a_text(given["code"], f"{place} › code", 60),
        a_number(given["low"], f"{place} › low", -MOST_STEPS, 0),
        a_number(given["high"], f"{place} › high", 0, MOST_STEPS),
        unit,
    )


def _floor(raw: Any, place: str) -> Floor:
    given = an_object(raw, place, ("minimum", "maximum"))
    bounds = {name: a_number(value, f"{place} › {name}", -FLOOR_BOUND, FLOOR_BOUND) for name, value in given.items()}
    minimum, maximum = bounds.get("minimum"), bounds.get("maximum")
    if minimum is None and maximum is None:
        raise CorrectionRefused(f"{place} : il manque {quoted(['minimum'])} ou {quoted(['maximum'])}.")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise CorrectionRefused(f"{place} : le minimum est au-dessus du maximum.")
    return Floor(minimum, maximum)


AMOUNTS: dict[str, Callable[[Any, str, float], Constant | ByColumn | ByCount | ByPosition]] = {
    "effect": _constant,
    "effect_by": _by_column,
    "effect_by_count": _by_count,
    "effect_by_position": _by_position,
}
READERS: dict[str, Callable[[Any, str], ShapeEdit | FamilyScale | Offset | Floor]] = {
    "shape_edit": _shape_edit,
    "family_scale": _family_scale,
    "offset": _offset,
    "floor": _floor,
}
KINDS = tuple(READERS)
