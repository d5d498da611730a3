"""What experts do with a need: the table, the stamps, one team at a time, a colleague, two people at once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.accounts.factories import AntenneFactory
from tests.directory.factories import ExpertFactory
from tests.matching.desk_world import ACTORS, STAMPS, World, desk_world
from tests.matching.factories import AT, MatchFactory
from tests.matching.real_threads import at_once
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import Forbidden, Refused, TransitionRefused
from vigie.matching.actions import matches as acts
from vigie.matching.actions.matches import respond
from vigie.matching.models import Match, Need
from vigie.matching.queries.positions import version
from vigie.matching.states import MATCH

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=4)
TOLD = {
    "decline": {"reason": "competence"},
    "close_helped": {"name": "Aide unique", "provider": "CMA", "level": "national"},
}
BUTTONS = [step.name for step in MATCH.transitions if step.button]


def press(world: World, name: str, transition: str, match: Match | None = None, seen: str = "") -> Match:
    told = TOLD.get(transition, {})
    return respond(match or world.match, transition, seen=seen, told=told, by=world.person(name), at=LATER)


@pytest.mark.parametrize("state", MATCH.codes)
@pytest.mark.parametrize("transition", BUTTONS)
def test_every_pair_of_state_and_button_follows_the_table(state: str, transition: str) -> None:
    world = desk_world(state=state, **STAMPS[state])
    step = MATCH.by_name[transition]

    if state not in step.sources:
        with pytest.raises(TransitionRefused):
            press(world, "member", transition)
        assert Match.objects.get(pk=world.match.pk).state == state
        assert not Event.objects.exists()
        return
    press(world, "member", transition)

    found = Match.objects.get(pk=world.match.pk)
    assert found.state == step.target
    assert Event.objects.filter(name=step.event, subject_id=str(found.pk)).count() == 1
    assert all(getattr(found, name) is not None for name in step.stamps)
    assert all(getattr(found, name) is None for name in step.clears)


@pytest.mark.parametrize("transition", ["cover", "withdraw", "", "delete", "__class__"])
def test_what_is_not_a_button_is_refused(transition: str) -> None:
    world = desk_world()

    with pytest.raises(TransitionRefused):
        press(world, "member", transition)


@pytest.mark.parametrize("name", ["colleague", "other", "unrelated", "visitor"])
@pytest.mark.parametrize("transition", BUTTONS)
def test_who_may_not_answer_is_refused_whatever_the_state(name: str, transition: str) -> None:
    source = MATCH.by_name[transition].sources[0]
    world = desk_world(state=source, **STAMPS[source])

    with pytest.raises(Forbidden):
        press(world, name, transition)


@pytest.mark.parametrize("name", ACTORS)
def test_who_may_answer_takes_charge(name: str) -> None:
    world = desk_world()

    match = press(world, name, "take_charge")

    assert match.state == "taking_care"
    assert match.taken_care_of_at == LATER
    assert Need.objects.get(pk=world.need.pk).status == "taking_care"


@pytest.mark.parametrize(("name", "mails"), [("member", 1), ("manager", 0), ("team", 0)])
def test_only_the_expert_himself_writes_to_the_company(name: str, mails: int) -> None:
    world = desk_world()

    press(world, name, "take_charge")

    assert OutgoingMessage.objects.filter(template="matching/mail/taken_in_charge").count() == mails


def test_declining_needs_a_reason_of_the_list() -> None:
    world = desk_world()

    with pytest.raises(Refused) as refused:
        acts.decline(world.match, reason="because", by=world.person("member"), at=LATER)

    assert refused.value.code == "refusal_reason_missing"
    assert Match.objects.get(pk=world.match.pk).state == "quo"


@pytest.mark.parametrize("missing", ["name", "provider", "level"])
def test_closing_with_help_names_the_help_its_provider_and_its_level(missing: str) -> None:
    world = desk_world(state="taking_care", **STAMPS["taking_care"])
    told = {**TOLD["close_helped"], missing: "  "}

    with pytest.raises(Refused):
        acts.close_helped(world.match, **told, by=world.person("member"), at=LATER)

    assert Match.objects.get(pk=world.match.pk).state == "taking_care"


@pytest.mark.parametrize("transition", ["undo", "reopen"])
def test_going_back_forgets_the_answer(transition: str) -> None:
    world = desk_world(state="not_for_me", refusal_comment="Trop loin", **STAMPS["not_for_me"])

    press(world, "member", transition)

    found = Match.objects.get(pk=world.match.pk)
    assert (found.state, found.refusal_reason, found.refusal_comment) == ("quo", "", "")


def test_all_refusals_are_told_to_the_journal() -> None:
    world = desk_world()
    press(world, "member", "decline")
    press(world, "other", "decline", world.second)

    assert Need.objects.get(pk=world.need.pk).status == "not_for_me"
    assert Event.objects.filter(name="need.nobody_left").count() == 1


# --- a page out of date -----------------------------------------------------------------------------------------------
def test_a_page_out_of_date_changes_nothing() -> None:
    world = desk_world(state="not_for_me", **STAMPS["not_for_me"])
    seen = version(world.match)
    press(world, "member", "undo")
    press(world, "member", "take_charge")

    with pytest.raises(TransitionRefused) as refused:
        press(world, "member", "undo", seen=seen)

    assert refused.value.code == "page_out_of_date"
    assert "«\u00a0En cours\u00a0»" in refused.value.message_fr
    assert Match.objects.get(pk=world.match.pk).state == "taking_care"


def test_the_second_press_is_told_who_was_quicker_and_when() -> None:
    world = desk_world()
    seen = version(world.match)
    respond(world.match, "take_charge", seen=seen, by=world.person("member"), at=AT + timedelta(hours=3, minutes=32))

    for options in ({"seen": seen}, {}):
        with pytest.raises(TransitionRefused) as refused:
            press(world, "manager", "take_charge", **options)

        assert refused.value.code == "taken_by_colleague"
        assert refused.value.message_fr == (
            "Cette mise en relation a été prise en charge par Équipe artisanat à 14\u00a0h\u00a002. "
            "Rechargez la page pour voir la suite."
        )


# --- one team at a time -----------------------------------------------------------------------------------------------
def sister(world: World, **values) -> Match:
    """A second team of the institution in front."""
    expert = ExpertFactory(antenne=AntenneFactory(institution=world.match.expert.antenne.institution))
    return MatchFactory(need=world.need, expert=expert, **values)


def state_of(match: Match) -> str:
    return Match.objects.get(pk=match.pk).state


def test_one_team_at_a_time_covers_the_sisters_and_nobody_else() -> None:
    world = desk_world(one_team=True)
    other_team, refused = sister(world), sister(world, state="not_for_me", **STAMPS["not_for_me"])

    press(world, "member", "take_charge")

    assert state_of(other_team) == "covered_by_colleague"
    assert Match.objects.get(pk=other_team.pk).closed_at == LATER
    assert state_of(refused) == "not_for_me"
    assert state_of(world.second) == "quo"
    event = Event.objects.get(name="match.covered")
    assert (event.actor_kind, event.payload["by_match"]) == ("system", world.match.pk)


def test_without_the_option_the_sisters_wait() -> None:
    world = desk_world()
    other_team = sister(world)

    press(world, "member", "take_charge")

    assert state_of(other_team) == "quo"


@pytest.mark.parametrize("transition", ["undo", "reopen"])
def test_letting_go_makes_the_covered_sisters_wait_again(transition: str) -> None:
    world = desk_world(one_team=True)
    other_team = sister(world)
    press(world, "member", "take_charge")

    press(world, "member", transition)

    assert state_of(other_team) == "quo"
    assert Match.objects.get(pk=other_team.pk).closed_at is None


def test_a_refusal_taken_back_leaves_covered_sisters_alone_when_another_has_helped() -> None:
    world = desk_world(one_team=True, state="not_for_me", **STAMPS["not_for_me"])
    helper, covered = sister(world), sister(world)
    by = world.person("team")
    acts.take_charge(helper, by=by, at=LATER)
    acts.close_helped(helper, **TOLD["close_helped"], by=by, at=LATER)

    press(world, "member", "undo")

    assert state_of(covered) == "covered_by_colleague"


def test_a_sister_added_later_is_told_who_is_in_charge() -> None:
    world = desk_world(one_team=True)
    press(world, "member", "take_charge")
    late = sister(world)

    with pytest.raises(TransitionRefused) as refused:
        press(world, "team", "take_charge", late)

    assert refused.value.code == "taken_by_colleague"
    assert state_of(late) == "quo"


# --- a colleague ------------------------------------------------------------------------------------------------------
def test_reassigning_notifies_the_colleague_and_keeps_the_history() -> None:
    world = desk_world(state="taking_care", **STAMPS["taking_care"])
    to = ExpertFactory(antenne=world.match.expert.antenne, full_name="Équipe voisine")

    acts.reassign(world.match, to, by=world.person("member"), at=LATER)

    found = Match.objects.get(pk=world.match.pk)
    assert (found.expert_id, found.state, found.sent_at) == (to.pk, "quo", LATER)
    mail = OutgoingMessage.objects.get(template="matching/mail/match_reassigned")
    assert mail.recipient == to.email
    event = Event.objects.get(name="match.reassigned")
    assert event.payload == {"from_expert": world.match.expert_id, "to_expert": to.pk}
    assert Event.objects.filter(name="match.reopened").count() == 1


def test_reassigning_a_need_in_charge_makes_the_covered_sisters_wait_again() -> None:
    world = desk_world(one_team=True)
    other_team = sister(world)
    press(world, "member", "take_charge")
    to = ExpertFactory(antenne=world.match.expert.antenne)

    acts.reassign(world.match, to, by=world.person("member"), at=LATER)

    assert state_of(other_team) == "quo"


def test_reassigning_is_refused_when_it_makes_no_sense() -> None:
    world = desk_world()
    elsewhere = ExpertFactory()
    near = world.match.expert.antenne
    gone = ExpertFactory(antenne=near, deleted_at=AT)
    already = sister(world).expert
    expected = [
        (world.match.expert, "same_expert"),
        (elsewhere, "not_a_colleague"),
        (gone, "not_a_colleague"),
        (already, "already_notified"),
    ]

    for to, code in expected:
        with pytest.raises(Refused) as refused:
            acts.reassign(world.match, to, by=world.person("member"), at=LATER)
        assert refused.value.code == code
    assert Match.objects.get(pk=world.match.pk).expert == world.match.expert
    assert not Event.objects.exists()


def test_a_closed_match_is_not_reassigned() -> None:
    world = desk_world(state="done", **STAMPS["done"])
    to = ExpertFactory(antenne=world.match.expert.antenne)

    with pytest.raises(TransitionRefused):
        acts.reassign(world.match, to, by=world.person("member"), at=LATER)


def test_a_failed_reassignment_keeps_the_expert_in_charge() -> None:
    world = desk_world(state="taking_care", **STAMPS["taking_care"])
    already = sister(world).expert

    with pytest.raises(Refused):
        acts.reassign(world.match, already, by=world.person("member"), at=LATER)

    assert state_of(world.match) == "taking_care"


@pytest.mark.parametrize("name", ["colleague", "other", "unrelated"])
def test_only_those_who_answer_for_a_match_hand_it_over(name: str) -> None:
    world = desk_world()
    to = ExpertFactory(antenne=world.match.expert.antenne)

    with pytest.raises(Forbidden):
        acts.reassign(world.match, to, by=world.person(name), at=LATER)


# --- at the same moment -----------------------------------------------------------------------------------------------
def _end(world: World) -> tuple[list[str], str, int]:
    states = list(Match.objects.filter(need=world.need).order_by("pk").values_list("state", flat=True))
    taken = Event.objects.filter(name="match.taken_in_charge").count()
    return states, Need.objects.get(pk=world.need.pk).status, taken


@pytest.mark.django_db(transaction=True)
def test_fifty_press_at_once_and_one_wins(tmp_path: Path) -> None:
    world = desk_world()
    seen, people = version(world.match), [world.person(name) for name in ("member", "manager", "team")]

    def pressed(person) -> Match:
        return respond(Match.objects.get(pk=world.match.pk), "take_charge", seen=seen, by=person, at=LATER)

    given, end = at_once([partial(pressed, people[i % 3]) for i in range(50)], tmp_path, partial(_end, world))

    winners = [one for one in given if isinstance(one, Match)]
    losers = [one for one in given if isinstance(one, TransitionRefused)]
    assert (len(winners), len(losers)) == (1, 49), given
    assert {one.code for one in losers} == {"taken_by_colleague"}
    assert end == (["taking_care", "quo"], "taking_care", 1)


@pytest.mark.django_db(transaction=True)
def test_two_sister_teams_press_at_once_and_one_wins(tmp_path: Path) -> None:
    world = desk_world(one_team=True)
    other_team = sister(world)
    team = world.person("team")

    def pressed(pk: int) -> Match:
        return respond(Match.objects.get(pk=pk), "take_charge", by=team, at=LATER)

    given, end = at_once(
        [partial(pressed, world.match.pk), partial(pressed, other_team.pk)], tmp_path, partial(_end, world)
    )

    assert sorted(type(one).__name__ for one in given) == ["Match", "TransitionRefused"], given
    assert sorted(end[0]) == ["covered_by_colleague", "quo", "taking_care"]
    assert end[2] == 1


@pytest.mark.django_db(transaction=True)
def test_opposite_answers_at_once_leave_one_answer(tmp_path: Path) -> None:
    world = desk_world()
    by, seen = world.person("member"), version(world.match)
    pair = ["take_charge", "decline"] * 3

    def pressed(transition: str) -> Match:
        match = Match.objects.get(pk=world.match.pk)
        return respond(match, transition, seen=seen, told=TOLD.get(transition), by=by, at=LATER)

    given, end = at_once([partial(pressed, one) for one in pair], tmp_path, partial(_end, world))

    assert sum(isinstance(one, Match) for one in given) == 1, given
    assert sum(isinstance(one, TransitionRefused) for one in given) == 5, given
    assert end[0][0] in ("taking_care", "not_for_me")
