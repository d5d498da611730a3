"""The panel: complete, sorted, built from what was in hand at each month, and blind to the future."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.detection import typed
from vigie.detection import panel, perimeter
from vigie.detection.features import registry
from vigie.kernel.errors import SourceError
from vigie.kernel.period import Month

RULES = perimeter.in_force(Month(2026, 6))
NOW, LAST = Month(2025, 6), Month(2026, 6)
World = dict[str, list[dict[str, Any]]]


def facts_of(number: int, month: Month, marker: float = 7) -> World:
    """One fact of each dated source for a firm, each known at this month at the earliest."""
    siret, first = typed.siret(number), month.first_day
    return {
        "debit": [{
            "siret": siret, "account": "a", "period_start": month.plus(-3).first_day,
            "period_end": month.plus(-2).first_day, "ecn_number": "101", "history_number": 1, "counted_month": first,
            "employee_debt_eur": 100 * marker, "employer_debt_eur": 200 * marker,
        }],
        "cotisation": [{"siret": siret, "period_start": month.plus(-3).first_day, "period_end": first,
                        "due_eur": 900 * marker}],
        "delai": [{"siret": siret, "created_on": first, "due_on": month.plus(6).first_day, "duration_days": 180,
                   "amount_eur": 1000 * marker, "stage": "APPROB"}],
        "ccsf": [{"siret": siret, "treated_on": month.plus(-1).first_day}],
        "effectif_ent": [{"siren": typed.siren(number), "month": month.plus(-1).first_day, "workforce_count": 90}],
        "procol": [{"siren": typed.siren(number), "effective_on": first, "kind": "redressement", "stage": "ouverture"}],
        "apdemande": [{
            "siret": siret, "request_id": "r", "company_workforce_count": 10, "decided_on": first,
            "start_on": month.plus(-2).first_day, "end_on": month.plus(2).first_day, "authorised_hours": 1000.0,
            "authorised_workforce_count": 9, "reason_code": "1",
        }],
        "apconso": [{"siret": siret, "month": month.plus(-1).first_day, "hours": 100.0 * marker}],
        "ratios_inpi": [{
            "siren": typed.siren(number), "closed_on": month.plus(-9).first_day, "filed_on": month.plus(-1).first_day,
            "equity_ratio": marker, "revenue_eur": 1000 * marker, "confidentiality": "Public",
        }],
        "sirene_histo": [{"siret": typed.siret(number, month.month + 1), "valid_from": first, "is_active": True,
                          "state_changed": False}],
    }  # fmt: skip


def newcomers() -> World:
    """Firms of the same sector and place, created and failing in the future: only Sirene and the proceedings know."""
    world: World = {}
    for number in range(100, 140):
        world = typed.together(world, typed.firm(number, "2025-07", "2026-06", created_on=date(2025, 7, 1)))
    return world


def rows(folder: Path, month: Month, number: int = 1) -> dict[str, Any]:
    """The row of a firm in the file of a month."""
    table = pq.read_table(panel.month_file(folder, month)).to_pylist()
    return next(row for row in table if row["siren"] == typed.siren(number))


def built(folder: Path, world: World, months: list[Month], batch: Month = LAST, **rest: Any) -> panel.PanelReport:
    inputs = typed.deliver(folder, batch, world)
    return panel.build(inputs, months, folder / "panel", RULES, threads=1, **rest)


def plain(number: int = 1) -> World:
    """A firm with the same workforce and dues every month since 2022, and one fact of each source."""
    return typed.together(typed.firm(number, "2022-01", "2025-05"), facts_of(number, NOW.plus(-4), marker=2))


MARKED = {source: number for number, source in enumerate(registry.sources(), 1)}


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two panels of the same firms, one per source; « with » has a fact of the future in the source of each firm."""
    folder = tmp_path_factory.mktemp("markers")
    without: World = {}
    for number in MARKED.values():
        without = typed.together(without, plain(number))
    marked = without
    for source, number in MARKED.items():
        future = newcomers() if source in ("sirene", "sirene_ul") else facts_of(number, NOW.plus(1))
        assert source in future, f"plant a marker in the future of {source}"
        marked = typed.together(marked, {source: future[source]})
    # The delivery of a year later holds both: a month must not see what could not be known at it.
    for name, world in (("without", without), ("with", marked)):
        built(folder / name, world, typed.months("2025-05", "2025-08"))
    return folder


@pytest.mark.parametrize("source", registry.sources())
def test_l4_a_fact_of_the_future_never_arrives(worlds: Path, source: str) -> None:
    def seen(side: str, month: Month) -> dict[str, Any]:
        return rows(worlds / side / "panel", month, MARKED[source])

    for month in (NOW.plus(-1), NOW):
        assert seen("with", month) == seen("without", month)
    if source not in ("sirene", "sirene_ul"):
        assert seen("with", NOW.plus(2)) != seen("without", NOW.plus(2)), "once known, the marker is visible"


def test_every_column_of_the_registry_and_of_the_context_is_there(worlds: Path) -> None:
    names = pq.read_schema(panel.month_file(worlds / "with" / "panel", NOW)).names

    assert names == ["siren", "month", *registry.CONTEXT, *(entry.code for entry in registry.available())]


def test_the_grid_is_complete_and_sorted_whatever_the_ranges(tmp_path: Path) -> None:
    world: World = {}
    for number in (5, 3, 9):
        world = typed.together(world, typed.firm(number, "2024-01", "2025-05"))
    months = typed.months("2025-05", "2025-06")
    whole = built(tmp_path / "whole", world, months)
    ranges = built(tmp_path / "ranges", world, months, firms_at_a_time=2)

    assert whole.firms == ranges.firms == 3
    assert set(whole.built.values()) == {3}
    for month in months:
        one = pq.read_table(panel.month_file(tmp_path / "whole" / "panel", month))
        assert one.equals(pq.read_table(panel.month_file(tmp_path / "ranges" / "panel", month)))
        assert one["siren"].to_pylist() == sorted(one["siren"].to_pylist())
        assert set(one["month"].to_pylist()) == {month.first_day}


def test_l11_a_month_is_built_from_the_delivery_in_hand(tmp_path: Path) -> None:
    """Flaw 14: tables were emptied and filled again, and nobody could say what was known a month ago."""
    # A debt of 700 € in the delivery of May; rewritten as 0 € in that of June: May still says 700.
    first, second = Month(2025, 5), Month(2025, 6)
    debt = facts_of(1, Month(2025, 2))["debit"]
    world = typed.together(typed.firm(1, "2024-01", "2025-05"), {"debit": debt})
    corrected = typed.together(typed.firm(1, "2024-01", "2025-05"), {"debit": [
        {**debt[0], "employee_debt_eur": 0, "employer_debt_eur": 0},
    ]})  # fmt: skip
    inputs = typed.deliver(tmp_path, first, world)
    for source, batches in typed.deliver(tmp_path, second, corrected).items():
        inputs[source] |= batches

    panel.build(inputs, [Month(2025, 4), first, second], tmp_path / "panel", RULES, threads=1)

    # April is older than any delivery: built from the first.
    debts = [rows(tmp_path / "panel", month)["employee_debt_eur"] for month in (Month(2025, 4), first, second)]
    assert debts == [700, 700, 0]


def test_flaw_13_groups_of_any_size_are_summed_and_what_left_a_delivery_is_gone(tmp_path: Path) -> None:
    """Flaw 13: above 1,500 establishments a firm vanished; a firm gone from a delivery kept its old rows for ever."""
    first, second = Month(2025, 5), Month(2025, 6)
    (debt,) = facts_of(1, Month(2025, 2))["debit"]
    large = [{**debt, "siret": typed.siren(1) + f"{place:05d}", "employee_debt_eur": 2} for place in range(1, 1_601)]
    firm = typed.firm(1, "2024-01", "2025-05")
    inputs = typed.deliver(tmp_path, first, typed.together(firm, {"debit": large}))
    for source, batches in typed.deliver(tmp_path, second, typed.together(firm, {"debit": large[:-100]})).items():
        inputs[source] |= batches

    panel.build(inputs, [first, second], tmp_path / "panel", RULES, threads=1)

    debts = [rows(tmp_path / "panel", month)["employee_debt_eur"] for month in (first, second)]
    assert debts == [3_200, 3_000]


def test_a_source_that_was_late_speaks_from_its_last_delivery(tmp_path: Path) -> None:
    inputs = typed.deliver(tmp_path, Month(2025, 5), plain())
    inputs["cotisation"][Month(2025, 6)] = typed.write(tmp_path, "cotisation", Month(2025, 6), plain()["cotisation"])

    assert panel.deliveries_at(inputs, Month(2025, 6))["debit"] == Month(2025, 5)
    assert panel.deliveries_at(inputs, Month(2025, 6))["cotisation"] == Month(2025, 6)
    assert panel.deliveries_at(inputs, Month(2025, 1))["cotisation"] == Month(2025, 5)


def test_months_that_stand_are_kept_and_a_new_delivery_adds_its_month_only(tmp_path: Path) -> None:
    months = [Month(2025, 4), Month(2025, 5)]
    inputs = typed.deliver(tmp_path, Month(2025, 5), plain())
    panel.build(inputs, months, tmp_path / "panel", RULES, threads=1)
    for source, batches in typed.deliver(tmp_path, Month(2025, 6), plain()).items():
        inputs[source] |= batches
    before = panel.month_file(tmp_path / "panel", months[0]).stat().st_mtime_ns

    report = panel.build(inputs, [*months, Month(2025, 6)], tmp_path / "panel", RULES, threads=1)

    assert report.kept == months
    assert list(report.built) == [Month(2025, 6)]
    assert panel.month_file(tmp_path / "panel", months[0]).stat().st_mtime_ns == before
    # Another perimeter is another panel.
    chosen = panel.deliveries_at(inputs, months[0])
    assert panel.stands(inputs, chosen, months[0], tmp_path / "panel", RULES)
    assert not panel.stands(inputs, chosen, months[0], tmp_path / "panel", perimeter.PERIMETERS[0])


def test_one_month_alone_has_the_values_of_a_whole_build(tmp_path: Path) -> None:
    built(tmp_path / "whole", plain(), typed.months("2024-07", "2025-06"))
    built(tmp_path / "alone", plain(), [NOW])

    assert rows(tmp_path / "alone" / "panel", NOW) == rows(tmp_path / "whole" / "panel", NOW)


def test_a_firm_enters_and_leaves_the_perimeter_at_its_month(tmp_path: Path) -> None:
    world = typed.firm(1, "2024-01", "2025-02", workforce=4)
    ten = {"effectif_ent": [{"siren": typed.siren(1), "month": date(2025, 3, 1), "workforce_count": 10}]}
    built(tmp_path, typed.together(world, ten), typed.months("2025-03", "2025-05"))

    # Ten employees in March, known in April.
    followed = [rows(tmp_path / "panel", month)["in_perimeter"] for month in typed.months("2025-03", "2025-05")]
    assert followed == [False, True, True]


def test_excluded_firms_have_no_row(tmp_path: Path) -> None:
    world = typed.together(
        typed.firm(1, "2024-01", "2025-05"),
        typed.firm(2, "2024-01", "2025-05", naf="84.11Z"),
        typed.firm(3, "2024-01", "2025-05", departement=None),
        typed.firm(4, "2024-01", "2025-05", workforce=3),
        typed.firm(5, "2024-01", "2025-05", naf=None, legal_category=None),
    )
    built(tmp_path, world, [NOW])

    found = pq.read_table(panel.month_file(tmp_path / "panel", NOW))["siren"].to_pylist()
    assert found == [typed.siren(1), typed.siren(5)]


def test_without_sirene_nobody_can_be_followed(tmp_path: Path) -> None:
    inputs = typed.deliver(tmp_path, LAST, {"effectif_ent": plain()["effectif_ent"]})

    with pytest.raises(SourceError, match="sirene: never delivered"):
        panel.build(inputs, [NOW], tmp_path / "panel", RULES)


def test_nobody_in_the_perimeter_gives_empty_months(tmp_path: Path) -> None:
    report = built(tmp_path, typed.firm(1, "2024-01", "2025-05", workforce=2), [NOW])

    assert report.built == {NOW: 0}
    assert pq.read_table(panel.month_file(tmp_path / "panel", NOW)).num_rows == 0


def test_a_build_that_fails_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="disk full"):
        built(tmp_path, plain(), [NOW])

    assert list((tmp_path / "panel").iterdir()) == []
