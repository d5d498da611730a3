"""How companies are named, made comparable and ranked (pure).

A search text is what the index holds and a query is what is asked of it; both go through the same words, so that
SQLite and PostgreSQL answer alike. Non-diffusible firms have a fixed name and no search text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise
from string import ascii_uppercase

from vigie.kernel.nomenclature.workforce import WORKFORCE_BOUNDS
from vigie.kernel.text import fold

# The only name that a page, a mail or a file may give to a firm whose data the law keeps back.
HIDDEN_NAME = "Entreprise non diffusible"
NAMELESS = "Entreprise sans nom"

# Legal forms are said or left out at will: neither the index nor the query keeps them.
LEGAL_WORDS = frozenset(
    [
        *("SA", "SARL", "EURL", "SAS", "SASU", "SCI", "SNC", "SCS", "SCA", "SCM", "SCP", "SCEA", "SCOP", "SCIC"),
        *("EI", "EIRL", "EARL", "GAEC", "GIE", "SELARL", "SELARLU", "SELAS", "SELASU", "SPFPL"),
    ]
)  # fmt: skip
# Words that one forgets or confuses: not asked of the index when others are.
SMALL_WORDS = frozenset(["A", "AU", "AUX", "D", "DE", "DES", "DU", "EN", "ET", "L", "LA", "LE", "LES", "SUR"])
_ABBREVIATIONS = {"ST": "SAINT", "STE": "SAINTE", "CIE": "COMPAGNIE"}
_ELIDED = frozenset("CDJLMNST")
_ASCII_SEPARATORS = re.compile(r"[^0-9A-Z]+")

TYPED_MAX = 150
WORDS_MAX = 8
WORD_MAX = 40
PREFIX_FROM = 3  # shorter words are looked for as they are: one or two letters begin half the names of France
TYPO_FROM = 4
_TYPO_UNTIL = 16

# --- rank: the smaller, the sooner shown when nothing else decides ---------------------------------------------------
_BY_WORKFORCE = {code: place for place, code in enumerate(reversed(WORKFORCE_BOUNDS))}
_NO_WORKFORCE = len(_BY_WORKFORCE)
_SECONDARY = 20
EMPLOYER_RANK = _BY_WORKFORCE["01"]  # up to here: open head offices that have employees, a tenth of all
MANY = 10**9  # more people than any firm has
CLOSED_RANK = 40  # from here on: closed establishments
WORST_RANK = CLOSED_RANK + _SECONDARY + _NO_WORKFORCE


def search_rank(*, is_active: bool, is_head_office: bool, workforce_code: str) -> int:
    """Open before closed, head office before the others, then the bigger workforce; 0 is the best."""
    workforce = _BY_WORKFORCE.get(workforce_code, _NO_WORKFORCE)
    return (0 if is_active else CLOSED_RANK) + (0 if is_head_office else _SECONDARY) + workforce


def ranks_of(*, least: int | None = None, most: int | None = None, closed: bool = False) -> list[tuple[int, int]]:
    """The ranks, first and last, of establishments open or closed whose class of workforce may hold so many people:
    head offices, then the others. Without bounds, those of unknown workforce too; none: no class does.
    """
    low, high = least or 0, MANY if most is None else most
    held = [place for code, place in _BY_WORKFORCE.items() if _meets(WORKFORCE_BOUNDS[code], low, high)]
    if least is None and most is None:
        held = [0, _NO_WORKFORCE]
    if not held:
        return []
    base = CLOSED_RANK if closed else 0
    return [(base + apart + min(held), base + apart + max(held)) for apart in (0, _SECONDARY)]


def _meets(bounds: tuple[int, int], low: int, high: int) -> bool:
    return bounds[0] <= high and bounds[1] >= low


# --- words ------------------------------------------------------------------------------------------------------------
def words(text: str) -> list[str]:
    """The words of a name: folded, initials joined (S.N.C.F. → SNCF), usual abbreviations written in full."""
    # Most names of the register are plain capitals: the long way is for the others.
    folded = _ASCII_SEPARATORS.sub(" ", text.upper()) if text.isascii() else fold(text)
    found: list[str] = []
    for single, run in groupby(folded.split(), key=lambda word: len(word) == 1):
        letters = list(run)
        found += ["".join(letters)] if single and len(letters) > 1 else letters
    return [_ABBREVIATIONS.get(word, word) for word in found]


def _without_legal_form(names: list[str]) -> list[str]:
    return [word for word in names if word not in LEGAL_WORDS] or names


def _elisions(names: list[str]) -> Iterable[str]:
    """L OREAL is also looked for as LOREAL."""
    for first, second in pairwise(names):
        if first in _ELIDED and len(second) > 1 and second[0] in "AEHIOUY":
            yield first + second


def name_key(name: str) -> str:
    """The name as it is compared with what is typed: « Boulangerie Saint-Michel SARL » → BOULANGERIE SAINT MICHEL."""
    return " ".join(_without_legal_form(words(name)))[:200]


def place_word(commune_code: str) -> str:
    """How a commune's code is written in a search text; nothing that people type is read so."""
    return f"@{commune_code}"


def search_text(names: Iterable[str], *, commune_name: str, postal_code: str, commune_code: str) -> str:
    """The words by which an establishment is found, each once: its names and signs, then its commune."""
    kept: dict[str, None] = {}
    for name in names:
        told = _without_legal_form(words(name))
        kept |= dict.fromkeys(told) | dict.fromkeys(_elisions(told))
    kept |= dict.fromkeys(words(commune_name))
    if postal_code:
        kept[postal_code] = None
    if commune_code:
        kept[place_word(commune_code)] = None
    return " ".join(word[:WORD_MAX] for word in kept)


# --- queries ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Query:
    """What was typed, read. number: the digits, when nothing else was typed. key: to compare with whole names.

    words: what the index is asked for, each as the beginning of a word.
    """

    number: str
    key: str
    words: tuple[str, ...]


def read_query(text: str) -> Query:
    """Reads what was typed, whatever it is; no words when there is nothing to look for."""
    text = text[: 4 * TYPED_MAX]
    compact = re.sub(r"[\s.\-]", "", text)
    number = compact if compact.isascii() and compact.isdigit() and len(compact) <= 14 else ""
    typed = [word[:WORD_MAX] for word in words(text[:TYPED_MAX])]
    told = _without_legal_form(typed)
    kept = [word for word in told if word not in SMALL_WORDS and not (word in _ELIDED and len(told) > 1)]
    return Query(number, " ".join(told)[:200], tuple(dict.fromkeys(kept or told))[:WORDS_MAX])


def one_typo_away(word: str) -> tuple[str, ...]:
    """The word and those that a single wrong, missing, added or exchanged letter makes of it; itself alone when short.

    Two words of which one begins the other are asked for as one: the shorter.
    """
    if not TYPO_FROM <= len(word) <= _TYPO_UNTIL or not word.isalpha():
        return (word,)
    splits = [(word[:place], word[place:]) for place in range(len(word))]
    near = {word}
    near |= {head + tail[1:] for head, tail in splits if len(word) > TYPO_FROM}
    near |= {head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1}
    near |= {head + letter + tail[1:] for head, tail in splits for letter in ascii_uppercase}
    near |= {head + letter + tail for head, tail in splits for letter in ascii_uppercase}
    kept: list[str] = []
    for candidate in sorted(near):
        if not kept or not candidate.startswith(kept[-1]):
            kept.append(candidate)
    return tuple(kept)
