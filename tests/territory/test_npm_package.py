from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from vigie.kernel.errors import CheckFailed, UnreadableFile
from vigie.kernel.zones import ZoneType
from vigie.territory.npm_package import PACKAGE, read_package
from vigie.territory.official_code import CommuneRow, FormerRow, ZoneRow, read_official_code
from vigie.territory.rules import MovementKind


def _row(code: str, name: str, kind: str = "commune-actuelle", **more: Any) -> dict[str, Any]:
    return {"code": code, "nom": name, "type": kind, "departement": code[:2], "region": "84"} | more


COMMUNES = [
    _row("69123", "Lyon", codesPostaux=["69002", "69001", "69001"], population=500_000, anciensCodes=["69232"]),
    _row("69381", "Lyon 1er", "arrondissement-municipal", commune="69123", codesPostaux=["69001"], population=29_000),
    _row("01262", "Montluel", codesPostaux=["01120"], population=7_000, anciensCodes=["01120", "01144"]),
    _row("01120", "Cordieux", "commune-associee", chefLieu="01262"),
    _row("01015", "Arboys en Bugey", codesPostaux=["01300"], population=650),
    _row("01015", "Arbignieu", "commune-deleguee", chefLieu="01015"),
    _row("01999", "Île perdue"),
]
EPCIS = [
    {
        "code": "200000001",
        "nom": "CC des Deux Rives",
        "membres": [
            {"code": "01262", "populationMunicipale": 7_000},
            {"code": "01015", "populationMunicipale": 650},
            {"code": "69123", "populationMunicipale": 500_000},
        ],
    }
]
DEPARTEMENTS = [{"code": "69", "nom": "Rhône", "region": "84"}, {"code": "01", "nom": "Ain", "region": "84"}]
REGIONS = [{"code": "84", "nom": "Auvergne-Rhône-Alpes"}]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An invented package, with the columns of the real one."""
    folder = tmp_path / "package"
    (folder / "data").mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"name": PACKAGE, "version": "6.0.0"}))
    (folder / "README.md").write_text("| 2027 | 6.1.0 | x |\n| 2026 | 6.0.0                    | x |\n")
    tables = {"communes": COMMUNES, "epci": EPCIS, "departements": DEPARTEMENTS, "regions": REGIONS}
    for name, rows in tables.items():
        (folder / "data" / f"{name}.json").write_text(json.dumps(rows))
    return folder


def test_the_package_is_reduced_to_sorted_tables(package: Path) -> None:
    code = read_package(package)

    assert (code.source.vintage, code.source.version) == (2026, "6.0.0")
    assert code.communes == (
        CommuneRow("01015", "Arboys en Bugey", "01", "", "200000001", 650, ("01300",)),
        CommuneRow("01262", "Montluel", "01", "", "200000001", 7_000, ("01120",)),
        CommuneRow("01999", "Île perdue", "01"),
        CommuneRow("69123", "Lyon", "69", "", "200000001", 500_000, ("69001", "69002")),
        # The district is in the EPCI of its city: the source does not say it.
        CommuneRow("69381", "Lyon 1er", "69", "69123", "200000001", 29_000, ("69001",)),
    )
    assert code.zones == (
        ZoneRow(ZoneType.EPCI, "200000001", "CC des Deux Rives", "69", "84"),
        ZoneRow(ZoneType.DEPARTEMENT, "01", "Ain", "", "84"),
        ZoneRow(ZoneType.DEPARTEMENT, "69", "Rhône", "", "84"),
        ZoneRow(ZoneType.REGION, "84", "Auvergne-Rhône-Alpes"),
    )
    assert code.formers == (
        FormerRow("01015", "01015", MovementKind.DELEGATED, "Arbignieu"),
        FormerRow("01120", "01262", MovementKind.ASSOCIATED, "Cordieux"),
        FormerRow("01144", "01262", MovementKind.MERGED),
        FormerRow("69232", "69123", MovementKind.MERGED),
    )


def test_the_command_writes_the_tables(package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("build_territory_data", package=package, to=tmp_path / "out")

    assert read_official_code(tmp_path / "out") == read_package(package)
    assert "edition 2026: 5 communes and districts, 4 zones, 4 former communes" in capsys.readouterr().out


def test_the_year_is_asked_when_the_package_does_not_tell_it(package: Path, tmp_path: Path) -> None:
    (package / "README.md").unlink()

    with pytest.raises(CommandError, match="give --vintage"):
        call_command("build_territory_data", package=package, to=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert read_package(package, vintage=2030).source.vintage == 2030


def test_another_package_is_refused(package: Path) -> None:
    (package / "package.json").write_text('{"name": "left-pad", "version": "1.0.0"}')

    with pytest.raises(UnreadableFile, match="not the package @etalab"):
        read_package(package)


@pytest.mark.parametrize(
    ("table", "rows", "error", "message"),
    [
        (
            "communes",
            [_row("69123", "Lyon", region="11")],
            CheckFailed,
            "outside the région of their département: 69123",
        ),
        ("communes", [_row("01120", "Cordieux", "commune-associee", chefLieu="01262")], UnreadableFile, "a row misses"),
        ("communes", [{"code": "69123"}], UnreadableFile, "a row misses"),
        ("communes", [], UnreadableFile, "not a list of rows"),
        ("epci", {"a": 1}, UnreadableFile, "not a list of rows"),
    ],
)
def test_a_strange_table_is_refused(
    package: Path, table: str, rows: object, error: type[Exception], message: str
) -> None:
    (package / "data" / f"{table}.json").write_text(json.dumps(rows))

    with pytest.raises(error, match=message):
        read_package(package)


def test_a_former_commune_without_its_chief_town_is_refused(package: Path) -> None:
    rows = [*COMMUNES, _row("01888", "Ailleurs", "commune-deleguee", chefLieu="01777")]
    (package / "data" / "communes.json").write_text(json.dumps(rows))

    with pytest.raises(CheckFailed, match="chief town is not a commune: 01888"):
        read_package(package)
