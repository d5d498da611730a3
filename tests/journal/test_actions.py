"""State, event and messages: all or nothing, each with its right."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from bench.trials.news import HELD_NEWS, NEWS, SECRET_NEWS, News
from django.db import transaction
from django_q.models import OrmQ

from tests.accounts.factories import HabilitationFactory, UserFactory, person
from tests.journal.conftest import Clock
from vigie.accounts.models import Habilitation
from vigie.accounts.states import GRANTED, REQUESTED
from vigie.journal import actions, delivery, jobs
from vigie.journal.actions import cancel_message, perform, record, release_message, resend_message
from vigie.journal.models import Event, OutgoingMessage
from vigie.journal.registry import Recipient
from vigie.journal.states import CANCELED, SENT, WAITING
from vigie.kernel.errors import Forbidden, Refused, TransitionRefused
from vigie.rights.person import SYSTEM, VISITOR, PersonKind

pytestmark = pytest.mark.django_db


def requested() -> Habilitation:
    return HabilitationFactory(state=REQUESTED, granted_at=None, granted_by=None)


def test_a_transition_writes_state_stamp_other_fields_and_event(at: datetime) -> None:
    team = UserFactory(team=True)
    asked = requested()

    given = perform(asked, "grant", by=person(team), at=at, changes={"granted_by_id": team.pk}, payload={"note": 3})

    stored = Habilitation.objects.get(pk=asked.pk)
    event = Event.objects.get(name="habilitation.granted")
    assert given is asked
    assert (asked.state, asked.granted_at, asked.granted_by_id) == (GRANTED, at, team.pk)
    assert (stored.state, stored.granted_at, stored.granted_by_id) == (GRANTED, at, team.pk)
    assert (event.at, event.actor_kind, event.actor_id) == (at, PersonKind.USER, team.pk)
    assert (event.subject_type, event.subject_id) == ("accounts.Habilitation", str(asked.pk))
    assert event.payload == {"transition": "grant", "from": REQUESTED, "to": GRANTED, "note": 3}
    assert list(Event.objects.about(asked)) == [event]


def test_a_stamp_keeps_its_first_moment(at: datetime) -> None:
    team = person(UserFactory(team=True))
    held = HabilitationFactory()
    first = held.granted_at

    perform(held, "suspend", by=team, at=at)
    perform(held, "grant", by=team, at=at + timedelta(days=1))

    assert Habilitation.objects.get(pk=held.pk).granted_at == first


def test_without_the_right_nothing_changes(at: datetime) -> None:
    held = HabilitationFactory()

    for who in (VISITOR, person(UserFactory()), person(UserFactory(expert=True)), person(UserFactory(manager=True))):
        with pytest.raises(Forbidden):
            perform(held, "suspend", by=who, at=at)

    assert Habilitation.objects.get(pk=held.pk).state == GRANTED
    assert not Event.objects.filter(name="habilitation.suspended").exists()


def test_the_stored_state_decides_not_the_one_in_memory(at: datetime) -> None:
    team = person(UserFactory(team=True))
    held = HabilitationFactory()
    other = Habilitation.objects.get(pk=held.pk)
    perform(other, "suspend", by=team, at=at)

    with pytest.raises(TransitionRefused, match="Suspendue"):
        perform(held, "suspend", by=team, at=at)

    assert Event.objects.filter(name="habilitation.suspended").count() == 1


def test_a_required_field_left_empty_is_said_in_french(at: datetime) -> None:
    asked = requested()

    with pytest.raises(Refused, match="accordée par quelqu’un") as refused:
        perform(asked, "grant", by=person(UserFactory(team=True)), at=at)

    assert refused.value.code == "granted_by_id_missing"
    assert Habilitation.objects.get(pk=asked.pk).state == REQUESTED


def test_an_unknown_transition_is_refused(at: datetime) -> None:
    with pytest.raises(TransitionRefused):
        perform(HabilitationFactory(), "dance", by=SYSTEM, at=at)


def test_an_event_on_the_wrong_object_is_a_fault(at: datetime) -> None:
    with pytest.raises(ValueError, match=r"happens to accounts\.Habilitation"):
        record("habilitation.granted", UserFactory(), by=SYSTEM, at=at)


def test_an_event_owes_one_message_to_each_person_of_its_audience(news: News, at: datetime) -> None:
    user = UserFactory()
    news.people = [Recipient("a@antenne.example", "A"), Recipient("b@antenne.example", "B")]

    event = record(NEWS, user, by=SYSTEM, at=at)

    messages = OutgoingMessage.objects.order_by("pk")
    assert [(m.recipient, m.event_id, m.due_at, m.held) for m in messages] == [
        ("a@antenne.example", event.pk, at, False),
        ("b@antenne.example", event.pk, at, False),
    ]
    assert [(job.name, job.arguments) for job in jobs.queued()] == [
        ("deliver_message", {"message": message.pk}) for message in messages
    ]


def test_only_a_secret_message_keeps_what_cannot_be_rebuilt(news: News, at: datetime) -> None:
    user = UserFactory()

    record(SECRET_NEWS, user, by=SYSTEM, at=at, secret={"about": "123456"})
    record(NEWS, user, by=SYSTEM, at=at, secret={"about": "123456"})

    assert [m.secret for m in OutgoingMessage.objects.order_by("pk")] == [{"about": "123456"}, None]


@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_neither_state_nor_event_nor_message_nor_job(news: News, at: datetime) -> None:
    held, team = HabilitationFactory(), person(UserFactory(team=True))

    def act() -> None:
        with transaction.atomic():
            perform(held, "suspend", by=team, at=at)
            record(HELD_NEWS, held.user, by=team, at=at)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()

    assert Habilitation.objects.get(pk=held.pk).state == GRANTED
    assert [model.objects.count() for model in (Event, OutgoingMessage, OrmQ)] == [0, 0, 0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "point", ["perform.after_state", "journal.after_event", "outbox.after_owe", "journal.after_messages"]
)
def test_a_fault_at_any_point_of_an_act_undoes_the_whole(
    news: News, at: datetime, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = HabilitationFactory()
    declared = actions.EVENTS_BY_NAME["habilitation.suspended"]
    telling = type(declared)(declared.name, declared.subject, declared.sentence, actions.EVENTS_BY_NAME[NEWS].messages)
    monkeypatch.setitem(actions.EVENTS_BY_NAME, declared.name, telling)

    def fail(name: str) -> None:
        if name == point:
            raise MemoryError

    monkeypatch.setattr("vigie.journal.actions.crash_point", fail)
    monkeypatch.setattr("vigie.journal.outbox.crash_point", fail)
    with pytest.raises(MemoryError):
        perform(held, "suspend", by=SYSTEM, at=at)

    assert Habilitation.objects.get(pk=held.pk).state == GRANTED
    assert [model.objects.count() for model in (Event, OutgoingMessage, OrmQ)] == [0, 0, 0]


def test_queries_of_a_transition(at: datetime, django_assert_num_queries: Any) -> None:
    team = person(UserFactory(team=True))
    held = HabilitationFactory()

    with django_assert_num_queries(8):  # row locked, right, update, event; two savepoints opened and closed
        perform(held, "suspend", by=team, at=at)


def test_queries_per_message(news: News, at: datetime, django_assert_max_num_queries: Any) -> None:
    news.people = [Recipient(f"p{n}@antenne.example") for n in range(10)]
    user = UserFactory()

    with django_assert_max_num_queries(3 + 10 * 5):
        record(NEWS, user, by=SYSTEM, at=at)


# --- what the team may do to a message that waits -------------------------------------------------------------------
def held_message(at: datetime) -> OutgoingMessage:
    record(HELD_NEWS, UserFactory(), by=SYSTEM, at=at)
    return OutgoingMessage.objects.get()


def test_send_now_ends_the_hold_and_is_told(news: News, relay: Any, at: datetime) -> None:
    message = held_message(at)
    team = person(UserFactory(team=True))
    later = at + timedelta(seconds=5)

    release_message(message, by=team, at=later)

    message.refresh_from_db()
    assert (message.state, message.due_at, message.next_attempt_at) == (WAITING, later, later)
    assert Event.objects.about(message).get().name == "message.released"
    assert delivery.deliver(message.pk, Clock(later)) is delivery.Outcome.SENT


def test_send_now_of_a_late_message_keeps_its_delay(news: News, relay: Any, at: datetime) -> None:
    record(NEWS, UserFactory(), by=SYSTEM, at=at)
    message = OutgoingMessage.objects.get()
    relay.down = True
    delivery.deliver(message.pk, Clock(at))

    release_message(message, by=person(UserFactory(team=True)), at=at + timedelta(seconds=30))

    message.refresh_from_db()
    assert message.due_at == at
    assert message.next_attempt_at == at + timedelta(seconds=30)


def test_a_canceled_message_never_leaves(news: News, relay: Any, at: datetime) -> None:
    message = held_message(at)

    cancel_message(message, by=person(UserFactory(team=True)), at=at)

    message.refresh_from_db()
    assert (message.state, message.ended_at) == (CANCELED, at)
    assert Event.objects.about(message).get().name == "message.canceled"
    assert delivery.deliver(message.pk, Clock(at + timedelta(hours=1))) is delivery.Outcome.NOTHING
    assert relay.accepted == []


def failed_message(at: datetime) -> OutgoingMessage:
    message = held_message(at)
    claimed = delivery.outbox.claim(message.pk, at + timedelta(minutes=1))
    assert claimed is not None
    assert delivery.outbox.mark_failed(claimed, at + timedelta(minutes=1), "boîte pleine")
    return OutgoingMessage.objects.get()


@pytest.mark.django_db(transaction=True)
def test_a_failed_message_sent_again_leaves_and_is_told(news: News, relay: Any, at: datetime) -> None:
    message = failed_message(at)
    later = at + timedelta(hours=1)

    resend_message(message, by=person(UserFactory(team=True)), at=later)

    message.refresh_from_db()
    assert (message.state, message.attempts, message.due_at, message.error) == (WAITING, 0, later, "")
    assert Event.objects.about(message).get().name == "message.resent"
    assert delivery.deliver(message.pk, Clock(later)) is delivery.Outcome.SENT
    assert len(relay.accepted) == 1


@pytest.mark.django_db(transaction=True)
def test_only_a_message_that_failed_and_could_leave_is_sent_again(news: News, relay: Any, at: datetime) -> None:
    team, message = person(UserFactory(team=True)), failed_message(at)
    resend_message(message, by=team, at=at + timedelta(hours=1))

    with pytest.raises(TransitionRefused, match="déjà renvoyé"):
        resend_message(message, by=team, at=at + timedelta(hours=1))
    OutgoingMessage.objects.update(state="failed", ended_at=at, error="sans adresse", recipient="")
    with pytest.raises(TransitionRefused, match="son adresse"):
        resend_message(OutgoingMessage.objects.get(), by=team, at=at + timedelta(hours=1))

    assert Event.objects.about(message).count() == 1


@pytest.mark.parametrize("act", [release_message, cancel_message])
def test_too_late_for_a_message_that_has_left(act: Any, news: News, relay: Any, at: datetime) -> None:
    message = held_message(at)
    delivery.deliver(message.pk, Clock(at + timedelta(minutes=1)))

    with pytest.raises(TransitionRefused):
        act(message, by=person(UserFactory(team=True)), at=at + timedelta(minutes=2))

    message.refresh_from_db()
    assert message.state == SENT
    assert not Event.objects.about(message).exists()


@pytest.mark.parametrize("act", [release_message, cancel_message, resend_message])
def test_messages_are_the_business_of_the_team_only(act: Any, news: News, at: datetime) -> None:
    message = held_message(at)

    for who in (VISITOR, SYSTEM, person(UserFactory(expert=True)), person(UserFactory(manager=True))):
        with pytest.raises(Forbidden):
            act(message, by=who, at=at)

    message.refresh_from_db()
    assert message.state == WAITING
