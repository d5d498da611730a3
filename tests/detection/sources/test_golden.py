"""Each source has one golden sample, made from its table, and reading it gives what was committed."""

from __future__ import annotations

import json

import pytest

from tests.detection.sources.golden import FOLDER, SEED, reading
from vigie.detection.sources.registry import SOURCES
from vigie.detection.sources.sample import file_name, sample
from vigie.detection.sources.table import Source

CODES = [source.code for source in SOURCES]


@pytest.mark.parametrize("source", SOURCES, ids=CODES)
def test_the_sample_is_what_the_table_makes(source: Source) -> None:
    assert sample(source, SEED) == (FOLDER / file_name(source)).read_bytes()


@pytest.mark.parametrize("source", SOURCES, ids=CODES)
def test_reading_the_sample_gives_the_committed_rows(source: Source) -> None:
    path = FOLDER / file_name(source)
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))

    assert reading(source, path) == expected
    assert expected["report"]["valid"] == expected["report"]["read"] > 0


def test_no_golden_sample_is_left_behind() -> None:
    assert {path.name.split(".")[0] for path in FOLDER.iterdir()} == set(CODES)


@pytest.mark.parametrize("source", SOURCES, ids=CODES)
def test_another_seed_gives_other_bytes(source: Source) -> None:
    assert sample(source, 2) != sample(source, SEED)
