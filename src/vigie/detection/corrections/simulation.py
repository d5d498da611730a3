"""What a correction would change, before anybody decides: firms that change level, where, in which sector, which curve.

A dry run: nothing is written. « Before » is the month with the corrections in force without this one, « after » with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.detection.corrections.application import Adjusted, Thresholds, apply, levels
from vigie.detection.corrections.correction import Correction
from vigie.detection.corrections.effects import CAP_ONE, Contributions, ShapeEdit
from vigie.detection.model.calibrate import sigmoid
from vigie.detection.model.columns import Floats, Frame, number_column, text_column
from vigie.kernel.period import Month

LEVELS = ("none", "moderate", "strong")
MOST_FIRMS = 1_000
CURVE_BINS = 24
PLACES = {"region": "by_region", "naf_section": "by_section"}
Texts = NDArray[np.str_]


@dataclass(frozen=True)
class Scene:
    """A month as the model judged it, before corrections. levels_of: the policy, if not the bare thresholds."""

    month: Month
    frame: Frame
    contributions: Contributions
    log_odds: Floats
    thresholds: Thresholds
    levels_of: Callable[[Floats], Texts] | None = None

    def adjusted(self, corrections: Sequence[Correction]) -> Adjusted:
        """The month under some corrections."""
        return apply(
            corrections, self.frame, self.contributions, self.log_odds, thresholds=self.thresholds, month=self.month
        )

    def levels(self, log_odds: Floats) -> Texts:
        """Level of each firm."""
        return levels(log_odds, self.thresholds) if self.levels_of is None else self.levels_of(log_odds)


@dataclass(frozen=True)
class Pair:
    """Two sets of corrections to compare; ``subject`` is the one that makes the difference, if it is one."""

    before: tuple[Correction, ...]
    after: tuple[Correction, ...]
    subject: Correction | None = None


def with_candidate(active: Sequence[Correction], candidate: Correction | None) -> Pair:
    """Those in force without any version of the candidate, then with it; or without any, then with all."""
    if candidate is None:
        return Pair((), tuple(active))
    others = tuple(one for one in active if one.code != candidate.code)
    return Pair(others, (*others, candidate), candidate)


def simulate(scene: Scene, pair: Pair) -> dict[str, Any]:
    """Everything a page or a report needs of the dry run, as plain values."""
    before, after = scene.adjusted(pair.before), scene.adjusted(pair.after)
    level_before, level_after = scene.levels(before.log_odds), scene.levels(after.log_odds)
    concerned = _concerned(after, pair)
    moves = rank(level_after) - rank(level_before)
    found: dict[str, Any] = {
        "month": str(scene.month),
        "thresholds": {"strong": scene.thresholds.strong, "moderate": scene.thresholds.moderate},
        "firms": len(scene.log_odds),
        "concerned": int(concerned.sum()),
        "up": int((moves > 0).sum()),
        "down": int((moves < 0).sum()),
        "levels_before": _counts(level_before),
        "levels_after": _counts(level_after),
        "transitions": _transitions(level_before, level_after),
        "effects": _effects(after, pair),
        "curve": curve(scene, pair.subject),
    }
    for column, name in PLACES.items():
        found[name] = _by_place(text_column(scene.frame, column), concerned, level_before, level_after)
    found["firms_moving"] = _firms_moving(scene, before, after, level_before, level_after)
    return found


def rank(level: Texts) -> NDArray[np.int64]:
    """0, 1, 2 for none, moderate, strong."""
    return (level == "moderate").astype(np.int64) + 2 * (level == "strong")


def _concerned(after: Adjusted, pair: Pair) -> NDArray[np.bool_]:
    columns = [index for index, one in enumerate(after.corrections) if pair.subject is None or one == pair.subject]
    return np.asarray(after.applied[:, columns].any(axis=1))


def _counts(level: Texts) -> dict[str, int]:
    return {name: int((level == name).sum()) for name in LEVELS}


def _transitions(before: Texts, after: Texts) -> list[dict[str, Any]]:
    pairs = ((one, two) for one in LEVELS for two in LEVELS if one != two)
    counts = [
        {"before": one, "after": two, "firms": int(((before == one) & (after == two)).sum())} for one, two in pairs
    ]
    return [row for row in counts if row["firms"]]


def _effects(after: Adjusted, pair: Pair) -> list[dict[str, Any]]:
    """By correction shown: firms concerned, mean, lowest and highest effect."""
    found = []
    for index, one in enumerate(after.corrections):
        if pair.subject is not None and one != pair.subject:
            continue
        values = after.effects[after.applied[:, index], index]
        row: dict[str, Any] = {"code": one.code, "version": one.version, "firms": len(values)}
        if len(values):
            row |= {"mean": float(values.mean()), "lowest": float(values.min()), "highest": float(values.max())}
        found.append(row)
    return found


def _by_place(places: Texts, concerned: NDArray[np.bool_], before: Texts, after: Texts) -> list[dict[str, Any]]:
    """By région or section: firms concerned, up, down, alerts before and after; the places that move most first."""
    moves = rank(after) - rank(before)
    found = []
    for place in np.unique(places):
        rows = places == place
        row: dict[str, Any] = {
            "code": str(place), "firms": int(rows.sum()), "concerned": int((rows & concerned).sum()),
            "up": int((rows & (moves > 0)).sum()), "down": int((rows & (moves < 0)).sum()),
        }  # fmt: skip
        for name in ("strong", "moderate"):
            row[f"{name}_before"] = int((rows & (before == name)).sum())
            row[f"{name}_after"] = int((rows & (after == name)).sum())
        found.append(row)
    return sorted(found, key=lambda row: (-(row["up"] + row["down"]), -row["concerned"], row["code"]))


def _firms_moving(
    scene: Scene, before: Adjusted, after: Adjusted, level_before: Texts, level_after: Texts
) -> list[dict[str, Any]]:
    """The firms that change level, those that change most first, at most a thousand."""
    change = after.log_odds - before.log_odds
    moving = np.flatnonzero(level_before != level_after)
    siren = text_column(scene.frame, "siren")
    moving = moving[np.lexsort((siren[moving], -np.abs(change[moving])))][:MOST_FIRMS]
    texts = {name: text_column(scene.frame, name) for name in ("departement", "region", "naf_section")}
    scores = sigmoid(before.log_odds), sigmoid(after.log_odds)
    return [
        {
            "siren": str(siren[row]), **{name: str(column[row]) for name, column in texts.items()},
            "level_before": str(level_before[row]), "level_after": str(level_after[row]),
            "score_before": float(scores[0][row]), "score_after": float(scores[1][row]),
            "effect": float(change[row]),
        }
        for row in moving
    ]  # fmt: skip


def curve(scene: Scene, correction: Correction | None) -> dict[str, Any] | None:
    """The curve of the term edited, before and after: mean contribution by value as the month's firms have it.

    None when the correction draws none. Values come by groups of equal size, with the points drawn in between.
    """
    if correction is None or not isinstance(correction.effect, ShapeEdit):
        return None
    edit = correction.effect
    values = number_column(scene.frame, edit.feature)
    in_model = edit.feature in scene.contributions.features
    given = scene.contributions.feature(edit.feature) if in_model else np.zeros(len(values))
    known = ~np.isnan(values)
    xs, means, counts = _bins(values[known], given[known])
    if len(xs) == 0:
        xs, means, counts = np.array([edit.points[0][0]]), np.zeros(1), np.zeros(1, dtype=np.int64)
    drawn = np.setdiff1d(np.array([x for x, _ in edit.points]), xs)
    grid = np.concatenate((xs, drawn))
    before = np.interp(grid, xs, means)
    order = np.argsort(grid, kind="stable")
    grid, before = grid[order], before[order]
    firms = np.concatenate((counts, np.zeros(len(drawn), dtype=np.int64)))[order]
    after = _after(edit, grid, before)
    missing_before = float(given[~known].mean()) if (~known).any() else 0.0
    return {
        "feature": edit.feature,
        "in_model": in_model,
        "points": [
            {"value": float(x), "before": float(b), "after": float(a), "firms": int(n)}
            for x, b, a, n in zip(grid, before, after, firms, strict=True)
        ],
        "missing": {"before": missing_before, "after": missing_before + edit.missing, "firms": int((~known).sum())},
    }


def _after(edit: ShapeEdit, grid: Floats, before: Floats) -> Floats:
    drawn = edit.drawn(grid)
    if edit.replaces:
        inside = (grid >= edit.points[0][0]) & (grid <= edit.points[-1][0])
        drawn = np.where(inside, drawn - before, 0.0)
    return before + np.clip(drawn, -CAP_ONE, CAP_ONE)


def _bins(values: Floats, given: Floats) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Mean value, mean contribution and firms of each group; equal values are never in two groups."""
    if len(values) == 0:
        return np.empty(0), np.empty(0), np.empty(0, dtype=np.int64)
    edges = np.unique(np.quantile(values, np.linspace(0, 1, CURVE_BINS + 1)))
    group = np.unique(np.searchsorted(edges[1:], values, side="left"), return_inverse=True)[1]
    counts = np.bincount(group)
    xs, means = np.bincount(group, values) / counts, np.bincount(group, given) / counts
    order = np.argsort(xs, kind="stable")
    return xs[order], means[order], counts[order].astype(np.int64)
