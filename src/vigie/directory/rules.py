"""What the address book obeys, without a database: which antenne is above which, how lists of codes are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vigie.kernel.errors import InvalidInput
from vigie.kernel.nomenclature.labels import labels
from vigie.kernel.nomenclature.legal_forms import FAMILIES
from vigie.kernel.zones import ZoneType

LOCAL, REGIONAL, NATIONAL = "local", "regional", "national"
NATURES: dict[str, str] = {
    "ARTISANALE": "Artisanale",
    "ARTISANALE_REGLEMENTEE": "Artisanale réglementée",
    "COMMERCIALE": "Commerciale",
    "AGENT_COMMERCIAL": "Agent commercial",
    "LIBERALE_REGLEMENTEE": "Libérale réglementée",
    "LIBERALE_NON_REGLEMENTEE": "Libérale non réglementée",
    "INDEPENDANTE": "Indépendante",
    "GESTION_DE_BIENS": "Gestion de biens",
    "ACTIF_AGRICOLE": "Agricole",
}
_SEPARATORS = re.compile(r"[\s,;]+")
_LINES = re.compile(r"[\n,;]+")
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


def refuse_parent(antenne: AntenneFacts, parent: AntenneFacts, above: Mapping[int, int | None]) -> None:
    """Raises InvalidInput for a chosen parent of a lower level, or that already hangs from the antenne.

    above: antenne → the one above it, in the institution. Computed parents go up a level: no circle can come later.
    """
    ranks = (LOCAL, REGIONAL, NATIONAL)
    if ranks.index(parent.level) < ranks.index(antenne.level):
        raise InvalidInput(
            "parent_below",
            "Une antenne dépend d’une antenne du même échelon, ou d’un échelon au-dessus.",
            field="above",
        )
    here: int | None = parent.pk
    seen: set[int] = set()
    while here is not None and here not in seen:
        if here == antenne.pk:
            raise InvalidInput(
                "parent_in_circle", "Cette antenne dépend déjà de celle que vous modifiez. Choisissez-en une autre.",
                field="above",
            )  # fmt: skip
        seen.add(here)
        here = above.get(here)


def level_of(level: str, zones: Iterable[tuple[str, str]]) -> str:
    """A local antenne that is given a région becomes a regional one."""
    return REGIONAL if level == LOCAL and any(kind == ZoneType.REGION for kind, _code in zones) else level


def read_naf(text: str) -> list[str]:
    """Activity codes typed with commas or spaces: whole codes, prefixes (47, 47.7) or section letters."""
    codes = [word.replace(".", "").upper() for word in _SEPARATORS.split(text) if word]
    for code in codes:
        if not (_NAF.fullmatch(code) and (len(code) == 1 or _begins_one(code, "naf_rev2", "naf_2025"))):
            raise InvalidInput(
                "code_unknown", f"Code d’activité inconnu\u00a0: {code}. Exemples\u00a0: 4711F, 47.7, C."
            )
    return list(dict.fromkeys(codes))


def read_legal_forms(text: str) -> list[str]:
    """Legal categories typed with commas or spaces: four digits, or a prefix (57 for the SAS)."""
    codes = [word for word in _SEPARATORS.split(text) if word]
    for code in codes:
        known = _LEGAL_FORM.fullmatch(code) and (_begins_one(code, "legal_forms") or code[:2] in FAMILIES)
        if not known:
            raise InvalidInput("code_unknown", f"Catégorie juridique inconnue\u00a0: {code}. Exemples\u00a0: 5710, 57.")
    return list(dict.fromkeys(codes))


def read_words(text: str) -> list[str]:
    """Codes typed with commas, semicolons or spaces, in capitals."""
    return list(dict.fromkeys(word.upper() for word in _SEPARATORS.split(text) if word))


def read_zones(text: str) -> list[str]:
    """Zones typed as codes (commas, semicolons, spaces) or as names (commas, semicolons, one a line)."""
    found: list[str] = []
    for part in _LINES.split(text):
        words = part.split()
        if all(any(character.isdigit() for character in word) for word in words):
            found += [word.upper() for word in words]
        else:
            found.append(" ".join(words))
    return list(dict.fromkeys(found))


def is_code(typed: str) -> bool:
    """True of what ``read_zones`` read as a code: one word with a figure."""
    return " " not in typed and any(character.isdigit() for character in typed)


@dataclass(frozen=True)
class Bounds:
    """What a filter asks of the age and the workforce of a firm; None: nothing."""

    min_years: int | None = None
    max_years: int | None = None
    min_workforce: int | None = None
    max_workforce: int | None = None


def check_bounds(bounds: Bounds) -> None:
    """Refuses bounds that no firm can meet."""
    for low, high, field in (
        (bounds.min_years, bounds.max_years, "max_years"),
        (bounds.min_workforce, bounds.max_workforce, "max_workforce"),
    ):
        if low is not None and high is not None and high <= low:
            raise InvalidInput(
                "bounds_empty",
                "Aucune entreprise ne peut remplir cette condition\u00a0: le maximum doit dépasser le minimum.",
                field=field,
            )


def _begins_one(code: str, *names: str) -> bool:
    return any(known.startswith(code) for name in names for known in labels(name))
