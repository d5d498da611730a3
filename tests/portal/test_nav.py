"""The main navigation: each finds what his rights open, once, in few entries."""

from __future__ import annotations

import pytest

from tests.accounts.factories import UserFactory, person
from tests.watchlists.factories import agent
from vigie.portal.nav import nav_for
from vigie.rights.person import Person
from vigie.ui.components import NavItem

pytestmark = pytest.mark.django_db


def addresses(items: tuple[NavItem, ...]) -> list[str]:
    return [href for item in items for href in ([item.href] if not item.items else addresses(item.items))]


def labels(who: Person) -> list[str]:
    return [item.label for item in nav_for(who)]


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
