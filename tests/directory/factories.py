"""Smallest valid objects of the address book. Institutions, antennes and users come from tests/accounts/factories.py.

expert = ExpertFactory(subject=subject, zones=[("departement", "69")])     # a competence and an own territory
ExpertFactory(subject=subject, antenne=antenne, members=[user])            # covers what its antenne covers
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import factory
from factory.django import DjangoModelFactory

from vigie.accounts.models import User
from vigie.directory.models import (
    AnswerCondition,
    AnswerGrouping,
    CollectiveAgreement,
    Expert,
    ExpertMember,
    ExpertSubject,
    ExpertZone,
    InstitutionSubject,
    MatchFilter,
    Subject,
    SubjectQuestion,
    Theme,
)

YES_NO = [["true", "Oui"], ["false", "Non"]]


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = Theme

    label = factory.Sequence(lambda n: f"Thème {n}")
    slug = factory.Sequence(lambda n: f"theme-{n}")


class SubjectFactory(DjangoModelFactory):
    class Meta:
        model = Subject

    theme = factory.SubFactory(ThemeFactory)
    label = factory.Sequence(lambda n: f"Sujet {n}")
    slug = factory.Sequence(lambda n: f"sujet-{n}")

    class Params:
        catch_all = factory.Trait(is_catch_all=True)


class SubjectQuestionFactory(DjangoModelFactory):
    class Meta:
        model = SubjectQuestion

    subject = factory.SubFactory(SubjectFactory)
    key = factory.Sequence(lambda n: f"question_{n}")
    label = factory.LazyAttribute(lambda question: f"Question {question.key} ?")
    answers = YES_NO


class InstitutionSubjectFactory(DjangoModelFactory):
    class Meta:
        model = InstitutionSubject
        django_get_or_create = ("institution", "subject", "description")

    institution = factory.SubFactory("tests.accounts.factories.InstitutionFactory")
    subject = factory.SubFactory(SubjectFactory)
    description = ""


class ExpertFactory(DjangoModelFactory):
    """subject: gives the expert (and his institution) the competence; zones: own territory; members: users."""

    class Meta:
        model = Expert
        skip_postgeneration_save = True

    antenne = factory.SubFactory("tests.accounts.factories.AntenneFactory")
    full_name = factory.Sequence(lambda n: f"Équipe {n}")
    email = factory.Sequence(lambda n: f"equipe{n}@partenaire.example")

    @factory.post_generation
    def subject(self: Any, create: bool, extracted: Subject | None, **kwargs: Any) -> None:
        if extracted is not None:
            ExpertSubjectFactory(expert=self, subject=extracted)

    @factory.post_generation
    def zones(self: Any, create: bool, extracted: Iterable[tuple[str, str]] | None, **kwargs: Any) -> None:
        for zone_type, code in extracted or ():
            ExpertZoneFactory(expert=self, zone_type=zone_type, code=code)

    @factory.post_generation
    def members(self: Any, create: bool, extracted: Iterable[User] | None, **kwargs: Any) -> None:
        for user in extracted or ():
            ExpertMemberFactory(expert=self, user=user)


class ExpertMemberFactory(DjangoModelFactory):
    class Meta:
        model = ExpertMember

    expert = factory.SubFactory(ExpertFactory)
    user = factory.SubFactory("tests.accounts.factories.UserFactory")


class ExpertZoneFactory(DjangoModelFactory):
    class Meta:
        model = ExpertZone

    expert = factory.SubFactory(ExpertFactory)
    zone_type = "departement"
    code = "69"


class ExpertSubjectFactory(DjangoModelFactory):
    """subject: what the competence is about, in the expert's own institution."""

    class Meta:
        model = ExpertSubject

    class Params:
        subject = factory.SubFactory(SubjectFactory)
        description = ""

    expert = factory.SubFactory(ExpertFactory)
    institution_subject = factory.LazyAttribute(
        lambda o: InstitutionSubjectFactory(
            institution=o.expert.antenne.institution, subject=o.subject, description=o.description
        )
    )


class MatchFilterFactory(DjangoModelFactory):
    """Give one owner: institution, antenne or expert. subjects: the subjects it is limited to."""

    class Meta:
        model = MatchFilter
        skip_postgeneration_save = True

    @factory.post_generation
    def subjects(self: Any, create: bool, extracted: Iterable[Subject] | None, **kwargs: Any) -> None:
        if extracted:
            self.subjects.set(extracted)


class AnswerGroupingFactory(DjangoModelFactory):
    """Give one owner; answers: {question: expected value}."""

    class Meta:
        model = AnswerGrouping
        skip_postgeneration_save = True

    @factory.post_generation
    def answers(self: Any, create: bool, extracted: dict[SubjectQuestion, str] | None, **kwargs: Any) -> None:
        for question, value in (extracted or {}).items():
            AnswerConditionFactory(grouping=self, question=question, value=value)


class AnswerConditionFactory(DjangoModelFactory):
    class Meta:
        model = AnswerCondition

    question = factory.SubFactory(SubjectQuestionFactory)
    value = "true"


class CollectiveAgreementFactory(DjangoModelFactory):
    class Meta:
        model = CollectiveAgreement
        django_get_or_create = ("idcc",)

    idcc = factory.Sequence(lambda n: f"{n + 1:04d}")
    opco = factory.SubFactory("tests.accounts.factories.InstitutionFactory", kind="opco")
