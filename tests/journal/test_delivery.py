"""How messages leave: once each, one by one, whatever the relay does and wherever a worker dies."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from bench.trials.news import HELD_NEWS, NEWS, SECRET_NEWS, News
from django.db import OperationalError, connection

from tests.accounts.factories import UserFactory
from tests.journal.conftest import Clock
from vigie.connectors.mail import MemoryRelay
from vigie.journal import delivery, outbox
from vigie.journal.actions import record
from vigie.journal.delivery import Outcome, deliver, sweep
from vigie.journal.models import OutgoingMessage
from vigie.journal.registry import Recipient
from vigie.journal.states import CANCELED, CLAIMED, FAILED, SENT, WAITING
from vigie.rights.person import SYSTEM

pytestmark = pytest.mark.django_db


def owe(name: str, at: datetime, **more: Any) -> OutgoingMessage:
    record(name, UserFactory(), by=SYSTEM, at=at, **more)
    return OutgoingMessage.objects.order_by("pk").last()  # type: ignore[return-value]


def owe_many(news: News, count: int, at: datetime) -> list[int]:
    news.people = [Recipient(f"p{n}@antenne.example") for n in range(count)]
    record(NEWS, UserFactory(), by=SYSTEM, at=at)
    return list(OutgoingMessage.objects.order_by("pk").values_list("pk", flat=True))


def stored(message: OutgoingMessage) -> OutgoingMessage:
    return OutgoingMessage.objects.get(pk=message.pk)


class Killed(BaseException):
    """The worker dies here."""


@pytest.fixture
def die_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the worker die at a crash point."""

    def die(point: str) -> None:
        def crash_point(name: str) -> None:
            if name == point:
                monkeypatch.setattr(delivery, "crash_point", lambda name: None)
                raise Killed

        monkeypatch.setattr(delivery, "crash_point", crash_point)

    return die


# --- what leaves ----------------------------------------------------------------------------------------------------
def test_a_message_leaves_in_text_and_html_with_its_identifier(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock
) -> None:
    news.about = "L’aide <b>« Été & co »</b> s’ouvre"
    message = owe(NEWS, at)

    assert deliver(message.pk, clock) is Outcome.SENT

    [mail] = relay.accepted
    assert (mail.message_id, mail.to, mail.to_name) == (
        message.message_id,
        "une.personne@antenne.example",
        "Une Personne",
    )
    assert mail.subject == "Sujet Une Personne : L’aide <b>« Été & co »</b> s’ouvre"
    assert mail.text == "Bonjour Une Personne,\n\nL’aide <b>« Été & co »</b> s’ouvre\n"
    assert "<p>L’aide &lt;b&gt;« Été &amp; co »&lt;/b&gt; s’ouvre</p>" in mail.html
    assert mail.reply_to == "equipe@vigie.example"
    assert mail.headers == {"Auto-Submitted": "auto-generated"}
    after = stored(message)
    assert (after.state, after.ended_at, after.mail_subject, after.error) == (SENT, at, mail.subject, "")


def test_its_content_is_that_of_the_moment_it_leaves(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock
) -> None:
    message = owe(HELD_NEWS, at)
    news.about = "Ce qui est vrai maintenant"
    clock.advance(minutes=1)

    deliver(message.pk, clock)

    assert "Ce qui est vrai maintenant" in relay.accepted[0].text


def test_what_was_undone_within_the_hold_is_not_said(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock
) -> None:
    message = owe(HELD_NEWS, at)
    news.about = None
    clock.advance(minutes=1)

    assert deliver(message.pk, clock) is Outcome.POINTLESS

    assert relay.accepted == []
    assert (stored(message).state, stored(message).error) == (CANCELED, "devenu sans objet")


def test_nothing_is_said_of_an_object_that_is_gone(news: News, relay: MemoryRelay, at: datetime, clock: Clock) -> None:
    message = owe(NEWS, at)
    OutgoingMessage.objects.filter(pk=message.pk).update(subject_id="0")

    assert deliver(message.pk, clock) is Outcome.POINTLESS


def test_a_message_does_not_leave_before_its_time(news: News, relay: MemoryRelay, at: datetime, clock: Clock) -> None:
    message = owe(HELD_NEWS, at)
    clock.advance(seconds=59)

    assert deliver(message.pk, clock) is Outcome.NOTHING
    assert stored(message).state == WAITING


def test_a_message_leaves_once_however_often_it_is_asked(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock
) -> None:
    message = owe(NEWS, at)

    assert [deliver(message.pk, clock) for _ in range(3)] == [Outcome.SENT, Outcome.NOTHING, Outcome.NOTHING]
    assert len(relay.accepted) == 1


def test_a_secret_leaves_and_is_erased(news: News, relay: MemoryRelay, at: datetime, clock: Clock) -> None:
    message = owe(SECRET_NEWS, at, secret={"about": "314159"})

    deliver(message.pk, clock)

    assert "314159" in relay.accepted[0].text
    assert stored(message).secret is None


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_relay_is_spoken_to(
    news: News, at: datetime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    class Watching(MemoryRelay):
        def deliver(self, mail: Any) -> None:
            seen.append(connection.in_atomic_block)

    monkeypatch.setattr(delivery, "relay", Watching)

    deliver(owe(NEWS, at).pk, clock)

    assert seen == [False]


def test_the_mail_is_marked_with_the_moment_the_relay_answered(
    news: News, at: datetime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(MemoryRelay):
        def deliver(self, mail: Any) -> None:
            clock.advance(seconds=8)

    monkeypatch.setattr(delivery, "relay", Slow)
    message = owe(NEWS, at)

    deliver(message.pk, clock)

    assert stored(message).ended_at == at + timedelta(seconds=8)


def test_queries_of_a_delivery(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock, django_assert_num_queries: Any
) -> None:
    message = owe(NEWS, at)

    with django_assert_num_queries(9):  # due, claim, row, object, mark; the two writes in a savepoint each
        deliver(message.pk, clock)


# --- what goes wrong ------------------------------------------------------------------------------------------------
def test_a_final_refusal_ends_with_its_reason(news: News, at: datetime, clock: Clock, relay: MemoryRelay) -> None:
    relay._one_in["refuse"] = 1
    message = owe(NEWS, at)

    assert deliver(message.pk, clock) is Outcome.FAILED

    after = stored(message)
    assert (after.state, after.error) == (FAILED, "adresse refusée par le relais (550)")


def test_a_temporary_refusal_is_tried_again(news: News, at: datetime, clock: Clock, relay: MemoryRelay) -> None:
    relay._one_in["defer"] = 1
    message = owe(NEWS, at)

    assert deliver(message.pk, clock) is Outcome.RETRIED
    assert (stored(message).state, stored(message).error) == (WAITING, "relais occupé (451)")
    assert deliver(message.pk, clock) is Outcome.NOTHING
    clock.advance(minutes=1)
    assert deliver(message.pk, clock) is Outcome.SENT
    assert stored(message).error == ""


def test_a_relay_that_cuts_after_the_content_is_asked_before_anything_is_sent_again(
    news: News, at: datetime, clock: Clock, relay: MemoryRelay
) -> None:
    relay._one_in["cut"] = 1
    message = owe(NEWS, at)

    assert deliver(message.pk, clock) is Outcome.RETRIED
    clock.advance(minutes=1)
    assert deliver(message.pk, clock) is Outcome.SENT

    assert len(relay.accepted) == 1


def test_a_relay_that_cannot_be_asked_gets_the_same_identifier_again(
    news: News, at: datetime, clock: Clock, relay: MemoryRelay
) -> None:
    relay._one_in["cut"], relay.answers = 1, False
    message = owe(NEWS, at)

    deliver(message.pk, clock)
    clock.advance(minutes=1)
    deliver(message.pk, clock)

    assert [mail.message_id for mail in relay.accepted] == [message.message_id] * 2


def test_a_fault_of_ours_in_one_message_is_seen_and_holds_nobody(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pks = owe_many(news, 3, at)
    real = delivery.content

    def content(template: str) -> Any:
        def build(subject: Any, recipient: Recipient, moment: datetime) -> Any:
            if recipient.email == "p1@antenne.example":
                raise ZeroDivisionError
            return real(template)(subject, recipient, moment)

        return build

    monkeypatch.setattr(delivery, "content", content)

    assert sweep(clock) == Counter({Outcome.SENT: 2, Outcome.RETRIED: 1})

    assert OutgoingMessage.objects.get(pk=pks[1]).error == "erreur interne (ZeroDivisionError)"


def test_a_message_that_kills_its_workers_is_given_up(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock
) -> None:
    message = owe(NEWS, at)
    OutgoingMessage.objects.filter(pk=message.pk).update(state=CLAIMED, claimed_at=at, attempts=outbox.MOST_ATTEMPTS)
    clock.advance(minutes=2)

    assert deliver(message.pk, clock) is Outcome.FAILED
    assert stored(message).error == "abandonné après 100 essais interrompus"


@pytest.mark.parametrize("askable", [True, False])
@pytest.mark.parametrize(
    ("point", "sent_before"),
    [("outbox.after_claim", 0), ("outbox.before_send", 0), ("outbox.after_send", 1), ("outbox.after_mark", 1)],
)
def test_a_worker_that_dies_loses_and_doubles_nothing(
    point: str, sent_before: int, askable: bool, news: News, relay: MemoryRelay, at: datetime, clock: Clock, die_at: Any
) -> None:
    relay.answers = askable
    message = owe(NEWS, at)
    die_at(point)

    with pytest.raises(Killed):
        deliver(message.pk, clock)
    assert len(relay.accepted) == sent_before
    clock.advance(minutes=1)
    sweep(clock)
    assert len(relay.accepted) == sent_before  # its claim is not stale yet
    clock.advance(minutes=1)
    sweep(clock)

    assert stored(message).state == SENT
    doubled = point == "outbox.after_send" and not askable
    assert [mail.message_id for mail in relay.accepted] == [message.message_id] * (2 if doubled else 1)


def test_a_worker_that_dies_while_giving_back_loses_nothing(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock, die_at: Any
) -> None:
    relay._one_in["defer"] = 1
    message = owe(NEWS, at)
    die_at("outbox.before_retry")

    with pytest.raises(Killed):
        deliver(message.pk, clock)
    clock.advance(minutes=2)

    assert deliver(message.pk, clock) is Outcome.SENT


def test_a_worker_that_dies_after_asking_asks_again(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock, die_at: Any
) -> None:
    relay._one_in["cut"] = 1
    message = owe(NEWS, at)
    deliver(message.pk, clock)
    clock.advance(minutes=1)
    die_at("outbox.after_asking")
    with pytest.raises(Killed):
        deliver(message.pk, clock)
    clock.advance(minutes=2)

    assert deliver(message.pk, clock) is Outcome.SENT
    assert len(relay.accepted) == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_locked_for_a_moment_after_the_sending_doubles_nothing(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.answers = False
    message = owe(NEWS, at)
    faults = [OperationalError("database is locked"), OperationalError("server closed the connection")]
    real = outbox._leave_claim

    def locked(*args: Any, **changes: Any) -> bool:
        if faults:
            raise faults.pop()
        return real(*args, **changes)

    monkeypatch.setattr(outbox, "_leave_claim", locked)

    assert deliver(message.pk, clock) is Outcome.SENT
    assert stored(message).state == SENT
    assert len(relay.accepted) == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_away_for_long_leaves_a_claim_that_is_settled_later(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = owe(NEWS, at)

    def away(*args: Any, **changes: Any) -> bool:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_leave_claim", away)
        with pytest.raises(OperationalError):
            deliver(message.pk, clock)
    clock.advance(minutes=2)

    assert deliver(message.pk, clock) is Outcome.SENT
    assert len(relay.accepted) == 1


def test_a_message_claimed_by_a_quicker_worker_is_left_to_it(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = owe(NEWS, at)
    outbox.claim(message.pk, at)
    monkeypatch.setattr(outbox, "is_due", lambda pk, now: True)  # it was, a moment ago

    assert deliver(message.pk, clock) is Outcome.NOTHING
    assert relay.accepted == []


def test_a_slow_worker_whose_claim_was_taken_over_changes_nothing(
    news: News, at: datetime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = owe(NEWS, at)
    shared = MemoryRelay()

    class Stuck(MemoryRelay):
        def deliver(self, mail: Any) -> None:
            clock.advance(minutes=3)  # meanwhile another worker finds the claim stale, and sends
            monkeypatch.setattr(delivery, "relay", lambda: shared)
            assert deliver(message.pk, clock) is Outcome.SENT

    monkeypatch.setattr(delivery, "relay", Stuck)

    assert deliver(message.pk, clock) is Outcome.NOTHING
    assert stored(message).state == SENT


# --- R-03, R-10 -----------------------------------------------------------------------------------------------------
def run_until_settled(clock: Clock, minutes: int) -> None:
    for _ in range(minutes):
        sweep(clock)
        clock.advance(minutes=1)


@pytest.mark.parametrize("askable", [True, False])
def test_one_bad_recipient_in_ten_holds_nobody(
    askable: bool, news: News, at: datetime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = MemoryRelay(
        refuse_one_in=10, defer_one_in=7, cut_one_in=9, delay_one_in=10, sleep=lambda _: None, answers=askable
    )
    monkeypatch.setattr(delivery, "relay", lambda: relay)
    owe_many(news, 100, at)

    run_until_settled(clock, 15)

    states = Counter(OutgoingMessage.objects.values_list("state", flat=True))
    assert states == {SENT: 90, FAILED: 10}
    assert len({mail.message_id for mail in relay.accepted}) == 90
    cut = [n for n in range(9, 101, 9) if n % 10 and n % 7]
    assert len(relay.doubled()) == (0 if askable else len(cut))
    failed = OutgoingMessage.objects.filter(state=FAILED)
    assert {m.error for m in failed} == {"adresse refusée par le relais (550)"}


def test_a_relay_away_for_two_hours_loses_nothing(news: News, relay: MemoryRelay, at: datetime, clock: Clock) -> None:
    owe_many(news, 30, at)
    relay.down = True
    run_until_settled(clock, 120)
    assert relay.accepted == []
    assert not OutgoingMessage.objects.exclude(state=WAITING).exists()

    relay.down = False
    run_until_settled(clock, 61)

    assert set(OutgoingMessage.objects.values_list("state", flat=True)) == {SENT}
    assert len(relay.accepted) == 30
    assert relay.doubled() == []


def test_a_relay_away_is_not_spoken_to_for_each_message(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock
) -> None:
    owe_many(news, 30, at)
    relay.down = True
    attempts = []

    def down(mail: Any) -> None:
        attempts.append(mail.to)
        raise delivery.TemporaryFailure("relais injoignable")

    relay.deliver = down  # type: ignore[method-assign]
    sweep(clock)
    assert len(attempts) == 5

    clock.advance(seconds=61)
    sweep(clock)
    assert len(attempts) == 6  # one trial a minute; the rest of the messages stay due, untouched
    assert OutgoingMessage.objects.filter(attempts=0).count() == 24


def test_a_relay_that_is_well_is_not_left_alone_because_of_its_recipients(
    news: News, relay: MemoryRelay, at: datetime, clock: Clock
) -> None:
    relay._one_in["defer"] = 1
    owe_many(news, 12, at)

    assert sweep(clock) == Counter({Outcome.RETRIED: 12})


def test_the_account_of_a_sweep_is_one_french_line() -> None:
    outcomes = Counter({Outcome.SENT: 3, Outcome.FAILED: 1, Outcome.RETRIED: 2})

    assert delivery.account(outcomes) == "1 en échec, 2 remis à plus tard, 3 partis"
    assert delivery.account(Counter()) == "rien à envoyer"
