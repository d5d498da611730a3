"""The groups of invented firms: who holds whom, as the yearly spreadsheet of their provider says it.

Added on demand, from streams of their own: no other file changes. A head is one of the firms, a firm from abroad, or a
person; the head that is a firm is told too, as held by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.random import Generator

from vigie.detection.invent import words
from vigie.detection.invent.block import Block, extraction_day
from vigie.detection.invent.firms import INSIDE
from vigie.detection.invent.streams import stream
from vigie.detection.invent.workbook import Value, write_workbook

NAME = "ellisphere.xlsx"
HEADER = (
    "GRP Code", "GRP Personne PouM", "GRP SIREN 9", "GRP RefID", "GRP Raison Sociale", "GRP Pays",
    "Niveau de détention", "% Financier", "Tranche % Financier", "FIL Code", "FIL Personne PouM", "FIL SIREN 9",
    "FIL RefID",
)  # fmt: skip
IN_A_GROUP = 1 / 4  # share of the firms
SIZES = (2, 7)
FIRM, ABROAD, PERSON = "firm", "abroad", "person"
_HEADS, _HEAD_SHARES = (FIRM, ABROAD, PERSON), (0.6, 0.25, 0.15)
_COUNTRIES = ("ALLEMAGNE", "BELGIQUE", "ESPAGNE", "ITALIE", "LUXEMBOURG")
_CODES_OF_A_BLOCK = 10_000
_HALF, _QUARTER = 50, 25


class GroupsFile:
    """The spreadsheet of one delivery, block after block."""

    def __init__(self, path: Path, delivery: int) -> None:
        self._path = path
        self._delivery = delivery
        self._rows: list[tuple[Value, ...]] = [HEADER]

    def add(self, block: Block) -> None:
        """Adds the groups of a block."""
        self._rows += _lines(block, self._delivery)

    def close(self) -> None:
        write_workbook(self._path, self._rows)


def _lines(block: Block, delivery: int) -> Iterator[tuple[Value, ...]]:
    """Every draw is made whatever the delivery, so that a group is the same from one year to the next."""
    random = stream(block.options.seed, NAME, block.firms.block)
    firms = block.firms
    may = np.flatnonzero((firms.kind == INSIDE) & ~firms.sole_trader & ~firms.hidden & ~block.hard)
    members = random.permutation(may)[: round(len(may) * IN_A_GROUP)].tolist()
    number = firms.block * _CODES_OF_A_BLOCK
    while len(members) >= SIZES[0]:
        number += 1
        size = int(random.integers(SIZES[0], SIZES[1] + 1))
        held, members = members[:size], members[size:]
        yield from _group(block, delivery, f"{number:07d}", held, random)


def _group(
    block: Block, delivery: int, code: str, held: list[int], random: Generator
) -> Iterator[tuple[Value, ...]]:  # fmt: skip
    kind = str(random.choice(_HEADS, p=_HEAD_SHARES))
    levels, percents = random.integers(1, 3, len(held)), random.integers(30, 101, len(held))
    family = words.FAMILIES[int(random.integers(len(words.FAMILIES)))]
    country = _COUNTRIES[int(random.integers(len(_COUNTRIES)))]
    first_name = words.FIRST_NAMES[int(random.integers(len(words.FIRST_NAMES)))]
    head: tuple[Value, ...] = {
        FIRM: ("M", _siren(block, held[0]), None, _name(block, held[0]), "FRANCE"),
        ABROAD: ("G", None, None, f"{family} HOLDING", country),
        PERSON: ("P", None, None, f"{family} {first_name}", "FRANCE"),
    }[kind]
    for place, firm in enumerate(held):
        if block.firms.created_on[firm] > extraction_day(delivery):
            continue
        level, percent = int(levels[place]), int(percents[place])
        link: tuple[Value, ...] = (level, percent, _band(percent))
        if kind == FIRM and place == 0:
            link = (0, None, None)
        yield (code, *head, *link, None, "M", _siren(block, firm), None)


def _siren(block: Block, firm: int) -> str:
    return f"{int(block.firms.siren[firm]):09d}"


def _name(block: Block, firm: int) -> str:
    firms = block.firms
    trade, turn = words.ALL_TRADES[int(firms.trade[firm])].word, words.TURNS[int(firms.turn[firm])]
    return f"{trade} {words.FAMILIES[int(firms.family[firm])]}{turn}"


def _band(percent: int) -> str:
    return "A" if percent > _HALF else "B" if percent > _QUARTER else "C"
