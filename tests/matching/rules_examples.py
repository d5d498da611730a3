"""Facts for the tests of the rules: a need in Lyon and a competence that receives it, changed one datum at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from vigie.kernel.zones import Place, ZoneType
from vigie.matching.rules.facts import (
    AntenneFacts,
    CompetenceFacts,
    ExpertFacts,
    InstitutionFacts,
    NeedFacts,
    Workforce,
)
from vigie.matching.rules.routing import Candidate, route

SUBJECT, OTHER_SUBJECT = 1, 2
LYON = Place("69383", "200046977", "8421", "69", "84", parent_commune="69123")
RHONE = (ZoneType.DEPARTEMENT, "69")
AIN = (ZoneType.DEPARTEMENT, "01")


def need(**changes: Any) -> NeedFacts:
    facts = NeedFacts(
        subject_id=SUBJECT,
        place=LYON,
        on=date(2026, 3, 18),
        naf="1071C",
        legal_form="5710",
        workforce=Workforce(10, 19),
        created_on=date(2015, 6, 1),
        natures=frozenset({"ARTISANALE"}),
    )
    return replace(facts, **changes)


def expert(pk: int = 1, **changes: Any) -> ExpertFacts:
    return replace(ExpertFacts(id=pk, name=f"Équipe {pk}"), **changes)


def antenne(**changes: Any) -> AntenneFacts:
    return replace(AntenneFacts(id=1, name="Antenne", zones=(RHONE,)), **changes)


def institution(pk: int = 1, **changes: Any) -> InstitutionFacts:
    return replace(InstitutionFacts(id=pk, name=f"Institution {pk}"), **changes)


def competence(**changes: Any) -> CompetenceFacts:
    facts = CompetenceFacts(
        id=1, subject_id=SUBJECT, label="Recruter", expert=expert(), antenne=antenne(), institution=institution()
    )
    return replace(facts, **changes)


def verdict(facts: NeedFacts, of: CompetenceFacts) -> Candidate:
    [candidate] = route(facts, [of])
    return candidate


def codes(candidate: Candidate) -> list[str]:
    return [reason.code for reason in candidate.reasons]
