"""The need sheet: who sees it, what it says, which buttons it offers."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import visible_text
from tests.directory.factories import ExpertFactory, SubjectQuestionFactory
from tests.matching.desk_world import ACTORS, READERS, STAMPS, desk_world, establishment
from tests.matching.factories import (
    AT,
    CandidateFactory,
    ContactFactory,
    DiagnosisFactory,
    MatchFactory,
    NeedFactory,
    PrecisionFactory,
    ThreadMessageFactory,
)
from vigie.journal.actions import record
from vigie.matching.actions.matches import reassign, take_charge
from vigie.matching.forms.desk import answer_form
from vigie.matching.models import Match
from vigie.matching.queries.need import matches_of, need_page, visible_need
from vigie.matching.states import MATCH
from vigie.rights.person import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
XSS = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("vigie.matching.views.need", "vigie.ui.context", "vigie.accounts.middleware"):
        monkeypatch.setattr(f"{module}.clock.now" if module.endswith("context") else f"{module}.now", lambda: AT)


def address(world) -> str:
    return reverse("matching:need", args=[world.need.pk])


def sheet(world, name: str, **options):
    person = world.person(name)
    need = visible_need(person, world.need.pk)
    return need_page(need, matches_of(need, person), person, form_for=answer_form, **options)


def test_visitor_is_led_to_sign_in() -> None:
    world = desk_world()

    response = world.client("visitor").get(address(world))

    assert response.status_code == 302
    assert response["Location"] == "/connexion/?next=" + quote(address(world), safe="")


def test_unrelated_expert_gets_404() -> None:
    world = desk_world()

    assert world.client("unrelated").get(address(world)).status_code == 404


@pytest.mark.parametrize("name", READERS)
def test_reader_sees_the_request_and_the_contact(name: str) -> None:
    world = desk_world()

    response = world.client(name).get(address(world))

    assert response.status_code == 200
    text = visible_text(response.content.decode())
    assert "boulangerie de quatre personnes" in text
    assert "Camille Fournil" in text


@pytest.mark.parametrize("state", [state.code for state in MATCH.states])
@pytest.mark.parametrize("name", READERS)
def test_page_offers_exactly_the_buttons_of_the_table(name: str, state: str) -> None:
    world = desk_world(state=state, **STAMPS[state])
    expected: dict[str, str] = {}
    if name in ACTORS:
        for step in MATCH.offered(state):
            if step.button:
                expected.setdefault(step.target, step.name)

    found = [one for one in sheet(world, name).interventions if one.pk == world.match.pk]

    buttons = [b.name for one in found for block in one.blocks for b in block.buttons]
    buttons += [b.name for one in found for b in one.undo]
    assert sorted(buttons) == sorted(expected.values())
    html = world.client(name).get(address(world)).content.decode()
    action = reverse("matching:answer", args=[world.need.pk, world.match.pk])
    assert html.count(f'action="{action}"') == len(expected)


# --- what the page says -----------------------------------------------------------------------------------------------
def test_the_firm_is_told_in_facts_with_their_source_and_what_is_missing() -> None:
    world = desk_world()
    diagnosis = world.need.diagnosis
    diagnosis.establishment = establishment(1)
    diagnosis.save()

    page = sheet(world, "member")

    facts = {fact.label: fact for fact in page.company_facts}
    assert page.company == "Fournil des Halles"
    assert page.company_origin == "Source\u00a0: Sirene (fichier stock), au 18\u00a0mars 2026"
    assert facts["Commune"].value == "42600 Montbrison"
    assert facts["Effectif"].value == "10 à 19 salariés"
    assert facts["Activité"].value.endswith("1071C")
    assert (facts["Adresse"].value, facts["Adresse"].missing) == ("", "inconnue")
    assert facts["Nature d’activité"].missing == "pas encore demandée"


def test_what_the_law_keeps_back_is_said_so() -> None:
    world = desk_world()
    firm = establishment(1, postal_code="", diffusible=False, sign="")
    firm.company.name, firm.company.diffusible = "Entreprise non diffusible", False
    firm.company.save()
    world.need.diagnosis.establishment = firm
    world.need.diagnosis.save()

    page = sheet(world, "member")

    assert page.company == "Entreprise non diffusible"
    assert next(fact for fact in page.company_facts if fact.label == "Adresse").missing == "non diffusible"


def test_a_firm_that_no_register_knows_is_told_as_it_was_typed() -> None:
    world = desk_world()
    request = world.need.diagnosis.solicitation
    request.company_name, request.siret = "Chez Lulu", "12345678900012"
    request.save()

    facts = {fact.label: fact for fact in sheet(world, "member").company_facts}

    assert facts["Nom"].value == "Chez Lulu"
    assert facts["SIRET"].source == "saisi par l’entreprise, non vérifié"
    assert facts["Commune"].missing == "inconnue"


@pytest.mark.usefixtures("territory")
def test_without_establishment_the_commune_is_named_and_found_by_its_name() -> None:
    world = desk_world()

    facts = {fact.label: fact for fact in sheet(world, "member").company_facts}

    assert facts["Commune"].value == "Lyon (69)"
    assert "LYON" in world.need.search_text


def test_answers_are_told_in_words_and_silence_is_said() -> None:
    world = desk_world()
    first = SubjectQuestionFactory(subject=world.need.subject, label="Un cadre ?", position=1)
    SubjectQuestionFactory(subject=world.need.subject, label="Un apprenti ?", position=2)
    world.need.answers = {first.key: "true"}
    world.need.save()

    answers = sheet(world, "member").answers

    assert [(fact.label, fact.value, fact.missing) for fact in answers] == [
        ("Un cadre ?", "Oui", "sans réponse"),
        ("Un apprenti ?", "", "sans réponse"),
    ]


def test_the_telephone_is_one_press_away_and_its_absence_is_said() -> None:
    world = desk_world(state="taking_care", **STAMPS["taking_care"])
    assert "Téléphone non communiqué" in world.client("member").get(address(world)).content.decode()
    contact = world.need.diagnosis.contact
    contact.phone = "06 11 22 33 44"
    contact.save()

    html = world.client("member").get(address(world)).content.decode()

    assert html.count('href="tel:+33611223344"') == 2  # in the contact, and in the first step


def test_precisions_of_the_company_are_with_the_request() -> None:
    world = desk_world()
    request = world.need.diagnosis.solicitation
    PrecisionFactory(solicitation=request)
    PrecisionFactory(solicitation=request, kind="not_called", body="", at=AT + timedelta(days=1))

    said = [one.text for one in sheet(world, "member").precisions]

    assert said == ["Je suis joignable l’après-midi.", "L’entreprise dit que personne ne l’a encore appelée."]


def test_other_experts_are_shown_with_their_position() -> None:
    world = desk_world(state="not_for_me", refusal_comment="Confidentiel", **STAMPS["not_for_me"])

    lines = {line.name: line for line in sheet(world, "other").experts}

    assert set(lines) == {"Équipe artisanat", "Équipe Région"}
    assert lines["Équipe artisanat"].state.code == "not_for_me"
    assert lines["Équipe artisanat"].detail == "Hors de mon territoire"
    own = {line.name: line for line in sheet(world, "member").experts}
    assert own["Équipe artisanat"].detail == "Hors de mon territoire\u00a0: Confidentiel"


def test_why_me_comes_from_the_stored_trace_and_is_for_oneself() -> None:
    world = desk_world()
    trace = [
        {"code": "competence", "values": {"label": "Recrutement"}},
        {"code": "covers_zone", "values": {"of": "antenne", "zone_type": "departement", "code": "42", "name": "Loire"}},
    ]
    CandidateFactory(need=world.need, expert=world.match.expert, reasons=trace)

    reasons = {line.name: line.reasons for line in sheet(world, "member").experts}

    assert reasons["Équipe artisanat"] == (
        "compétence\u00a0: Recrutement",
        "couvre le département Loire (territoire de l’antenne)",
    )
    assert reasons["Équipe Région"] == ()
    assert sheet(world, "colleague").experts[0].reasons == ()


# --- the story --------------------------------------------------------------------------------------------------------
def test_the_discussion_tells_messages_and_events_in_order() -> None:
    world = desk_world()
    record("match.sent", world.match, by=SYSTEM, at=AT)
    ThreadMessageFactory(need=world.need, author=world.users["other"], at=AT + timedelta(hours=1))
    take_charge(world.match, by=world.person("manager"), at=AT + timedelta(hours=2))
    ThreadMessageFactory(need=world.need, author=world.users["member"], at=AT + timedelta(hours=3))
    ThreadMessageFactory(
        need=world.need, author=world.users["member"], body="", at=AT + timedelta(hours=4), deleted_at=AT
    )

    lines = sheet(world, "member").thread

    assert [(line.author, line.text, line.mine) for line in lines] == [
        ("", "Besoin transmis à Équipe artisanat", False),
        ("Lucie Otero", "J’ai appelé l’entreprise ce matin.", False),
        ("", "Équipe artisanat prend en charge (par Marc Duret)", False),
        ("Paul Petit", "J’ai appelé l’entreprise ce matin.", True),
        ("", "Message retiré par son auteur (Paul Petit)", False),
    ]
    assert [line.act is not None for line in lines] == [False, False, False, True, False]


def test_the_discussion_supposes_nothing_of_who_is_reminded_or_declines() -> None:
    """« Maud est relancé », « ce n’est pas pour lui »"""
    world = desk_world()
    for name in ("match.reminded", "match.last_chance", "match.declined"):
        record(name, world.match, by=SYSTEM, at=AT)

    assert {line.text for line in sheet(world, "member").thread} == {
        "Relance envoyée à Équipe artisanat",
        "Dernière relance envoyée à Équipe artisanat",
        "Équipe artisanat répond «\u00a0Ce n’est pas pour moi\u00a0»",
    }


def test_each_fold_of_an_expert_names_him_without_a_preposition() -> None:
    """« Coordonnées de Olivier », to who listens to the page."""
    world = desk_world()

    page = visible_text(world.client("member").get(address(world)).content.decode())

    assert "Coordonnées (Équipe artisanat)" in page


def test_one_may_take_back_ones_own_message_only() -> None:
    world = desk_world()
    mine = ThreadMessageFactory(need=world.need, author=world.users["member"])
    other = ThreadMessageFactory(need=world.need, author=world.users["other"])

    html = world.client("member").get(address(world)).content.decode()

    assert f'action="{reverse("matching:delete_comment", args=[world.need.pk, mine.pk])}"' in html
    assert f'action="{reverse("matching:delete_comment", args=[world.need.pk, other.pk])}"' not in html


def test_the_story_keeps_who_had_the_need_before_it_was_handed_over() -> None:
    world = desk_world()
    to = ExpertFactory(antenne=world.match.expert.antenne, full_name="Équipe voisine")
    record("match.sent", world.match, by=SYSTEM, at=AT)
    reassign(world.match, to, by=world.person("member"), at=AT + timedelta(hours=1))
    take_charge(Match.objects.get(pk=world.match.pk), by=world.person("team"), at=AT + timedelta(hours=2))

    assert [line.text for line in sheet(world, "team").thread] == [
        "Besoin transmis à Équipe artisanat",
        "Équipe artisanat confie le besoin à Équipe voisine (par Paul Petit)",
        "Équipe voisine prend en charge (par Odile Brun)",
    ]


def test_a_precision_and_a_complaint_are_told_apart() -> None:
    world = desk_world()
    request = world.need.diagnosis.solicitation
    for kind in ("precision", "not_called"):
        one = PrecisionFactory(solicitation=request, kind=kind)
        record("solicitation.precision_added", request, by=SYSTEM, at=AT, payload={"precision": one.pk, "kind": kind})

    assert [line.text for line in sheet(world, "member").thread] == [
        "L’entreprise ajoute une précision",
        "L’entreprise dit que personne ne l’a appelée",
    ]


# --- the other needs of the company -----------------------------------------------------------------------------------
def test_history_joins_the_siren_and_the_address_and_hides_what_was_not_received() -> None:
    world = desk_world()
    firm = establishment(1)
    diagnosis = world.need.diagnosis
    diagnosis.establishment = firm
    diagnosis.save()
    seen = NeedFactory(sent=True, diagnosis=DiagnosisFactory(establishment=firm), sent_at=AT - timedelta(days=2))
    MatchFactory(need=seen, expert=world.match.expert)
    secret = NeedFactory(
        sent=True,
        diagnosis=DiagnosisFactory(contact=ContactFactory(email=diagnosis.contact.email)),
        sent_at=AT - timedelta(days=1),
        subject__label="Dettes sociales",
    )
    NeedFactory(diagnosis=DiagnosisFactory(establishment=firm))  # not sent
    NeedFactory(sent=True)  # of another firm

    lines = sheet(world, "member").history

    assert [(line.pk, line.note) for line in lines] == [
        (None, "L’accès à ce besoin est réservé aux conseillers notifiés."),
        (seen.pk, ""),
    ]
    assert "Dettes sociales" not in world.client("member").get(address(world)).content.decode()
    assert [line.pk for line in sheet(world, "team").history] == [secret.pk, seen.pk]


# --- links of mails, escaping, size -----------------------------------------------------------------------------------
@pytest.mark.parametrize("chosen", ["take_charge", "decline"])
def test_the_link_of_a_mail_opens_the_button_and_changes_nothing(chosen: str) -> None:
    world = desk_world()

    response = world.client("member").get(address(world), {"reponse": chosen})

    text = visible_text(response.content.decode())
    assert "rien n’est encore enregistré" in text
    assert Match.objects.get(pk=world.match.pk).state == "quo"
    assert ('<details class="vg-act" open>' in response.content.decode()) is (chosen == "decline")


@pytest.mark.parametrize("chosen", ["close_helped", "cover", "nothing", "<script>"])
def test_a_link_to_a_button_that_is_not_offered_opens_nothing(chosen: str) -> None:
    world = desk_world()

    response = world.client("member").get(address(world), {"reponse": chosen})

    assert response.status_code == 200
    assert "rien n’est encore enregistré" not in response.content.decode()


def test_the_link_of_a_mail_survives_sign_in() -> None:
    world = desk_world()

    response = world.client("visitor").get(address(world) + "?reponse=take_charge")

    assert response["Location"] == "/connexion/?next=" + quote(f"{address(world)}?reponse=take_charge", safe="")


def test_hostile_text_is_shown_as_text_everywhere() -> None:
    world = desk_world(state="not_for_me", **{**STAMPS["not_for_me"], "refusal_comment": XSS})
    firm = establishment(1, name=XSS, sign=XSS, address=XSS)
    diagnosis = world.need.diagnosis
    diagnosis.establishment = firm
    diagnosis.contact.full_name = XSS
    diagnosis.contact.save()
    diagnosis.save()
    world.need.content = XSS
    world.need.save()
    PrecisionFactory(solicitation=diagnosis.solicitation, body=XSS)
    ThreadMessageFactory(need=world.need, body=XSS)
    world.match.expert.full_name = XSS
    world.match.expert.save()
    record("match.sent", world.match, by=SYSTEM, at=AT)

    for name in ("member", "team"):
        html = world.client(name).get(address(world)).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert html.count("&lt;script&gt;alert") >= 6


def test_links_written_by_people_are_not_made_clickable_and_lines_are_kept() -> None:
    world = desk_world()
    ThreadMessageFactory(need=world.need, body="Voir\nhttps://piege.example/x")

    html = world.client("member").get(address(world)).content.decode()

    assert "Voir<br>https://piege.example/x" in html
    assert 'href="https://piege.example' not in html


@pytest.mark.parametrize("name", ["member", "manager", "team"])
def test_queries_do_not_grow_with_what_the_sheet_holds(name: str) -> None:
    world = desk_world()
    firm = establishment(1)
    world.need.diagnosis.establishment = firm
    world.need.diagnosis.save()
    client = world.client(name)

    def fill(count: int) -> None:
        for rank in range(count):
            match = MatchFactory(need=world.need)
            CandidateFactory(need=world.need, expert=match.expert)
            record("match.sent", match, by=SYSTEM, at=AT)
            ThreadMessageFactory(need=world.need)
            PrecisionFactory(solicitation=world.need.diagnosis.solicitation, at=AT + timedelta(minutes=rank))
            SubjectQuestionFactory(subject=world.need.subject)
            NeedFactory(sent=True, diagnosis=DiagnosisFactory(establishment=firm))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(world)).status_code == 200
        return len(captured)

    fill(2)
    queries()
    few = queries()
    fill(18)

    assert queries() == few
    assert few <= 20


def test_history_is_found_from_the_company_and_the_address_not_among_all_needs() -> None:
    world = desk_world()
    diagnosis = world.need.diagnosis
    diagnosis.establishment = establishment(1)
    diagnosis.save()
    client = world.client("member")

    with CaptureQueriesContext(connection) as asked:
        client.get(address(world))

    (history,) = [query["sql"] for query in asked if 'ORDER BY "matching_need"."sent_at" DESC' in query["sql"]]
    assert '"matching_need" INNER JOIN "matching_diagnosis"' not in history
    # the company's, the address's, and in the mark that says who may open each: what he filed
    assert history.count('"matching_need"."diagnosis_id" IN (SELECT') == 3
