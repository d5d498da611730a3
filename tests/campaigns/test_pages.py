"""What each agent sees and does on the pages of campaigns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import person
from tests.campaigns.factories import campaign, listed, target, workplace_of
from tests.conftest import end, visible_text
from tests.followup.factories import MOMENT, colleague, opened_file
from tests.watchlists.factories import ACIERIE, BOULANGERIE, DEUX_SITES, GARAGE, MENUISERIE, follow
from vigie.accounts.models import User
from vigie.campaigns.actions.campaigns import add_members
from vigie.campaigns.actions.targets import assign, move, take
from vigie.campaigns.models import Campaign, CampaignMember, Target
from vigie.companies.models import Company
from vigie.followup.actions.files import move_file
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.rights.table import Role
from vigie.watchlists.models import Entry, FirmPlace

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
As = Callable[[User | None], Client]


def text_of(answer: object) -> str:
    return visible_text(answer.content.decode())  # type: ignore[attr-defined]


def page_of(row: Campaign) -> str:
    return reverse("campaigns:campaign", args=[row.pk])


def test_an_agent_opens_a_campaign_from_the_filtered_list_then_takes_and_contacts(
    folders: Path, as_: As, zones: None
) -> None:
    listed(folders)
    ada = colleague("Ada Liste")
    workplace_of(MENUISERIE.siren)
    client, day = as_(ada), paris_day(now()).isoformat()
    url = f"{reverse('campaigns:new')}?niveau=strong"
    linked = client.get(f"{reverse('watchlists:list')}?niveau=strong").content.decode()
    asked = text_of(client.get(url))
    told = {"name": "Rentrée", "starts_on": day, "ends_on": day, "from_list": "on", "numbers": BOULANGERIE.siren}

    made = client.post(url, {**told, "form_token": "jeton-de-campagne-neuf"})
    row = Campaign.objects.get()
    firm = target(row, MENUISERIE.siren)
    where = reverse("campaigns:target", args=[firm.pk])
    taken = client.post(f"{where}acte/", {"transition": "take"}, follow=True)
    said = {"contacted_on": day, "channel": "phone", "outcome": "support", "form_token": "jeton-de-contact-neuf"}
    done = client.post(f"{where}contact/", said, follow=True)

    assert f'href="{url}"' in linked
    assert "1 entreprise de la liste de juin 2026" in asked
    assert made.status_code == 302
    assert row.targets.count() == 2
    assert "Vous prenez cette entreprise" in text_of(taken)
    assert "Ouvrir un accompagnement" in text_of(done)
    assert "elle demande un accompagnement" in text_of(client.get(page_of(row)))
    seen = AuditEvent.objects.filter(action="view_target", siren=MENUISERIE.siren).values_list("in_zone", "unlocked_by")
    assert set(seen) == {(True, "alert")}


def test_who_comes_second_reads_who_took_it_and_who_is_already_in_touch(folders: Path, as_: As) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip")
    firm = target(campaign(ada), MENUISERIE.siren)
    file = opened_file(ada, workplace_of(MENUISERIE.siren), at=now())
    take(firm, by=person(ada, now()), at=now())
    client = as_(zoe)

    refused = client.post(reverse("campaigns:target_act", args=[firm.pk]), {"transition": "take"})
    listing = text_of(client.get(page_of(firm.campaign)))

    assert refused.status_code == 409
    assert "Ada Liste (CRP) a pris cette entreprise" in text_of(refused)
    assert "Qui accompagne déjà cette entreprise" in text_of(refused)
    assert "Accompagnement en cours" in listing
    move_file(file, "start_surveillance", by=person(ada, now()), at=now())
    watched = text_of(client.get(page_of(firm.campaign)))
    assert "Accompagnement sous surveillance" in watched
    assert "Accompagnement en cours" not in watched


def test_the_other_campaigns_of_a_firm_say_who_has_it_or_to_whom_it_is_entrusted(folders: Path, as_: As) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoe Banque", "dgfip")
    first, by = campaign(ada, name="Rentrée"), person(ada, now())
    second = campaign(ada, name="Automne", form_token="jeton-de-campagne-autre")
    add_members(second, [zoe.email], by=by, at=now())
    other = target(second, MENUISERIE.siren)
    page = reverse("campaigns:target", args=[target(first, MENUISERIE.siren).pk])
    client = as_(ada)

    free = text_of(client.get(page))
    assign(other, zoe, by=by, at=now())
    entrusted = text_of(client.get(page))
    take(other, by=person(zoe, now()), at=now())

    assert "Automne À contacter Personne" in free
    assert "Automne À contacter Confiée à Zoe Banque" in entrusted
    assert "Confiée à" not in text_of(client.get(page))


def test_a_campaign_shows_each_reader_only_the_firms_whose_detection_he_reads(folders: Path, as_: As) -> None:
    """Out of the zone, never in alert, followed by who added it: the three ways of not being open to a colleague."""
    listed(folders)
    ada, zoe, far = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip"), colleague("Léo Nord", territory="59")
    follow(ada, GARAGE.siren, now())
    own = campaign(ada, at=now(), numbers=f"{GARAGE.siren}\n{MENUISERIE.siren}\n{DEUX_SITES.siren}")
    garage = target(own, GARAGE.siren)

    mine, hers = as_(ada).get(page_of(own)), as_(zoe).get(page_of(own))
    hidden = as_(zoe).get(reverse("campaigns:target", args=[garage.pk]))
    elsewhere = as_(far).get(page_of(own))
    unknown = as_(far).get(reverse("campaigns:campaign", args=[987_654]))
    follow(zoe, GARAGE.siren, now())
    opened = as_(zoe).get(reverse("campaigns:target", args=[garage.pk]))

    assert "Garage Morel" in text_of(mine)
    assert "3 entreprises" in text_of(mine)
    assert "Garage Morel" not in text_of(hers)
    assert "2 entreprises" in text_of(hers)
    assert (hidden.status_code, elsewhere.status_code, unknown.status_code) == (404, 404, 404)
    assert text_of(elsewhere) == text_of(unknown)
    assert opened.status_code == 200


def test_an_agent_of_another_zone_with_a_firm_in_both_sees_nothing_of_the_campaign(folders: Path, as_: As) -> None:
    listed(folders)
    firm = target(campaign(colleague("Ada Liste")), DEUX_SITES.siren)

    assert (
        as_(colleague("Léo Nord", territory="59")).get(reverse("campaigns:target", args=[firm.pk])).status_code == 404
    )


def test_level_b_takes_firms_and_manages_nothing(folders: Path, as_: As) -> None:
    listed(folders)
    row = campaign(colleague("Ada Liste"))
    client = as_(colleague("Bob Crp", level=Role.LEVEL_B))

    taken = client.post(
        reverse("campaigns:target_act", args=[target(row, MENUISERIE.siren).pk]), {"transition": "take"}
    )

    assert taken.status_code == 302
    assert client.get(reverse("campaigns:new")).status_code == 404
    assert reverse("campaigns:new") not in client.get(reverse("watchlists:list"), {"vue": "tout"}).content.decode()
    for name in ("add", "team"):
        assert client.get(reverse(f"campaigns:{name}", args=[row.pk])).status_code == 403, name
    assert client.post(reverse("campaigns:act", args=[row.pk]), {"transition": "close"}).status_code == 403


def test_the_team_shows_loads_and_shares_in_one_press(folders: Path, as_: As) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoe Banque", "dgfip")
    row = campaign(ada)
    client, team = as_(ada), reverse("campaigns:team", args=[row.pk])

    wrong = client.post(team, {"who": "personne@ailleurs.example"})
    client.post(team, {"who": zoe.email})
    shared = client.post(reverse("campaigns:act", args=[row.pk]), {"transition": "share"}, follow=True)

    assert wrong.status_code == 422
    assert "personne@ailleurs.example" in text_of(wrong)
    assert "3 entreprises confiées" in text_of(shared)
    assert "Toutes les entreprises sont confiées" in text_of(shared)
    assert "Mes entreprises à contacter" in text_of(as_(zoe).get(reverse("campaigns:mine")))


def test_the_next_campaign_takes_what_the_former_left_with_its_team(folders: Path, as_: As) -> None:
    listed(folders)
    ada, zoe, far = colleague("Ada Liste"), colleague("Zoe Banque", "dgfip"), colleague("Tom Loin", territory="59")
    row = campaign(ada)
    add_members(row, [zoe.email], by=person(ada, MOMENT), at=MOMENT)
    CampaignMember.objects.create(campaign=row, user=far, added_by=ada, added_at=MOMENT)
    first, second, third = row.targets.order_by("pk")
    take(first, by=person(ada, now()), at=now())
    move(second, "postpone", why="3_months", by=person(ada, now()), at=now())
    client, day = as_(ada), paris_day(now()).isoformat()
    url = f"{reverse('campaigns:new')}?copie={row.pk}"
    assert f'href="{url}"' in client.get(page_of(row)).content.decode()

    form = client.get(url).context["form"]
    assert form.initial["numbers"].split() == [second.firm_id, third.firm_id]
    told = form.initial | {"starts_on": day, "ends_on": day, "form_token": "jeton-de-la-suite"}
    client.post(url, {name: value for name, value in told.items() if value is not False})

    made = Campaign.objects.exclude(pk=row.pk).get()
    assert made.name == "Rentrée (suite)"
    assert {one.firm_id for one in made.targets.all()} == {second.firm_id, third.firm_id}
    assert {one.user for one in made.members.all()} == {ada, zoe}  # Tom may take none of them
    assert client.get(f"{reverse('campaigns:new')}?copie=987654").status_code == 404


def test_call_backs_go_to_the_calendar_of_the_office_without_any_firm(folders: Path, as_: As) -> None:
    listed(folders)
    ada = colleague("Ada Liste")
    row = campaign(ada)
    firm = take(target(row, MENUISERIE.siren), by=person(ada, now()), at=now())
    Target.objects.filter(pk=firm.pk).update(call_back_on=date(2030, 1, 15))

    answer = as_(ada).get(reverse("campaigns:calls"))

    text = answer.content.decode()
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "DTSTART;VALUE=DATE:20300115" in text
    assert "Rentrée" in text
    assert "Durand" not in text
    assert MENUISERIE.siren not in text


def test_the_export_holds_the_firms_that_the_filters_keep(folders: Path, as_: As) -> None:
    listed(folders)
    row = campaign(colleague("Ada Liste"))
    answer = as_(colleague("Zoé Banque", "dgfip")).post(f"{page_of(row)}export/", {"format": "csv", "q": "Menuiserie"})
    lines = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]
    end(answer)

    assert "Menuiserie Durand" in lines
    assert "Boulangerie Petit" not in lines
    assert (
        as_(colleague("Léo Nord", territory="59")).post(f"{page_of(row)}export/", {"format": "csv"}).status_code == 404
    )


def test_pages_ask_as_many_queries_for_twenty_firms_as_for_a_hundred(folders: Path, as_: As) -> None:
    publication = listed(folders)
    ada = colleague("Ada Liste")
    row, client = campaign(ada), as_(ada)
    client.get(page_of(row))  # what the first page of a session writes
    asked = []
    for start, count in ((100, 20), (200, 80)):
        sirens = [f"9990{start + rank:05d}" for rank in range(count)]
        Company.objects.bulk_create(
            Company(siren=one, name=f"Firme {one}", source="sirene", seen_at=MOMENT) for one in sirens
        )
        FirmPlace.objects.bulk_create(FirmPlace(siren=one, departement="35") for one in sirens)
        Entry.objects.bulk_create(
            Entry(id=publication.first_entry_id + start + rank, publication=publication, siren=one, level="strong",
                  score=0.3, rank=start + rank)
            for rank, one in enumerate(sirens)
        )  # fmt: skip
        Target.objects.bulk_create(Target(campaign=row, firm_id=one, departement="35", assignee=ada) for one in sirens)
        for url in (page_of(row), reverse("campaigns:mine"), reverse("campaigns:list")):
            with CaptureQueriesContext(connection) as seen:
                assert client.get(url).status_code == 200
            asked.append(len(seen))

    assert asked[:3] == asked[3:]
    assert ACIERIE.siren not in client.get(page_of(row)).content.decode()
