"""S-03: in every form of every page, an identifier that was not given to its reader is refused, and writes nothing.

Each person reads every page of his; of each form found, each value that he does not type (hidden fields, choices,
boxes, buttons) is replaced by others: neighbours (rows of the same table that he was not offered), firms out of his
reach, 0, −1, words, a huge number. Values that no page offers for their shape (a day, a number of lines) are told apart
in ``FREE``, with why.

A part of the fields, always the same, in the usual run; all of them with VIGIE_FULL=1.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from tests.conftest import end
from tests.hostile.pictures import changes, picture, writes_seen
from tests.security.forms_of import Form, forms_of
from tests.security.service import Service, build
from tests.security.url_table import PAGES
from vigie.rights import limits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
FULL = os.environ.get("VIGIE_FULL") == "1"
PEOPLE = (
    "agent_a", "agent_b", "reviewer", "auditor", "administrator", "references", "publisher", "team", "adviser",
    "member", "manager", "animator",
)  # fmt: skip
# Their forms hold no choice that is acted upon at once, beyond those left out below.
WITHOUT_CHOICE = {"auditor", "member", "publisher", "references", "animator", "manager", "adviser", "agent_b"}
# Not identifiers: no row is found by what they hold.
FREE = {
    "form_token": "a draw of the page, so that a double press counts once",
    "filled_from": "the signed moment at which the page was read",
    "next": "where to go afterwards, kept within the site by its own tests",
    "version": "how many times the row was changed: another number is a conflict, tested with each form",
    "seen": "« I read what this does »: another word asks again",
    "page": "the signed address of the page that one writes about; anything else is forgotten",
    "adresse": "the filters of the list as they are in the address; any other is another filter",
    "email_kept": "« this address is right »",
    "consent": "« the head of the firm agrees »",
}
NAMED = {  # by address: fields from which no row is found, or that may name any row of the country
    ("matching:description", "back"): "which button was pressed",
    ("matching:description", "q_apprenti"): "the answer to a question, in words",
    ("matching:company_manual", "commune_code"): "any commune: the field is typed in, the page offers as one types",
    ("matching:visit_by_hand", "commune_code"): "any commune, likewise",
    ("accounts:change", "antenne_id"): "any antenne: the team moves people anywhere",
    ("accounts:invite", "antenne_id"): "any antenne, likewise; nothing typed means none",
    ("matching:requalify", "sujet"): "any subject: the team reads them all",
    ("matching:visit_requalify", "sujet"): "any subject that is open to visits",
    ("watchlists:list_settings", "colonnes"): "columns of a list: those that do not exist are left out",
    ("watchlists:export_list", "colonnes"): "the columns of the page, or all of them",
    ("watchlists:reworked_firm", "garder"): "kept, or dropped by any other word",
    ("matching:withdraw_request", "transition"): "a page of one act: its button says nothing more",
    ("support:question", "transition"): "« close », or the plain button that answers",
    ("followup:summary", "transition"): "« lock » and « release », or the plain button that saves",
    ("followup:members", "transition"): "« join », or the plain button that adds",
    ("watchlists:archive_reason", "transition"): "archived, or open again: the act is the other one",
    ("matching:order_refusal", "transition"): "a place in the list: any number is the nearest place",
    ("matching:visit_send", "montre-*"): "what the page proposed, to be compared with what is proposed now",
    ("matching:visit_send", "besoin-*"): "what the directory proposes now is kept first; of it only is anybody ticked",
    ("agents:many", "suspend"): "a box",
}
REFUSED = frozenset({400, 403, 404, 409, 410, 422})
FAR = ("0", "-1", "99999999999999999999", "n'importe-quoi")
FAR_FIRMS = {9: ("999999998", "000000000"), 14: ("99999999800000", "00000000000000")}


@dataclass(frozen=True)
class Place:
    """A form that this person met, where he met it."""

    page: str
    name: str  # of the address it goes to
    form: Form


def pages_of(service: Service) -> Iterator[str]:
    """Every address that is read, on every object of the service."""
    for name, page in sorted(PAGES.items()):
        if "GET" in page.methods and ":export_" not in name and name not in ("account_logout", "gallery"):
            for place, args in page.places(service).items():
                if place not in ("absent", "huge", "crossed"):
                    yield reverse(name, args=args)


def met(service: Service, client: Client) -> dict[tuple[str, tuple[str, ...]], Place]:
    """One of each form, by where it goes and what it asks, with all that its likes offer."""
    found: dict[tuple[str, tuple[str, ...]], Place] = {}
    for url in dict.fromkeys(pages_of(service)):
        limits.forget_local_counts()
        response = client.get(url)
        if response.status_code != 200 or response.streaming or "html" not in response.get("Content-Type", ""):
            continue
        for form in forms_of(response.content.decode()):
            goes = form.action or url
            try:
                name = resolve(goes.split("?")[0]).view_name
            except Resolver404:
                continue
            known = found.setdefault((goes, tuple(sorted(form.fields))), Place(url, name, form))
            for key, one in form.fields.items():
                known.form.fields[key].offered |= one.offered
    return found


def strangers(offered: set[str], value: str) -> list[str]:
    """Values that the page did not offer: rows near to those offered, firms, numbers and words of nobody."""
    pool: list[str] = []
    if re.fullmatch(r"\d{1,8}", value):
        number = int(value)
        pool += [str(number + step) for step in (1, -1, 2, -2, 3, 7)]
    pool += FAR_FIRMS.get(len(value), ()) if value.isdigit() else ()
    return [one for one in dict.fromkeys((*pool, *FAR)) if one not in offered]


def send(client: Client, place: Place, data: dict[str, list[str]]) -> tuple[HttpResponse, list[str]]:
    """The answer and what it wrote, then everything as it was."""
    limits.forget_local_counts()
    jar = deepcopy(client.cookies)
    with transaction.atomic(), writes_seen() as written:
        call = client.post if place.form.method == "POST" else client.get
        response = call(place.form.action or place.page, data)
        if response.streaming:
            end(response)
        transaction.set_rollback(True)
    client.cookies = jar
    return response, written


def changed(client: Client, place: Place, data: dict[str, list[str]]) -> dict[str, tuple[int, int]]:
    """What is different in the database afterwards: a refusal may have written, then taken it back."""
    limits.forget_local_counts()
    with transaction.atomic():
        before = picture()
        client.post(place.form.action or place.page, data)
        found = changes(before, picture())
        transaction.set_rollback(True)
    return found


def free(place: Place, name: str) -> bool:
    """Whether the page is not the one that says what this field may hold; a box is only yes or no."""
    plain = re.sub(r"\d+", "*", name)
    box = place.form.fields[name].offered <= {"on"}
    return box or name in FREE or (place.name, name) in NAMED or (place.name, plain) in NAMED


def sampled(*cell: str) -> bool:
    return FULL or zlib.crc32("/".join(cell).encode()) % (3 if connection.vendor == "sqlite" else 9) == 0


def valid(service: Service, place: Place) -> dict[str, list[str]]:
    """What the form sends untouched, completed by what is typed in a valid sending of the same address."""
    data = place.form.untouched()
    act = next((one for one in service.acts if one.name == place.name), None)
    for key, value in (act.data if act else {}).items():
        if (key in place.form.typed or not data.get(key, [""])[0]) and isinstance(value, (str, list)):
            data[key] = value if isinstance(value, list) else [value]
    return data


@pytest.fixture
def service() -> Service:
    return build()


@pytest.mark.parametrize("who", PEOPLE)
def test_a_value_that_the_page_did_not_offer_is_refused_and_writes_nothing(who: str, service: Service) -> None:
    client = service.client(who)
    wrong, taken = [], set()
    for (goes, _fields), place in sorted(met(service, client).items()):
        data = valid(service, place)
        for name, one in sorted(place.form.fields.items()):
            if free(place, name) or not sampled(who, place.name, name):
                continue
            for value in sorted(one.offered - {""})[:2] or [""]:
                base = {**data, name: [value]} if value else data
                if place.form.method == "POST" and send(client, place, base)[0].status_code == 302:
                    taken.add((place.name, name))
                wrong += [f"{who}, {goes}, for {value}: {fault}" for fault in faults(client, place, base, name, value)]

    assert not wrong, "\n".join(wrong)
    assert taken or not FULL or who in WITHOUT_CHOICE, "nothing is ever taken as the page offers it"


def faults(client: Client, place: Place, base: dict[str, list[str]], name: str, value: str) -> list[str]:
    """What goes wrong when the field holds something else."""
    found = []
    for other in strangers(place.form.fields[name].offered, value):
        sent = {**base, name: [other]}
        response, written = send(client, place, sent)
        shown = response.status_code == 200 and not written  # the page again, its fault said
        if response.status_code not in REFUSED and not shown:
            found.append(f"{place.name} {name}={other}: {response.status_code} {written[:1]}")
        elif written and changed(client, place, sent):
            found.append(f"{place.name} {name}={other}: {response.status_code}, yet changes the database")
    return found


def test_what_is_left_out_is_of_addresses_that_exist() -> None:
    assert {page for page, _name in NAMED} <= set(PAGES)


def test_the_reader_of_forms_sees_what_a_browser_sends() -> None:
    [form] = forms_of(
        '<form method="post" action="/x/" id="f"><input type="hidden" name="a" value="1"><select name="b">'
        '<option value="">?</option><option value="2" selected>Deux</option></select><textarea name="c">dit</textarea>'
        '<input type="checkbox" name="d" value="3"><input name="e" value="typed"></form>'
        '<button form="f" name="g" value="go">Va</button><button form="f" name="g" value="no">Non</button>'
    )
    assert form.untouched() == {"a": ["1"], "b": ["2"], "c": ["dit"], "e": ["typed"], "g": ["go"]}
    assert form.fields["b"].offered == {"", "2"}
    assert form.fields["g"].offered == {"go", "no"}
