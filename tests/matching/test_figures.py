"""The figures of the service equal its rows, and the page gives each with its definition."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import UserFactory, sign_in
from tests.conftest import visible_text
from tests.matching.factories import AT, MatchFactory, NeedFactory, SolicitationFactory
from tests.matching.requests import again, expert_for, ready, subject_of, team
from tests.ui import drawn
from vigie.journal.models import OutgoingMessage
from vigie.matching.actions.transmission import prepare, send_now, transmit_if_due
from vigie.matching.queries.figures import (
    answered_in_days,
    delays,
    first_mail_delays,
    helps_by_level,
    helps_by_provider,
    main_figures,
    transmitted_needs,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
START, END = AT - 30 * DAY, AT + DAY


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("matching.views.figures", "accounts.middleware"):
        monkeypatch.setattr(f"vigie.{name}.now", lambda: AT + timedelta(minutes=30))
    monkeypatch.setattr("vigie.ui.context.clock.now", lambda: AT)
    monkeypatch.setattr("vigie.portal.middleware.nav_for", lambda person: ())


def left_at(mail: OutgoingMessage, at: datetime) -> None:
    """The mail left at this moment."""
    OutgoingMessage.objects.filter(pk=mail.pk).update(
        state="sent", ended_at=at, next_attempt_at=at, **({} if mail.due_at <= at else {"due_at": at})
    )


def mails() -> list[OutgoingMessage]:
    return list(OutgoingMessage.objects.filter(template="matching/mail/match_sent").order_by("pk"))


# --- counts ---------------------------------------------------------------------------------------------------------
def test_main_figures_equal_the_rows() -> None:
    SolicitationFactory.create_batch(3, in_progress=True)
    SolicitationFactory()  # never sent
    SolicitationFactory(in_progress=True, completed_at=START - DAY)
    MatchFactory()
    MatchFactory(taken_in_charge=True)
    MatchFactory(closed=True)
    MatchFactory(declined=True)
    NeedFactory()  # not sent

    by_label = {figure.label: figure.value for figure in main_figures(START, END)}

    assert by_label == {
        "Demandes reçues": 3 + 4,
        "Besoins transmis": 4,
        "Besoins ayant reçu une réponse": 75,
        "Besoins suivis d’un échange": 25,
        "Besoins clôturés avec une aide": 1,
    }
    assert transmitted_needs(START, END) == 4
    assert all(figure.definition for figure in main_figures(START, END))


def test_a_period_excludes_its_end() -> None:
    NeedFactory(sent=True)

    assert transmitted_needs(AT, AT + DAY) == 1
    assert transmitted_needs(AT - DAY, AT) == 0


def test_without_rows_shares_are_unknown_not_zero() -> None:
    values = [figure.value for figure in main_figures(START, END)]

    assert values == [0, 0, None, None, 0]
    assert answered_in_days(START, END) is None


def test_days_before_the_first_expert_who_takes_charge() -> None:
    need = NeedFactory(sent=True)
    for days in (5, 2):
        MatchFactory(need=need, state="taking_care", taken_care_of_at=AT + days * DAY)
    MatchFactory(taken_care_of_at=AT + 4 * DAY, state="taking_care")

    assert answered_in_days(START, END) == 3  # the median of 2 and 4


def test_helps_by_level_and_provider() -> None:
    for level, provider in (("regional", "Région"), ("regional", "Région"), ("national", "Trésor")):
        MatchFactory(closed=True, help_level=level, help_provider=provider, closed_at=AT)
    MatchFactory(closed=True, closed_at=END + DAY)

    assert [(one.code, one.count) for one in helps_by_level(START, END)] == [
        ("national", 1),
        ("regional", 2),
        ("local", 0),
    ]
    assert [(one.label, one.count) for one in helps_by_provider(START, END)] == [("Région", 2), ("Trésor", 1)]
    assert len(helps_by_provider(START, END, limit=1)) == 1


# --- delays ---------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("territory")
def test_the_delay_of_an_automatic_transmission_starts_at_the_end_of_the_hold() -> None:
    scheduled = prepare(ready(), at=AT)
    hold_ends = again(scheduled).transmit_at
    assert hold_ends is not None
    transmit_if_due(scheduled.pk, at=hold_ends + timedelta(seconds=20))  # the worker was late
    left_at(mails()[0], hold_ends + timedelta(seconds=26))

    assert first_mail_delays(START, END) == delays([26.0])


@pytest.mark.usefixtures("territory")
def test_the_delay_of_a_request_sent_by_the_team_starts_when_it_is_sent() -> None:
    scheduled = prepare(ready(), at=AT)
    send_now(scheduled, by=team(), at=AT + timedelta(minutes=2))
    left_at(mails()[0], AT + timedelta(minutes=2, seconds=7))

    assert first_mail_delays(START, END) == delays([7.0])


@pytest.mark.usefixtures("territory")
def test_the_first_mail_counts_and_one_that_waits_does_not() -> None:
    two = ready()
    expert_for(subject_of(two))
    send_now(prepare(two, at=AT), by=team(), at=AT)
    first, second = mails()
    assert first_mail_delays(START, END).count == 0
    left_at(first, AT + timedelta(seconds=40))
    left_at(second, AT + timedelta(seconds=4))

    assert first_mail_delays(START, END) == delays([4.0])


def test_percentiles_are_nearest_ranks() -> None:
    found = delays([float(number) for number in range(100, 0, -1)])

    assert (found.count, found.p50, found.p95) == (100, 50, 95)
    assert delays([]).p95 is None
    assert delays([3.0]).p95 == 3


# --- the page -------------------------------------------------------------------------------------------------------
def test_visitor_is_led_to_sign_in() -> None:
    assert Client().get(reverse("matching:figures")).status_code == 302


@pytest.mark.parametrize("role", ["expert", "manager", "adviser"])
def test_page_does_not_exist_for_others(role: str) -> None:
    client = sign_in(Client(), UserFactory(**{role: True}))

    assert client.get(reverse("matching:figures")).status_code == 404


@pytest.mark.usefixtures("strict_templates")
@pytest.mark.parametrize("period", ["", "7", "365", "x"])
def test_the_page_gives_each_figure_with_its_definition(period: str) -> None:
    MatchFactory(closed=True, help_provider="<b>Région</b>", closed_at=AT)
    client = sign_in(Client(), UserFactory(team=True))

    response = client.get(reverse("matching:figures"), {"periode": period} if period else {})

    text = visible_text(response.content.decode())
    assert response.status_code == 200
    for said in (
        "Demandes reçues 1",
        "Besoins transmis 1",
        "100 %",
        "Délai médian entre la transmission d’un besoin",
        "Clôturé avec une aide proposée 1",
        "Régionale 1",
        "95 % des demandes en moins de 60 secondes",
        "7 derniers jours 0 sans objet",
    ):
        assert said in text
    assert "<b>Région</b>" not in response.content.decode()


@pytest.mark.usefixtures("strict_templates")
@pytest.mark.parametrize(("asked", "chosen"), [("", "30"), ("7", "7")])
def test_the_list_of_periods_shows_the_one_that_is_counted(asked: str, chosen: str) -> None:
    """« 7 derniers jours » stood above the figures of thirty days."""
    client = sign_in(Client(), UserFactory(team=True))

    page = drawn.read(client.get(reverse("matching:figures"), {"periode": asked} if asked else {}).content.decode())

    options = page.one("select", name="periode").all("option")
    assert [one.attrs["value"] for one in options if "selected" in one.attrs] == [chosen]


def test_half_a_day_is_singular() -> None:
    MatchFactory(taken_in_charge=True, need__sent_at=AT - timedelta(hours=10))
    client = sign_in(Client(), UserFactory(team=True))

    text = visible_text(client.get(reverse("matching:figures")).content.decode())
    assert "0,5 jour " in text


def test_an_empty_service_says_so() -> None:
    client = sign_in(Client(), UserFactory(team=True))

    text = visible_text(client.get(reverse("matching:figures")).content.decode())

    assert "sans objet" in text
    assert "Rien dans la période." in text


def test_queries_do_not_grow() -> None:
    client = sign_in(Client(), UserFactory(team=True))

    def grow(count: int) -> int:
        MatchFactory.create_batch(count, closed=True, closed_at=AT)
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("matching:figures"))
        return len(caught)

    grow(1)

    assert grow(10) == grow(40) <= 22
