"""Two roles with the least that they need: who keeps the reference data, who publishes the lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from tests.watchlists.conftest import folders as folders
from tests.watchlists.conftest import zones as zones
from tests.watchlists.factories import agent, opened
from vigie.accounts.actions import give_habilitation, suspend
from vigie.accounts.models import User
from vigie.agents.actions import reference_writing as acts
from vigie.agents.models import ReferenceChange
from vigie.agents.queries.reference_effects import effects
from vigie.agents.reference_kinds import ZONE
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused
from vigie.kernel.period import paris_day
from vigie.rights.table import RIGHTS, Role
from vigie.territory.models import ZoneGroup
from vigie.watchlists.actions.opening import approve
from vigie.watchlists.models import Publication

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]


def holder(role: Role, name: str = "Rose Rôle") -> User:
    user = UserFactory(full_name=name)
    HabilitationFactory(user=user, role=role)
    return user


def test_each_role_has_the_least_that_it_needs() -> None:
    held = {role: {grant.action for grant in RIGHTS if grant.role is role} for role in Role}
    own = {"account.view", "account.edit", "export.own", "help.view", "help.answer"}

    assert held[Role.REFERENCES] - own == {"reference.edit", "word.edit"}
    assert held[Role.PUBLISHER] - own == {
        "run.view", "publication.approve", "publication.open", "publication.withdraw",
    }  # fmt: skip


def test_who_keeps_the_references_moves_nobody_s_access() -> None:
    west = ZoneGroup.objects.create(code="GRAND-OUEST", label="Grand Ouest", departements=["35"])
    rose = person(holder(Role.REFERENCES), now())
    renamed = {"label": "Ouest", "kind": "custom", "departements": ["35"]}
    wider = {**renamed, "departements": ["35", "59"]}

    west = acts.change(ZONE, west.pk, renamed, version=west.version, by=rose, at=now())
    agent(territory="Z-GRAND-OUEST")
    seen = effects(ZONE, west, wider, now()).mark()
    with pytest.raises(Refused) as refused:
        acts.change(ZONE, west.pk, wider, version=west.version, seen=seen, by=rose, at=now())
    admin = person(holder(Role.ADMINISTRATOR), now())
    acts.change(ZONE, west.pk, wider, version=west.version, seen=seen, by=admin, at=now())

    assert refused.value.code == "access_moves"
    assert [one.author.full_name for one in ReferenceChange.objects.order_by("pk")] == ["Rose Rôle", "Rose Rôle"]
    assert ReferenceChange.objects.count() == 2


def test_the_refusal_is_said_on_screen_and_nothing_is_lost() -> None:
    west = ZoneGroup.objects.create(code="GRAND-OUEST", label="Grand Ouest", departements=["35"])
    agent(territory="Z-GRAND-OUEST")
    typed = {
        "label": "Grand Ouest", "kind": "custom", "departements": "35 59", "version": west.version,
        "form_token": "jeton-de-la-zone-0001",
    }  # fmt: skip
    client = sign_in(Client(), holder(Role.REFERENCES))
    answer = client.post(reverse("agents:reference", args=["zones", west.pk]), typed)

    html = answer.content.decode()
    assert "demandez-le à un administrateur" in visible_text(html)
    assert 'value="35 59"' in html or "35 59" in html


def test_two_publishers_open_a_list_and_one_alone_does_not(folders: Path) -> None:
    publication = opened(folders)
    Publication.objects.filter(pk=publication.pk).update(
        state="checked", opened_at=None, all_green=False, planned_on=paris_day(now())
    )
    publication.refresh_from_db()
    one, two = (person(holder(Role.PUBLISHER, name), now()) for name in ("Rose Une", "Rose Deux"))

    for _ in range(2):
        approve(publication, by=one, at=now())
    publication.refresh_from_db()
    assert publication.state == "checked"
    approve(publication, by=two, at=now())
    publication.refresh_from_db()
    assert publication.state == "open"


def test_each_is_led_to_his_page_and_reads_no_firm() -> None:
    for role, page in ((Role.PUBLISHER, "watchlists:runs"), (Role.REFERENCES, "followup:words_home")):
        client = sign_in(Client(), holder(role))
        assert client.get(reverse("portal:desk"))["Location"] == reverse(page)
        html = client.get(reverse(page)).content.decode()
        assert reverse(page) in html[html.index("<nav") :]
        for closed in ("watchlists:list", "followup:list", "accounts:people", "audit:register"):
            assert client.get(reverse(closed)).status_code == 404


def test_conferring_and_taking_back_a_role_of_the_detection_side_is_audited() -> None:
    team, user = person(holder(Role.TEAM), now()), UserFactory()

    held = give_habilitation(user, Role.PUBLISHER, by=team, at=now())
    suspend(held, by=team, at=now())
    give_habilitation(user, Role.LEVEL_B, territory="35", by=team, at=now())

    found = AuditEvent.objects.filter(action="admin_role").order_by("pk")
    assert [one.details for one in found] == [
        {"role": "publisher", "user": user.pk, "act": "grant"},
        {"role": "publisher", "user": user.pk, "act": "suspend"},
        {"role": "level_b", "user": user.pk, "act": "grant", "territory": "35"},
    ]
    with pytest.raises(Forbidden):
        give_habilitation(user, Role.TEAM, by=person(holder(Role.ADMINISTRATOR), now()), at=now())
