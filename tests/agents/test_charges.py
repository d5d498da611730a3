"""A reviewer answers for several bodies, a profile of work, or a profile within a body: one filter for all he does."""

from __future__ import annotations

import importlib
import random
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.agents.test_duties import administrator, proved
from tests.conftest import visible_text
from tests.security.service import ASKED, partner
from tests.watchlists.factories import agent, follow
from vigie.accounts.account_changes import describe_agent
from vigie.accounts.actions import give_habilitation, revoke, suspend
from vigie.accounts.models import AccountChange, AgentProfile, Charge, Habilitation, User
from vigie.accounts.models_agents import Entity, Segment
from vigie.agents.actions import charges as acts
from vigie.agents.audiences import reviewers_of_agent
from vigie.agents.queries.follows import to_review
from vigie.agents.queries.partner import reviewed
from vigie.agents.queries.reminding import waiting_for
from vigie.journal.models import AuditEvent, Event
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput
from vigie.rights.person import SYSTEM
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
PAGE = reverse("agents:charges")


def body(name: str) -> Entity:
    return Entity.objects.get_or_create(name=name, defaults={"short_name": name})[0]


def work(code: str) -> Segment:
    return Segment.objects.get(code=code)


def employed(name: str, where: str, code: str) -> User:
    user = agent(full_name=name)
    AgentProfile.objects.create(user=user, entity=body(where), segment=work(code))
    return user


@pytest.fixture
def world() -> tuple[User, dict[str, User]]:
    """Rita answers for the DREETS; the agents of four bodies and of several profiles."""
    reviewer, held = partner()
    people = {"Max Liste": held.user}
    for name, where, code in (
        ("Ugo Urssaf", "Urssaf Ouest", "urssaf"), ("Cléo Urssaf", "Urssaf Ouest", "crp"), ("Dan Banque", "BDF", "bdf"),
        ("Eve Banque", "BDF", "crp"), ("Flo Mire", "DGE", "mire"),
    ):  # fmt: skip
        people[name] = employed(name, where, code)
    return reviewer, people


def names(reviewer: User) -> set[str]:
    """Whom he reviews."""
    return {row.user.full_name for row in reviewed(person(reviewer, now()))}


def test_each_charge_adds_its_agents_and_each_page_follows(client: Client, world: tuple[User, dict[str, User]]) -> None:
    reviewer, people = world
    assert names(reviewer) == {"Max Liste"}
    at = now()
    for user in people.values():
        follow(user, "111111118", at, motive="autre", comment="Vu en ville")

    Charge.objects.create(user=reviewer, entity=body("Urssaf Ouest"), segment=work("urssaf"))
    assert names(reviewer) == {"Max Liste", "Ugo Urssaf"}
    Charge.objects.create(user=reviewer, segment=work("crp"))
    mine = {"Max Liste", "Ugo Urssaf", "Cléo Urssaf", "Eve Banque"}
    assert names(reviewer) == mine

    sign_in(client, reviewer)
    said = visible_text(client.get(reverse("agents:partner")).content.decode())
    follows = visible_text(client.get(reverse("agents:follows")).content.decode())
    for name in people:
        assert (name in said, name in follows) == (name in mine, name in mine)
    assert "Urssaf Ouest, profil" in said
    assert {row.user.full_name for row in to_review(person(reviewer, at), at)} == mine
    waiting = waiting_for(reviewer, at + timedelta(days=600))
    assert waiting is not None
    assert waiting.due == len(mine)
    for name, user in people.items():
        held = user.habilitations.get()
        expected = 200 if name in mine else 404
        assert client.get(reverse("agents:ask_move", args=[held.pk])).status_code == expected
        told = {row.email for row in reviewers_of_agent(user, SYSTEM)}
        assert (reviewer.email in told) == (name in mine)
        for url in (
            reverse("agents:review", args=[held.pk]),
            reverse("agents:review_follow", args=[user.follows.get().pk]),
        ):
            answer = client.post(url, {"transition": "confirm"})
            assert answer.status_code == (302 if name in mine else 404)
        assert held.confirmations.exists() == (name in mine)


def test_what_a_reviewer_sees_is_what_an_oracle_says(world: tuple[User, dict[str, User]]) -> None:
    """Random charges against a loop that reads them in words."""
    reviewer, people = world
    chance = random.Random(7)
    bodies, works = [None, *Entity.objects.all()], [None, *Segment.objects.all()]
    profiles = {user.pk: AgentProfile.objects.get(user=user) for user in people.values()}
    for _trial in range(40):
        Charge.objects.filter(user=reviewer).delete()
        for _one in range(chance.randint(0, 3)):
            entity, segment = chance.choice(bodies), chance.choice(works)
            if entity or segment:
                Charge.objects.get_or_create(user=reviewer, entity=entity, segment=segment)
        rows = list(Charge.objects.filter(user=reviewer))
        expected = set()
        for name, user in people.items():
            sheet = profiles[user.pk]
            for row in rows:
                right_body = row.entity_id is None or row.entity_id == sheet.entity_id
                if right_body and (row.segment_id is None or row.segment_id == sheet.segment_id):
                    expected.add(name)
        assert names(reviewer) == expected


def test_a_request_stays_within_the_charges(client: Client, world: tuple[User, dict[str, User]]) -> None:
    reviewer, people = world
    Charge.objects.create(user=reviewer, entity=body("Urssaf Ouest"), segment=work("urssaf"))
    sign_in(client, reviewer)
    page, asked = reverse("agents:ask"), {**ASKED, "entity": str(body("Urssaf Ouest").pk)}
    offered = client.get(page).content.decode()
    assert "Urssaf Ouest" in offered
    assert "BDF" not in offered

    answer = client.post(page, asked)  # profile CRP at the Urssaf: not his
    assert answer.status_code == 422
    assert "Vous ne répondez pas de ce profil" in answer.content.decode()
    assert client.post(page, {**asked, "entity": str(body("BDF").pk)}).status_code == 422
    assert client.post(page, {k: v for k, v in asked.items() if k != "entity"}).status_code == 422
    known = {**asked, "email": people["Cléo Urssaf"].email, "segment": "urssaf"}
    assert "pas de votre administration" in client.post(page, known).content.decode()
    assert not User.objects.filter(email=ASKED["email"]).exists()

    assert client.post(page, {**asked, "segment": "urssaf"}).status_code == 302
    made = AgentProfile.objects.get(user__email=ASKED["email"])
    assert (made.entity.name, made.segment.code) == ("Urssaf Ouest", "urssaf")


def test_without_charge_nobody_and_it_says_so(client: Client, world: tuple[User, dict[str, User]]) -> None:
    reviewer, _people = world
    Charge.objects.filter(user=reviewer).delete()
    sign_in(client, reviewer)
    assert "Aucun agent ne vous est confié" in client.get(reverse("agents:partner")).content.decode()
    answer = client.post(reverse("agents:ask"), ASKED)
    assert answer.status_code == 422
    assert not User.objects.filter(email=ASKED["email"]).exists()


def test_the_administrator_gives_and_withdraws_on_screen(client: Client, world: tuple[User, dict[str, User]]) -> None:
    reviewer, _people = world
    keeper = administrator()
    proved(client, keeper)
    asked = {"reviewer": reviewer.email, "entity": str(body("BDF").pk), "segment": str(work("bdf").pk)}
    assert "Personne ne répond des agents de" in visible_text(client.get(PAGE).content.decode())

    for _twice in range(2):
        assert client.post(PAGE, asked)["Location"] == PAGE

    made = Charge.objects.get(entity=body("BDF"))
    assert "Dan Banque" in names(reviewer)
    shown = visible_text(client.get(PAGE).content.decode())
    assert made.words() in shown
    assert Event.objects.filter(name="charge.given", subject_id=str(made.pk)).count() == 1
    kept = AccountChange.objects.get(user=reviewer)
    assert (kept.author_name, made.words() in kept.after["charges"]) == (keeper.full_name, True)
    assert made.words() not in kept.before["charges"]

    for _twice in range(2):
        client.post(reverse("agents:withdraw_charge", args=[made.pk]))
    assert names(reviewer) == {"Max Liste"}
    assert Event.objects.filter(name="charge.withdrawn").count() == 1
    decisions = AuditEvent.objects.filter(action="admin_charge", object_id=str(reviewer.pk)).order_by("pk")
    assert [row.details["decision"] for row in decisions] == ["given", "withdrawn"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reviewer": "personne@nulle-part.example"}, "Aucun compte n’a cette adresse"),
        ({"entity": "", "segment": ""}, "Choisissez une administration, un profil de travail, ou les deux"),
        ({"entity": "999999"}, "Choisissez une administration de la liste"),
        ({"segment": "abc"}, "Choisissez un profil de travail de la liste"),
        ({"reviewer": "max"}, "n’est pas responsable des habilitations"),
        ({"reviewer": "me"}, "Demandez à un autre administrateur"),
    ],
)
def test_what_cannot_be_given_is_said(
    client: Client, world: tuple[User, dict[str, User]], changes: dict[str, str], said: str
) -> None:
    reviewer, people = world
    keeper = administrator()
    proved(client, keeper)
    known = {"max": people["Max Liste"].email, "me": keeper.email}
    asked = {"reviewer": reviewer.email, "entity": str(body("BDF").pk), "segment": "", **changes}
    asked["reviewer"] = known.get(asked["reviewer"], asked["reviewer"])
    answer = client.post(PAGE, asked)
    assert answer.status_code == 422
    assert said in visible_text(answer.content.decode())
    assert Charge.objects.count() == 1


def test_giving_asks_who_one_is_again_and_is_the_administrators(world: tuple[User, dict[str, User]]) -> None:
    reviewer, _people = world
    client = sign_in(Client(), administrator())
    asked = {"reviewer": reviewer.email, "entity": str(body("BDF").pk)}
    assert "prouver" in client.post(PAGE, asked)["Location"] or client.post(PAGE, asked).status_code == 302
    held = Charge.objects.get()
    client.post(reverse("agents:withdraw_charge", args=[held.pk]))
    assert list(Charge.objects.all()) == [held]
    team = UserFactory(team=True)
    with pytest.raises(Forbidden):
        acts.give(reviewer, body("BDF"), None, by=person(team, now()), at=now())
    with pytest.raises(Forbidden):
        acts.withdraw(held, by=person(reviewer, now()), at=now())


def test_a_reviewer_who_administers_too_does_not_change_his_own(world: tuple[User, dict[str, User]]) -> None:
    reviewer, _people = world
    HabilitationFactory(user=reviewer, role=Role.ADMINISTRATOR)
    by = person(reviewer, now())
    with pytest.raises(InvalidInput):
        acts.give(reviewer, body("BDF"), None, by=by, at=now())
    with pytest.raises(InvalidInput):
        acts.withdraw(Charge.objects.get(), by=by, at=now())


def test_a_new_reviewer_answers_for_his_body_and_former_charges_do_not_come_back() -> None:
    _reviewer, held = partner()
    user, team, at = held.user, person(UserFactory(team=True), now()), now()
    given = give_habilitation(user, Role.REVIEWER, by=team, at=at)
    assert [row.words() for row in Charge.objects.filter(user=user)] == ["DREETS Bretagne"]

    Charge.objects.create(user=user, entity=body("BDF"))
    suspend(given, by=team, at=at)
    given.refresh_from_db()
    from vigie.accounts.actions import grant

    grant(given, by=team, at=at)  # the same habilitation: the same charges
    assert Charge.objects.filter(user=user).count() == 2
    given.refresh_from_db()
    revoke(given, by=team, at=at)
    give_habilitation(user, Role.REVIEWER, by=team, at=at)
    assert [row.words() for row in Charge.objects.filter(user=user)] == ["DREETS Bretagne"]

    describe_agent(user, {"entity_id": body("DGE").pk}, by=team, at=at)
    assert [row.words() for row in Charge.objects.filter(user=user)] == ["DGE"]
    assert AccountChange.objects.filter(user=user, after__has_key="charges").exists()
    given_events = Event.objects.filter(name="charge.given")
    assert given_events.count() == Event.objects.filter(name="charge.withdrawn").count()


def test_the_database_refuses_an_empty_charge_and_the_same_twice(world: tuple[User, dict[str, User]]) -> None:
    reviewer, _people = world
    for columns in ({}, {"entity": Charge.objects.get().entity}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Charge.objects.create(user=reviewer, **columns)
    Charge.objects.create(user=reviewer, segment=work("crp"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Charge.objects.create(user=reviewer, segment=work("crp"))


def test_the_migration_keeps_the_present(world: tuple[User, dict[str, User]]) -> None:
    reviewer, people = world
    HabilitationFactory(user=people["Dan Banque"], role=Role.REVIEWER, state="suspended")
    ended = HabilitationFactory(user=people["Flo Mire"], role=Role.REVIEWER)
    Habilitation.objects.filter(pk=ended.pk).update(state="revoked", ended_at=now())
    Charge.objects.all().delete()
    migration = importlib.import_module("vigie.accounts.migrations.0007_present_charges")
    for _twice in range(2):
        migration.say_the_present(apps, None)
    rows = {row.user_id: row.words() for row in Charge.objects.select_related("entity")}
    assert rows == {reviewer.pk: "DREETS Bretagne", people["Dan Banque"].pk: "BDF"}


def test_the_page_asks_as_many_queries_whatever_the_reviewers(
    client: Client, world: tuple[User, dict[str, User]]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    proved(client, administrator())

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(PAGE)
        return len(seen)

    asked()
    few = asked()
    for place in range(12):
        user = employed(f"Responsable {place}", f"Corps {place}", "crp")
        HabilitationFactory(user=user, role=Role.REVIEWER)
        Charge.objects.create(user=user, entity=body(f"Corps {place}"))
    assert asked() == few
