from __future__ import annotations

import gzip

import pytest

from vigie.ui import pictograms
from vigie.ui.pictograms import THEME_PICTOGRAMS, layers


@pytest.mark.parametrize("name", sorted({*THEME_PICTOGRAMS.values(), pictograms.DEFAULT_PICTOGRAM}))
def test_drawing_has_its_layers_and_its_outlines(name: str) -> None:
    drawn = layers(name)

    assert {layer.name for layer in drawn} <= {"decorative", "minor", "major"}
    assert "major" in {layer.name for layer in drawn}
    assert all(outline.d[:1] in "Mm" for layer in drawn for outline in layer.outlines)


def test_each_theme_has_its_own_drawing() -> None:
    assert len(THEME_PICTOGRAMS) == 9
    assert len(set(THEME_PICTOGRAMS.values())) == 9


def test_theme_without_drawing_gets_a_building() -> None:
    assert pictograms.of_theme("contactez-nous") == pictograms.DEFAULT_PICTOGRAM


def test_unknown_drawing_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="no pictogram called 'digital/nothing'"):
        layers("digital/nothing")


def test_nine_drawings_in_a_page_weigh_less_than_ten_kilobytes() -> None:
    page = "".join(o.d for name in THEME_PICTOGRAMS.values() for layer in layers(name) for o in layer.outlines)

    assert len(gzip.compress(page.encode(), 9)) < 10_000
