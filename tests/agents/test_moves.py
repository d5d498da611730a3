"""A reviewer asks that an agent hold something else; the team makes it or leaves it; everybody is told."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from tests.security.service import partner
from tests.watchlists.conftest import zones as zones
from tests.watchlists.factories import agent
from vigie.accounts.actions import suspend
from vigie.accounts.models import AgentProfile, Habilitation, User
from vigie.agents.actions.moves import Wanted, ask_move, leave_move, make_move
from vigie.agents.models import AskedMove, Confirmation
from vigie.journal.delivery import build
from vigie.journal.models import AuditEvent, Event, OutgoingMessage
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, Refused, TransitionRefused
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
People = tuple[User, Habilitation, User]
ASKED = Wanted(level="level_b", territory="22, 35", segment="dgfip", reason="Elle rejoint la DDFiP")


@pytest.fixture
def people() -> People:
    """A reviewer, the habilitation of an agent of his body, somebody of the team."""
    reviewer, held = partner()
    team = UserFactory(full_name="Tess Équipe")
    HabilitationFactory(user=team, role=Role.TEAM)
    return reviewer, held, team


def proven(user: User) -> Client:
    client = sign_in(Client(), user)
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time()
    session.save()
    return client


def text(client: Client, name: str, *args: int) -> str:
    return visible_text(client.get(reverse(name, args=args)).content.decode())


def test_it_is_asked_on_screen_and_nothing_changes_until_the_team_makes_it(
    people: People,
) -> None:
    reviewer, held, team = people
    client = sign_in(Client(), reviewer)
    assert "Demander un changement" in text(client, "agents:partner")
    sent = {"level": "level_b", "territory": "22, 35", "segment": "dgfip", "reason": "Elle rejoint la DDFiP"}

    asked = client.post(reverse("agents:ask_move", args=[held.pk]), sent, follow=True)

    said = visible_text(asked.content.decode())
    assert "attend l’équipe. Rien ne change d’ici là" in said
    assert "Changement demandé le" in said
    held.refresh_from_db()
    assert (held.state, held.role, held.territory) == ("granted", "level_a", "35")
    page = text(sign_in(Client(), team), "agents:moves")
    for words in (
        "1 demande à traiter", "Niveau : A → B", "Territoire : département Ille-et-Vilaine (35) → "
        "départements Côtes-d’Armor (22), Ille-et-Vilaine (35)",
        "Profil de travail : Commissaire", "Elle rejoint la DDFiP", "par Rita Revue",
    ):  # fmt: skip
        assert words in page

    done = proven(team).post(
        reverse("agents:decide_move", args=[AskedMove.objects.get().pk]), {"transition": "make"}, follow=True
    )

    assert "Le changement est fait" in visible_text(done.content.decode())
    held.refresh_from_db()
    new = Habilitation.objects.get(user=held.user, state="granted")
    assert (held.state, new.role, new.territory) == ("revoked", "level_b", "22 35")
    assert AgentProfile.objects.get(user=held.user).segment.code == "dgfip"
    assert "Fait le" in text(sign_in(Client(), team), "agents:moves")


def test_each_is_told_and_no_mail_to_the_team_names_the_agent(people: People) -> None:
    reviewer, held, team = people
    at = now()
    move = ask_move(held, ASKED, by=person(reviewer, at), at=at)
    asked = build(OutgoingMessage.objects.get(template="agents/mail/move_asked"), at)
    assert asked is not None
    assert "DREETS Bretagne" in asked.text
    assert held.user.full_name not in asked.text

    leave_move(move, "Le préfet doit d’abord l’accorder", by=person(team, at), at=at)

    assert build(OutgoingMessage.objects.get(template="agents/mail/move_asked"), at) is None
    answer = OutgoingMessage.objects.get(template="agents/mail/move_answered")
    told = build(answer, at)
    assert answer.recipient == reviewer.email
    assert told is not None
    assert "Le préfet doit d’abord l’accorder" in told.text
    assert [one.details["decision"] for one in AuditEvent.objects.filter(action="admin_review")] == ["change"]
    assert Event.objects.filter(name__in=("move.asked", "move.left")).count() == 2


def test_who_asks_has_decided_and_the_agent_is_not_suspended_meanwhile(people: People) -> None:
    reviewer, held, _team = people

    ask_move(held, ASKED, by=person(reviewer, now()), at=now())

    assert Confirmation.objects.filter(habilitation=held).count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"level": "level_a", "territory": "35", "segment": "crp"}, "c’est déjà ainsi"),
        ({"reason": "  "}, "Dites pourquoi"), ({"territory": "toute la Bretagne"}, "Indiquez des départements"),
        ({"segment": "inconnu"}, "Choisissez un profil"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_says_why(people: People, changes: dict[str, str], said: str) -> None:
    reviewer, held, _team = people

    with pytest.raises((InvalidInput, Refused), match=said):
        ask_move(held, replace(ASKED, **changes), by=person(reviewer, now()), at=now())

    assert not AskedMove.objects.exists()


def test_one_request_at_a_time_of_ones_own_body_and_never_for_oneself(people: People) -> None:
    reviewer, held, team = people
    by = person(reviewer, now())
    first = ask_move(held, ASKED, by=by, at=now())
    assert ask_move(held, ASKED, by=by, at=now()) == first  # sent twice
    with pytest.raises(TransitionRefused):
        ask_move(held, replace(ASKED, level=""), by=by, at=now())
    with pytest.raises(IntegrityError), transaction.atomic():
        AskedMove.objects.create(habilitation=held, level="level_b", asked_by=reviewer, asked_at=now(), reason="x")
    own = HabilitationFactory(user=reviewer, role=Role.LEVEL_A)
    stranger = agent()
    for other, error in ((own, Refused), (stranger.habilitations.get(), Forbidden)):
        with pytest.raises(error):
            ask_move(other, ASKED, by=by, at=now())
    client = sign_in(Client(), reviewer)
    assert client.get(reverse("agents:ask_move", args=[stranger.habilitations.get().pk])).status_code == 404
    with pytest.raises(Forbidden):
        make_move(AskedMove.objects.get(), by=by, at=now())
    assert sign_in(Client(), team).get(reverse("agents:ask_move", args=[held.pk])).status_code == 404


def test_making_it_asks_who_one_is_and_leaving_it_asks_why(people: People) -> None:
    reviewer, held, team = people
    move = ask_move(held, ASKED, by=person(reviewer, now()), at=now())
    decide, client = reverse("agents:decide_move", args=[move.pk]), sign_in(Client(), team)

    assert client.post(decide, {"transition": "make"}).url.startswith("/mon-compte/confirmer/")
    silent = client.post(decide, {"transition": "leave", "note": ""}, follow=True)

    assert "Dites pourquoi" in visible_text(silent.content.decode())
    move.refresh_from_db()
    assert move.state == "waiting"
    assert client.post(decide, {"transition": "autre"}).status_code == 404


def test_what_moved_meanwhile_is_not_overwritten_and_made_twice_is_once(
    people: People,
) -> None:
    reviewer, held, team = people
    by = person(team, now())
    move = ask_move(held, replace(ASKED, level="", segment=""), by=person(reviewer, now()), at=now())
    suspend(held, by=by, at=now())
    with pytest.raises(Refused, match="plus en cours"):
        make_move(move, by=by, at=now())

    Habilitation.objects.filter(pk=held.pk).update(state="granted")
    make_move(move, by=by, at=now())
    make_move(move, by=by, at=now())

    assert Habilitation.objects.filter(user=held.user, state="granted").count() == 1


def test_the_pages_cost_the_same_whatever_the_requests(people: People) -> None:
    reviewer, held, team = people
    ask_move(held, ASKED, by=person(reviewer, now()), at=now())
    reader, asker = sign_in(Client(), team), sign_in(Client(), reviewer)

    def asked() -> tuple[int, int]:
        counts = []
        for client, name in ((reader, "agents:moves"), (asker, "agents:partner")):
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(name))
            counts.append(len(queries))
        return counts[0], counts[1]

    asked()
    before = asked()
    for number in range(8):
        other = agent(full_name=f"Agent {number}")
        profile = held.user.agent
        AgentProfile.objects.create(user=other, entity=profile.entity, segment=profile.segment)
        ask_move(other.habilitations.get(), ASKED, by=person(reviewer, now()), at=now())

    assert asked() == before
