"""Activity codes (NAF rev. 2): one way of writing them, their section, and whether a code falls under another.

Labels are known for NAF rév. 2 and NAF 2025, which share no code: a code alone says which of the two it is of.
"""

from __future__ import annotations

from collections.abc import Iterable

from vigie.kernel.nomenclature.labels import labels

# First division of each section; a section ends where the next one begins.
_SECTIONS: tuple[tuple[int, str], ...] = (
    (1, "A"),
    (5, "B"),
    (10, "C"),
    (35, "D"),
    (36, "E"),
    (41, "F"),
    (45, "G"),
    (49, "H"),
    (55, "I"),
    (58, "J"),
    (64, "K"),
    (68, "L"),
    (69, "M"),
    (77, "N"),
    (84, "O"),
    (85, "P"),
    (86, "Q"),
    (90, "R"),
    (94, "S"),
    (97, "T"),
    (99, "U"),
)

# The ten groups of sections used by reports, by the last division of each (the same in both nomenclatures).
_A10: tuple[tuple[int, str], ...] = (
    (3, "AZ"),
    (39, "BE"),
    (43, "FZ"),
    (56, "GI"),
    (63, "JZ"),
    (66, "KZ"),
    (68, "LZ"),
    (82, "MN"),
    (88, "OQ"),
    (99, "RU"),
)

A10_LABELS: dict[str, str] = {
    "AZ": "Agriculture, sylviculture et pêche",
    "BE": "Industrie manufacturière, industries extractives et autres",
    "FZ": "Construction",
    "GI": "Commerce, transports, hébergement et restauration",
    "JZ": "Information et communication",
    "KZ": "Activités financières et d’assurance",
    "LZ": "Activités immobilières",
    "MN": "Activités spécialisées, scientifiques et techniques, services administratifs et de soutien",
    "OQ": "Administration publique, enseignement, santé humaine et action sociale",
    "RU": "Autres activités de services",
}
A10_UNKNOWN = "Données manquantes"


def naf_code(text: str) -> str:
    """The code in capitals, without dot nor space: 47.11a → 4711A. Works for a beginning of code and for a section."""
    return "".join(character for character in text.upper() if character.isascii() and character.isalnum())


def naf_section(code: str) -> str:
    """The section letter of a code (47… → G); empty when its division is not a number."""
    division = naf_code(code)[:2]
    if len(division) < 2 or not division.isdigit() or division == "00":
        return ""
    return [letter for first, letter in _SECTIONS if first <= int(division)][-1]


def falls_under(code: str, families: Iterable[str]) -> bool:
    """True when the code is one of the families, begins like one, or is in one that is a section letter."""
    written, section = naf_code(code), naf_section(code)
    wanted = [naf_code(family) for family in families]
    return any(
        family == section if len(family) == 1 and family.isalpha() else written.startswith(family)
        for family in wanted
        if family and written
    )


def naf_label(code: str) -> str:
    """The French label of a sub-class (4711A, 47.11A); empty for a code of neither nomenclature."""
    written = naf_code(code)
    return labels("naf_rev2").get(written) or labels("naf_2025").get(written, "")


def a10(code: str) -> str:
    """The group of sections of a code (4711A → GI); empty when its division is not one."""
    division = naf_code(code)[:2]
    if len(division) < 2 or not division.isdigit() or division == "00":
        return ""
    return next(group for last, group in _A10 if int(division) <= last)


def a10_label(code: str) -> str:
    """The label of the group of sections of a code; « Données manquantes » when it has none."""
    return A10_LABELS.get(a10(code), A10_UNKNOWN)
