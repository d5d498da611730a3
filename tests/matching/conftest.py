"""A small territory for the tests of the service: Lyon and its neighbours, under invented EPCIs."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from tests.matching.public_pages import Clock, Visitor
from vigie.matching.views import filling, follow, public
from vigie.territory.models import Commune, CommuneMovement, Zone

PLACES = (
    # code, name, département, région, EPCI, employment area, city
    ("69123", "Lyon", "69", "84", "290000012", "8421", ""),
    ("69383", "Lyon 3e", "69", "84", "290000012", "8421", "69123"),
    ("69266", "Villeurbanne", "69", "84", "290000012", "8421", ""),
    ("69264", "Villefranche-sur-Saône", "69", "84", "290000020", "8425", ""),
    ("01053", "Bourg-en-Bresse", "01", "84", "290000038", "8401", ""),
    ("59350", "Lille", "59", "32", "290000046", "3201", ""),
    ("97611", "Mamoudzou", "976", "06", "290000053", "0601", ""),
)
NAMES = (
    ("epci", "290000012", "Métropole inventée", "69", "84"),
    ("departement", "69", "Rhône", "69", "84"),
    ("departement", "01", "Ain", "01", "84"),
    ("region", "84", "Auvergne-Rhône-Alpes", "", "84"),
)


@pytest.fixture
def territory(db: None) -> None:
    """Seven communes, some names of zones, one merged commune (69999 → Lyon)."""
    write_territory()


def write_territory() -> None:
    Commune.objects.bulk_create(
        Commune(
            code=code,
            name=name,
            name_folded=name.upper(),
            kind="municipal_district" if parent else "commune",
            parent_code=parent,
            departement_code=departement,
            region_code=region,
            epci_code=epci,
            employment_area_code=area,
            vintage=2026,
        )
        for code, name, departement, region, epci, area, parent in PLACES
    )
    Zone.objects.bulk_create(
        Zone(
            zone_type=kind,
            code=code,
            name=name,
            name_folded=name.upper(),
            departement_code=departement,
            region_code=region,
            vintage=2026,
        )
        for kind, code, name, departement, region in NAMES
    )
    CommuneMovement.objects.create(old_code="69999", new_code="69123", kind="merged")


@pytest.fixture
def visitor(monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """Somebody without script in front of the public pages, at a moment that passes when told."""
    clock = Clock()
    for module in (public, filling, follow):
        monkeypatch.setattr(module, "now", clock)
    return Visitor(clock)


@pytest.fixture
def landing(territory: None) -> None:
    """The starter themes, subjects and standard answers, over the small territory."""
    call_command("load_taxonomy", stdout=StringIO())
    call_command("load_landing", stdout=StringIO())
