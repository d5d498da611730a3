"""What the team does with a request: requalify, tick, add, refuse, set aside, analyse again (matching.md 4.8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from tests.accounts.factories import UserFactory, person
from tests.directory.factories import ExpertFactory, SubjectFactory, SubjectQuestionFactory
from tests.matching.factories import AT, MatchFactory, NeedFactory, RefusalTemplateFactory
from tests.matching.requests import (
    again,
    candidates_of,
    expert_for,
    firm,
    matches_of,
    need_of,
    ready,
    request,
    subject_of,
    team,
)
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import Forbidden, InvalidInput, Refused, TransitionRefused
from vigie.matching.actions.filling import address_hash
from vigie.matching.actions.transmission import prepare, recall, transmit
from vigie.matching.actions.triage import (
    add_expert,
    analyse_again,
    mark_spam,
    refuse,
    requalify,
    tick,
    untick,
)
from vigie.matching.models import Candidate, Match, Need, Solicitation, SpamAddress
from vigie.rights.person import VISITOR, company_head

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]
LATER = AT + timedelta(seconds=settings.VIGIE.recall_seconds)


def held(**changes: Any) -> Solicitation:
    """Analysed, waiting for the team, with one expert."""
    solicitation = ready(mode="validated", landing_subject__validated=True, **changes)
    prepare(solicitation, at=AT)
    return again(solicitation)


def scheduled() -> Solicitation:
    solicitation = ready()
    prepare(solicitation, at=AT)
    return again(solicitation)


def sent() -> Solicitation:
    solicitation = held()
    transmit(solicitation, by=team(), at=LATER)
    return again(solicitation)


def events(solicitation: Solicitation, name: str) -> list[Event]:
    return list(Event.objects.about(solicitation).filter(name=f"solicitation.{name}").order_by("pk"))


def line(solicitation: Solicitation) -> Candidate:
    [only] = candidates_of(solicitation)
    return only


# --- requalification


def test_requalifying_changes_the_need_and_who_is_proposed_not_the_request() -> None:
    solicitation, other = held(), SubjectFactory()
    landing_subject = solicitation.landing_subject
    question = SubjectQuestionFactory(subject=other, key="urgent")
    wanted = expert_for(other)

    requalify(need_of(solicitation), other, {"urgent": "true", "autre": "x"}, by=team(), at=AT)

    need = need_of(solicitation)
    assert need.subject == other
    assert need.answers == {question.key: "true"}
    assert need.facts["subject"] == other.pk
    assert [one.expert for one in candidates_of(solicitation)] == [wanted]
    assert again(solicitation).landing_subject == landing_subject
    [event] = events(solicitation, "requalified")
    assert event.payload["to"] == other.pk


def test_requalifying_keeps_the_experts_added_by_hand() -> None:
    solicitation, by_hand = held(), ExpertFactory()
    add_expert(need_of(solicitation), by_hand, by=team(), at=AT)

    requalify(need_of(solicitation), SubjectFactory(), {}, by=team(), at=AT)

    assert line(solicitation).expert == by_hand


def test_requalifying_out_of_the_catch_all_subject_finds_experts() -> None:
    firm()
    solicitation = request(landing_subject__subject=SubjectFactory(catch_all=True))
    prepare(solicitation, at=AT)
    precise = SubjectFactory()
    expert_for(precise)

    requalify(need_of(solicitation), precise, {}, by=team(), at=AT)

    assert again(solicitation).hold_reasons == ["taken_over"], "the team sends it"
    assert again(solicitation).transmit_at is None
    assert line(solicitation).ticked


def test_requalifying_with_nobody_says_so() -> None:
    solicitation = held()

    requalify(need_of(solicitation), SubjectFactory(), {}, by=team(), at=AT)

    assert "nobody_found" in again(solicitation).hold_reasons


def test_requalifying_to_the_same_writes_nothing() -> None:
    solicitation = scheduled()

    requalify(need_of(solicitation), subject_of(solicitation), {}, by=team(), at=AT)

    assert events(solicitation, "requalified") == []
    assert again(solicitation).transmit_at is not None


def test_requalifying_to_an_archived_or_taken_subject_is_refused() -> None:
    solicitation = held()
    other = NeedFactory(diagnosis=need_of(solicitation).diagnosis)

    with pytest.raises(InvalidInput, match="n’est plus proposé"):
        requalify(need_of_first(solicitation), SubjectFactory(archived_at=AT), {}, by=team(), at=AT)
    with pytest.raises(InvalidInput, match="déjà un besoin sur ce sujet"):
        requalify(need_of_first(solicitation), other.subject, {}, by=team(), at=AT)


def need_of_first(solicitation: Solicitation) -> Need:
    need = Need.objects.filter(diagnosis__solicitation=solicitation).order_by("pk").first()
    assert need is not None
    return need


# --- ticking


def test_unticked_expert_does_not_receive_and_can_be_ticked_again() -> None:
    firm()
    solicitation = request(mode="validated")
    first, second = expert_for(subject_of(solicitation)), expert_for(subject_of(solicitation))
    prepare(solicitation, at=AT)
    one, two = candidates_of(solicitation)

    untick(one, by=team(), at=AT)
    transmit_to = {c.expert for c in candidates_of(solicitation) if c.ticked}
    assert transmit_to == {second}

    tick(one, by=team(), at=AT)
    untick(two, by=team(), at=AT)
    transmit(solicitation, by=team(), at=LATER)
    assert [match.expert for match in matches_of(solicitation)] == [first]
    assert len(events(solicitation, "selection_changed")) == 3


def test_a_need_keeps_at_least_one_expert() -> None:
    solicitation = held()

    with pytest.raises(Refused, match="garde au moins un expert"):
        untick(line(solicitation), by=team(), at=AT)

    assert line(solicitation).ticked
    assert events(solicitation, "selection_changed") == []


def test_a_second_click_writes_one_event() -> None:
    solicitation = held()
    add_expert(need_of(solicitation), ExpertFactory(), by=team(), at=AT)
    first = candidates_of(solicitation)[0]

    untick(first, by=team(), at=AT)
    untick(first, by=team(), at=AT)

    assert len(events(solicitation, "selection_changed")) == 2  # added, unticked


def test_an_expert_dropped_by_the_rules_may_be_ticked_but_not_a_deleted_one() -> None:
    solicitation = held()
    dropped = Candidate.objects.create(need=need_of(solicitation), expert=ExpertFactory(), kept=False, ticked=False)
    gone = Candidate.objects.create(
        need=need_of(solicitation), expert=ExpertFactory(deleted_at=AT), kept=False, ticked=False
    )

    assert tick(dropped, by=team(), at=AT).ticked
    with pytest.raises(Refused, match="ne figure plus dans l’annuaire"):
        tick(gone, by=team(), at=AT)


@pytest.mark.parametrize("act", ["untick", "requalify", "add"])
def test_changing_a_scheduled_request_takes_it_in_hand(act: str) -> None:
    solicitation = scheduled()
    expert_for(subject_of(solicitation))
    add = {"need": need_of(solicitation), "expert": ExpertFactory()}
    Candidate.objects.create(**add, kept=True, ticked=True)

    if act == "untick":
        untick(candidates_of(solicitation)[0], by=team(), at=AT)
    elif act == "requalify":
        requalify(need_of(solicitation), SubjectFactory(), {}, by=team(), at=AT)
    else:
        add_expert(need_of(solicitation), ExpertFactory(), by=team(), at=AT)

    row = again(solicitation)
    assert row.transmit_at is None
    assert row.hold_reasons[0] == "taken_over"
    assert len(events(solicitation, "recalled")) == 1


# --- adding an expert


def test_expert_added_before_the_transmission_receives_with_the_others() -> None:
    solicitation, stranger = held(), ExpertFactory(full_name="Loin et sans compétence")

    added = add_expert(need_of(solicitation), stranger, by=team(), at=AT)
    add_expert(need_of(solicitation), stranger, by=team(), at=AT)

    assert (added.origin, added.kept, added.ticked) == ("team", True, True)
    assert [reason["code"] for reason in added.reasons][:2] == ["added_by_team", "competence_missing"]
    assert matches_of(solicitation) == []
    assert len(events(solicitation, "selection_changed")) == 1
    transmit(solicitation, by=team(), at=LATER)
    assert stranger in {match.expert for match in matches_of(solicitation)}


def test_expert_added_after_the_transmission_receives_at_once() -> None:
    solicitation, stranger = sent(), ExpertFactory()
    somebody = team()

    add_expert(need_of(solicitation), stranger, by=somebody, at=LATER + timedelta(days=1))
    add_expert(need_of(solicitation), stranger, by=somebody, at=LATER + timedelta(days=1))

    match = Match.objects.get(expert=stranger)
    assert (match.sent_at, match.state, match.subject) == (LATER + timedelta(days=1), "quo", subject_of(solicitation))
    assert OutgoingMessage.objects.filter(template="matching/mail/match_sent", recipient=stranger.email).count() == 1
    assert Candidate.objects.get(expert=stranger).origin == "team"


def test_adding_an_expert_revives_a_need_refused_by_all() -> None:
    need = NeedFactory(sent=True, status="not_for_me")
    MatchFactory(need=need, state="not_for_me", closed_at=AT, refusal_reason="territory")

    add_expert(need, ExpertFactory(), by=team(), at=LATER)

    need.refresh_from_db()
    assert need.status == "quo"


def test_a_deleted_expert_cannot_be_added_and_a_canceled_request_receives_nobody() -> None:
    solicitation = sent()
    with pytest.raises(Refused, match="ne figure plus dans l’annuaire"):
        add_expert(need_of(solicitation), ExpertFactory(deleted_at=AT), by=team(), at=LATER)

    Solicitation.objects.filter(pk=solicitation.pk).update(state="canceled", canceled_at=AT, cancel_reason="withdrawn")
    with pytest.raises(TransitionRefused, match="abandonnée"):
        add_expert(need_of(solicitation), ExpertFactory(), by=team(), at=LATER)


# --- refusing, setting aside


def test_refusing_tells_the_company_once() -> None:
    solicitation, template, somebody = scheduled(), RefusalTemplateFactory(), team()

    refuse(solicitation, template, by=somebody, at=AT)
    refuse(solicitation, template, by=somebody, at=AT)

    row = again(solicitation)
    assert (row.state, row.cancel_reason, row.refusal_template, row.transmit_at) == (
        "canceled",
        "refused",
        template,
        None,
    )
    [mail] = OutgoingMessage.objects.filter(template="matching/mail/solicitation_refused")
    assert mail.recipient == solicitation.email
    assert len(events(solicitation, "refused")) == 1


def test_another_person_who_refuses_after_is_told() -> None:
    solicitation, template = held(), RefusalTemplateFactory()
    refuse(solicitation, template, by=team(), at=AT)

    with pytest.raises(TransitionRefused):
        refuse(solicitation, template, by=team(), at=AT)


def test_a_transmitted_request_is_not_refused() -> None:
    with pytest.raises(TransitionRefused):
        refuse(sent(), RefusalTemplateFactory(), by=team(), at=LATER)


def test_spam_is_set_aside_without_a_mail_and_its_address_is_blocked() -> None:
    solicitation, somebody = scheduled(), team()

    mark_spam(solicitation, by=somebody, at=AT)
    mark_spam(solicitation, by=somebody, at=AT)

    row = again(solicitation)
    assert (row.state, row.cancel_reason, row.transmit_at) == ("canceled", "spam", None)
    assert [one.email_hash for one in SpamAddress.objects.all()] == [address_hash(solicitation.email)]
    assert not OutgoingMessage.objects.exists()


# --- analysing again


def test_analysing_again_sees_the_directory_of_the_moment() -> None:
    firm()
    solicitation = request()
    prepare(solicitation, at=AT)
    assert again(solicitation).hold_reasons == ["nobody_found"]
    expert_for(subject_of(solicitation))

    analyse_again(solicitation, by=team(), at=LATER)

    assert again(solicitation).hold_reasons == []
    assert again(solicitation).transmit_at == LATER + timedelta(seconds=settings.VIGIE.recall_seconds)


def test_analysing_again_keeps_the_subject_chosen_by_the_team() -> None:
    solicitation, other = held(), SubjectFactory()
    expert_for(other)
    requalify(need_of(solicitation), other, {}, by=team(), at=AT)

    analyse_again(solicitation, by=team(), at=LATER)

    assert need_of(solicitation).subject == other


def test_a_transmitted_request_is_not_analysed_again() -> None:
    with pytest.raises(TransitionRefused, match="n’est plus à préparer"):
        analyse_again(sent(), by=team(), at=LATER)


# --- who may


@pytest.mark.parametrize("role", ["visitor", "company", "expert", "manager"])
def test_nobody_but_the_team_triages(role: str) -> None:
    solicitation = held()
    by = {
        "visitor": VISITOR,
        "company": company_head(solicitation.uuid.hex),
        "expert": person(UserFactory(expert=True)),
        "manager": person(UserFactory(manager=True)),
    }[role]
    need, only = need_of(solicitation), line(solicitation)
    acts = (
        lambda: requalify(need, SubjectFactory(), {}, by=by, at=AT),
        lambda: tick(only, by=by, at=AT),
        lambda: untick(only, by=by, at=AT),
        lambda: add_expert(need, ExpertFactory(), by=by, at=AT),
        lambda: refuse(solicitation, RefusalTemplateFactory(), by=by, at=AT),
        lambda: mark_spam(solicitation, by=by, at=AT),
        lambda: analyse_again(solicitation, by=by, at=AT),
        lambda: recall(solicitation, by=by, at=AT),
    )

    for act in acts:
        with pytest.raises(Forbidden):
            act()
    assert again(solicitation).state == "in_progress"


def test_after_the_transmission_the_selection_is_closed() -> None:
    solicitation = sent()

    for act in (tick, untick):
        with pytest.raises(TransitionRefused, match="n’est plus à préparer"):
            act(line(solicitation), by=team(), at=LATER)
    with pytest.raises(TransitionRefused):
        requalify(need_of(solicitation), SubjectFactory(), {}, by=team(), at=LATER)
