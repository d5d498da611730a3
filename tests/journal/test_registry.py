"""What subjects declare to the journal, and what is refused at the start when they forget."""

from __future__ import annotations

from typing import Any

import pytest
from bench.trials.news import News
from pytest_django import Settings

from tests.accounts.factories import UserFactory
from vigie.connectors.mail import DjangoRelay
from vigie.journal import crash, registry
from vigie.journal.events import EVENTS, Event, Message
from vigie.journal.registry import check_events, subject_of
from vigie.journal.relay import relay


def faults(monkeypatch: pytest.MonkeyPatch, *events: Event) -> list[str]:
    monkeypatch.setattr(registry, "EVENTS", events)
    return [fault.id for fault in check_events(None)]


@pytest.mark.parametrize(
    ("event", "ids"),
    [
        (Event("trial.fine", "accounts.User", "Rien", (Message("trial_people", "trial/mail/news"),)), []),
        (Event("trial.model", "accounts.Nobody", "Rien"), ["journal.E001"]),
        (Event("trial.who", "accounts.User", "Rien", (Message("nobody", "trial/mail/news"),)), ["journal.E002"]),
        (
            Event("trial.what", "accounts.User", "Rien", (Message("trial_people", "trial/mail/none"),)),
            ["journal.E003", *["journal.E004"] * 3],
        ),
        (
            Event("trial.secret", "accounts.User", "Rien", (Message("trial_people", "trial/mail/none", secret=True),)),
            ["journal.E004"] * 3,
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Event) else None,
)
def test_the_start_refuses_an_incomplete_event(
    event: Event, ids: list[str], news: News, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert faults(monkeypatch, event) == ids


def test_names_of_events_are_past_participles_of_a_subject() -> None:
    assert all(name.count(".") == 1 and name == name.lower() for name in (event.name for event in EVENTS))


@pytest.mark.django_db
def test_an_object_is_found_by_its_type_and_key() -> None:
    user = UserFactory()

    assert subject_of("accounts.User", str(user.pk)) == user
    assert subject_of("accounts.User", "0") is None


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_the_relay_is_that_of_the_setting(scheme: str, settings: Settings) -> None:
    from dataclasses import replace

    settings.VIGIE = replace(settings.VIGIE, mail_url=f"{scheme}://user:password@relay.example:587")

    assert isinstance(relay(), DjangoRelay)


def test_a_crash_point_kills_at_the_chosen_passage_only(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[Any] = []
    monkeypatch.setattr("os.kill", lambda pid, number: killed.append(number))
    crash.aim("here:2")

    crash.crash_point("elsewhere")
    crash.crash_point("here")
    assert killed == []
    crash.crash_point("here")
    crash.crash_point("here")
    crash.aim("")
    crash.crash_point("here")

    assert len(killed) == 1
