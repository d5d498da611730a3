"""The sets of communes, and what is said of them, on a country of six communes (pure)."""

from __future__ import annotations

import pytest

from vigie.directory.coverage import (
    CommuneRow,
    Ground,
    People,
    Shapes,
    Tally,
    Verdict,
    Who,
    Zone,
    nearest,
    subject_coverage,
    total,
)
from vigie.kernel.zones import ZoneType

ROWS = (
    CommuneRow("01001", "200000001", "8401", "01", "84", 100),
    CommuneRow("01002", "200000001", "8401", "01", "84", 0),
    CommuneRow("01003", "200000002", "8402", "01", "84", 2000),
    CommuneRow("69123", "200000003", "8402", "69", "84", 500_000),
    CommuneRow("2A004", "200000004", "", "2A", "94", 70_000),
    CommuneRow("97608", "", "", "976", "06", 30_000),
)
GROUND = Ground(ROWS)
EVERYWHERE = GROUND.everywhere


def who(expert: int, *zones: Zone, level: str = "local", people: str = People.PRESENT, filtered: bool = False) -> Who:
    return Who(expert, 1, level, zones or None, people, filtered)


def covered(*answers: tuple[Who, int], territory: int = EVERYWHERE):
    return subject_coverage(answers, territory, Shapes(GROUND))


def codes(communes: int) -> list[str]:
    return [row.code for row in GROUND.communes(communes)]


@pytest.mark.parametrize(
    ("zone", "communes"),
    [
        (("commune", "69123"), ["69123"]),
        (("epci", "200000001"), ["01001", "01002"]),
        (("employment_area", "8402"), ["01003", "69123"]),
        (("departement", "2A"), ["2A004"]),
        (("region", "84"), ["01001", "01002", "01003", "69123"]),
        (("commune", "69381"), []),  # a municipal district is not the city
        (("epci", "999999999"), []),
    ],
)
def test_a_zone_is_the_set_of_its_communes(zone: Zone, communes: list[str]) -> None:
    assert codes(GROUND.zone(*zone)) == communes


def test_a_tally_counts_communes_and_people_as_a_loop_would() -> None:
    one = covered((who(1, ("epci", "200000001"), ("commune", "97608")), 1))

    for departement, tally in one.tallies.items():
        rows = [row for row in ROWS if row.departement == departement]
        without = [row for row in rows if row.code in codes(one.holes)]
        assert tally == Tally(
            len(rows), sum(row.people for row in rows), len(without), sum(row.people for row in without), 0, 0
        )
    assert total(one.tallies.values()).holes == 3
    assert total([]) == Tally(0, 0, 0, 0, 0, 0)


def test_experts_without_user_and_absent_experts_are_told_apart_from_nobody() -> None:
    one = covered(
        (who(1, ("departement", "01"), people=People.NONE), 1),
        (who(2, ("departement", "69"), people=People.AWAY), 1),
        (who(3, ("commune", "01003")), 1),
    )

    assert codes(one.holes) == ["2A004", "97608"]
    assert one.tallies["01"].unstaffed == 2
    assert one.tallies["69"].away == 1
    assert one.tallies["69"].holes == 0
    assert one.experts == 3


def test_a_national_expert_counts_as_coverage() -> None:
    one = covered((who(1, level="national"), 1))

    assert one.holes == 0
    assert one.echelons(EVERYWHERE) == "national"
    assert one.verdict(EVERYWHERE, EVERYWHERE) is Verdict.FINE


def test_echelons_are_those_of_who_answers_there() -> None:
    one = covered(
        (who(1, ("commune", "69123")), 1),
        (who(2, ("region", "84"), level="regional"), 2),
        (who(3, level="national"), 3),
    )

    assert one.echelons(EVERYWHERE) == "local, régional, national"
    assert one.echelons(GROUND.zone("commune", "01001")) == "régional, national"
    assert one.echelons(GROUND.zone("commune", "97608")) == "national"


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ((), Verdict.NO_EXPERT),
        (((who(1, ("region", "94")), 1),), Verdict.NO_EXPERT),
        (((who(1, ("departement", "01"), people=People.NONE), 1),), Verdict.MISSING),
        (((who(1, ("region", "84"), people=People.NONE), 1), (who(2, ("commune", "69123")), 1)), Verdict.NO_USER),
        (((who(1, ("region", "84")), 1), (who(2, ("commune", "69123")), 1)), Verdict.SEVERAL),
        (((who(1, ("region", "84")), 1), (who(2, ("commune", "69123"), filtered=True), 1)), Verdict.SEVERAL_FILTERED),
        (((who(1, ("region", "84")), 1), (who(2, ("commune", "69123")), 2)), Verdict.FINE),
    ],
)
def test_the_first_verdict_that_holds_is_said(answers: tuple[tuple[Who, int], ...], verdict: Verdict) -> None:
    one = covered(*answers)

    assert one.verdict(GROUND.zone("region", "84"), EVERYWHERE) is verdict


def test_two_free_experts_of_one_competence_are_not_excused_by_a_third_with_conditions() -> None:
    free = (who(1, ("commune", "69123")), 1), (who(2, ("region", "84")), 1)
    strict = (who(3, ("region", "84"), filtered=True), 1)

    assert covered(*free, strict).verdict(GROUND.zone("commune", "69123"), EVERYWHERE) is Verdict.SEVERAL
    assert covered(*free, strict).verdict(GROUND.zone("commune", "01001"), EVERYWHERE) is Verdict.SEVERAL_FILTERED


def test_a_subject_offered_in_one_region_lacks_nobody_elsewhere() -> None:
    region = GROUND.zone("region", "84")
    one = covered((who(1, ("region", "84")), 1), territory=region)

    assert one.holes == 0
    assert one.verdict(EVERYWHERE, EVERYWHERE) is Verdict.RESTRICTED
    assert one.verdict(GROUND.zone("region", "06"), EVERYWHERE) is Verdict.RESTRICTED
    assert set(one.tallies) == {"01", "69"}


def test_the_nearest_share_the_smallest_zone_with_the_holes() -> None:
    answers = [
        (who(1, ("commune", "69123")), 1),  # same employment area as 01003
        (who(2, ("commune", "01002")), 1),  # same EPCI as 01001
        (who(3, ("commune", "2A004")), 1),  # nothing shared
        (who(4, ("departement", "69"), ("departement", "2A")), 2),
    ]
    holes = GROUND.zone("commune", "01001") | GROUND.zone("commune", "01003")

    found = nearest(answers, holes, Shapes(GROUND), 10)

    assert [(one.who.expert, one.shared, one.communes) for one in found] == [
        (2, ZoneType.EPCI, 1),
        (1, ZoneType.EMPLOYMENT_AREA, 1),
        (4, ZoneType.EMPLOYMENT_AREA, 1),
    ]
    assert len(nearest(answers, holes, Shapes(GROUND), 1)) == 1


def test_an_empty_country_is_covered_by_nothing() -> None:
    empty = Ground(())

    assert empty.everywhere == 0
    assert subject_coverage([(who(1), 1)], 0, Shapes(empty)).tallies == {}
