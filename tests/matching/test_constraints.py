"""The database refuses the impossible: for each constraint of the service, a row that must be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import CheckConstraint, UniqueConstraint

from tests.directory.factories import ExpertFactory, SubjectQuestionFactory
from tests.matching.factories import (
    AT,
    CandidateFactory,
    DiagnosisFactory,
    HoleReportFactory,
    LandingFactory,
    LandingSubjectFactory,
    LandingThemeFactory,
    MatchFactory,
    NeedFactory,
    NeedTagFactory,
    NoteFactory,
    RefusalTemplateFactory,
    ReminderFactory,
    SolicitationAnswerFactory,
    SolicitationFactory,
    SolicitationTagFactory,
    SpamAddressFactory,
    TagFactory,
    ThreadMessageFactory,
)
from vigie.matching.models import Landing, Match, Need, Reminder, Solicitation

pytestmark = pytest.mark.django_db


def _twice(factory: Any, **shared: Callable[[], Any]) -> Callable[[], None]:
    """Two rows with the same values."""

    def write() -> None:
        values = {name: make() for name, make in shared.items()}
        factory(**values)
        with pytest.raises(IntegrityError), transaction.atomic():
            factory(**values)

    return write


def _refused(factory: Any, **changes: Any) -> Callable[[], None]:
    """A row changed behind the product's back."""

    def write() -> None:
        row = factory()
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**changes)

    return write


def _sent(**traits: Any) -> Callable[[], Match]:
    return lambda: MatchFactory(**traits)


REFUSED: dict[str, list[Callable[[], None]]] = {
    "landing_theme_slug": [_twice(LandingThemeFactory, landing=LandingFactory, slug=lambda: "meme")],
    "landing_subject_slug": [_twice(LandingSubjectFactory, theme=LandingThemeFactory, slug=lambda: "meme")],
    "solicitation_completed_stamped": [
        _refused(SolicitationFactory, state="in_progress"),
        _refused(SolicitationFactory, state="canceled", canceled_at=AT),
    ],
    "solicitation_canceled_iff_stamped": [
        _refused(lambda: SolicitationFactory(in_progress=True), state="canceled"),
        _refused(lambda: SolicitationFactory(in_progress=True), canceled_at=AT),
    ],
    "solicitation_scheduled_in_progress": [
        _refused(lambda: SolicitationFactory(processed=True), transmit_at=AT),
        _refused(SolicitationFactory, transmit_at=AT),
    ],
    "solicitation_processed_stamped": [_refused(lambda: SolicitationFactory(in_progress=True), state="processed")],
    "solicitation_answer_once": [
        _twice(SolicitationAnswerFactory, solicitation=SolicitationFactory, question=SubjectQuestionFactory)
    ],
    "need_subject_once": [_twice(NeedFactory, diagnosis=DiagnosisFactory, subject=lambda: NeedFactory().subject)],
    "need_sent_stamped": [_refused(NeedFactory, status="quo")],
    "candidate_once": [_twice(CandidateFactory, need=NeedFactory, expert=ExpertFactory)],
    "match_once": [_twice(MatchFactory, need=lambda: NeedFactory(sent=True), expert=ExpertFactory)],
    "match_closed_iff_final": [
        _refused(_sent(), closed_at=AT),
        _refused(_sent(closed=True), closed_at=None),
        _refused(_sent(), state="covered_by_colleague"),
    ],
    "match_taking_care_stamped": [_refused(_sent(), state="taking_care")],
    "match_done_names_help": [
        _refused(_sent(closed=True), help_name=""),
        _refused(_sent(closed=True), help_provider=""),
        _refused(_sent(closed=True), help_level=""),
    ],
    "diagnosis_form_once": [_twice(DiagnosisFactory, form_token=lambda: "meme")],
    "diagnosis_visit_with_consent": [_refused(DiagnosisFactory, submitted_at=AT)],
    "diagnosis_visit_submitted_first": [_refused(DiagnosisFactory, completed_at=AT, consent_at=AT)],
    "reminder_kind_once": [_twice(ReminderFactory, need=lambda: NeedFactory(sent=True))],
    "reminder_expert_once": [_twice(ReminderFactory, need=lambda: NeedFactory(sent=True), expert=ExpertFactory)],
    "reminder_form_once": [_twice(ReminderFactory, kind=lambda: Reminder.Kind.BY_HAND, form_token=lambda: "meme")],
    "solicitation_tag_once": [_twice(SolicitationTagFactory, solicitation=SolicitationFactory, tag=TagFactory)],
    "need_tag_once": [_twice(NeedTagFactory, need=NeedFactory, tag=TagFactory)],
    "note_about_one_thing": [_refused(NoteFactory, need=None)],
    "hole_report_closed_iff_final": [
        _refused(HoleReportFactory, state="filled"),
        _refused(HoleReportFactory, closed_at=AT),
    ],
    "match_declined_with_reason": [_refused(_sent(declined=True), refusal_reason="")],
}
# Unique columns: the model says it on the field.
UNIQUE_COLUMNS: dict[str, Callable[[], None]] = {
    "refusaltemplate.code": _twice(RefusalTemplateFactory, code=lambda: "meme"),
    "spamaddress.email_hash": _twice(SpamAddressFactory, email_hash=lambda: "0" * 64),
    "solicitation.uuid": _twice(SolicitationFactory, uuid=lambda: "00000000-0000-4000-8000-000000000001"),
    "solicitation.form_token": _twice(SolicitationFactory, form_token=lambda: "meme"),
    "diagnosis.solicitation": _twice(DiagnosisFactory, solicitation=SolicitationFactory),
    "tag.label": _twice(TagFactory, label=lambda: "Même"),
    "note.form_token": _twice(NoteFactory, form_token=lambda: "meme"),
    "holereport.form_token": _twice(HoleReportFactory, form_token=lambda: "meme"),
    "threadmessage.form_token": _twice(ThreadMessageFactory, form_token=lambda: "meme"),
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


def test_landing_slug_is_unique() -> None:
    Landing.objects.create(slug="accueil", title="Accueil")
    with pytest.raises(IntegrityError), transaction.atomic():
        Landing.objects.create(slug="accueil", title="Autre")


def test_every_constraint_and_unique_column_has_its_refused_row() -> None:
    models = apps.get_app_config("matching").get_models()
    constraints, columns = set(), {"landing.slug"}
    for model in models:
        constraints |= {
            one.name for one in model._meta.constraints if isinstance(one, (CheckConstraint, UniqueConstraint))
        }
        fields = [field for field in model._meta.concrete_fields if field.unique and not field.primary_key]
        columns |= {f"{model._meta.model_name}.{field.name}" for field in fields}

    assert constraints == set(REFUSED)
    assert columns == {"landing.slug", *UNIQUE_COLUMNS}


def test_valid_rows_of_every_state_are_accepted() -> None:
    for trait in ("in_progress", "scheduled", "processed", "canceled"):
        SolicitationFactory(**{trait: True})
    for trait in ("taken_in_charge", "declined", "closed"):
        MatchFactory(**{trait: True})

    assert Solicitation.objects.count() == 4 + Need.objects.count()
