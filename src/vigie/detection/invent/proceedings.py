"""Collective proceedings and closures: a small machine of states run month by month, and the past since 2006."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from vigie.detection.invent.firms import GIANT, Bools, Firms
from vigie.detection.invent.options import Options
from vigie.detection.invent.rows import Ints, days_of
from vigie.detection.invent.streams import stream

LIQUIDATION, REDRESSEMENT, SAUVEGARDE = range(3)
KINDS = ("liquidation", "redressement", "sauvegarde")
OPENING, PLAN, END, INCLUSION, SETTLED, ABANDONED, CLOSING = range(7)
STAGES = (
    "ouverture", "plan_continuation", "fin_procedure", "inclusion_autre_procedure", "solde_procedure",
    "abandon_procedure", "cloture_insuffisance_actif",
)  # fmt: skip
IN_BONIS, IN_SAUVEGARDE, IN_REDRESSEMENT, IN_PLAN, IN_LIQUIDATION, GONE = range(6)
STATES = ("in_bonis", "sauvegarde", "redressement", "plan", "liquidation")
NEVER = 1 << 20
_SINCE = 2006 * 12
_KIND_SHARES = (0.40, 0.95, 1.0)  # liquidation, redressement, sauvegarde, cumulated
# Hazard of an opening: logistic in what acts of the distress.
HAZARD, SLOPE, DEGENERATE_HAZARD, CLOSURE = -8.2, 4.0, -5.55, 0.0008
_MOVES = {  # monthly chances: (plan, liquidation, end)
    IN_REDRESSEMENT: (0.028, 0.056, 0.009),
    IN_SAUVEGARDE: (0.060, 0.030, 0.020),
    IN_PLAN: (0.0, 0.006, 0.008),
}


@dataclass(frozen=True)
class Events:
    """Judgments in the order in which they happened. known_on: day they reach the register."""

    firm: Ints
    day: Ints
    known_on: Ints
    kind: Ints
    stage: Ints


@dataclass(frozen=True)
class Proceedings:
    """Events of the block; months when activity and workforce end, day of closure (-1: none)."""

    events: Events
    opened_at: NDArray[np.int32]
    ends_at: Ints
    gone_at: Ints
    closed_on: Ints
    liquidated_on: Ints


class _Register:
    """Collects events."""

    def __init__(self) -> None:
        self.parts: list[tuple[Ints, Ints, Ints, Ints]] = []

    def add(self, firm: Ints, day: Ints, kind: Ints | int, stage: Ints | int) -> None:
        if len(firm):
            self.parts.append((firm, day, np.broadcast_to(kind, firm.shape), np.broadcast_to(stage, firm.shape)))

    def events(self, random: Generator) -> Events:
        empty = [(np.zeros(0, np.int64),) * 4]
        firm, day, kind, stage = (np.concatenate(part) for part in zip(*(self.parts or empty), strict=True))
        order = np.lexsort((stage, day, firm))
        late = random.integers(0, 41, len(order)) * (random.random(len(order)) < 0.5)
        firm, day, kind, stage = firm[order], day[order], kind[order], stage[order]
        return Events(firm, day, day + late, kind, stage)


def run(options: Options, firms: Firms, push: NDArray[np.float32]) -> Proceedings:
    """Lives the proceedings of the block."""
    random = stream(options.seed, "proceedings", firms.block)
    register = _Register()
    state, plan_kind = _past(options, firms, random, register)
    count = len(firms)
    ends, closed = np.full(count, NEVER), np.full(count, -1)
    liquidated, opened_at = np.full(count, NEVER * 32), np.zeros((options.length, count), np.int32)
    already = state == IN_LIQUIDATION
    ends[already] = options.start
    base = DEGENERATE_HAZARD if options.degenerate else HAZARD
    protected = firms.establishments >= GIANT
    chances = random.random((3, options.length, count), dtype=np.float32)
    days = random.integers(0, 28, (options.length, count))
    slope = 0.0 if options.degenerate else SLOPE
    for step in range(options.length):
        month = options.start + step
        first = days_of(np.array([month]))[0]
        day, chance, other = first + days[step], chances[0, step], chances[1, step]
        born = (firms.first_month < month) & ~protected & (firms.workforce >= 1)
        hazard = 1 / (1 + np.exp(-(base + slope * push[step].astype(np.float64))))
        free = (state == IN_BONIS) & born
        opens, shuts = free & (chance < hazard), free & (chance > 1 - CLOSURE)
        kind = np.searchsorted(np.array(_KIND_SHARES), other)
        _open(register, opens, day, kind, state, plan_kind)
        opened_at[step] = opens
        newly = opens & (kind == LIQUIDATION)
        before = state.copy()
        newly |= _advance(register, before, state, plan_kind, chance, day, opens, chances[2, step])
        ends[newly] = month + 1
        liquidated[newly] = day[newly]
        over = (before == IN_LIQUIDATION) & ~newly & (chance < 0.05)
        register.add(np.flatnonzero(over), day[over], LIQUIDATION, CLOSING)
        ends[shuts] = month
        closed[over | shuts] = day[over | shuts]
        state[over | shuts] = GONE
    gone = np.minimum(ends + 1, NEVER)
    return Proceedings(register.events(random), opened_at, ends, gone, closed, liquidated)


def _open(register: _Register, opens: Bools, day: Ints, kind: Ints, state: Ints, plan_kind: Ints) -> None:
    who = np.flatnonzero(opens)
    register.add(who, day[who], kind[who], OPENING)
    state[who] = np.array([IN_LIQUIDATION, IN_REDRESSEMENT, IN_SAUVEGARDE])[kind[who]]
    plan_kind[who] = kind[who]


def _advance(
    register: _Register, before: Ints, state: Ints, plan_kind: Ints, chance: NDArray[np.float32], day: Ints,
    fresh: Bools, other: NDArray[np.float32],
) -> Bools:  # fmt: skip
    """Moves the proceedings that were open before this month; gives those that become liquidations."""
    newly = np.zeros(len(state), bool)
    for which, (plan, worse, end) in _MOVES.items():
        here = (before == which) & ~fresh
        to_plan = here & (chance < plan)
        to_worse = here & (chance >= plan) & (chance < plan + worse)
        to_end = here & (chance >= plan + worse) & (chance < plan + worse + end)
        who = np.flatnonzero(to_plan)
        register.add(who, day[who], plan_kind[who], PLAN)
        state[who] = IN_PLAN
        who = np.flatnonzero(to_end)
        register.add(who, day[who], plan_kind[who], np.where(other[who] < 0.1, ABANDONED, END))
        state[who] = IN_BONIS
        if which == IN_SAUVEGARDE:
            who = np.flatnonzero(to_worse)
            register.add(who, day[who], SAUVEGARDE, INCLUSION)
            register.add(who, day[who], REDRESSEMENT, OPENING)
            state[who], plan_kind[who] = IN_REDRESSEMENT, REDRESSEMENT
            continue
        who = np.flatnonzero(to_worse)
        told = who[other[who] < 0.7]
        register.add(who, day[who], LIQUIDATION, OPENING)
        register.add(told, day[told] + 1, plan_kind[told], INCLUSION)
        state[who] = IN_LIQUIDATION
        newly |= to_worse
    settled = np.flatnonzero((before == IN_PLAN) & (other > 0.995))
    register.add(settled, day[settled], plan_kind[settled], SETTLED)
    return newly


def _past(options: Options, firms: Firms, random: Generator, register: _Register) -> tuple[Ints, Ints]:
    """Proceedings opened since 2006 and before the first simulated month."""
    count = len(firms)
    state, plan_kind = np.full(count, IN_BONIS), np.full(count, REDRESSEMENT)
    low = np.maximum(_SINCE, firms.created_on // 30 + 1970 * 12 + 1)
    old = (low < options.start - 6) & (random.random(count) < 0.04) & (firms.establishments < GIANT)
    draw, fate = random.random(count), random.random(count)
    opened = np.where(old, low + ((options.start - 4 - low) * draw).astype(np.int64), low)
    day = days_of(np.minimum(opened, options.start - 2)) + random.integers(0, 28, count)
    kind = np.where(random.random(count) < 0.15, SAUVEGARDE, REDRESSEMENT)
    plan_kind[old] = kind[old]
    fates = np.searchsorted(np.array([0.55, 0.8, 0.9, 0.95]), fate)  # plan, ended, abandoned, open, liquidation
    recent = options.start - opened <= 24
    fates = np.where((fates >= 3) & ~recent, 0, fates)
    limit = days_of(np.array([options.start]))[0] - 1

    def then(wait: int, chosen: Bools, kinds: Ints | int, stage: int) -> None:
        who = np.flatnonzero(chosen)
        told = kinds[who] if isinstance(kinds, np.ndarray) else kinds
        register.add(who, np.minimum(day[who] + wait, limit), told, stage)

    then(0, old, kind, OPENING)
    then(300, old & (fates == 0), kind, PLAN)
    then(420, old & (fates == 1), kind, END)
    then(60, old & (fates == 2), kind, ABANDONED)
    then(90, old & (fates == 4), LIQUIDATION, OPENING)
    then(91, old & (fates == 4), kind, INCLUSION)
    state[old & (fates == 0)] = IN_PLAN
    state[old & (fates == 3)] = np.where(kind == SAUVEGARDE, IN_SAUVEGARDE, IN_REDRESSEMENT)[old & (fates == 3)]
    state[old & (fates == 4)] = IN_LIQUIDATION
    return state, plan_kind


def states(options: Options, count: int, events: Events, known: Bools, at_end: bool) -> NDArray[np.int8]:
    """State of each firm (column) at each simulated month (row): its last day, or its first one.

    The current rule (detection-data.md 4.7) written on the simulation's own events: for each kind the last event;
    ended ones and plans of ten years do not count; liquidation before redressement before sauvegarde.
    """
    firsts = days_of(options.start + np.arange(options.length))
    limits = days_of(options.start + 1 + np.arange(options.length)) - 1 if at_end else firsts
    out = np.zeros((options.length, count), np.int8)
    for kind in (SAUVEGARDE, REDRESSEMENT, LIQUIDATION):
        mine = known & (events.kind == kind) & (events.stage != SETTLED)
        firm, day, stage = events.firm[mine], events.day[mine], events.stage[mine]
        row = np.searchsorted(limits, day)
        keep = row < options.length
        if not keep.any():
            continue
        firm, day, stage, row = firm[keep], day[keep], stage[keep], row[keep]
        plain = (IN_LIQUIDATION, IN_REDRESSEMENT, IN_SAUVEGARDE)[kind]
        state = np.select([(stage == OPENING) | (stage == CLOSING), stage == PLAN], [plain, IN_PLAN], IN_BONIS)
        until = np.where(stage == PLAN, ten_years_later(day), NEVER)
        # Events are in the order of firms, then days: a running maximum of their rank gives the last one.
        last = np.full((options.length, count), -1, np.int32)
        last[row, firm] = np.arange(len(row))
        some = np.unique(firm)
        last = np.maximum.accumulate(last[:, some], axis=0)
        now = np.where((last >= 0) & (limits[:, None] < until[last]), state[last], IN_BONIS)
        out[:, some] = np.where(now > IN_BONIS, now, out[:, some])
    return out


def ten_years_later(days: Ints) -> Ints:
    """The same day ten years later."""
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    within = days - months.astype("datetime64[D]").astype(np.int64)
    return (months + 120).astype("datetime64[D]").astype(np.int64) + within
