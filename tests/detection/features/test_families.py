"""Workforce, short-time work, accounts, proceedings, the firm itself: on examples worked by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from tests.detection.features.cases import by_month, facts, grid, months_between, typed
from vigie.detection import panel
from vigie.detection.engine import Engine, index_of
from vigie.detection.features import finance, identity, proceedings, short_time_work, workforce
from vigie.kernel.period import Month

Rows = list[dict[str, Any]]


def month(text: str) -> int:
    return index_of(Month.parse(text))


def features(
    opened: Engine, family: Any, first: str, last: str, tables: dict[str, Rows], **extra: pa.Table
) -> dict[int, dict[str, Any]]:
    known = facts(opened, first, last, tables)
    known = panel.Facts(
        known.engine, known.grid, known.first, known.last,
        {**known.tables, **{name: opened.load(rows) for name, rows in extra.items()}},
        known.delivered, known.delivery_months,
    )  # fmt: skip
    return by_month(opened, family.features(known, opened.keep(panel.base_columns(known))))


def staff(counts: dict[str, int]) -> Rows:
    return [{"month": date.fromisoformat(f"{text}-01"), "workforce_count": count} for text, count in counts.items()]


def test_workforce_is_carried_six_months_then_unknown(opened: Engine) -> None:
    # January's workforce is known in February, then repeated until August: six months, no more.
    found = features(opened, workforce, "2021-01", "2021-10", {"effectif_ent": staff({"2021-01": 24})})

    counts = [found[n]["workforce_count"] for n in months_between("2021-01", "2021-10")]
    assert counts == [None, 24, 24, 24, 24, 24, 24, 24, None, None]
    carried = [found[n]["workforce_carried"] for n in months_between("2021-01", "2021-10")]
    assert carried == [False, False, True, True, True, True, True, True, False, False]


def test_row_11_a_workforce_of_zero_is_not_missing(opened: Engine) -> None:
    found = features(opened, workforce, "2021-01", "2021-04", {"effectif_ent": staff({"2021-01": 24, "2021-02": 0})})

    assert [found[n]["workforce_count"] for n in months_between("2021-02", "2021-04")] == [24, 0, 0]


def test_a_late_workforce_before_the_grid_is_carried_into_it(opened: Engine) -> None:
    found = features(opened, workforce, "2021-04", "2021-06", {"effectif_ent": staff({"2020-10": 12, "2020-09": 30})})

    # October is known in November; April and May are five and six months later, June is too far.
    assert [found[n]["workforce_count"] for n in months_between("2021-04", "2021-06")] == [12, 12, None]


def test_the_accounts_of_one_month_are_added(opened: Engine) -> None:
    rows = [{"month": date(2021, 1, 1), "workforce_count": 4}, {"month": date(2021, 1, 1), "workforce_count": 5}]

    assert features(opened, workforce, "2021-01", "2021-02", {"effectif_ent": rows})[month("2021-02")][
        "workforce_count"
    ] == 9  # fmt: skip


def test_changes_of_workforce_are_relative_to_the_past(opened: Engine) -> None:
    counts = {f"2020-{n:02d}": 20 for n in range(1, 13)} | {f"2021-{n:02d}": 15 for n in range(1, 8)}
    found = features(opened, workforce, "2020-01", "2021-08", {"effectif_ent": staff(counts)})

    # Known in August 2021: 15 (July), against 15 of January (6 months) and 20 of July 2020 (12 months).
    assert found[month("2021-08")]["workforce_change_6m_ratio"] == 0
    assert found[month("2021-08")]["workforce_change_12m_ratio"] == pytest.approx(-0.25)
    assert found[month("2021-08")]["workforce_change_24m_ratio"] is None
    assert found[month("2021-08")]["workforce_count_lag12m"] == 20


def test_no_change_from_a_past_of_zero(opened: Engine) -> None:
    counts = {"2020-12": 0, "2021-06": 5}
    found = features(opened, workforce, "2020-01", "2021-07", {"effectif_ent": staff(counts)})

    assert found[month("2021-07")]["workforce_change_6m_ratio"] is None


def request(**rest: Any) -> dict[str, Any]:
    """610 hours over the 61 days of April and May 2021, for 3 of 10 employees, decided on 25 March."""
    return {
        "siret": "1", "request_id": "r", "company_workforce_count": 10, "decided_on": date(2021, 3, 25),
        "start_on": date(2021, 4, 1), "end_on": date(2021, 5, 31), "authorised_hours": 610.0,
        "authorised_workforce_count": 3, "reason_code": "1", **rest,
    }  # fmt: skip


def authorised(opened: Engine, *rows: dict[str, Any]) -> dict[int, float]:
    table = short_time_work.authorised_by_month(typed(opened, "apdemande", list(rows)))
    return {n: row["authorised_micro"] / 1e6 for n, row in by_month(opened, table).items()}


def test_row_8_authorised_hours_are_spread_by_day(opened: Engine) -> None:
    # 10 hours a day: 300 in April, 310 in May, nothing before nor after.
    assert authorised(opened, request()) == {month("2021-04"): 300, month("2021-05"): 310}


def test_authorised_hours_of_a_part_of_month(opened: Engine) -> None:
    # 20 April to 9 May: 20 days, 11 of them in April.
    partial = request(start_on=date(2021, 4, 20), end_on=date(2021, 5, 9), authorised_hours=200.0)

    assert authorised(opened, partial) == {month("2021-04"): 110, month("2021-05"): 90}


def test_hours_before_the_decision_were_not_known(opened: Engine) -> None:
    assert authorised(opened, request(decided_on=date(2021, 5, 3))) == {month("2021-05"): 310}


def test_reasons_6_and_7_are_left_out(opened: Engine) -> None:
    assert authorised(opened, request(reason_code="6"), request(reason_code="7")) == {}


def test_row_8_use_is_measured_on_151_67_hours(opened: Engine) -> None:
    tables = {
        "apconso": [{"siret": "1", "month": date(2021, 4, 12), "hours": 151.67}],
        "apdemande": [request(authorised_workforce_count=6)],
        "effectif_ent": staff({"2021-03": 10, "2021-04": 10}),
    }
    found = features(opened, short_time_work, "2021-01", "2022-04", tables)

    # Hours of April (whatever the day) are known in May: one full-time equivalent of ten.
    assert [found[month(f"2021-{n:02d}")]["ap_used_hours"] for n in (4, 5, 6)] == [0, 151.67, 0]
    assert found[month("2021-05")]["ap_used_ratio"] == pytest.approx(0.1)
    assert found[month("2021-12")]["ap_months_24m_count"] == 1
    # 6 employees of 10, decided in March 2021: twelve months, until February 2022.
    large = [found[month(text)]["ap_large_request_12m"] for text in ("2021-02", "2021-03", "2022-02", "2022-03")]
    assert large == [False, True, True, False]


def test_l10_short_time_work_without_delivery_is_unknown(opened: Engine) -> None:
    found = features(opened, short_time_work, "2021-01", "2021-02", {"apdemande": []})

    assert found[month("2021-02")]["ap_used_hours"] is None
    assert found[month("2021-02")]["ap_authorised_hours"] == 0


def accounts(closed: date, **rest: Any) -> dict[str, Any]:
    return {"closed_on": closed, "balance_type": "C", "revenue_eur": 100_000, "ebitda_eur": 8_000,
            "equity_ratio": 35.5, "cash_flow_ratio": 4.0, "confidentiality": "Public", **rest}  # fmt: skip


def test_l4_defect_accounts_never_speak_inside_their_fiscal_year(opened: Engine) -> None:
    # Closed on 31 December 2020, filing date unknown: known on 1 August 2021, for 24 months.
    found = features(opened, finance, "2020-01", "2023-09", {"ratios_inpi": [accounts(date(2020, 12, 31))]})

    known = [text for text in (f"{n // 12}-{n % 12 + 1:02d}" for n in found) if
             found[month(text)]["inpi_equity_ratio"] is not None]  # fmt: skip
    assert (known[0], known[-1], len(known)) == ("2021-08", "2023-07", 24)
    assert found[month("2021-08")]["inpi_equity_ratio"] == pytest.approx(0.355)
    assert found[month("2021-08")]["accounts_age_months"] == 8
    assert found[month("2023-09")]["accounts_age_months"] == 33
    assert found[month("2023-09")]["accounts_available"] is False


def test_accounts_speak_from_the_month_after_their_filing(opened: Engine) -> None:
    rows = [accounts(date(2020, 12, 31), filed_on=date(2021, 5, 17))]
    found = features(opened, finance, "2021-04", "2021-07", {"ratios_inpi": rows})

    assert [found[n]["accounts_available"] for n in months_between("2021-04", "2021-07")] == [False, False, True, True]


def test_consolidated_accounts_come_first(opened: Engine) -> None:
    rows = [accounts(date(2020, 12, 31), balance_type="S", equity_ratio=10.0),
            accounts(date(2020, 12, 31), balance_type="K", equity_ratio=20.0)]  # fmt: skip
    found = features(opened, finance, "2021-08", "2021-08", {"ratios_inpi": rows})

    assert found[month("2021-08")]["inpi_equity_ratio"] == pytest.approx(0.2)


def test_a_ratio_out_of_its_domain_is_missing_and_a_flag_says_why(opened: Engine) -> None:
    row = accounts(
        date(2020, 12, 31), equity_ratio=-12.0, cash_flow_ratio=-1.0, repayment_capacity_ratio=-3.0, ebitda_eur=-1,
        customer_credit_days=0.0, supplier_credit_days=60.0,
    )  # fmt: skip
    found = features(opened, finance, "2021-08", "2021-08", {"ratios_inpi": [row]})[month("2021-08")]

    assert (found["negative_equity"], found["negative_cash_flow"], found["negative_ebitda"]) == (True, True, True)
    assert found["inpi_repayment_capacity_ratio"] is None
    assert found["inpi_payment_to_collection_ratio"] is None


def test_revenue_growth_compares_two_exercises(opened: Engine) -> None:
    rows = [accounts(date(2019, 12, 31), revenue_eur=80_000), accounts(date(2020, 12, 31))]
    found = features(opened, finance, "2020-08", "2021-08", {"ratios_inpi": rows})

    assert found[month("2021-07")]["inpi_revenue_change_ratio"] is None
    assert found[month("2021-08")]["inpi_revenue_change_ratio"] == pytest.approx(0.25)
    assert found[month("2021-08")]["inpi_equity_ratio_previous"] == pytest.approx(0.355)


def test_l4_an_exercise_filed_after_the_next_one_speaks_only_once_filed(opened: Engine) -> None:
    """Leak: the growth of 2020 needs the accounts of 2019, here filed five months after those of 2020."""
    rows = [accounts(date(2019, 12, 31), filed_on=date(2021, 10, 8), revenue_eur=80_000),
            accounts(date(2020, 12, 31), filed_on=date(2021, 5, 17))]  # fmt: skip
    found = features(opened, finance, "2021-06", "2021-11", {"ratios_inpi": rows})

    two = ("inpi_revenue_change_ratio", "inpi_equity_ratio_previous")
    assert all(found[n][name] is None for n in months_between("2021-06", "2021-10") for name in two)
    assert found[month("2021-11")]["inpi_revenue_change_ratio"] == pytest.approx(0.25)
    assert found[month("2021-11")]["inpi_equity_ratio_previous"] == pytest.approx(0.355)


def test_ratios_of_one_balance_sheet_by_hand(opened: Engine) -> None:
    """Percents become ratios, days stay days, margins are recomputed from euros."""
    percents = {"debt": 120.0, "liquidity": 95.0, "obsolescence": 60.0, "ebitda_margin": 8.0, "pretax_income": 2.5,
                "cash_flow": 4.0, "working_capital": 15.0, "interest_cover": 30.0}  # fmt: skip
    days = {"working_capital": 54.0, "stock": 20.0, "customer_credit": 40.0, "supplier_credit": 60.0}
    row = accounts(
        date(2020, 12, 31), ebit_eur=5_000, net_income_eur=-2_000, repayment_capacity_ratio=3.2,
        **{f"{name}_ratio": value for name, value in percents.items()},
        **{f"{name}_days": value for name, value in days.items()},
    )  # fmt: skip
    before = accounts(date(2019, 12, 31), liquidity_ratio=80.0, ebitda_margin_ratio=6.0, pretax_income_ratio=-1.0)
    found = features(opened, finance, "2021-08", "2021-08", {"ratios_inpi": [row, before]})[month("2021-08")]

    wanted = {
        **{f"inpi_{name}_ratio": value / 100 for name, value in percents.items()},
        **{f"inpi_{name}_days": value for name, value in days.items()},
        "inpi_revenue_eur": 100_000, "inpi_ebit_margin_ratio": 0.05, "inpi_net_margin_ratio": -0.02,
        "inpi_repayment_capacity_ratio": 3.2, "inpi_payment_to_collection_ratio": 1.5,
        "inpi_liquidity_ratio_previous": 0.8, "inpi_ebitda_margin_ratio_previous": 0.06,
        "inpi_pretax_income_ratio_previous": -0.01,
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == pytest.approx(wanted)


def test_confidential_accounts_say_so(opened: Engine) -> None:
    rows = [accounts(date(2020, 12, 31), revenue_eur=None, confidentiality="Confidentiel")]
    found = features(opened, finance, "2021-08", "2021-08", {"ratios_inpi": rows})[month("2021-08")]

    assert (found["accounts_confidential"], found["accounts_public"], found["accounts_available"]) == (
        True,
        False,
        True,
    )


def event(day: date, kind: str, stage: str) -> dict[str, Any]:
    return {"effective_on": day, "kind": kind, "stage": stage}


def states(opened: Engine, rows: Rows, *months: str) -> list[str]:
    numbers = months_between(min(months), max(months))
    table = proceedings.by_month(grid(opened, numbers), typed(opened, "procol", rows), numbers[0])
    found = by_month(opened, table)
    return [found.get(month(text), {"state": "in_bonis"})["state"] for text in months]


def test_the_gravest_running_proceeding_speaks(opened: Engine) -> None:
    # The redressement ends by joining the liquidation: the last event, and the liquidation still runs.
    rows = [
        event(date(2021, 1, 5), "redressement", "ouverture"), event(date(2021, 3, 5), "liquidation", "ouverture"),
        event(date(2021, 4, 5), "redressement", "inclusion_autre_procedure"),
    ]  # fmt: skip

    assert states(opened, rows, "2020-12", "2021-01", "2021-03", "2021-05") == [
        "in_bonis", "redressement", "liquidation", "liquidation",
    ]  # fmt: skip


def test_row_10_solde_and_inclusion_are_not_openings_and_the_end_is_an_end(opened: Engine) -> None:
    assert states(opened, [event(date(2021, 1, 5), "sauvegarde", "solde_procedure")], "2021-02") == ["in_bonis"]
    ended = [event(date(2021, 1, 5), "sauvegarde", "ouverture"), event(date(2021, 6, 5), "sauvegarde", "fin_procedure")]
    assert states(opened, ended, "2021-05", "2021-06") == ["sauvegarde", "in_bonis"]
    dropped = [
        event(date(2021, 1, 5), "redressement", "ouverture"),
        event(date(2021, 2, 5), "redressement", "abandon_procedure"),
    ]
    assert states(opened, dropped, "2021-01", "2021-02") == ["redressement", "in_bonis"]


def test_two_events_of_one_day_the_heavier_stage_speaks(opened: Engine) -> None:
    rows = [
        event(date(2021, 1, 5), "redressement", "fin_procedure"), event(date(2021, 1, 5), "redressement", "ouverture"),
    ]  # fmt: skip

    assert states(opened, rows, "2021-01") == ["in_bonis"]


def test_a_plan_runs_ten_years(opened: Engine) -> None:
    rows = [
        event(date(2010, 3, 5), "redressement", "ouverture"),
        event(date(2011, 3, 5), "redressement", "plan_continuation"),
    ]

    assert states(opened, rows, "2010-12", "2011-03", "2021-02", "2021-03") == [
        "redressement", "plan", "plan", "in_bonis",
    ]  # fmt: skip


def test_past_openings_are_counted(opened: Engine) -> None:
    rows = [event(date(2015, 3, 5), "sauvegarde", "ouverture"), event(date(2021, 2, 5), "redressement", "ouverture")]
    found = features(opened, proceedings, "2021-01", "2021-03", {"procol": rows})

    assert [found[n]["proceedings_past_count"] for n in months_between("2021-01", "2021-03")] == [1, 2, 2]
    assert [found[n]["proceedings_months_since"] for n in months_between("2021-01", "2021-03")] == [70, 0, 1]


def described(departement: str = "18") -> pa.Table:
    return pa.table({
        "siren": ["1"], "legal_category": ["5710"], "naf": ["25.62B"], "created_on": [date(2010, 3, 4)],
        "departement": [departement],
    })  # fmt: skip


RATES = pa.table({
    "naf_section": ["C"], "departement": ["18"], "month": pa.array([month("2021-02")], pa.int32()),
    "failure_rate": [0.05],
})  # fmt: skip


def test_the_firm_itself(opened: Engine) -> None:
    history = [
        {"siret": "1", "valid_from": date(2010, 3, 4), "valid_until": date(2021, 3, 1), "is_active": True,
         "state_changed": False},
        {"siret": "1", "valid_from": date(2021, 3, 1), "is_active": False, "state_changed": True},
        {"siret": "2", "valid_from": date(2021, 2, 1), "is_active": True, "state_changed": False},
    ]  # fmt: skip
    found = features(
        opened, identity, "2021-01", "2021-03", {"sirene_histo": history}, firms=described(), failure_rates=RATES
    )

    assert [found[n]["establishments_count"] for n in months_between("2021-01", "2021-03")] == [1, 2, 1]
    last = found[month("2021-03")]
    assert (last["establishments_opened_12m_count"], last["establishments_closed_12m_count"]) == (1, 1)
    assert (last["age_years"], last["naf_section"], last["naf_division"], last["region"]) == (11, "C", "25", "24")
    assert last["size_band"] == "unknown"
    assert [found[n]["sector_failure_rate"] for n in months_between("2021-01", "2021-03")] == [None, 0.05, None]


@pytest.mark.parametrize(
    ("count", "band"),
    [(0, "below_10"), (9, "below_10"), (10, "10-19"), (20, "20-49"), (50, "50-249"), (250, "250+"), (None, "unknown")],
)
def test_size_bands(opened: Engine, count: int | None, band: str) -> None:
    table = opened.load(pa.table({"count": pa.array([count], pa.int64())}))

    assert opened.arrow(table.select(band=identity.size_band(table["count"])))["band"][0].as_py() == band


def test_every_departement_has_its_region() -> None:
    places = [place for places in identity.REGIONS.values() for place in places.split()]

    assert len(places) == len(set(places)) == 101
    assert len(identity.REGIONS) == 18


def test_failure_rates_look_18_months_back(opened: Engine) -> None:
    # 200 firms of one sector and département; 20 of them fail in June 2019; nobody else exists.
    firms = opened.load(pa.table({
        "siren": [str(n) for n in range(200)], "created_on": [date(2010, 1, 1)] * 200, "naf": ["25.62B"] * 200,
        "departement": ["18"] * 200,
    }))  # fmt: skip
    failed = opened.load(pa.table({
        "siren": [str(n) for n in range(20)], "month": pa.array([month("2019-06")] * 20, pa.int32()),
    }))  # fmt: skip
    months = opened.load(pa.table({"month": pa.array(months_between("2018-01", "2021-12"), pa.int32())}))
    found = by_month(opened, identity.failure_rates(firms, failed, months))

    # Twelve months from December 2020: (20 + 100 x 20/200) / (200 + 100) = 0.1.
    assert found[month("2020-11")]["failure_rate"] == 0
    assert found[month("2020-12")]["failure_rate"] == pytest.approx(0.1)
    assert found[month("2021-11")]["failure_rate"] == pytest.approx(0.1)
    assert found[month("2021-12")]["failure_rate"] == 0
