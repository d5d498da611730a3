"""The registry of features, and its page: a feature changed without its page fails the build, proved by mutation."""

from __future__ import annotations

import dataclasses

import pytest
from scripts import detection_reference

from vigie.detection import perimeter
from vigie.detection.features import documentation, registry
from vigie.detection.features.facts import NEEDED
from vigie.detection.sources.registry import source


def test_codes_are_unique_and_families_known() -> None:
    codes = [entry.code for entry in registry.FEATURES]

    assert len(codes) == len(set(codes))
    assert not set(codes) & set(registry.CONTEXT)
    assert {entry.family for entry in registry.FEATURES} == {family.code for family in registry.FAMILIES}


def test_a_past_value_names_a_value_of_its_family() -> None:
    for entry in registry.FEATURES:
        if entry.origin:
            assert registry.feature(entry.origin).family == entry.family
            assert not registry.feature(entry.origin).origin


def test_an_available_feature_reads_delivered_sources_only() -> None:
    for entry in registry.available():
        assert entry.sources
        assert set(entry.sources) <= set(NEEDED), entry.code
        assert all(source(code) for code in entry.sources)


def test_sources_that_nobody_delivers_are_kept_and_not_fed() -> None:
    """Tax returns, paid scores, notices of the BODACC, links between firms."""
    left = {source for entry in registry.FEATURES if not entry.available for source in entry.sources}

    assert left == {"liasses_dgfip", "paydex", "bodacc", "liens_capitalistiques"}
    assert not {source for entry in registry.available() for source in entry.sources} & left
    assert not {entry.confidentiality for entry in registry.available()} & {"fiscal", "altares"}


def test_debt_raises_the_risk_and_equity_lowers_it() -> None:
    directions = {entry.code: entry.direction for entry in registry.FEATURES}

    assert directions["employee_debt_eur"] == directions["debt_to_dues_ratio"] == 1
    assert directions["inpi_equity_ratio"] == directions["workforce_change_12m_ratio"] == -1


def test_the_committed_page_is_current() -> None:
    stale = detection_reference.stale_pages(detection_reference.FOLDER)

    assert not {"features.md", "perimeter.md"} & set(stale)


@pytest.mark.parametrize(
    "field", ["label_fr", "unit", "domain", "missing", "definition_fr", "confidentiality", "sources"]
)  # fmt: skip
def test_a_feature_changed_without_its_page_fails(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, entry in enumerate(registry.FEATURES):
        value = ("other",) if field == "sources" else "other"
        changed = [*registry.FEATURES]
        changed[place] = dataclasses.replace(entry, **{field: value})  # type: ignore[arg-type]
        monkeypatch.setattr(registry, "FEATURES", tuple(changed))

        assert documentation.pages()["features.md"] != (detection_reference.FOLDER / "features.md").read_text("utf-8")


@pytest.mark.parametrize(
    "change", [{"direction": 9}, {"window_months": 99}, {"delay_months": 9}, {"available": False}, {"code": "other"}]
)  # fmt: skip
def test_a_number_changed_without_its_page_fails(change: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(documentation.DIRECTIONS, 9, "another")
    changed = dataclasses.replace(registry.FEATURES[0], **change)  # type: ignore[arg-type]
    monkeypatch.setattr(registry, "FEATURES", (changed, *registry.FEATURES[1:]))

    assert "features.md" in detection_reference.stale_pages(detection_reference.FOLDER)


def test_a_perimeter_changed_without_its_page_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = dataclasses.replace(perimeter.PERIMETERS[-1], window_months=35)
    monkeypatch.setattr(perimeter, "PERIMETERS", (*perimeter.PERIMETERS[:-1], changed))

    assert "perimeter.md" in detection_reference.stale_pages(detection_reference.FOLDER)


def test_reason_is_no_more_secret_than_what_every_agent_reads_on_the_sheet() -> None:
    """The head count comes from Urssaf and is open to every habilitated agent (follow-up.md 1.2); debts are not."""
    told = {entry.code: entry.confidentiality for entry in registry.available()}

    assert {told[code] for code in told if code.startswith("workforce_")} == {"public"}
    assert {told["employee_debt_eur"], told["debt_per_head_eur"]} == {"urssaf"}
