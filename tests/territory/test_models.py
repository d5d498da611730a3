from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps

from vigie.kernel.zones import Place
from vigie.territory.models import MAX_HOPS, Commune, CommuneMovement, FormerName, PostalCode, Zone, ZoneLine

BOURG = {
    "code": "01053",
    "name": "Bourg-en-Bresse",
    "name_folded": "BOURG EN BRESSE",
    "kind": "commune",
    "departement_code": "01",
    "region_code": "84",
    "vintage": 2026,
}
EPCI = {
    "zone_type": "epci",
    "code": "200046977",
    "name": "Métropole de Lyon",
    "name_folded": "METROPOLE DE LYON",
    "departement_code": "69",
    "region_code": "84",
    "vintage": 2026,
}
MOVEMENT = {"old_code": "01120", "new_code": "01262", "kind": "associated"}

REFUSED: list[tuple[str, type[models.Model], dict[str, Any]]] = [
    ("commune_code_shape", Commune, BOURG | {"code": "2C004"}),
    ("commune_code_shape", Commune, BOURG | {"code": "1053\n"}),
    ("commune_code_shape", Commune, BOURG | {"code": "0105"}),
    ("commune_named", Commune, BOURG | {"name": ""}),
    ("commune_named", Commune, BOURG | {"name_folded": ""}),
    ("commune_district_has_its_city", Commune, BOURG | {"kind": "municipal_district"}),
    ("commune_district_has_its_city", Commune, BOURG | {"kind": "municipal_district", "parent_code": "01053"}),
    ("commune_district_has_its_city", Commune, BOURG | {"parent_code": "69123"}),
    ("commune_district_has_its_city", Commune, BOURG | {"kind": "village"}),
    ("commune_departement_shape", Commune, BOURG | {"departement_code": ""}),
    ("commune_departement_shape", Commune, BOURG | {"departement_code": "2C"}),
    ("commune_region_shape", Commune, BOURG | {"region_code": "8"}),
    ("commune_epci_shape", Commune, BOURG | {"epci_code": "20004697"}),
    ("commune_employment_area_shape", Commune, BOURG | {"employment_area_code": "842"}),
    ("commune_vintage_since_1943", Commune, BOURG | {"vintage": 26}),
    ("postalcode_shape", PostalCode, {"commune_id": "01053", "code": "1000"}),
    ("zone_code_shape", Zone, EPCI | {"code": "69"}),
    ("zone_code_shape", Zone, EPCI | {"zone_type": "commune", "code": "69123"}),
    ("zone_code_shape", Zone, EPCI | {"zone_type": "canton"}),
    ("zone_named", Zone, EPCI | {"name": ""}),
    ("zone_parents_shape", Zone, EPCI | {"departement_code": "rhône"[:3]}),
    ("zone_parents_shape", Zone, EPCI | {"region_code": "x"}),
    ("zone_departement_has_its_region", Zone, EPCI | {"zone_type": "departement", "code": "69", "region_code": ""}),
    ("zone_vintage_since_1943", Zone, EPCI | {"vintage": 0}),
    ("movement_goes_elsewhere", CommuneMovement, MOVEMENT | {"new_code": "01120"}),
    ("movement_code_shapes", CommuneMovement, MOVEMENT | {"old_code": "1120"}),
    ("movement_code_shapes", CommuneMovement, MOVEMENT | {"new_code": "Montl"}),
    ("movement_kind_known", CommuneMovement, MOVEMENT | {"kind": "vanished"}),
    ("formername_code_shape", FormerName, {"commune_id": "01053", "code": "1", "name": "A", "name_folded": "A"}),
    ("formername_named", FormerName, {"commune_id": "01053", "code": "01120", "name": "", "name_folded": ""}),
]


@pytest.mark.parametrize(("constraint", "model", "row"), REFUSED)
def test_the_database_refuses(db: None, constraint: str, model: type[models.Model], row: dict[str, Any]) -> None:
    if model is not Commune:
        Commune.objects.create(**BOURG)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model._default_manager.create(**row)


@pytest.mark.parametrize(
    ("model", "row"),
    [
        (Commune, BOURG),
        (PostalCode, {"commune_id": "01053", "code": "01000"}),
        (Zone, EPCI),
        (CommuneMovement, MOVEMENT),
        (FormerName, {"commune_id": "01053", "code": "01120", "name": "Cordieux", "name_folded": "CORDIEUX"}),
    ],
)
def test_the_same_row_twice_is_refused(db: None, model: type[models.Model], row: dict[str, Any]) -> None:
    if model is not Commune:
        Commune.objects.create(**BOURG)
    model._default_manager.create(**row)

    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.create(**row)


def test_every_check_has_a_row_that_is_refused() -> None:
    declared = {
        constraint.name
        for model in (Commune, PostalCode, Zone, CommuneMovement, FormerName)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
    }

    assert declared == {name for name, _model, _row in REFUSED}


def test_a_commune_gives_its_place() -> None:
    commune = Commune(**BOURG, epci_code="200071751", employment_area_code="8404")

    assert commune.place == Place("01053", "200071751", "8404", "01", "84", "")
    assert str(commune) == "Bourg-en-Bresse (01053)"


def test_successors_of_many_codes_cost_one_query_per_hop(db: None, django_assert_num_queries: Any) -> None:
    chain = [f"{number:05d}" for number in range(1001, 1005)]
    for old, new in [*pairwise(chain), ("01900", "01901")]:
        CommuneMovement.objects.create(old_code=old, new_code=new, kind="merged")

    with django_assert_num_queries(4):
        ends = CommuneMovement.objects.successors({"01001", "01003", "01900", "01999"})

    assert ends == {"01001": "01004", "01003": "01004", "01900": "01901"}


def test_a_circle_in_the_table_gives_no_successor(db: None, django_assert_max_num_queries: Any) -> None:
    CommuneMovement.objects.create(old_code="01001", new_code="01002", kind="merged")
    CommuneMovement.objects.create(old_code="01002", new_code="01001", kind="merged")

    with django_assert_max_num_queries(MAX_HOPS):
        assert CommuneMovement.objects.successors({"01001", "01002"}) == {}


# --- ZoneLine, through a model made for the test ----------------------------------------------------------------------


@pytest.fixture
def line_model() -> Iterator[type[ZoneLine]]:
    with isolate_apps("vigie.territory"):

        class TestZone(ZoneLine):
            class Meta(ZoneLine.Meta):
                app_label = "territory"

        yield TestZone


def test_clean_writes_the_code_and_refuses_what_the_official_code_does_not_hold(
    db: None, line_model: type[ZoneLine]
) -> None:
    Commune.objects.create(**BOURG)
    line = line_model(zone_type="commune", code="1053")

    line.clean()

    assert line.code == "01053"
    with pytest.raises(ValidationError, match="à aucune commune") as refusal:
        line_model(zone_type="commune", code="01999").clean()
    assert list(refusal.value.message_dict) == ["code"]
    with pytest.raises(ValidationError, match="pas celui d’une zone de ce type"):
        line_model(zone_type="epci", code="69").validate_constraints()
    with pytest.raises(ValidationError, match="Choisissez-le dans la liste") as refusal:
        line_model(zone_type="canton", code="01999").clean()
    assert list(refusal.value.message_dict) == ["zone_type"]


@pytest.mark.parametrize(("zone_type", "code"), [("commune", "1053"), ("epci", "69"), ("canton", "69123")])
@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_line_whose_code_has_not_the_shape_of_its_type(
    line_model: type[ZoneLine], zone_type: str, code: str
) -> None:
    with connection.schema_editor() as editor:
        editor.create_model(line_model)
    try:
        line_model._default_manager.create(zone_type="commune", code="2A004")
        with pytest.raises(IntegrityError, match="territory_testzone_zone_code_shape"), transaction.atomic():
            line_model._default_manager.create(zone_type=zone_type, code=code)
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(line_model)
