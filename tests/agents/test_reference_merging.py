"""Two bodies, or two profiles of work, become one: read first, once, and never a right given in silence."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, person, sign_in
from tests.agents.test_charges import body, employed, names, work
from tests.agents.test_duties import administrator
from tests.conftest import visible_text
from tests.security.service import partner
from vigie.accounts.models import AccountChange, AgentProfile, Charge, Habilitation, User
from vigie.accounts.models_agents import Network, Segment
from vigie.agents.actions.merging import MergingUnseen
from vigie.agents.actions.moves import Wanted, ask_move
from vigie.agents.actions.reference_merging import merge
from vigie.agents.models import AskedMove, ReferenceChange
from vigie.agents.queries.reference_merging import merging
from vigie.agents.reference_kinds import ENTITY, SEGMENT
from vigie.journal.models import AuditEvent, Event
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused
from vigie.rights.table import Role
from vigie.support.models import Responder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]


@pytest.fixture
def people() -> tuple[User, User, User]:
    """Rita answers for the DREETS; Ugo and Cléo are of an Urssaf that becomes another one."""
    reviewer, _held = partner()
    body("Urssaf Nord")
    return reviewer, employed("Ugo Urssaf", "Urssaf Ouest", "urssaf"), employed("Cléo Urssaf", "Urssaf Ouest", "crp")


def address(kind: str, pk: int) -> str:
    return reverse("agents:merge_reference", args=[kind, pk])


def rights() -> list[tuple[object, ...]]:
    """What everybody holds."""
    return sorted(Habilitation.objects.values_list("pk", "user_id", "role", "territory", "state"))


def test_two_bodies_become_one_after_it_was_read(client: Client, people: tuple[User, User, User]) -> None:
    _reviewer, ugo, cleo = people
    sign_in(client, administrator())
    source, target, before = body("Urssaf Ouest"), body("Urssaf Nord"), rights()
    page = address("administrations", source.pk)
    assert page in client.get(reverse("agents:reference", args=["administrations", source.pk])).content.decode()

    shown = client.post(page, {"target": target.pk})
    text = shown.content.decode()
    assert "2 fiches d’agents porteront « Urssaf Nord »" in visible_text(text).replace("\u00a0", " ")
    assert AgentProfile.objects.filter(entity=target).count() == 0
    found = re.search(r'name="seen" value="(\w+)"', text)
    assert found
    for _twice in range(2):
        assert client.post(page, {"target": target.pk, "seen": found[1]}).status_code == 302

    assert set(AgentProfile.objects.filter(entity=target).values_list("user_id", flat=True)) == {ugo.pk, cleo.pk}
    source.refresh_from_db()
    assert source.archived_at is not None
    assert rights() == before
    kept = AccountChange.objects.get(user=ugo)
    assert (kept.before["entity_id"], kept.after["entity_id"]) == ("Urssaf Ouest", "Urssaf Nord")
    assert ReferenceChange.objects.filter(act="merged").count() == 2
    assert Event.objects.filter(name="reference.merged").count() == 2
    assert Event.objects.filter(name="account.changed").count() == 2
    assert AuditEvent.objects.filter(action="admin_reference", details__act="merged").count() == 2
    for row, said in (
        (source, "Réunie à « Urssaf Nord » : 2 agents"),
        (target, "A reçu les fiches de « Urssaf Ouest »"),
    ):
        sheet = client.get(reverse("agents:reference", args=["administrations", row.pk])).content.decode()
        assert said in visible_text(sheet).replace("\u00a0", " ")


def test_what_moved_since_it_was_read_is_read_again(people: tuple[User, User, User]) -> None:
    source, target, by = body("Urssaf Ouest"), body("Urssaf Nord"), person(administrator(), now())
    seen = merging(ENTITY, source, target).mark
    employed("Zoé Nouvelle", "Urssaf Ouest", "crp")
    for mark in ("", seen):
        with pytest.raises(MergingUnseen):
            merge(ENTITY, source.pk, target.pk, seen=mark, by=by, at=now())
    assert AgentProfile.objects.filter(entity=target).count() == 0


def test_a_reviewer_would_gain_agents_it_is_refused_by_name(client: Client, people: tuple[User, User, User]) -> None:
    reviewer, _ugo, _cleo = people
    source, target = body("DREETS Bretagne"), body("Urssaf Ouest")
    sign_in(client, administrator())
    before = names(reviewer)
    for one, other in ((source, target), (target, source)):
        answer = client.post(address("administrations", one.pk), {"target": other.pk})
        assert answer.status_code == 422
        assert "Rita Revue" in visible_text(answer.content.decode())
    assert names(reviewer) == before

    Charge.objects.create(user=reviewer, entity=target)  # said first: she answers for both
    by, answered = person(administrator("Zia"), now()), names(reviewer)
    merge(ENTITY, source.pk, target.pk, seen=merging(ENTITY, source, target).mark, by=by, at=now())
    assert names(reviewer) == answered
    assert [row.words() for row in Charge.objects.filter(user=reviewer)] == ["Urssaf Ouest"]


def test_charges_that_no_living_habilitation_uses_block_nothing(people: tuple[User, User, User]) -> None:
    _reviewer, ugo, _cleo = people
    ended = HabilitationFactory(user=ugo, role=Role.REVIEWER)
    Habilitation.objects.filter(pk=ended.pk).update(state="revoked", ended_at=now())
    Charge.objects.create(user=ugo, entity=body("Urssaf Ouest"))
    assert merging(ENTITY, body("Urssaf Ouest"), body("Urssaf Nord")).refused == ()


def test_profiles_that_do_not_read_the_same_networks_are_not_one(people: tuple[User, User, User]) -> None:
    found = merging(SEGMENT, work("urssaf"), work("crp"))
    assert any("Ugo Urssaf" in line for line in found.refused)
    by = person(administrator(), now())
    with pytest.raises(Refused, match="Ugo Urssaf"):
        merge(SEGMENT, work("urssaf").pk, work("crp").pk, seen=found.mark, by=by, at=now())
    assert AgentProfile.objects.filter(segment=work("urssaf")).count() == 1


def test_two_profiles_of_the_same_networks_become_one(people: tuple[User, User, User]) -> None:
    reviewer, ugo, _cleo = people
    old = work("urssaf")
    twin = Segment.objects.create(
        code="urssaf-bis", label="Urssaf bis", network=Network.objects.get(pk=old.network_id), in_codefi=old.in_codefi
    )
    held = Habilitation.objects.get(user__full_name="Max Liste")
    ask_move(held, Wanted("", "", "urssaf", "Il change de métier"), by=person(reviewer, now()), at=now())
    by, read = person(administrator(), now()), person(ugo, now()).networks

    merge(SEGMENT, old.pk, twin.pk, seen=merging(SEGMENT, old, twin).mark, by=by, at=now())

    assert AgentProfile.objects.get(user=ugo).segment == twin
    assert person(ugo, now()).networks == read
    assert AskedMove.objects.get().segment == twin


def test_what_other_tables_name_is_left_to_those_who_keep_them(people: tuple[User, User, User]) -> None:
    _reviewer, ugo, _cleo = people
    Responder.objects.create(user=ugo, entity=body("Urssaf Ouest"))
    [why] = merging(ENTITY, body("Urssaf Ouest"), body("Urssaf Nord")).refused
    assert "autre ligne" in why


def test_zones_and_networks_do_not_merge_and_bad_choices_are_said(
    client: Client, people: tuple[User, User, User]
) -> None:
    sign_in(client, administrator())
    network = Network.objects.order_by("pk").first()
    assert network is not None
    assert client.get(address("reseaux", network.pk)).status_code == 404
    source = body("Urssaf Ouest")
    for target in ("", "999999", "abc", str(source.pk)):
        assert client.post(address("administrations", source.pk), {"target": target}).status_code == 422
    gone = body("Urssaf Nord")
    gone.archived_at = now()
    gone.save()
    assert client.post(address("administrations", source.pk), {"target": gone.pk}).status_code == 422
