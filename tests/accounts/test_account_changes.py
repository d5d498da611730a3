"""What an account said before and after each change; what the team notes of an agent; an account made like another."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import AntenneFactory, HabilitationFactory, UserFactory, person, sign_in, sign_in_proven
from tests.conftest import visible_text
from tests.watchlists.conftest import zones as zones
from vigie.accounts.account_changes import copy_agent, describe_agent
from vigie.accounts.actions import change_account
from vigie.accounts.models import AgentProfile, User
from vigie.accounts.models_agents import Entity, Network, Segment
from vigie.accounts.models_changes import AccountChange
from vigie.journal.models import Event
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
Open = Callable[[User | None], Client]


@pytest.fixture
def tess(db: None) -> User:
    user = UserFactory(full_name="Tess Tenace")
    HabilitationFactory(user=user, role=Role.TEAM)
    return user


@pytest.fixture
def nora(db: None) -> User:
    return UserFactory(full_name="Nora Nord", email="nora@etat.example", job="Chargée de mission", antenne=None)


@pytest.fixture
def segment(db: None) -> Segment:
    network = Network.objects.create(code="crp", label="CRP")
    return Segment.objects.create(code="crp", label="Commissaire", network=network)


@pytest.fixture
def body(db: None) -> Entity:
    return Entity.objects.create(name="DREETS Bretagne", short_name="DREETS")


def prove(client: Client) -> Client:
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time()
    session.save()
    return client


def test_who_moves_the_networks_that_an_agent_reads_proves_who_he_is(
    nora: User, tess: User, body: Entity, segment: Segment
) -> None:
    AgentProfile.objects.create(user=nora, entity=body, segment=segment)
    other = Segment.objects.create(code="dgfip", label="DGFiP")
    client, address = sign_in(Client(), tess), reverse("accounts:agent", args=[nora.pk])
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time() - 3600
    session.save()

    moved = client.post(address, sheet(body, other))
    noted = client.post(address, sheet(body, segment, trained="on"))

    assert "confirmer" in moved["Location"]
    assert noted["Location"] == reverse("accounts:person", args=[nora.pk])
    assert (AgentProfile.objects.get().segment, AgentProfile.objects.get().trained) == (segment, True)


def sheet(body: Entity, segment: Segment, **values: object) -> dict[str, object]:
    return {"entity": body.pk, "segment": segment.pk, "time_zone": "Europe/Paris", **values}


def test_a_change_keeps_what_the_account_said_before(nora: User, tess: User) -> None:
    antenne = AntenneFactory(name="CRP Bretagne")

    change_account(nora, {"job": "Cheffe de pôle", "antenne_id": antenne.pk}, by=person(tess, now()), at=now())
    change_account(nora, {"job": "Cheffe de pôle"}, by=person(tess, now()), at=now())

    kept = AccountChange.objects.get()
    assert kept.before == {"antenne_id": "", "job": "Chargée de mission"}
    assert kept.after == {"antenne_id": "CRP Bretagne", "job": "Cheffe de pôle"}
    assert (kept.author, kept.author_name) == (tess, "Tess Tenace")


def test_what_one_changes_of_oneself_is_kept_too(nora: User) -> None:
    HabilitationFactory(user=nora, role=Role.EXPERT)
    change_account(nora, {"phone": "0102030405"}, by=person(nora, now()), at=now())

    assert AccountChange.objects.get().author == nora


def test_the_page_of_the_person_tells_each_change(nora: User, tess: User, body: Entity, segment: Segment) -> None:
    client = prove(sign_in(Client(), tess))
    address = reverse("accounts:person", args=[nora.pk])
    assert "Aucune fiche d’agent." in visible_text(client.get(address).content.decode())

    values = sheet(body, segment, trained="on", last_contact_on="2026-11-02", feedbacks="Trouve la liste claire.")
    done = client.post(reverse("accounts:agent", args=[nora.pk]), values, follow=True)

    text = visible_text(done.content.decode()).replace("\u00a0", " ")
    assert "La fiche d’agent est à jour." in text
    for told in (
        "Administration : rien → DREETS Bretagne", "Formé : rien → oui", "Dernier échange : rien → 02/11/2026",
        "Trouve la liste claire.", "Tess Tenace",
    ):  # fmt: skip
        assert told in text
    assert Event.objects.filter(name="account.changed", subject_id=str(nora.pk)).count() == 1


def test_a_sheet_sent_twice_changes_once(nora: User, tess: User, body: Entity, segment: Segment) -> None:
    by = person(tess, now())
    values = {"entity_id": body.pk, "segment_id": segment.pk, "ambassador": True}
    for _ in range(2):
        describe_agent(nora, values, by=by, at=now())
    describe_agent(nora, {**values, "time_zone": "Indian/Reunion", "ambassador": False}, by=by, at=now())

    first, second = AccountChange.objects.order_by("pk")
    assert (first.after["ambassador"], second.before, second.after) == (
        "oui",
        {"ambassador": "oui", "time_zone": "Europe/Paris"},
        {"ambassador": "non", "time_zone": "Indian/Reunion"},
    )


def test_nobody_describes_himself(nora: User, body: Entity, segment: Segment) -> None:
    HabilitationFactory(user=nora, role=Role.EXPERT)

    with pytest.raises(Forbidden):
        describe_agent(nora, {"entity_id": body.pk, "segment_id": segment.pk}, by=person(nora, now()), at=now())

    assert not AgentProfile.objects.exists()


def test_a_withdrawn_body_is_offered_only_to_who_bears_it(
    nora: User, tess: User, body: Entity, segment: Segment
) -> None:
    AgentProfile.objects.create(user=nora, entity=body, segment=segment)
    Entity.objects.update(archived_at=now())
    client, other = sign_in(Client(), tess), UserFactory()

    held = client.get(reverse("accounts:agent", args=[nora.pk])).content.decode()
    free = client.get(reverse("accounts:agent", args=[other.pk])).content.decode()
    wrong = client.post(reverse("accounts:agent", args=[nora.pk]), {"time_zone": "Mars/Olympe", "siret": "12"})

    assert "DREETS Bretagne" in held
    assert "DREETS Bretagne" not in free
    assert "Choisissez une administration." in visible_text(wrong.content.decode())
    assert AgentProfile.objects.get().entity == body


@pytest.mark.usefixtures("zones")
def test_an_account_made_like_another_takes_what_it_opens_and_nothing_of_the_person(
    nora: User, tess: User, body: Entity, segment: Segment
) -> None:
    AgentProfile.objects.create(
        user=nora, entity=body, segment=segment, trained=True, ambassador=True, feedbacks="Bavarde", scopes=["stats"]
    )
    HabilitationFactory(user=nora, role=Role.LEVEL_A, territory="35 22")
    HabilitationFactory(user=nora, role=Role.ADMINISTRATOR)
    client = sign_in_proven(Client(), tess)

    page = client.get(f"{reverse('accounts:invite')}?comme={nora.pk}")
    form = page.context["form"]
    assert form.initial["roles"] == [Role.LEVEL_A]  # never a power over others
    assert "Nora" not in form.as_p()
    typed = {
        "email": "omar@etat.example", "full_name": "Omar Ouest", "roles": form.initial["roles"],
        "territory": form.initial["territory"], "like": nora.pk,
    }  # fmt: skip
    for _ in range(2):
        answer = client.post(reverse("accounts:invite"), typed)
        assert answer.status_code == 302, answer.context["form"].errors

    omar = User.objects.get(email="omar@etat.example")
    assert list(omar.habilitations.values_list("role", "territory")) == [("level_a", "22 35")]
    profile = omar.agent
    assert (profile.entity, profile.segment, profile.scopes) == (body, segment, ["stats"])
    assert (profile.trained, profile.ambassador, profile.feedbacks) == (False, False, "")
    assert AccountChange.objects.filter(user=omar).count() == 1


def test_an_account_without_a_sheet_is_copied_without_one(nora: User, tess: User) -> None:
    copy_agent(UserFactory(), nora, by=person(tess, now()), at=now())

    assert not AgentProfile.objects.exists()
    client = sign_in(Client(), tess)
    assert client.get(f"{reverse('accounts:invite')}?comme=999999").status_code == 404
    assert client.get(f"{reverse('accounts:invite')}?comme=x").status_code == 404, "a link that was altered"
    assert client.get(f"{reverse('accounts:invite')}?comme=").status_code == 200


def test_a_change_is_dated_as_it_is_read() -> None:
    from vigie.accounts.change_log import as_read

    assert (as_read("last_contact_on", date(2026, 1, 2)), as_read("antenne_id", 10**9)) == ("02/01/2026", "")
