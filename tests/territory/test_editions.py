"""A new edition of the official code over the last one: communes merge, vanish, come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.territory.worlds import everything, movement_line, movements_file
from vigie.kernel.errors import CheckFailed
from vigie.territory.actions import load_cog
from vigie.territory.models import Commune, CommuneMovement, FormerName, PostalCode
from vigie.territory.official_code import FormerRow, OfficialCode, read_official_code, write_official_code
from vigie.territory.rules import MovementKind


@pytest.fixture
def edition(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small edition of the code, two départements, and gives its folder."""
    whole = read_official_code(only_departements=["976", "48"])
    zones = tuple(zone for zone in whole.zones if zone.code in {"976", "48", "06", "76"} or len(zone.code) == 9)

    def write(*, year: int, without: str = "", formers: tuple[FormerRow, ...] = ()) -> Path:
        communes = tuple(row for row in whole.communes if row.code != without)
        code = OfficialCode(replace(whole.source, vintage=year), communes, zones, (*whole.formers, *formers))
        write_official_code(code, tmp_path / str(year))
        return tmp_path / str(year)

    return write


def test_a_commune_that_merges_goes_and_its_code_leads_to_the_new_one(
    empty_territory: None, edition: Callable[..., Path]
) -> None:
    load_cog(folder=edition(year=2026))
    merged = FormerRow("48001", "48095", MovementKind.DELEGATED, "Albaret-le-Comtal")

    account = load_cog(folder=edition(year=2027, without="48001", formers=(merged,)))

    assert account.communes.removed == 1
    assert account.communes.changed == account.communes.total
    assert not Commune.objects.filter(code="48001").exists()
    assert not PostalCode.objects.filter(commune="48001").exists()
    assert CommuneMovement.objects.successors({"48001"}) == {"48001": "48095"}
    assert FormerName.objects.get(code="48001").commune_id == "48095"
    assert set(Commune.objects.values_list("vintage", flat=True)) == {2027}


def test_a_commune_may_not_vanish_without_a_successor(
    empty_territory: None, edition: Callable[..., Path], tmp_path: Path
) -> None:
    load_cog(folder=edition(year=2026))
    before = everything()
    folder = edition(year=2027, without="48001")

    with pytest.raises(CheckFailed, match=r"1 communes .* no successor \(first: 48001\); give .* --movements"):
        load_cog(folder=folder)
    assert everything() == before

    load_cog(folder=folder, movements=movements_file(tmp_path, movement_line(31, "2027-01-01", "48001", "48095")))
    assert CommuneMovement.objects.successors({"48001"}) == {"48001": "48095"}


def test_a_commune_re_established_is_no_longer_an_old_code(empty_territory: None, edition: Callable[..., Path]) -> None:
    merged = FormerRow("48001", "48095", MovementKind.DELEGATED, "Albaret-le-Comtal")
    load_cog(folder=edition(year=2026, without="48001", formers=(merged,)))

    load_cog(folder=edition(year=2027))

    assert Commune.objects.filter(code="48001").exists()
    assert not CommuneMovement.objects.filter(old_code="48001").exists()
    assert not FormerName.objects.filter(code="48001").exists()
