"""S-01: every address × every person × every object × every method, against what the rights table says.

A part of the cells, always the same, in the usual run; all of them with VIGIE_FULL=1.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.conftest import end
from tests.hostile.pictures import writes_seen
from tests.security.service import Act, Service, build
from tests.security.url_table import DONE, ELSEWHERE, PAGES, READ, Door, Page, may
from vigie.portal.legal import LEGAL_PAGES
from vigie.rights import limits
from vigie.rights.table import ACTIONS_BY_CODE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
PEOPLE = (
    "anonymous", "adviser", "member", "colleague", "unrelated", "manager", "team", "suspended", "agent_a", "agent_b",
    "animator", "auditor", "administrator", "references", "publisher", "reviewer",
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
FULL = os.environ.get("VIGIE_FULL") == "1"
TABLE: dict[str, Page] = {**PAGES, **{f"portal:{slug}": Page(Door.PUBLIC) for slug in LEGAL_PAGES}}


def names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """The full name of every address that is mounted."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        else:
            yield from names(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)


MOUNTED = sorted(set(names(get_resolver())))


def expected(page: Page, who: str, place: str, method: str) -> frozenset[int]:
    """The statuses that the table allows."""
    visitor = who in ("anonymous", "suspended")
    absent, refused, led = frozenset({404}), frozenset({405}), frozenset({302})
    if page.door in (Door.SIGNED, Door.SERVICE) and visitor:
        return led | refused
    if page.door is Door.SERVICE and not may(who, place, page.act):
        return absent | refused
    if method not in page.methods:
        return refused
    if page.door is Door.SERVICE:
        permitted = place in ("own", "known") or (place == "entity" and who == "reviewer")
    elif page.door is Door.SIGNED and page.act:
        if place in ("absent", "huge", "crossed") or (page.see and not may(who, place, page.see)):
            return absent
        permitted = may(who, place, page.act) if page.see else who == page.only and place == "own"
        if page.only and permitted:
            permitted = who == page.only
        if not permitted:
            return frozenset({403}) if page.see and place in ("own", "out", "filed", "kept") else absent
    else:
        permitted = place == "own"
    if not permitted:
        return absent
    return page.given if method in READ else DONE | page.given


def sampled(*cell: str) -> bool:
    """One cell in four, always the same, one in twelve on PostgreSQL; what opens an object of one's own, all of it."""
    return FULL or zlib.crc32("/".join(cell).encode()) % (4 if connection.vendor == "sqlite" else 12) == 0


def ask(client: Client, url: str, method: str, act: Act | None) -> tuple[HttpResponse, list[str]]:
    """The answer and what it wrote, then everything as it was."""
    limits.forget_local_counts()
    jar = deepcopy(client.cookies)
    with transaction.atomic(), writes_seen() as written:
        data = act.data if act is not None and method == "POST" else {}
        response = client.generic(method, url) if method not in ("GET", "POST") else (
            client.get(url) if method == "GET" else client.post(url, data)
        )  # fmt: skip
        transaction.set_rollback(True)
    if response.streaming:
        end(response)
    client.cookies = jar
    return response, written


def test_every_address_is_in_the_table() -> None:
    assert set(MOUNTED) - ELSEWHERE == set(TABLE)
    assert "admin:index" not in MOUNTED
    assert {page.act for page in TABLE.values() if page.act} <= set(ACTIONS_BY_CODE)


@pytest.fixture
def service() -> Service:
    return build()


@pytest.mark.parametrize("group", range(len(PEOPLE)))
def test_every_address_answers_each_person_as_the_rights_table_says(group: int, service: Service) -> None:
    who = PEOPLE[group]
    client = service.client(who, raise_request_exception=True)
    wrong = []
    for name, page in sorted(TABLE.items()):
        act = next((one for one in service.acts if one.name == name), None)
        for place, args in page.places(service).items():
            own = place == "own"
            url = act.url if own and act is not None else reverse(name, args=args)
            for method in METHODS:
                if not (own and method in ("GET", "POST")) and not sampled(name, who, place, method):
                    continue
                response, written = ask(client, url, method, act)
                told = expected(page, who, place, method)
                if (who, name) == ("reviewer", "statistics:export_partner"):
                    told |= {404}  # the sending asks for every body at once, which is more than his
                if response.status_code not in told:
                    wrong.append(f"{method} {name} {place} as {who}: {response.status_code}, not {sorted(told)}")
                if written and method != "POST":
                    wrong.append(f"{method} {name} as {who} writes: {written[0][:100]}")
                if written and response.status_code in (403, 404, 405):
                    wrong.append(f"{method} {name} {place} as {who} refused, yet writes: {written[0][:100]}")

    assert not wrong, "\n".join(wrong)


def test_who_is_led_to_sign_in_is_led_back(service: Service) -> None:
    url = reverse("matching:need", args=[service.world.need.pk])

    assert service.client("anonymous").get(url)["Location"] == f"/connexion/?next={url.replace('/', '%2F')}"
