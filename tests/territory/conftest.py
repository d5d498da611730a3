"""The small territory is loaded once per module, in a transaction that the module's end takes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.territory.worlds import load_small_cog
from vigie.territory.models import Commune, CommuneMovement, FormerName, PostalCode, Zone


@pytest.fixture(scope="module")
def _small_cog_of_module(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        load_small_cog()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def empty_territory(db: None) -> None:
    """No commune, even in a module whose other tests have some."""
    for model in (FormerName, CommuneMovement, PostalCode, Zone, Commune):
        model.objects.all().delete()


@pytest.fixture
def small_cog(_small_cog_of_module: None, db: None) -> None:
    """Seven départements in the database; what a test writes is taken back at its end."""
