"""« Ma demande »: what is told at each moment, what may be done, and by whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.directory.factories import ExpertFactory
from tests.matching.factories import (
    AT,
    MatchFactory,
    NeedFactory,
    PrecisionFactory,
    RefusalTemplateFactory,
    SolicitationFactory,
)
from tests.matching.public_pages import Page, Visitor
from vigie.journal.models import OutgoingMessage
from vigie.matching.links import Purpose, token
from vigie.matching.models import Match, Solicitation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]


def opened(visitor: Visitor, solicitation: Solicitation) -> Page:
    return visitor.open(f"/ma-demande/{token(solicitation, Purpose.FOLLOW)}/")


def a_match(**traits: Any) -> Match:
    return MatchFactory(
        need=NeedFactory(sent=True),
        expert=ExpertFactory(antenne__name="Agence de Lyon", antenne__institution__name="Chambre inventée"),
        **traits,
    )


def request_of(match: Match) -> Solicitation:
    found = match.need.diagnosis.solicitation
    assert found is not None
    return found


# --- the story --------------------------------------------------------------------------------------------------------
def test_a_request_just_received_says_what_comes_next(visitor: Visitor) -> None:
    page = opened(visitor, SolicitationFactory(in_progress=True))

    assert "Votre demande est bien arrivée." in page.text
    assert "Demande reçue" in page.text
    assert "On ne m’a pas appelé" not in page.text


def test_a_scheduled_transmission_is_not_told_in_jargon(visitor: Visitor) -> None:
    page = opened(visitor, SolicitationFactory(scheduled=True, hold_reasons=["length"]))

    for word in ("automatique", "retenue", "length", "programmée"):
        assert word not in page.text.lower()


def test_a_request_sent_names_the_institutions(visitor: Visitor) -> None:
    match = a_match()

    page = opened(visitor, request_of(match))

    assert "À : Chambre inventée." in page.text
    assert "entre les mains des conseillers" in page.text


def test_who_is_in_charge_is_named_with_a_way_to_book(visitor: Visitor) -> None:
    match = a_match(state="taking_care", taken_care_of_at=AT + timedelta(hours=2))
    antenne = match.expert.antenne
    antenne.booking_url = "https://rendez-vous.exemple.example/lyon"
    antenne.save()

    page = opened(visitor, request_of(match))

    assert "Prise en charge par Chambre inventée (Agence de Lyon)" in page.text
    assert "https://rendez-vous.exemple.example/lyon" in page.html


def test_the_help_found_is_named_with_its_provider_and_level(visitor: Visitor) -> None:
    match = a_match(
        state="done",
        taken_care_of_at=AT,
        closed_at=AT + timedelta(days=2),
        help_name="Prime apprentissage",
        help_provider="Région inventée",
        help_level="regional",
    )

    page = opened(visitor, request_of(match))

    assert "Prime apprentissage" in page.text
    assert "Proposée par Région inventée · aide régionale" in page.text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("done_no_help", "il n’existe pas d’aide publique pour ce besoin"),
        ("done_not_reachable", "a essayé de vous joindre, sans succès"),
    ],
)
def test_an_end_without_help_is_said_plainly(visitor: Visitor, state: str, said: str) -> None:
    match = a_match(state=state, taken_care_of_at=AT, closed_at=AT + timedelta(days=1))

    assert said in opened(visitor, request_of(match)).text


def test_a_refusal_of_one_expert_is_not_told(visitor: Visitor) -> None:
    match = a_match(state="not_for_me", closed_at=AT, refusal_reason="vague", refusal_comment="Sans intérêt")

    page = opened(visitor, request_of(match))

    assert "Sans intérêt" not in page.text
    assert "Notre équipe cherche qui d’autre peut vous aider." in page.text


def test_a_refused_request_shows_the_answer_and_how_to_complete_it(visitor: Visitor) -> None:
    template = RefusalTemplateFactory(mail_subject="Il nous manque un mot", body="Dites-nous tout.", lets_complete=True)
    page = opened(visitor, SolicitationFactory(canceled=True, cancel_reason="refused", refusal_template=template))

    assert "Il nous manque un mot" in page.text
    assert "Compléter ma demande" in page.text
    assert "Retirer ma demande" not in page.text


def test_an_unwanted_request_looks_received(visitor: Visitor) -> None:
    page = opened(visitor, SolicitationFactory(canceled=True, cancel_reason="spam"))

    assert "Votre demande est bien arrivée." in page.text
    assert "indésirable" not in page.text.lower()


def test_the_page_costs_the_same_with_one_or_ten_experts(visitor: Visitor) -> None:
    few, many = MatchFactory(taken_in_charge=True), MatchFactory(taken_in_charge=True)
    for _ in range(9):
        MatchFactory(need=many.need)
        PrecisionFactory(solicitation=request_of(many))
    counts = []

    for match in (few, few, many):  # the first visit of all fills caches
        with CaptureQueriesContext(connection) as queries:
            opened(visitor, request_of(match))
        counts.append(len(queries))

    assert counts[2] == counts[1] <= 8


# --- acts -------------------------------------------------------------------------------------------------------------
def test_a_precision_reaches_the_experts_once(visitor: Visitor) -> None:
    match = a_match()
    page = opened(visitor, request_of(match))

    visitor.send(page, body="Appelez plutôt le matin.")
    after = visitor.send(page, body="Appelez plutôt le matin.")

    assert "Appelez plutôt le matin." in after.text
    assert request_of(match).precisions.count() == 1
    assert OutgoingMessage.objects.filter(template="matching/mail/precision_added").count() == 1


@pytest.mark.parametrize(("typed", "said"), [("", "Remplissez ce champ."), ("a" * 3001, "Ce texte est trop long")])
def test_a_precision_that_cannot_be_sent_comes_back(visitor: Visitor, typed: str, said: str) -> None:
    page = visitor.send(opened(visitor, SolicitationFactory(in_progress=True)), body=typed)

    assert said in page.text
    assert page.form_with("body")["values"]["body"].strip() == typed


def test_nobody_called_is_said_once_and_told_to_the_experts(visitor: Visitor) -> None:
    match = a_match()
    link = token(request_of(match), Purpose.FOLLOW)

    for _ in range(2):
        answer = visitor.client.post(f"/ma-demande/{link}/pas-appele/", follow=True)

    assert "C’est noté" in answer.content.decode()
    assert request_of(match).precisions.filter(kind="not_called").count() == 1


def test_withdrawing_is_confirmed_then_stops_everything(visitor: Visitor) -> None:
    match = a_match(state="taking_care", taken_care_of_at=AT)
    request = request_of(match)
    page = opened(visitor, request)
    assert "un courriel prévient Chambre inventée" in page.text
    link = f"/ma-demande/{token(request, Purpose.FOLLOW)}/retirer/"

    first = visitor.client.post(link, follow=True)
    second = visitor.client.post(link, follow=True)

    request.refresh_from_db()
    match.refresh_from_db()
    assert (request.state, request.cancel_reason, match.state) == ("canceled", "withdrawn", "withdrawn")
    assert "Vous avez retiré cette demande." in first.content.decode()
    assert "Cette action n’est plus possible" in second.content.decode()
    assert OutgoingMessage.objects.filter(template="matching/mail/solicitation_withdrawn").count() == 1


def test_a_precision_on_a_withdrawn_request_is_refused_in_words(visitor: Visitor) -> None:
    request = SolicitationFactory(canceled=True)

    answer = visitor.client.post(
        f"/ma-demande/{token(request, Purpose.FOLLOW)}/precision/", {"body": "Encore"}, follow=True
    )

    assert "Cette demande n’est plus en cours" in answer.content.decode()


# --- who --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", ["", "precision/", "pas-appele/", "retirer/"])
@pytest.mark.parametrize("link", ["forged", "fill"])
def test_a_wrong_link_opens_and_changes_nothing(page: str, link: str) -> None:
    request = SolicitationFactory(in_progress=True)
    text = token(request, Purpose.FILL) if link == "fill" else "faux"
    client = Client()

    answer = (client.post if page else client.get)(f"/ma-demande/{text}/{page}", {"body": "x"})

    assert answer.status_code == 404
    assert "Rouvrez-le depuis le dernier courriel" in answer.content.decode()
    request.refresh_from_db()
    assert request.state == "in_progress"
    assert not request.precisions.exists()


@pytest.mark.parametrize("page", ["precision/", "pas-appele/", "retirer/"])
def test_opening_a_link_changes_nothing(page: str) -> None:
    request = SolicitationFactory(in_progress=True)

    answer = Client().get(f"/ma-demande/{token(request, Purpose.FOLLOW)}/{page}")

    assert answer.status_code == 405


def test_a_post_without_form_token_is_refused() -> None:
    request = SolicitationFactory(in_progress=True)
    client = Client(enforce_csrf_checks=True)

    answer = client.post(f"/ma-demande/{token(request, Purpose.FOLLOW)}/retirer/")

    assert answer.status_code == 403
    request.refresh_from_db()
    assert request.state == "in_progress"


def test_the_private_page_is_neither_stored_nor_indexed(visitor: Visitor) -> None:
    page = opened(visitor, SolicitationFactory(in_progress=True))

    assert "no-store" in page.response["Cache-Control"]
    assert page.response["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in page.html
