"""What the tests of lists share: folders of their own, and sessions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.accounts.factories import sign_in
from tests.watchlists.factories import with_folders
from vigie.accounts.models import User
from vigie.territory.models import Zone


@pytest.fixture(autouse=True)
def folders(settings: Settings, tmp_path: Path) -> Path:
    """The folder of the publications."""
    return with_folders(settings, tmp_path)


@pytest.fixture
def zones(db: None) -> None:
    """Two régions and their départements."""
    for code, name, region in (("35", "Ille-et-Vilaine", "53"), ("22", "Côtes-d’Armor", "53"), ("59", "Nord", "32")):
        Zone.objects.create(
            zone_type="departement", code=code, name=name, name_folded=name.upper(), region_code=region, vintage=2026
        )
    for code, name in (("53", "Bretagne"), ("32", "Hauts-de-France")):
        Zone.objects.create(zone_type="region", code=code, name=name, name_folded=name.upper(), vintage=2026)


@pytest.fixture
def as_(client: Client) -> Callable[[User | None], Client]:
    """``as_(user)``: the client with a session of this person; ``as_(None)``: a visitor."""

    def session(user: User | None) -> Client:
        return sign_in(client, user) if user is not None else client

    return session
