"""A partner asks, confirms and closes; what nobody uses or confirms is suspended by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from tests.security.service import ASKED, partner
from tests.watchlists.factories import agent
from vigie.accounts.actions import grant
from vigie.accounts.models import AgentProfile, Habilitation, User
from vigie.accounts.models_agents import Entity, Segment
from vigie.agents.actions.unused import suspend_unreviewed, suspend_unused
from vigie.agents.models import Confirmation
from vigie.journal.actions import record
from vigie.journal.delivery import build
from vigie.journal.models import AuditEvent, OutgoingMessage
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.rights.person import SYSTEM
from vigie.rights.table import Role

pytestmark = pytest.mark.django_db


def other_body(user: User) -> None:
    body = Entity.objects.create(name="Urssaf", short_name="Urssaf")
    AgentProfile.objects.create(user=user, entity=body, segment=Segment.objects.get(code="urssaf"))


def test_a_request_waits_for_the_team_and_then_the_agent_is_told(client: Client) -> None:
    reviewer, _held = partner()
    client = sign_in(client, reviewer)

    for _twice in range(2):
        assert client.post(reverse("agents:ask"), ASKED).status_code == 302

    held = Habilitation.objects.get(user__email=ASKED["email"])
    assert held.state == "requested"
    assert held.user.agent.entity.short_name == "DREETS"
    assert OutgoingMessage.objects.count() == 0
    grant(held, by=person(UserFactory(team=True)), at=now())
    assert [(row.recipient, row.template) for row in OutgoingMessage.objects.all()] == [
        (ASKED["email"], "agents/mail/habilitation_granted")
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"territory": "Bretagne"}, "Indiquez des départements"),
        ({"territory": "Z-NULLE-PART"}, "Aucune zone ne s’appelle ainsi"),
        ({"territory": "35238"}, "Un agent de détection a des départements"),
        ({"siret": "12"}, "14 chiffres"),
        ({"segment": "sf"}, "Sélectionnez un choix valide"),
    ],
)
def test_a_request_that_cannot_be_says_why(client: Client, changes: dict[str, str], said: str) -> None:
    reviewer, _held = partner()

    answer = sign_in(client, reviewer).post(reverse("agents:ask"), ASKED | changes)

    assert said in answer.content.decode()
    assert not User.objects.filter(email=ASKED["email"]).exists()


def test_a_request_chooses_neither_the_profile_nor_the_level_for_who_asks(client: Client) -> None:
    reviewer, _held = partner()
    client = sign_in(client, reviewer)
    page = reverse("agents:ask")

    empty = visible_text(client.get(page).content.decode())
    answer = client.post(page, {"email": "nora@dreets.example", "full_name": "Nora Neuve", "territory": "35"})

    said = visible_text(answer.content.decode())
    assert empty.count("Choisir") == 2
    assert "Choisissez un profil." in said
    assert "Choisissez un niveau." in said


def test_an_account_of_another_body_is_not_taken(client: Client) -> None:
    reviewer, _held = partner()
    other_body(UserFactory(email=ASKED["email"]))

    answer = sign_in(client, reviewer).post(reverse("agents:ask"), ASKED)

    assert "n’est pas de votre administration" in answer.content.decode()


def test_reviewer_sees_his_body_and_nobody_else(client: Client) -> None:
    reviewer, held = partner()
    stranger = agent(full_name="Urbain Ailleurs")
    other_body(stranger)
    client = sign_in(client, reviewer)

    html = client.get(reverse("agents:partner")).content.decode()
    refused = client.post(reverse("agents:review", args=[stranger.habilitations.get().pk]), {"transition": "close"})

    assert str(held.user) in html
    assert "Urbain" not in html
    assert refused.status_code == 404
    assert stranger.habilitations.get().state == "granted"


def test_closing_ends_the_habilitation_and_the_sessions(client: Client) -> None:
    reviewer, held = partner()
    session = sign_in(Client(), held.user)
    client = sign_in(client, reviewer)

    for _twice in range(2):
        client.post(reverse("agents:review", args=[held.pk]), {"transition": "close"})

    held.refresh_from_db()
    assert held.state == "revoked"
    assert session.get(reverse("watchlists:list")).status_code == 302
    assert AuditEvent.objects.filter(action="admin_review").count() == 1


def test_reviewer_who_is_an_agent_too_cannot_confirm_himself(client: Client) -> None:
    reviewer, _held = partner()
    own = HabilitationFactory(user=reviewer, role=Role.LEVEL_A)

    answer = sign_in(client, reviewer).post(reverse("agents:review", args=[own.pk]), {"transition": "confirm"})

    assert answer.status_code == 400 or "votre propre habilitation" in answer.content.decode()
    assert not Confirmation.objects.exists()


def test_what_nobody_uses_is_suspended_once() -> None:
    _reviewer, used = partner()
    User.objects.filter(pk=used.user_id).update(last_login=now() - timedelta(days=2))
    Habilitation.objects.filter(pk=used.pk).update(granted_at=now() - timedelta(days=200))
    idle = agent()
    Habilitation.objects.filter(user=idle).update(granted_at=now() - timedelta(days=200))

    assert suspend_unused(at=now()).startswith("1\u00a0")
    assert suspend_unused(at=now()).startswith("0\u00a0")

    assert idle.habilitations.get().state == "suspended"
    used.refresh_from_db()
    assert used.state == "granted"


def test_what_a_partner_did_not_confirm_is_suspended(client: Client) -> None:
    reviewer, held = partner()
    Habilitation.objects.filter(role=Role.LEVEL_A).update(starts_on=paris_day(now()) - timedelta(days=300))
    client = sign_in(client, reviewer)
    client.post(reverse("agents:review", args=[held.pk]), {"transition": "confirm"})
    forgotten = agent()
    Habilitation.objects.filter(user=forgotten).update(starts_on=paris_day(now()) - timedelta(days=300))

    assert suspend_unreviewed(at=now()).startswith("1\u00a0")

    held.refresh_from_db()
    assert held.state == "granted"
    assert forgotten.habilitations.get().state == "suspended"


def test_confirming_a_suspended_habilitation_says_that_it_stays_suspended(client: Client) -> None:
    reviewer, held = partner()
    Habilitation.objects.filter(pk=held.pk).update(state="suspended")

    answer = sign_in(client, reviewer).post(
        reverse("agents:review", args=[held.pk]), {"transition": "confirm"}, follow=True
    )

    assert "Elle reste suspendue\u00a0: l’équipe peut la rétablir." in answer.content.decode()
    held.refresh_from_db()
    assert held.state == "suspended"


def test_partner_page_costs_the_same_whatever_the_agents(client: Client, django_assert_max_num_queries) -> None:
    reviewer, _held = partner()
    for _one in range(12):
        AgentProfile.objects.create(user=agent(), entity=Entity.objects.get(), segment=Segment.objects.get(code="crp"))
    client = sign_in(client, reviewer)

    with django_assert_max_num_queries(12):
        assert client.get(reverse("agents:partner")).status_code == 200


def test_a_large_body_is_read_by_pages_and_searched(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    reviewer, _held = partner()
    for name in ("Ana Nord", "Éva Sud", "Luc Ouest"):
        body = Entity.objects.get()
        AgentProfile.objects.create(user=agent(full_name=name), entity=body, segment=Segment.objects.get(code="crp"))
    monkeypatch.setattr("vigie.agents.queries.partner.PAGE_SIZE", 3)
    client = sign_in(client, reviewer)

    def names(**asked: str) -> list[str]:
        return [line.name for line in client.get(reverse("agents:partner"), asked).context["page"].lines]

    assert (len(names()), len(names(page="2"))) == (3, 1)
    assert names(q="eva sud") == ["Éva Sud"]
    assert names(q="introuvable") == []
    html = client.get(reverse("agents:partner"), {"q": "introuvable"}).content.decode()
    assert "Aucun agent ne répond à cette recherche" in html
    assert "4 agents" in html.replace("\u00a0", " ")


def test_who_waits_for_an_answer_comes_first_and_the_others_are_folded(client: Client) -> None:
    reviewer, held = partner()
    body, crp = Entity.objects.get(), Segment.objects.get(code="crp")
    for name in ("Ana Nord", "Luc Ouest", "Éva Sud"):
        AgentProfile.objects.create(user=agent(full_name=name), entity=body, segment=crp)
    Habilitation.objects.update(starts_on=paris_day(now()))
    late, suspended = (Habilitation.objects.filter(user__full_name=name) for name in ("Luc Ouest", "Éva Sud"))
    late.update(starts_on=paris_day(now()) - timedelta(days=400))
    suspended.update(state="suspended")
    client = sign_in(client, reviewer)

    page = client.get(reverse("agents:partner")).context["page"]

    assert [line.name for line in page.waiting] == ["Luc Ouest", "Éva Sud"]
    assert [line.name for line in page.others] == sorted(["Ana Nord", str(held.user)])
    said = "2 autres, sans réponse attendue de vous"
    assert said in client.get(reverse("agents:partner")).content.decode()
    assert said not in client.get(reverse("agents:partner"), {"q": "a"}).content.decode()
    late.update(starts_on=paris_day(now()))
    suspended.update(state="granted")
    assert "sans réponse attendue" not in client.get(reverse("agents:partner")).content.decode()


def test_who_answers_for_an_agent_is_told_that_his_employer_changed(client: Client) -> None:
    reviewer, held = partner()
    stranger = UserFactory()
    HabilitationFactory(user=stranger, role=Role.REVIEWER)
    other_body(stranger)
    Habilitation.objects.filter(pk=held.pk).update(state="suspended")

    record("account.employer_changed", held.user, by=SYSTEM, at=now(), payload={"suspended": 1})

    mail = OutgoingMessage.objects.get(template="agents/mail/agent_moved")
    assert mail.recipient == reviewer.email
    told = build(mail, now())
    assert told is not None
    assert held.user.full_name in told.text
    Habilitation.objects.filter(pk=held.pk).update(state="granted")
    assert build(mail, now()) is None
