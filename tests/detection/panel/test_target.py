"""The label of a month: strictly in the future, never invented, never the past (L1, L8; data spec 9, row 20)."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.detection import typed
from vigie.detection import target
from vigie.detection.engine import Engine, index_of
from vigie.kernel.period import Month


def opening(day: date, kind: str = "redressement") -> dict[str, Any]:
    return {"siren": typed.siren(1), "effective_on": day, "kind": kind, "stage": "ouverture"}


def labelled(
    opened: Engine, events: list[dict[str, Any]], first: str, last: str, known: str, **rest: Any
) -> dict[str, dict[str, Any]]:
    """The labels of firm 1, by month."""
    table = target.labels(
        opened,
        opened.load(typed.rows("procol", events)),
        opened.load(typed.rows("effectif_ent", [{"siren": typed.siren(1)}])).select("siren"),
        typed.months(first, last),
        Month.parse(known),
        **rest,
    )
    return {str(Month.of(row["month"])): row for row in opened.arrow(table).to_pylist()}


def test_a_failure_is_positive_from_18_months_before_to_the_month_before(opened: Engine) -> None:
    # Opening on 2024-07-15. Positive from 2023-01 (18 months before) to 2024-06 (one month before).
    found = labelled(opened, [opening(date(2024, 7, 15))], "2022-11", "2024-09", "2027-01")

    assert found["2022-12"]["failure_18m"] is False
    assert found["2023-01"]["failure_18m"] is True
    assert found["2023-01"]["months_to_event"] == 18
    assert found["2024-06"]["months_to_event"] == 1
    assert found["2024-06"]["event_kind"] == "redressement"


def test_l8_defect_row_20_a_past_failure_is_not_a_positive(opened: Engine) -> None:
    found = labelled(opened, [opening(date(2024, 7, 15))], "2024-07", "2024-12", "2027-01")

    # The month of the judgment itself and those after: nothing opens in their future.
    assert [found[month]["failure_18m"] for month in ("2024-07", "2024-08", "2024-12")] == [False, False, False]
    assert found["2024-07"]["months_to_event"] is None


def test_a_firm_can_fail_twice(opened: Engine) -> None:
    events = [opening(date(2020, 3, 2)), opening(date(2024, 7, 15), "liquidation")]

    found = labelled(opened, events, "2019-12", "2024-06", "2027-01")

    assert (found["2020-02"]["months_to_event"], found["2020-02"]["event_kind"]) == (1, "redressement")
    assert (found["2024-06"]["months_to_event"], found["2024-06"]["event_kind"]) == (1, "liquidation")
    assert found["2021-01"]["failure_18m"] is False


def test_l1_a_month_whose_future_is_not_known_has_no_label(opened: Engine) -> None:
    # Known until 2026-06, the last two months incomplete: complete until 2026-04. 18 months before: 2024-10.
    found = labelled(opened, [], "2024-09", "2025-01", "2026-06")

    assert found["2024-10"]["failure_18m"] is False
    assert found["2024-11"]["failure_18m"] is None
    assert found["2024-11"]["known_months"] == 17


def test_an_event_already_known_makes_a_censored_month_positive(opened: Engine) -> None:
    found = labelled(opened, [opening(date(2026, 6, 3))], "2026-03", "2026-06", "2026-06")

    assert found["2026-03"]["failure_18m"] is True
    assert found["2026-06"]["failure_18m"] is None


def test_an_opening_later_than_what_is_known_does_not_exist(opened: Engine) -> None:
    found = labelled(opened, [opening(date(2026, 7, 3))], "2026-03", "2026-05", "2026-06")

    assert {row["failure_18m"] for row in found.values()} == {None}
    assert {row["months_to_event"] for row in found.values()} == {None}


def test_the_secondary_target_is_a_default_of_the_future(opened: Engine) -> None:
    defaults = opened.load(typed.pa.table({
        "siren": [typed.siren(1)], "month": typed.pa.array([index_of(Month(2024, 5))], typed.pa.int32()),
    }))  # fmt: skip

    found = labelled(opened, [], "2022-10", "2024-06", "2027-01", defaults=defaults)

    assert found["2022-10"]["default_urssaf_3m"] is False
    assert found["2022-11"]["default_urssaf_3m"] is True
    assert found["2024-05"]["default_urssaf_3m"] is False


def test_closing_is_a_competing_event(opened: Engine) -> None:
    history = opened.load(typed.rows("sirene_histo", [
        {"siret": typed.siret(1), "valid_from": date(2010, 1, 1), "valid_until": date(2024, 5, 3), "is_active": True},
        {"siret": typed.siret(1), "valid_from": date(2024, 5, 3), "is_active": False, "state_changed": True},
        {"siret": typed.siret(2), "valid_from": date(2010, 1, 1), "is_active": True},
    ]))  # fmt: skip

    found = labelled(opened, [], "2024-02", "2024-06", "2027-01", closures=target.closures(history))

    assert found["2024-02"]["months_to_closure"] == 3
    assert found["2024-05"]["months_to_closure"] is None
