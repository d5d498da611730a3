"""What changed between two texts, word by word: pure, and in a time that the texts cannot stretch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED = "same", "added", "removed"
LINES_AT_MOST = 1_000  # beyond, the comparison would cost more than it tells: the whole is said replaced
WORDS_AT_MOST = 8_000

_WORD = re.compile(r"\S+[^\S\n]*|\s+")


@dataclass(frozen=True)
class Piece:
    """A run of text that stayed, was added or was removed."""

    kind: str
    text: str


def differences(before: str, after: str) -> tuple[Piece, ...]:
    """The runs of both texts, in the order of reading; what was removed comes before what replaces it.

    Lines are compared first, then the words of the lines that changed: a paragraph moved or written again is not cut
    in crumbs taken from others.
    """
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found: list[Piece] = []
    for kind, left, right in _runs(old, new, LINES_AT_MOST):
        if kind != "replace":
            found += _pieces(kind, left, right)
            continue
        for inner, gone, come in _runs(_WORD.findall("".join(left)), _WORD.findall("".join(right)), WORDS_AT_MOST):
            found += _pieces(inner, gone, come)
    return tuple(_merged(found))


def words_changed(pieces: Sequence[Piece]) -> tuple[int, int]:
    """How many words were added, and removed."""
    added, removed = (sum(_words(piece.text) for piece in pieces if piece.kind == kind) for kind in (ADDED, REMOVED))
    return added, removed


def _words(text: str) -> int:
    """A dash or a colon alone is not a word."""
    return sum(any(map(str.isalnum, word)) for word in text.split())


def _runs(old: list[str], new: list[str], at_most: int) -> Iterator[tuple[str, list[str], list[str]]]:
    if len(old) + len(new) > at_most:
        yield "equal" if old == new else "replace", old, new
        return
    for kind, start, end, left, right in SequenceMatcher(None, old, new).get_opcodes():
        yield kind, old[start:end], new[left:right]


def _pieces(kind: str, old: list[str], new: list[str]) -> list[Piece]:
    if kind == "equal":
        return [Piece(SAME, "".join(old))]
    return [Piece(way, "".join(run)) for way, run in ((REMOVED, old), (ADDED, new)) if run]


def _merged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbours of the same kind are one."""
    held: Piece | None = None
    for piece in pieces:
        if held is not None and held.kind == piece.kind:
            held = Piece(held.kind, held.text + piece.text)
            continue
        if held is not None:
            yield held
        held = piece
    if held is not None:
        yield held
