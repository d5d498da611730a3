"""L-40: what a contact gave is written on the file of the firm, and told on its sheet, each within his rights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import person
from tests.campaigns.factories import campaign, listed, target, workplace_of
from tests.conftest import visible_text
from tests.followup.factories import MOMENT, colleague, opened_file, token
from tests.security.marked import FIRMS, marked
from tests.watchlists.factories import DEUX_SITES, MENUISERIE
from vigie.accounts.models import User
from vigie.campaigns.actions.targets import Called, record_contact, take
from vigie.campaigns.models import Campaign, CampaignPlace, Contact, Target, Visit
from vigie.campaigns.queries.contacts import open_contacts
from vigie.campaigns.queries.visits import known_visits, open_visits
from vigie.campaigns.rules import CARRIED_DAYS
from vigie.followup.actions.files import Fields, move_file, open_file
from vigie.followup.actions.members import add_member
from vigie.followup.models import CampaignContact, Followup, Snapshot, Workplace
from vigie.kernel.clock import now
from vigie.watchlists.queries.sight import sight_of
from vigie.watchlists.rules_sight import Category

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]
LATER = MOMENT + timedelta(days=1)


def called(by: User, siren: str = MENUISERIE.siren, outcome: str = "support", rank: int = 0) -> Target:
    """This agent takes the firm in a campaign of his, and notes what a call gave."""
    who = person(by, MOMENT)
    row = take(target(campaign(by), siren), by=who, at=MOMENT)
    again = date(2026, 7, 20) if outcome in ("call_back", "no_answer") else None
    told = Called(MOMENT.date(), "phone", outcome, again)
    return record_contact(row, told, form_token=f"jeton-de-contact-{rank:04d}", by=who, at=MOMENT)


def text_of(answer: object) -> str:
    return " ".join(visible_text(answer.content.decode()).split())  # type: ignore[attr-defined]


@pytest.fixture
def ada(folders: Path) -> User:
    listed(folders)
    return colleague("Ada Liste")


@pytest.mark.parametrize("outcome", ["support", "fine", "declined", "call_back", "no_answer", "unreachable"])
def test_every_result_is_written_on_the_running_file(ada: User, outcome: str) -> None:
    zoe = colleague("Zoé Banque", "dgfip")
    made = opened_file(zoe, workplace_of(MENUISERIE.siren), MOMENT - timedelta(days=3))

    called(ada, outcome=outcome)

    row = CampaignContact.objects.get()
    assert (row.followup_id, row.author, row.campaign) == (made.pk, ada, "Rentrée")
    assert row.said == Contact.objects.get().get_outcome_display()
    made.refresh_from_db()
    assert made.modified_at == MOMENT
    assert Snapshot.objects.filter(followup=made, event="file.contacted").exists()
    assert not made.members.filter(user=ada).exists()  # joining is his to confirm


def test_a_file_that_opens_from_a_contact_holds_it_once(ada: User) -> None:
    called(ada)
    place = workplace_of(MENUISERIE.siren)
    assert not Followup.objects.exists()

    for _twice in range(2):
        made = open_file(place, Fields(), form_token=token(3), by=person(ada, LATER), at=LATER)

    assert [(one.followup_id, one.contacted_on) for one in CampaignContact.objects.all()] == [(made.pk, MOMENT.date())]


@pytest.mark.parametrize("why", ["no_need", "somebody_else", "too_old", "another_firm"])
def test_a_file_holds_only_the_contact_that_led_to_it(ada: User, why: str) -> None:
    zoe = colleague("Zoé Banque", "dgfip")
    called(ada, outcome="fine" if why == "no_need" else "support")
    place = workplace_of(DEUX_SITES.siren if why == "another_firm" else MENUISERIE.siren)
    at = MOMENT + timedelta(days=CARRIED_DAYS + 1 if why == "too_old" else 1)
    by = person(zoe if why == "somebody_else" else ada, at)

    open_file(place, Fields(), motive="source_interne", form_token=token(3), by=by, at=at)

    assert not CampaignContact.objects.exists()


@pytest.mark.parametrize("why", ["completed", "elsewhere"])
def test_nothing_is_written_on_a_file_that_is_over_or_out_of_reach(ada: User, why: str) -> None:
    """DEUX_SITES has an establishment in both départements: the file of the other one is not his to write on."""
    if why == "completed":
        made = opened_file(ada, workplace_of(MENUISERIE.siren), MOMENT - timedelta(days=3))
        move_file(made, "complete", by=person(ada, MOMENT), at=MOMENT - timedelta(days=2))
        called(ada)
    else:
        place = workplace_of(DEUX_SITES.siren)
        Workplace.objects.filter(pk=place.pk).update(commune_code="59350")
        place.refresh_from_db()
        opened_file(colleague("Léo Nord", territory="59"), place, MOMENT - timedelta(days=3))
        called(ada, DEUX_SITES.siren)

    assert not CampaignContact.objects.exists()


def test_who_heard_a_need_is_led_to_join_the_running_file(ada: User, as_: As) -> None:
    zoe = colleague("Zoé Banque", "dgfip")
    made = opened_file(zoe, workplace_of(MENUISERIE.siren), MOMENT - timedelta(days=3))
    row = called(ada)
    here, file_page = reverse("campaigns:target", args=[row.pk]), reverse("followup:file", args=[made.pk])

    before = as_(ada).get(here)
    thread = text_of(as_(ada).get(file_page))
    add_member(made, ada, "participant", by=person(ada, now()), at=now())
    after = as_(ada).get(here)

    assert "Rejoindre l’accompagnement en cours" in text_of(before)
    assert file_page in before.content.decode()
    assert "Contact de campagne (téléphone)" in thread
    assert "elle demande un accompagnement" in thread
    assert "Participer à cet accompagnement" in thread
    assert "Ouvrir l’accompagnement en cours" in text_of(after)


def test_the_sheet_says_the_last_contacts_to_who_reads_the_campaign(ada: User, as_: As) -> None:
    workplace_of(MENUISERIE.siren)
    called(ada, outcome="call_back")
    sheet = reverse("sheets:company", args=[MENUISERIE.siren])

    near = text_of(as_(colleague("Zoé Banque", "dgfip")).get(sheet))
    far = text_of(as_(colleague("Léo Nord", territory="59")).get(sheet))

    assert "Derniers contacts" in near
    assert near.count("à rappeler le 20 juillet 2026") == 2  # the block, and the timeline
    assert "Contact de campagne" in near
    for words in ("Derniers contacts", "Contact de campagne", "Rentrée", "à rappeler"):
        assert words not in far


def test_a_reader_of_the_file_alone_reads_the_contact_on_the_timeline_once(ada: User, as_: As) -> None:
    """Somebody of elsewhere takes part in the file: he reads what the file holds, not the campaign."""
    made = opened_file(ada, workplace_of(MENUISERIE.siren), MOMENT)
    far = colleague("Léo Nord", territory="59")
    add_member(made, far, "participant", by=person(ada, MOMENT), at=MOMENT)
    called(ada)
    sheet = reverse("sheets:company", args=[MENUISERIE.siren])

    his, hers = text_of(as_(far).get(sheet)), text_of(as_(ada).get(sheet))

    assert his.count("Contact de campagne") == hers.count("Contact de campagne") == 1
    assert "Rentrée" not in his


def test_what_is_not_asked_again_is_what_the_rights_table_gives(folders: Path) -> None:
    """The sheet knows that the detection is open, and reads contacts and visits without asking it of the database."""
    world, at = marked(folders), now()
    author = world.people["a35"]
    for rank, firm in enumerate(FIRMS):
        for departement in ("35", "59"):
            row = Campaign.objects.create(
                name=f"{rank}{departement}", starts_on=at, ends_on=at, created_by=author, created_at=at,
                form_token=f"jeton-{rank}-{departement}",
            )  # fmt: skip
            CampaignPlace.objects.create(campaign=row, departement=departement)
            held = Target.objects.create(campaign=row, firm_id=firm.siren, departement=departement)
            Contact.objects.create(
                target=held, author=author, contacted_on=at, channel="phone", outcome="fine",
                form_token=f"contact-{rank}-{departement}", recorded_at=at,
            )  # fmt: skip
        Visit.objects.create(
            firm_id=firm.siren, where="Rennes", departement="35", planned_on=at, organiser=author, created_at=at,
            form_token=f"visite-{rank}",
        )  # fmt: skip
    read = 0
    for user in world.people.values():
        who = person(user, at)
        for firm in FIRMS:
            opens = sight_of(who, firm.siren).opens(Category.SCORE)
            seen = Target.objects.allowed(who, "target.view").filter(firm_id=firm.siren)
            contacts = set(Contact.objects.filter(target__in=seen).values_list("pk", flat=True))
            visits = {one.pk for one in known_visits(who, firm.siren)}

            assert {one.pk for one in open_contacts(who, firm.siren)} & contacts == contacts
            if opens:
                assert {one.pk for one in open_contacts(who, firm.siren)} == contacts
                assert {one.pk for one in open_visits(who, firm.siren)} == visits
            else:
                assert not contacts
                assert not visits
            read += len(contacts) + len(visits)
    assert read > 20
