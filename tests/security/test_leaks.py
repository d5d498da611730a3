"""S-02, R-04: what is locked is nowhere in what is sent: pages, attributes, counts, order, search, files, refusals.

Every address of the service is asked, made from the URL configuration, for each case of {territory, alert, followed}.
Two proofs: no mark of what is locked is in the bytes; and changing what is locked changes not one byte. In the usual
run each reader asks for a few firms; for all of them with VIGIE_FULL=1.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from tests.accounts.factories import sign_in
from tests.publication.factories import Firm, siret
from tests.security.marked import (
    BOTH,
    FIRMS,
    HERE_ALERT,
    HERE_QUIET,
    OUT_ALERT,
    OUT_FOLLOWED,
    OUT_QUIET,
    Marked,
    marked,
    seen,
    words,
)
from tests.watchlists.conftest import folders as folders
from tests.watchlists.conftest import zones as zones
from vigie.agents.middleware import BUSINESS
from vigie.journal.middleware import DETECTION_SIDE
from vigie.watchlists.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
SHOWS_FIRMS = frozenset({"watchlists", "sheets", "followup", "campaigns", "exports", "statistics", "agents", "audit"})
# What an address cannot say by itself: the parameters of its form.
ASKED = (
    ("watchlists:list", "?tri=-score"), ("watchlists:list", "?niveau=strong"), ("watchlists:search", "?q=Dorval"),
    ("watchlists:search", "?q=Estival"), ("watchlists:search", "?q=erie"), ("followup:list", "?affichage=kanban"),
)  # fmt: skip
FULL = os.environ.get("VIGIE_FULL") == "1"
USUAL: dict[str, tuple[Firm, ...]] = {
    "a35": (HERE_ALERT, HERE_QUIET, OUT_ALERT), "b35": (HERE_ALERT,), "follower": (OUT_FOLLOWED,), "france": (),
    "team": (HERE_ALERT,), "expert": (HERE_ALERT,),
}  # fmt: skip
FRESH = re.compile(r'(name="(?:csrfmiddlewaretoken|form_token|filled_from)" value="|nonce=")[^"]*|EXP-[0-9A-Z-]{9}')


def patterns(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each address: its application, its name, the names of its parts."""
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield space, f"{space}:{one.name}" if space else str(one.name), tuple(one.pattern.converters)
        else:
            yield from patterns(one, one.namespace or space)


def addresses(world: Marked, firms: tuple[Firm, ...] = FIRMS) -> Iterator[str]:
    """Every address that can be written about these firms, and about what the world holds."""
    for space, name, parts in sorted(set(patterns(get_resolver()))):
        if space not in SHOWS_FIRMS:
            continue
        values: dict[str, tuple[Any, ...]] = {
            "siren": tuple(firm.siren for firm in firms),
            "siret": tuple(siret(firm.number) for firm in firms),
        }
        known = world.pks.get(space, ())
        code = (world.publication.code,) if space == "watchlists" else ("EXP-2345-6789",)
        choices = [values.get(part, code if part == "code" else known) for part in parts]
        for chosen in product(*choices):
            yield reverse(name, args=chosen)
    for name, query in ASKED:
        yield reverse(name) + query


def read(client: Client, url: str) -> tuple[int, str]:
    """Status and bytes, without what is new at each request."""
    answer = client.get(url)
    content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
    return answer.status_code, FRESH.sub(r"\1", content.decode())


def difference(before: str, after: str) -> str:
    """The first place where two pages part."""
    start = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    return f"{before[start - 30 : start + 60]!r} / {after[start - 30 : start + 60]!r}"


@pytest.fixture
def world(folders: Path, settings: Settings) -> Marked:
    settings.VIGIE = replace(settings.VIGIE, rate_limits=1000)
    return marked(folders)


def test_no_page_holds_a_mark_of_what_is_locked_to_its_reader(world: Marked) -> None:
    wrong = []
    for who, firms in dict.fromkeys(world.people, FIRMS).items() if FULL else USUAL.items():
        client, allowed, met = sign_in(Client(), world.people[who]), world.marks(who), set()
        locked = {*(world.every_mark - allowed), *(() if who == "france" else ("Zqfile",))}
        for url in addresses(world, firms):
            content = seen(read(client, url)[1])
            wrong += [f"{who} {url}: {mark}" for mark in locked if mark in content]
            met |= {mark for mark in allowed if mark in content}
        # The marks are where a reader meets them: the proof is not empty.
        assert met >= {mark for firm in firms for marks in words(firm).values() for mark in marks} & allowed, who

    assert not wrong, "\n".join(wrong)


def test_what_is_locked_could_be_anything_and_not_a_byte_would_change(world: Marked) -> None:
    asked = list(addresses(world, (OUT_ALERT, OUT_QUIET, HERE_QUIET)))[:: 1 if connection.vendor == "sqlite" else 6]
    clients = {who: sign_in(Client(), world.people[who]) for who in (("a35", "b35") if FULL else ("a35",))}
    everything = read(sign_in(Client(), world.people["france"]), reverse("watchlists:list"))
    before = {(who, url): read(client, url) for who, client in clients.items() for url in asked}

    for firm, level in ((OUT_ALERT, "none"), (OUT_QUIET, "strong"), (HERE_QUIET, "none")):
        Entry.objects.filter(siren=firm.siren).update(
            level=level, score=0.5, rank=1, first_alert=True, aggravation=True, main_family="finance", reasons=[]
        )

    changed = [(*one, difference(told[1], after[1])) for one, told in before.items()
               if (after := read(clients[one[0]], one[1])) != told]  # fmt: skip
    assert changed == []
    assert read(sign_in(Client(), world.people["france"]), reverse("watchlists:list")) != everything


def test_every_application_that_shows_firms_asks_for_the_rules_and_notes_its_refusals() -> None:
    assert SHOWS_FIRMS - {"statistics", "agents", "audit"} <= BUSINESS  # the audit names a firm by its number only
    assert SHOWS_FIRMS - {"statistics"} <= DETECTION_SIDE


def test_lists_searches_and_files_of_a_reader_name_the_same_firms(world: Marked, client: Client) -> None:
    sign_in(client, world.people["a35"])
    listed = seen(read(client, reverse("watchlists:list"))[1])
    file = _sent(client, reverse("watchlists:export_list"), {"adresse": "", "colonnes": "toutes", "format": "csv"})

    for firm in FIRMS:
        expected = firm in (HERE_ALERT, BOTH)
        assert (seen(firm.name or "") in listed) is expected, firm.name
        assert (seen(firm.name or "") in file) is expected, firm.name
    assert not [mark for mark in world.every_mark - world.marks("a35") if mark in file]


def test_documents_hold_no_mark_of_what_is_locked(world: Marked, client: Client) -> None:
    sign_in(client, world.people["b35"])
    locked = world.every_mark - world.marks("b35")
    for firm in FIRMS if FULL else (HERE_ALERT, OUT_ALERT):
        for name, number in (("export_company", firm.siren), ("export_establishment", siret(firm.number))):
            told = _sent(client, reverse(f"sheets:{name}", args=[number]), {"format": "docx"})
            assert not [mark for mark in locked if mark in told], firm.name


def test_absent_and_out_of_reach_are_answered_alike_at_the_same_cost(world: Marked, client: Client) -> None:
    """What the clock could tell: the queries asked. The noise of a machine is not asserted here."""
    sign_in(client, world.people["a35"])
    far, absent = world.pks["followup"][0], 987_654_321
    told = []
    for pk in (far, absent):
        url = reverse("followup:file", args=[pk])
        read(client, url)
        with CaptureQueriesContext(connection) as asked:
            status, content = read(client, url)
        told.append((status, content, [re.sub(r"\d+", "N", one["sql"])[:60] for one in asked]))

    assert told[0] == told[1]
    assert told[0][0] == 404


def _sent(client: Client, url: str, data: dict[str, str]) -> str:
    """The words of a file: those of a document are in its archive."""
    answer = client.post(url, data)
    content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
    assert answer.status_code == 200, url
    if content[:2] != b"PK":
        return seen(content.decode("utf-8", "replace"))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        told = (parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
        return seen(re.sub(r"<[^>]+>", "", "".join(told)))
