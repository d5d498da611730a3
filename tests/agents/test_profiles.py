"""The profiles of habilitation in use: counted, searched, narrowed, by pages."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, sign_in
from tests.conftest import visible_text
from vigie.accounts.models_agents import AgentProfile, Entity, Segment
from vigie.agents.actions.references import load_references
from vigie.agents.queries import profiles
from vigie.kernel.clock import now
from vigie.kernel.zones import ZoneType
from vigie.rights.table import Role
from vigie.territory.models import Zone, ZoneGroup

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
ILLE = "département Ille-et-Vilaine (35)"
HELD = (
    ("crp", Role.LEVEL_A, "35"), ("crp", Role.LEVEL_A, "35"), ("urssaf", Role.LEVEL_A, "R53"),
    ("dreets", Role.LEVEL_B, "Z-GRAND-OUEST"), ("bdf", Role.LEVEL_A, "FR"), ("", Role.LEVEL_B, "69"),
)  # fmt: skip


@pytest.fixture
def admin(client: Client) -> Client:
    load_references(now())
    body = Entity.objects.create(name="DREETS Bretagne", short_name="DREETS")
    for code, region in (("35", "53"), ("22", "53"), ("69", "84")):
        Zone.objects.get_or_create(
            zone_type=ZoneType.DEPARTEMENT,
            code=code,
            defaults={"name": f"Nom {code}", "region_code": region, "name_folded": code, "vintage": 2026},
        )
    ZoneGroup.objects.create(code="GRAND-OUEST", label="Grand Ouest", departements=["22", "35"])
    for segment, level, territory in HELD:
        user = UserFactory()
        HabilitationFactory(user=user, role=level, territory=territory)
        if segment:
            AgentProfile.objects.create(user=user, entity=body, segment=Segment.objects.get(code=segment))
    holder = UserFactory()
    HabilitationFactory(user=holder, role=Role.ADMINISTRATOR)
    return sign_in(client, holder)


def rows(client: Client, **asked: str) -> list[str]:
    page = client.get(reverse("agents:profiles"), asked).context["page"]
    return [str(row[2]) for row in page.table.rows]


def test_profiles_are_counted_by_combination_the_most_common_first(admin: Client) -> None:
    said = visible_text(admin.get(reverse("agents:profiles")).content.decode())

    assert "5 profils en usage, 6 habilitations" in said
    assert "Commissaire aux restructurations" in said
    assert "Sans profil" in said
    assert rows(admin)[0] == ILLE


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({"q": "commissaire"}, {ILLE}),
        ({"q": "r53"}, {"région Bretagne"}),
        ({"q": "grand-ouest"}, {"zone Grand ouest"}),
        ({"q": "introuvable"}, set()),
        ({"level": "level_b"}, {"zone Grand ouest", "département Rhône (69)"}),
        ({"segment": "urssaf"}, {"région Bretagne"}),
        ({"departement": "22"}, {"région Bretagne", "zone Grand ouest", "France entière"}),
        ({"departement": "35", "level": "level_a"}, {ILLE, "région Bretagne", "France entière"}),
        ({"departement": "75 ou rien", "level": "level_b"}, {"zone Grand ouest", "département Rhône (69)"}),
    ],
)  # fmt: skip
def test_each_filter_keeps_its_profiles(admin: Client, asked: dict[str, str], seen: set[str]) -> None:
    assert set(rows(admin, **asked)) == seen


def test_pages_follow_each_other_and_keep_the_filters(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "PAGE_SIZE", 2)

    first, second = rows(admin, level="level_a"), rows(admin, level="level_a", page="2")

    assert (len(first), len(second)) == (2, 1)
    assert not set(first) & set(second)
    html = admin.get(reverse("agents:profiles"), {"level": "level_a"}).content.decode()
    assert "level=level_a&amp;page=2" in html


def test_the_queries_do_not_grow_with_the_profiles(admin: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            rows(admin, departement="35")
        return len(queries)

    asked()  # the first page of a session writes that it was seen
    before = asked()
    for number in range(12):
        HabilitationFactory(user=UserFactory(), role=Role.LEVEL_B, territory=f"{number + 40}")

    assert asked() == before
