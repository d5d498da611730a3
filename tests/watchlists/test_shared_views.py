"""Views of the list shared with a network: who is offered what, what is left out, who may take it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import visible_text
from tests.followup.factories import colleague, network
from tests.watchlists.factories import opened
from vigie.accounts.models import User
from vigie.accounts.models_agents import AgentProfile, Network, Segment
from vigie.journal.models import Event
from vigie.rights.table import Role
from vigie.watchlists.models import ListSettings, SharedView
from vigie.watchlists.queries.filters import Choices
from vigie.watchlists.queries.shared_views import usable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]
LIST = "/detection/?vue=tout"
WHERE = "watchlists:list_settings"
NAMES = ("niveau", "delai", "departement", "region", "premiere")


def keep(client: Client, name: str = "Nouvelles alertes", address: str = "premiere=on&niveau=strong") -> None:
    client.post(reverse(WHERE), {"transition": "save", "name": name, "adresse": address})


def act(client: Client, transition: str, **about: object) -> object:
    return client.post(reverse(WHERE, query=about), {"transition": transition})


def share(user: User, client: Client, code: str = "crp", name: str = "Nouvelles alertes", **kept: str) -> SharedView:
    keep(client, name, **kept)
    assert act(client, "share", vue=name, reseau=code).status_code == 302  # type: ignore[attr-defined]
    return SharedView.objects.get(author=user, name=name, network__code=code)


def words(client: Client) -> str:
    page = client.get(LIST)
    return " ".join(visible_text(page.content.decode()).split())


def views_of(user: User) -> dict[str, str]:
    return {view["name"]: view["query"] for view in ListSettings.objects.get(user=user).views}


@pytest.fixture
def author(folders: Path) -> User:
    opened(folders)
    return colleague("Alice Auteure")


def test_members_of_the_network_use_it_with_its_author_and_the_others_never_hear_of_it(author: User, as_: As) -> None:
    share(author, as_(author))
    member, other = colleague("Bruno Bertin"), colleague("Carla Colin", "dgfip")

    told = words(as_(member))

    assert "Nouvelles alertes par Alice Auteure, réseau CRP" in told
    assert "Nouvelles alertes" not in words(as_(other))
    assert "Vues de mes réseaux" not in words(as_(author))  # his own are already there
    html = as_(member).get(LIST).content.decode()
    href = re.search(r'href="([^"]+)">Nouvelles alertes</a>', html)
    assert href is not None
    assert href[1].replace("&amp;", "&") == "/detection/?premiere=on&niveau=strong"
    events = [event.name for event in Event.objects.filter(name__startswith="shared_view")]
    assert events == ["shared_view.shared"]


def test_a_view_given_to_two_networks_of_the_reader_is_offered_once(author: User, as_: As) -> None:
    client = as_(author)
    share(author, client)
    act(client, "share", vue="Nouvelles alertes", reseau="codefi")
    act(client, "share", vue="Nouvelles alertes", reseau="codefi")

    told = words(as_(colleague("Bruno Bertin")))

    assert SharedView.objects.count() == 2
    assert told.count("par Alice Auteure, réseau") == 1
    assert "Nouvelles alertes par Alice Auteure, réseau CODEFI" in words(as_(colleague("Carla Colin", "dgfip")))


def test_it_follows_what_its_author_does_of_it(author: User, as_: As) -> None:
    member = colleague("Bruno Bertin")
    share(author, as_(author))

    keep(as_(author), address="niveau=moderate")
    assert 'href="/detection/?niveau=moderate"' in as_(member).get(LIST).content.decode()
    act(as_(author), "unshare", vue="Nouvelles alertes", reseau="crp")
    assert "par Alice Auteure" not in words(as_(member))
    share(author, as_(author))
    act(as_(author), "delete", vue="Nouvelles alertes")
    assert "par Alice Auteure" not in words(as_(member))
    assert not SharedView.objects.exists()
    told = list(Event.objects.filter(name__startswith="shared_view").order_by("pk").values_list("name", flat=True))
    assert told == [f"shared_view.{word}" for word in ("shared", "changed", "taken_back", "shared", "taken_back")]


def test_who_leaves_the_network_loses_it_at_the_next_request_and_so_does_what_he_shared(author: User, as_: As) -> None:
    share(author, as_(author))
    member = colleague("Bruno Bertin")
    browser = as_(member)
    assert "par Alice Auteure" in words(browser)
    elsewhere = Segment.objects.create(code="ailleurs", label="ailleurs", network=network("dgfip"))

    AgentProfile.objects.filter(user=member).update(segment=elsewhere)
    assert "par Alice Auteure" not in words(browser)
    AgentProfile.objects.filter(user=member).update(segment=AgentProfile.objects.get(user=author).segment)
    assert "par Alice Auteure" in words(browser)
    AgentProfile.objects.filter(user=author).update(segment=elsewhere)
    assert "par Alice Auteure" not in words(browser)
    assert "Ne plus partager avec CRP" in words(as_(author))  # it stays his to take back
    act(as_(author), "unshare", vue="Nouvelles alertes", reseau="crp")
    assert not SharedView.objects.exists()


@pytest.mark.parametrize("change", ["network", "account"])
def test_a_network_out_of_use_and_an_account_closed_offer_nothing(change: str, author: User, as_: As) -> None:
    shared = share(author, as_(author))
    member = colleague("Bruno Bertin")
    if change == "network":
        Network.objects.filter(code="crp").update(is_active=False)
    else:
        User.objects.filter(pk=author.pk).update(is_active=False)

    assert "par Alice Auteure" not in words(as_(member))
    assert act(as_(member), "copy", partage=shared.pk).status_code == 404  # type: ignore[attr-defined]


def test_a_copy_is_the_readers_own_and_leaves_the_original_alone(author: User, as_: As) -> None:
    shared = share(author, as_(author))
    member = colleague("Bruno Bertin")
    browser = as_(member)

    act(browser, "copy", partage=shared.pk)
    act(browser, "copy", partage=shared.pk)
    act(browser, "delete", vue="Nouvelles alertes")

    assert views_of(member) == {"Nouvelles alertes (2)": "premiere=on&niveau=strong"}
    assert views_of(author) == {"Nouvelles alertes": "premiere=on&niveau=strong"}
    assert "Nouvelles alertes par Alice Auteure" in words(browser)


def test_nobody_changes_nor_takes_back_the_view_of_another(author: User, as_: As) -> None:
    share(author, as_(author))
    browser = as_(colleague("Bruno Bertin"))

    act(browser, "unshare", vue="Nouvelles alertes", reseau="crp")
    act(browser, "delete", vue="Nouvelles alertes")
    keep(browser, address="niveau=moderate")

    assert SharedView.objects.get().author == author
    assert views_of(author) == {"Nouvelles alertes": "premiere=on&niveau=strong"}


def test_out_of_reach_is_not_found(author: User, as_: As) -> None:
    shared = share(author, as_(author))
    stranger = as_(colleague("Carla Colin", "dgfip", codefi=False))
    keep(stranger)

    for about in (shared.pk, 0, "9" * 30, "-1", "²", ""):
        assert act(stranger, "copy", partage=about).status_code == 404  # type: ignore[attr-defined]
    for code in ("crp", "codefi", "absent", ""):
        assert act(stranger, "share", vue="Nouvelles alertes", reseau=code).status_code == 404  # type: ignore[attr-defined]
    assert act(stranger, "share", vue="Absente", reseau="dgfip").status_code == 400  # type: ignore[attr-defined]
    assert SharedView.objects.count() == 1


def test_what_the_reader_does_not_hold_is_left_out_of_his_link_and_of_his_copy(author: User, as_: As) -> None:
    client, level_b = as_(author), colleague("Bruno Bertin", level=Role.LEVEL_B)
    part = share(author, client, name="En partie", address="niveau=strong&delai=sans")
    whole = share(author, client, name="Débiteurs", address="delai=avec&tri=effectif")
    far = share(author, client, name="Loin", address="departement=59")
    browser = as_(level_b)

    html, told = browser.get(LIST).content.decode(), words(browser)

    assert "En partie par Alice Auteure, réseau CRP, sans les critères que vous ne pouvez pas utiliser" in told
    assert "Débiteurs" not in told
    assert "Loin" not in told
    assert "delai=" not in html
    act(browser, "copy", partage=part.pk)
    assert views_of(level_b) == {"En partie": "niveau=strong"}
    assert act(browser, "copy", partage=whole.pk).status_code == 404  # type: ignore[attr-defined]
    assert act(browser, "copy", partage=far.pk).status_code == 404  # type: ignore[attr-defined]
    assert "Débiteurs par Alice Auteure" in words(as_(colleague("Denis Dupré")))


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("niveau=strong", "niveau=strong"),
        ("niveau=strong&delai=sans", "niveau=strong"),
        ("delai=sans", None),
        ("delai=sans&tri=effectif", None),
        ("departement=35", "departement=35"),
        ("departement=59", None),
        ("region=32&premiere=on", "premiere=on"),
        ("tri=effectif", "tri=effectif"),
        ("inconnu=1", None),
    ],
)
def test_what_a_reader_may_use(query: str, kept: str | None) -> None:
    choices = Choices((("53", "Bretagne"),), (("35", "35 – Ille-et-Vilaine"),), frozenset({"delai"}))

    found = usable(query, NAMES, choices)

    assert (found.query if found else None) == kept


def test_queries_do_not_grow_with_what_is_shared(author: User, as_: As) -> None:
    def counted() -> int:
        browser = as_(member)
        browser.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            browser.get(LIST)
        return len(asked)

    member = colleague("Bruno Bertin")
    share(author, as_(author))
    few = counted()
    for rank in range(8):
        share(author, as_(author), name=f"Vue {rank}")

    assert counted() == few
