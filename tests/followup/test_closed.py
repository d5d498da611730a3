"""A closed establishment: no file is opened on it, unless an administrator says why (S-03)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person
from tests.conftest import visible_text
from tests.followup.factories import ELSEWHERE, colleague, opened_file, workplace
from vigie.accounts.models import User
from vigie.followup.actions import closed as acts
from vigie.followup.models import ClosedPlace, Followup, Workplace
from vigie.followup.queries.touch import firm_panel
from vigie.journal.models import AuditEvent, Event
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.rights.person import Person
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
As = Callable[[User | None], Client]


@pytest.fixture
def admin(db: None) -> User:
    user = UserFactory(full_name="Adam Réglages")
    HabilitationFactory(user=user, role=Role.ADMINISTRATOR)
    return user


@pytest.fixture
def by(admin: User) -> Person:
    return person(admin, now())


@pytest.fixture
def shut(db: None) -> Workplace:
    return workplace(closed=True)


def test_a_file_is_opened_where_an_administrator_lets_it_and_only_for_thirty_days(shut: Workplace, by: Person) -> None:
    ada, at = colleague("Ada Liste"), now()
    with pytest.raises(Refused):
        opened_file(ada, shut, at)

    made = acts.allow(shut.siret, "Fermé par erreur dans Sirene", by=by, at=at)
    assert acts.allow(shut.siret, "Encore", by=by, at=at) == made
    with pytest.raises(Refused):
        opened_file(ada, shut, at + timedelta(days=acts.DAYS))
    opened_file(ada, shut, at + timedelta(days=1))

    assert Followup.objects.get().workplace == shut
    audited = AuditEvent.objects.get(action="admin_closed")
    assert (audited.object_id, audited.details["reason"]) == (shut.siret, "Fermé par erreur dans Sirene")


def test_its_end_closes_the_door_and_leaves_the_files(shut: Workplace, by: Person) -> None:
    at = now()
    row = acts.allow(shut.siret, "Reprise en cours", by=by, at=at)
    file = opened_file(colleague("Ada Liste"), shut, at)
    for _ in range(2):
        acts.end(row, by=by, at=at + timedelta(days=1))
    Followup.objects.update(state="completed", ended_at=at)

    with pytest.raises(Refused):
        opened_file(colleague("Bea Liste"), shut, at + timedelta(days=2))

    assert Followup.objects.get() == file
    names = Event.objects.filter(name__startswith="closed_place.").order_by("pk").values_list("name", flat=True)
    assert list(names) == ["closed_place.allowed", "closed_place.ended"]


def test_it_opens_nothing_to_who_has_no_right_there(by: Person) -> None:
    far = workplace("Scierie du Nord", ELSEWHERE, closed=True)
    acts.allow(far.siret, "Reprise", by=by, at=now())

    with pytest.raises(Forbidden):
        opened_file(colleague("Ada Liste"), far, now())
    with pytest.raises(Forbidden):
        acts.allow(far.siret, "Moi aussi", by=person(colleague("Bea Liste"), now()), at=now())


def test_the_sheet_proposes_it_only_while_it_lasts(shut: Workplace, by: Person) -> None:
    ada = person(colleague("Ada Liste"), now())
    assert firm_panel(ada, shut.company_id).opens == ()

    row = acts.allow(shut.siret, "Reprise", by=by, at=now())
    assert len(firm_panel(ada, shut.company_id).opens) == 1

    acts.end(row, by=by, at=now())
    assert firm_panel(ada, shut.company_id).opens == ()


def test_what_is_wrong_is_refused(shut: Workplace, by: Person) -> None:
    living = workplace("Ouverte")
    for siret, reason, field in (
        ("00000000000000", "Erreur", "siret"), (living.siret, "Erreur", "siret"), (shut.siret, "  ", "reason"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            acts.allow(siret, reason, by=by, at=now())
        assert refused.value.field == field

    told = {"workplace": shut, "author_id": by.user_id, "since": now()}
    for wrong in ({"reason": "", "until": now()}, {"reason": "Oui", "until": now() - timedelta(days=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ClosedPlace.objects.create(**told, **wrong)


def test_the_page_asks_who_one_is_says_why_and_names_no_firm(as_: As, admin: User, shut: Workplace) -> None:
    client, address = as_(admin), reverse("followup:closed")
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time() - 3600
    session.save()
    typed = {"siret": shut.siret, "reason": "Fermé par erreur <b>"}
    assert "confirmer" in client.post(address, typed)["Location"]

    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time()
    session.save()
    html = client.post(address, typed, follow=True).content.decode()
    text = visible_text(html)
    assert shut.siret in text
    assert "Adam Réglages" in text
    assert "erreur <b>" not in html
    assert shut.company.name not in text
    assert client.post(address, {"siret": "1", "reason": ""}).status_code == 422
    done = client.post(reverse("followup:end_closed", args=[ClosedPlace.objects.get().pk]), follow=True)
    assert "L’exception a pris fin." in visible_text(done.content.decode())
