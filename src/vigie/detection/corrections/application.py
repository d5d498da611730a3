"""Applying corrections to a month's scores: whole columns, no loop on firms, exact to the last bar.

Order of the work, which is not the order of the files: shifts (each capped at ± 1.0), groups that count together, the
sum (capped at ± 1.5), then floors on what is left, then the caps again. Whatever the caps take away is taken from each
correction's own bar: base + families + corrections stays equal to the log-odds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vigie.detection.corrections.checks import CorrectionRefused, quoted
from vigie.detection.corrections.conditions import Booleans, View
from vigie.detection.corrections.correction import Correction
from vigie.detection.corrections.effects import CAP_ONE, CAP_SUM, LEVEL_STEP, Contributions, Floor, Group
from vigie.detection.model.columns import Floats, Frame
from vigie.kernel.period import Month


@dataclass(frozen=True)
class Thresholds:
    """The two probabilities from which a firm is in alert, as chosen before corrections."""

    strong: float
    moderate: float

    @property
    def level_step(self) -> float:
        """Distance between the two, in log-odds: what « one level up » is worth."""
        return max(0.0, float(logit(self.strong) - logit(self.moderate)))


@dataclass(frozen=True)
class Adjusted:
    """Log-odds after corrections, and what each correction did.

    effects: firms × corrections, log-odds; log_odds = the model's + the sum of its row.
    applied: firms × corrections, True where the firm is concerned (even when the caps leave nothing of it).
    corrections: the columns' corrections, sorted by code.
    """

    log_odds: Floats
    effects: Floats
    applied: Booleans
    corrections: tuple[Correction, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(one.code for one in self.corrections)

    def codes_applied(self) -> list[list[str]]:
        """By firm, the codes of the corrections that concern it."""
        packed = np.packbits(self.applied, axis=1)
        if packed.shape[1] == 0:
            return [[] for _ in range(len(self.log_odds))]
        # Few different sets of corrections exist: each is named once.
        _, first, inverse = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        named = [[self.codes[column] for column in np.flatnonzero(self.applied[row])] for row in first]
        return [named[one].copy() for one in inverse.ravel()]


def apply(
    corrections: Sequence[Correction],
    frame: Frame,
    contributions: Contributions,
    log_odds: Floats,
    *,
    thresholds: Thresholds,
    month: Month,
) -> Adjusted:
    """Corrected log-odds of a month's firms. The validity of each correction is the caller's to check (`active`).

    frame: the panel's columns for the month, in the order of ``log_odds``.
    """
    ordered = tuple(sorted(corrections, key=lambda one: (one.code, one.version)))
    if len({one.code for one in ordered}) < len(ordered):
        raise CorrectionRefused("Deux versions d’un même redressement ne s’appliquent pas ensemble.")
    view = View(frame, len(log_odds), month, contributions.main_family())
    effects = np.zeros((len(log_odds), len(ordered)), order="F")
    applied = np.zeros((len(log_odds), len(ordered)), dtype=np.bool_, order="F")
    for column, one in enumerate(ordered):
        if not isinstance(one.effect, Floor):
            effects[:, column], applied[:, column] = _shift(one, view, contributions, thresholds)
    _count_together(ordered, effects, thresholds)
    effects = _capped(effects)
    _floors(ordered, view, log_odds, effects, applied)
    effects = _capped(effects)
    return Adjusted(log_odds + effects.sum(axis=1), effects, applied, ordered)


def _shift(
    correction: Correction, view: View, contributions: Contributions, thresholds: Thresholds
) -> tuple[Floats, Booleans]:
    """Effect of one correction that is not a floor, and whom it concerns; members of a group are capped with it."""
    concerned = correction.condition.truth(view)[0]
    amounts = correction.effect.amounts(view, contributions, concerned)
    if correction.effect.unit == LEVEL_STEP:
        amounts = amounts * thresholds.level_step
    amounts = np.where(concerned, amounts, 0.0)
    if correction.effect.group is None:
        amounts = np.clip(amounts, -CAP_ONE, CAP_ONE)
    return amounts, concerned & (amounts != 0.0)


def _count_together(corrections: Sequence[Correction], effects: Floats, thresholds: Thresholds) -> None:
    """Holds each group's sum within its bounds; what goes against the sum is erased, the rest shares it."""
    groups: dict[str, Group] = {}
    members: dict[str, list[int]] = {}
    for column, one in enumerate(corrections):
        if (group := one.effect.group) is None:
            continue
        if groups.setdefault(group.code, group) != group:
            raise CorrectionRefused(f"Le groupe {quoted([group.code])} n’a pas les mêmes bornes partout.")
        members.setdefault(group.code, []).append(column)
    for code, columns in members.items():
        group = groups[code]
        step = thresholds.level_step if group.unit == LEVEL_STEP else 1.0
        low, high = max(group.low * step, -CAP_ONE), min(group.high * step, CAP_ONE)
        part = effects[:, columns]
        total = np.clip(part.sum(axis=1), low, high)
        with_it = np.maximum(part * np.sign(total)[:, None], 0.0)
        weight = with_it.sum(axis=1)
        effects[:, columns] = with_it * np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)[:, None]


def _floors(
    corrections: Sequence[Correction], view: View, log_odds: Floats, effects: Floats, applied: Booleans
) -> None:
    """Raises to the highest minimum, then lowers to the lowest maximum; the correction that asks it bears it."""
    lift, lifter = np.full(view.rows, -np.inf), np.full(view.rows, -1)
    lid, lidder = np.full(view.rows, np.inf), np.full(view.rows, -1)
    for column, one in enumerate(corrections):
        if not isinstance(one.effect, Floor):
            continue
        concerned = one.condition.truth(view)[0]
        if one.effect.minimum is not None:
            higher = concerned & (one.effect.minimum > lift)
            lift[higher], lifter[higher] = one.effect.minimum, column
        if one.effect.maximum is not None:
            lower = concerned & (one.effect.maximum < lid)
            lid[lower], lidder[lower] = one.effect.maximum, column
    now = log_odds + effects.sum(axis=1)
    change = np.minimum(np.maximum(now, lift), lid) - now
    bearer = np.where(change > 0, lifter, lidder)
    rows = np.flatnonzero(change != 0)
    effects[rows, bearer[rows]] = np.clip(change[rows], -CAP_ONE, CAP_ONE)
    applied[rows, bearer[rows]] = True


def _capped(effects: Floats) -> Floats:
    """The same effects, shrunk together where their sum passes the cap."""
    total = np.abs(effects.sum(axis=1))
    factor = np.divide(CAP_SUM, total, out=np.ones_like(total), where=total > CAP_SUM)
    return np.asfortranarray(effects * factor[:, None])


def logit(probability: float | Floats) -> Floats:
    """Log-odds of a probability, within what floats can tell."""
    held = np.clip(probability, 1e-12, 1 - 1e-12)
    return np.log(held) - np.log1p(-held)


def levels(log_odds: Floats, thresholds: Thresholds) -> np.ndarray:
    """strong, moderate or none; a score on a threshold goes up."""
    strong, moderate = logit(thresholds.strong), logit(thresholds.moderate)
    return np.where(log_odds >= strong, "strong", np.where(log_odds >= moderate, "moderate", "none"))
