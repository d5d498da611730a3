"""The acts of a company head on his own request: filling, sending, following; each by its holder alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.directory.factories import SubjectQuestionFactory
from tests.matching.factories import (
    AT,
    LONG_ENOUGH,
    LandingSubjectFactory,
    MatchFactory,
    RefusalTemplateFactory,
    SolicitationFactory,
)
from vigie.journal.jobs import queued
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import Forbidden, InvalidInput, Refused, TooMany
from vigie.matching.actions import filling, following
from vigie.matching.models import Solicitation
from vigie.rights.person import VISITOR, Person, company_head

pytestmark = pytest.mark.django_db
CONTACT = filling.Contact("camille fournil", "0123456789", "Camille@Fournil.example")


def head(request: Solicitation) -> Person:
    return company_head(request.uuid.hex)


def begun(**values: Any) -> Solicitation:
    return SolicitationFactory(state="step_description", **values)


def sent(request: Solicitation, **changes: Any) -> Solicitation:
    told = {"description": LONG_ENOUGH, "answers": {}, "is_head": False, "by": head(request), "at": AT, **changes}
    return filling.complete(request, **told)


def preparations() -> list[dict[str, Any]]:
    return [job.arguments for job in queued() if job.name == filling.PREPARE_JOB]


def started() -> Solicitation:
    subject = LandingSubjectFactory()
    return filling.start(subject, CONTACT, form_token="jeton-de-formulaire", provenance={}, at=AT)


# --- filling ----------------------------------------------------------------------------------------------------------
def test_starting_cleans_what_was_typed() -> None:
    request = started()

    assert (request.state, request.full_name) == ("step_company", "Camille Fournil")
    assert (request.phone, request.email) == ("01 23 45 67 89", "camille@fournil.example")


def test_starting_twice_with_one_form_gives_the_first_request() -> None:
    assert started().pk == started().pk
    assert Event.objects.filter(name="solicitation.started").count() == 1


def test_an_address_for_ten_minutes_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        filling.start(
            LandingSubjectFactory(), filling.Contact("A", "0123456789", "a@yopmail.com"),
            form_token="t", provenance={}, at=AT,
        )  # fmt: skip

    assert caught.value.field == "email"


def test_a_company_is_given_then_corrected() -> None:
    request = started()
    given = filling.CompanyGiven(name="Fournil", commune_code="69123")

    filling.give_company(request, given, by=head(request), at=AT)
    row = filling.give_company(
        request, filling.CompanyGiven(name="Garage", commune_code="69266"), by=head(request), at=AT
    )

    assert (row.state, row.company_name, row.commune_code) == ("step_description", "Garage", "69266")
    assert Event.objects.filter(name="solicitation.company_given").count() == 1


def test_sending_stamps_enqueues_and_writes_to_the_company() -> None:
    row = sent(begun())

    assert (row.state, row.completed_at) == ("in_progress", AT)
    assert preparations() == [{"solicitation_id": row.pk}]
    assert OutgoingMessage.objects.get().recipient == row.email


def test_sending_the_same_again_changes_nothing() -> None:
    request = begun()
    sent(request)

    sent(request)

    assert len(preparations()) == 1
    assert OutgoingMessage.objects.count() == 1


def test_sending_something_else_afterwards_is_refused() -> None:
    request = begun()
    sent(request)

    with pytest.raises(Refused) as caught:
        sent(request, description="Tout autre chose, bien plus long.")

    assert caught.value.message_fr == "Cette demande a déjà été envoyée aux conseillers."


def test_sending_before_the_company_is_refused() -> None:
    with pytest.raises(Refused, match="entreprise"):
        sent(SolicitationFactory(state="step_company"))


@pytest.mark.parametrize("answers", [{}, {"premier": "peut-être"}, {"autre": "true"}])
def test_every_question_needs_one_of_its_answers(answers: dict[str, str]) -> None:
    request = begun()
    SubjectQuestionFactory(subject=request.landing_subject.subject, key="premier")

    with pytest.raises(InvalidInput) as caught:
        sent(request, answers=answers)

    assert caught.value.field == "premier"


@pytest.mark.parametrize(("text", "code"), [("  \n", "description_empty"), ("a" * 6001, "description_too_long")])
def test_a_description_is_neither_empty_nor_endless(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        sent(begun(), description=text)

    assert (caught.value.code, caught.value.field) == (code, "description")


def test_a_subject_may_ask_to_be_the_head() -> None:
    request = begun(landing_subject__asks_head=True)

    with pytest.raises(InvalidInput) as caught:
        sent(request)

    assert caught.value.field == "is_head"
    assert sent(request, is_head=True).is_head is True


def test_a_company_asks_three_times_a_day_and_the_fourth_is_kept_as_it_was() -> None:
    for _ in range(3):
        sent(begun(siret="29000000000010"))
    fourth = begun(siret="29000000000010")

    with pytest.raises(TooMany):
        sent(fourth)

    fourth.refresh_from_db()
    assert fourth.state == "step_description"
    assert sent(fourth, at=AT + timedelta(days=1, seconds=1)).state == "in_progress"


def test_only_a_refusal_that_lets_complete_opens_the_request_again() -> None:
    for_good = SolicitationFactory(canceled=True, cancel_reason="refused", refusal_template=RefusalTemplateFactory())
    to_complete = SolicitationFactory(
        canceled=True, cancel_reason="refused", refusal_template=RefusalTemplateFactory(lets_complete=True)
    )

    assert filling.may_be_filled(to_complete) is True
    assert filling.may_be_filled(for_good) is False
    assert filling.may_be_filled(SolicitationFactory(canceled=True)) is False
    assert filling.may_be_filled(SolicitationFactory(in_progress=True)) is False


def test_a_blocked_address_is_compared_whatever_its_writing() -> None:
    assert filling.address_hash("Camille@Fournil,example") == filling.address_hash("camille@fournil.example")
    assert "camille" not in filling.address_hash("camille@fournil.example")


@pytest.mark.parametrize("who", [VISITOR, company_head("0" * 32)])
def test_nobody_else_fills_or_follows_a_request(who: Person) -> None:
    request = begun()
    running = SolicitationFactory(in_progress=True)

    with pytest.raises(Forbidden):
        sent(request, by=who)
    with pytest.raises(Forbidden):
        filling.keep_draft(request, description="x", answers={}, by=who, at=AT)
    with pytest.raises(Forbidden):
        filling.change_contact(request, CONTACT, by=who, at=AT)
    with pytest.raises(Forbidden):
        following.add_precision(running, "x", by=who, at=AT)
    with pytest.raises(Forbidden):
        following.withdraw(running, by=who, at=AT)


# --- following --------------------------------------------------------------------------------------------------------
def test_a_precision_reaches_those_who_may_still_call() -> None:
    match = MatchFactory(state="done_not_reachable", taken_care_of_at=AT, closed_at=AT)
    MatchFactory(need=match.need)
    MatchFactory(need=match.need, state="not_for_me", closed_at=AT, refusal_reason="territory")
    request = match.need.diagnosis.solicitation

    following.add_precision(request, "Joignable le matin.", by=head(request), at=AT)

    told = OutgoingMessage.objects.filter(template="matching/mail/precision_added")
    assert told.count() == 2
    assert match.expert.email in told.values_list("recipient", flat=True)


def test_the_same_words_later_are_a_new_precision() -> None:
    request = SolicitationFactory(in_progress=True)

    for minutes in (0, 5, 11):
        following.add_precision(request, "Toujours rien.", by=head(request), at=AT + timedelta(minutes=minutes))

    assert request.precisions.count() == 2


def test_withdrawing_closes_what_is_open_and_leaves_what_is_done() -> None:
    waiting = MatchFactory()
    in_charge = MatchFactory(need=waiting.need, state="taking_care", taken_care_of_at=AT)
    declined = MatchFactory(need=waiting.need, state="not_for_me", closed_at=AT, refusal_reason="territory")
    request = waiting.need.diagnosis.solicitation

    following.withdraw(request, by=head(request), at=AT)

    states = []
    for match in (waiting, in_charge, declined):
        match.refresh_from_db()
        states.append(match.state)
    waiting.need.refresh_from_db()
    assert states == ["withdrawn", "withdrawn", "not_for_me"]
    assert waiting.need.status == "withdrawn"
    told = OutgoingMessage.objects.filter(template="matching/mail/withdrawn_to_experts")
    assert [message.recipient for message in told] == [in_charge.expert.email]
