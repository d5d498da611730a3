"""Transmission, delay, recall: who receives what, once, whoever presses and whatever dies (matching.md 3.2, 4.7)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from tests.accounts.factories import AbsenceFactory, AntenneFactory, UserFactory, person
from tests.matching.factories import AT, CandidateFactory, SolicitationFactory
from tests.matching.requests import again, expert_for, firm, matches_of, need_of, ready, request, subject_of, team
from vigie.directory.models import Expert
from vigie.journal.jobs import queued
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import Forbidden, Refused, TransitionRefused
from vigie.matching import jobs
from vigie.matching.actions.transmission import prepare, recall, send_now, transmit, transmit_due, transmit_if_due
from vigie.matching.models import Candidate, Match, Solicitation
from vigie.rights.person import SYSTEM, VISITOR, company_head

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]
LATER = AT + timedelta(seconds=settings.VIGIE.recall_seconds)


def scheduled(**changes: object) -> Solicitation:
    solicitation = ready(**changes)
    prepare(solicitation, at=AT)
    return again(solicitation)


def held(**changes: object) -> Solicitation:
    return scheduled(mode="validated", landing_subject__validated=True, **changes)


def events(solicitation: Solicitation) -> list[str]:
    names = Event.objects.about(solicitation).order_by("pk").values_list("name", flat=True)
    return [name.removeprefix("solicitation.") for name in names]


def written_to() -> list[str]:
    sent = OutgoingMessage.objects.filter(template="matching/mail/match_sent")
    return sorted(sent.values_list("recipient", flat=True))


# --- what it does


def test_every_ticked_expert_receives_the_need_once_and_the_others_nothing() -> None:
    firm()
    solicitation = request()
    first, second = expert_for(subject_of(solicitation)), expert_for(subject_of(solicitation))
    unticked, dropped = expert_for(subject_of(solicitation)), expert_for(subject_of(solicitation))
    dropped.matchfilters.create(min_workforce=50)
    prepare(solicitation, at=AT)
    Candidate.objects.filter(expert=unticked).update(ticked=False)

    transmit(solicitation, by=SYSTEM, at=LATER)

    assert {match.expert for match in matches_of(solicitation)} == {first, second}
    assert written_to() == sorted([first.email, second.email])
    assert all((match.state, match.sent_at) == ("quo", LATER) for match in matches_of(solicitation))
    row, need = again(solicitation), need_of(solicitation)
    assert (row.state, row.transmitted_at, row.transmit_at) == ("processed", LATER, None)
    assert (need.status, need.sent_at) == ("quo", LATER)
    assert need.diagnosis.completed_at == LATER
    assert need.diagnosis.adviser is None


def test_a_person_who_transmits_becomes_the_adviser() -> None:
    solicitation, somebody = held(), team()

    transmit(solicitation, by=somebody, at=LATER)

    assert need_of(solicitation).diagnosis.adviser_id == somebody.user_id
    assert Event.objects.get(name="match.sent").actor_id == somebody.user_id


def test_nothing_leaves_before_the_end_of_the_delay() -> None:
    solicitation = scheduled()

    assert not transmit_if_due(solicitation.pk, at=LATER - timedelta(seconds=1))
    assert transmit_due(at=LATER - timedelta(seconds=1)) == 0

    assert matches_of(solicitation) == []
    assert written_to() == []


def test_the_job_and_the_sweep_transmit_each_request_once() -> None:
    first, second = scheduled(), scheduled(siret="", commune_code="69123", company_checked=True)
    Solicitation.objects.filter(pk=second.pk).update(transmit_at=AT + timedelta(minutes=5), hold_reasons=[])

    jobs.transmit_solicitation(at=LATER, solicitation_id=first.pk)
    assert jobs.transmit_due(at=LATER) == "1\u00a0demande transmise"
    assert jobs.transmit_due(at=LATER) == "0\u00a0demande transmise"
    jobs.transmit_solicitation(at=LATER, solicitation_id=first.pk)

    assert len(matches_of(first)) == len(matches_of(second)) == 1
    assert events(first).count("transmitted") == 1
    assert len(written_to()) == 2


def test_one_request_that_cannot_leave_waits_and_does_not_hold_the_others() -> None:
    alone, other = scheduled(), scheduled()
    Solicitation.objects.filter(pk=other.pk).update(transmit_at=LATER, hold_reasons=[])
    Expert.objects.filter(pk=Candidate.objects.get(need=need_of(alone)).expert_id).update(deleted_at=AT)

    assert transmit_due(at=LATER) == 1

    assert again(alone).hold_reasons == ["transmission_refused"]
    assert again(alone).state == "in_progress"
    assert again(alone).transmit_at is None
    assert again(other).state == "processed"


def test_a_deleted_expert_receives_nothing() -> None:
    solicitation = held()
    gone = expert_for(subject_of(solicitation), deleted_at=AT)
    CandidateFactory(need=need_of(solicitation), expert=gone)

    transmit(solicitation, by=team(), at=LATER)

    assert gone not in {match.expert for match in matches_of(solicitation)}


@pytest.mark.parametrize("at_parent", [False, True])
def test_the_manager_is_in_copy_when_the_only_expert_of_an_institution_is_away(at_parent: bool) -> None:
    firm()
    solicitation, away = request(), UserFactory()
    above = AntenneFactory()
    antenne = AntenneFactory(zones=[("departement", "69")], institution=above.institution, parent=above)
    expert = expert_for(subject_of(solicitation), antenne=antenne, members=[away])
    manager = UserFactory(manager=True, manager__antenne=above if at_parent else antenne)
    UserFactory(manager=True)
    AbsenceFactory(user=away)
    prepare(solicitation, at=AT)

    transmit(solicitation, by=SYSTEM, at=LATER)

    assert written_to() == sorted([expert.email, manager.email])


def test_no_manager_is_written_to_otherwise() -> None:
    solicitation = scheduled()
    expert = Candidate.objects.get(need=need_of(solicitation)).expert
    UserFactory(manager=True, manager__antenne=expert.antenne)

    transmit(solicitation, by=SYSTEM, at=LATER)

    assert written_to() == [expert.email]


# --- refusals


def test_a_request_without_analysis_or_without_ticked_expert_is_refused_and_stays_as_it_was() -> None:
    bare = SolicitationFactory(in_progress=True)
    with pytest.raises(Refused, match="n’a pas encore été analysée"):
        transmit(bare, by=team(), at=LATER)
    assert again(bare).state == "in_progress"
    assert events(bare) == []

    solicitation = held()
    Candidate.objects.update(ticked=False)
    with pytest.raises(Refused, match="Aucun expert n’est sélectionné"):
        transmit(solicitation, by=team(), at=LATER)
    assert again(solicitation).state == "in_progress"


@pytest.mark.parametrize("role", ["visitor", "company", "expert", "manager"])
def test_only_the_team_and_the_service_transmit_or_recall(role: str) -> None:
    solicitation = scheduled()
    by = {
        "visitor": VISITOR,
        "company": company_head(solicitation.uuid.hex),
        "expert": person(UserFactory(expert=True)),
        "manager": person(UserFactory(manager=True)),
    }[role]

    for act in (transmit, send_now, recall):
        with pytest.raises(Forbidden):
            act(solicitation, by=by, at=AT)
    assert again(solicitation).transmit_at == LATER
    assert matches_of(solicitation) == []


def test_a_second_click_changes_nothing_and_another_person_is_told_who_was_quicker() -> None:
    solicitation, somebody = held(), team(full_name="Alix Prompt")

    transmit(solicitation, by=somebody, at=AT)
    transmit(solicitation, by=somebody, at=AT + timedelta(seconds=1))
    with pytest.raises(TransitionRefused, match="transmise par Alix Prompt à 10 h 30"):
        transmit(solicitation, by=team(), at=AT + timedelta(seconds=2))

    assert Match.objects.count() == 1
    assert events(solicitation).count("transmitted") == 1


def test_a_canceled_request_is_not_transmitted() -> None:
    solicitation = held()
    Solicitation.objects.filter(pk=solicitation.pk).update(state="canceled", canceled_at=AT, cancel_reason="withdrawn")

    with pytest.raises(TransitionRefused, match="Abandonnée"):
        transmit(solicitation, by=team(), at=LATER)
    assert not transmit_if_due(solicitation.pk, at=LATER)


# --- now, or not at all


def test_the_team_sends_now_without_waiting() -> None:
    solicitation = scheduled()

    send_now(solicitation, by=team(), at=AT + timedelta(minutes=1))

    assert again(solicitation).transmitted_at == AT + timedelta(minutes=1)
    assert not transmit_if_due(solicitation.pk, at=LATER)
    assert len(matches_of(solicitation)) == 1


def test_a_recalled_transmission_does_not_leave() -> None:
    solicitation = scheduled()

    recall(solicitation, by=team(), at=AT + timedelta(minutes=9))
    jobs.transmit_solicitation(at=LATER, solicitation_id=solicitation.pk)

    row = again(solicitation)
    assert (row.state, row.transmit_at, row.mode, row.hold_reasons) == ("in_progress", None, "validated", ["recalled"])
    assert matches_of(solicitation) == []
    assert events(solicitation)[-1] == "recalled"


def test_recalling_twice_is_recalling_once() -> None:
    solicitation, somebody = scheduled(), team()

    recall(solicitation, by=somebody, at=AT)
    recall(solicitation, by=somebody, at=AT)

    assert events(solicitation).count("recalled") == 1


def test_recall_works_after_the_hour_as_long_as_nothing_left() -> None:
    solicitation = scheduled()

    recall(solicitation, by=team(), at=LATER + timedelta(hours=1))

    assert again(solicitation).transmit_at is None


def test_recalling_too_late_says_when_it_left() -> None:
    solicitation = scheduled()
    transmit_due(at=LATER)

    with pytest.raises(TransitionRefused, match=r"Il est trop tard.*10 h 40"):
        recall(solicitation, by=team(), at=LATER)


def test_recalling_what_is_not_scheduled_is_refused() -> None:
    with pytest.raises(TransitionRefused, match="Aucune transmission n’est programmée"):
        recall(held(), by=team(), at=AT)


def test_a_recalled_request_stays_with_the_team_when_analysed_again() -> None:
    solicitation = scheduled()
    recall(solicitation, by=team(), at=AT)

    prepare(solicitation, at=AT, again=True)

    assert again(solicitation).hold_reasons == ["recalled", "validated_mode"]
    assert again(solicitation).transmit_at is None


def test_the_queue_holds_one_job_per_schedule() -> None:
    scheduled()

    assert [job.name for job in queued() if job.name == "transmit_solicitation"] == ["transmit_solicitation"]
