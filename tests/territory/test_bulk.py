"""Rows written by columns are those that Django would have written, and break the same rules."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, models, transaction

from vigie.bulk import insert_new
from vigie.territory.models import Commune, CommuneMovement, FormerName, PostalCode
from vigie.territory.rules import CommuneKind, MovementKind

pytestmark = pytest.mark.django_db


def commune(code: str = "30001") -> Commune:
    return Commune(
        code=code, name="Aigremont", name_folded="aigremont", kind=CommuneKind.COMMUNE.value, departement_code="30",
        region_code="76", population=None, vintage=2026,
    )  # fmt: skip


def rows() -> list[models.Model]:
    return [
        commune(),
        CommuneMovement(
            old_code="30900", new_code="30001", kind=MovementKind.MERGED.value, effective_on=date(2019, 1, 1)
        ),
        PostalCode(commune_id="30001", code="30350"),
        FormerName(commune_id="30001", code="30001", name="L’Ancien", name_folded="l ancien"),
    ]


def held(model: type[models.Model]) -> list[dict[str, object]]:
    auto = model._meta.auto_field
    return [
        {name: value for name, value in row.items() if auto is None or name != auto.name}
        for row in model._default_manager.values()
    ]


@pytest.mark.parametrize("row", rows()[1:], ids=lambda row: type(row).__name__)
def test_same_rows_as_django(row: models.Model) -> None:
    model = type(row)
    insert_new([commune()])
    insert_new([row])
    by_columns = held(model)
    model._default_manager.all().delete()
    row.save(force_insert=True)
    assert held(model) == by_columns
    assert len(by_columns) == 1


def test_a_key_twice_is_refused_and_nothing_is_kept() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_new([commune(), commune()])
    assert not Commune.objects.exists()


def test_nothing_to_insert_asks_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        insert_new([])
