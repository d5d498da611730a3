"""Several agents changed at once: the difference is read first, then all or none; nobody changes himself."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from tests.watchlists.conftest import zones as zones
from vigie.accounts.models import AgentProfile, Habilitation, User
from vigie.accounts.models_agents import Entity, Segment
from vigie.accounts.models_changes import AccountChange
from vigie.agents.actions.many import DifferencesUnseen, change_many
from vigie.agents.queries.many import Wanted, agents_in_force, found_differences, mark
from vigie.agents.views import many as views
from vigie.journal.models import AuditEvent, Event
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, Refused
from vigie.rights.person import Person
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
END = date(2028, 1, 31)


@pytest.fixture
def tess(db: None) -> User:
    user = UserFactory(full_name="Tess Tenace")
    HabilitationFactory(user=user, role=Role.TEAM)
    return user


@pytest.fixture
def by(tess: User) -> Person:
    return person(tess, now())


def some_agents(count: int, **held: object) -> list[str]:
    entity, _new = Entity.objects.get_or_create(name="DREETS", defaults={"short_name": "DREETS"})
    segment, _new = Segment.objects.get_or_create(code="crp", defaults={"label": "Commissaire"})
    Segment.objects.get_or_create(code="dgfip", defaults={"label": "Finances publiques"})
    mails = []
    for rank in range(count):
        user = UserFactory(full_name=f"Agent {rank}", email=f"agent{User.objects.count()}@etat.example")
        HabilitationFactory(user=user, **{"role": Role.LEVEL_A, "territory": "35", **held})
        AgentProfile.objects.create(user=user, entity=entity, segment=segment)
        mails.append(user.email)
    return mails


def do(mails: list[str], wanted: Wanted, by: Person) -> None:
    seen = mark(found_differences(agents_in_force(), mails, wanted))
    change_many(mails, wanted, seen=seen, by=by, at=now())


def levels(mail: str) -> list[tuple[str, str, str, date | None]]:
    held = Habilitation.objects.filter(user__email=mail).order_by("pk")
    return list(held.values_list("role", "territory", "state", "ends_on"))


def test_a_territory_and_a_profile_are_given_to_all_those_chosen(by: Person) -> None:
    one, two, other = some_agents(3, ends_on=END)
    already = some_agents(1, territory="59", ends_on=END)

    do([one, two, *already], Wanted(territory="59", segment="dgfip"), by)

    for mail in (one, two):
        assert levels(mail) == [("level_a", "35", "revoked", END), ("level_a", "59", "granted", END)]
        assert User.objects.get(email=mail).agent.segment.code == "dgfip"
    assert levels(already[0]) == [("level_a", "59", "granted", END)]
    assert levels(other) == [("level_a", "35", "granted", END)]
    kept = {(row.user.email, *row.after.values()) for row in AccountChange.objects.all()}
    assert kept >= {(one, "59"), (one, "Finances publiques"), (already[0], "Finances publiques")}
    assert AuditEvent.objects.filter(action="admin_users").count() == 3


def test_a_last_day_is_given_without_another_habilitation(by: Person) -> None:
    [one] = some_agents(1)

    do([one], Wanted(ends_on=END), by)
    with pytest.raises(Refused) as again:
        do([one], Wanted(ends_on=END), by)

    assert levels(one) == [("level_a", "35", "granted", END)]
    assert Event.objects.filter(name="habilitation.rescheduled").count() == 1
    assert AccountChange.objects.get().after == {"ends_on": "31/01/2028"}
    assert "déjà ainsi" in again.value.message_fr


def test_one_in_ten_at_most_is_suspended_and_the_sessions_close(by: Person) -> None:
    mails = some_agents(20)
    before = User.objects.get(email=mails[0]).session_epoch

    with pytest.raises(Refused) as refused:
        do(mails[:3], Wanted(suspend=True), by)
    do(mails[:2], Wanted(suspend=True), by)

    assert "3 agents sur 20" in refused.value.message_fr
    assert "Ce choix" in refused.value.message_fr
    assert [levels(mail)[0][2] for mail in mails[:3]] == ["suspended", "suspended", "granted"]
    assert User.objects.get(email=mails[0]).session_epoch > before


def test_nobody_changes_himself_and_nothing_is_done_by_half(by: Person, tess: User) -> None:
    HabilitationFactory(user=tess, role=Role.LEVEL_A, territory="35")
    [one] = some_agents(1)
    bare = UserFactory(full_name="Sans Fiche")
    HabilitationFactory(user=bare, role=Role.LEVEL_B, territory="35")

    for mails, wanted, told in (
        ([one, tess.email], Wanted(territory="59"), "Vous êtes dans ce choix"),
        ([one, bare.email], Wanted(segment="dgfip"), "Remplissez d’abord la fiche d’agent de Sans Fiche"),
        ([one], Wanted(), "Dites ce qui change"),
        ([one], Wanted(ends_on=date(2020, 1, 1)), "Cette date est passée"),
    ):
        with pytest.raises(Refused) as refused:
            do(mails, wanted, by)
        assert told in refused.value.message_fr

    assert levels(one) == [("level_a", "35", "granted", None)]
    assert not AccountChange.objects.exists()


def test_differences_that_moved_since_they_were_read_are_shown_again(by: Person) -> None:
    one, two = some_agents(2)
    wanted = Wanted(territory="59")
    seen = mark(found_differences(agents_in_force(), [one, two], wanted))
    Habilitation.objects.filter(user__email=two).update(territory="22")

    with pytest.raises(DifferencesUnseen):
        change_many([one, two], wanted, seen=seen, by=by, at=now())

    assert levels(one) == [("level_a", "35", "granted", None)]
    with pytest.raises(Forbidden):
        change_many([one], wanted, seen=seen, by=person(User.objects.get(email=one), now()), at=now())


def test_the_difference_is_read_on_screen_then_done(tess: User) -> None:
    one, two = some_agents(2)
    client, address = sign_in(Client(), tess), reverse("agents:many")
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time()
    session.save()
    typed = {"who": [one, two], "territory": "59", "ends_on": "2028-01-31"}

    read = client.post(address, typed)
    seen = re.search(r'name="seen" value="([^"]+)"', read.content.decode())
    assert seen is not None
    done = client.post(address, {**typed, "seen": seen[1]}, follow=True)

    text = visible_text(read.content.decode()).replace("\u00a0", " ")
    assert "2 agents seront changés" in text
    assert "département Ille-et-Vilaine (35) → département Nord (59)" in text
    assert "Fin de l’habilitation : sans fin → 31/01/2028" in text
    assert "2 agents changés." in visible_text(done.content.decode()).replace("\u00a0", " ")
    assert levels(one)[-1] == ("level_a", "59", "granted", END)


def test_who_one_is_is_proved_before_it_is_done_and_faults_are_said(tess: User) -> None:
    [one] = some_agents(1)
    client, address = sign_in(Client(), tess), reverse("agents:many")
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time() - timedelta(hours=1).total_seconds()
    session.save()

    elsewhere = client.post(address, {"who": [one], "ends_on": "2028-01-31", "seen": "x"})
    unknown = client.post(address, {"who": [one], "territory": "999"})
    nobody = client.post(address, {"territory": "35"})

    assert "confirmer" in elsewhere["Location"]
    assert "999" in visible_text(unknown.content.decode())
    assert unknown.status_code == 422
    assert "Choisissez au moins un agent." in visible_text(nobody.content.decode())
    assert levels(one) == [("level_a", "35", "granted", None)]


def test_the_list_is_narrowed_and_its_queries_do_not_grow(tess: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client, address = sign_in(Client(), tess), reverse("agents:many")
    some_agents(2)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    later = some_agents(9)
    with CaptureQueriesContext(connection) as more:
        html = client.get(address).content.decode()
    assert len(few) == len(more)
    assert html.count('name="who"') == 11
    monkeypatch.setattr(views, "SHOWN", 3)
    cut = client.post(address, {"who": later[-1:], "territory": "999"}).content.decode()
    assert (cut.count('name="who"'), cut.count("checked")) == (4, 1)  # the one chosen stays, beyond the first three
    assert "Les 3 premiers noms sont affichés" in visible_text(cut)
    assert client.get(f"{address}?q=agent 1&entity=Inconnue").content.decode().count('name="who"') < 11
