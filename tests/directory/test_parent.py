"""The antenne above another: deduced, or chosen by the team; never a circle."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import AT, AntenneFactory, UserFactory, sign_in
from tests.conftest import visible_text
from tests.directory.conftest import Book
from vigie.accounts.models import Antenne
from vigie.directory import actions
from vigie.kernel.errors import InvalidInput
from vigie.rights.person import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "territory")]


def choose(antenne: Antenne, parent: Antenne | None, team: Person) -> Antenne:
    antenne.refresh_from_db()
    changes = {"parent_id": parent.pk} if parent else {}
    return actions.save(antenne, changes | {"parent_is_chosen": parent is not None}, by=team, at=AT)


def test_chosen_parent_stays_until_it_is_left_to_the_rule(book: Book, team: Person) -> None:
    region = AntenneFactory(institution=book.institution, level="regional", zones=[("region", "84")])
    other = AntenneFactory(institution=book.institution, level="regional", zones=[("region", "32")])

    assert choose(book.antenne, other, team).parent == other
    actions.set_zones(book.antenne, [("departement", "69"), ("departement", "01")], by=team, at=AT)
    book.antenne.refresh_from_db()
    assert book.antenne.parent == other

    assert choose(book.antenne, None, team).parent == region


def test_chosen_parent_that_closes_is_replaced_by_the_rule(book: Book, team: Person) -> None:
    other = AntenneFactory(institution=book.institution, level="regional", zones=[("region", "32")])
    choose(book.antenne, other, team)

    actions.remove(other, by=team, at=AT)

    book.antenne.refresh_from_db()
    assert book.antenne.parent is None


def test_circle_lower_level_and_stranger_are_refused(book: Book, team: Person) -> None:
    below = AntenneFactory(institution=book.institution, zones=[("departement", "01")])
    last = AntenneFactory(institution=book.institution, zones=[("departement", "01")])
    choose(below, book.antenne, team)
    choose(last, below, team)
    region = AntenneFactory(institution=book.institution, level="regional", zones=[("region", "84")])

    codes = []
    for antenne, parent in ((book.antenne, last), (region, below), (below, AntenneFactory())):
        with pytest.raises(InvalidInput) as refused:
            choose(antenne, parent, team)
        codes.append(refused.value.code)

    assert codes == ["parent_in_circle", "parent_below", "parent_unknown"]
    book.antenne.refresh_from_db()
    assert book.antenne.parent_id != last.pk


def test_form_offers_the_antennes_of_the_institution_and_says_why_not(book: Book, team: Person) -> None:
    region = AntenneFactory(institution=book.institution, name="Région", level="regional")
    client = sign_in(Client(), UserFactory(team=True))
    url = reverse("directory:edit", args=["antenne", book.antenne.pk])

    client.post(url, {"name": "Chambre du Rhône", "level": "local", "above": str(region.pk)})
    book.antenne.refresh_from_db()
    assert (book.antenne.parent, book.antenne.parent_is_chosen) == (region, True)

    far = reverse("directory:edit", args=["antenne", region.pk])
    refused = client.post(far, {"name": "Région", "level": "regional", "above": str(book.antenne.pk)})
    assert "du même échelon" in visible_text(refused.content.decode())
