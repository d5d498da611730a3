"""« Qui serait notifié ? » and « Pourquoi ces experts ? »: who sees them, what they say, that nothing is written."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import AntenneFactory, InstitutionFactory, UserFactory, sign_in
from tests.conftest import visible_text
from tests.directory.factories import ExpertFactory, SubjectFactory, SubjectQuestionFactory
from tests.matching.factories import AT, CandidateFactory, NeedFactory
from tests.matching.requests import SIREN, SIRET, expert_for, firm, need_of, ready, subject_of
from vigie.directory.models import AnswerCondition, AnswerGrouping, MatchFilter, Subject
from vigie.matching.actions.transmission import prepare
from vigie.matching.models import Candidate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "territory")]
XSS = "<script>alert('x')</script>"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("matching.views.simulator", "accounts.middleware"):
        monkeypatch.setattr(f"vigie.{name}.now", lambda: AT)
    monkeypatch.setattr("vigie.ui.context.clock.now", lambda: AT)
    monkeypatch.setattr("vigie.portal.middleware.nav_for", lambda person: ())


@pytest.fixture
def team() -> Client:
    return sign_in(Client(), UserFactory(team=True))


@pytest.fixture
def subject() -> Subject:
    return SubjectFactory(label="Recruter un salarié")


def read(response) -> str:
    assert response.status_code == 200
    return visible_text(response.content.decode())


def simulate(client: Client, **parameters):
    return client.get(reverse("matching:simulator"), parameters)


def kept(response) -> list[str]:
    return [line.expert for line in response.context["page"].simulation.kept]


def dropped(response) -> list[str]:
    return [line.expert for line in response.context["page"].simulation.dropped]


def counts() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


# --- who ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["simulator", "explain"])
def test_visitor_is_led_to_sign_in(name: str) -> None:
    args = [NeedFactory().pk] if name == "explain" else []

    response = Client().get(reverse(f"matching:{name}", args=args))

    assert response.status_code == 302
    assert response["Location"].startswith("/connexion/")


@pytest.mark.parametrize("role", ["expert", "manager", "adviser"])
@pytest.mark.parametrize("name", ["simulator", "explain"])
def test_page_does_not_exist_for_others(name: str, role: str) -> None:
    args = [NeedFactory().pk] if name == "explain" else []
    client = sign_in(Client(), UserFactory(**{role: True}))

    assert client.get(reverse(f"matching:{name}", args=args)).status_code == 404


def test_simulating_is_reading_only(team: Client) -> None:
    assert team.post(reverse("matching:simulator"), {}).status_code == 405


# --- the simulator --------------------------------------------------------------------------------------------------
def test_without_subject_the_page_says_what_to_choose(team: Client) -> None:
    assert "Choisissez un sujet" in read(simulate(team))


def test_without_place_the_page_says_what_to_choose(team: Client, subject: Subject) -> None:
    assert "Choisissez une entreprise ou une commune" in read(simulate(team, sujet=subject.pk))


def test_kept_and_dropped_each_with_its_reason(team: Client, subject: Subject) -> None:
    expert_for(subject, full_name="Équipe du Rhône")
    strict = expert_for(subject, full_name="Équipe des grandes")
    MatchFilter.objects.create(expert=strict, min_workforce=50)
    expert_for(subject, full_name="Équipe du Nord", antenne=AntenneFactory(zones=[("departement", "59")]))
    firm()

    response = simulate(team, sujet=subject.pk, siret=SIRET, entreprise="BOULANGERIE INVENTÉE")

    assert kept(response) == ["Équipe du Rhône"]
    assert dropped(response) == ["Équipe des grandes"]
    text = read(response)
    assert "1 expert serait notifié. 1 expert du territoire écarté." in text
    assert "couvre le département Rhône (territoire de l’antenne)" in text
    assert "au moins 50 salariés (entreprise : 3 à 5)" in text
    assert "3 à 5 salariés répertoire" in text
    assert "Équipe du Nord" not in text


def test_a_fact_typed_by_hand_replaces_that_of_the_register_and_the_difference_is_said(
    team: Client, subject: Subject
) -> None:
    strict = expert_for(subject, full_name="Équipe des grandes")
    MatchFilter.objects.create(expert=strict, min_workforce=50)
    small = expert_for(subject, full_name="Équipe des petites")
    MatchFilter.objects.create(expert=small, max_workforce=50)
    firm()

    response = simulate(team, sujet=subject.pk, siret=SIRET, effectif="80")

    assert kept(response) == ["Équipe des grandes"]
    text = read(response)
    assert "en plus, Équipe des grandes ; en moins, Équipe des petites" in text
    assert "80 salariés saisi ici" in text


@pytest.mark.parametrize(
    ("criterion", "wanted", "typed"),
    [
        ({"accepted_naf": ["47"]}, True, {"naf": "47.11F"}),
        ({"accepted_naf": ["47"]}, False, {"naf": "10.71C"}),
        ({"accepted_legal_forms": ["57"]}, True, {"forme": "5710"}),
        ({"accepted_legal_forms": ["57"]}, False, {"forme": "5499"}),
        ({"min_years": 3}, True, {"age": "4"}),
        ({"min_years": 3}, False, {"age": "1"}),
        ({"max_workforce": 10}, False, {"effectif": "10"}),
        ({"max_workforce": 10}, True, {"effectif": "9"}),
    ],
)
def test_each_fact_can_be_typed_without_a_company(
    team: Client, subject: Subject, criterion: dict, wanted: bool, typed: dict[str, str]
) -> None:
    expert = expert_for(subject, full_name="Équipe du Rhône")
    MatchFilter.objects.create(expert=expert, **criterion)

    response = simulate(team, sujet=subject.pk, commune="Lyon", commune_code="69123", **typed)

    assert (kept(response) == ["Équipe du Rhône"]) is wanted


def test_the_commune_decides(team: Client, subject: Subject) -> None:
    expert_for(subject, full_name="Équipe du Rhône")

    assert kept(simulate(team, sujet=subject.pk, commune="villeurbanne")) == ["Équipe du Rhône"]
    assert kept(simulate(team, sujet=subject.pk, commune="lille")) == []
    assert "Aucune commune de France" in read(simulate(team, sujet=subject.pk, commune="atlantide"))


def test_natures_and_skills_operator_can_be_typed(team: Client, subject: Subject) -> None:
    chamber = InstitutionFactory(accepted_natures=["ARTISANALE"], accepts_unknown_nature=False)
    expert_for(subject, full_name="Chambre", antenne=AntenneFactory(institution=chamber, zones=[("departement", "69")]))
    operator = InstitutionFactory(name="OPCO inventé", kind="opco")
    expert_for(
        subject, full_name="Opérateur", antenne=AntenneFactory(institution=operator, zones=[("departement", "69")])
    )

    assert kept(simulate(team, sujet=subject.pk, commune_code="69123")) == []
    assert kept(simulate(team, sujet=subject.pk, commune_code="69123", natures="ARTISANALE")) == ["Chambre"]
    assert kept(simulate(team, sujet=subject.pk, commune_code="69123", opco=operator.pk)) == ["Opérateur"]


def test_the_questions_of_the_subject_are_asked_and_their_answers_count(team: Client, subject: Subject) -> None:
    question = SubjectQuestionFactory(subject=subject, key="apprenti", label="Un apprenti ?")
    expert = expert_for(subject, full_name="Équipe du Rhône")
    grouping = AnswerGrouping.objects.create(expert=expert)
    AnswerCondition.objects.create(grouping=grouping, question=question, value="true")

    asked = {"sujet": subject.pk, "commune_code": "69123"}

    assert "Un apprenti ?" in read(simulate(team, **asked))
    assert kept(simulate(team, **asked, q_apprenti="true")) == ["Équipe du Rhône"]
    assert kept(simulate(team, **asked, q_apprenti="false")) == []
    assert kept(simulate(team, **asked, q_apprenti="forgée")) == ["Équipe du Rhône"]


def test_a_company_of_several_establishments_is_chosen_among_them(team: Client, subject: Subject) -> None:
    firm()
    firm(siret=SIREN + "00024", sign="Annexe")

    page = simulate(team, sujet=subject.pk, siret=SIREN).context["page"]

    assert {one.siret for one in page.companies} == {SIRET, SIREN + "00024"}


def test_any_expert_can_be_explained(team: Client, subject: Subject) -> None:
    far = ExpertFactory(full_name="Équipe du Grand Large", zones=[("departement", "29")])
    asked = {"sujet": subject.pk, "commune_code": "69123", "expert": "grand large"}

    assert "Équipe du Grand Large" in read(simulate(team, **asked))
    text = read(simulate(team, **asked, choisi=far.pk))

    assert "Pourquoi pas Équipe du Grand Large ?" in text
    assert "n’a pas de compétence pour ce sujet" in text
    assert "hors du territoire propre à l’équipe" in text


def test_with_script_only_what_changes_is_sent(team: Client, subject: Subject) -> None:
    SubjectQuestionFactory(subject=subject, label="Un apprenti ?")
    expert_for(subject, full_name="Équipe du Rhône")

    response = team.get(
        reverse("matching:simulator"),
        {"sujet": subject.pk, "commune_code": "69123"},
        headers={"HX-Request": "true"},
    )

    html = response.content.decode()
    assert "<html" not in html
    assert 'id="questions" hx-swap-oob="true"' in html
    assert "Équipe du Rhône" in html
    assert "Un apprenti ?" in html


def test_nothing_is_sent_nor_written(team: Client, subject: Subject) -> None:
    expert = expert_for(subject)
    firm()
    asked = {"sujet": subject.pk, "siret": SIRET, "effectif": "12", "expert": "equipe", "choisi": expert.pk}
    simulate(team)
    before = counts()

    with CaptureQueriesContext(connection) as caught:
        simulate(team, **asked)

    verbs = {one["sql"].split()[0].upper() for one in caught}
    assert verbs <= {"SELECT", "WITH"}
    assert counts() == before


@pytest.mark.parametrize(
    "typed",
    [
        {"sujet": "x"},
        {"sujet": "9" * 40},
        {"effectif": "-4"},
        {"effectif": "beaucoup"},
        {"age": "9999"},
        {"commune_code": "\u202e<b>"},
        {"siret": "9" * 60},
        {"siret": "1234"},
        {"opco": "0"},
        {"natures": "AUTRE"},
        {"choisi": "9" * 50},
        {"choisi": "x"},
        {"naf": XSS},
        {"forme": XSS},
        {"entreprise": XSS * 50},
        {"expert": XSS * 50},
        {"commune": XSS * 200},
    ],
)
def test_odd_parameters_break_nothing(team: Client, subject: Subject, typed: dict[str, str]) -> None:
    response = simulate(team, **{"sujet": str(subject.pk), "commune_code": "69123", **typed})

    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_queries_do_not_grow_with_experts(team: Client, subject: Subject) -> None:
    firm()
    asked = {"sujet": subject.pk, "siret": SIRET, "effectif": "12"}

    def grow(count: int) -> int:
        for _ in range(count):
            expert_for(subject)
            expert_for(subject, antenne=AntenneFactory(zones=[("departement", "01")]))
        with CaptureQueriesContext(connection) as caught:
            assert simulate(team, **asked).status_code == 200
        return len(caught)

    grow(2)
    few, many = grow(18), grow(80)

    assert few == many
    assert many <= 26


# --- why these experts ----------------------------------------------------------------------------------------------
def test_the_stored_trace_is_told(team: Client) -> None:
    held = prepare(ready(), at=AT)
    far = expert_for(subject_of(held), full_name="Équipe stricte")
    Candidate.objects.create(
        need=need_of(held), expert=far, kept=False, ticked=False, reasons=[{"code": "outside_own_zones", "values": {}}]
    )

    text = read(team.get(reverse("matching:explain", args=[need_of(held).pk])))

    assert "Retenus (1)" in text
    assert "Écartés (1)" in text
    assert "couvre le département Rhône" in text
    assert "hors du territoire propre à l’équipe" in text


def test_any_other_expert_is_explained_for_the_need(team: Client) -> None:
    held = prepare(ready(), at=AT)
    far = ExpertFactory(full_name="Équipe du Grand Large", zones=[("departement", "29")])

    text = read(team.get(reverse("matching:explain", args=[need_of(held).pk]), {"expert": "large", "choisi": far.pk}))

    assert "Pourquoi pas Équipe du Grand Large ?" in text
    assert "D’après l’annuaire d’aujourd’hui" in text


def test_queries_of_the_trace_do_not_grow(team: Client) -> None:
    need = NeedFactory(with_request=True)

    def grow(count: int) -> int:
        CandidateFactory.create_batch(count, need=need)
        with CaptureQueriesContext(connection) as caught:
            team.get(reverse("matching:explain", args=[need.pk]))
        return len(caught)

    grow(1)

    assert grow(10) == grow(60) <= 12
