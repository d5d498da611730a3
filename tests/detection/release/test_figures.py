"""What a list shows of a firm in alert: worked by hand, and said as the sheet says it, whatever the rows."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.detection.release.test_dossiers import A, B, delivered
from vigie.detection.engine import engine
from vigie.detection.release.figures import Known, entry_figures
from vigie.kernel.period import Month
from vigie.publication.schema import BY_NAME
from vigie.sheets.rules import series

JUNE = Month(2026, 6)
UNTIL = {"debit": date(2026, 4, 30), "apconso": date(2026, 5, 31)}
UNITS = ({"siren": A, "legal_category": "5710", "state": "A"}, {"siren": B, "legal_category": None, "state": "C"})


def made(folder: Path, sirens: tuple[str, ...] = (A, B), **tables: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """siren → its line, from these rows of the dossiers."""
    files = {}
    for name, rows in tables.items():
        schema = BY_NAME[name].arrow()
        filled = [dict.fromkeys(schema.names) | row for row in rows]
        files[name] = folder / BY_NAME[name].file
        pq.write_table(pa.Table.from_pylist(filled, schema), files[name])
    known = Known(files, delivered(folder, "sirene_ul", UNITS), UNTIL, JUNE, {A: "redressement"})
    with engine() as opened:
        table = entry_figures(opened, known, sirens)
    assert table.schema.equals(BY_NAME["entry_figures"].arrow())
    return {row["siren"]: row for row in table.to_pylist()}


def accounts(closed_on: date, revenue: float | None, **more: Any) -> dict[str, Any]:
    return {"siren": A, "closed_on": closed_on, "balance_type": "C", "revenue_eur": revenue, **more}


def debt(siret: str, month: date, employee: str | None, employer: str | None) -> dict[str, Any]:
    return {
        "siret": siret, "month": month,
        "employee_debt_eur": None if employee is None else Decimal(employee),
        "employer_debt_eur": None if employer is None else Decimal(employer),
    }  # fmt: skip


def test_last_public_accounts_and_their_change_over_a_year(tmp_path: Path) -> None:
    rows = [
        accounts(date(2022, 12, 31), 1_000_000.0),
        accounts(date(2023, 12, 31), 2_000_000.0, ebit_eur=5.0),
        accounts(date(2024, 12, 31), 2_500_000.0, ebit_eur=-40_000.0, ebitda_eur=12_000.0),
        accounts(date(2025, 12, 31), 9_000_000.0, disclosure="Confidentiel"),
    ]

    firm = made(tmp_path, dossier_accounts=rows)[A]

    assert (firm["closed_on"], firm["revenue_eur"], firm["revenue_change_ratio"]) == (
        date(2024, 12, 31), 2_500_000.0, pytest.approx(0.25),
    )  # fmt: skip
    assert (firm["ebit_eur"], firm["ebitda_eur"]) == (-40_000.0, 12_000.0)


@pytest.mark.parametrize(
    "before", [date(2022, 12, 31), date(2024, 6, 30)], ids=["two years before", "six months before"]
)
def test_accounts_that_are_not_a_year_apart_are_not_compared(before: date, tmp_path: Path) -> None:
    firm = made(tmp_path, dossier_accounts=[accounts(before, 1e6), accounts(date(2024, 12, 31), 2e6)])[A]

    assert (firm["revenue_eur"], firm["revenue_change_ratio"]) == (2e6, None)


def test_debt_adds_the_last_known_one_of_each_establishment(tmp_path: Path) -> None:
    rows = [
        debt(f"{A}00011", date(2025, 1, 1), "100.00", "200.00"),  # before the twelve months: still owed
        debt(f"{A}00011", date(2026, 3, 1), "0.00", "50.00"),
        debt(f"{A}00029", date(2026, 4, 1), None, "7.50"),
        debt(f"{A}00029", date(2026, 5, 1), "9999.00", "9999.00"),  # after the last month that the source knows
    ]

    found = made(tmp_path, dossier_debts=rows)

    assert found[A]["debt_eur"] == Decimal("57.50")
    assert found[A]["debts_eur"] == [Decimal("300.00")] * 10 + [Decimal("50.00"), Decimal("57.50")]
    assert (found[B]["debt_eur"], found[B]["debts_eur"]) == (None, None)


def test_short_time_work_is_a_mean_of_twelve_months_and_nobody_named_uses_none(tmp_path: Path) -> None:
    rows = [
        {"siret": f"{A}00011", "month": date(2026, 5, 1), "used_fte": 9.0, "authorised_fte": 20.0, "reasons": []},
        {"siret": f"{A}00029", "month": date(2025, 6, 1), "used_fte": 3.0, "reasons": []},
        {"siret": f"{A}00029", "month": date(2025, 5, 1), "used_fte": 500.0, "reasons": []},
    ]

    found = made(tmp_path, dossier_short_time_work=rows)

    assert (found[A]["used_fte"], found[B]["used_fte"]) == (pytest.approx(1.0), 0.0)


def test_what_was_not_delivered_is_unknown_and_the_state_comes_from_sirene(tmp_path: Path) -> None:
    found = made(tmp_path)

    assert {name: found[A][name] for name in ("legal_form", "is_closed")} == {"legal_form": "5710", "is_closed": False}
    assert (found[B]["legal_form"], found[B]["is_closed"]) == (None, True)
    assert all(found[A][name] is None for name in ("revenue_eur", "debt_eur", "debts_eur", "used_fte"))


def link(siren: str, head: str | None, share: float | None, level: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "siren": siren, "group_code": f"G{head}", "head_name": head, "head_kind": "M", "holding_share": share,
        "holding_level": level, "confidentiality": "internal", **more,
    }  # fmt: skip


def test_head_of_the_group_holds_more_than_half_or_a_share_that_is_not_told(tmp_path: Path) -> None:
    rows = [
        link(A, "Minorité", 0.5), link(A, "Aubert", 0.6, head_siren=B), link(A, "Barbier", 0.55),
        link(A, "Inconnue", None),
    ]  # fmt: skip

    found = made(tmp_path, dossier_groups=rows)

    assert (found[A]["group_head"], found[A]["group_head_siren"]) == ("Aubert", B)
    assert found[B]["group_head"] is None
    assert made(tmp_path, dossier_groups=rows[:1])[A]["group_head"] is None
    assert made(tmp_path, dossier_groups=rows[3:])[A]["group_head"] == "Inconnue"


def test_person_at_the_head_has_no_name_and_a_head_without_one_is_none(tmp_path: Path) -> None:
    rows = [link(A, None, 0.9, head_kind="P"), link(B, None, 0.9, head_kind="G")]

    found = made(tmp_path, dossier_groups=rows)

    assert (found[A]["group_head"], found[B]["group_head"]) == ("Personne physique", None)


def test_state_of_the_proceedings_is_that_of_the_features(tmp_path: Path) -> None:
    found = made(tmp_path)

    assert (found[A]["proceedings_state"], found[B]["proceedings_state"]) == ("redressement", None)


def test_no_firm_in_alert_makes_an_empty_table(tmp_path: Path) -> None:
    assert made(tmp_path, sirens=()) == {}


@pytest.mark.parametrize("seed", range(5))
def test_list_and_sheet_say_the_same(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    months = [JUNE.plus(-n).first_day for n in reversed(range(30))]
    sirets = [f"{siren}{nic:05d}" for siren in (A, B) for nic in (11, 29, 37)]
    owed = [
        debt(siret, month, *(draw.choice([None, "0.00", f"{draw.randrange(10**6) / 100:.2f}"]) for _ in range(2)))
        for siret in sirets for month in months if draw.random() < 0.4
    ]  # fmt: skip
    worked = [
        {"siret": siret, "month": month, "used_fte": draw.choice([None, draw.randrange(400) / 10]), "reasons": []}
        for siret in sirets for month in months if draw.random() < 0.3
    ]  # fmt: skip

    found = made(tmp_path, dossier_debts=owed, dossier_short_time_work=worked)

    for siren in (A, B):
        own = [row for row in owed if row["siret"].startswith(siren)]
        shown = series.months_until(date(2026, 4, 1), 12)
        parts = [series.debt(own, name, shown, UNTIL["debit"]) for name in ("employee_debt_eur", "employer_debt_eur")]
        both = [(a or 0) + (b or 0) if (a, b) != (None, None) else None for a, b in zip(*parts, strict=True)]
        assert found[siren]["debts_eur"] == both
        used = series.headcount(
            [row for row in worked if row["siret"].startswith(siren)], "used_fte",
            series.months_until(date(2026, 5, 1), 12), UNTIL["apconso"],
        )  # fmt: skip
        assert found[siren]["used_fte"] == pytest.approx(sum(value or 0 for value in used) / 12)
