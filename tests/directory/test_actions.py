"""Edits of the address book: the right, what is written, what is kept of it, what is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from tests.accounts.factories import AntenneFactory, InstitutionFactory, UserFactory, person
from tests.directory.conftest import Book
from tests.directory.factories import (
    CollectiveAgreementFactory,
    ExpertFactory,
    InstitutionSubjectFactory,
    SubjectFactory,
    SubjectQuestionFactory,
)
from tests.matching.factories import MatchFactory
from vigie.accounts.models import Antenne, Institution
from vigie.directory import actions
from vigie.directory.models import (
    AnswerGrouping,
    Change,
    Expert,
    ExpertMember,
    ExpertSubject,
    InstitutionSubject,
    MatchFilter,
    SubjectQuestion,
)
from vigie.journal.models import Event
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.rights.person import Person

pytestmark = pytest.mark.django_db


def told() -> list[tuple[Change, Event]]:
    """The changes with their events, oldest first."""
    events = {event.subject_id: event for event in Event.objects.filter(name="directory.changed")}
    return [(change, events[str(change.pk)]) for change in Change.objects.order_by("pk")]


# --- who -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["expert", "manager", "adviser"])
def test_only_the_team_edits(role: str, book: Book, at: datetime) -> None:
    by = person(UserFactory(**{role: True}))

    for attempt in (
        lambda: actions.save(book.antenne, {"name": "Autre"}, by=by, at=at),
        lambda: actions.save_filter(book.filter, {"min_workforce": 9}, [], by=by, at=at),
        lambda: actions.save_grouping(book.grouping, "Autre", {book.question: "false"}, by=by, at=at),
        lambda: actions.set_zones(book.antenne, [], by=by, at=at),
        lambda: actions.remove(book.filter, by=by, at=at),
    ):
        with pytest.raises(Forbidden):
            attempt()

    assert not Change.objects.exists()
    book.filter.refresh_from_db()
    assert book.filter.min_workforce == 3


# --- what is written and kept ----------------------------------------------------------------------------------------
def test_edit_keeps_what_was_and_what_became(book: Book, team: Person, at: datetime) -> None:
    actions.save(book.antenne, {"name": "Antenne du Rhône"}, by=team, at=at)

    [(change, event)] = told()
    assert (change.before["nom"], change.after["nom"]) == ("Chambre du Rhône", "Antenne du Rhône")
    assert change.before["zones"] == ["departement 69"]
    assert (change.sheet_type, change.sheet_id) == ("accounts.Antenne", str(book.antenne.pk))
    assert (event.actor_name, event.at) == ("Odile Brun", at)


def test_line_is_told_on_the_sheet_of_its_owner(book: Book, team: Person, at: datetime) -> None:
    competence = book.expert.competences.get()

    actions.save(competence, {"criteria": "Plus de dix salariés"}, by=team, at=at)
    actions.remove(competence, by=team, at=at)

    assert [(change.sheet_type, change.sheet_id) for change, _event in told()] == [
        ("directory.Expert", str(book.expert.pk))
    ] * 2
    assert told()[1][0].after == {}


def test_same_edit_sent_twice_is_told_once(book: Book, team: Person, at: datetime) -> None:
    for _ in range(2):
        actions.save(book.antenne, {"name": "Antenne du Rhône"}, by=team, at=at)
        actions.save_filter(book.filter, {"min_workforce": 9}, [book.subject], by=team, at=at)
        actions.save_grouping(book.grouping, "Suivants", {book.question: "false"}, by=team, at=at)
        actions.set_zones(book.expert, [("departement", "01")], by=team, at=at)
        actions.remove(book.expert, by=team, at=at)

    assert len(told()) == 5


def test_same_addition_sent_twice_makes_one_row(book: Book, team: Person, at: datetime) -> None:
    competence = InstitutionSubjectFactory(institution=book.institution)
    colleague = UserFactory(antenne=book.antenne)
    expert = {"full_name": "Équipe création", "email": "creation@chambre.example", "phone": "", "job": ""}
    made: list[tuple[Any, ...]] = []
    for _ in range(2):
        made.append(
            (
                actions.save(Institution(), {"name": "Douane", "slug": "douane"}, by=team, at=at),
                actions.save(Antenne(institution=book.institution), {"name": "Ain", "level": "local"}, by=team, at=at),
                actions.save(Expert(antenne=book.antenne), expert, by=team, at=at),
                actions.save(
                    ExpertSubject(expert=book.expert), {"institution_subject_id": competence.pk}, by=team, at=at
                ),
                actions.save(ExpertMember(expert=book.expert), {"user_id": colleague.pk}, by=team, at=at),
                actions.save(
                    SubjectQuestion(subject=book.subject),
                    {"label": "Cadre ?", "key": "cadre", "answers": [["true", "Oui"]], "position": 1},
                    by=team,
                    at=at,
                ),
                actions.save_filter(
                    MatchFilter(expert=book.expert), {"max_workforce": 50}, [book.subject], by=team, at=at
                ),
                actions.save_grouping(AnswerGrouping(expert=book.expert), "", {book.question: "false"}, by=team, at=at),
            )
        )

    assert [one.pk for one in made[0]] == [one.pk for one in made[1]]
    assert len(told()) == 8


def test_two_filters_that_differ_by_their_subjects_are_two(book: Book, team: Person, at: datetime) -> None:
    first = actions.save_filter(MatchFilter(expert=book.expert), {"min_years": 3}, [book.subject], by=team, at=at)
    second = actions.save_filter(MatchFilter(expert=book.expert), {"min_years": 3}, [], by=team, at=at)

    assert first != second


def test_an_edit_that_fails_leaves_neither_row_nor_trace(
    book: Book, team: Person, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the journal is down")

    monkeypatch.setattr(actions, "record", broken)

    for attempt in (
        lambda: actions.save(book.antenne, {"name": "Autre"}, by=team, at=at),
        lambda: actions.set_zones(book.antenne, [("departement", "01")], by=team, at=at),
        lambda: actions.save_grouping(book.grouping, "Autre", {book.question: "false"}, by=team, at=at),
        lambda: actions.remove(book.filter, by=team, at=at),
    ):
        with pytest.raises(RuntimeError), transaction.atomic():
            attempt()

    assert not Change.objects.exists()
    assert Antenne.objects.get(pk=book.antenne.pk).name == "Chambre du Rhône"
    assert [zone.code for zone in book.antenne.zones.all()] == ["69"]
    assert MatchFilter.objects.exists()
    assert book.grouping.conditions.get().value == "true"


# --- what is refused -------------------------------------------------------------------------------------------------
def test_name_that_another_antenne_has_is_refused(book: Book, team: Person, at: datetime) -> None:
    other = AntenneFactory(institution=book.institution, name="Chambre de l’Ain")

    with pytest.raises(InvalidInput, match="déjà une antenne de ce nom"):
        actions.save(other, {"name": "Chambre du Rhône"}, by=team, at=at)


def test_name_of_an_institution_is_taken_even_when_written_otherwise(book: Book, team: Person, at: datetime) -> None:
    with pytest.raises(InvalidInput, match="porte déjà ce nom"):
        actions.save(Institution(), {"name": "Chambre-des-métiers", "slug": book.institution.slug}, by=team, at=at)


def test_competence_of_another_institution_is_refused(book: Book, team: Person, at: datetime) -> None:
    other = InstitutionSubjectFactory()

    with pytest.raises(InvalidInput) as refused:
        actions.save(ExpertSubject(expert=book.expert), {"institution_subject_id": other.pk}, by=team, at=at)

    assert refused.value.code == "other_institution"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "filter_empty"),
        ({"min_years": 5, "max_years": 5}, "bounds_empty"),
        ({"min_workforce": 50, "max_workforce": 10}, "bounds_empty"),
    ],
)
def test_filter_that_asks_nothing_or_the_impossible_is_refused(
    changes: dict[str, int], code: str, book: Book, team: Person, at: datetime
) -> None:
    with pytest.raises(InvalidInput) as refused:
        actions.save_filter(MatchFilter(expert=book.expert), changes, [], by=team, at=at)

    assert refused.value.code == code


def test_grouping_without_answer_is_refused(book: Book, team: Person, at: datetime) -> None:
    with pytest.raises(InvalidInput, match="au moins une réponse"):
        actions.save_grouping(book.grouping, "", {}, by=team, at=at)


@pytest.mark.parametrize(
    ("zone", "says"),
    [
        (("commune", "69999"), "fait aujourd’hui partie de Lyon"),
        (("commune", "00000"), "ne correspond"),
        (("departement", "6"), "ne correspond"),
        (("departement", "Rhône"), "n’est pas valide"),
        (("pays", "FR"), "type de zone"),
    ],
)
def test_wrong_zone_is_refused_and_the_old_ones_stay(
    zone: tuple[str, str], says: str, book: Book, team: Person, at: datetime
) -> None:
    with pytest.raises(InvalidInput, match=says):
        actions.set_zones(book.antenne, [("departement", "01"), zone], by=team, at=at)

    assert [line.code for line in book.antenne.zones.all()] == ["69"]


# --- removal ---------------------------------------------------------------------------------------------------------
def test_removed_expert_is_kept_with_his_date(book: Book, team: Person, at: datetime) -> None:
    actions.remove(book.expert, by=team, at=at)

    book.expert.refresh_from_db()
    assert book.expert.deleted_at == at
    [(change, _event)] = told()
    assert change.after["retrait"] == str(at)


@pytest.mark.parametrize(("state", "traits"), [("quo", {}), ("taking_care", {"taken_in_charge": True})])
def test_expert_with_needs_that_wait_is_not_removed(
    state: str, traits: dict[str, Any], book: Book, team: Person, at: datetime
) -> None:
    for _ in range(2):
        MatchFactory(expert=book.expert, **traits)

    with pytest.raises(Refused) as refused:
        actions.remove(book.expert, by=team, at=at)

    assert refused.value.code == "expert_awaited"
    assert "2\u00a0mises en relation" in refused.value.message_fr
    book.expert.refresh_from_db()
    assert book.expert.deleted_at is None


def test_expert_whose_needs_are_over_is_removed(book: Book, team: Person, at: datetime) -> None:
    MatchFactory(expert=book.expert, closed=True)

    actions.remove(book.expert, by=team, at=at)

    assert Expert.objects.get(pk=book.expert.pk).deleted_at == at


def test_antenne_leaves_after_its_experts_and_its_people(book: Book, team: Person, at: datetime) -> None:
    with pytest.raises(Refused, match="encore des experts"):
        actions.remove(book.antenne, by=team, at=at)
    actions.remove(book.expert, by=team, at=at)
    with pytest.raises(Refused, match="encore rattachées"):
        actions.remove(book.antenne, by=team, at=at)
    book.member.is_active = False
    book.member.save()
    with pytest.raises(Refused, match="encore des antennes"):
        actions.remove(book.institution, by=team, at=at)

    actions.remove(book.antenne, by=team, at=at)
    actions.remove(book.institution, by=team, at=at)

    assert Institution.objects.get(pk=book.institution.pk).deleted_at == at


def test_competence_of_an_institution_leaves_after_its_experts_let_it_go(
    book: Book, team: Person, at: datetime
) -> None:
    held = InstitutionSubject.objects.get(institution=book.institution)
    with pytest.raises(Refused, match=r"1\u00a0expert de cette institution a encore cette compétence"):
        actions.remove(held, by=team, at=at)

    actions.remove(book.expert.competences.get(), by=team, at=at)
    actions.remove(held, by=team, at=at)

    assert not InstitutionSubject.objects.exists()


def test_question_leaves_after_the_answers_expected_of_it(book: Book, team: Person, at: datetime) -> None:
    with pytest.raises(Refused, match="réponses attendues"):
        actions.remove(book.question, by=team, at=at)

    actions.remove(book.grouping, by=team, at=at)
    actions.remove(book.question, by=team, at=at)

    assert not SubjectQuestion.objects.exists()


def test_question_that_companies_answered_stays(book: Book, team: Person, at: datetime) -> None:
    from tests.matching.factories import SolicitationAnswerFactory

    asked = SubjectQuestionFactory(subject=SubjectFactory())
    SolicitationAnswerFactory(question=asked)

    with pytest.raises(Refused) as refused:
        actions.remove(asked, by=team, at=at)

    assert refused.value.code == "row_used"
    assert not Change.objects.exists()


def test_operator_that_agreements_designate_is_told_so(team: Person, at: datetime) -> None:
    agreement = CollectiveAgreementFactory()

    with pytest.raises(Refused, match="conventions collectives"):
        actions.remove(agreement.opco, by=team, at=at)


# --- hierarchy -------------------------------------------------------------------------------------------------------
def test_hierarchy_follows_zones_levels_additions_and_removals(book: Book, team: Person, at: datetime) -> None:
    def parent() -> Antenne | None:
        return Antenne.objects.get(pk=book.antenne.pk).parent

    def add(name: str, level: str) -> Antenne:
        new = Antenne(institution=book.institution)
        return actions.save(new, {"name": name, "level": level}, by=team, at=at)

    national = add("France", "national")
    assert parent() == national

    region = add("Auvergne-Rhône-Alpes", "local")
    actions.set_zones(region, [("region", "84")], by=team, at=at)
    region.refresh_from_db()
    assert (region.level, region.parent) == ("regional", national)
    assert parent() == region

    actions.set_zones(region, [("commune", "59350")], by=team, at=at)
    assert parent() == national

    actions.set_zones(region, [("commune", "69123")], by=team, at=at)
    assert parent() == region

    actions.remove(region, by=team, at=at)
    assert parent() == national

    actions.save(national, {"level": "local"}, by=team, at=at)
    assert parent() is None


def test_antenne_that_holds_a_region_is_never_saved_as_local(team: Person, territory: None, at: datetime) -> None:
    antenne = AntenneFactory(level="regional", zones=[("region", "84")])

    actions.save(antenne, {"level": "local"}, by=team, at=at)

    antenne.refresh_from_db()
    assert antenne.level == "regional"


def test_hierarchy_stays_inside_an_institution(book: Book, team: Person, at: datetime) -> None:
    other = InstitutionFactory()
    actions.save(Antenne(institution=other), {"name": "France", "level": "national"}, by=team, at=at)

    book.antenne.refresh_from_db()
    assert book.antenne.parent is None


def test_expert_may_move_to_another_antenne(book: Book, team: Person, at: datetime) -> None:
    other = AntenneFactory(institution=book.institution)
    ExpertFactory(antenne=other)

    actions.save(book.expert, {"antenne_id": other.pk}, by=team, at=at)

    book.expert.refresh_from_db()
    assert book.expert.antenne == other
    assert Change.objects.get().after["antenne"] == other.pk
