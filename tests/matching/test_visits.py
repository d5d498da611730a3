"""Needs filed after a visit: kept at each step, filed once, sent by the rules, followed by who filed them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests.accounts.factories import UserFactory, person
from tests.directory.factories import ExpertFactory, ExpertMemberFactory, SubjectQuestionFactory
from tests.matching.factories import AT, MatchFactory, NeedFactory
from tests.matching.network_world import LATER, TOKEN, Network, draft, met, network
from tests.matching.real_threads import at_once
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import Forbidden, InvalidInput, Refused, TransitionRefused
from vigie.matching.actions.matches import close_no_help, take_charge
from vigie.matching.actions.thread import comment
from vigie.matching.actions.visit_draft import abandon, begin, change_met, put_need, take_need_away
from vigie.matching.actions.visit_sending import (
    choose_expert,
    file_visit,
    proposed,
    requalify,
    send_back,
    validate_visit,
)
from vigie.matching.mails.network import filed_closed, filed_taken_in_charge, visit_returned, visit_sent
from vigie.matching.models import Candidate, Diagnosis, Match, Need
from vigie.matching.queries.positions import company_name

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]
WORDS = "Recherche un conducteur de scie depuis l’automne."


@pytest.fixture
def world() -> Network:
    return network()


def mails(template: str) -> list[str]:
    rows = OutgoingMessage.objects.filter(template=f"matching/mail/{template}")
    return sorted(rows.values_list("recipient", flat=True))


def write(world: Network, visit: Diagnosis, *subjects, by: str = "adviser") -> list[Need]:
    return [put_need(visit, one, WORDS, {}, by=world.person(by), at=AT) for one in subjects]


def file(world: Network, visit: Diagnosis, *, by: str = "adviser", but: int = 0, at=AT) -> Diagnosis:
    """Files with every expert proposed, but one."""
    shown = {need.pk: proposed(need) for need in visit.needs.all()}
    chosen = {pk: experts - {but} for pk, experts in shown.items()}
    return file_visit(visit, chosen, shown=shown, by=world.person(by), at=at)


# --- what is kept -----------------------------------------------------------------------------------------------------
def test_a_visit_keeps_who_agreed_when_and_to_which_words(world: Network) -> None:
    visit = draft(world)

    assert (visit.consent_at, visit.adviser_id) == (AT, world.users["adviser"].pk)
    begun = Event.objects.get(name="visit.begun")
    assert (begun.actor_id, begun.payload) == (world.users["adviser"].pk, {"consent": "visit-1"})


def test_the_same_form_sent_twice_begins_one_visit(world: Network) -> None:
    assert draft(world) == draft(world)
    assert Diagnosis.objects.count() == 1
    with pytest.raises(Refused):
        draft(world, by="other")  # the token of somebody else


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"visited_on": date(2026, 3, 19)}, "visited_on"),
        ({"visited_on": date(2025, 3, 17)}, "visited_on"),
        ({"email": "", "phone": ""}, "phone"),
        ({"establishment": None}, None),
    ],
)
def test_a_visit_says_where_when_and_how_to_call(world: Network, changes: dict, field: str | None) -> None:
    with pytest.raises(Refused) as refused:
        draft(world, **changes)

    assert getattr(refused.value, "field", None) == field
    assert not Diagnosis.objects.exists()


def test_nothing_is_kept_without_the_agreement(world: Network) -> None:
    with pytest.raises(InvalidInput):
        begin(met(world), consent=False, form_token=TOKEN, by=world.person("adviser"), at=AT)
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        Diagnosis.objects.filter(pk=draft(world).pk).update(consent_at=None, submitted_at=AT)


def test_a_company_that_no_register_knows_keeps_its_name(world: Network) -> None:
    visit = draft(world, establishment=None, company_name="Atelier neuf", commune_code="69123")
    [need] = write(world, visit, world.hiring)

    assert company_name(need) == "Atelier neuf"
    assert "ATELIER NEUF" in Need.objects.get(pk=need.pk).search_text
    assert proposed(need) == {world.recruiter.pk}


def test_two_needs_are_written_corrected_and_taken_out(world: Network) -> None:
    visit = draft(world)
    question = SubjectQuestionFactory(subject=world.hiring, key="apprenti")
    by = world.person("adviser")
    first, _second = write(world, visit, world.hiring, world.cash)
    put_need(visit, world.hiring, "Un apprenti", {question.key: "true", "inventée": "x"}, need=first, by=by, at=AT)
    again = put_need(visit, world.hiring, "Un apprenti", {question.key: "true"}, by=by, at=AT)

    first.refresh_from_db()
    assert (first, first.content, first.answers) == (again, "Un apprenti", {"apprenti": "true"})
    with pytest.raises(InvalidInput):
        put_need(visit, world.cash, "Autre chose", {}, need=first, by=by, at=AT)
    take_need_away(visit, first.pk, by=by, at=AT)
    take_need_away(visit, first.pk, by=by, at=AT)
    assert [need.subject for need in visit.needs.all()] == [world.cash]


def test_another_company_changes_who_is_proposed(world: Network) -> None:
    visit = draft(world)
    [need] = write(world, visit, world.hiring)
    elsewhere = met(world, establishment=None, company_name="Atelier", commune_code="59350")

    changed = change_met(visit, elsewhere, consent=True, by=world.person("adviser"), at=LATER)

    assert (changed.consent_at, proposed(need)) == (LATER, set())


def test_a_visit_given_up_leaves_nothing_but_its_trace(world: Network) -> None:
    visit = draft(world)
    write(world, visit, world.hiring)
    contact = visit.contact

    abandon(visit, by=world.person("adviser"), at=AT)

    assert not Diagnosis.objects.exists()
    assert not Need.objects.exists()
    assert not type(contact).objects.filter(pk=contact.pk).exists()
    assert Event.objects.filter(name="visit.abandoned").exists()


@pytest.mark.parametrize("name", ["other", "team", "here", "recruiter"])
def test_nobody_else_touches_a_visit(world: Network, name: str) -> None:
    visit = draft(world)

    with pytest.raises(Forbidden):
        write(world, visit, world.hiring, by=name)
    with pytest.raises(Forbidden):
        file(world, visit, by=name)


# --- who receives -----------------------------------------------------------------------------------------------------
def test_the_needs_of_a_visit_leave_by_the_rules_and_the_company_is_told_once(world: Network) -> None:
    visit = draft(world)
    hiring, cash = write(world, visit, world.hiring, world.cash)

    file(world, visit)

    assert [match.expert for match in hiring.matches.all()] == [world.recruiter]
    assert [match.expert for match in cash.matches.all()] == [world.banker]
    assert {need.status for need in visit.needs.all()} == {"quo"}
    assert mails("match_sent") == [world.recruiter.email, world.banker.email]
    assert mails("visit_sent") == ["camille@scierie.example"]
    told = visit_sent(Diagnosis.objects.get(pk=visit.pk), None, AT)
    assert [one["subject"] for one in told["needs"]] == ["Recruter", "Trésorerie"]
    assert told["needs"][0]["to"] == ["Équipe emploi (Service de l’emploi)"]
    assert (told["author"], told["visited_on"]) == ("Alix Terrain (CC)", "12\u00a0mars 2026")
    assert list(Event.objects.filter(name__startswith="visit.").values_list("name", flat=True)) == [
        "visit.begun", "visit.filed", "visit.sent"
    ]  # fmt: skip


def test_a_double_click_files_once(world: Network) -> None:
    visit = draft(world)
    write(world, visit, world.hiring)

    file(world, visit)
    file(world, visit, at=LATER)

    assert Match.objects.count() == 1
    assert mails("visit_sent") == ["camille@scierie.example"]


@pytest.mark.django_db(transaction=True)
def test_four_clicks_at_once_file_once(world: Network, tmp_path: Path) -> None:
    visit = draft(world)
    [need] = write(world, visit, world.hiring)
    shown = {need.pk: proposed(need)}
    act = partial(file_visit, visit, shown, shown=shown, by=world.person("adviser"), at=AT)

    given, count = at_once([act] * 4, tmp_path, Match.objects.count)

    assert count == 1, given
    assert all(one == visit for one in given)


def test_somebody_without_address_is_not_written_to(world: Network) -> None:
    visit = draft(world, email="")
    write(world, visit, world.hiring)

    file(world, visit)

    assert (mails("visit_sent"), Match.objects.count()) == ([], 1)


def test_own_teams_are_left_out_with_the_reason(world: Network) -> None:
    ExpertMemberFactory(expert=world.recruiter, user=world.users["adviser"])
    second = ExpertFactory(subject=world.hiring, zones=[("commune", "69123")])
    [need] = write(world, draft(world), world.hiring)

    line = Candidate.objects.get(need=need, expert=world.recruiter)
    assert (line.kept, line.ticked, line.reasons[0]["code"]) == (False, False, "own_team")
    assert proposed(need) == {second.pk}


def test_who_is_unticked_does_not_receive_it_but_somebody_must(world: Network) -> None:
    ExpertFactory(subject=world.hiring, zones=[("commune", "69123")])
    visit = draft(world)
    [need] = write(world, visit, world.hiring)

    with pytest.raises(InvalidInput):
        file_visit(visit, {}, shown={need.pk: proposed(need)}, by=world.person("adviser"), at=AT)
    file(world, visit, but=world.recruiter.pk)

    assert world.recruiter.pk not in need.matches.values_list("expert_id", flat=True)
    assert need.matches.count() == 1


def test_a_proposal_that_changed_is_read_again_before_it_leaves(world: Network) -> None:
    visit = draft(world)
    [need] = write(world, visit, world.hiring)
    shown = {need.pk: proposed(need)}
    late = ExpertFactory(subject=world.hiring, zones=[("commune", "69123")])

    with pytest.raises(TransitionRefused):
        file_visit(visit, shown, shown=shown, by=world.person("adviser"), at=AT)

    assert not Match.objects.exists()
    assert late.pk in proposed(need)  # the new proposal is what the page now shows


def test_a_visit_that_breaks_halfway_leaves_nothing_behind(world: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = draft(world)
    write(world, visit, world.hiring)

    def broken(*given: object, **named: object) -> None:
        raise OSError("cut")

    with monkeypatch.context() as cut:
        cut.setattr("vigie.matching.actions.visit_sending.refresh_need_status", broken)
        with pytest.raises(OSError, match="cut"):
            file(world, visit)

    assert not Match.objects.exists()
    assert not OutgoingMessage.objects.exists()
    file(world, visit)
    assert Match.objects.count() == 1


# --- the team ---------------------------------------------------------------------------------------------------------
def test_where_nobody_answers_the_need_waits_for_the_team_which_finds_somebody(world: Network) -> None:
    visit, team = draft(world), world.person("team")
    hiring, energy = write(world, visit, world.hiring, world.energy)

    file(world, visit)

    energy.refresh_from_db()
    assert (hiring.matches.count(), energy.sent_at) == (1, None)
    with pytest.raises(Refused):
        validate_visit(visit, by=team, at=LATER)
    choose_expert(energy, world.banker, ticked=True, by=team, at=LATER)
    choose_expert(energy, world.banker, ticked=True, by=team, at=LATER)
    validate_visit(visit, by=team, at=LATER)
    validate_visit(visit, by=team, at=LATER)
    assert [match.expert for match in energy.matches.all()] == [world.banker]
    assert Event.objects.filter(name="visit.selection_changed").count() == 1
    with pytest.raises(TransitionRefused):
        choose_expert(energy, world.recruiter, ticked=True, by=team, at=LATER)


def test_the_team_changes_the_subject_of_a_need_that_waits_and_who_is_proposed_follows(world: Network) -> None:
    visit, team = draft(world), world.person("team")
    hiring, energy = write(world, visit, world.hiring, world.energy)
    file(world, visit)
    choose_expert(energy, world.recruiter, ticked=True, by=team, at=LATER)

    requalify(energy, world.cash, {"inventée": "x"}, by=team, at=LATER)
    requalify(energy, world.cash, {}, by=team, at=LATER)  # pressed twice

    energy.refresh_from_db()
    assert (energy.subject, energy.content, energy.answers) == (world.cash, WORDS, {})
    assert proposed(energy) == {world.banker.pk, world.recruiter.pk}  # who was added by hand stays
    said = Event.objects.get(name="visit.requalified")
    assert said.payload == {"need": energy.pk, "from": world.energy.pk, "to": world.cash.pk, "experts": 2}
    with pytest.raises(InvalidInput):
        requalify(energy, world.hiring, {}, by=team, at=LATER)  # another need of the visit has it
    validate_visit(visit, by=team, at=LATER)
    assert {match.expert for match in energy.matches.all()} == {world.banker, world.recruiter}
    with pytest.raises(TransitionRefused):
        requalify(energy, world.energy, {}, by=team, at=LATER)
    assert hiring.matches.count() == 1


def test_an_institution_may_want_its_visits_read_first(world: Network) -> None:
    institution = world.users["adviser"].antenne.institution
    institution.validates_visits = True
    institution.save()
    visit, team = draft(world), world.person("team")
    write(world, visit, world.hiring)

    file(world, visit)
    assert not Match.objects.exists()
    with pytest.raises(InvalidInput):
        send_back(visit, "  ", by=team, at=AT)
    send_back(visit, "Précisez le poste.", by=team, at=AT)
    send_back(visit, "Précisez le poste.", by=team, at=AT)

    visit.refresh_from_db()
    assert mails("visit_returned") == [world.users["adviser"].email]
    assert visit_returned(visit, None, AT)["reason"] == "Précisez le poste."
    file(world, visit, at=LATER)
    visit.refresh_from_db()
    assert visit_returned(visit, None, LATER) is None
    validate_visit(visit, by=team, at=LATER)
    assert Match.objects.count() == 1
    with pytest.raises(TransitionRefused):
        send_back(visit, "Trop tard", by=team, at=LATER)


@pytest.mark.parametrize("name", ["adviser", "other", "here"])
def test_only_the_team_validates(world: Network, name: str) -> None:
    visit = draft(world)
    [need] = write(world, visit, world.energy)
    file(world, visit)

    for act in (
        lambda by: validate_visit(visit, by=by, at=AT),
        lambda by: send_back(visit, "Non", by=by, at=AT),
        lambda by: choose_expert(need, world.banker, ticked=True, by=by, at=AT),
        lambda by: requalify(need, world.cash, {}, by=by, at=AT),
    ):
        with pytest.raises(Forbidden):
            act(world.person(name))


# --- the outcome ------------------------------------------------------------------------------------------------------
def test_who_filed_learns_who_calls_and_what_came_out_of_it(world: Network) -> None:
    visit = draft(world)
    [need] = write(world, visit, world.hiring)
    file(world, visit)
    match, by = Match.objects.get(), world.person("recruiter")

    take_charge(match, by=by, at=LATER)
    assert mails("filed_taken_in_charge") == [world.users["adviser"].email]
    assert filed_taken_in_charge(match, None, LATER)["institution"] == "Service de l’emploi"
    comment(need, "Il préfère le matin.", form_token=TOKEN, by=world.person("adviser"), at=LATER)
    close_no_help(match, by=by, at=LATER + timedelta(days=1))

    match.refresh_from_db()
    assert filed_taken_in_charge(match, None, LATER) is None
    assert filed_closed(match, None, LATER)["outcome"] == "pas d’aide disponible"
    assert mails("filed_closed") == [world.users["adviser"].email]


def test_a_request_of_the_company_has_nobody_who_filed_it(world: Network) -> None:
    match = MatchFactory(need=NeedFactory(sent=True, diagnosis__adviser=world.users["adviser"]), expert=world.recruiter)
    member = UserFactory(expert=True)
    ExpertMemberFactory(expert=world.recruiter, user=member)

    take_charge(match, by=person(member), at=LATER)

    assert mails("filed_taken_in_charge") == []
