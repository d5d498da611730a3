"""What the address book obeys, without a database: which antenne is above which, how lists of codes are read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from vigie.kernel.errors import InvalidInput
from vigie.kernel.zones import ZoneType

LOCAL, REGIONAL, NATIONAL = "local", "regional", "national"
_SEPARATORS = re.compile(r"[\s,;]+")
_NAF = re.compile(r"[A-U]|\d{2}|\d{3}|\d{4}|\d{4}[A-Z]", re.ASCII)
_LEGAL_FORM = re.compile(r"\d{1,4}", re.ASCII)


@dataclass(frozen=True)
class AntenneFacts:
    """An antenne as the hierarchy sees it. communes: all that its zones cover."""

    pk: int
    level: str
    communes: frozenset[str]


def parent_of(antenne: AntenneFacts, sisters: Iterable[AntenneFacts]) -> int | None:
    """The antenne above, within one institution: a local one hangs from the first regional one that shares a commune
    with it, else from the national one, as do regional ones; a national one hangs from nothing.
    """
    ranked = sorted(sisters, key=lambda one: one.pk)
    national = next((one.pk for one in ranked if one.level == NATIONAL and one.pk != antenne.pk), None)
    if antenne.level == NATIONAL:
        return None
    if antenne.level == LOCAL:
        above = (one.pk for one in ranked if one.level == REGIONAL and one.communes & antenne.communes)
        return next(above, national)
    return national


def level_of(level: str, zones: Iterable[tuple[str, str]]) -> str:
    """A local antenne that is given a région becomes a regional one."""
    return REGIONAL if level == LOCAL and any(kind == ZoneType.REGION for kind, _code in zones) else level


def read_naf(text: str) -> list[str]:
    """Activity codes typed with commas or spaces: whole codes, prefixes (47, 47.7) or section letters."""
    codes = [word.replace(".", "").upper() for word in _SEPARATORS.split(text) if word]
    return _checked(codes, _NAF, "Code d’activité inconnu\u00a0: {code}. Exemples\u00a0: 4711F, 47.7, C.")


def read_legal_forms(text: str) -> list[str]:
    """Legal categories typed with commas or spaces: four digits, or a prefix (57 for the SAS)."""
    codes = [word for word in _SEPARATORS.split(text) if word]
    return _checked(codes, _LEGAL_FORM, "Catégorie juridique inconnue\u00a0: {code}. Exemples\u00a0: 5710, 57.")


def read_words(text: str) -> list[str]:
    """Codes typed with commas, semicolons or spaces, in capitals."""
    return [word.upper() for word in _SEPARATORS.split(text) if word]


def _checked(codes: list[str], shape: re.Pattern[str], message: str) -> list[str]:
    for code in codes:
        if not shape.fullmatch(code):
            raise InvalidInput("code_unknown", message.format(code=code))
    return list(dict.fromkeys(codes))
