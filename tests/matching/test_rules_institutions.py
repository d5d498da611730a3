"""Chambers and skills operators as data (matching.md 4.3, 4.4)."""

from __future__ import annotations

import pytest

from tests.matching.rules_examples import codes, competence, institution, need, verdict
from vigie.matching.rules.facts import InstitutionFacts
from vigie.matching.rules.institutions import OperatorFacts, skills_operator

ANY_TRADE = {"INDEPENDANTE", "GESTION_DE_BIENS"}
CRAFT_NATURES = frozenset({"ARTISANALE", "ARTISANALE_REGLEMENTEE"} | ANY_TRADE)
CRAFTS = institution(1, accepted_natures=CRAFT_NATURES, accepts_craft_code=True)
COMMERCE = institution(2, accepted_natures=frozenset({"COMMERCIALE", "AGENT_COMMERCIAL"} | ANY_TRADE))
LIBERAL = institution(3, accepted_natures=frozenset({"LIBERALE_REGLEMENTEE", "LIBERALE_NON_REGLEMENTEE"} | ANY_TRADE))
BANK = institution(4)
NAMES = {1: "cma", 2: "cci", 3: "unapl", 4: "bank"}


@pytest.mark.parametrize(
    ("natures", "craft_codes", "expected"),
    [
        (set(), set(), "cma cci unapl bank"),  # unknown → all
        ({"ARTISANALE"}, set(), "cma bank"),
        ({"ARTISANALE_REGLEMENTEE"}, set(), "cma bank"),
        ({"COMMERCIALE"}, set(), "cci bank"),
        ({"AGENT_COMMERCIAL"}, set(), "cci bank"),
        ({"LIBERALE_REGLEMENTEE"}, set(), "unapl bank"),
        ({"LIBERALE_NON_REGLEMENTEE"}, set(), "unapl bank"),
        ({"INDEPENDANTE"}, set(), "cma cci unapl bank"),
        ({"GESTION_DE_BIENS"}, set(), "cma cci unapl bank"),
        ({"ACTIF_AGRICOLE"}, set(), "bank"),
        ({"ARTISANALE", "COMMERCIALE"}, set(), "cma cci bank"),
        ({"COMMERCIALE"}, {"1071CA"}, "cma cci bank"),  # craft code + commerce: both chambers
        ({"ACTIF_AGRICOLE"}, {"1071CA"}, "cma bank"),
    ],
)
def test_chambers_by_nature_of_activity(natures: set[str], craft_codes: set[str], expected: str) -> None:
    facts = need(natures=frozenset(natures), craft_codes=frozenset(craft_codes))

    kept = [one for one in (CRAFTS, COMMERCE, LIBERAL, BANK) if verdict(facts, competence(institution=one)).kept]

    assert " ".join(NAMES[one.id] for one in kept) == expected


def test_an_institution_may_refuse_an_unknown_nature() -> None:
    farmers = institution(5, accepted_natures=frozenset({"ACTIF_AGRICOLE"}), accepts_unknown_nature=False)

    candidate = verdict(need(natures=frozenset()), competence(institution=farmers))

    assert not candidate.kept
    assert "nature_unknown_refused" in codes(candidate)


def opco(pk: int) -> InstitutionFacts:
    return institution(pk, is_opco=True)


@pytest.mark.parametrize(("operator", "expected"), [(7, [7]), (8, [8]), (None, []), (99, [])])
def test_only_the_operator_of_the_firm_is_notified_none_when_unknown(operator: int | None, expected: list[int]) -> None:
    kept = [pk for pk in (7, 8, 9) if verdict(need(opco_id=operator), competence(institution=opco(pk))).kept]

    assert kept == expected


def test_other_institutions_do_not_depend_on_the_operator() -> None:
    assert verdict(need(opco_id=None), competence(institution=BANK)).kept


OPERATORS = (
    OperatorFacts(7, frozenset({"0016", "1486"})),
    OperatorFacts(8, frozenset({"2264"})),
    OperatorFacts(9, regions=frozenset({"06"})),
)


@pytest.mark.parametrize(
    ("region", "agreements", "expected"),
    [
        ("84", ["1486"], 7),
        ("84", ["2264"], 8),
        ("84", ["9999"], None),
        ("84", [], None),
        ("84", ["9999", "2264", "1486"], 8),  # the first agreement that designates somebody
        ("06", ["1486"], 9),  # Mayotte: its own operator, whatever the agreement
        ("06", [], 9),
        ("", ["1486"], 7),
    ],
)
def test_operator_of_an_establishment(region: str, agreements: list[str], expected: int | None) -> None:
    assert skills_operator(OPERATORS, region, agreements) == expected
