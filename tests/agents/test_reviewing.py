"""The team reads on screen whose review is late, by the same decision as the reviewer, and filters on it."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.accounts.factories import HabilitationFactory, UserFactory, sign_in
from tests.conftest import visible_text
from tests.watchlists.factories import agent
from vigie.accounts.models import Habilitation, User
from vigie.accounts.reviews import late_habilitations, reviews_of
from vigie.agents.models import Confirmation
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.rights.table import Role
from vigie.tuning.queries import current

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
PAGE = "/equipe/personnes/"


def held(name: str, since: date, *confirmed: date) -> User:
    user: User = agent(full_name=name)
    Habilitation.objects.filter(user=user).update(starts_on=since)
    for day in confirmed:
        Confirmation.objects.create(habilitation=user.habilitations.get(), day=day, at=now(), by=user)
    return user


def test_the_list_of_people_says_and_filters_what_is_to_review(client: Client) -> None:
    today = paris_day(now())
    old = today - timedelta(days=current("review_days"))
    held("Ada Tard", old)
    held("Bob Tôt", old + timedelta(days=1))
    held("Cléo Confirmée", old - timedelta(days=300), today - timedelta(days=3))
    held("Dan Oublié", old - timedelta(days=300), old - timedelta(days=2))
    stopped = held("Eve Suspendue", old - timedelta(days=300))
    stopped.habilitations.update(state="suspended")
    HabilitationFactory(user=UserFactory(full_name="Flo Expert"), role=Role.EXPERT, starts_on=old - timedelta(days=9))
    sign_in(client, UserFactory(team=True, full_name="Tess Tenace"))

    said = visible_text(client.get(PAGE).content.decode())
    assert "À revoir" in said
    assert "Sans objet" in said
    late = visible_text(client.get(PAGE, {"situation": "late"}).content.decode())
    for name, shown in (
        ("Ada Tard", True), ("Bob Tôt", False), ("Cléo Confirmée", False), ("Dan Oublié", True),
        ("Eve Suspendue", False), ("Flo Expert", False),
    ):  # fmt: skip
        assert name in said
        assert (name in late) is shown


def test_the_database_and_the_rule_say_the_same() -> None:
    chance, today = random.Random(3), paris_day(now())
    for rank in range(40):
        user = held(f"Agent {rank}", today - timedelta(days=chance.randint(0, 500)))
        for _one in range(chance.randint(0, 2)):
            day = today - timedelta(days=chance.randint(0, 400))
            told = {"at": now(), "by": user}
            Confirmation.objects.get_or_create(habilitation=user.habilitations.get(), day=day, defaults=told)
    users = set(User.objects.values_list("pk", flat=True))
    by_rule = {user for user, review in reviews_of(users, today).items() if review.late}
    assert by_rule == set(late_habilitations(today).values_list("user_id", flat=True))
    assert 0 < len(by_rule) < 40


def test_the_list_asks_as_many_queries_whatever_the_people(client: Client) -> None:
    sign_in(client, UserFactory(team=True))

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(PAGE)
        return len(seen)

    held("Ada Liste", date(2025, 1, 6))
    asked()
    few = asked()
    for rank in range(20):
        held(f"Agent {rank}", date(2025, 1, 6), date(2025, 9, 1))
    assert asked() == few
