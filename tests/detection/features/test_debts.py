"""Social debt, contributions and their ratios, on examples worked by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from tests.detection import typed as firms
from tests.detection.features.cases import by_month, facts, grid, months_between, typed
from vigie.detection import panel
from vigie.detection.engine import Engine, index_of
from vigie.detection.features import debts, payment_plans, reference
from vigie.detection.intake.reading import ROWS_FILE, read_file
from vigie.detection.sources.registry import source
from vigie.kernel.period import Month


def month(text: str) -> int:
    return index_of(Month.parse(text))


def operation(number: int, counted: date, employer: float, employee: float = 0, **rest: Any) -> dict[str, Any]:
    """One operation on the debt 101 of account a, contributions of January 2021."""
    return {
        "siret": "1", "account": "a", "period_start": date(2021, 1, 1), "period_end": date(2021, 2, 1),
        "ecn_number": "101", "history_number": number, "counted_month": counted, "employee_debt_eur": employee,
        "employer_debt_eur": employer, **rest,
    }  # fmt: skip


def dues(first: str, last: str, amount: float) -> list[dict[str, Any]]:
    return [
        {"siret": "1", "period_start": date(n // 12, n % 12 + 1, 1), "due_eur": amount,
         "period_end": date((n + 1) // 12, (n + 1) % 12 + 1, 1)}
        for n in months_between(first, last)
    ]  # fmt: skip


def stock(opened: Engine, rows: list[dict[str, Any]], first: str, last: str) -> dict[str, float]:
    """The employer debt of each month, euros."""
    months = months_between(first, last)
    table = debts.debt_stock(grid(opened, months), debts.debt_events(typed(opened, "debit", rows)), months[0])
    return {f"{n // 12}-{n % 12 + 1:02d}": row["employer_cents"] / 100 for n, row in by_month(opened, table).items()}


def features(
    opened: Engine, first: str, last: str, tables: dict[str, list[dict[str, Any]]]
) -> dict[int, dict[str, Any]]:
    known = facts(opened, first, last, tables)
    base = opened.keep(panel.base_columns(known))
    rows = by_month(opened, debts.features(known, base))
    plans = by_month(opened, payment_plans.features(known, base))
    return {n: rows[n] | plans[n] for n in rows}


def test_the_stock_is_the_last_state_of_each_debt(opened: Engine) -> None:
    # 1 000 € in March, paid down to 400 in June (25 May is after the 20th: June), to nothing in July.
    rows = [
        operation(1, date(2021, 3, 1), 1000),
        operation(2, date(2021, 6, 1), 400),
        operation(3, date(2021, 7, 1), 0),
    ]

    found = stock(opened, rows, "2021-02", "2021-08")

    assert list(found.values()) == [0, 1000, 1000, 1000, 400, 0, 0]


def test_two_operations_of_one_month_only_the_last_counts(opened: Engine) -> None:
    rows = [operation(1, date(2021, 3, 1), 1000), operation(2, date(2021, 3, 1), 250)]

    assert stock(opened, rows, "2021-03", "2021-04") == {"2021-03": 250, "2021-04": 250}


def test_operations_out_of_order_leave_no_overlap(opened: Engine) -> None:
    # Operation 2 is dated after operation 3, which replaces it: it never counts.
    rows = [
        operation(1, date(2021, 1, 1), 1000), operation(2, date(2021, 5, 1), 600), operation(3, date(2021, 3, 1), 100),
    ]  # fmt: skip

    assert list(stock(opened, rows, "2021-01", "2021-06").values()) == [1000, 1000, 100, 100, 100, 100]


def test_operations_before_the_grid_count_from_its_first_month(opened: Engine) -> None:
    rows = [operation(1, date(2019, 1, 1), 1000), operation(2, date(2020, 1, 1), 300)]

    assert stock(opened, rows, "2021-01", "2021-02") == {"2021-01": 300, "2021-02": 300}


def test_debts_of_two_accounts_are_added(opened: Engine) -> None:
    rows = [operation(1, date(2021, 3, 1), 1000), operation(1, date(2021, 4, 1), 0.05, account="b")]

    assert stock(opened, rows, "2021-03", "2021-04") == {"2021-03": 1000, "2021-04": 1000.05}


def test_row_7_contributions_are_spread_over_the_months_of_their_period(opened: Engine) -> None:
    rows = [
        {"siret": "1", "period_start": date(2021, 1, 1), "period_end": date(2021, 4, 1), "due_eur": 300},
        {"siret": "1", "period_start": date(2021, 2, 1), "period_end": date(2021, 3, 1), "due_eur": -20},
        {"siret": "1", "period_start": date(2021, 1, 1), "period_end": date(2022, 1, 1), "due_eur": 1200},
    ]
    table = debts.contributions_by_month(typed(opened, "cotisation", rows), as_known=False)

    found = {n: row["due_micro"] / 1e6 for n, row in by_month(opened, table).items()}

    # January: 100 + 100; February: 100 - 20 + 100; April on: 100 of the year.
    assert [found[month(f"2021-{n:02d}")] for n in (1, 2, 3, 4, 12)] == [200, 180, 200, 100, 100]
    assert month("2022-01") not in found


def test_l4_a_quarter_is_known_when_it_is_over(opened: Engine) -> None:
    rows = [{"siret": "1", "period_start": date(2021, 7, 1), "period_end": date(2021, 10, 1), "due_eur": 300}]
    table = debts.contributions_by_month(typed(opened, "cotisation", rows), as_known=True)

    assert {n: row["due_micro"] / 1e6 for n, row in by_month(opened, table).items()} == {
        month("2021-10"): 100, month("2021-11"): 100, month("2021-12"): 100,
    }  # fmt: skip


def test_l10_a_month_without_contribution_is_unknown_not_zero(opened: Engine) -> None:
    found = features(opened, "2021-01", "2021-06", {"cotisation": dues("2021-01", "2021-02", 100), "debit": []})

    # Contributions of January are known in February, those of February in March; then nothing.
    values = [found[n]["contributions_due_eur"] for n in months_between("2021-01", "2021-06")]
    assert values == [None, 100, 100, None, None, None]
    assert found[month("2021-06")]["employer_debt_eur"] == 0


def test_l7_a_mean_of_12_months_holds_12_months(opened: Engine) -> None:
    # 0 € for the first contribution, 120 € after: known from February 2021 on.
    rows = dues("2021-01", "2021-01", 0) + dues("2021-02", "2022-06", 120)

    found = features(opened, "2021-01", "2022-06", {"cotisation": rows, "debit": []})

    # Eleven known months: undefined. Twelve, the zero among them: 110. A 13-month window would still see it next month.
    assert found[month("2021-12")]["contributions_due_eur_mean12m"] is None
    assert found[month("2022-01")]["contributions_due_eur_mean12m"] == pytest.approx(110)
    assert found[month("2022-02")]["contributions_due_eur_mean12m"] == pytest.approx(120)


def test_l6_lags_are_by_calendar_and_null_before_the_history(opened: Engine) -> None:
    found = features(opened, "2021-01", "2021-12", {"debit": [operation(1, date(2021, 3, 1), 600, 60)]})

    lagged = [found[n]["employer_debt_eur_lag3m"] for n in months_between("2021-01", "2021-07")]
    assert lagged == [None, None, None, 0, 0, 600, 600]
    assert found[month("2021-07")]["employee_debt_eur_lag1m"] == 60


def test_debt_ratio_and_strict_default(opened: Engine) -> None:
    # Dues of 100 a month since January 2020; a debt of 150 from March to April, then from June on: 1.5 months.
    rows = [
        operation(1, date(2021, 3, 1), 150), operation(2, date(2021, 5, 1), 0), operation(3, date(2021, 6, 1), 150),
    ]  # fmt: skip

    found = features(opened, "2020-01", "2021-09", {"cotisation": dues("2020-01", "2021-09", 100), "debit": rows})

    assert found[month("2021-03")]["debt_to_dues_ratio"] == pytest.approx(1.5)
    assert found[month("2021-05")]["debt_to_dues_ratio"] == 0
    assert [found[month(f"2021-{n:02d}")]["urssaf_default"] for n in (4, 6, 7, 8)] == [False, False, False, True]


def test_row_9_the_default_counter_is_reset_by_a_month_at_zero(opened: Engine) -> None:
    months = months_between("2021-01", "2021-06")
    table = opened.load(pa.table({
        "siren": ["1"] * 6, "month": pa.array(months, pa.int32()), "debt_ratio": [2.0, 2.0, 0.0, 2.0, 2.0, 2.0],
    }))  # fmt: skip
    strict = by_month(opened, table.mutate(tag=debts.default_tag(table.debt_ratio)))
    former = by_month(opened, reference.with_default(table))

    assert [strict[n]["tag"] for n in months] == [False, False, False, False, False, True]
    # The former rule counts the fourth month as the third above one.
    assert [former[n]["has_default"] for n in months] == [False, False, False, True, True, True]


def test_debt_per_head_needs_a_workforce(opened: Engine) -> None:
    staff = [{"month": date(2021, 1, 1), "workforce_count": 10}, {"month": date(2021, 2, 1), "workforce_count": 0}]
    found = features(
        opened, "2021-01", "2021-04", {"debit": [operation(1, date(2021, 2, 1), 900, 100)], "effectif_ent": staff}
    )

    # The workforce of January is known in February: (900 + 100) / 10.
    assert found[month("2021-02")]["debt_per_head_eur"] == 100
    assert found[month("2021-03")]["debt_per_head_eur"] is None
    assert found[month("2021-01")]["debt_per_head_eur"] is None


def test_monthly_change_of_debt_per_head(opened: Engine) -> None:
    staff = [{"month": date(2021, n, 1), "workforce_count": 10} for n in range(1, 7)]
    rows = [operation(1, date(2021, 2, 1), 300), operation(2, date(2021, 6, 1), 900)]
    found = features(opened, "2021-01", "2021-06", {"debit": rows, "effectif_ent": staff})

    # June: (900 - 300 of March) / 3 months / 10 employees = 20.
    assert found[month("2021-06")]["debt_per_head_change_3m_eur"] == pytest.approx(20)


def test_dynamics_of_the_debt(opened: Engine) -> None:
    rows = [operation(1, date(2021, 3, 1), 50, 99.99), operation(2, date(2021, 5, 1), 50, 100)]
    found = features(opened, "2021-01", "2021-06", {"debit": rows})

    assert found[month("2021-06")]["debt_months_12m_count"] == 4
    assert found[month("2021-06")]["months_since_debt_free"] == 4
    assert found[month("2021-02")]["months_since_debt_free"] == 0
    assert [found[month(f"2021-{n:02d}")]["employee_debt_grave"] for n in (4, 5)] == [False, True]


def test_debt_since_before_the_history_counts_from_its_start(opened: Engine) -> None:
    found = features(opened, "2021-01", "2021-03", {"debit": [operation(1, date(2020, 3, 1), 50)]})

    assert found[month("2021-01")]["months_since_debt_free"] == 1
    assert found[month("2021-03")]["months_since_debt_free"] == 3


def test_history_at_the_urssaf(opened: Engine) -> None:
    found = features(opened, "2021-01", "2021-06", {"cotisation": dues("2021-02", "2021-05", 1), "debit": []})

    assert [found[n]["urssaf_history_months"] for n in months_between("2021-01", "2021-06")] == [None, None, 0, 1, 2, 3]


def plan(**rest: Any) -> dict[str, Any]:
    """A plan of 1 000 € over 92 days from 3 January to 5 April 2021."""
    return {"siret": "1", "created_on": date(2021, 1, 3), "due_on": date(2021, 4, 5), "duration_days": 92,
            "amount_eur": 1000, "stage": "APPROB", **rest}  # fmt: skip


def test_a_plan_runs_from_its_month_to_the_one_before_its_end(opened: Engine) -> None:
    rows = [operation(1, date(2021, 1, 1), 600)]
    found = features(opened, "2021-01", "2021-08", {"debit": rows, "delai": [plan()]})

    # 1 February to 5 April: 63 days; (600 - 1000 x 63/92) / 1000 = -0.0848. March: 35 days, +0.2196: not kept up.
    assert found[month("2021-02")]["payment_plan_days_left"] == 63
    assert found[month("2021-02")]["payment_plan_deviation_ratio"] == pytest.approx(-0.0848, abs=1e-4)
    assert found[month("2021-03")]["payment_plan_deviation_ratio"] == pytest.approx(0.2196, abs=1e-4)
    assert [found[month(f"2021-{n:02d}")]["payment_plan_broken"] for n in (2, 3, 4)] == [False, True, False]
    assert [found[month(f"2021-{n:02d}")]["payment_plan_running"] for n in (1, 3, 4)] == [True, True, False]
    assert [found[month(f"2021-{n:02d}")]["payment_plan_new_6m"] for n in (1, 6, 7)] == [True, True, False]


def test_row_12_overlapping_plans_are_added(opened: Engine) -> None:
    second = plan(created_on=date(2021, 2, 1), due_on=date(2021, 5, 2), duration_days=90, amount_eur=500)
    found = features(opened, "2021-01", "2021-05", {"debit": [], "delai": [plan(), second]})

    assert found[month("2021-01")]["payment_plan_amount_eur"] == 1000
    assert found[month("2021-02")]["payment_plan_amount_eur"] == 1500
    assert found[month("2021-04")]["payment_plan_amount_eur"] == 500
    assert found[month("2021-02")]["payment_plan_days_left"] == 90


def test_the_stage_of_a_plan_is_only_known_from_its_delivery(opened: Engine) -> None:
    # Refused in the delivery of April, the last month: in March nobody knew it.
    found = features(opened, "2021-01", "2021-03", {"debit": [], "delai": [plan(stage="REFUS")]})

    assert [found[month(f"2021-{n:02d}")]["payment_plan_running"] for n in (1, 2, 3)] == [True, True, False]


def test_months_since_the_ccsf(opened: Engine) -> None:
    found = features(
        opened, "2021-01", "2021-04", {"debit": [], "ccsf": [{"siret": "1", "treated_on": date(2021, 1, 15)}]}
    )

    assert [found[n]["ccsf_months_since"] for n in months_between("2021-01", "2021-04")] == [None, 1, 2, 3]


def test_without_delivery_the_debt_is_unknown(opened: Engine) -> None:
    found = features(opened, "2021-01", "2021-02", {"cotisation": dues("2021-01", "2021-02", 100)})

    assert found[month("2021-02")]["employer_debt_eur"] is None


def test_l5_defect_the_first_months_are_not_filled_from_later_ones(opened: Engine) -> None:
    staff = [{"month": date(2021, n, 1), "workforce_count": 10} for n in range(1, 6)]
    rows = [operation(1, date(2021, 4, 1), 900)]
    found = features(opened, "2021-01", "2021-06", {"debit": rows, "effectif_ent": staff})

    # No month three months earlier: unknown, though later months have a value.
    assert [found[n]["debt_per_head_change_3m_eur"] for n in months_between("2021-01", "2021-03")] == [None] * 3
    assert found[month("2021-06")]["debt_per_head_change_3m_eur"] == pytest.approx(30)
    assert found[month("2021-01")]["employer_debt_eur_lag1m"] is None


def test_l12_an_operation_after_the_20th_counts_for_the_next_month(opened: Engine, tmp_path: Path) -> None:
    # 1 000,00 € of employer's debt, treated on 20 May in one debt, on 21 May in the other: raw file, in cents.
    siret = firms.siret(1)
    header = (
        "Urssaf_gestion;Dep;num_cpte;Siren;Siret;Dt_immat;Etat_cpte;Cd_pro_col;Periode;Num_Ecn;Num_Hist_Ecn;Dt_trt_ecn;"
        "Mt_PO;Mt_PP;Cd_op_ecn;Motif_ecn;Recours_en_cours"
    )
    lines = [
        f"241;18;111111111111111111;{siret[:9]};{siret};20100304;1;0;202111;{number};1;{day};0;100000;1;1;0"
        for number, day in ((101, "1210520"), (102, "1210521"))
    ]
    raw = tmp_path / "sigfaible_debits.csv"
    raw.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    read_file(source("debit"), [raw], tmp_path / "typed", batch=Month(2021, 8))
    table = opened.read(tmp_path / "typed" / ROWS_FILE).mutate(siren=ibis.literal("1"))
    months = months_between("2021-04", "2021-06")
    found = by_month(opened, debts.debt_stock(grid(opened, months), debts.debt_events(table), months[0]))

    assert [found[n]["employer_cents"] for n in months] == [0, 100_000, 200_000]
