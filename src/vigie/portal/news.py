"""« Nouveautés »: what changed for those who use the service, read from ``data/nouveautes.md``, which developers keep.

``CHANGELOG.md`` tells developers everything, in English; this file tells people what they see, in French.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "nouveautes.md"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
_DAY = re.compile(r"(\d{1,2}|1er) (\w+) (\d{4})")
_BEFORE_SIGN = re.compile(r" ([;:!?»])|(«) ")


class NewsUnreadable(ValueError):
    """The file is not written as its first lines say; the message names the line."""


@dataclass(frozen=True)
class News:
    """What changed on a day. groups: for whom, then the sentences."""

    day: date
    groups: tuple[tuple[str, tuple[str, ...]], ...]


@cache
def all_news() -> tuple[News, ...]:
    """The whole file, the last day first; read once, for it comes with the version."""
    return read_news(FILE.read_text(encoding="utf-8"))


def read_news(text: str) -> tuple[News, ...]:
    """The days of a file. NewsUnreadable names the line that cannot be read."""
    found: list[tuple[date, list[tuple[str, list[str]]]]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("## "):
            found.append((_day(line[3:], number), []))
        elif not found or not line.strip():
            continue  # what comes before the first day tells developers how to write
        elif line.startswith("### "):
            found[-1][1].append((line[4:].strip(), []))
        elif line.startswith("- ") and found[-1][1]:
            found[-1][1][-1][1].append(_BEFORE_SIGN.sub(_held, line[2:].strip()))
        else:
            raise NewsUnreadable(f"line {number}: a title (### …) or an item (- …) is expected")
    days = [day for day, _groups in found]
    if days != sorted(set(days), reverse=True):
        raise NewsUnreadable("each day is written once, the last first")
    if any(not groups or not all(lines for _who, lines in groups) for _day, groups in found):
        raise NewsUnreadable("a day, or a title, has no item")
    return tuple(News(day, tuple((who, tuple(lines)) for who, lines in groups)) for day, groups in found)


def _held(sign: re.Match[str]) -> str:
    """A sign of punctuation holds to its word."""
    return f"\u00a0{sign[1]}" if sign[1] else f"{sign[2]}\u00a0"


def _day(text: str, number: int) -> date:
    read = _DAY.fullmatch(text.strip())
    if read is None or read[2] not in MONTHS:
        raise NewsUnreadable(f"line {number}: {text!r} is not a day such as '23 novembre 2026'")
    try:
        return date(int(read[3]), MONTHS.index(read[2]) + 1, 1 if read[1] == "1er" else int(read[1]))
    except ValueError as error:
        raise NewsUnreadable(f"line {number}: {text!r} is not in the calendar") from error
