"""The report speaks of régions and sectors by their names."""

from __future__ import annotations

from vigie.detection.features.identity import BANDS, REGIONS, SECTIONS
from vigie.detection.model import slice_names


def test_every_place_sector_and_size_of_the_panel_has_its_name() -> None:
    """The report showed « naf_section « R » » and « below_10 »."""
    assert set(slice_names.REGIONS) == set(REGIONS)
    assert set(slice_names.SECTIONS) == set(SECTIONS)
    assert set(slice_names.SIZES) == {name for _, name in BANDS} | {"unknown"}
    assert slice_names.slice_name("region", "53") == "Bretagne"
    assert slice_names.slice_name("age", "3 à 9 ans") == "3 à 9 ans"
