"""Which firms a correction is for: a tree of conditions, written as JSON, evaluated on whole columns.

Three answers: yes, no, unknown (the fact is missing). A firm is concerned only when the answer is yes; « not » of
unknown stays unknown, so that nobody is corrected for want of a fact. `{"feature": …, "missing": true}` asks for it.

`{}` is every firm. Several keys in one object must all hold. `all`, `any`, `not` and `at_least_of` combine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vigie.detection.corrections.checks import (
    CorrectionRefused,
    a_list,
    a_month,
    a_number,
    a_text,
    a_whole,
    an_object,
    quoted,
    shown,
)
from vigie.detection.model.columns import Floats, Frame, number_column, text_column
from vigie.kernel.period import Month

Booleans = NDArray[np.bool_]
Truth = tuple[Booleans, Booleans]  # known to be true, known to be false

DEEPEST = 8
LISTED = {
    "naf_section": "section NAF",
    "naf_division": "division NAF",
    "naf_group": "groupe NAF",
    "region": "région",
    "departement": "département",
    "size_band": "tranche d’effectif",
    "proceedings_state": "état de la procédure",
}
RANGED = {"age_years": "âge en années"}
OPERATORS: dict[str, tuple[Callable[[Floats, float], Booleans], str]] = {
    "at_least": (lambda column, value: column >= value, "≥"),
    "above": (lambda column, value: column > value, ">"),
    "at_most": (lambda column, value: column <= value, "≤"),
    "below": (lambda column, value: column < value, "<"),
}
ASKED = (*OPERATORS, "equals", "among", "missing")
KEYS = (*LISTED, *RANGED, "feature", *ASKED, "months", "main_family_is_not", "all", "any", "not", "at_least_of")


@dataclass(frozen=True)
class View:
    """What conditions may ask of a month's firms: their columns, the month, the family that raises their risk most."""

    frame: Frame
    rows: int
    month: Month
    main_family: NDArray[np.str_]
    numbers_read: dict[str, Floats] = field(default_factory=dict)
    texts_read: dict[str, NDArray[np.str_]] = field(default_factory=dict)

    def numbers(self, name: str) -> Floats:
        """A column as numbers, NaN where missing."""
        if name not in self.numbers_read:
            self.numbers_read[name] = self._read(name, number_column)
        return self.numbers_read[name]

    def texts(self, name: str) -> NDArray[np.str_]:
        """A column as texts, empty where missing."""
        if name not in self.texts_read:
            self.texts_read[name] = self._read(name, text_column)
        return self.texts_read[name]

    def _read(self, name: str, reader: Callable[[Frame, str], Any]) -> Any:
        try:
            return reader(self.frame, name)
        except KeyError:
            raise CorrectionRefused(f"La donnée {quoted([name])} n’est pas dans le tableau du mois.") from None
        except (TypeError, ValueError):
            raise CorrectionRefused(f"La donnée {quoted([name])} n’est pas un nombre.", "not_a_number") from None


class Condition(Protocol):
    """A question about each firm."""

    def truth(self, view: View) -> Truth: ...

    def columns(self) -> frozenset[str]: ...

    def words(self, labels: Mapping[str, str]) -> str: ...


@dataclass(frozen=True)
class Compared:
    """A number above or below a bound."""

    column: str
    operator: str
    value: float

    def truth(self, view: View) -> Truth:
        column = view.numbers(self.column)
        with np.errstate(invalid="ignore"):
            holds = OPERATORS[self.operator][0](column, self.value)
        return holds, ~holds & ~np.isnan(column)

    def columns(self) -> frozenset[str]:
        return frozenset({self.column})

    def words(self, labels: Mapping[str, str]) -> str:
        return f"{_label(self.column, labels)} {OPERATORS[self.operator][1]} {shown(self.value)}"


@dataclass(frozen=True)
class Equal:
    """A number or a flag that has one value."""

    column: str
    value: float

    def truth(self, view: View) -> Truth:
        column = view.numbers(self.column)
        holds = column == self.value
        return holds, ~holds & ~np.isnan(column)

    def columns(self) -> frozenset[str]:
        return frozenset({self.column})

    def words(self, labels: Mapping[str, str]) -> str:
        return f"{_label(self.column, labels)} = {shown(self.value)}"


@dataclass(frozen=True)
class Among:
    """A code that is one of a list."""

    column: str
    values: tuple[str, ...]

    def truth(self, view: View) -> Truth:
        column = view.texts(self.column)
        holds = np.isin(column, self.values)
        return holds, ~holds & (column != "")

    def columns(self) -> frozenset[str]:
        return frozenset({self.column})

    def words(self, labels: Mapping[str, str]) -> str:
        return f"{_label(self.column, labels)} : {', '.join(self.values)}"


@dataclass(frozen=True)
class Missing:
    """A fact that is not known (or, reversed, that is)."""

    column: str
    expected: bool

    def truth(self, view: View) -> Truth:
        missing = _is_missing(view, self.column)
        holds = missing if self.expected else ~missing
        return holds, ~holds

    def columns(self) -> frozenset[str]:
        return frozenset({self.column})

    def words(self, labels: Mapping[str, str]) -> str:
        return f"{_label(self.column, labels)} {'inconnu' if self.expected else 'connu'}"


@dataclass(frozen=True)
class Between:
    """The month of the list, bounds included."""

    first: Month
    last: Month

    def truth(self, view: View) -> Truth:
        holds = np.full(view.rows, self.first <= view.month <= self.last)
        return holds, ~holds

    def columns(self) -> frozenset[str]:
        return frozenset()

    def words(self, labels: Mapping[str, str]) -> str:
        return f"listes de {self.first} à {self.last}"


@dataclass(frozen=True)
class MainFamilyIsNot:
    """Another family than these raises the risk most, or none does."""

    families: tuple[str, ...]

    def truth(self, view: View) -> Truth:
        holds = ~np.isin(view.main_family, self.families)
        return holds, ~holds

    def columns(self) -> frozenset[str]:
        return frozenset()

    def words(self, labels: Mapping[str, str]) -> str:
        return f"premier motif du modèle autre que : {', '.join(_label(one, labels) for one in self.families)}"


@dataclass(frozen=True)
class AtLeast:
    """Some of several conditions: all of them, any of them, or « two of three »."""

    count: int
    of: tuple[Condition, ...]

    def truth(self, view: View) -> Truth:
        true, false = counted(self.of, view)
        return true >= self.count, len(self.of) - false < self.count

    def columns(self) -> frozenset[str]:
        return frozenset().union(*(one.columns() for one in self.of))

    def words(self, labels: Mapping[str, str]) -> str:
        parts = [one.words(labels) for one in self.of]
        if not parts:
            return "toutes les entreprises"
        if len(parts) == 1:
            return parts[0]
        if self.count == len(parts):
            return "(" + " et ".join(parts) + ")"
        if self.count == 1:
            return "(" + " ou ".join(parts) + ")"
        return f"(au moins {self.count} parmi : {' ; '.join(parts)})"


@dataclass(frozen=True)
class Not:
    """The reverse; unknown stays unknown."""

    of: Condition

    def truth(self, view: View) -> Truth:
        true, false = self.of.truth(view)
        return false, true

    def columns(self) -> frozenset[str]:
        return self.of.columns()

    def words(self, labels: Mapping[str, str]) -> str:
        return f"sauf {self.of.words(labels)}"


def counted(conditions: tuple[Condition, ...], view: View) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many conditions are known to hold, and known not to, for each firm."""
    true = np.zeros(view.rows, dtype=np.int64)
    false = np.zeros(view.rows, dtype=np.int64)
    for one in conditions:
        holds, fails = one.truth(view)
        true += holds
        false += fails
    return true, false


def read_condition(raw: Any, place: str, depth: int = 0) -> Condition:
    """The condition that a JSON object says; several keys must all hold."""
    if depth > DEEPEST:
        raise CorrectionRefused(f"{place} : les conditions s’emboîtent trop ({DEEPEST} niveaux au plus).")
    given = an_object(raw, place, KEYS)
    found: list[Condition] = []
    for key, value in given.items():
        if key not in ASKED:
            found.extend(_read_key(key, value, f"{place} › {key}", given, depth))
    if set(given) & set(ASKED) and "feature" not in given:
        raise CorrectionRefused(f"{place} : une comparaison va avec {quoted(['feature'])}, la donnée comparée.")
    return found[0] if len(found) == 1 else AtLeast(len(found), tuple(found))


def _read_key(key: str, value: Any, place: str, given: Mapping[str, Any], depth: int) -> list[Condition]:
    if key in LISTED:
        return [Among(key, _texts(value, place))]
    if key in RANGED:
        return _comparisons(key, an_object(value, place, OPERATORS), place)
    if key == "feature":
        asked = {name: given[name] for name in ASKED if name in given}
        return _comparisons(a_text(value, place, 80), asked, place)
    if key == "months":
        bounds = an_object(value, place, ("from", "to"), ("from", "to"))
        return [Between(a_month(bounds["from"], f"{place} › from"), a_month(bounds["to"], f"{place} › to"))]
    if key == "main_family_is_not":
        return [MainFamilyIsNot(_texts([value] if isinstance(value, str) else value, place))]
    return [_combined(key, value, place, depth)]


def _combined(key: str, value: Any, place: str, depth: int) -> Condition:
    if key == "not":
        return Not(read_condition(value, place, depth + 1))
    count = None
    if key == "at_least_of":
        given = an_object(value, place, ("count", "of"), ("count", "of"))
        value, count = given["of"], given["count"]
    of = read_conditions(value, place, depth + 1)
    if key == "at_least_of":
        return AtLeast(a_whole(count, f"{place} › count", 1, len(of)), of)
    return AtLeast(len(of) if key == "all" else 1, of)


def read_conditions(raw: Any, place: str, depth: int = 0) -> tuple[Condition, ...]:
    """A list of conditions, at least one."""
    return tuple(
        read_condition(one, f"{place} [{rank}]", depth) for rank, one in enumerate(a_list(raw, place, most=50), 1)
    )


def _comparisons(column: str, asked: Mapping[str, Any], place: str) -> list[Condition]:
    if not asked:
        raise CorrectionRefused(f"{place} : il manque la comparaison ({quoted(ASKED)}).")
    found: list[Condition] = []
    for name, value in asked.items():
        where = f"{place} › {name}"
        if name in OPERATORS:
            found.append(Compared(column, name, a_number(value, where)))
        elif name == "missing":
            if not isinstance(value, bool):
                raise CorrectionRefused(f"{where} : true ou false est attendu.")
            found.append(Missing(column, value))
        elif name == "among":
            found.append(Among(column, _texts(value, where)))
        elif isinstance(value, str):
            found.append(Among(column, (a_text(value, where),)))
        else:
            found.append(Equal(column, float(value) if isinstance(value, bool) else a_number(value, where)))
    return found


def _texts(value: Any, place: str) -> tuple[str, ...]:
    return tuple(a_text(one, f"{place} [{rank}]", 80) for rank, one in enumerate(a_list(value, place), 1))


def _is_missing(view: View, column: str) -> Booleans:
    try:
        return np.isnan(view.numbers(column))
    except CorrectionRefused as refusal:
        if refusal.code != "not_a_number":
            raise
        return np.asarray(view.texts(column) == "")


def _label(column: str, labels: Mapping[str, str]) -> str:
    return labels.get(column) or LISTED.get(column) or RANGED.get(column) or column
