"""Tests of ``matching.actions.reminding``: what leaves, to whom, when, and never twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.directory.factories import ExpertFactory
from tests.matching.desk_world import desk_world
from tests.matching.factories import AT, MatchFactory
from tests.matching.real_threads import at_once
from vigie.accounts.models import Absence
from vigie.journal import delivery
from vigie.journal.models import Event, JobRun, OutgoingMessage
from vigie.journal.running import run
from vigie.kernel.errors import Forbidden, Refused
from vigie.kernel.period import paris_day
from vigie.matching import jobs
from vigie.matching.actions import matches as acts
from vigie.matching.actions import reminding
from vigie.matching.models import Match, Need, Reminder

pytestmark = pytest.mark.django_db
TO_COMPANY = {"need_waiting", "need_abandoned", "need_refused"}


def day(number: int) -> datetime:
    return AT + timedelta(days=number)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def sent(at: datetime) -> str:
    return plain(jobs.send_reminders(at=at))


def previewed(at: datetime) -> str:
    return plain(jobs.preview_reminders(at))


def summed_up(at: datetime) -> str:
    return plain(jobs.send_digests(at=at))


def mails(*templates: str) -> list[tuple[str, str]]:
    rows = OutgoingMessage.objects.order_by("pk").values_list("template", "recipient")
    return [(name.rpartition("/")[2], to) for name, to in rows if not templates or name.rpartition("/")[2] in templates]


def texts(at: datetime) -> dict[str, str]:
    built = ((message, delivery.build(message, at)) for message in OutgoingMessage.objects.order_by("pk"))
    return {message.template.rpartition("/")[2]: mail.subject + mail.text for message, mail in built if mail}


def test_nobody_answers_each_thing_leaves_once_on_days_9_21_and_45() -> None:
    world = desk_world()
    accounts = {}

    for number in (0, 1, 8, 9, 10, 20, 21, 22, 44, 45, 46, 59):
        accounts[number] = sent(day(number))
        assert sent(day(number)) == "rien à envoyer"  # run by hand the same day

    assert {number: told for number, told in accounts.items() if told != "rien à envoyer"} == {
        9: "2 relances, 1 entreprise avertie de la relance",
        21: "2 dernières chances",
        45: "2 mises en relation closes sans réponse, 1 besoin abandonné",
    }
    experts = {match.expert.email for match in (world.match, world.second)}
    assert sorted(mails("match_reminder")) == sorted(("match_reminder", email) for email in experts)
    assert len(mails("match_last_chance")) == 2
    assert [name for name, _to in mails(*TO_COMPANY)] == ["need_waiting", "need_abandoned"]
    assert Need.objects.get().status == "expired"


def test_the_mails_say_since_when_what_next_and_what_can_be_done() -> None:
    desk_world()
    sent(day(9))
    reminder = texts(day(9))
    sent(day(21))
    last = texts(day(21))
    sent(day(45))
    end = texts(day(45))

    assert "depuis 9 jours" in reminder["match_reminder"].replace("\u00a0", " ")
    assert "relancer" in reminder["need_waiting"]
    assert "d’ici 24 jours" in last["match_last_chance"].replace("\u00a0", " ")
    assert "nouvelle demande" in end["need_abandoned"]
    assert "match_reminder" in end  # an expert may still answer: the mail that was late says so
    assert "match_last_chance" not in end


def test_a_job_stopped_for_days_says_each_thing_once_and_never_two_the_same_day() -> None:
    desk_world()

    sent(day(23))
    sent(day(24))

    assert [name for name, _to in mails()].count("match_last_chance") == 2
    assert not mails("match_reminder")
    assert len(mails("need_waiting")) == 1


def test_an_answer_stops_the_reminders_of_the_need() -> None:
    world = desk_world()
    acts.take_charge(world.match, by=world.person("member"), at=day(3))

    for number in (9, 21):
        assert sent(day(number)) == "rien à envoyer"
    assert sent(day(45)) == "1 mise en relation close sans réponse"

    assert Need.objects.get().status == "taking_care"
    assert not mails(*TO_COMPANY)


def test_one_refuses_the_other_is_silent_and_the_need_waits_for_him() -> None:
    world = desk_world()
    acts.decline(world.match, reason="territory", by=world.person("member"), at=day(3))

    assert sent(day(9)) == "1 relance, 1 entreprise avertie de la relance"
    assert mails("match_reminder") == [("match_reminder", world.second.expert.email)]


def test_all_refuse_and_the_company_is_told_after_three_working_days_once() -> None:
    world = desk_world()
    acts.decline(world.match, reason="territory", by=world.person("member"), at=day(1))
    acts.decline(world.second, reason="competence", by=world.person("other"), at=day(1))  # a Thursday

    told = {number: sent(day(number)) for number in (1, 2, 5, 6, 7)}

    assert {number for number, said in told.items() if said != "rien à envoyer"} == {6}
    assert "ne peuvent pas y répondre" in texts(day(6))["need_refused"]


def test_an_expert_who_answers_after_the_end_takes_the_need_up_again() -> None:
    world = desk_world()
    sent(day(45))
    match = Match.objects.get(pk=world.match.pk)
    assert match.state == "expired"

    acts.take_charge(match, by=world.person("member"), at=day(50))

    assert Need.objects.get().status == "taking_care"
    acts.undo(match, by=world.person("member"), at=day(51))
    assert Need.objects.get().status == "quo"
    assert sent(day(52)) == "rien à envoyer"  # counted from the day on which it waits again
    assert sent(day(96)) == "1 mise en relation close sans réponse"
    assert len(mails("need_abandoned")) == 1


def test_one_handed_over_counts_from_the_day_it_was_received() -> None:
    world = desk_world()
    colleague = ExpertFactory(antenne=world.match.expert.antenne, full_name="Équipe bis")
    sent(day(9))
    acts.reassign(world.match, colleague, by=world.person("member"), at=day(12))

    sent(day(20))
    assert colleague.email not in {to for _name, to in mails("match_reminder")}
    sent(day(21))

    assert mails("match_reminder")[-1] == ("match_reminder", colleague.email)
    assert colleague.email not in {to for _name, to in mails("match_last_chance")}


def test_an_absent_expert_is_reminded_with_who_replaces_him() -> None:
    world = desk_world()
    member, replacement = world.users["member"], world.users["colleague"]
    today = paris_day(day(9))
    Absence.objects.create(user=member, starts_on=today, ends_on=today, replacement=replacement)

    sent(day(9))

    assert replacement.email in {to for _name, to in mails("match_reminder")}


@pytest.mark.parametrize("gone", ["expert", "antenne", "institution"])
def test_who_left_the_directory_is_not_written_to_and_the_company_is_still_told_at_the_end(gone: str) -> None:
    world = desk_world()
    for match in (world.match, world.second):
        row = {"expert": match.expert, "antenne": match.expert.antenne,
               "institution": match.expert.antenne.institution}[gone]  # fmt: skip
        row.deleted_at = day(2)
        row.save(update_fields=["deleted_at"])

    assert [sent(day(number)) for number in (9, 21)] == ["rien à envoyer"] * 2
    assert "1 besoin abandonné" in sent(day(45))
    assert [name for name, _to in mails()] == ["need_abandoned"]


# --- by hand ----------------------------------------------------------------------------------------------------------
def test_the_team_sends_one_before_its_day_and_the_job_does_not_send_it_again() -> None:
    world = desk_world()

    reminding.remind(world.need, "silent", by=world.person("team"), at=day(5))
    with pytest.raises(Refused):
        reminding.remind(world.need, "silent", by=world.person("team"), at=day(6))

    assert sent(day(9)) == "rien à envoyer"
    assert len(mails("match_reminder")) == 2
    assert Reminder.objects.filter(kind="silent", expert=None).get().by == world.users["team"]


def test_the_team_gives_a_need_up_and_tells_of_a_refusal_once() -> None:
    world, refused = desk_world(), MatchFactory(declined=True)
    team = world.person("team")

    reminding.remind(world.need, "abandon", by=team, at=day(22))
    reminding.remind(refused.need, "refused", by=team, at=day(2))

    for need, kind in ((world.need, "abandon"), (refused.need, "refused"), (refused.need, "silent")):
        with pytest.raises(Refused):
            reminding.remind(need, kind, by=team, at=day(23))
    assert sent(day(45)) == "rien à envoyer"
    assert sorted(name for name, _to in mails()) == ["need_abandoned", "need_refused"]


def test_a_reminder_by_hand_pressed_twice_is_one_and_the_next_waits_three_days() -> None:
    world = desk_world()
    by = world.person("team")

    first = reminding.remind_by_hand(world.need, by=by, at=day(5), form_token="one")
    again = reminding.remind_by_hand(world.need, by=by, at=day(5), form_token="one")
    with pytest.raises(Refused, match="ont été relancés le"):
        reminding.remind_by_hand(world.need, by=by, at=day(7), form_token="two")
    reminding.remind_by_hand(world.need, by=by, at=day(8), form_token="three")

    assert (first.pk, first.experts) == (again.pk, 2)
    assert len(mails("match_reminder")) == 4
    assert sent(day(9)) == "rien à envoyer"
    assert sent(day(11)) == "2 relances, 1 entreprise avertie de la relance"


def test_a_reminder_to_all_noted_on_the_need_alone_counts_for_its_experts() -> None:
    world = desk_world()
    Reminder.objects.create(need=world.need, kind="by_hand", at=day(8), by=world.users["team"], experts=2)

    with pytest.raises(Refused, match="ont été relancés le"):
        reminding.remind_by_hand(world.need, by=world.person("team"), at=day(9), form_token="autre")
    assert sent(day(9)) == "rien à envoyer"
    assert sent(day(11)) == "2 relances, 1 entreprise avertie de la relance"


def test_nobody_is_left_to_remind_once_all_have_answered() -> None:
    match = MatchFactory(declined=True)

    with pytest.raises(Refused, match="Personne n’est à relancer"):
        reminding.remind_by_hand(match.need, by=desk_world().person("team"), at=day(1), form_token="x")


@pytest.mark.parametrize("name", ["member", "manager", "unrelated"])
def test_only_the_team_and_the_animators_remind_by_hand(name: str) -> None:
    world = desk_world()

    with pytest.raises(Forbidden):
        reminding.remind_by_hand(world.need, by=world.person(name), at=day(5), form_token="one")
    with pytest.raises(Forbidden):
        reminding.remind(world.need, "silent", by=world.person(name), at=day(5))
    assert not Reminder.objects.exists()


# --- the job ----------------------------------------------------------------------------------------------------------
def test_the_preview_says_what_the_run_does_and_writes_nothing() -> None:
    desk_world()

    said = previewed(day(9))

    assert not Reminder.objects.exists()
    assert plain(run("send_reminders", now=lambda: day(9))) == said == "2 relances, 1 entreprise avertie de la relance"
    assert plain(JobRun.objects.get().account) == said


def test_the_queries_of_what_is_due_do_not_grow_with_the_needs(django_assert_num_queries: object) -> None:
    desk_world()
    with django_assert_num_queries(4):  # type: ignore[operator]
        previewed(day(9))
    MatchFactory()
    MatchFactory(declined=True)
    with django_assert_num_queries(4):  # type: ignore[operator]
        previewed(day(9))


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_say_it_once(tmp_path: Path) -> None:
    world = desk_world()

    given, end = at_once([partial(reminding.remind_if_due, world.need.pk, at=day(9))] * 4, tmp_path, mails)

    assert sorted(sum(one.values()) for one in given) == [0, 0, 0, 3]
    assert len(end) == 3


# --- the digest -------------------------------------------------------------------------------------------------------
def test_the_digest_shows_seven_needs_and_counts_the_others_once_a_week() -> None:
    expert = ExpertFactory()
    for _ in range(9):
        MatchFactory(expert=expert)
    MatchFactory(expert=expert, sent_at=day(5))  # too young
    tuesday = day(6)

    assert summed_up(tuesday) == "1 récapitulatif envoyé"
    assert summed_up(tuesday + timedelta(hours=5)) == "0 récapitulatif envoyé"
    text = texts(tuesday)["expert_digest"].replace("\u00a0", " ")

    assert text.count("(depuis 6 jours)") == 7
    assert "2 autres besoins attendent aussi" in text
    assert "9 entreprises attendent votre réponse" in text
    assert summed_up(tuesday + timedelta(days=7)) == "1 récapitulatif envoyé"


@pytest.mark.parametrize(("age", "count"), [(3, 0), (4, 1), (44, 1), (45, 0)])
def test_the_digest_is_for_needs_of_4_to_45_days(age: int, count: int) -> None:
    MatchFactory()

    summed_up(day(age))

    assert Event.objects.filter(name="expert.digest_sent").count() == count
