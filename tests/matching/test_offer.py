"""What the public is offered is decided on screen: a new subject, its way of transmission, its closing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import UserFactory, sign_in
from tests.conftest import visible_text
from tests.directory.factories import SubjectFactory
from tests.matching.factories import LandingFactory, LandingSubjectFactory
from vigie.journal.models import Event
from vigie.matching.models import LandingSubject

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]

LIST, NEW = reverse("matching:offers"), reverse("matching:new_offer")
FORM = {"title": "Trouver un repreneur", "fields_mode": "siret", "mode": "automatic", "open": "on"}


@pytest.fixture
def team() -> Client:
    return sign_in(Client(), UserFactory(team=True))


def said(team: Client, path: str) -> str:
    return visible_text(team.get(path).content.decode()).replace("\u00a0", " ")


def test_a_subject_offered_is_asked_by_the_public_then_changed_and_closed(team: Client) -> None:
    LandingFactory()
    subject = SubjectFactory(label="Transmettre", theme__label="Transmission", theme__slug="transmission")

    for _twice in range(2):
        done = team.post(NEW, FORM | {"subject": subject.pk})
        assert (done.status_code, done.url) == (302, LIST)

    row = LandingSubject.objects.get(subject=subject)
    form = reverse("matching:request", args=[row.theme.slug, row.slug])
    assert (row.mode, row.theme.title) == ("automatic", "Transmission")
    assert Client().get(form).status_code == 200
    assert "Trouver un repreneur" in said(Client(), reverse("matching:theme", args=["transmission"]))

    team.post(reverse("matching:offer", args=[row.pk]), FORM | {"mode": "validated"})
    row.refresh_from_db()
    assert row.mode == "validated"
    assert "Par l’équipe" in said(team, LIST)

    team.post(reverse("matching:offer", args=[row.pk]), {**FORM, "mode": "validated", "open": ""})
    assert Client().get(form).status_code == 404
    assert "Fermé" in said(team, LIST)
    assert Event.objects.filter(name="public_subject.changed").count() == 3


def test_a_subject_that_no_rule_serves_is_never_automatic(team: Client) -> None:
    row = LandingSubjectFactory(subject__is_catch_all=True, mode="validated")

    page = team.post(reverse("matching:offer", args=[row.pk]), FORM)

    assert "l’équipe le valide" in visible_text(page.content.decode())
    row.refresh_from_db()
    assert row.mode == "validated"


def test_a_form_sent_as_it_was_shown_changes_nothing(team: Client) -> None:
    row = LandingSubjectFactory(title="Recruter", asks_head=True)
    path = reverse("matching:offer", args=[row.pk])
    form = team.get(path).context["form"]
    shown = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False)}

    team.post(path, shown)

    assert not Event.objects.filter(name="public_subject.changed").exists()


def test_queries_do_not_grow_with_subjects(team: Client) -> None:
    team.get(LIST)  # what a session asks once
    counts = []
    for more in (20, 80):
        LandingSubjectFactory.create_batch(more)
        with CaptureQueriesContext(connection) as asked:
            team.get(LIST)
        counts.append(len(asked))
    assert counts[0] == counts[1]
