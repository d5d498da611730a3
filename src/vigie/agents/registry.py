"""Where upper floors say what they alone know: the firms that a territory opens, the files that a network reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

# places(départements) → SIREN → those of them where a firm that is or was in alert has an establishment.
Places = Callable[[frozenset[str]], Mapping[str, frozenset[str]]]
# lines(départements) → SIREN → its lines in the lists that are open now.
Lines = Callable[[frozenset[str]], Mapping[str, int]]
# files(départements) → département → its living files. texts(networks) → how many files hold a text of one of them.
Files = Callable[[frozenset[str]], Mapping[str, int]]
Texts = Callable[[frozenset[str]], int]


@dataclass
class _Known:
    places: list[Places] = field(default_factory=list)
    lines: list[Lines] = field(default_factory=list)
    files: list[Files] = field(default_factory=list)
    texts: list[Texts] = field(default_factory=list)


_known = _Known()


def register_firms(places: Places, lines: Lines) -> None:
    """Called once by the apps.py of the package that holds the lists."""
    _known.places, _known.lines = [places], [lines]


def register_files(files: Files, texts: Texts) -> None:
    """Called once by the apps.py of the package that holds the files."""
    _known.files, _known.texts = [files], [texts]


def places_of(departements: frozenset[str]) -> Mapping[str, frozenset[str]]:
    return _known.places[0](departements) if _known.places and departements else {}


def lines_of(departements: frozenset[str]) -> Mapping[str, int]:
    return _known.lines[0](departements) if _known.lines and departements else {}


def files_of(departements: frozenset[str]) -> Mapping[str, int]:
    return _known.files[0](departements) if _known.files and departements else {}


def texts_of(networks: frozenset[str]) -> int:
    return _known.texts[0](networks) if _known.texts and networks else 0
