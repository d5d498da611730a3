"""The database refuses the impossible: for each constraint of the address book, rows that must be refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import CheckConstraint, ProtectedError, UniqueConstraint

from tests.accounts.factories import AntenneFactory, InstitutionFactory, UserFactory
from tests.directory.factories import (
    AnswerConditionFactory,
    AnswerGroupingFactory,
    CollectiveAgreementFactory,
    ExpertFactory,
    ExpertZoneFactory,
    InstitutionSubjectFactory,
    MatchFilterFactory,
    SubjectFactory,
    SubjectQuestionFactory,
    ThemeFactory,
)
from vigie.directory.models import DirectoryImport, ExpertMember, ExpertSubject, InstitutionSubject, TableMark

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)


def _twice(make: Any, **shared: Callable[[], Any]) -> Callable[[], None]:
    """Two rows with the same values."""

    def write() -> None:
        values = {name: value() for name, value in shared.items()}
        make(**values)
        with pytest.raises(IntegrityError), transaction.atomic():
            make(**values)

    return write


def _refused(make: Callable[[], Any]) -> Callable[[], None]:
    def write() -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            make()

    return write


def _owners(make: Any) -> list[Callable[[], None]]:
    """No owner, two owners, three owners."""
    return [
        _refused(make),
        _refused(lambda: make(institution=InstitutionFactory(), antenne=AntenneFactory())),
        _refused(lambda: make(antenne=AntenneFactory(), expert=ExpertFactory())),
        _refused(lambda: make(institution=InstitutionFactory(), expert=ExpertFactory())),
        _refused(lambda: make(institution=InstitutionFactory(), antenne=AntenneFactory(), expert=ExpertFactory())),
    ]


def _file(**changes: Any) -> Callable[[], Any]:
    """A file sent to the address book, with something impossible."""
    return lambda: DirectoryImport.objects.create(kind="antennes", author=UserFactory(), created_at=AT, **changes)


REFUSED: dict[str, list[Callable[[], None]]] = {
    "question_key_in_subject": [_twice(SubjectQuestionFactory, subject=SubjectFactory, key=lambda: "meme")],
    "institution_subject_once": [
        _twice(InstitutionSubject.objects.create, institution=InstitutionFactory, subject=SubjectFactory)
    ],
    "expert_member_once": [_twice(ExpertMember.objects.create, expert=ExpertFactory, user=UserFactory)],
    "expert_zone_once": [_twice(ExpertZoneFactory, expert=ExpertFactory)],
    "directory_expertzone_zone_code_shape": [
        _refused(lambda: ExpertZoneFactory(zone_type="commune", code="69")),
        _refused(lambda: ExpertZoneFactory(zone_type="departement", code="Rhône")),
        _refused(lambda: ExpertZoneFactory(zone_type="pays", code="69")),
        _refused(lambda: ExpertZoneFactory(zone_type="region", code="84\n")),
    ],
    "expert_subject_once": [
        _twice(ExpertSubject.objects.create, expert=ExpertFactory, institution_subject=InstitutionSubjectFactory)
    ],
    "match_filter_one_owner": _owners(MatchFilterFactory),
    "answer_grouping_one_owner": _owners(AnswerGroupingFactory),
    "answer_condition_once": [
        _twice(
            AnswerConditionFactory,
            grouping=lambda: AnswerGroupingFactory(expert=ExpertFactory()),
            question=SubjectQuestionFactory,
        )
    ],
    "table_mark_once": [_twice(TableMark.objects.create, table_name=lambda: "x", value=lambda: 1)],
    "directory_import_ended_iff_final": [_refused(_file(state="applied")), _refused(_file(ended_at=AT))],
}
UNIQUE_COLUMNS: dict[str, Callable[[], None]] = {
    "theme.label": _twice(ThemeFactory, label=lambda: "Même"),
    "theme.slug": _twice(ThemeFactory, slug=lambda: "meme"),
    "subject.label": _twice(SubjectFactory, label=lambda: "Même"),
    "subject.slug": _twice(SubjectFactory, slug=lambda: "meme"),
}


@pytest.mark.parametrize(
    "write",
    [pytest.param(write, id=f"{name}-{n}") for name, writes in REFUSED.items() for n, write in enumerate(writes)],
)
def test_the_database_refuses(write: Callable[[], None]) -> None:
    write()


@pytest.mark.parametrize("column", UNIQUE_COLUMNS)
def test_the_database_refuses_the_same_value_twice(column: str) -> None:
    UNIQUE_COLUMNS[column]()


def test_every_constraint_and_unique_column_has_its_refused_row() -> None:
    constraints, columns = set(), set()
    for model in apps.get_app_config("directory").get_models():
        constraints |= {
            one.name for one in model._meta.constraints if isinstance(one, (CheckConstraint, UniqueConstraint))
        }
        fields = [field for field in model._meta.concrete_fields if field.unique and not field.primary_key]
        columns |= {f"{model._meta.model_name}.{field.name}" for field in fields}

    assert constraints == set(REFUSED)
    assert columns == set(UNIQUE_COLUMNS)


@pytest.mark.parametrize(
    ("make", "owner"),
    [
        (SubjectFactory, "theme"),
        (InstitutionSubjectFactory, "subject"),
        (ExpertFactory, "antenne"),
        (CollectiveAgreementFactory, "opco"),
    ],
)
def test_what_routing_and_history_need_is_not_deleted(make: Any, owner: str) -> None:
    with pytest.raises(ProtectedError):
        getattr(make(), owner).delete()
