"""Who is kept in a working list, who is not, why, and in which order: worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from vigie.watchlists.rules_rework import BY_CODE, Candidate, Settings, Verdict, reason_fr, rework, usual

DAY = date(2026, 6, 1)
FIRM = Candidate("1", "strong", 1, first_alert=True, workforce=12, created_on=date(2010, 5, 3))
ALL = Settings({rule.code: rule.default for rule in BY_CODE.values()})


def only(firm: Candidate, settings: Settings = ALL) -> Verdict:
    return rework([firm], settings, DAY)[0]


@pytest.mark.parametrize(
    ("changes", "dropped_by"),
    [
        ({}, ()),
        ({"in_bonis": False}, ("in_bonis",)),
        ({"payment_plan": True}, ("no_plan",)),
        ({"followed": True}, ("not_followed",)),
        ({"first_alert": False}, ("first_alert",)),
        ({"created_on": date(2023, 6, 1)}, ()),
        ({"created_on": date(2023, 6, 2)}, ("age",)),
        ({"created_on": None}, ()),
        ({"created_on": None, "recent": True}, ("age",)),
        ({"created_on": date(2024, 2, 29)}, ("age",)),
        ({"workforce": 9}, ("workforce",)),
        ({"workforce": None}, ("workforce",)),
        ({"payment_plan": True, "in_bonis": False}, ("in_bonis", "no_plan")),
    ],
)
def test_each_rule_drops_and_says_so(changes: dict[str, object], dropped_by: tuple[str, ...]) -> None:
    verdict = only(replace(FIRM, **changes))  # type: ignore[arg-type]

    assert verdict.dropped_by == dropped_by
    assert verdict.kept is (not dropped_by)
    assert verdict.place == (None if dropped_by else 1)


def test_rule_that_is_not_chosen_drops_nobody() -> None:
    assert only(Candidate("1", "strong", 1, in_bonis=False, payment_plan=True), Settings({})).kept


def test_quota_prefers_what_can_still_be_prevented() -> None:
    firms = [
        Candidate("strong", "strong", 1),
        Candidate("moderate", "moderate", 9),
        Candidate("ratios", "strong", 5, weak_accounts=True),
        Candidate("second", "moderate", 8),
    ]

    found = rework(firms, Settings({}, quota=2), DAY)

    assert [(one.siren, one.place, one.kept) for one in found] == [
        ("ratios", 1, True), ("second", 2, True), ("moderate", 3, False), ("strong", 4, False),
    ]  # fmt: skip
    assert found[2].reason == "quota"


def test_short_list_is_completed_by_firms_that_one_soft_rule_dropped() -> None:
    firms = [
        replace(FIRM, siren="kept"),
        replace(FIRM, siren="known", first_alert=False, level="moderate", rank=3),
        replace(FIRM, siren="young", created_on=date(2025, 1, 1), rank=2),
        replace(FIRM, siren="both", first_alert=False, workforce=1),
        replace(FIRM, siren="plan", payment_plan=True),
    ]

    found = {one.siren: one for one in rework(firms, replace(ALL, complete_to=2), DAY)}

    assert [siren for siren, one in found.items() if one.kept] == ["kept", "known"]
    assert (found["known"].reason, found["known"].place) == ("completed", 2)
    assert (found["young"].reason, found["plan"].reason) == ("age", "no_plan")
    assert len(found) == len(firms)


def test_quota_is_never_exceeded_by_completing() -> None:
    firms = [replace(FIRM, siren=str(n), first_alert=False) for n in range(5)]

    assert sum(one.kept for one in rework(firms, replace(usual(), quota=3, complete_to=5), DAY)) == 3


def test_reasons_are_sentences() -> None:
    assert reason_fr("no_plan", ["no_plan", "age"]) == "Délai de paiement Urssaf en cours\u00a0; trop récente"
    assert reason_fr("completed", ["age"]) == "Reprise pour compléter la liste\u00a0; trop récente"
    assert reason_fr("kept", []) == "Gardée par toutes les règles"
