"""What happens to firms month after month: hidden distress, proceedings, closures, people employed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.detection.invent import words
from vigie.detection.invent.firms import Bools, Firms
from vigie.detection.invent.options import Options
from vigie.detection.invent.proceedings import Proceedings, run
from vigie.detection.invent.rows import Ints
from vigie.detection.invent.streams import stream

Matrix = NDArray[np.float32]
RHO = 0.95
LASTING = 0.70  # share of the variance that is the firm's own mean: weak firms stay weak
SHOCK = 2020 * 12 + 3  # April 2020
DRIFT = 0.014  # monthly loss of people for each unit of what acts of the distress
_WORKFORCE_DELAY_GAPS = 0.02


@dataclass(frozen=True)
class Life:
    """The block's state, one row per simulated month and one column per firm.

    distress: the hidden variable, for the truth. push: what of it acts (nothing in the degenerate world).
    employed: people at work. counted: where the workforce file says so. active: pays contributions.
    closed_on: day of closure, or -1.
    """

    distress: Matrix
    push: Matrix
    employed: NDArray[np.int32]
    counted: Bools
    active: Bools
    proceedings: Proceedings
    closed_on: Ints


def live(options: Options, firms: Firms) -> Life:
    """Simulates the block over the whole calendar."""
    distress = _distress(options, firms)
    push = np.zeros_like(distress) if options.degenerate else distress
    proceedings = run(options, firms, push)
    months = options.start + np.arange(options.length)[:, None]
    employed = _employed(options, firms, push, proceedings)
    born = months >= firms.first_month
    stopped = (firms.stops_at >= 0) & (months >= firms.stops_at)
    active = born & ~stopped & (months < proceedings.ends_at) & (employed > 0)
    random = stream(options.seed, "gaps", firms.block)
    gap = random.integers(options.window_start, options.last + 1, len(firms))
    gaps = (random.random(len(firms)) < _WORKFORCE_DELAY_GAPS) & (months >= gap) & (months < gap + 3)
    counted = born & ~stopped & ~gaps & (months < proceedings.gone_at)
    return Life(distress, push, employed, counted, active, proceedings, proceedings.closed_on)


def _distress(options: Options, firms: Firms) -> Matrix:
    """AR(1) of each firm around a mean of its own, with the cycle of its section and the shock of 2020."""
    random = stream(options.seed, "distress", firms.block)
    shape = (options.length, len(firms))
    noise = random.standard_normal(shape, dtype=np.float32)
    z = np.empty(shape, np.float32)
    z[0] = noise[0]
    own = random.standard_normal(len(firms), dtype=np.float32)
    step = np.float32(np.sqrt(1 - RHO**2))
    for month in range(1, options.length):
        z[month] = RHO * z[month - 1] + step * noise[month]
    months = options.start + np.arange(options.length)
    cycles = stream(options.seed, "cycles", 0)
    phase, slow = cycles.uniform(0, 2 * np.pi, len(words.SECTIONS)), cycles.uniform(40, 80, len(words.SECTIONS))
    cycle = 0.25 * np.sin(2 * np.pi * months[:, None] / slow + phase)
    hit = cycles.uniform(0.4, 1.4, len(words.SECTIONS))
    since = months - SHOCK
    wave = np.where(since >= 0, np.exp(-np.maximum(since, 0) / 8.0), 0.0)
    z = np.float32(np.sqrt(LASTING)) * own + np.float32(np.sqrt(1 - LASTING)) * z
    return z + (cycle + wave[:, None] * hit).astype(np.float32)[:, firms.section]


def _employed(options: Options, firms: Firms, push: Matrix, proceedings: Proceedings) -> NDArray[np.int32]:
    """Workforce: drifts with distress, breathes with the season, ends with the firm."""
    random = stream(options.seed, "workforce", firms.block)
    steps = random.standard_normal(push.shape, dtype=np.float32) * np.float32(0.012)
    steps -= np.float32(DRIFT) * np.maximum(push - np.float32(0.3), 0)
    steps += np.float32(0.003) * (push < 0) * (not options.degenerate)
    months = options.start + np.arange(options.length)
    steps[months[:, None] <= firms.first_month] = 0
    level = np.cumsum(steps, axis=0)
    seasonal = np.isin(firms.section, [words.SECTIONS.index(code) for code in ("I", "R")])
    season = 0.08 * np.sin(2 * np.pi * (months % 12 - 4) / 12)
    size = np.exp(level.astype(np.float64) + season[:, None] * seasonal + np.log(firms.workforce))
    people = np.maximum(np.rint(size), 1).astype(np.int32)
    first = np.clip(firms.first_month - options.start, 0, options.length - 1)
    floor = np.where(firms.workforce >= 10, 10, 1)
    people[first, np.arange(len(firms))] = np.maximum(people[first, np.arange(len(firms))], floor)
    small = firms.workforce < 10
    people[:, small] = np.minimum(people[:, small], 9)
    people[months[:, None] >= proceedings.ends_at] = 0
    people[months[:, None] < firms.first_month] = 0
    return people
