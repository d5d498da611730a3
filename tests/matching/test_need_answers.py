"""Pressing the buttons of the sheet: what is kept, what is said, who is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import visible_text
from tests.directory.factories import ExpertFactory
from tests.matching.desk_world import PEOPLE, STAMPS, World, desk_world
from tests.matching.factories import AT, MatchFactory, ThreadMessageFactory
from vigie.connectors.mail import MemoryRelay
from vigie.journal import relay as relays
from vigie.journal.delivery import Outcome, deliver
from vigie.journal.models import OutgoingMessage
from vigie.matching.models import Match, ThreadMessage
from vigie.matching.queries.positions import version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
TOKEN = "jeton-de-la-page-1"
STATUS = {"visitor": 302, "unrelated": 404, "member": 302, "colleague": 403, "other": 403, "manager": 302, "team": 302}


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.matching.views.need.now", lambda: AT)


def sheet(world: World) -> str:
    return reverse("matching:need", args=[world.need.pk])


def press(world: World, who: str, transition: str, match: Match | None = None, /, **told: str):
    match = match or world.match
    url = reverse("matching:answer", args=[match.need_id, match.pk])
    return world.client(who).post(url, {"transition": transition, "form_token": version(match), **told})


def state(match: Match) -> str:
    return Match.objects.get(pk=match.pk).state


@pytest.mark.parametrize("name", PEOPLE)
def test_who_may_answer(name: str) -> None:
    world = desk_world()

    response = press(world, name, "take_charge")

    assert response.status_code == STATUS[name]
    assert state(world.match) == ("taking_care" if name in ("member", "manager", "team") else "quo")
    if STATUS[name] == 403:
        assert "Vous n’avez pas le droit de faire ceci" in response.content.decode()


@pytest.mark.parametrize("name", PEOPLE)
def test_who_may_write(name: str) -> None:
    world = desk_world()
    expected = {**STATUS, "other": 302}

    url = reverse("matching:comment", args=[world.need.pk])
    response = world.client(name).post(url, {"body": "Bonjour", "form_token": TOKEN})

    assert response.status_code == expected[name]
    assert ThreadMessage.objects.count() == (1 if name in ("member", "other", "manager", "team") else 0)


@pytest.mark.parametrize("name", PEOPLE)
def test_who_may_hand_over(name: str) -> None:
    world = desk_world()
    to = ExpertFactory(antenne=world.match.expert.antenne)
    url = reverse("matching:hand_over", args=[world.need.pk, world.match.pk])
    client = world.client(name)

    seen, sent = client.get(url), client.post(url, {"expert": to.pk})

    assert seen.status_code == {302: 200 if name != "visitor" else 302}.get(STATUS[name], STATUS[name])
    assert sent.status_code == STATUS[name]
    assert (Match.objects.get(pk=world.match.pk).expert == to) is (name in ("member", "manager", "team"))


@pytest.mark.parametrize("name", ["member", "other", "team", "unrelated"])
def test_only_its_author_takes_a_message_back(name: str) -> None:
    world = desk_world()
    message = ThreadMessageFactory(need=world.need, author=world.users["member"])

    url = reverse("matching:delete_comment", args=[world.need.pk, message.pk])
    response = world.client(name).post(url)

    assert response.status_code == {"member": 302, "unrelated": 404}.get(name, 403)
    assert (ThreadMessage.objects.get().deleted_at is not None) is (name == "member")


def test_what_is_of_another_need_does_not_exist_here() -> None:
    world = desk_world()
    elsewhere = MatchFactory(expert=world.match.expert)
    message = ThreadMessageFactory(author=world.users["member"])
    client = world.client("member")

    for name, *args in (("answer", elsewhere.pk), ("hand_over", elsewhere.pk), ("delete_comment", message.pk)):
        url = reverse(f"matching:{name}", args=[world.need.pk, *args])
        assert client.post(url, {"transition": "take_charge"}).status_code == 404
    for pk in (0, 10**18, 10**25, 9999):
        assert client.get(f"/besoins/{pk}/").status_code == 404
    assert state(elsewhere) == "quo"


@pytest.mark.parametrize("name", ["answer", "comment", "delete_comment"])
def test_acts_are_posts_with_the_token_of_the_session(name: str) -> None:
    world = desk_world()
    args = {"answer": [world.need.pk, world.match.pk], "comment": [world.need.pk], "delete_comment": [world.need.pk, 1]}
    url = reverse(f"matching:{name}", args=args[name])
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.users["member"])

    assert world.client("member").get(url).status_code == 405
    assert strict.post(url, {"transition": "take_charge"}).status_code == 403
    assert state(world.match) == "quo"


# --- what is told -----------------------------------------------------------------------------------------------------
def test_after_the_press_one_reads_what_was_done_and_whom_it_tells() -> None:
    world = desk_world()

    mine = press(world, "member", "take_charge")

    text = visible_text(world.client("member").get(mine["Location"]).content.decode())
    assert "1. J’appelle l’entreprise" in text
    assert "2. Je clôture mon intervention" in text
    client = world.client("member")
    url = reverse("matching:answer", args=[world.need.pk, world.match.pk])
    said = visible_text(client.post(url, {"transition": "undo"}, follow=True).content.decode())
    assert "Votre réponse est annulée" in said
    said = visible_text(client.post(url, {"transition": "take_charge"}, follow=True).content.decode())
    assert "L’entreprise recevra un courriel dans une minute" in said


def test_acting_in_place_of_a_team_says_that_no_mail_leaves() -> None:
    world = desk_world()
    client = world.client("team")
    url = reverse("matching:answer", args=[world.need.pk, world.match.pk])

    response = client.post(url, {"transition": "take_charge"}, follow=True)

    text = visible_text(response.content.decode())
    assert "C’est enregistré au nom de Équipe artisanat. L’entreprise ne reçoit pas de courriel." in text
    assert not OutgoingMessage.objects.exists()


@pytest.mark.parametrize("undone", [False, True])
def test_undone_within_the_hold_no_mail_leaves(undone: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = MemoryRelay()
    monkeypatch.setitem(relays._relays, "demo", lambda: sent)
    world = desk_world()
    press(world, "member", "take_charge")
    message = OutgoingMessage.objects.get(template="matching/mail/taken_in_charge")
    assert deliver(message.pk, lambda: AT + timedelta(seconds=30)) is Outcome.NOTHING

    if undone:
        press(world, "member", "undo", Match.objects.get(pk=world.match.pk))

    outcome = deliver(message.pk, lambda: AT + timedelta(minutes=2))
    assert outcome is (Outcome.POINTLESS if undone else Outcome.SENT)
    assert len(sent.accepted) == (0 if undone else 1)


def test_a_refusal_without_reason_comes_back_open_as_it_was() -> None:
    world = desk_world()

    response = press(world, "member", "decline", comment="Je garde ce texte")

    html = response.content.decode()
    assert response.status_code == 200
    assert state(world.match) == "quo"
    assert "Choisissez la raison" in html
    assert "Je garde ce texte" in html
    assert f'href="#m{world.match.pk}_decline_reason_0"' in html
    assert f'id="m{world.match.pk}_decline_reason_0"' in html


def test_a_refusal_with_its_reason_is_kept() -> None:
    world = desk_world()

    press(world, "member", "decline", reason="vague", comment="Pas de téléphone")

    match = Match.objects.get(pk=world.match.pk)
    assert (match.state, match.refusal_reason, match.refusal_comment) == ("not_for_me", "vague", "Pas de téléphone")


def test_closing_with_help_proposes_the_institution_and_keeps_what_was_typed() -> None:
    world = desk_world(state="taking_care", **STAMPS["taking_care"])
    html = world.client("member").get(sheet(world)).content.decode()
    assert 'value="Chambre de métiers"' in html

    refused = press(world, "member", "close_helped", provider="Région Est", level="regional")
    assert "Nommez l’aide proposée." in refused.content.decode()
    assert "Région Est" in refused.content.decode()
    press(world, "member", "close_helped", name="Aide à l’embauche", provider="Région Est", level="regional")

    match = Match.objects.get(pk=world.match.pk)
    assert (match.state, match.help_name, match.help_provider, match.help_level) == (
        "done",
        "Aide à l’embauche",
        "Région Est",
        "regional",
    )


def test_no_column_but_those_of_the_form_is_written() -> None:
    world = desk_world()
    before = Match.objects.filter(pk=world.match.pk).values().get()
    extra = {"expert": "1", "expert_id": "1", "sent_at": "2020-01-01", "help_name": "x", "archived_at": "2020-01-01"}

    press(world, "member", "decline", reason="other", **extra)

    after = Match.objects.filter(pk=world.match.pk).values().get()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"state", "closed_at", "refusal_reason"}


def test_a_second_press_shows_the_sheet_of_now_and_who_was_quicker() -> None:
    world = desk_world()
    press(world, "member", "take_charge")

    response = press(world, "manager", "take_charge")

    assert response.status_code == 409
    text = visible_text(response.content.decode())
    assert "a été prise en charge par Équipe artisanat à 10 h 30. Rechargez la page" in text


@pytest.mark.parametrize("transition", ["cover", "withdraw", "nothing", ""])
def test_a_button_that_does_not_exist_changes_nothing(transition: str) -> None:
    world = desk_world()

    assert press(world, "member", transition).status_code == 409
    assert state(world.match) == "quo"


# --- handing over -----------------------------------------------------------------------------------------------------
def hand_over_page(world: World) -> str:
    return reverse("matching:hand_over", args=[world.need.pk, world.match.pk])


def test_one_hands_over_to_near_colleagues_only() -> None:
    world = desk_world()
    near, far = ExpertFactory(antenne=world.match.expert.antenne), ExpertFactory()
    gone = ExpertFactory(antenne=world.match.expert.antenne, deleted_at=AT)

    html = world.client("member").get(hand_over_page(world)).content.decode()

    assert f'<option value="{near.pk}">' in html
    for other in (far, gone, world.match.expert, world.second.expert):
        assert f'<option value="{other.pk}">' not in html
    refused = world.client("member").post(hand_over_page(world), {"expert": far.pk})
    assert "Ce collègue n’est plus disponible" in refused.content.decode()


def test_after_handing_over_one_is_led_where_one_may_still_look() -> None:
    world = desk_world()
    to = ExpertFactory(antenne=world.match.expert.antenne, full_name="Équipe voisine")

    response = world.client("member").post(hand_over_page(world), {"expert": to.pk}, follow=True)

    assert response.redirect_chain[-1][0] == sheet(world)  # same antenne: he still reads it
    text = visible_text(response.content.decode())
    assert "Le besoin est confié à Équipe voisine, qui reçoit un courriel." in text


def test_nobody_to_hand_over_to_and_a_closed_need_are_said() -> None:
    world = desk_world()
    assert "Aucun collègue à qui le confier" in world.client("member").get(hand_over_page(world)).content.decode()

    Match.objects.filter(pk=world.match.pk).update(**{Match.LIFECYCLE.field: "done", **STAMPS["done"]})
    html = world.client("member").get(hand_over_page(world)).content.decode()
    assert "rouvrez-le avant de le confier" in html
    assert "<select" not in html


# --- the discussion ---------------------------------------------------------------------------------------------------
def test_an_empty_message_comes_back_with_its_fault() -> None:
    world = desk_world()

    url = reverse("matching:comment", args=[world.need.pk])
    response = world.client("member").post(url, {"body": " ", "form_token": TOKEN})

    assert "Écrivez votre message avant de l’envoyer." in response.content.decode()


def test_the_same_form_twice_writes_one_message() -> None:
    world = desk_world()
    url = reverse("matching:comment", args=[world.need.pk])

    for _ in range(2):
        assert world.client("member").post(url, {"body": "Bonjour", "form_token": TOKEN}).status_code == 302

    assert ThreadMessage.objects.count() == 1


def test_an_answer_costs_the_same_whatever_the_need_holds() -> None:
    world = desk_world()
    client = world.client("member")
    url = reverse("matching:answer", args=[world.need.pk, world.match.pk])

    def queries(transition: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.post(url, {"transition": transition})
        return len(captured)

    queries("take_charge")
    queries("undo")
    few = queries("take_charge")
    client.post(url, {"transition": "undo"})
    for _ in range(20):
        MatchFactory(need=world.need)
        ThreadMessageFactory(need=world.need)

    assert queries("take_charge") == few
