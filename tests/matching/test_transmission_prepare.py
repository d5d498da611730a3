"""The automatic analysis of a request: what it writes, when it waits, when it is scheduled (matching.md 4.7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from tests.accounts.factories import AntenneFactory
from tests.directory.factories import ExpertFactory, SubjectFactory, SubjectQuestionFactory
from tests.matching.factories import (
    AT,
    LandingSubjectFactory,
    SolicitationAnswerFactory,
    SolicitationFactory,
)
from tests.matching.requests import (
    SIREN,
    SIRET,
    again,
    candidates_of,
    expert_for,
    firm,
    matches_of,
    need_of,
    ready,
    request,
    subject_of,
)
from vigie.companies.models import Contact, Establishment
from vigie.connectors import recherche_entreprises
from vigie.journal.actions import perform
from vigie.journal.jobs import queued
from vigie.journal.models import Event
from vigie.kernel.errors import NotFound, Unavailable
from vigie.kernel.siren import with_key
from vigie.matching.actions.transmission import TRANSMIT_JOB, prepare, prepare_missing
from vigie.matching.models import Candidate, Diagnosis, Need, Solicitation
from vigie.matching.rules.missing import say_missing
from vigie.matching.rules.reasons import Reason, say
from vigie.rights.person import company_head

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]
DELAY = timedelta(seconds=settings.VIGIE.recall_seconds)


def events(solicitation: Solicitation) -> list[str]:
    names = Event.objects.about(solicitation).order_by("pk").values_list("name", flat=True)
    return [name.removeprefix("solicitation.") for name in names]


def prepared(solicitation: Solicitation) -> Solicitation:
    prepare(solicitation, at=AT)
    return again(solicitation)


# --- what it writes


def test_analysis_keeps_contact_company_need_answers_and_trace() -> None:
    establishment = firm()
    solicitation = request()
    question = SubjectQuestionFactory(subject=subject_of(solicitation), key="apprenti")
    SolicitationAnswerFactory(solicitation=solicitation, question=question, value="true")
    kept = expert_for(subject_of(solicitation))
    dropped = expert_for(subject_of(solicitation))
    dropped.matchfilters.create(min_workforce=50)

    prepared(solicitation)

    need = need_of(solicitation)
    assert need.diagnosis.establishment == establishment
    assert need.diagnosis.commune_code == "69123"
    assert need.diagnosis.contact.email == solicitation.email
    assert need.diagnosis.contact.company == establishment.company
    assert need.subject == subject_of(solicitation)
    assert need.content == solicitation.description
    assert need.answers == {"apprenti": "true"}
    assert need.facts["commune"] == "69123"
    assert (need.status, need.sent_at) == ("diagnosis_not_complete", None)
    first, second = candidates_of(solicitation)
    assert (first.expert, first.kept, first.ticked) == (kept, True, True)
    assert (second.expert, second.kept, second.ticked) == (dropped, False, False)
    said = [say(Reason.from_json(reason)) for reason in second.reasons]
    assert any("au moins 50 salariés (entreprise\u00a0: 3 à 5)" in words for words in said)
    assert matches_of(solicitation) == []


def test_request_that_passes_every_guard_is_scheduled_with_its_job() -> None:
    solicitation = prepared(ready())

    assert solicitation.transmit_at == AT + DELAY
    assert solicitation.hold_reasons == []
    assert events(solicitation) == ["prepared", "scheduled"]
    [job] = [job for job in queued() if job.name == TRANSMIT_JOB]
    assert job.run_at == AT + DELAY
    assert job.arguments == {"solicitation_id": solicitation.pk}


def test_unknown_facts_are_listed_and_do_not_stop_the_analysis() -> None:
    firm(workforce_code="NR", activity_natures=[], naf_code="", legal_form_code="", facts_at=None)
    Establishment.objects.filter(siret=SIRET).update(naf_code="")
    solicitation = prepared(request())

    missing = need_of(solicitation).diagnosis.missing_facts
    assert {"workforce", "legal_form", "natures", "opco", "created_on"} <= set(missing)
    assert "place" not in missing


def test_no_register_knows_the_firm_the_request_is_kept_and_held(register: Any) -> None:
    register.answer = NotFound("recherche-entreprises", "no such establishment")
    solicitation = request(commune_code="69123")
    expert_for(subject_of(solicitation))

    row = prepared(solicitation)

    assert row.hold_reasons == ["company_active"]
    assert row.transmit_at is None
    assert need_of(solicitation).diagnosis.establishment is None
    assert "company" in need_of(solicitation).diagnosis.missing_facts
    assert [one.ticked for one in candidates_of(solicitation)] == [True]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The company-search service, which answers what the test puts in it: a hit, or an exception."""

    class Register:
        def __init__(self) -> None:
            self.answer: Any = Unavailable("recherche-entreprises", "down")
            self.calls = 0

        def by_siret(self, siret: str, *, within_s: float | None = None) -> Any:
            self.calls += 1
            raise self.answer

    found = Register()
    monkeypatch.setattr(recherche_entreprises, "by_siret", found.by_siret)
    return found


def test_a_register_that_is_down_is_told_and_what_is_known_is_used(register: Any) -> None:
    firm(facts_at=None, activity_natures=[])
    solicitation = request()
    expert_for(subject_of(solicitation))

    row = prepared(solicitation)

    assert register.calls == 1
    assert row.hold_reasons == []
    assert {"register", "natures"} <= set(need_of(solicitation).diagnosis.missing_facts)


def test_a_firm_that_no_register_tells_of_because_it_is_down_waits(register: Any) -> None:
    solicitation = request(commune_code="69123")
    expert_for(subject_of(solicitation))

    assert prepared(solicitation).hold_reasons == ["company_active"]
    assert {"company", "register"} <= set(need_of(solicitation).diagnosis.missing_facts)


def test_a_firm_typed_by_hand_waits_even_when_the_register_does_not_know_it(register: Any) -> None:
    register.answer = NotFound("recherche-entreprises", "no such establishment")
    firm(source="manual", facts_at=None)
    solicitation = request()
    expert_for(subject_of(solicitation))

    assert prepared(solicitation).hold_reasons == ["company_active"]
    missing = need_of(solicitation).diagnosis.missing_facts
    assert "register" not in missing
    assert all(say_missing(code) for code in missing)


def test_a_firm_whose_facts_are_known_asks_nothing_of_the_register(register: Any) -> None:
    prepared(ready())

    assert register.calls == 0


# --- when it waits


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"mode": "validated", "landing_subject__validated": True}, ["validated_mode"]),
        ({"landing_subject__location": True, "siret": "", "commune_code": "69123"}, ["about_a_place"]),
        ({"description": "Trop court."}, ["description_length"]),
        ({"description": "casino en ligne " * 20}, ["banned_word"]),
        ({"commune_code": "00000"}, ["place_known", "nobody_found"]),
    ],
)
def test_each_reason_to_wait_is_stored_and_told(change: dict[str, Any], expected: list[str]) -> None:
    solicitation = prepared(ready(**change))

    assert solicitation.hold_reasons == expected
    assert solicitation.transmit_at is None
    assert events(solicitation)[-1] == "held"
    assert not [job for job in queued() if job.name == TRANSMIT_JOB]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"is_active": False}, "company_active"),
        ({"naf_code": "7022Z"}, "intermediary"),
        ({"legal_form_code": "6540"}, "legal_form"),
        ({"legal_form_code": "9220"}, "legal_form"),
    ],
)
def test_the_firm_may_hold_the_request(change: dict[str, Any], expected: str) -> None:
    firm(**change)
    solicitation = request()
    expert_for(subject_of(solicitation))

    assert prepared(solicitation).hold_reasons == [expected]


def test_nobody_found_keeps_the_analysis_and_tells_the_team() -> None:
    firm()
    solicitation = request()
    far = ExpertFactory(subject=subject_of(solicitation), antenne=AntenneFactory(zones=[("departement", "69")]))
    far.matchfilters.create(min_workforce=50)

    row = prepared(solicitation)

    assert row.hold_reasons == ["nobody_found"]
    assert events(row) == ["preparation_failed", "held"]
    assert [one.kept for one in candidates_of(solicitation)] == [False]


def test_experts_without_any_account_hold_the_request() -> None:
    firm()
    solicitation = request()
    expert_for(subject_of(solicitation), members=[])

    assert prepared(solicitation).hold_reasons == ["no_expert_with_user"]


def test_catch_all_subject_chooses_nobody_and_waits() -> None:
    firm()
    solicitation = request(landing_subject=LandingSubjectFactory(subject=SubjectFactory(catch_all=True)))
    expert_for(subject_of(solicitation))

    row = prepared(solicitation)

    assert row.hold_reasons == ["catch_all_subject"]
    assert events(row) == ["prepared", "held"]
    assert candidates_of(solicitation) == []


# --- duplicates and abandoned requests


def duplicate(days: int, **changes: Any) -> list[str]:
    solicitation = ready()
    values: dict[str, Any] = {
        "in_progress": True,
        "siret": SIRET,
        "landing_subject": solicitation.landing_subject,
        "completed_at": AT - timedelta(days=days),
        **changes,
    }
    SolicitationFactory(**values)
    return prepared(solicitation).hold_reasons


@pytest.mark.parametrize(
    ("days", "change", "expected"),
    [
        (1, {}, ["duplicate"]),
        (20, {}, ["duplicate"]),
        (22, {}, []),
        (-1, {}, []),  # the later one is the duplicate
        (1, {"siret": with_key(f"{SIREN}0002")}, ["duplicate"]),  # another establishment of the company
        (1, {"siret": with_key(f"{with_key('29000020')}0001")}, []),
        (1, {"state": "processed", "transmitted_at": AT}, ["duplicate"]),
        (1, {"state": "canceled", "canceled_at": AT, "cancel_reason": "withdrawn"}, []),
    ],
)
def test_same_company_same_subject_within_three_weeks(days: int, change: dict[str, Any], expected: list[str]) -> None:
    assert duplicate(days, **change) == expected


def test_same_address_is_a_duplicate_and_another_subject_is_not() -> None:
    first = ready(siret=with_key(f"{with_key('29000030')}0001"), email="meme@fournil.example")
    firm(first.siret)
    second = request(
        landing_subject=first.landing_subject, email="meme@fournil.example", completed_at=AT + timedelta(1)
    )
    third = request(email="meme@fournil.example", completed_at=AT + timedelta(1))
    expert_for(subject_of(third))
    for one in (first, second, third):
        prepare(one, at=AT + timedelta(1))

    assert again(second).hold_reasons == ["duplicate"]
    assert again(third).hold_reasons == []


def test_a_requalified_request_counts_for_its_new_subject() -> None:
    old, new = ready(), ready()
    prepare(old, at=AT)
    Need.objects.filter(diagnosis__solicitation=old).update(subject=subject_of(new))
    Solicitation.objects.filter(pk=new.pk).update(completed_at=AT + timedelta(1))

    prepare(again(new), at=AT + timedelta(1))

    assert again(new).hold_reasons == ["duplicate"]


@pytest.mark.parametrize(("abandoned", "expected"), [(3, []), (4, ["often_abandoned"])])
def test_four_abandoned_requests_of_the_company_hold_the_next(abandoned: int, expected: list[str]) -> None:
    solicitation = ready()
    for _ in range(abandoned):
        SolicitationFactory(canceled=True, siret=SIRET)

    assert prepared(solicitation).hold_reasons == expected


# --- again, twice, later


def test_analysis_twice_writes_once() -> None:
    solicitation = ready()

    prepare(solicitation, at=AT)
    prepare(solicitation, at=AT + timedelta(minutes=1))

    assert events(solicitation) == ["prepared", "scheduled"]
    assert Diagnosis.objects.count() == Need.objects.count() == Candidate.objects.count() == 1


@pytest.mark.parametrize("trait", ["processed", "canceled"])
def test_a_request_that_is_over_is_not_analysed(trait: str) -> None:
    solicitation = SolicitationFactory(**{trait: True})

    prepare(solicitation, at=AT)

    assert not Diagnosis.objects.exists()


def test_a_request_completed_again_is_analysed_again_in_the_same_rows() -> None:
    solicitation = ready(description="Trop court.")
    prepare(solicitation, at=AT)
    need = need_of(solicitation)
    Solicitation.objects.filter(pk=solicitation.pk).update(
        state="canceled", canceled_at=AT, cancel_reason="refused", transmit_at=None
    )
    row = again(solicitation)
    changes = {"description": "Un texte bien plus long. " * 10, "cancel_reason": "", "email": "autre@fournil.example"}
    perform(row, "complete", by=company_head(row.uuid.hex), at=AT + timedelta(hours=1), changes=changes)

    prepare(row, at=AT + timedelta(hours=2))

    fresh = need_of(solicitation)
    assert fresh.pk == need.pk
    assert fresh.content.startswith("Un texte bien plus long")
    assert fresh.diagnosis.contact.email == "autre@fournil.example"
    assert again(solicitation).transmit_at == AT + timedelta(hours=2) + DELAY


def test_two_requests_of_one_person_share_the_contact() -> None:
    first = ready(email="camille@fournil.example")
    second = ready(email="camille@fournil.example")
    prepare(first, at=AT)
    prepare(second, at=AT)

    assert Contact.objects.count() == 1


def test_requests_left_without_analysis_are_caught_up_within_seven_days() -> None:
    recent = ready(completed_at=AT - timedelta(days=6))
    old = ready(completed_at=AT - timedelta(days=8))
    done = ready()
    prepare(done, at=AT)

    assert prepare_missing(at=AT) == 1
    assert prepare_missing(at=AT) == 0

    assert Diagnosis.objects.filter(solicitation=recent).exists()
    assert not Diagnosis.objects.filter(solicitation=old).exists()


def test_one_automatic_transmission_in_twenty_is_sampled() -> None:
    sampled, other = ready(uuid=UUID(int=20 * 10**30)), ready(uuid=UUID(int=20 * 10**30 + 1))

    assert prepared(sampled).audit_sampled
    assert not prepared(other).audit_sampled


def test_a_request_that_waits_is_not_sampled() -> None:
    assert not prepared(ready(uuid=UUID(int=20 * 10**30), description="Trop court.")).audit_sampled
