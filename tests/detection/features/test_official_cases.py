"""The published cases of calculation: every one that is at hand must agree, exactly."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from tests.detection.features.cases import (
    by_month,
    case,
    day,
    grid,
    lines,
    months_between,
    typed,
)
from vigie.detection.engine import Engine, Table, attach, index_of
from vigie.detection.features import debts, payment_plans, proceedings, reference, series, supplier_delays, workforce
from vigie.kernel.period import Month

# 24 months of one establishment: debts, contributions, workforce, and the insolvency columns of the historical rule.
GOLDEN = "etablissement_24_mois"


def month_number(text: str) -> int:
    return index_of(Month.parse(text[:7]))


def operations(opened: Engine, rows: list[dict[str, str]]) -> Table:
    """The debit lines of an official CSV as typed rows; the day of treatment gives the month by the rule of day 20."""
    found = []
    for row in rows:
        treated = day(row["date_traitement"])
        counted = Month.of(treated) if treated.day <= 20 else Month.of(treated).plus(1)
        found.append({
            "siret": row.get("siret", "1"), "account": row["numero_compte"],
            "period_start": day(row["periode_debut"]), "period_end": day(row["periode_fin"]),
            "ecn_number": row["numero_ecart_negatif"], "history_number": int(row["numero_historique"]),
            "counted_month": counted.first_day,
            "employee_debt_eur": row["part_ouvriere_eur"], "employer_debt_eur": row["part_patronale_eur"],
        })  # fmt: skip
    return typed(opened, "debit", found)


def stock_of(opened: Engine, rows: list[dict[str, str]], months: list[int]) -> Table:
    return debts.debt_stock(grid(opened, months), debts.debt_events(operations(opened, rows)), months[0])


@pytest.mark.parametrize("wanted", [case("remboursement.json")])
def test_a_debt_paid_back_leaves_the_stock(opened: Engine, wanted: dict[str, Any]) -> None:
    months = [month_number(text) for text in wanted["periodes"]]
    rows = [
        {
            **{key: str(value) for key, value in row.items()}, "numero_compte": "a",
            "part_ouvriere_eur": str(row["po"]), "part_patronale_eur": str(row["pp"]),
        }
        for row in wanted["debits"]
    ]  # fmt: skip
    stock = stock_of(opened, rows, months)
    found = by_month(opened, stock.mutate(past_3=series.lag(stock.employer_cents, 3)))

    assert [found[month]["employee_cents"] / 100 for month in months] == wanted["attendu_part_ouvriere"]
    assert [found[month]["employer_cents"] / 100 for month in months] == wanted["attendu_part_patronale"]
    past = [None if found[month]["past_3"] is None else found[month]["past_3"] / 100 for month in months]
    assert past == wanted["attendu_part_patronale_past_3"]


@pytest.mark.parametrize("wanted", [case("stock_dette_a.attendu.json")])
def test_the_stock_of_several_accounts_and_operations(opened: Engine, wanted: dict[str, Any]) -> None:
    months = [month_number(row["periode"]) for row in wanted["mois"]]

    found = by_month(opened, stock_of(opened, lines("stock_dette_a.csv"), months))

    for row in wanted["mois"]:
        stock = found[month_number(row["periode"])]
        amounts = (stock["employee_cents"], stock["employer_cents"])
        assert amounts == (row["part_ouvriere"] * 100, row["part_patronale"] * 100)


def _golden(opened: Engine) -> tuple[list[dict[str, Any]], dict[int, dict[str, Any]]]:
    """The 24 expected months, and ours."""
    parameters = case(f"{GOLDEN}/parametres.json")
    months = months_between(parameters["date_debut"], parameters["date_fin"])[:-1]
    whole = grid(opened, months)
    stock = stock_of(opened, lines(f"{GOLDEN}/debits.csv"), months)
    dues = debts.contributions_by_month(
        typed(opened, "cotisation", [
            {"siret": row["siret"], "period_start": day(row["periode_debut"]), "period_end": day(row["periode_fin"]),
             "due_eur": row["du_eur"]}
            for row in lines(f"{GOLDEN}/cotisations.csv")
        ]),
        as_known=False,
    )  # fmt: skip
    # The historical rule writes the value of a month k - offset - 1 months later, not k.
    staff = opened.load(pa.table({
        "siren": ["1"] * len(lines(f"{GOLDEN}/effectifs.csv")),
        "month": pa.array([month_number(row["periode"]) for row in lines(f"{GOLDEN}/effectifs.csv")], pa.int32()),
        "reported_count": [int(row["effectif"]) for row in lines(f"{GOLDEN}/effectifs.csv")],
    }))  # fmt: skip
    long = grid(opened, range(months[0] - 36, months[-1] + 1))
    shift = parameters["offset_effectif"] + 1
    reported = attach(long, staff, ["siren", "month"])
    past = reported.mutate(**{
        f"effectif_past_{k}": series.lag(reported.reported_count, k - shift) for k in (6, 12, 18, 24)
    })  # fmt: skip
    own = reference.carried_workforce(whole, staff, months[-1], parameters["offset_effectif"])
    table = attach(attach(attach(stock, dues, ["siren", "month"]), own, ["siren", "month"]), past, ["siren", "month"])
    events = typed(opened, "procol", [
        {"effective_on": day(row["date_effet"]), "kind": row["action_procol"], "stage": row["stade_procol"]}
        for row in lines(f"{GOLDEN}/procol.csv")
    ])  # fmt: skip
    table = attach(table, reference.proceedings_state(whole, events), ["siren", "month"])
    table = reference.with_default(debts.ratio_columns(table))
    table = reference.outcome(
        table.mutate(etat_proc_collective=table.state.fill_null("in_bonis"), tag_failure=table.has_failed),
        parameters["horizon_mois"],
    )
    euros = {"montant_part_ouvriere": "employee_cents", "montant_part_patronale": "employer_cents"}
    table = table.mutate(
        interessante_urssaf=reference.quiet(table),
        **{
            f"{name}_past_{n}": series.lag(table[column], n) / 100
            for name, column in euros.items()
            for n in (1, 2, 3, 6, 12)
        },
        **{name: table[column] / 100 for name, column in euros.items()},
        cotisation=table.due_micro / 1e6,
        effectif=table.workforce_count,
        effectif_reporte=table.workforce_carried.cast("int8"),
    )
    return case(f"{GOLDEN}/attendu_2014-01_2014-12.json"), by_month(opened, table)


def test_24_months_of_an_establishment_agree_exactly(opened: Engine) -> None:
    expected, found = _golden(opened)
    compared = 0

    for row in expected:
        ours = found[month_number(row["periode"])]
        for key, value in row.items():
            if key in ours:
                assert ours[key] == pytest.approx(value, abs=1e-9), (row["periode"], key)
                compared += 1

    assert len(expected) == 12
    assert compared > 200


def _ratios(opened: Engine, wanted: dict[str, Any]) -> Table:
    months = [month_number(text) for text in wanted["periodes"]]

    def cents(name: str) -> pa.Array:
        return pa.array([None if value is None else value * 100 for value in wanted[name]], pa.int64())

    due = [None if value is None else value * 1_000_000 for value in wanted["cotisation"]]
    base = opened.load(pa.table({
        "siren": ["1"] * len(months), "month": pa.array(months, pa.int32()), "due_micro": pa.array(due, pa.int64()),
        "employee_cents": cents("part_ouvriere"), "employer_cents": cents("part_patronale"),
    }))  # fmt: skip
    table = debts.ratio_columns(base)
    return table.select(
        "siren", "month", cotisation_moy12m=table.due_mean12_micro / 1e6, ratio_dette=table.debt_ratio,
        ratio_dette_moy12m=reference.mean_debt_ratio(table),
    )  # fmt: skip


@pytest.mark.parametrize("wanted", case("ratios_dette.json"), ids=lambda wanted: wanted["cas"])
def test_ratios_on_contributions(opened: Engine, wanted: dict[str, Any]) -> None:
    found = by_month(opened, _ratios(opened, wanted))

    values = [found[month_number(text)][wanted["variable"]] for text in wanted["periodes"]]
    for value, expected in zip(values, wanted["attendu"], strict=True):
        assert value == (None if expected is None else pytest.approx(expected, abs=1e-12))


@pytest.mark.parametrize("wanted", case("delais.json"), ids=lambda wanted: wanted["cas"])
def test_payment_plans(opened: Engine, wanted: dict[str, Any]) -> None:
    rows = typed(opened, "delai", [
        {"siret": "1", "created_on": day(row["date_creation"]), "due_on": day(row["date_echeance"]),
         "duration_days": row["duree_delai"], "amount_eur": row["montant_echeancier"], "stage": "APPROB"}
        for row in wanted["delais"]
    ])  # fmt: skip
    plans = payment_plans.plans_by_month(rows, delivered=0)
    debt = opened.load(pa.table({
        "siren": pa.array(["1"] * len(wanted["dette"]), pa.string()),
        "month": pa.array([month_number(text) for text in wanted["dette"]], pa.int32()),
        "debt_eur": pa.array([float(row["po"] + row["pp"]) for row in wanted["dette"].values()], pa.float64()),
    }))  # fmt: skip
    months = [month_number(text) for text in wanted["periodes"]]
    joined = attach(plans.filter(plans.month.isin(months)), debt, ["siren", "month"])
    found = by_month(opened, joined.mutate(gap=payment_plans.deviation(joined.debt_eur, joined)))

    assert len(found) == len(wanted["attendu"])
    for row in wanted["attendu"]:
        ours = found[month_number(row["periode"])]
        assert ours["plans_days_left"] == row["delai_nb_jours_restants"]
        assert ours["plans_days_total"] == row["delai_nb_jours_total"]
        assert ours["plans_amount_eur"] == row["delai_montant_echeancier"]
        # What a linear repayment leaves is kept to the hundredth of a cent.
        assert ours["gap"] == pytest.approx(row["delai_deviation_remboursement"], abs=1e-7)


@pytest.mark.parametrize("wanted", case("cible.json"))
def test_the_historical_target_is_reproduced_for_comparison(opened: Engine, wanted: dict[str, Any]) -> None:
    months = [month_number(text) for text in wanted["evenements"]]
    events = list(wanted["evenements"].values())
    table = opened.load(pa.table({
        "siren": ["1"] * len(months), "month": pa.array(months, pa.int32()),
        "has_default": [event == "default" for event in events], "has_failed": [event == "failure" for event in events],
    }))  # fmt: skip
    found = by_month(opened, reference.outcome(table, wanted["horizon_mois"]))

    for text, expected in wanted["attendu"].items():
        ours = found[month_number(text)]
        for key in ("time_til_outcome", "time_til_default", "time_til_failure"):
            assert ours[key] == expected.get(key), (text, key)
        assert ours["outcome"] == expected.get("outcome", False)


@pytest.mark.parametrize("wanted", case("effectif_report.json"))
def test_the_historical_carried_workforce_is_reproduced_for_comparison(opened: Engine, wanted: dict[str, Any]) -> None:
    months = [month_number(text) for text in wanted["periodes"]]
    reported = workforce.workforce_by_month(
        typed(opened, "effectif_ent", [
            {"month": day(text), "workforce_count": count} for text, count in wanted["effectifs"].items()
        ]),
        delay_months=0,
    )  # fmt: skip
    found = by_month(opened, reference.carried_workforce(grid(opened, months), reported, months[-1], wanted["offset"]))

    values = [[found[month]["workforce_count"], int(found[month]["workforce_carried"])] for month in months]
    assert values == wanted["attendu"]


@pytest.mark.parametrize("wanted", case("procol_par_periode.json"), ids=lambda wanted: wanted["cas"])
def test_proceedings_by_month(opened: Engine, wanted: dict[str, Any]) -> None:
    rows = typed(opened, "procol", [
        {"effective_on": day(date), "kind": kind, "stage": stage} for date, kind, stage in wanted["evenements"]
    ])  # fmt: skip

    if "a_la_date" in wanted:
        month = month_number(wanted["a_la_date"])
        found = by_month(opened, proceedings.by_month(grid(opened, [month]), rows, month))
        assert found[month]["state"] == "in_bonis"
        return
    months = [month_number(text) for text in wanted["attendu"]]
    found = by_month(opened, reference.proceedings_state(grid(opened, months), rows))
    for text, expected in wanted["attendu"].items():
        ours = found[month_number(text)]
        since = None if ours["since"] is None else ours["since"].isoformat()
        assert (ours["state"], since, ours["has_failed"]) == (tuple(expected) if expected else (None, None, False))


@pytest.mark.parametrize("wanted", case("paydex.json"))
def test_paydex_by_month_and_its_past(opened: Engine, wanted: dict[str, Any]) -> None:
    rows = opened.load(pa.table({
        "siren": ["1"] * len(wanted["entrees"]), "valued_on": [day(date) for date, _ in wanted["entrees"]],
        "late_days": [value for _, value in wanted["entrees"]],
        "fpi_30": [0] * len(wanted["entrees"]), "fpi_90": [0] * len(wanted["entrees"]),
    }))  # fmt: skip
    months = range(month_number("2015-01"), month_number("2016-12"))
    found = by_month(opened, supplier_delays.with_past(grid(opened, months), supplier_delays.by_month(rows)))

    for text, expected in wanted["attendu"].items():
        ours = found[month_number(text)]
        assert ours["paydex_days"] == expected.get("paydex_nb_jours")
        if "paydex_nb_jours_past_3" in expected:
            assert ours["paydex_days_lag3m"] == expected["paydex_nb_jours_past_3"]


@pytest.mark.parametrize("wanted", case("ccsf.json"))
def test_ccsf_counts_from_the_month_that_begins_after_it(opened: Engine, wanted: dict[str, Any]) -> None:
    rows = typed(opened, "ccsf", [{"siret": "1", "treated_on": day(text)} for text in wanted["dates_traitement"]])
    found = by_month(opened, payment_plans.ccsf_before(rows))

    for text, expected in wanted["attendu"].items():
        ours = found.get(month_number(text))
        assert (ours["ccsf_on"].isoformat() if ours else None) == expected


@pytest.mark.parametrize("wanted", [case("ratios_financiers.json")])
def test_ratios_of_the_banque_de_france(opened: Engine, wanted: dict[str, Any]) -> None:
    for name, compute in (("frais_financier", reference.financial_costs), ("taux_marge", reference.margin_rate)):
        whole = wanted[name]["entree"]
        assert compute(whole) == pytest.approx(wanted[name]["attendu"], abs=1e-12)
        for operand in whole:
            assert compute({**whole, operand: None}) is None
