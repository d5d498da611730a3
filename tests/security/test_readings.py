"""While a page is read nothing is written: its trace is held back, and any other write would have no transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from tests.security.service import Service, build
from tests.security.url_table import PAGES
from vigie.journal import audit
from vigie.journal.models import AuditEvent
from vigie.rights import limits

pytestmark = pytest.mark.django_db
PLACES = ("/detection/", "/accompagnements/", "/campagnes/", "/visites/", "/audit/")
# Who reads → how many addresses leave a trace by a reading, at least: one that forgets it is seen.
READERS = {"agent_a": 15, "auditor": 2}
# No firm is shown by these when they have nothing to show.
EMPTY = ("/faits-nouveaux/", "/recherche/", "/groupe/", "/redressements/")


def addresses(service: Service) -> Iterator[str]:
    """Two objects of each kind of page of agents."""
    for name, page in sorted(PAGES.items()):
        if "GET" in page.methods and ":export_" not in name:
            urls = [reverse(name, args=args) for args in list(page.places(service).values())[:2]]
            yield from dict.fromkeys(url for url in urls if url.startswith(PLACES))


@pytest.mark.parametrize("who", READERS)
def test_a_page_writes_nothing_while_it_is_read_and_its_trace_before_it_leaves(
    who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = build()
    client, usual = service.client(who), audit.reading
    asked: list[str] = []
    readings: list[str] = []

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        assert sql.lstrip("( \n")[:6].upper() in ("SELECT", "SAVEPO", "RELEAS"), (
            f"{asked[-1]} writes while it is read: {sql[:120]}"
        )
        return execute(sql, params, many, context)

    @contextmanager
    def watched() -> Iterator[None]:
        readings.append(asked[-1])
        with usual(), connection.execute_wrapper(refuse):
            yield

    monkeypatch.setattr(audit, "reading", watched)
    for url in addresses(service):
        limits.forget_local_counts()
        asked.append(url)
        before, known = AuditEvent.objects.count(), len(readings)
        answer = client.get(url)
        if len(readings) > known and answer.status_code == 200 and not any(part in url for part in EMPTY):
            assert AuditEvent.objects.count() > before, f"{url} leaves no trace"

    assert len(readings) >= READERS[who], readings
