"""Workforce classes of the national institute: the bounds used by filters, and their names.

A class is what registers give instead of a headcount. NR and unknown codes have no bounds.
"""

from __future__ import annotations

WORKFORCE_BOUNDS: dict[str, tuple[int, int]] = {
    "NN": (0, 0),
    "00": (0, 0),
    "01": (1, 2),
    "02": (3, 5),
    "03": (6, 9),
    "11": (10, 19),
    "12": (20, 49),
    "21": (50, 99),
    "22": (100, 199),
    "31": (200, 249),
    "32": (250, 499),
    "41": (500, 999),
    "42": (1000, 1999),
    "51": (2000, 4999),
    "52": (5000, 9999),
    "53": (10000, 99999),
}

# Classes of the reports, in their order: label and the codes counted in it. An unknown class counts in the first.
REPORTING_CLASSES: tuple[tuple[str, frozenset[str]], ...] = (
    ("0", frozenset({"NN", "00"})),
    ("1-5", frozenset({"01", "02"})),
    ("6-9", frozenset({"03"})),
    ("10-19", frozenset({"11"})),
    ("20-49", frozenset({"12"})),
    ("50-249", frozenset({"21", "22", "31"})),
    ("250+", frozenset({"32", "41", "42", "51", "52", "53"})),
)


def reporting_class(code: str) -> str:
    """The class of the reports: 12 → « 20-49 »; « 0 » for NR, a blank or an unknown code."""
    return next((label for label, codes in REPORTING_CLASSES if code in codes), "0")


def workforce_bounds(code: str) -> tuple[int, int] | None:
    """The smallest and the largest headcount of a class; None for NR, a blank or an unknown code."""
    return WORKFORCE_BOUNDS.get(code)


def workforce_label(code: str) -> str:
    """« 10 à 19 salariés »; « effectif inconnu » for NR, a blank or an unknown code."""
    bounds = WORKFORCE_BOUNDS.get(code)
    if bounds is None:
        return "effectif inconnu"
    low, high = bounds
    if high == 0:
        return "sans salarié"
    if code == "53":
        return "10\u00a0000 salariés ou plus"
    return f"{_spaced(low)} à {_spaced(high)} salariés"


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", "\u00a0")
