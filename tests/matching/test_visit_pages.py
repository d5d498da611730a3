"""The pages on which an adviser files after a visit, follows, and on which the team validates."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.matching.desk_world import STAMPS, establishment, invented_siret
from tests.matching.factories import AT, DiagnosisFactory, MatchFactory, NeedFactory
from tests.matching.network_world import LYON, TOKEN, Network, draft, network
from vigie.companies.models import Establishment
from vigie.kernel.clock import now
from vigie.matching.actions.visit_draft import put_need
from vigie.matching.models import Diagnosis, Match, Need
from vigie.matching.queries.visit_history import done_for
from vigie.ui.formats import day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]


@pytest.fixture
def world() -> Network:
    return network()


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def met(**changes: str) -> dict[str, str]:
    yesterday = (now() - timedelta(days=1)).date().isoformat()
    return {
        "full_name": "Camille Fournil", "phone": "01 23 45 67 89", "email": "camille@scierie.example",
        "visited_on": yesterday, "consent": "on", "form_token": TOKEN, **changes,
    }  # fmt: skip


def begun(world: Network, client: Client, **changes: str) -> Diagnosis:
    """The two first steps."""
    url = f"{reverse('matching:visit_contact')}?siret={world.firm.siret}"
    answer = client.post(url, met(**changes))
    assert answer.status_code == 302, answer.content.decode()
    return Diagnosis.objects.get(form_token=changes.get("form_token", TOKEN))


def write(client: Client, visit: Diagnosis, subject, words: str = "Recherche un conducteur.") -> None:
    url = f"{reverse('matching:visit_needs', args=[visit.pk])}?sujet={subject.pk}"
    assert client.post(url, {"content": words}).status_code == 302


def boxes(visit: Diagnosis) -> dict[str, object]:
    """What the last page sends when nothing is unticked."""
    sent: dict[str, object] = {}
    for need in visit.needs.all():
        experts = [str(pk) for pk in need.candidates.filter(kept=True).values_list("expert_id", flat=True)]
        sent |= {f"montre-{need.pk}": ",".join(experts), f"besoin-{need.pk}": experts}
    return sent


# --- four steps -------------------------------------------------------------------------------------------------------
def test_an_adviser_files_two_needs_without_script(world: Network) -> None:
    client = world.client("adviser")
    found = text(client, f"/visites/?q={world.firm.siret}")
    assert "Choisir cette entreprise" in found
    assert "votre entreprise" not in found.replace("Indiquez votre entreprise", "")

    visit = begun(world, client)
    url = reverse("matching:visit_needs", args=[visit.pk])
    assert "Recruter" in text(client, f"{url}?quoi=embaucher+quelqu’un")
    write(client, visit, world.hiring)
    write(client, visit, world.cash)
    page = text(client, reverse("matching:visit_send", args=[visit.pk]))
    assert "2\u00a0experts recevront un courriel" in page
    sent = client.post(reverse("matching:visit_send", args=[visit.pk]), boxes(visit), follow=True)

    assert "Les experts sont notifiés" in sent.content.decode()
    assert Match.objects.count() == 2
    assert client.post(reverse("matching:visit_send", args=[visit.pk]), boxes(visit)).status_code == 302
    assert Match.objects.count() == 2
    table = client.get("/besoins/deposes/").context["page"].table
    assert [row[1] for row in table.rows] == ["Trésorerie", "Recruter"]
    assert table.rows[0][2] == "BP\u00a0: en attente de réponse"


def test_no_step_says_that_a_firm_called_was_visited(world: Network) -> None:
    """And « facultatif » on both ways to call back is not the last word: one of them is needed, and said before."""
    client = world.client("adviser")

    first = client.get(reverse("matching:visit")).content.decode()
    second = client.get(f"{reverse('matching:visit_contact')}?siret={world.firm.siret}").content.decode()

    assert "visitée" not in first + second
    assert "Sans téléphone, donnez une adresse électronique." in second


def test_what_is_typed_comes_back_with_its_fault(world: Network) -> None:
    client = world.client("adviser")
    url = f"{reverse('matching:visit_contact')}?siret={world.firm.siret}"
    tomorrow = (now() + timedelta(days=2)).date().isoformat()

    for changes, said in (
        ({"consent": ""}, "Sans l’accord de l’entreprise"),
        ({"visited_on": tomorrow}, "à venir"),
        ({"visited_on": "2020-01-01"}, "plus d’un an"),
        ({"phone": "", "email": ""}, "Donnez un téléphone"),
        ({"visited_on": "hier"}, "n’est pas valide"),
    ):
        answer = client.post(url, met(**changes)).content.decode()
        assert said in answer
        assert "Camille Fournil" in answer
    together = client.post(url, met(visited_on=tomorrow, phone="", email="", consent="")).content.decode()
    for said in ("à venir", "Donnez un téléphone", "Sans l’accord de l’entreprise"):
        assert said in together
    assert not Diagnosis.objects.exists()


def test_a_draft_waits_for_its_author_and_can_be_given_up(world: Network) -> None:
    client = world.client("adviser")
    visit = begun(world, client)
    write(client, visit, world.hiring)

    assert "À terminer" in text(client, "/besoins/deposes/")
    assert "conducteur" in text(client, reverse("matching:visit_needs", args=[visit.pk]))
    need = visit.needs.get()
    client.post(reverse("matching:visit_remove_need", args=[visit.pk, need.pk]))
    assert not visit.needs.exists()
    client.post(reverse("matching:visit_abandon", args=[visit.pk]))
    assert not Diagnosis.objects.exists()
    assert client.get(reverse("matching:visit_needs", args=[visit.pk])).status_code == 404


def test_the_company_and_the_person_are_corrected(world: Network) -> None:
    client = world.client("adviser")
    visit = begun(world, client)
    other = establishment(8, name="TOURNERIE DU LAC", commune_code=LYON)
    again = reverse("matching:visit_contact_again", args=[visit.pk])

    assert f"?visite={visit.pk}" in text(client, again)
    assert again in text(client, f"/visites/?visite={visit.pk}&q={other.siret}")
    client.post(f"{again}?siret={other.siret}", met(full_name="Dominique Bois"))

    visit.refresh_from_db()
    assert (visit.establishment, visit.contact.full_name) == (other, "Dominique Bois")


def test_a_company_that_no_register_gives_is_typed(world: Network) -> None:
    client, url = world.client("adviser"), reverse("matching:visit_by_hand")

    assert client.post(url, {"name": "Atelier neuf", "siret": "", "commune": ""}).status_code == 200
    led = client.post(url, {"name": "Atelier neuf", "siret": "", "commune": "Villeurbanne", "commune_code": "69266"})
    assert "Atelier neuf" in text(client, led["Location"])
    client.post(led["Location"], met())
    assert (Diagnosis.objects.get().company_name, Diagnosis.objects.get().commune_code) == ("Atelier neuf", "69266")

    number = invented_siret(77)
    typed = {"name": "Atelier jeune", "siret": number, "commune": "Villeurbanne", "commune_code": "69266"}
    led = client.post(url, typed)
    assert led["Location"].endswith(f"?siret={number}")
    assert Establishment.objects.get(siret=number).source == "manual"
    assert "Atelier jeune" in text(client, led["Location"]).replace("ATELIER JEUNE", "Atelier jeune")


@pytest.mark.parametrize("query", ["", "?siret=1", "?siret=12345678900000", "?nom=X", "?nom=X&commune=00000"])
def test_an_address_without_company_leads_back_to_the_search(world: Network, query: str) -> None:
    answer = world.client("adviser").get(f"{reverse('matching:visit_contact')}{query}")

    assert (answer.status_code, answer["Location"]) == (302, "/visites/")


def test_nobody_opens_the_draft_of_another(world: Network) -> None:
    visit = begun(world, world.client("adviser"))

    for name in ("other", "team", "here", "recruiter"):
        for page in ("visit_needs", "visit_send", "visit_contact_again"):
            assert world.client(name).get(reverse(f"matching:{page}", args=[visit.pk])).status_code == 404
        assert world.client(name).get(f"/visites/?visite={visit.pk}").status_code == 404


def test_hostile_words_are_shown_as_words(world: Network) -> None:
    client = world.client("adviser")
    visit = begun(world, client, full_name="<b>Camille</b>")
    write(client, visit, world.hiring, "<script>alert(1)</script>")

    assert "<script>alert" not in text(client, reverse("matching:visit_needs", args=[visit.pk]))
    assert "<script>alert" not in text(client, "/visites/?q=<script>alert(1)</script>")


# --- what others did --------------------------------------------------------------------------------------------------
def test_what_others_did_is_told_in_full_or_without_content(world: Network) -> None:
    visit = draft(world)
    mine = NeedFactory(
        sent=True, subject=world.cash, content="À moi",
        diagnosis=DiagnosisFactory(
            establishment=world.firm, adviser=world.users["adviser"], consent_at=AT, submitted_at=AT, completed_at=AT
        ),
    )  # fmt: skip
    theirs = NeedFactory(
        sent=True, subject=world.hiring, content="Un secret", diagnosis__establishment=world.firm, status="taking_care"
    )
    MatchFactory(need=theirs, expert=world.recruiter, state="taking_care", **STAMPS["taking_care"])
    NeedFactory(diagnosis__establishment=world.firm)  # not sent: nobody knows of it

    lines = {line.pk: line for line in done_for(world.firm.company_id, world.person("adviser"), but=visit).lines}
    page = text(world.client("adviser"), reverse("matching:visit_needs", args=[visit.pk]))

    assert set(lines) == {mine.pk, None}
    assert (lines[None].label, lines[None].who) == ("Autre besoin de cette entreprise", "Suivi par SE")
    assert (lines[None].month, lines[None].state.code) == ("mars 2026", "taking_care")
    assert "Un secret" not in page
    assert "Recruter" not in page.split("Ce que d’autres ont déjà fait")[1]


# --- the team ---------------------------------------------------------------------------------------------------------
def filed_without_expert(world: Network) -> Diagnosis:
    client = world.client("adviser")
    visit = begun(world, client)
    write(client, visit, world.energy, "Le four consomme trop.")
    client.post(reverse("matching:visit_send", args=[visit.pk]), boxes(visit))
    return visit


def test_the_team_adds_an_expert_and_sends(world: Network) -> None:
    visit, team = filed_without_expert(world), world.client("team")
    need = visit.needs.get()
    sheet = reverse("matching:visit_to_validate", args=[visit.pk])

    assert "Sans expert" in text(team, "/equipe/visites/")
    refused = team.post(reverse("matching:act_on_visit", args=[visit.pk]), {"transition": "validate"})
    assert refused.status_code == 409
    assert "Notifier les experts sélectionnés" not in text(team, sheet)  # nobody would receive it
    assert "Équipe prêts" in text(team, f"{sheet}?expert=prêts")
    choose = reverse("matching:visit_expert", args=[visit.pk, need.pk, world.banker.pk])
    team.post(choose, {"transition": "tick"})
    assert "Notifier les experts sélectionnés" in text(team, sheet)
    team.post(reverse("matching:act_on_visit", args=[visit.pk]), {"transition": "validate"})

    assert [match.expert for match in Match.objects.all()] == [world.banker]
    assert team.get("/equipe/visites/").context["page"].count == "0\u00a0visite"
    assert "Déposé par Alix Terrain" in text(world.client("banker"), reverse("matching:need", args=[need.pk]))


def test_the_team_changes_the_subject_of_what_was_filed(world: Network) -> None:
    visit, team = filed_without_expert(world), world.client("team")
    [need] = visit.needs.all()
    where = reverse("matching:visit_requalify", args=[visit.pk, need.pk])

    assert where in text(team, reverse("matching:visit_to_validate", args=[visit.pk]))
    assert "Voir les questions de ce sujet" in text(team, where)
    changed = team.post(where, {"sujet": world.cash.pk}, follow=True).content.decode()
    assert "Le besoin porte sur «\u00a0Trésorerie\u00a0»" in changed
    assert "Équipe prêts" in changed
    team.post(reverse("matching:act_on_visit", args=[visit.pk]), {"transition": "validate"})
    assert team.get(where).status_code == 404  # it is before its experts


def test_the_team_sends_it_back_with_a_reason_that_its_author_reads(world: Network) -> None:
    visit, team = filed_without_expert(world), world.client("team")
    act = reverse("matching:act_on_visit", args=[visit.pk])

    assert team.post(act, {"transition": "send_back", "note": ""}).status_code == 200
    team.post(act, {"transition": "send_back", "note": "Quel four ?"})

    client = world.client("adviser")
    assert "Quel four ?" in text(client, reverse("matching:visit_needs", args=[visit.pk]))
    assert "Renvoyé par l’équipe" in text(client, "/besoins/deposes/")
    assert team.post(act, {"transition": "validate"}).status_code == 409
    assert team.post(act, {"transition": "autre"}).status_code == 404


def test_team_pages_are_for_the_team(world: Network) -> None:
    visit = filed_without_expert(world)

    for name in ("adviser", "here", "recruiter"):
        assert world.client(name).get("/equipe/visites/").status_code == 404
        assert world.client(name).get(reverse("matching:visit_to_validate", args=[visit.pk])).status_code == 404


# --- size -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "url"), [("adviser", "/besoins/deposes/"), ("team", "/equipe/visites/")])
def test_queries_do_not_grow_with_the_visits(world: Network, name: str, url: str) -> None:
    client = world.client(name)
    client.get(url)
    counts = []
    for more in (20, 80):
        for _ in range(more):
            filed = DiagnosisFactory(
                establishment=world.firm, adviser=world.users["adviser"], consent_at=AT, submitted_at=AT
            )
            Need.objects.bulk_create([Need(diagnosis=filed, subject=world.energy, content="x", created_at=AT)])
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_the_sheet_of_a_visit_says_who_agreed_to_what(world: Network) -> None:
    visit = draft(world)
    put_need(visit, world.hiring, "Un poste", {}, by=world.person("adviser"), at=AT)

    page = text(world.client("adviser"), reverse("matching:visit_needs", args=[visit.pk]))

    assert f"recueilli par Alix Terrain, noté le {day(AT)}" in page
