"""What is out of the ordinary in a week of traces: pure, each finding with its figure and the threshold it passes.

A finding accuses nobody: it says what to look at. Thresholds are high enough for a usual week to find nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

VOLUME_TIMES, VOLUME_LEAST = 5, 50  # sheets beyond five times the agent's own median, and fifty at least
OUT_OF_ZONE = 20
UNLOCKS_OTHER = 5
NIGHT_EXPORTS = 1
DENIALS = 15
NIGHT_FROM, NIGHT_TO = 21, 6  # Paris time: from 21 h to 6 h


@dataclass(frozen=True)
class Week:
    """What one agent did in a week. former: sheets opened in each of the former weeks in which he came, at most 12."""

    agent_id: int
    agent: str
    entity: str
    sheets: int = 0
    former: tuple[int, ...] = ()
    out_of_zone: int = 0
    unlocks_other: int = 0
    night_exports: int = 0
    denials: int = 0


@dataclass(frozen=True)
class Finding:
    """kind: volume, out_of_zone, unlocks_other, night_exports, denials. figure passes threshold (reaches it)."""

    kind: str
    agent_id: int
    agent: str
    entity: str
    figure: int
    threshold: int
    sentence: str


def is_night(hour: int) -> bool:
    """Whether this hour of Paris is outside those of work."""
    return hour >= NIGHT_FROM or hour < NIGHT_TO


def volume_threshold(former: Sequence[int]) -> int:
    """From how many sheets a week is far above the usual of this agent; the least one for who has no past."""
    usual = median(former) if former else 0
    return max(VOLUME_LEAST, round(VOLUME_TIMES * usual))


def findings(weeks: Iterable[Week]) -> list[Finding]:
    """What to look at, agent by agent in order of name, then kind by kind."""
    found = []
    for week in sorted(weeks, key=lambda one: (one.agent, one.agent_id)):
        usual = volume_threshold(week.former)
        habit = f"médiane {round(median(week.former))} par semaine" if week.former else "aucune semaine de comparaison"
        measures = (
            ("volume", week.sheets, usual, f"{week.sheets} fiches ouvertes ({habit})"),
            ("out_of_zone", week.out_of_zone, OUT_OF_ZONE, f"{week.out_of_zone} fiches hors de son territoire"),
            (
                "unlocks_other", week.unlocks_other, UNLOCKS_OTHER,
                f"{week.unlocks_other} déverrouillages pour un autre motif",
            ),
            (
                "night_exports", week.night_exports, NIGHT_EXPORTS,
                f"{week.night_exports} export(s) entre {NIGHT_FROM} h et {NIGHT_TO} h",
            ),
            ("denials", week.denials, DENIALS, f"{week.denials} refus"),
        )  # fmt: skip
        found += [
            Finding(kind, week.agent_id, week.agent, week.entity, figure, threshold, sentence)
            for kind, figure, threshold, sentence in measures
            if figure >= threshold
        ]
    return found
