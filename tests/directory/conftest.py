"""What the tests of the directory share: a small territory, the team, and one row of each kind."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.accounts.factories import AntenneFactory, InstitutionFactory, UserFactory, person
from tests.directory.factories import (
    AnswerGroupingFactory,
    ExpertFactory,
    MatchFilterFactory,
    SubjectFactory,
    SubjectQuestionFactory,
)
from tests.matching.conftest import write_territory
from vigie.accounts.models import Antenne, Institution, User
from vigie.directory.models import AnswerGrouping, Expert, MatchFilter, Subject, SubjectQuestion
from vigie.kernel.text import fold
from vigie.rights.person import Person
from vigie.territory.models import Commune, Zone


@dataclass(frozen=True)
class Book:
    """A small address book: one institution, its antenne in the Rhône, an expert of two people, his conditions."""

    institution: Institution
    antenne: Antenne
    expert: Expert
    member: User
    subject: Subject
    question: SubjectQuestion
    filter: MatchFilter
    grouping: AnswerGrouping


@pytest.fixture
def territory(db: None) -> None:
    """Seven communes around Lyon and elsewhere; 69999 became Lyon."""
    write_territory()
    for model in (Commune, Zone):
        for row in model.objects.all():
            row.name_folded = fold(row.name)
            row.save()


@pytest.fixture
def team(db: None) -> Person:
    """Somebody of the team."""
    return person(UserFactory(team=True, full_name="Odile Brun"))


@pytest.fixture
def book(territory: None) -> Book:
    """One row of each kind."""
    return make_book()


def make_book() -> Book:
    institution = InstitutionFactory(name="Chambre des métiers inventée", slug="chambre-inventee")
    antenne = AntenneFactory(institution=institution, name="Chambre du Rhône", zones=[("departement", "69")])
    subject = SubjectFactory(label="Recruter un salarié")
    question = SubjectQuestionFactory(subject=subject, key="premier", label="Premier recrutement ?")
    member = UserFactory(expert=True, antenne=antenne, full_name="Paul Petit")
    expert = ExpertFactory(
        antenne=antenne, subject=subject, full_name="Équipe emploi", zones=[("commune", "69123")], members=[member]
    )
    return Book(
        institution=institution,
        antenne=antenne,
        expert=expert,
        member=member,
        subject=subject,
        question=question,
        filter=MatchFilterFactory(expert=expert, min_workforce=3, accepted_naf=["C"]),
        grouping=AnswerGroupingFactory(expert=expert, label="Premiers", answers={question: "true"}),
    )
