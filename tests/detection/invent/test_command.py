"""The command: what it writes, what it refuses, in words."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import pytest

from vigie.detection.commands import invent as command
from vigie.detection.invent import places, words
from vigie.detection.invent.options import Options, month_number
from vigie.kernel import nomenclature
from vigie.kernel.errors import InvalidInput, MissingColumn
from vigie.kernel.period import Month
from vigie.kernel.siren import INVENTED_PREFIX, is_siren, is_siret


def _run(*words_: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(words_))


def test_it_writes_successive_deliveries_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = _run("--firms", "60", "--months", "13", "--batches", "2", "--last-month", "2026-01", "--out", str(tmp_path))
    assert said == 0
    assert sorted(place.name for place in tmp_path.iterdir()) == ["2025-12", "2026-01"]
    assert "2026-01 : 13 fichiers" in capsys.readouterr().out


def test_too_many_firms_are_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--firms", "800000", "--out", str(tmp_path)) == 2
    assert "900000 entreprises" in capsys.readouterr().err


def test_an_impossible_window_is_refused() -> None:
    with pytest.raises(InvalidInput):
        Options(months=12)


def test_communes_come_from_the_file_given(tmp_path: Path) -> None:
    table = tmp_path / "communes.csv"
    table.write_text("code,departement,postcode,name\n48095,48,48000,Mende\n", encoding="utf-8")
    _run("--firms", "40", "--months", "13", "--communes", str(table), "--out", str(tmp_path / "out"))
    with (tmp_path / "out" / "2026-10" / "StockEtablissement_utf8_geo.csv").open(encoding="utf-8") as lines:
        found = {row["codeCommuneEtablissement"] for row in csv.DictReader(lines)}
    assert found <= {"48095", places.MERGED[0], ""}
    assert "48095" in found


def test_a_table_of_communes_without_its_columns_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "communes.csv"
    table.write_text("code,name\n48095,Mende\n", encoding="utf-8")
    with pytest.raises(MissingColumn):
        places.read(table)


def test_the_built_in_communes_cover_every_departement() -> None:
    table = places.read()
    assert len(set(table.departement)) == 101
    assert {"2A", "2B", "971", "976"} <= set(table.departement)


def test_identifiers_are_invented_and_have_valid_keys(two_deliveries: Path) -> None:
    with (two_deliveries / "2021-03" / "StockEtablissement_utf8_geo.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert all(row["siren"].startswith(INVENTED_PREFIX) and is_siren(row["siren"]) for row in rows)
    assert all(is_siret(row["siren"] + row["nic"]) for row in rows)
    assert len({row["siret"] for row in rows}) == len(rows)


def test_the_difficult_firms_are_there(two_deliveries: Path) -> None:
    with (two_deliveries / "2021-03" / "StockEtablissement_utf8_geo.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    heads = [row for row in rows if row["etablissementSiege"] == "true"]
    per_firm: dict[str, int] = {}
    for row in rows:
        per_firm[row["siren"]] = per_firm.get(row["siren"], 0) + 1
    assert max(per_firm.values()) == 1_600
    assert len(heads) == len(per_firm)
    assert any(not row["codeCommuneEtablissement"] for row in heads)  # head office abroad
    assert any(row["statutDiffusionEtablissement"] == "P" for row in rows)
    assert any(row["etatAdministratifEtablissement"] == "F" for row in heads)
    assert {row["codeCommuneEtablissement"][:2] for row in rows} > {"2A", "2B", "97"}


def test_trades_have_official_codes() -> None:
    data = Path(nomenclature.__file__).parent / "data"
    for file, codes in (
        ("naf_rev2.csv", {trade.naf for trade in words.ALL_TRADES}),
        ("naf_2025.csv", {trade.naf25 for trade in words.ALL_TRADES}),
        ("legal_forms.csv", {*words.LEGAL, *words.PUBLIC_LEGAL}),
    ):
        with (data / file).open(encoding="utf-8") as lines:
            official = {row["code"] for row in csv.DictReader(lines)}
        assert {code.replace(".", "") for code in codes} <= official


def test_month_numbers_count_months() -> None:
    assert month_number(Month(2026, 1)) - month_number(Month(2025, 12)) == 1
