"""The small world, built once for a file of tests, in a transaction taken back at its end (mark them ``django_db``)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.db import transaction

from vigie.connectors.fakes import data
from vigie.demo import world
from vigie.demo.plan import Plan
from vigie.demo.sizes import SIZES

DAY = date(2026, 3, 18)
NOW = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
PLAN = Plan(SIZES["small"], 1, DAY)


@pytest.fixture(scope="module")
def small_world(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Plan]:
    """The small world with its year of history, in one transaction that is taken back at the end."""
    before = settings.VAR
    settings.VAR = tmp_path_factory.mktemp("var")
    with django_db_blocker.unblock(), transaction.atomic():
        world.build(PLAN, at=NOW)
        world.live(PLAN, now=lambda: NOW)
        yield PLAN
        transaction.set_rollback(True)
    settings.VAR = before
    data.register(None)
