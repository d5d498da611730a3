"""Absences set for others: by whom, for whom, and never two at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import AT, AntenneFactory, HabilitationFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from vigie.accounts.absence_pages import absences_page
from vigie.accounts.models import Absence
from vigie.accounts.planning import cancel_planned, plan_absence
from vigie.journal.models import Event
from vigie.kernel.errors import Forbidden, InvalidInput
from vigie.kernel.period import paris_day
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
TODAY = paris_day(AT)


def days(first: int, last: int) -> dict[str, object]:
    return {"starts_on": TODAY + timedelta(days=first), "ends_on": TODAY + timedelta(days=last)}


def test_a_manager_plans_for_his_antenne_and_the_team_for_everybody() -> None:
    antenne = AntenneFactory()
    member, colleague = (UserFactory(expert=True, antenne=antenne) for _ in range(2))
    manager, team, stranger = (
        UserFactory(manager=True, antenne=antenne),
        UserFactory(team=True),
        UserFactory(expert=True),
    )

    plan_absence(member, **days(1, 5), replacement=colleague, by=person(manager, AT), at=AT)
    plan_absence(stranger, **days(1, 5), by=person(team, AT), at=AT)

    assert Absence.objects.get(user=member).replacement == colleague
    for user, by in ((stranger, manager), (member, colleague)):
        with pytest.raises(Forbidden):
            plan_absence(user, **days(10, 12), by=person(by, AT), at=AT)


@pytest.mark.parametrize(("first", "last"), [(0, 1), (3, 4), (5, 9), (0, 9)])
def test_two_absences_never_overlap_and_the_same_again_is_one(first: int, last: int) -> None:
    member, team = UserFactory(expert=True), person(UserFactory(team=True), AT)
    planned = plan_absence(member, **days(1, 5), by=team, at=AT)

    assert plan_absence(member, **days(1, 5), by=team, at=AT) == planned
    with pytest.raises(InvalidInput, match="déjà noté absent"):
        plan_absence(member, **days(first, last), by=team, at=AT)
    plan_absence(member, **days(6, 7), by=team, at=AT)
    cancel_planned(planned, by=team, at=AT)
    cancel_planned(planned, by=team, at=AT)
    assert Absence.objects.count() == 1
    assert Event.objects.filter(name="account.absence_set").count() == 3


def test_who_is_away_or_soon_will_be_comes_first() -> None:
    """Among four thousand people by name, an absence of tomorrow was on the sixtieth page."""
    team = UserFactory(team=True, full_name="Yves Équipe")
    UserFactory(expert=True, full_name="Anne Présente")
    later, sooner = (UserFactory(expert=True, full_name=name) for name in ("Bruno Tard", "Zoé Tôt"))
    plan_absence(later, **days(30, 35), by=person(team, AT), at=AT)
    plan_absence(sooner, **days(1, 5), by=person(team, AT), at=AT)
    plan_absence(sooner, **days(40, 45), by=person(team, AT), at=AT)

    table = absences_page(person(team, AT), "", "", AT).table

    assert [row[0].text for row in table.rows] == ["Zoé Tôt", "Bruno Tard", "Anne Présente"]


def test_only_those_to_whom_needs_are_sent_are_listed_and_those_whose_absence_is_known() -> None:
    """Agents of detection, auditors and the team receive no need: two hundred and fifty lines « Antenne : aucune »."""
    team = UserFactory(team=True, full_name="Yves Équipe")
    UserFactory(expert=True, full_name="Anne Experte", antenne=None)
    UserFactory(manager=True, full_name="Bruno Responsable")
    HabilitationFactory(user=UserFactory(full_name="Cléo Agente", antenne=None), role=Role.LEVEL_A)
    UserFactory(adviser=True, full_name="Denis Conseiller")
    UserFactory(expert=True, suspended=True, full_name="Elsa Suspendue")
    former = UserFactory(expert=True, suspended=True, full_name="Flore Suspendue")
    plan_absence(former, **days(1, 5), by=person(team, AT), at=AT)

    page = absences_page(person(team, AT), "", "", AT)

    assert [row[0].text for row in page.table.rows] == ["Flore Suspendue", "Anne Experte", "Bruno Responsable"]
    assert page.count == "3\u00a0personnes"


def test_the_page_lists_those_one_answers_for_and_nobody_else() -> None:
    antenne = AntenneFactory()
    UserFactory(expert=True, antenne=antenne, full_name="Paul Petit")
    other = UserFactory(expert=True, full_name="Hugo Ailleurs")
    manager = sign_in(Client(), UserFactory(manager=True, antenne=antenne))

    page = visible_text(manager.get(reverse("accounts:absences")).content.decode())

    assert "Paul Petit" in page
    assert "Hugo Ailleurs" not in page
    assert manager.get(reverse("accounts:absences_of", args=[other.pk])).status_code == 404
    assert sign_in(Client(), other).get(reverse("accounts:absences")).status_code == 404
