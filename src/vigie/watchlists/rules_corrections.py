"""Expert corrections, without a database: what was asked on the page, the file it makes, its words, its curve.

The file is that of the batch (``vigie-batch correct``), which reads it again and has the last word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from math import log
from typing import Any

from vigie.kernel.period import Month

SHAPE, OFFSET, FAMILY, FLOOR = "shape_edit", "offset", "family_scale", "floor"
KINDS = {
    SHAPE: "Redessiner la courbe d’une donnée",
    OFFSET: "Décaler toutes les entreprises de la portée",
    FAMILY: "Donner plus ou moins de poids à une famille",
    FLOOR: "Poser un plancher ou un plafond",
}
CAP = 1.0  # log-odds, for one correction
POINTS, CONDITIONS = 8, 3
DEFAULT_MONTHS, LONGEST_MONTHS = 6, 24
SIZE_BANDS = {
    "below_10": "moins de 10",
    "10-19": "10 à 19",
    "20-49": "20 à 49",
    "50-249": "50 à 249",
    "250+": "250 et plus",
    "unknown": "effectif inconnu",
}
OPERATORS = {
    "at_least": "au moins",
    "above": "plus de",
    "at_most": "au plus",
    "below": "moins de",
    "known": "est connu",
    "missing": "est inconnu",
}
VALUELESS = ("known", "missing")
HOLDS = {"all": "toutes vraies", "two": "au moins deux vraies", "any": "au moins une vraie"}


@dataclass(frozen=True)
class Asked:
    """A condition on a fact: code of the fact, how it is compared, to what."""

    feature: str
    operator: str
    value: float | None = None


@dataclass(frozen=True)
class Content:
    """What a correction says, as it is set on the page. points: (value of the fact, effect in log-odds)."""

    kind: str = OFFSET
    sections: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    departements: tuple[str, ...] = ()
    size_bands: tuple[str, ...] = ()
    age_least: float | None = None
    age_below: float | None = None
    conditions: tuple[Asked, ...] = ()
    holds: str = "all"
    feature: str = ""
    points: tuple[tuple[float, float], ...] = ()
    effect: float | None = None
    family: str = ""
    factor: float | None = None
    minimum: float | None = None  # probabilities
    maximum: float | None = None

    def stored(self) -> dict[str, Any]:
        """Plain values, for the database."""
        return asdict(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Content:
        """The reverse."""
        held: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list | tuple) else value for name, value in stored.items()
        }
        held["conditions"] = tuple(Asked(**one) for one in stored.get("conditions", ()))
        held["points"] = tuple((x, y) for x, y in stored.get("points", ()))
        return cls(**held)


@dataclass(frozen=True)
class Fault:
    """What is missing or wrong, and the field to mend."""

    field: str
    message: str


def faults(content: Content) -> list[Fault]:
    """Everything that the page can tell before the batch reads the file."""
    found = [*_condition_faults(content), *_KIND_FAULTS[content.kind](content)]
    if content.age_least is not None and content.age_below is not None and content.age_below <= content.age_least:
        found.append(Fault("age_below", "L’âge de fin doit dépasser celui de début."))
    return found


def _condition_faults(content: Content) -> Iterable[Fault]:
    for rank, one in enumerate(content.conditions, 1):
        if one.operator not in VALUELESS and one.value is None:
            yield Fault(f"condition_value_{rank}", "Donnez la valeur à comparer.")
    if content.holds == "two" and len(content.conditions) < 2:
        yield Fault("holds", "«\u00a0Au moins deux\u00a0» demande deux conditions ou plus.")


def _shape_faults(content: Content) -> Iterable[Fault]:
    if not content.feature:
        yield Fault("feature", "Choisissez la donnée dont la courbe change.")
    if len(content.points) < 2:
        yield Fault("value_1", "Donnez au moins deux points\u00a0: une valeur et son effet.")
    if any(after[0] <= before[0] for before, after in pairwise(content.points)):
        yield Fault("value_1", "Les valeurs des points doivent aller en croissant, sans se répéter.")
    if any(abs(effect) > CAP for _value, effect in content.points):
        yield Fault("effect_1", "Un effet va de −1 à 1.")


def _offset_faults(content: Content) -> Iterable[Fault]:
    if content.effect is None or abs(content.effect) > CAP or content.effect == 0:
        yield Fault("effect", "Donnez un effet de −1 à 1, autre que 0.")


def _family_faults(content: Content) -> Iterable[Fault]:
    if not content.family:
        yield Fault("family", "Choisissez la famille.")
    if content.factor is None or not 0 <= content.factor <= 3:
        yield Fault("factor", "Donnez un poids de 0 (ne compte plus) à 3 (compte triple).")


def _floor_faults(content: Content) -> Iterable[Fault]:
    bounds = [one for one in (content.minimum, content.maximum) if one is not None]
    if not bounds:
        yield Fault("minimum", "Donnez un plancher ou un plafond.")
    if any(not 0 < one < 1 for one in bounds):
        yield Fault("minimum", "Une probabilité est entre 0 et 100 %, sans les atteindre.")
    if len(bounds) == 2 and bounds[0] > bounds[1]:
        yield Fault("maximum", "Le plafond doit dépasser le plancher.")


_KIND_FAULTS = {SHAPE: _shape_faults, OFFSET: _offset_faults, FAMILY: _family_faults, FLOOR: _floor_faults}


def scope(content: Content) -> dict[str, Any]:
    """The scope, as the batch's file writes it; {} is every firm."""
    lists = {
        "naf_section": content.sections,
        "naf_division": content.divisions,
        "region": content.regions,
        "departement": content.departements,
        "size_band": content.size_bands,
    }
    found: dict[str, Any] = {name: list(values) for name, values in lists.items() if values}
    age = {"at_least": content.age_least, "below": content.age_below}
    if told := {name: value for name, value in age.items() if value is not None}:
        found["age_years"] = told
    conditions = [_condition(one) for one in content.conditions]
    if conditions and content.holds == "two":
        found["at_least_of"] = {"count": 2, "of": conditions}
    elif conditions:
        found[content.holds] = conditions
    return found


def _condition(asked: Asked) -> dict[str, Any]:
    if asked.operator in VALUELESS:
        return {"feature": asked.feature, "missing": asked.operator == "missing"}
    return {"feature": asked.feature, asked.operator: asked.value}


def parameters(content: Content) -> dict[str, Any]:
    """The effect, as the batch's file writes it."""
    if content.kind == SHAPE:
        return {"feature": content.feature, "points": [list(point) for point in content.points]}
    if content.kind == FAMILY:
        return {"family": content.family, "factor": content.factor}
    if content.kind == FLOOR:
        bounds = {"minimum": content.minimum, "maximum": content.maximum}
        return {name: round(log(value / (1 - value)), 6) for name, value in bounds.items() if value is not None}
    return {"effect": content.effect}


@dataclass(frozen=True)
class Identity:
    """Who and when, beside the content. Persons are account numbers: a file names nobody."""

    code: str
    version: int
    wording: str
    reason: str
    decision_reference: str
    valid_from: Month
    valid_until: Month
    status: str
    author: int
    proposed_by: int | None = None
    approved_by: int | None = None
    replaces: int | None = None


def document(identity: Identity, content: Content) -> dict[str, Any]:
    """The file of a correction, in the batch's format."""
    found: dict[str, Any] = {
        "code": identity.code,
        "version": identity.version,
        "author": account(identity.author),
        "reason_fr": identity.reason,
        "wording_fr": identity.wording,
        "decision_reference": identity.decision_reference,
        "scope": scope(content),
        "kind": content.kind,
        "parameters": parameters(content),
        "valid_from": str(identity.valid_from),
        "valid_until": str(identity.valid_until),
        "status": identity.status,
        "proposed_by": account(identity.proposed_by or identity.author),
    }
    if identity.approved_by is not None:
        found["approved_by"] = account(identity.approved_by)
    if identity.replaces is not None:
        found["replaces"] = identity.replaces
    return found


def account(number: int) -> str:
    """How a file designates a person."""
    return f"compte {number}"


def last_month(first: Month, months: int) -> Month:
    """The last month of a validity of so many months."""
    return first.plus(months - 1)


def may_approve(person: int | None, *, author: int, proposer: int | None) -> bool:
    """Two people: who approves neither wrote nor proposed."""
    return person is not None and person not in (author, proposer)


@dataclass(frozen=True)
class Words:
    """Labels of the codes: facts, families, sections, régions…"""

    features: Mapping[str, str] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)

    def feature(self, code: str) -> str:
        return self.features.get(code, code)


def scope_words(content: Content, words: Words) -> list[str]:
    """The scope, one line per limit; none: every firm."""
    lists = (
        ("Sections", [words.sections.get(one, one) for one in content.sections]),
        ("Divisions NAF", content.divisions),
        ("Régions", [words.regions.get(one, one) for one in content.regions]),
        ("Départements", content.departements),
        ("Effectif", [SIZE_BANDS.get(one, one) for one in content.size_bands]),
    )
    found = [f"{title}\u00a0: {', '.join(values)}" for title, values in lists if values]
    if content.age_least is not None:
        found.append(f"Âge\u00a0: {shown(content.age_least)} ans ou plus")
    if content.age_below is not None:
        found.append(f"Âge\u00a0: moins de {shown(content.age_below)} ans")
    if content.conditions:
        told = " ; ".join(_condition_words(one, words) for one in content.conditions)
        several = f" ({HOLDS[content.holds]})" if len(content.conditions) > 1 else ""
        found.append(f"Conditions{several}\u00a0: {told}")
    return found or ["Toutes les entreprises suivies"]


def _condition_words(asked: Asked, words: Words) -> str:
    value = "" if asked.value is None else f" {shown(asked.value)}"
    return f"{words.feature(asked.feature)} {OPERATORS[asked.operator]}{value}"


def effect_words(content: Content, words: Words) -> str:
    """What it does, in one sentence."""
    if content.kind == SHAPE:
        return f"Ajoute à la courbe de «\u00a0{words.feature(content.feature)}\u00a0» les effets dessinés."
    if content.kind == FAMILY:
        name = words.families.get(content.family, content.family)
        return f"Multiplie par {shown(content.factor or 0)} le poids de la famille «\u00a0{name}\u00a0»."
    if content.kind == FLOOR:
        parts = []
        if content.minimum is not None:
            parts.append(f"pas moins de {shown(100 * content.minimum)}\u00a0%")
        if content.maximum is not None:
            parts.append(f"pas plus de {shown(100 * content.maximum)}\u00a0%")
        return f"Risque\u00a0: {' et '.join(parts)}, sans déplacer une entreprise de plus de 1."
    sign = "Augmente" if (content.effect or 0) > 0 else "Diminue"
    return f"{sign} le risque de {shown(abs(content.effect or 0))} (logarithme de la cote)."


def shown(number: float) -> str:
    """A number as the French write it."""
    return f"{number:.10g}".replace(".", ",").replace("-", "−")


def in_force(rows: Iterable[tuple[str, int, Month, Month, bool]], month: Month) -> set[tuple[str, int]]:
    """(code, version) of those in force at a month: the last approved version that has begun, if it is not over.

    rows: code, version, first month, last month, whether it is approved now; only versions that were approved once.
    """
    held: dict[str, tuple[int, Month, bool]] = {}
    for code, version, first, last, approved in sorted(rows, key=lambda row: (row[0], row[1])):
        if first <= month:
            held[code] = (version, last, approved)
    return {(code, version) for code, (version, last, approved) in held.items() if approved and month <= last}


# --- the drawing of a curve -----------------------------------------------------------------------------------------
WIDTH, HEIGHT, MARGIN = 640, 260, 40


@dataclass(frozen=True)
class Drawing:
    """A curve ready to be drawn: two broken lines and the marks of the axes.

    Coordinates are texts with a point: a template would write a number with a comma, which no picture understands.
    """

    after: str
    before: str = ""
    zero: str = ""
    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""
    dots: tuple[tuple[str, str], ...] = ()


def drawing(after: list[tuple[float, float]], before: list[tuple[float, float]] | None = None) -> Drawing | None:
    """The picture of one or two curves (value, effect), in increasing order; None when there is nothing to draw."""
    if len(after) < 2:
        return None
    every = after + (before or [])
    xs, ys = [x for x, _ in every], [*(y for _, y in every), 0.0]
    low, high, bottom, top = min(xs), max(xs), min(ys), max(ys)
    wide, tall = (high - low) or 1.0, (top - bottom) or 1.0

    def place(point: tuple[float, float]) -> tuple[str, str]:
        x = MARGIN + (WIDTH - 2 * MARGIN) * (point[0] - low) / wide
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (point[1] - bottom) / tall
        return f"{x:.1f}", f"{y:.1f}"

    def line(points: list[tuple[float, float]]) -> str:
        return " ".join(f"{x},{y}" for x, y in map(place, points))

    return Drawing(
        after=line(after),
        before=line(before) if before else "",
        zero=place((low, 0.0))[1],
        left=shown(round(low, 4)),
        right=shown(round(high, 4)),
        top=shown(round(top, 3)),
        bottom=shown(round(bottom, 3)),
        dots=tuple(place(point) for point in after),
    )
