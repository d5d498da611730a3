from __future__ import annotations

import gzip
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from vigie.kernel.errors import CheckFailed, UnreadableFile
from vigie.kernel.zones import ZONE_CODE_SHAPES, ZoneType
from vigie.territory.official_code import DATA, OfficialCode, read_official_code, write_official_code
from vigie.territory.rules import MovementKind


@pytest.fixture(scope="module")
def code() -> OfficialCode:
    return read_official_code()


def test_committed_tables_hold_the_whole_of_france(code: OfficialCode) -> None:
    assert code.source.vintage == 2026
    assert len([row for row in code.communes if not row.parent]) == 34_969
    assert Counter(row.parent for row in code.communes if row.parent) == {"75056": 20, "69123": 9, "13055": 16}
    assert Counter(row.zone_type for row in code.zones) == {
        ZoneType.EPCI: 1255,
        ZoneType.DEPARTEMENT: 109,
        ZoneType.REGION: 26,
    }
    assert Counter(row.kind for row in code.formers) == {
        MovementKind.DELEGATED: 2105,
        MovementKind.ASSOCIATED: 471,
        MovementKind.MERGED: 2248,
    }


def test_committed_tables_agree_with_each_other(code: OfficialCode) -> None:
    communes = {row.code for row in code.communes}
    zones = {kind: {row.code for row in code.zones if row.zone_type is kind} for kind in ZoneType}

    assert len(communes) == len(code.communes)
    assert all(ZONE_CODE_SHAPES[ZoneType.COMMUNE].fullmatch(code) for code in communes)
    assert {row.departement for row in code.communes} == zones[ZoneType.DEPARTEMENT]
    assert {row.epci for row in code.communes} - {""} == zones[ZoneType.EPCI]
    assert {row.region for row in code.zones if row.zone_type is ZoneType.DEPARTEMENT} == zones[ZoneType.REGION]
    assert {row.commune for row in code.formers} <= communes
    # A delegated commune may bear the code of its commune; nothing else may.
    assert all(row.commune == row.code for row in code.formers if row.code in communes)


def test_communes_without_epci_are_islands_and_overseas_collectivities(code: OfficialCode) -> None:
    without = {row.code for row in code.communes if not row.epci and not row.departement.startswith("98")}

    assert without == {"22016", "29083", "29155", "85113", "97501", "97502", "97701", "97801"}


def test_reading_some_departements_keeps_their_communes_and_epci_only(code: OfficialCode) -> None:
    part = read_official_code(only_departements=["69"])

    assert part.communes == tuple(row for row in code.communes if row.departement == "69")
    assert {row.code for row in part.zones if row.zone_type is ZoneType.EPCI} == {row.epci for row in part.communes}
    assert {row.commune for row in part.formers} <= {row.code for row in part.communes}


def test_writing_is_the_same_to_the_byte(code: OfficialCode, tmp_path: Path) -> None:
    write_official_code(code, tmp_path / "one")
    write_official_code(read_official_code(tmp_path / "one"), tmp_path / "two")

    assert read_official_code(tmp_path / "two") == code
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
        if path.suffix == ".gz":
            assert path.read_bytes()[4:8] == bytes(4), "the gzip header holds no time"
            assert gzip.decompress(path.read_bytes()) == gzip.decompress((DATA / path.name).read_bytes())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def test_a_table_cut_short_is_refused(copy: Path) -> None:
    path = copy / "communes.csv.gz"
    path.write_bytes(path.read_bytes()[:-1000])

    with pytest.raises(UnreadableFile, match=r"communes\.csv\.gz.*build_territory_data"):
        read_official_code(copy)


def test_a_table_that_is_not_the_one_of_the_card_is_refused(copy: Path) -> None:
    card = json.loads((copy / "source.json").read_text())
    card["rows"]["communes"] += 1
    (copy / "source.json").write_text(json.dumps(card))

    with pytest.raises(CheckFailed, match="not what the card says"):
        read_official_code(copy)


def test_other_columns_are_refused(copy: Path) -> None:
    shutil.copy(copy / "zones.csv.gz", copy / "communes.csv.gz")

    with pytest.raises(UnreadableFile, match="line 1: the columns should be code, name"):
        read_official_code(copy)


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_a_missing_or_strange_card_is_refused(copy: Path, content: str | None) -> None:
    (copy / "source.json").unlink()
    if content is not None:
        (copy / "source.json").write_text(content)

    with pytest.raises(UnreadableFile, match=r"source\.json"):
        read_official_code(copy)
