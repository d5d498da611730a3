"""What the routing rules need to know: of the need, of each competence, of what a partner asks. Frozen values only.

The rules never see a model: ``queries.routing`` fills these dataclasses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from vigie.kernel.zones import Place, ZoneType

Zone = tuple[ZoneType, str]


class Owner(StrEnum):
    """Who sets a filter or a grouping of answers, from the nearest to the widest."""

    EXPERT = "expert"
    ANTENNE = "antenne"
    INSTITUTION = "institution"


@dataclass(frozen=True)
class Workforce:
    """Headcount of an establishment: exact when a register gives it, else the bounds of its class. None: unknown."""

    low: int | None = None
    high: int | None = None
    exact: int | None = None

    @property
    def at_least(self) -> int | None:
        return self.low if self.exact is None else self.exact

    @property
    def at_most(self) -> int | None:
        return self.high if self.exact is None else self.exact


@dataclass(frozen=True)
class NeedFacts:
    """One subject for one establishment, on a day.

    place: None for an unknown commune. naf: capitals, no dot. natures: activity natures of the register and form of
    exercise, together. opco_id: the institution that is the firm's skills operator, region exception included.
    answers: question key → value. zone_names: names of the zones of the place, for the reasons.
    """

    subject_id: int
    place: Place | None
    on: date
    naf: str = ""
    legal_form: str = ""
    workforce: Workforce = Workforce()
    created_on: date | None = None
    natures: frozenset[str] = frozenset()
    craft_codes: frozenset[str] = frozenset()
    opco_id: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    zone_names: Mapping[Zone, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """What is stored with the need, so that the decision can be read again later."""
        place = self.place
        return {
            "subject": self.subject_id,
            "commune": place.commune if place else "",
            "on": self.on.isoformat(),
            "naf": self.naf,
            "legal_form": self.legal_form,
            "workforce": [self.workforce.low, self.workforce.high, self.workforce.exact],
            "created_on": self.created_on.isoformat() if self.created_on else None,
            "natures": sorted(self.natures),
            "craft_codes": sorted(self.craft_codes),
            "opco": self.opco_id,
            "answers": dict(self.answers),
        }


@dataclass(frozen=True)
class FilterFacts:
    """Conditions on the firm. Filters of one owner that share a non-empty ``group`` are alternatives.

    subjects: those it counts for; empty: all. Codes are beginnings (47, 47.7, G; 57); those of communes are whole.
    """

    id: int = 0
    group: str = ""
    subjects: frozenset[int] = frozenset()
    min_years: int | None = None
    max_years: int | None = None
    min_workforce: int | None = None
    max_workforce: int | None = None
    accepted_naf: tuple[str, ...] = ()
    excluded_naf: tuple[str, ...] = ()
    accepted_legal_forms: tuple[str, ...] = ()
    excluded_legal_forms: tuple[str, ...] = ()
    excluded_communes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConditionFacts:
    """One expected answer. A key is unique within its subject only."""

    subject_id: int
    key: str
    value: str
    question: str = ""


@dataclass(frozen=True)
class GroupingFacts:
    """Expected answers that must agree together."""

    conditions: tuple[ConditionFacts, ...]


@dataclass(frozen=True)
class InstitutionFacts:
    """accepted_natures: empty = every nature (no chamber rule)."""

    id: int
    name: str = ""
    deleted: bool = False
    is_opco: bool = False
    accepted_natures: frozenset[str] = frozenset()
    accepts_craft_code: bool = False
    accepts_unknown_nature: bool = True
    filters: tuple[FilterFacts, ...] = ()
    groupings: tuple[GroupingFacts, ...] = ()


@dataclass(frozen=True)
class AntenneFacts:
    """zones: what it covers; national: covers the whole country besides."""

    id: int
    name: str = ""
    national: bool = False
    zones: tuple[Zone, ...] = ()
    filters: tuple[FilterFacts, ...] = ()
    groupings: tuple[GroupingFacts, ...] = ()


@dataclass(frozen=True)
class ExpertFacts:
    """zones: own territory, which replaces the antenne's when there is one.

    users: people with an account. absent_until: last day of the first absence to end, when all of them are away.
    """

    id: int
    name: str = ""
    deleted: bool = False
    zones: tuple[Zone, ...] = ()
    users: int = 1
    absent_until: date | None = None
    filters: tuple[FilterFacts, ...] = ()
    groupings: tuple[GroupingFacts, ...] = ()


@dataclass(frozen=True)
class CompetenceFacts:
    """A competence of an expert, with all that decides whether he receives a need.

    id and subject_id: None for an expert who is looked at without having the competence (« Pourquoi pas ? »).
    """

    id: int | None
    subject_id: int | None
    expert: ExpertFacts
    antenne: AntenneFacts
    institution: InstitutionFacts
    label: str = ""
