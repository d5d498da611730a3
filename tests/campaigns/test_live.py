"""The lines of a campaign looked at again while the page is read: what a colleague takes shows without reloading."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import person
from tests.campaigns.factories import campaign, listed, target
from tests.conftest import visible_text
from tests.followup.factories import MOMENT, colleague
from tests.watchlists.factories import ACIERIE, BOULANGERIE, MENUISERIE
from vigie.accounts.models import User
from vigie.accounts.session import _SEEN_AT, BY_ITSELF
from vigie.campaigns.actions.targets import move, take
from vigie.campaigns.models import Campaign
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
As = Callable[[User | None], Client]


@pytest.fixture
def row(folders: Path) -> Campaign:
    listed(folders)
    return campaign(colleague("Ada Liste"))


def looked(client: Client, live: str, stamp: str) -> object:
    return client.get(live, headers={"If-None-Match": stamp})


def test_nothing_is_sent_until_a_line_changes_then_who_took_it_is_said(row: Campaign, as_: As) -> None:
    zoe, ada = colleague("Zoe Banque", "dgfip"), row.created_by
    client = as_(zoe)
    firm = target(row, MENUISERIE.siren)
    page = client.get(reverse("campaigns:campaign", args=[row.pk]))
    live, stamp = page.context["page"].live, page.context["page"].stamp
    assert f'data-vg-line="{firm.pk}"' in page.content.decode()
    noted = AuditEvent.objects.filter(action="list_view").count()

    same = looked(client, live, stamp)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", stamp)
    assert AuditEvent.objects.filter(action="list_view").count() == noted

    seen = {stamp}
    for act, said in (
        (lambda: take(firm, by=person(ada, MOMENT), at=MOMENT), "Ada Liste"),
        (lambda: move(firm, "release", why="other_priority", by=person(ada, MOMENT), at=MOMENT), "Personne"),
    ):
        firm.refresh_from_db()
        act()
        changed = looked(client, live, stamp)
        assert changed.status_code == 200
        text = visible_text(changed.content.decode())
        assert said in text[text.index(str(MENUISERIE.name)) :][:160]
        stamp = changed["ETag"]
        seen.add(stamp)
        assert looked(client, live, stamp).status_code == 304
    assert len(seen) >= 2
    assert AuditEvent.objects.filter(action="list_view").count() == noted + 2


def test_only_lines_that_the_reader_sees_are_answered(row: Campaign, as_: As) -> None:
    firm = target(row, MENUISERIE.siren)
    address = reverse("campaigns:lines", args=[row.pk])
    far = as_(colleague("Noa Nord", "dgfip", territory="59"))
    assert far.get(address, {"lignes": str(firm.pk)}).status_code == 404

    client = as_(row.created_by)
    for asked in ("", "x.y", "987654", "²", "9" * 30, "-1"):
        answer = client.get(address, {"lignes": asked})
        assert answer.status_code == 200
        assert b"data-vg-line" not in answer.content
    other = campaign(row.created_by, name="Une autre", numbers=BOULANGERIE.siren).targets.get()
    assert b"data-vg-line" not in client.get(address, {"lignes": str(other.pk)}).content
    assert str(ACIERIE.name).encode() not in client.get(address, {"lignes": str(firm.pk)}).content


def test_a_look_is_small_and_does_not_grow(row: Campaign, as_: As) -> None:
    client = as_(row.created_by)
    page = client.get(reverse("campaigns:campaign", args=[row.pk])).context["page"]
    client.get(page.live)
    with CaptureQueriesContext(connection) as seen:
        assert looked(client, page.live, page.stamp).status_code == 304
    assert len([one for one in seen if one["sql"].startswith("SELECT")]) <= 8


def test_a_page_that_asks_by_itself_does_not_keep_its_session_open(row: Campaign, as_: As) -> None:
    client = as_(row.created_by)
    page = client.get(reverse("campaigns:campaign", args=[row.pk])).context["page"]
    session = client.session
    before = int((now() - timedelta(minutes=10)).timestamp())
    session[_SEEN_AT] = before
    session.save()

    looked_at = client.get(page.live, headers={"If-None-Match": page.stamp, BY_ITSELF: "1"})
    assert looked_at.status_code == 304
    assert client.session[_SEEN_AT] == before
    client.get(page.live)
    assert client.session[_SEEN_AT] > before
