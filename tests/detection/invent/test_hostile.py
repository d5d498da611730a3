"""Every hostile case meets the reader: the verdict and the counters announced, within the time of the promise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vigie.detection.intake.delivery import check_against_previous
from vigie.detection.intake.reading import read_file
from vigie.detection.intake.report import FileReport
from vigie.detection.invent import hostile
from vigie.detection.invent.options import Options
from vigie.detection.invent.writing import invent
from vigie.detection.sources.registry import source

FAMILIES = ("h-01", "h-02", "h-03", "h-04", "h-05", "h-06", "h-07", "h-10", "h-11", "h-12", "h-13", "h-15")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return invent(Options(firms=120, defects="hostile"), tmp_path_factory.mktemp("hostile"))


def _verdict(report: FileReport) -> str:
    if report.is_fatal:
        return hostile.REFUSED
    return hostile.REJECTED if report.rejected else hostile.WARNED


def _read(file: Path, expected: dict[str, Any], out: Path) -> FileReport:
    return read_file(source(expected["source"]), file, out)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_reader_says_what_the_case_announces(folders: list[Path], family: str, tmp_path: Path) -> None:
    mine = [folder for folder in folders if folder.name.startswith(family)]
    assert mine
    for folder in mine:
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        report = _read(folder / expected["file"], expected, tmp_path / folder.name)
        assert report.read == report.valid + report.filtered + report.rejected
        verdict = _verdict(report)
        if expected["verdict"] == hostile.STOPPED:
            previous = _read(folder / "previous" / expected["file"], expected, tmp_path / f"{folder.name} before")
            checks = check_against_previous(report, previous)
            verdict = verdict if all(check.passed for check in checks) else hostile.STOPPED
        if expected["verdict"] != hostile.ANY:
            assert verdict == expected["verdict"], folder.name
        assert {name: getattr(report, name) for name in expected["counters"]} == expected["counters"], folder.name


def test_two_calls_write_the_same_cases(folders: list[Path], tmp_path: Path) -> None:
    again = invent(Options(firms=120, defects="hostile"), tmp_path)
    assert [folder.name for folder in again] == [folder.name for folder in folders]
    for one, two in zip(folders, again, strict=True):
        for file in one.iterdir():
            if file.is_file():
                assert file.read_bytes() == (two / file.name).read_bytes()
