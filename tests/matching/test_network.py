"""Local animators see the needs of their zones and nothing of the zone beside; they remind, and report holes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import AntenneFactory, UserFactory
from tests.directory.factories import ExpertFactory
from tests.matching.desk_world import STAMPS
from tests.matching.factories import AT, MatchFactory
from tests.matching.network_world import LATER, LYON, VILLEFRANCHE, VILLEURBANNE, Network, block_of, network, waiting
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.matching.actions.holes import answer_hole, report_hole
from vigie.matching.actions.reminding import remind_by_hand as remind
from vigie.matching.mails.network import hole_answered
from vigie.matching.models import HoleReport, Need, Reminder, ThreadMessage
from vigie.matching.queries.network_page import TerritoryFilters, needs_of_territory, territory_choices, territory_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]
TOKEN = "jeton-de-la-page-1"
HERE = ("employment_area", "8421")
PAGE = "/animation/"


@pytest.fixture
def world() -> Network:
    return network()


def page(world: Network, name: str, tab: str = "", **filters):
    person = world.person(name)
    return territory_page(person, TerritoryFilters(**filters), tab, "", territory_choices(person))


def shown(found) -> list[Need]:
    return list(found.needs.object_list)


def mails(template: str) -> list[str]:
    rows = OutgoingMessage.objects.filter(template=f"matching/mail/{template}")
    return sorted(rows.values_list("recipient", flat=True))


# --- both sides of the border -----------------------------------------------------------------------------------------
def test_each_animator_has_his_needs_and_counts_only_them(world: Network) -> None:
    here = [waiting(world, LYON).need, waiting(world, VILLEURBANNE).need]
    beside = waiting(world, VILLEFRANCHE).need

    assert shown(page(world, "here")) == here
    assert shown(page(world, "beside")) == [beside]
    assert page(world, "here").tabs[0].count == 2
    assert page(world, "beside").tabs[0].count == 1


def test_a_search_finds_nothing_across_the_border(world: Network) -> None:
    there = waiting(world, VILLEFRANCHE, content="Une rareté introuvable ailleurs").need

    assert shown(page(world, "beside", q="rarete")) == [there]
    assert shown(page(world, "here", q="rarete")) == []
    assert shown(page(world, "here", zone="employment_area:8425")) == []


@pytest.mark.parametrize("zone", ["8421", "8425"])
def test_a_sheet_of_the_zone_beside_does_not_exist(world: Network, zone: str) -> None:
    commune, mine, other = (LYON, "here", "beside") if zone == "8421" else (VILLEFRANCHE, "beside", "here")
    need = waiting(world, commune).need
    addresses = {
        "need": {}, "comment": {"body": "Bonjour", "form_token": TOKEN}, "remind": {"form_token": TOKEN},
    }  # fmt: skip

    for name, data in addresses.items():
        url = reverse(f"matching:{name}", args=[need.pk])
        send = "get" if name == "need" else "post"
        assert getattr(world.client(other), send)(url, data).status_code == 404
        assert getattr(world.client(mine), send)(url, data).status_code in (200, 302)
    hole = f"{reverse('matching:report_hole')}?besoin={need.pk}"
    assert world.client(other).get(hole).status_code == 404
    assert world.client(mine).get(hole).status_code == 200
    assert ThreadMessage.objects.get().author == world.users[mine]
    assert Reminder.objects.get(expert=None).by == world.users[mine]


def test_a_need_that_is_not_sent_is_nobodys_on_the_ground(world: Network) -> None:
    need = waiting(world).need
    Need.objects.filter(pk=need.pk).update(sent_at=None, status="diagnosis_not_complete")

    assert not needs_of_territory(world.person("here")).exists()


def test_his_own_desk_and_the_reading_of_matches_stay_those_of_his_teams(world: Network) -> None:
    waiting(world)

    assert world.client("here").get("/besoins/").context["page"].tabs[0].count == 0
    assert world.client("adviser").get(PAGE).status_code == 404
    assert world.client("team").get(PAGE).status_code == 404


# --- the page ---------------------------------------------------------------------------------------------------------
def test_who_waits_comes_oldest_first_with_the_silent_institutions(world: Network) -> None:
    late = waiting(world, sent_at=AT).need
    old = waiting(world, sent_at=AT - timedelta(days=9)).need
    MatchFactory(need=old, expert=world.banker, state="taking_care", **STAMPS["taking_care"])

    found = page(world, "here")

    assert shown(found) == [old, late]
    assert found.table.rows[0][2].text == "SE"
    assert found.zones.startswith("bassin d’emploi 8421")  # the small territory has no name for it


def test_each_tab_holds_its_states_and_filters_narrow(world: Network) -> None:
    states = {"taking_care": 1, "not_for_me": 2, "done": 3, "withdrawn": 3}
    for state, rank in states.items():
        match = waiting(world, status=state)
        assert match.need in shown(page(world, "here", page(world, "here").tabs[rank].href.split("onglet=")[1]))
    bank = waiting(world).need
    MatchFactory(need=bank, expert=world.banker)
    waiting(world, VILLEURBANNE)

    institution = world.banker.antenne.institution_id
    assert shown(page(world, "here", institution=institution)) == [bank]
    assert len(shown(page(world, "here", subject=world.hiring.pk))) == 2
    assert shown(page(world, "here", subject=world.cash.pk)) == []
    assert page(world, "here", subject=world.cash.pk).empty


def test_queries_do_not_grow_with_the_needs_of_the_territory(world: Network) -> None:
    client = world.client("here")
    client.get(PAGE)
    counts = []
    for more in (20, 80):
        for _ in range(more):
            waiting(world)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PAGE).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]
    assert counts[0] <= 16


# --- reminding --------------------------------------------------------------------------------------------------------
def test_experts_who_have_not_answered_are_reminded_once_in_three_days(world: Network) -> None:
    match = waiting(world)
    MatchFactory(need=match.need, expert=world.banker, state="taking_care", **STAMPS["taking_care"])
    gone = MatchFactory(need=match.need, expert=ExpertFactory(deleted_at=AT))
    by = world.person("here")

    first = remind(match.need, form_token=TOKEN, by=by, at=AT)
    assert remind(match.need, form_token=TOKEN, by=by, at=LATER) == first
    with pytest.raises(Refused) as refused:
        remind(match.need, form_token="autre-jeton-de-page", by=world.person("team"), at=AT + timedelta(days=2))
    remind(match.need, form_token="encore-un-jeton-1", by=by, at=AT + timedelta(days=3, minutes=1))

    assert "18\u00a0mars" in refused.value.message_fr
    assert "Lina Relais" in refused.value.message_fr
    assert mails("match_reminder") == [world.recruiter.email] * 2
    assert gone.expert.email not in mails("match_reminder")
    assert first.experts == 1


def test_an_automatic_reminder_counts_too_and_nobody_silent_is_said(world: Network) -> None:
    match = waiting(world)
    Reminder.objects.create(need=match.need, expert=match.expert, kind="silent", at=AT)
    with pytest.raises(Refused):
        remind(match.need, form_token=TOKEN, by=world.person("here"), at=LATER)

    answered = waiting(world, status="taking_care")
    answered.need.matches.update(state="taking_care", taken_care_of_at=AT)
    with pytest.raises(Refused) as refused:
        remind(answered.need, form_token=TOKEN, by=world.person("here"), at=LATER)
    assert refused.value.code == "nobody_to_remind"


@pytest.mark.parametrize("name", ["beside", "adviser", "recruiter"])
def test_others_do_not_remind(world: Network, name: str) -> None:
    with pytest.raises(Forbidden):
        remind(waiting(world).need, form_token=TOKEN, by=world.person(name), at=AT)


def test_the_button_names_who_will_be_written_to_then_says_why_not_again(world: Network) -> None:
    need = waiting(world).need
    by = world.person("here")

    before = block_of(need, by, AT)
    remind(need, form_token=TOKEN, by=by, at=AT)
    after = block_of(need, by, LATER)

    assert before.remind.confirm == "Recevra un courriel\u00a0: Équipe emploi (SE)."
    assert before.back.href == PAGE
    assert (after.remind, "3\u00a0jours" in after.no_reminder) == (None, True)
    assert block_of(need, world.person("recruiter"), LATER).remind is None


# --- holes ------------------------------------------------------------------------------------------------------------
def test_a_hole_is_reported_once_and_its_author_reads_the_answer(world: Network) -> None:
    by, need = world.person("here"), waiting(world).need
    report = report_hole(world.energy, HERE, "Personne ici", zones={HERE}, need=need, form_token=TOKEN, by=by, at=AT)
    assert report_hole(world.energy, HERE, "", zones={HERE}, form_token=TOKEN, by=by, at=AT) == report
    with pytest.raises(Refused):
        report_hole(world.energy, HERE, "", zones={HERE}, form_token="autre-jeton-1234", by=by, at=AT)
    with pytest.raises(InvalidInput):
        report_hole(world.cash, ("region", "84"), "", zones={HERE}, form_token=TOKEN, by=by, at=AT)

    with pytest.raises(Refused):
        answer_hole(report, "dismiss", " ", by=world.person("team"), at=AT)
    answer_hole(report, "fill", "La Région répond.", by=world.person("team"), at=AT)
    answer_hole(report, "fill", "La Région répond.", by=world.person("team"), at=LATER)

    report.refresh_from_db()
    assert (report.state, report.answer, report.closed_at) == ("filled", "La Région répond.", AT)
    assert mails("hole_answered") == [world.users["here"].email]
    assert hole_answered(report, None, AT)["filled"]
    assert Event.objects.filter(name__startswith="hole.").count() == 2


@pytest.mark.parametrize("name", ["adviser", "recruiter"])
def test_others_report_no_hole(world: Network, name: str) -> None:
    assert world.client(name).get("/manques/").status_code == 404
    with pytest.raises(Forbidden):
        report_hole(world.energy, HERE, "", zones={HERE}, form_token=TOKEN, by=world.person(name), at=AT)


def test_the_form_puts_forward_the_subject_and_the_area_of_the_need(world: Network) -> None:
    need = waiting(world).need
    client = world.client("here")
    url = f"{reverse('matching:report_hole')}?besoin={need.pk}"

    form = client.get(url).context["form"]
    data = {"sujet": world.energy.pk, "zone": "employment_area:8421", "body": "Rien", "form_token": TOKEN}
    client.post(url, {**data, "zone": "employment_area:8425"})
    assert not HoleReport.objects.exists()
    client.post(url, data)

    assert (form.initial["sujet"], form.initial["zone"]) == (world.hiring.pk, "employment_area:8421")
    assert (HoleReport.objects.get().need, HoleReport.objects.get().code) == (need, "8421")
    assert "Énergie" in client.get("/manques/").content.decode()


def test_a_manager_names_the_zones_of_his_antennes(world: Network) -> None:
    antenne = AntenneFactory(zones=[("departement", "69")])
    world.users["manager"] = UserFactory(manager=True, antenne=antenne)

    form = world.client("manager").get(reverse("matching:report_hole")).context["form"]

    assert [value for value, _label in form.fields["zone"].choices] == ["", "departement:69"]


def test_the_team_answers_in_its_queue(world: Network) -> None:
    report = HoleReport.objects.create(
        subject=world.energy, zone_type=HERE[0], code=HERE[1], author=world.users["here"], at=AT, form_token=TOKEN
    )
    client, url = world.client("team"), reverse("matching:hole", args=[report.pk])

    assert "Énergie" in client.get("/equipe/manques/").content.decode()
    assert f"/equipe/annuaire/couverture/?sujet={world.energy.pk}" in client.get(url).content.decode()
    assert "Dites pourquoi" in client.post(url, {"transition": "dismiss", "answer": ""}).content.decode()
    client.post(url, {"transition": "dismiss", "answer": "Ce sujet est national."})

    assert client.get("/equipe/manques/?onglet=sans-suite").context["page"].count == "1\u00a0signalement"
    assert "Ce sujet est national." in world.client("here").get("/manques/").content.decode()


@pytest.mark.parametrize("url", ["/manques/", "/equipe/manques/"])
def test_queries_do_not_grow_with_the_reports(world: Network, url: str) -> None:
    client = world.client("team" if "equipe" in url else "here")
    client.get(url)
    counts = []
    for more in (20, 80):
        first = HoleReport.objects.count()
        HoleReport.objects.bulk_create(
            HoleReport(
                subject=world.energy, zone_type="commune", code=LYON, author=world.users["here"], at=AT,
                form_token=f"jeton-{first + rank}",
            )
            for rank in range(more)
        )  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        counts.append(len(captured))

    assert counts[0] == counts[1]
