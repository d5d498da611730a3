"""The discussion: who writes, once, what is kept, who is told."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.matching.desk_world import STAMPS, desk_world
from tests.matching.factories import AT
from tests.matching.real_threads import at_once
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import Forbidden, Refused
from vigie.matching.actions.thread import LONGEST, comment, delete_comment
from vigie.matching.mails.experts import thread_message
from vigie.matching.models import ThreadMessage

pytestmark = pytest.mark.django_db
TOKEN = "jeton-de-la-page-1"
LATER = AT + timedelta(seconds=30)


def mails() -> set[str]:
    return set(OutgoingMessage.objects.values_list("recipient", flat=True))


@pytest.mark.parametrize("name", ["member", "other", "manager", "team"])
def test_experts_of_the_need_managers_and_the_team_write(name: str) -> None:
    world = desk_world()

    message = comment(world.need, " Bonjour.\r\nÀ demain ", form_token=TOKEN, by=world.person(name), at=AT)

    assert message.body == "Bonjour.\nÀ demain"
    assert Event.objects.get().name == "need.commented"


@pytest.mark.parametrize("name", ["colleague", "unrelated", "visitor"])
def test_others_do_not(name: str) -> None:
    world = desk_world()

    with pytest.raises(Forbidden):
        comment(world.need, "Bonjour", form_token=TOKEN, by=world.person(name), at=AT)


@pytest.mark.parametrize("body", ["", "  \n ", "\u200b\u202e", "x" * (LONGEST + 1)])
def test_an_empty_or_endless_message_is_refused(body: str) -> None:
    world = desk_world()

    with pytest.raises(Refused):
        comment(world.need, body, form_token=TOKEN, by=world.person("member"), at=AT)

    assert not ThreadMessage.objects.exists()


def test_the_same_form_sent_twice_writes_one_message() -> None:
    world = desk_world()
    by = world.person("member")

    first = comment(world.need, "Bonjour", form_token=TOKEN, by=by, at=AT)
    second = comment(world.need, "Bonjour", form_token=TOKEN, by=by, at=LATER)

    assert first == second
    assert Event.objects.count() == 1


def test_the_token_of_somebody_else_gives_nothing_of_his() -> None:
    world = desk_world()
    comment(world.need, "À moi", form_token=TOKEN, by=world.person("member"), at=AT)

    with pytest.raises(Refused):
        comment(world.need, "À toi", form_token=TOKEN, by=world.person("other"), at=AT)

    assert ThreadMessage.objects.get().body == "À moi"


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_eight_times_at_once_writes_one_message(tmp_path: Path) -> None:
    world = desk_world()
    by = world.person("member")
    act = partial(comment, world.need, "Bonjour", form_token=TOKEN, by=by, at=AT)

    given, count = at_once([act] * 8, tmp_path, ThreadMessage.objects.count)

    assert count == 1, given
    assert {one.pk for one in given} == {given[0].pk}


def test_an_expert_writes_to_those_in_charge_and_never_to_his_own_team() -> None:
    world = desk_world(state="taking_care", **STAMPS["taking_care"])
    comment(world.need, "Bonjour", form_token=TOKEN, by=world.person("other"), at=AT)
    assert mails() == {world.match.expert.email}

    comment(world.need, "Et vous ?", form_token=TOKEN + "2", by=world.person("member"), at=AT)
    assert mails() == {world.match.expert.email}  # the other has not answered: nobody to tell


def test_the_team_writes_to_those_who_have_not_closed() -> None:
    world = desk_world()

    comment(world.need, "Qui appelle ?", form_token=TOKEN, by=world.person("team"), at=AT)

    assert mails() == {world.match.expert.email, world.second.expert.email}


def test_the_mail_waits_a_minute_and_says_nothing_of_a_message_taken_back() -> None:
    world = desk_world()
    message = comment(world.need, "Qui appelle ?", form_token=TOKEN, by=world.person("team"), at=AT)
    waiting = OutgoingMessage.objects.first()
    assert waiting.held
    assert waiting.due_at > AT
    assert thread_message(message, None, LATER)["body"] == "Qui appelle ?"

    delete_comment(message, by=world.person("team"), at=LATER)

    message.refresh_from_db()
    assert (message.body, message.deleted_at) == ("", LATER)
    assert thread_message(message, None, LATER) is None


def test_only_its_author_takes_a_message_back_and_once_is_enough() -> None:
    world = desk_world()
    message = comment(world.need, "Bonjour", form_token=TOKEN, by=world.person("member"), at=AT)

    for name in ("other", "manager", "team"):
        with pytest.raises(Forbidden):
            delete_comment(message, by=world.person(name), at=LATER)
    for _ in range(2):
        delete_comment(message, by=world.person("member"), at=LATER)

    assert Event.objects.filter(name="need.comment_deleted").count() == 1
