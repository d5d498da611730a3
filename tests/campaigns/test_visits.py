"""Visits: who plans them, who sees them, who reads what was said."""

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
from tests.campaigns.factories import listed, workplace_of
from tests.conftest import visible_text
from tests.followup.factories import colleague, network
from tests.watchlists.factories import GARAGE, MENUISERIE
from vigie.accounts.models import User
from vigie.accounts.models_agents import Segment
from vigie.campaigns.actions.visits import Appointment, hold_visit, plan_visit
from vigie.campaigns.models import Visit
from vigie.campaigns.queries.visits import week_of
from vigie.journal.models import AuditEvent, OutgoingMessage
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, TransitionRefused
from vigie.kernel.period import paris_day
from vigie.watchlists.models import Firm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
As = Callable[[User | None], Client]


def text_of(answer: object) -> str:
    return visible_text(answer.content.decode())  # type: ignore[attr-defined]


def planned(by: User, *, days: int = 0, rank: int = 0, companions: tuple[str, ...] = ()) -> Visit:
    at, token = now(), f"jeton-de-visite-{rank:04d}"
    asked = Appointment(workplace_of(MENUISERIE.siren), paris_day(at) + timedelta(days=days), None, companions)
    return plan_visit(Firm.objects.get(pk=MENUISERIE.siren), asked, form_token=token, by=person(by, at), at=at)


def page_of(row: Visit) -> str:
    return reverse("campaigns:visit", args=[row.pk])


def test_a_visit_is_planned_seen_by_another_administration_held_and_its_text_walled(folders: Path, as_: As) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoe Banque", "dgfip", codefi=False)
    place, today = workplace_of(MENUISERIE.siren), paris_day(now()).isoformat()
    client, url = as_(ada), f"{reverse('campaigns:plan_visit')}?siren={MENUISERIE.siren}"
    asked = {"place": place.pk, "planned_on": today, "planned_at": "14:30", "companions": zoe.email}

    made = client.post(url, {**asked, "form_token": "jeton-de-visite-neuf"}, follow=True)
    row = Visit.objects.get()
    client.post(f"{page_of(row)}faite/", {"network": network("crp").pk, "text": "La **banque** refuse."})
    own, calendar = text_of(client.get(page_of(row))), text_of(client.get(reverse("campaigns:visits")))
    client = as_(zoe)
    other, sheet = client.get(page_of(row)), text_of(client.get(reverse("sheets:company", args=[MENUISERIE.siren])))

    assert "La visite est prévue" in text_of(made)
    assert "14 h 30" in text_of(made)
    assert "Zoe Banque (DGFIP)" in own
    assert "La banque refuse." in own
    assert "Menuiserie Durand" in calendar
    assert "refuse" not in other.content.decode()
    assert "Le compte rendu se lit dans le réseau CRP." in text_of(other)
    assert "Ada Liste (CRP)" in sheet
    assert "Visites" in sheet
    assert AuditEvent.objects.filter(action="view_visit", siren=MENUISERIE.siren, actor_id=zoe.pk).exists()
    assert [mail.recipient for mail in OutgoingMessage.objects.all()] == [zoe.email]


def test_who_may_not_read_the_firm_knows_nothing_of_the_visit(folders: Path, as_: As) -> None:
    listed(folders)
    row, far = planned(colleague("Ada Liste")), colleague("Leo Nord", territory="59")
    client = as_(far)

    hidden, unknown = client.get(page_of(row)), client.get(reverse("campaigns:visit", args=[987_654]))

    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert text_of(hidden) == text_of(unknown)
    assert "Menuiserie" not in text_of(client.get(reverse("campaigns:visits")))
    assert "Ada Liste" not in text_of(client.get(reverse("sheets:company", args=[MENUISERIE.siren])))
    for siren in (MENUISERIE.siren, GARAGE.siren):
        assert client.get(f"{reverse('campaigns:plan_visit')}?siren={siren}").status_code == 404


def test_a_firm_of_the_zone_that_was_never_in_alert_is_not_visited_from_here(folders: Path, as_: As) -> None:
    listed(folders)

    assert as_(colleague("Ada Liste")).get(f"{reverse('campaigns:plan_visit')}?siren={GARAGE.siren}").status_code == 404


def test_nobody_comes_who_may_not_read_the_firm(folders: Path) -> None:
    listed(folders)
    far = colleague("Leo Nord", territory="59")

    with pytest.raises(InvalidInput, match=far.email):
        planned(colleague("Ada Liste"), companions=(far.email,))
    assert not Visit.objects.exists()


def test_a_visit_is_planned_ahead_held_once_due_and_managed_by_its_organiser(folders: Path, as_: As) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoe Banque", "dgfip")
    with pytest.raises(InvalidInput, match="passée"):
        planned(ada, days=-1)
    with pytest.raises(InvalidInput, match="douze mois"):
        planned(ada, days=3_650)
    row, by = planned(ada, days=3, companions=(zoe.email,)), person(ada, now())
    with pytest.raises(TransitionRefused):
        hold_visit(row, network("crp"), "", by=by, at=now())
    with pytest.raises(Forbidden):
        hold_visit(row, network("dgfip"), "", by=person(zoe, now()), at=now() + timedelta(days=4))
    with pytest.raises(InvalidInput):
        hold_visit(row, network("dgfip"), "Pour un autre réseau", by=by, at=now() + timedelta(days=4))

    assert as_(zoe).post(f"{page_of(row)}acte/", {"transition": "cancel", "why": "firm"}).status_code == 403
    cancelled = as_(ada).post(f"{page_of(row)}acte/", {"transition": "cancel", "why": "firm"}, follow=True)

    assert "L’entreprise ne peut pas" in text_of(cancelled)
    assert Visit.objects.get().state == "cancelled"
    assert OutgoingMessage.objects.filter(recipient=zoe.email).count() == 2


def test_who_belongs_to_no_network_says_that_his_visit_is_done(folders: Path, as_: As) -> None:
    listed(folders)
    ada = colleague("Ada Liste")
    Segment.objects.update(network=None, in_codefi=False)
    row = planned(ada)
    client = as_(ada)

    page = text_of(client.get(f"{page_of(row)}faite/"))
    client.post(f"{page_of(row)}faite/", {})

    assert "n’appartient à aucun réseau" in page
    assert "Réseau qui le lira" not in page
    assert Visit.objects.get().state == "held"


def test_who_visits_alone_does_not_read_that_others_are_told(folders: Path, as_: As) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoe Banque", "dgfip")
    alone, together = planned(ada), planned(ada, rank=1, companions=(zoe.email,))
    client, told = as_(ada), "Ceux qui devaient venir sont prévenus"

    assert told not in text_of(client.get(page_of(alone)))
    assert told in text_of(client.get(page_of(together)))
    for row, says in ((alone, False), (together, True)):
        cancelled = client.post(f"{page_of(row)}acte/", {"transition": "cancel", "why": "firm"}, follow=True)
        assert (told in text_of(cancelled)) is says


def test_a_week_is_read_in_the_address_and_any_other_text_is_this_week(folders: Path, as_: As) -> None:
    listed(folders)
    ada = colleague("Ada Liste")
    client = as_(ada)
    asked = []
    client.get(reverse("campaigns:visits"))
    for start in (0, 5):
        for rank in range(start, start + 5):
            planned(ada, rank=rank)
        with CaptureQueriesContext(connection) as seen:
            page = text_of(client.get(reverse("campaigns:visits")))
        asked.append(len(seen))

    assert "10 visites" in page
    assert asked[0] == asked[1]
    today = paris_day(now())
    monday = today - timedelta(days=today.weekday())
    for text in ("", "2026-W99", "demain", "2026-W1x", "99999-W01", "9999-W52", "0001-W01"):
        assert week_of(text, today) == monday
    assert week_of("2026-W28", today).isoformat() == "2026-07-06"
