"""Archiving an account and opening it again: who may, what it closes, what stays, what is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests.accounts.factories import HabilitationFactory, UserFactory
from tests.accounts.proconnect import make_agent, sign_in_with, text_of
from tests.conftest import visible_text
from vigie.accounts import actions, archiving
from vigie.accounts.models import AccountChange, User
from vigie.accounts.queries import person_for
from vigie.journal.models import AuditEvent, Event
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused
from vigie.rights.person import Person
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]


@pytest.fixture
def by(team: User) -> Person:
    return person_for(team, now())


def states(user: User) -> list[str]:
    return sorted(user.habilitations.values_list("state", flat=True))


def test_an_archived_account_signs_in_no_more_and_says_so(client: Client, known_personas: None, by: Person) -> None:
    agent = make_agent()
    HabilitationFactory(user=agent, role=Role.REVIEWER, state="requested", granted_by=None, granted_at=None)
    sign_in_with(client)
    assert client.get("/mon-compte/").status_code == 200

    archiving.archive(agent, by=by, at=now())

    assert "n’est plus en cours" in text_of(client.get(client.get("/mon-compte/").url))
    assert "Compte archivé" in text_of(sign_in_with(Client()))
    assert states(agent) == ["revoked", "suspended"]


def test_it_is_written_once_before_and_after_and_in_the_audit(by: Person, expert: User) -> None:
    for act in (archiving.archive, archiving.archive, archiving.reopen, archiving.reopen):
        act(expert, by=by, at=now())

    changes = AccountChange.objects.filter(user=expert).order_by("pk")
    assert [(one.before, one.after) for one in changes] == [
        ({"is_active": "oui"}, {"is_active": "non"}), ({"is_active": "non"}, {"is_active": "oui"}),
    ]  # fmt: skip
    assert [one.details["act"] for one in AuditEvent.objects.filter(action="admin_account").order_by("pk")] == [
        "archive", "reopen",
    ]  # fmt: skip
    names = Event.objects.filter(subject_id=str(expert.pk), name__in=("account.archived", "account.reopened"))
    assert names.count() == 2


def test_opened_again_it_has_no_right_until_the_team_grants_it(by: Person, expert: User) -> None:
    archiving.archive(expert, by=by, at=now())
    with pytest.raises(Refused, match="archivé"):
        actions.grant(expert.habilitations.get(), by=by, at=now())
    archiving.reopen(expert, by=by, at=now())

    expert.refresh_from_db()
    assert (expert.is_active, expert.archived_at, states(expert)) == (True, None, ["suspended"])
    actions.grant(expert.habilitations.get(), by=by, at=now())
    assert states(expert) == ["granted"]


def test_nobody_archives_himself_and_only_the_team_archives(by: Person, team: User, expert: User) -> None:
    with pytest.raises(Refused):
        archiving.archive(team, by=by, at=now())
    for role in (Role.ADMINISTRATOR, Role.REVIEWER, Role.AUDITOR):
        other = UserFactory()
        HabilitationFactory(user=other, role=role)
        with pytest.raises(Forbidden):
            archiving.archive(expert, by=person_for(other, now()), at=now())
    expert.refresh_from_db()
    assert expert.is_active


def test_the_button_says_what_happens_and_the_sheet_says_since_when(
    as_: Callable[[User], Client], team: User, expert: User
) -> None:
    page = f"/equipe/personnes/{expert.pk}/"
    client = as_(team)
    assert "Archiver le compte" in visible_text(client.get(page).content.decode())
    assert "Archiver le compte" not in visible_text(client.get(f"/equipe/personnes/{team.pk}/").content.decode())

    done = client.post(f"{page}archiver/", {"transition": "archive"}, follow=True)

    said = visible_text(done.content.decode())
    assert "Le compte est archivé" in said
    assert "Compte archivé" in said
    assert "Rouvrir le compte" in said
    assert ">Accorder</button>" not in done.content.decode().split("Accorder une habilitation")[0]
    assert client.post(f"{page}archiver/", {"transition": "autre"}).status_code == 404
    assert "Paul Petit" in visible_text(client.get("/equipe/personnes/?situation=closed").content.decode())


def test_the_database_refuses_an_archived_account_that_is_open(expert: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=expert.pk).update(archived_at=now())


def test_sign_ins_are_counted_and_their_owner_reads_the_one_before(client: Client, known_personas: None) -> None:
    agent = make_agent()
    sign_in_with(client)
    first = User.objects.get(pk=agent.pk).last_login
    sign_in_with(Client())

    agent.refresh_from_db()
    assert (agent.sign_in_count, agent.previous_login) == (2, first)
    assert "Connexion précédente" in text_of(client.get("/mon-compte/"))
