"""The main navigation: each finds what his rights open, once, in few entries."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.watchlists.factories import agent
from vigie.accounts.models import User
from vigie.portal.nav import nav_for
from vigie.rights.person import Person
from vigie.rights.table import Role
from vigie.ui.components import NavItem

pytestmark = pytest.mark.django_db


def addresses(items: tuple[NavItem, ...]) -> list[str]:
    return [href for item in items for href in ([item.href] if not item.items else addresses(item.items))]


def labels(who: Person) -> list[str]:
    return [item.label for item in nav_for(who)]


def with_role(role: Role) -> User:
    user = UserFactory()
    HabilitationFactory(user=user, role=role)
    return user


def test_an_agent_has_a_short_menu_with_each_page_once() -> None:
    who = person(agent())
    found = addresses(nav_for(who))

    assert labels(who)[:3] == ["Liste de détection", "Recherche", "Accompagnements"]
    assert len(labels(who)) <= 7
    assert len(found) == len(set(found))
    assert {"/visites/", "/mes-exports/", "/detection/calendrier/"} <= set(found)


def test_an_adviser_files_a_need_from_the_first_entries() -> None:
    who = person(UserFactory(adviser=True))

    assert "Déposer un besoin" in labels(who)
    assert "Contacts" not in labels(who)


def test_an_administrator_has_a_short_menu_with_each_page_once() -> None:
    who = person(with_role(Role.ADMINISTRATOR))
    found = addresses(nav_for(who))

    assert labels(who)[0] == "Agents"
    assert len(labels(who)) <= 6
    assert len(found) == len(set(found))
    assert {"/administration/profils/", "/administration/simulateur/", "/administration/fonctions/"} <= set(found)


@pytest.mark.parametrize(
    ("role", "page"),
    [(Role.REVIEWER, "agents:partner"), (Role.ADMINISTRATOR, "agents:profiles"), (Role.AUDITOR, "audit:register")],
)
def test_each_is_led_to_the_page_where_his_work_waits(client: Client, role: Role, page: str) -> None:
    sign_in(client, with_role(role))

    assert client.get(reverse("portal:desk"))["Location"] == reverse(page)
