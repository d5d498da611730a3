"""Sentences that agents read: worked from the facts of one firm."""

from __future__ import annotations

import pytest

from vigie.detection.features.registry import FEATURES, available
from vigie.detection.release.topics import TOPIC_OF, TOPICS

NBSP = "\u00a0"
CASES = [
    ("debt", {"employee_debt_eur": 0.0, "employer_debt_eur": 0.0}, "Aucune dette Urssaf"),
    (
        "debt",
        {
            "employee_debt_eur": 4_300.0, "employer_debt_eur": 36_900.0, "debt_to_dues_ratio": 3.21,
            "months_since_debt_free": 5.0, "debt_per_head_change_3m_eur": 120.0,
        },
        "Dette Urssaf : 41 200 €, soit 3,2 mois de cotisations, dont 4 300 € de part salariale, "
        "sans interruption depuis 5 mois, en hausse sur trois mois",
    ),
    ("debt", {}, ""),
    ("payment_plan", {"payment_plan_broken": True}, "Délai de paiement Urssaf accordé, non tenu"),
    (
        "payment_plan",
        {"payment_plan_amount_eur": 12_000.0, "payment_plan_days_left": 122.0},
        "Délai de paiement Urssaf en cours : 12 000 €, encore 4 mois",
    ),
    ("short_time_work", {"ap_months_24m_count": 0}, "Pas d’activité partielle depuis deux ans"),
    (
        "short_time_work",
        {"ap_months_24m_count": 6, "ap_used_ratio": 0.125},
        "Activité partielle : 6 mois sur les vingt-quatre derniers, 12,5 % du temps de travail du dernier mois connu",
    ),
    (
        "short_time_work",
        {"ap_months_24m_count": 0, "ap_authorised_hours": 1_200.0},
        "Activité partielle autorisée pour 1 200 heures dans le mois",
    ),
    (
        "short_time_work",
        {"ap_months_24m_count": 0, "ap_large_request_12m": True},
        "Activité partielle, demandée pour plus de la moitié du personnel",
    ),
    (
        "workforce",
        {"workforce_count": 13, "workforce_change_12m_ratio": -0.235},
        "Effectif : 13 salariés, −23,5 % en douze mois",
    ),
    (
        "workforce",
        {"workforce_count": 1, "workforce_change_12m_ratio": 0.0},
        "Effectif : 1 salarié, stable sur douze mois",
    ),
    ("solvency", {"negative_equity": True, "inpi_equity_ratio": -0.1}, "Capitaux propres négatifs"),
    ("accounts", {"accounts_available": False}, "Aucun compte publié connu"),
    ("credit", {"inpi_supplier_credit_days": 92.0}, "Fournisseurs payés à 92 jours"),
    ("revenue", {"inpi_revenue_eur": float("nan")}, ""),
    (
        "past_proceedings",
        {"proceedings_past_count": 1, "proceedings_months_since": 40.0},
        "1 procédure collective passée, la dernière ouverte il y a 40 mois",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("topic", "row", "said"), CASES)
def test_sentence(topic: str, row: dict[str, float], said: str) -> None:
    found = TOPICS[topic][0](row)

    assert found.replace(NBSP, " ").replace("\u202f", " ") == said


def test_every_value_fed_to_the_model_belongs_to_one_topic() -> None:
    told = {one.code for one in available() if not one.origin}

    assert told <= set(TOPIC_OF)
    assert set(TOPIC_OF) <= {one.code for one in FEATURES}
    assert sum(len(codes) for _, codes in TOPICS.values()) == len(TOPIC_OF)
