"""Who is permanent secretary of the CODEFI: given by an administrator, to who may read the département."""

from __future__ import annotations

import time

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from tests.followup.factories import colleague
from tests.watchlists.conftest import zones as zones
from vigie.accounts.models import User
from vigie.accounts.models_agents import Duty
from vigie.agents.actions import duties as acts
from vigie.followup.models import Meeting
from vigie.journal.models import AuditEvent, Event
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput
from vigie.kernel.period import paris_day
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
PAGE = reverse("agents:duties")


def administrator(name: str = "Tom Clef") -> User:
    user = UserFactory(full_name=name)
    HabilitationFactory(user=user, role=Role.ADMINISTRATOR)
    return user


def proved(client: Client, user: User) -> Client:
    """Signed in, having just proved again who he is."""
    sign_in(client, user)
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time()
    session.save()
    return client


def asked(agent: User, departement: str = "35") -> dict[str, str]:
    return {"agent": agent.email, "kind": "sp_codefi", "departement": departement}


def test_a_duty_is_given_once_gives_the_meetings_and_is_withdrawn(client: Client) -> None:
    ada, keeper = colleague("Ada Liste"), administrator()
    proved(client, keeper)
    told = {"departement": "35", "held_on": paris_day(now()), "place": "Préfecture", "secretary": keeper}
    meeting = Meeting.objects.create(**told, created_at=now(), form_token="réunion-d-un-autre")
    kept = Meeting.objects.filter(pk=meeting.pk)
    assert not kept.allowed(person(ada, now()), "meeting.manage").exists()

    for _ in range(2):  # a double press
        assert client.post(PAGE, asked(ada))["Location"] == PAGE

    assert kept.allowed(person(ada, now()), "meeting.manage").exists()
    assert "35 – Ille-et-Vilaine : Secrétaire permanent du CODEFI" in visible_text(client.get(PAGE).content.decode())
    assert Event.objects.filter(name="duty.given").count() == 1
    row = Duty.objects.get()
    for _ in range(2):
        client.post(reverse("agents:withdraw_duty", args=[row.pk]))
    assert not Duty.objects.exists()
    assert not kept.allowed(person(ada, now()), "meeting.manage").exists()
    noted = AuditEvent.objects.filter(action="admin_duty").values_list("object_id", "details__decision")
    assert sorted(noted) == [(str(ada.pk), "given"), (str(ada.pk), "withdrawn")]


def test_giving_asks_who_one_is_again(client: Client) -> None:
    answer = sign_in(client, administrator()).post(PAGE, asked(colleague("Ada Liste")))

    assert answer["Location"].startswith(reverse("confirm_identity"))
    assert not Duty.objects.exists()


def test_who_cannot_hold_it_is_told_why(client: Client) -> None:
    keeper = administrator()
    proved(client, keeper)
    for agent, departement, why in (
        (colleague("Ada Liste"), "59", "n’est pas dans son territoire"),
        (UserFactory(full_name="Paul Expert"), "35", "n’a pas d’habilitation de niveau A ou B"),
        (keeper, "35", "Demandez à un autre administrateur"),
    ):
        answer = client.post(PAGE, asked(agent, departement))
        assert answer.status_code == 422
        assert why in visible_text(answer.content.decode())
    unknown = client.post(PAGE, {**asked(keeper), "agent": "personne@nulle-part.example"})
    assert "Aucun compte n’a cette adresse" in visible_text(unknown.content.decode())
    assert not Duty.objects.exists()


def test_nobody_else_gives_one() -> None:
    ada = colleague("Ada Liste")
    with pytest.raises(Forbidden):
        acts.give(ada, "sp_codefi", "35", by=person(colleague("Bob Autre"), now()), at=now())
    with pytest.raises(InvalidInput):
        acts.give(ada, "sp_codefi", "59", by=person(administrator(), now()), at=now())
