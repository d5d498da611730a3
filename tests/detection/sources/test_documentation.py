"""The pages say what the tables say: changing a source without its page fails, and a test proves it by mutation."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from scripts import detection_reference

from vigie.detection.sources import documentation
from vigie.detection.sources.registry import SOURCES
from vigie.detection.sources.table import Column, Source


def test_the_committed_pages_are_current() -> None:
    assert detection_reference.stale_pages(detection_reference.FOLDER) == []


def _mutants(source: Source) -> list[Source]:
    """The source with one thing changed, one at a time."""
    first = source.columns[0]

    def with_column(column: Column) -> Source:
        return dataclasses.replace(source, columns=(column, *source.columns[1:]))

    return [
        with_column(dataclasses.replace(first, raw=first.raw + "_2")),
        with_column(dataclasses.replace(first, nullable=not first.nullable)),
        with_column(dataclasses.replace(first, required=not first.required)),
        with_column(dataclasses.replace(first, meaning="something else")),
        dataclasses.replace(source, separator="^" if not source.workbook else source.separator, label_fr="Autre"),
        dataclasses.replace(source, delay_months=source.delay_months + 1),
        dataclasses.replace(source, complete=not source.complete),
        dataclasses.replace(source, columns=source.columns[:-1]),
        dataclasses.replace(source, file_names=(*source.file_names, "x")),
        dataclasses.replace(source, notes=(*source.notes, "a quirk")),
        dataclasses.replace(source, checks=(*source.checks, documentation.Check("rejected_at_most", 0.5))),
    ]


@pytest.mark.parametrize("source", SOURCES, ids=[one.code for one in SOURCES])
def test_a_source_changed_without_its_page_fails(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    for mutant in _mutants(source):
        changed = tuple(mutant if one is source else one for one in SOURCES)
        monkeypatch.setattr(documentation, "SOURCES", changed)

        assert f"sources/{source.code}.md" in detection_reference.stale_pages(detection_reference.FOLDER)


def test_a_removed_source_leaves_no_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    detection_reference.write_pages(tmp_path)
    monkeypatch.setattr(documentation, "SOURCES", SOURCES[1:])

    assert set(detection_reference.stale_pages(tmp_path)) == {"sources.md", f"sources/{SOURCES[0].code}.md"}

    detection_reference.write_pages(tmp_path)
    assert not (tmp_path / "sources" / f"{SOURCES[0].code}.md").exists()
    assert detection_reference.stale_pages(tmp_path) == []


def test_check_refuses_and_names_the_page(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(documentation, "SOURCES", SOURCES[:-1])

    assert detection_reference.main(["--check"]) == 1
    assert f"sources/{SOURCES[-1].code}.md" in capsys.readouterr().err
