"""Filters that take several values: the address, the chips, the views, the files and the trace follow them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import person
from tests.publication.factories import Firm
from tests.watchlists.factories import OPENED, agent, opened
from tests.watchlists.test_list import listing, words
from tests.watchlists.test_list_export import EXPORT, table
from vigie.accounts.models import User
from vigie.journal.models import AuditEvent
from vigie.rights.table import Role
from vigie.watchlists.exporters import list_sheet
from vigie.watchlists.models import ListSettings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]
RENNES, GUINGAMP, LILLE, PARIS = (
    Firm(31, "Scierie Le Goff", section="C", legal_form="5710"),
    Firm(32, "Transports Morin", departement="22", section="H", legal_form="5499"),
    Firm(33, "Hôtel du Quai", departement="59", region="32", section="I", legal_form="5202", level="moderate"),
    Firm(34, "Librairie Petit", departement="75", region="11", section="G", legal_form="5710"),
)
FIRMS = (RENNES, GUINGAMP, LILLE, PARIS)


@pytest.fixture
def desk(folders: Path, zones: None, as_: As) -> Client:
    opened(folders, firms=FIRMS)
    return as_(agent(territory="FR"))


def shown(page: object) -> set[str]:
    text = words(page)
    return {str(firm.name) for firm in FIRMS if str(firm.name) in text}


def names(*firms: Firm) -> set[str]:
    return {str(firm.name) for firm in firms}


def chips(page: object) -> dict[str, str]:
    """What each chip says → its address."""
    found = re.findall(r'<a class="fr-tag[^"]*" href="([^"]*)">([^<]*)<', page.content.decode())  # type: ignore[attr-defined]
    return {unescape(said).replace("\u00a0", " "): unescape(href) for href, said in found}


def keep(client: Client, name: str, address: str) -> object:
    return client.post(reverse("watchlists:list_settings"), {"transition": "save", "name": name, "adresse": address})


@pytest.mark.parametrize(
    ("address", "firms"),
    [
        ({"departement": "22"}, [GUINGAMP]),  # a link of before: one value
        ({"departement": ["22", "59"]}, [GUINGAMP, LILLE]),
        ({"secteur": ["C", "H", "G"]}, [RENNES, GUINGAMP, PARIS]),
        ({"secteur": ["C", "H"], "departement": ["22", "59"]}, [GUINGAMP]),
        ({"forme": ["52", "54"]}, [GUINGAMP, LILLE]),
        ({"forme_code": "5499, 5710"}, [RENNES, GUINGAMP, PARIS]),
        ({"forme": ["52"], "forme_code": "5499"}, [GUINGAMP, LILLE]),
        ({"departement": ["22", ""]}, [GUINGAMP]),
        ({"departement": ["", ""]}, [*FIRMS]),
    ],
    ids=str,
)
def test_what_several_values_keep(address: dict[str, str | list[str]], firms: list[Firm], desk: Client) -> None:
    page = desk.get(reverse("watchlists:list", query=address))

    assert shown(page) == names(*firms)
    # The file of the same address holds the same lines.
    pairs = [(name, one) for name, value in address.items() for one in ([value] if isinstance(value, str) else value)]
    sent = {"adresse": urlencode(pairs), "format": "csv", "colonnes": "toutes"}
    assert {row["Raison sociale"] for row in table(desk.post(EXPORT, sent))} == names(*firms)


def test_each_value_is_a_chip_that_takes_it_alone_off(desk: Client) -> None:
    page = desk.get(reverse("watchlists:list", query={"departement": ["22", "59"], "secteur": "H", "apres": "x"}))

    found = chips(page)
    assert [said for said in found if said.startswith("Dép")] == [
        "Département d’un établissement : 22 – Côtes-d’Armor", "Département d’un établissement : 59 – Nord",
    ]  # fmt: skip
    gone = next(href for said, href in found.items() if ": 22" in said)
    left = parse_qs(gone.partition("?")[2])
    assert left == {"departement": ["59"], "secteur": ["H"]}
    assert shown(desk.get(next(href for said, href in found.items() if said.startswith("Secteur")))) == names(
        GUINGAMP, LILLE
    )


def test_boxes_are_ticked_and_the_folded_filter_says_what_is_chosen(desk: Client) -> None:
    html = desk.get(reverse("watchlists:list", query={"secteur": ["C", "H"]})).content.decode()

    assert '<input type="checkbox" name="secteur" value="C" checked>' in html
    assert '<input type="checkbox" name="secteur" value="H" checked>' in html
    assert '<input type="checkbox" name="secteur" value="G">' in html
    three = desk.get(reverse("watchlists:list", query={"secteur": ["C", "H", "G"]})).content.decode()
    assert ">3 choix</summary>" in three
    assert ">Tous</summary>" in desk.get(listing(vue="tout")).content.decode()


def test_sorts_and_next_pages_carry_every_value(folders: Path, as_: As) -> None:
    many = [Firm(100 + n, f"Atelier {n}", departement=("35", "22")[n % 2], section="C") for n in range(30)]
    opened(folders, firms=(*FIRMS, *many))
    client = as_(agent(territory="FR"))
    page = client.get(reverse("watchlists:list", query={"departement": ["35", "22"], "secteur": ["C", "H"]}))

    following = page.context["page"].next_href
    kept = [pair for pair in parse_qsl(following.partition("?")[2]) if pair[0] != "apres"]
    assert sorted(kept) == [("departement", "22"), ("departement", "35"), ("secteur", "C"), ("secteur", "H")]
    first, second = (set(one.context["page"].sirens) for one in (page, client.get(following)))
    assert len(first | second) == 32
    sort = next(
        unescape(href) for href in re.findall(r'href="(\?[^"]*|/detection/\?[^"]*)"', page.content.decode())
        if "tri=" in href
    )  # fmt: skip
    assert parse_qs(sort.partition("?")[2])["departement"] == ["35", "22"]


def test_view_keeps_every_value_and_one_of_before_still_opens(desk: Client) -> None:
    address = urlencode([("departement", "22"), ("departement", "59"), ("secteur", "H"), ("secteur", "I")])
    keep(desk, "Ouest", address)
    ListSettings.objects.update(
        views=[*ListSettings.objects.get().views, {"name": "Ancienne", "query": "departement=22&secteur=H&forme=54"}]
    )

    views = {view.label: view.href for view in desk.get(listing(vue="tout")).context["desk"].views}
    assert shown(desk.get(views["Ouest"])) == names(GUINGAMP, LILLE)
    assert shown(desk.get(views["Ancienne"])) == names(GUINGAMP)


def test_every_box_ticked_can_be_kept_and_exported(desk: Client) -> None:
    form = desk.get(listing(vue="tout")).context["form"]
    address = urlencode(
        [(name, code) for name in ("departement", "secteur", "forme") for code, _label in form.fields[name].choices]
    )

    assert keep(desk, "Tout", address).status_code == 302
    assert ListSettings.objects.get().views[0]["query"] == address
    assert len(table(desk.post(EXPORT, {"adresse": address, "format": "csv", "colonnes": "toutes"}))) == 3


def test_audit_holds_the_codes_in_order(desk: Client) -> None:
    desk.get(reverse("watchlists:list", query={"departement": ["22", "59"], "secteur": ["H"], "forme_code": "5710"}))

    told = AuditEvent.objects.filter(action="list_view").order_by("-pk")[0].details["filters"]
    assert told == {"departements": "22,59", "sections": "H", "legal_forms": "5710"}


def test_file_says_the_filters_in_words_and_an_export_asked_before_is_still_made(desk: Client) -> None:
    reader = person(agent(Role.LEVEL_A, territory="FR"))
    several = list_sheet(reader, {"departement": ["22", "59"], "colonnes": []}, OPENED + timedelta(days=1))
    before = list_sheet(reader, {"departement": "22", "colonnes": []}, OPENED + timedelta(days=1))

    said = dict(several.filters)["Département d’un établissement"]
    assert "22" in said
    assert "59" in said
    assert (several.count, before.count) == (2, 1)


@pytest.mark.parametrize("code", ["54", "54990", "abcd", "5999", "5499 x"])
def test_code_that_is_none_leaves_the_list_whole_and_says_so(code: str, desk: Client) -> None:
    page = desk.get(listing(forme_code=code))

    assert shown(page) == names(*FIRMS)
    assert "Filtre laissé de côté. « Code de forme juridique »" in words(page)
