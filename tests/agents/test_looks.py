"""Looking through an agent's eyes: signed by two, short, to read, nothing confidential, written at both names."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from tests.security.marked import FIRMS, HERE_ALERT, Marked, marked, seen
from tests.watchlists.conftest import folders as folders
from tests.watchlists.conftest import zones as zones
from tests.watchlists.factories import agent
from vigie.accounts.models import User
from vigie.agents.actions import looks as acts
from vigie.agents.models import Look
from vigie.journal.models import AuditEvent, OutgoingMessage
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, TransitionRefused
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
PAGE = reverse("agents:looks")
WHY = "Sa liste reste vide, dit-elle"


def administrator(name: str) -> User:
    user = UserFactory(full_name=name)
    HabilitationFactory(user=user, role=Role.ADMINISTRATOR)
    return user


def signed(target: User, asker: User) -> Look:
    row = acts.ask(target, WHY, 10, by=person(asker, now()), at=now())
    return acts.sign(row, by=person(administrator("Zoé Seconde"), now()), at=now())


def started(client: Client, target: User, asker: User) -> Client:
    """A look that runs: the administrator first proves again who he is."""
    url = reverse("agents:act_on_look", args=[signed(target, asker).pk])
    first = sign_in(client, asker).post(url, {"transition": "begin"})
    assert first["Location"].startswith(reverse("confirm_identity"))
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time()
    session.save()
    assert client.post(url, {"transition": "begin"})["Location"] == reverse("watchlists:list")
    return client


# --- two signatures


def test_nobody_signs_his_own_request_nor_begins_without_a_signature() -> None:
    asker = administrator("Adam Premier")
    by = person(asker, now())
    row = acts.ask(agent(), WHY, 10, by=by, at=now())

    assert acts.ask(agent(), WHY, 10, by=by, at=now()) == row  # one at a time
    with pytest.raises(Forbidden):
        acts.sign(row, by=by, at=now())
    with pytest.raises(TransitionRefused):
        acts.begin(row, by=by, at=now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Look.objects.filter(pk=row.pk).update(signed_by=asker)


def test_only_agents_who_administer_nothing_are_looked_through() -> None:
    by = person(administrator("Adam Premier"), now())
    steward = agent()
    HabilitationFactory(user=steward, role=Role.AUDITOR)

    for target in (steward, UserFactory(team=True), UserFactory(expert=True), User.objects.get(pk=by.user_id)):
        with pytest.raises(InvalidInput):
            acts.ask(target, WHY, 10, by=by, at=now())
    with pytest.raises(ValidationError):
        Look(agent=agent(), reason=WHY, minutes=31, asked_by=steward, asked_at=now()).validate_constraints()


# --- what is seen


def test_everything_that_a_level_opens_stays_locked_and_each_page_bears_both_names(
    client: Client, folders: Path, zones: None
) -> None:
    world: Marked = marked(folders)
    asker, target = administrator("Adam Premier"), world.people["a35"]
    started(client, target, asker)
    urls = [reverse("watchlists:list"), reverse("watchlists:search") + "?q=erie", reverse("followup:list")]
    urls += [reverse(f"sheets:{name}", args=[HERE_ALERT.siren]) for name in ("company", "why", "talk")]

    for url in urls:
        answer = client.get(url)
        text = visible_text(answer.content.decode())
        assert answer.status_code == 200, url
        assert "Vous regardez à la place d’un agent" in text
        assert "Ada Zone" in text
        assert not [mark for mark in (*world.every_mark, "Zqfile") if mark in seen(answer.content.decode())], url
    listed = seen(client.get(urls[0]).content.decode())
    assert seen("Les entreprises de cet agent restent verrouillées pour vous") in listed
    assert seen("0 entreprise") not in listed
    assert seen("Les accompagnements de cet agent restent verrouillés") in seen(
        client.get(reverse("followup:list")).content.decode()
    )
    assert not [firm.name for firm in FIRMS if seen(firm.name or "") in listed]

    rows = AuditEvent.objects.filter(action="impersonate_view")
    assert {(row.actor_id, row.on_behalf_of_id) for row in rows} == {(target.pk, asker.pk)}
    assert rows.count() == len(urls) + 2
    assert not AuditEvent.objects.filter(action="view_block").exists()


# --- what is refused, and how it ends


def test_nothing_is_sent_nor_taken_in_the_agents_name(client: Client) -> None:
    asker, target = administrator("Adam Premier"), agent(full_name="Ada Liste")
    started(client, target, asker)

    sent = client.post(reverse("support:help"), {"body": "En son nom"})
    taken = client.get(reverse("exports:mine"))

    assert {sent.status_code, taken.status_code} == {403}
    assert "rien ne s’envoie" in visible_text(sent.content.decode())
    assert AuditEvent.objects.filter(action="impersonate_view", result="denied", on_behalf_of=asker).count() == 2
    told = OutgoingMessage.objects.get(template="agents/mail/look_begun")
    assert told.recipient == target.email


def test_it_ends_by_hand_by_its_minutes_and_with_the_rights_of_either(client: Client) -> None:
    asker, target = administrator("Adam Premier"), agent(full_name="Ada Liste")
    home = reverse("agents:looks")

    started(client, target, asker)
    assert client.get(home).status_code == 404  # the agent administers nothing
    assert client.post(reverse("agents:stop_looking")).status_code == 302
    assert client.get(home).status_code == 200
    assert client.post(reverse("agents:stop_looking")).status_code == 404

    started(client, target, asker)
    Look.objects.filter(state="running").update(until=now() - timedelta(seconds=1))
    assert "Le temps est passé" in visible_text(client.get(home).content.decode())
    assert acts.expire(at=now()) == "1\u00a0regard clos"

    started(client, target, asker)
    target.habilitations.update(state="suspended")
    assert client.get(home).status_code == 200
    assert set(AuditEvent.objects.filter(action__startswith="impersonate_").values_list("action", flat=True)) == {
        "impersonate_ask", "impersonate_sign", "impersonate_start", "impersonate_stop", "impersonate_view",
    }  # fmt: skip


def test_the_page_asks_a_reason_and_shows_the_buttons_of_each(client: Client) -> None:
    asker, second, target = administrator("Adam Premier"), administrator("Zoé Seconde"), agent(full_name="Ada Liste")
    sign_in(client, asker)

    refused = client.post(PAGE, {"agent": target.email, "reason": "court", "minutes": "10"})
    client.post(PAGE, {"agent": target.email, "reason": WHY, "minutes": "10"})
    mine = visible_text(client.get(PAGE).content.decode())
    other = visible_text(sign_in(client, second).get(PAGE).content.decode())

    assert "dix caractères" in visible_text(refused.content.decode())
    assert "Signer" not in mine.split("Demandes")[-1]
    assert "Signer" in other.split("Demandes")[-1]
    assert WHY in other
