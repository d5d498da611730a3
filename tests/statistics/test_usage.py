"""What agents do and how pages answer: counted once each, shown to whom it concerns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from tests.security.service import partner
from vigie.accounts.models import AgentProfile, Charge
from vigie.accounts.models_agents import Entity, Segment
from vigie.journal import audit
from vigie.journal.audit import DENIED
from vigie.kernel.clock import now
from vigie.kernel.period import Month, paris_day
from vigie.rights.table import Role
from vigie.statistics import middleware
from vigie.statistics.actions_use import count_usage
from vigie.statistics.measuring import BEYOND, bound_of, measured
from vigie.statistics.models import PageCount, UsageCount
from vigie.statistics.queries.pages import pages_page
from vigie.statistics.usage import Row, count_rows

DREETS = ("DREETS", "Bretagne")


def row(
    actor: int, action: str, *, kind: str = "companies.Company", key: str = "", siren: str = "", day: str = "1"
) -> Row:
    return Row(*DREETS, actor, action, kind, key, siren, f"2026-03-0{day}")


def test_each_thing_is_counted_once() -> None:
    rows = [
        row(1, "view_company", siren="732829320"),
        row(1, "view_establishment", siren="732829320"),  # the same firm the same day: one sheet
        row(1, "view_company", siren="732829320", day="2"),
        row(2, "view_company", siren="732829320"),
        row(2, "list_view", kind="watchlists.Publication", key="2026-06.1"),
        row(2, "list_view", kind="followup.Followup", key="mine"),  # not a detection list
        row(3, "unlock", siren="732829320"),  # not a reading: this agent is not active
    ]

    assert count_rows(rows) == {
        (*DREETS, "sheets"): 3, (*DREETS, "active"): 2, (*DREETS, "lists"): 1, (*DREETS, "unlocks"): 1,
    }  # fmt: skip


def test_durations_are_held_by_bounds_and_read_by_ranks() -> None:
    assert [bound_of(one) for one in (0, 50, 50.1, 10_000, 10_001)] == [50, 50, 100, 10_000, BEYOND]
    # Twenty answers: nineteen below 50 ms, one very long that failed.
    one = measured({(200, 50): 18, (404, 50): 1, (503, BEYOND): 1})
    assert (one.answers, one.refused, one.failed, one.half_ms, one.most_ms) == (20, 1, 1, 50, 50)
    assert measured({(200, 50): 18, (503, BEYOND): 2}).most_ms == BEYOND


@pytest.mark.django_db
@pytest.mark.usefixtures("strict_templates")
def test_a_reviewer_sees_his_body_and_the_team_sees_all(client: Client) -> None:
    reviewer, held = partner()
    at = now()
    other = UserFactory(full_name="Ugo Urssaf")
    HabilitationFactory(user=other, role=Role.LEVEL_B, territory="35")
    AgentProfile.objects.create(
        user=other,
        entity=Entity.objects.create(name="Urssaf Bretagne", short_name="Urssaf"),
        segment=Segment.objects.get(code="urssaf"),
    )
    for user in (held.user, other):
        by = person(user, at)
        audit.note("view_company", "companies.Company", "732829320", by=by, at=at)
        audit.note("view_company", "companies.Company", "732829320", by=by, at=at, result=DENIED)

    for _twice in range(2):
        count_usage(at)

    month = Month.of(paris_day(at)).first_day
    found = UsageCount.objects.filter(month=month).values_list("entity", "indicator", "count")
    assert set(found) == {
        (body, code, 1) for body in ("DREETS", "Urssaf") for code in ("agents", "activated", "active", "sheets")
    }
    page = reverse("statistics:usage")
    mine = visible_text(sign_in(client, reviewer).get(page).content.decode())
    assert "DREETS" in mine
    assert "Urssaf" not in mine.replace("ouvertes", "")
    Charge.objects.create(user=reviewer, entity=other.agent.entity, segment=other.agent.segment)
    assert "Urssaf" not in visible_text(client.get(page).content.decode()).replace("ouvertes", "")  # a profile of it
    Charge.objects.create(user=reviewer, entity=other.agent.entity)
    both = visible_text(client.get(page).content.decode())
    assert "DREETS" in both
    assert "Urssaf" in both
    one = client.get(page, {"administration": "Urssaf"})
    assert "Urssaf, par territoire" in visible_text(one.content.decode())
    assert "&amp;administration=Urssaf" in one.content.decode()  # the other months keep the body that was chosen
    report = client.get(reverse("statistics:partner"), {"administration": "Urssaf", "periode": "2026-1"})
    assert "Urssaf" in visible_text(report.content.decode())
    Charge.objects.filter(user=reviewer, entity__short_name="DREETS").delete()
    assert "DREETS" not in visible_text(client.get(page).content.decode())
    whole = visible_text(sign_in(Client(), UserFactory(team=True)).get(page).content.decode())
    assert "Urssaf" in whole
    assert "Taux d’activation 100" in whole.replace("\u00a0", " ")


@pytest.mark.django_db
@pytest.mark.usefixtures("strict_templates")
def test_one_territory_has_one_name_whoever_kept_it(client: Client) -> None:
    """The traces of readings and the habilitations of today speak of the same région."""
    reviewer, held = partner()
    at = now()
    held.territory = "R52"
    held.save()
    by = person(held.user, at)
    audit.note("view_company", "companies.Company", "732829320", by=by, at=at)
    count_usage(at)

    page = sign_in(client, reviewer).get(reverse("statistics:usage"), {"administration": "DREETS"}).context["page"]

    assert [str(row[0].text) for row in page.zones.rows] == ["région Pays de la Loire"]


@pytest.mark.django_db
@pytest.mark.usefixtures("strict_templates")
def test_answers_of_pages_are_written_by_batches_and_told_to_the_team(client: Client, settings: Any) -> None:
    settings.PAGE_COUNTS_EVERY = 3
    middleware.counts.clear()
    for _twice in range(2):
        client.get("/mentions-legales/")
    assert not PageCount.objects.exists()
    client.get("/rien/")

    cells = PageCount.objects.order_by("page").values_list("page", "method", "status").annotate(total=Sum("count"))
    assert list(cells) == [("inconnue", "GET", 404, 1), ("portal:mentions-legales", "GET", 200, 2)]
    for _thrice in range(3):
        client.get("/mentions-legales/")
    assert PageCount.objects.filter(page="portal:mentions-legales").count() >= 1
    settings.PAGE_COUNTS_EVERY = 0
    text = visible_text(sign_in(client, UserFactory(team=True)).get(reverse("statistics:pages")).content.decode())
    assert "/mentions-legales/ GET" in text
    assert "adresse inconnue GET" in text
    assert "6 réponses" in text.replace("\u00a0", " ")
    count_usage(now() + timedelta(days=500))
    assert not PageCount.objects.exists()


@pytest.mark.django_db
def test_pages_are_told_by_their_address_and_the_least_asked_for_are_folded() -> None:
    """« directory:coverage_departement », and forty screens of them on a telephone."""
    names = ["directory:coverage_departement", "matching:following_need", "account_login", "gone:page"]
    names += [f"gone:{rank:02}" for rank in range(20)]
    PageCount.objects.bulk_create(
        PageCount(day=paris_day(now()), page=name, method="GET", status=200, bound_ms=50, count=100 - rank)
        for rank, name in enumerate(names)
    )

    page = pages_page("", now())

    shown = [row[0].text for row in page.table.rows]
    assert shown[:4] == [
        "/equipe/annuaire/couverture/…/", "/equipe/suivi/besoins/…/", "/connexion/", "gone:page",
    ]  # fmt: skip
    assert page.others is not None
    assert (len(shown), len(page.others.rows)) == (20, 4)


def test_counts_are_written_when_the_oldest_has_waited_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(middleware, "perf_counter", lambda: clock[0])
    held = middleware.Counts()
    assert not held.due(100)
    held.add((paris_day(now()), "portal:home", "GET", 200, 50))
    assert not held.due(100)  # however long the process has run
    clock[0] += 61
    assert held.due(100)


@pytest.mark.django_db
def test_what_cannot_be_written_waits_for_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    middleware.counts.clear()
    cell = (paris_day(now()), "portal:home", "GET", 200, 50)
    middleware.counts.add(cell)
    monkeypatch.setattr(middleware, "_ADD", "INSERT INTO nowhere VALUES (%s, %s, %s, %s, %s, %s)")
    middleware.counts.write()
    assert not middleware.counts.due(1)  # nor is it tried again at each page
    monkeypatch.undo()
    middleware.counts.add(cell)

    middleware.counts.write()

    assert PageCount.objects.get().count == 2
