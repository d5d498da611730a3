"""What is owed, held, claimed and given back: one row at a time, and one owner."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from bench.trials.news import HELD_NEWS, NEWS, SECRET_NEWS, News
from django.db import IntegrityError, transaction

from tests.accounts.factories import UserFactory
from vigie.accounts.models import User
from vigie.journal import jobs, outbox
from vigie.journal.actions import record
from vigie.journal.models import OutgoingMessage
from vigie.journal.registry import Recipient
from vigie.journal.states import CANCELED, CLAIMED, FAILED, SENT, WAITING
from vigie.rights.person import SYSTEM

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
HOLD = timedelta(seconds=60)


@pytest.fixture
def user() -> User:
    return UserFactory()


def owed(name: str, user: User, at: datetime, **more: Any) -> OutgoingMessage:
    """The last message that this event owes."""
    record(name, user, by=SYSTEM, at=at, **more)
    return OutgoingMessage.objects.order_by("pk").last()  # type: ignore[return-value]


# --- holding --------------------------------------------------------------------------------------------------------
def test_a_held_message_waits_for_the_time_of_an_undo(news: News, user: User, at: datetime) -> None:
    message = owed(HELD_NEWS, user, at)

    assert (message.state, message.held, message.due_at) == (WAITING, True, at + HOLD)
    assert [(job.name, job.run_at) for job in jobs.queued()] == [("deliver_message", at + HOLD)]
    assert list(outbox.due(at + HOLD - SECOND, 10)) == []
    assert list(outbox.due(at + HOLD, 10)) == [message.pk]


def test_the_same_message_is_owed_once_within_its_hold(news: News, user: User, at: datetime) -> None:
    first = owed(HELD_NEWS, user, at)

    again = owed(HELD_NEWS, user, at + 50 * SECOND)

    assert again.pk == first.pk
    assert OutgoingMessage.objects.count() == 1


def test_the_last_click_can_be_undone_as_long_as_the_first(news: News, user: User, at: datetime) -> None:
    first = owed(HELD_NEWS, user, at)

    again = owed(HELD_NEWS, user, at + 50 * SECOND)

    assert again.due_at == again.next_attempt_at == at + 50 * SECOND + HOLD
    assert again.event_id > first.event_id
    assert outbox.claim(first.pk, at + HOLD) is None  # its first job comes too early, and does nothing
    assert [job.run_at for job in jobs.queued()] == [at + HOLD, at + 50 * SECOND + HOLD]


def test_after_its_hold_the_same_message_is_owed_anew(news: News, user: User, at: datetime) -> None:
    first = owed(HELD_NEWS, user, at)

    second = owed(HELD_NEWS, user, at + HOLD)

    assert second.pk != first.pk
    assert [m.unique_key[-2:] for m in (first, second)] == [" 1", " 2"]
    assert first.message_id != second.message_id


@pytest.mark.parametrize("taken", [CLAIMED, SENT, CANCELED])
def test_a_message_on_its_way_or_ended_is_not_held_again(taken: str, news: News, user: User, at: datetime) -> None:
    first = owed(HELD_NEWS, user, at)
    ended = {"ended_at": at} if taken != CLAIMED else {"claimed_at": at}
    OutgoingMessage.objects.filter(pk=first.pk).update(state=taken, **ended)

    assert owed(HELD_NEWS, user, at + SECOND).pk != first.pk


def test_other_person_other_object_other_event_is_another_message(news: News, user: User, at: datetime) -> None:
    owed(HELD_NEWS, user, at)
    owed(HELD_NEWS, UserFactory(), at)
    news.people = [Recipient("autre@antenne.example")]
    owed(HELD_NEWS, user, at)
    owed(NEWS, user, at)

    assert OutgoingMessage.objects.count() == 4


def test_what_is_not_held_is_never_merged(news: News, user: User, at: datetime) -> None:
    owed(NEWS, user, at)
    owed(NEWS, user, at)
    owed(SECRET_NEWS, user, at, secret={"about": "111111"})
    owed(SECRET_NEWS, user, at, secret={"about": "222222"})

    assert OutgoingMessage.objects.count() == 4


def test_a_window_taken_by_another_transaction_is_seen(
    news: News, user: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = owed(NEWS, user, at)
    keys = iter([first.unique_key, first.unique_key[:-1] + "2"])
    monkeypatch.setattr(outbox, "_next_key", lambda *_: next(keys))

    assert owed(NEWS, user, at).unique_key.endswith(" 2")


def test_another_fault_of_the_database_is_not_taken_for_a_window(
    news: News, user: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = owed(NEWS, user, at)
    monkeypatch.setattr(outbox, "_message_id", lambda *_: first.message_id)

    with pytest.raises(IntegrityError), transaction.atomic():
        owed(NEWS, user, at)


def test_windows_go_on_after_a_deletion(news: News, user: User, at: datetime) -> None:
    first = owed(NEWS, user, at)
    owed(NEWS, user, at)
    first.delete()

    assert owed(NEWS, user, at).unique_key.endswith(" 3")


def test_identifiers_are_unique_well_formed_and_of_the_site(news: News, user: User, at: datetime) -> None:
    messages = [owed(NEWS, user, at) for _ in range(3)] + [owed(NEWS, UserFactory(), at)]

    assert len({m.message_id for m in messages}) == 4
    assert all(m.message_id.startswith("<") and m.message_id.endswith("@127.0.0.1>") for m in messages)


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("", "aucune adresse électronique"),
        ("   ", "aucune adresse électronique"),
        ("pas-une-adresse", "adresse électronique mal formée"),
        ("a@b.example\nBcc: c@d.example", "adresse électronique mal formée"),
        ("x" * 300 + "@antenne.example", "adresse électronique trop longue"),
    ],
)
def test_an_address_that_cannot_be_written_to_fails_at_once(
    email: str, reason: str, news: News, user: User, at: datetime
) -> None:
    news.people = [Recipient(email, "N" * 300), Recipient("bonne@antenne.example")]
    record(HELD_NEWS, user, by=SYSTEM, at=at)

    bad, good = OutgoingMessage.objects.order_by("pk")

    assert (bad.state, bad.error, bad.ended_at, len(bad.recipient_name)) == (FAILED, reason, at, 200)
    assert good.state == WAITING
    assert len(jobs.queued()) == 1


def test_the_longest_names_fit_in_the_key(news: News, user: User, at: datetime) -> None:
    news.people = [Recipient("x" * 64 + "@" + ".".join(["y" * 55] * 3) + ".example")]

    message = owed(NEWS, user, at)

    assert message.state == WAITING
    assert len(message.unique_key) < 300


# --- claiming -------------------------------------------------------------------------------------------------------
def test_a_message_is_claimed_once(news: News, user: User, at: datetime) -> None:
    message = owed(NEWS, user, at)

    first, second = outbox.claim(message.pk, at), outbox.claim(message.pk, at)

    assert first is not None
    assert (first.state, first.claimed_at, first.attempts) == (CLAIMED, at, 1)
    assert second is None


def test_a_claim_left_by_a_dead_worker_is_taken_over(news: News, user: User, at: datetime) -> None:
    message = owed(NEWS, user, at)
    first = outbox.claim(message.pk, at)
    assert first is not None
    late = at + outbox.STALE

    assert outbox.claim(message.pk, late - SECOND) is None
    assert list(outbox.due(late - SECOND, 10)) == []
    assert list(outbox.due(late, 10)) == [message.pk]
    second = outbox.claim(message.pk, late)
    assert second is not None
    assert second.attempts == 2
    assert outbox.mark_sent(first, late) is False  # the one who comes back too late changes nothing
    assert outbox.mark_sent(second, late) is True


@pytest.mark.django_db(transaction=True)
def test_a_claim_is_refused_inside_a_transaction(news: News, at: datetime) -> None:
    message = owed(NEWS, UserFactory(), at)

    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        outbox.claim(message.pk, at)


def test_due_messages_come_the_most_overdue_first(news: News, at: datetime) -> None:
    late = [owed(NEWS, UserFactory(), at - timedelta(minutes=n)).pk for n in (1, 3, 2)]
    dead = owed(NEWS, UserFactory(), at - timedelta(minutes=10)).pk
    outbox.claim(dead, at - timedelta(minutes=9))

    assert list(outbox.due(at, 10)) == [dead, late[1], late[2], late[0]]
    assert list(outbox.due(at, 2)) == [dead, late[1]]


# --- trying again ---------------------------------------------------------------------------------------------------
def test_retries_after_1_5_30_minutes_then_hourly_and_failed_after_three_days(
    news: News, user: User, at: datetime
) -> None:
    message = owed(NEWS, user, at)
    now, waits = at, []
    while True:
        claimed = outbox.claim(message.pk, now)
        assert claimed is not None
        assert outbox.put_back(claimed, now, "relais injoignable")
        message.refresh_from_db()
        if message.state == FAILED:
            break
        assert message.claimed_at is None
        waits.append((message.next_attempt_at - now) // timedelta(minutes=1))
        now = message.next_attempt_at

    assert waits[:3] == [1, 5, 30]
    assert set(waits[3:]) == {60}
    assert timedelta(hours=71) < now - at <= timedelta(hours=72)
    assert message.error == "toujours pas parti après 72\u00a0heures\u00a0: relais injoignable"
    assert message.attempts < outbox.MOST_ATTEMPTS


def test_a_secret_is_given_up_soon_and_erased(news: News, user: User, at: datetime) -> None:
    message = owed(SECRET_NEWS, user, at, secret={"about": "123456"})
    now = at
    while message.state == WAITING:
        claimed = outbox.claim(message.pk, now)
        assert claimed is not None
        outbox.put_back(claimed, now, "relais injoignable")
        message.refresh_from_db()
        now = message.next_attempt_at

    assert message.ended_at is not None
    assert message.ended_at - at <= timedelta(minutes=15)
    assert (message.state, message.secret) == (FAILED, None)
    assert message.error == "toujours pas parti après 15\u00a0minutes\u00a0: relais injoignable"


# --- the database refuses -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "impossible",
    [
        {"state": SENT},
        {"state": FAILED, "error": "raison"},
        {"state": CANCELED},
        {"state": FAILED, "ended_at": "now"},
        {"state": CLAIMED},
        {"ended_at": "now"},
        {"state": SENT, "ended_at": "now", "secret": {"about": "123456"}},
        {"state": CANCELED, "ended_at": "now", "secret": {"about": "123456"}},
        {"due_at": "before"},
    ],
)
def test_the_database_refuses_an_impossible_message(
    impossible: dict[str, Any], news: News, user: User, at: datetime
) -> None:
    message = owed(NEWS, user, at)
    moments = {"now": at, "before": at - SECOND}
    changes = {
        name: moments.get(value, value) if isinstance(value, str) else value for name, value in impossible.items()
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMessage.objects.filter(pk=message.pk).update(**changes)


@pytest.mark.parametrize("column", ["unique_key", "message_id"])
def test_the_database_refuses_a_second_message_of_the_same_key(
    column: str, news: News, user: User, at: datetime
) -> None:
    first, second = owed(NEWS, user, at), owed(NEWS, user, at)

    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMessage.objects.filter(pk=second.pk).update(**{column: getattr(first, column)})
