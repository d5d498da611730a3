"""Reading what a person or another machine wrote: every value is checked, every refusal is French and names its place.

A correction comes from a file that anyone may have typed. Unknown keys, numbers that are not numbers and texts too long
are refused rather than understood.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from vigie.kernel.errors import Refused
from vigie.kernel.period import Month
from vigie.kernel.text import clean_text


class CorrectionRefused(Refused):
    """A correction that cannot be used; the message says where, what and the remedy."""

    def __init__(self, message_fr: str, code: str = "correction_refused") -> None:
        super().__init__(code, message_fr)


def an_object(value: Any, place: str, allowed: Iterable[str], required: Iterable[str] = ()) -> Mapping[str, Any]:
    """A JSON object that has only the allowed keys, and all the required ones."""
    if not isinstance(value, dict):
        raise CorrectionRefused(f"{place} : un objet est attendu, entre accolades.")
    allowed = tuple(allowed)
    if unknown := sorted(set(value) - set(allowed)):
        raise CorrectionRefused(
            f"{place} : {quoted(unknown)} n’est pas prévu ici. Ce qui peut y être : {quoted(sorted(allowed))}."
        )
    if missing := [key for key in required if key not in value]:
        raise CorrectionRefused(f"{place} : il manque {quoted(missing)}.")
    return value


def a_list(value: Any, place: str, least: int = 1, most: int = 200) -> list[Any]:
    """A JSON list of a reasonable length."""
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise CorrectionRefused(f"{place} : une liste de {least} à {most} éléments est attendue, entre crochets.")
    return value


def a_number(value: Any, place: str, low: float = -1e15, high: float = 1e15) -> float:
    """A finite number between two bounds, both included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CorrectionRefused(f"{place} : un nombre est attendu.")
    if (isinstance(value, int) and abs(value) > 10**15) or not math.isfinite(value) or not low <= value <= high:
        raise CorrectionRefused(f"{place} : un nombre entre {shown(low)} et {shown(high)} est attendu.")
    return float(value)


def a_whole(value: Any, place: str, low: int, high: int) -> int:
    """A whole number between two bounds, both included."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise CorrectionRefused(f"{place} : un nombre entier entre {low} et {high} est attendu.")
    return value


def a_text(value: Any, place: str, longest: int = 200, least: int = 1) -> str:
    """A clean text of a reasonable length."""
    if not isinstance(value, str):
        raise CorrectionRefused(f"{place} : un texte est attendu, entre guillemets.")
    text = clean_text(value)
    if not least <= len(text) <= longest:
        raise CorrectionRefused(f"{place} : un texte de {least} à {longest} caractères est attendu.")
    return text


def a_month(value: Any, place: str) -> Month:
    """A month written 2026-06."""
    try:
        return Month.parse(value)
    except (TypeError, ValueError):
        raise CorrectionRefused(f"{place} : un mois est attendu, écrit comme 2026-06.") from None


def one_of(value: Any, place: str, choices: Iterable[str]) -> str:
    """One of the given texts."""
    choices = tuple(choices)
    if not isinstance(value, str) or value not in choices:
        raise CorrectionRefused(f"{place} : l’un de ces mots est attendu : {quoted(choices)}.")
    return value


def quoted(names: Iterable[str]) -> str:
    """« a », « b »."""
    return ", ".join(f"« {clean_text(str(name))[:60]} »" for name in names)


def shown(number: float) -> str:
    """A number as the French write it."""
    return f"{number:g}".replace(".", ",").replace("-", "−")
