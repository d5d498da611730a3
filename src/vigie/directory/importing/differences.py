"""Values that differ, told in French: texts, zones with the communes they bring or take, competences, people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from vigie.directory.importing.plan import Told
from vigie.directory.queries.hierarchy import communes_of
from vigie.kernel.zones import ZONE_LABELS, ZoneType
from vigie.territory.queries import zone_labels
from vigie.territory.sync import batches
from vigie.ui.formats import counted

ZonePair = tuple[str, str]
MOST_NAMED = 12


def told_fields(
    row: Any, wanted: dict[str, str], cleaners: dict[str, Callable[[str], str]], names: dict[str, str]
) -> tuple[dict[str, str], list[Told]]:
    """The fields that the row does not already say, compared once both are cleaned alike, and how they are told.

    An empty wish is no wish.
    """
    changed, told = {}, []
    for name, value in wanted.items():
        before = str(getattr(row, name)) if row is not None else ""
        clean = cleaners[name]
        if value and (row is None or clean(before) != clean(value)):
            changed[name] = value
            told.append(Told(names[name], before, value))
    return changed, told


def told_zones(changes: Iterable[tuple[list[Told], set[ZonePair], set[ZonePair]]]) -> None:
    """Adds to each list what its zones gain and lose, (list, before, after), with the number of communes. Some queries
    for all of them.
    """
    moved = [(told, before, after) for told, before, after in changes if before != after]
    every = {pair for _told, before, after in moved for pair in before | after}
    if not every:
        return
    labels = zone_labels(every)
    covered: dict[ZonePair, frozenset[str]] = {}
    for batch in batches(sorted(every)):
        covered |= communes_of(set(batch))

    def names(pairs: set[ZonePair]) -> str:
        ordered = sorted(pairs)
        words = [f"{labels[ZoneType(kind), code]} ({ZONE_LABELS[ZoneType(kind)].lower()})" for kind, code in ordered]
        more = [f"et {len(words) - MOST_NAMED} autres"] if len(words) > MOST_NAMED else []
        return ", ".join([*words[:MOST_NAMED], *more])

    for told, before, after in moved:
        was = set().union(*(covered[one] for one in before)) if before else set()
        will = set().union(*(covered[one] for one in after)) if after else set()
        if after - before:
            told.append(Told("zones ajoutées", "", _with_communes(names(after - before), len(will - was), "gagnée")))
        if before - after:
            text = _with_communes(names(before - after), len(was - will), "perdue")
            told.append(Told("zones retirées", text, "", lost=True))


def _with_communes(names: str, count: int, word: str) -> str:
    return f"{names}\u00a0: {counted(count, f'commune {word}', f'communes {word}s')}" if count else names
