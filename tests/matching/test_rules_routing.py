"""Who receives a need: coverage, deletion, several competences, absences (matching.md 4.1, 4.2, 4.9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matching.rules_examples import (
    AIN,
    LYON,
    OTHER_SUBJECT,
    RHONE,
    antenne,
    codes,
    competence,
    expert,
    institution,
    need,
    verdict,
)
from vigie.kernel.zones import ZoneType
from vigie.matching.rules.facts import CompetenceFacts
from vigie.matching.rules.reasons import Side, say
from vigie.matching.rules.routing import route

# --- territory


@pytest.mark.parametrize("zone", LYON.zones())
def test_expert_without_own_zone_covers_what_his_antenne_covers(zone: tuple[ZoneType, str]) -> None:
    assert verdict(need(), competence(antenne=antenne(zones=(zone,)))).kept
    assert verdict(need(), competence(expert=expert(zones=(zone,)), antenne=antenne(zones=()))).kept


def test_own_zones_replace_those_of_the_antenne() -> None:
    candidate = verdict(need(), competence(expert=expert(zones=(AIN,)), antenne=antenne(zones=(RHONE,))))

    assert not candidate.kept
    assert "outside_own_zones" in codes(candidate)


def test_own_zones_replace_even_a_national_antenne() -> None:
    assert not verdict(need(), competence(expert=expert(zones=(AIN,)), antenne=antenne(national=True))).kept


def test_national_antenne_covers_everything() -> None:
    candidate = verdict(need(), competence(antenne=antenne(national=True, zones=())))

    assert candidate.kept
    assert "covers_country" in codes(candidate)


def test_local_antenne_without_zone_covers_nothing() -> None:
    candidate = verdict(need(), competence(antenne=antenne(zones=())))

    assert not candidate.kept
    assert "no_zone" in codes(candidate)


def test_unknown_commune_reaches_nobody_not_even_national() -> None:
    candidate = verdict(need(place=None), competence(antenne=antenne(national=True)))

    assert not candidate.kept
    assert "place_unknown" in codes(candidate)


def test_the_smallest_zone_that_covers_is_named() -> None:
    epci = (ZoneType.EPCI, "200046977")
    facts = need(zone_names={epci: "Métropole de Lyon"})

    candidate = verdict(facts, competence(antenne=antenne(zones=(RHONE, epci))))

    assert "couvre l’EPCI Métropole de Lyon (territoire de l’antenne)" in [say(reason) for reason in candidate.reasons]


# --- who


def test_deleted_expert_and_deleted_institution_are_dropped() -> None:
    assert not verdict(need(), competence(expert=expert(deleted=True))).kept
    assert not verdict(need(), competence(institution=institution(deleted=True))).kept


def test_another_subject_is_dropped_and_said() -> None:
    candidate = verdict(need(), competence(subject_id=OTHER_SUBJECT))

    assert not candidate.kept
    assert "competence_missing" in codes(candidate)


def test_several_competences_of_an_expert_give_one_candidate_kept_if_one_passes() -> None:
    wrong = competence(id=2, subject_id=OTHER_SUBJECT, label="Autre")
    second = competence(id=3, label="Apprentissage")

    [candidate] = route(need(), [wrong, competence(), second])

    assert candidate.kept
    assert candidate.competence.id == 1
    labels = [reason.values["label"] for reason in candidate.reasons if reason.code == "competence"]
    assert labels == ["Recruter", "Apprentissage"]


def test_no_exclusivity_every_institution_and_every_level_is_kept() -> None:
    local = competence(expert=expert(1))
    regional = competence(id=2, expert=expert(2), antenne=antenne(id=2, zones=((ZoneType.REGION, "84"),)))
    other = competence(id=3, expert=expert(3), institution=institution(2))

    assert [one.kept for one in route(need(), [local, regional, other])] == [True, True, True]


def test_kept_candidates_come_first_then_by_institution_and_name() -> None:
    dropped = competence(id=1, expert=expert(1, deleted=True))
    second = competence(id=2, expert=expert(2), institution=institution(2))
    first = competence(id=3, expert=expert(3), institution=institution(1))

    assert [one.expert_id for one in route(need(), [dropped, second, first])] == [3, 2, 1]


# --- absences and teams

UNTIL = date(2026, 3, 24)


def test_expert_all_of_whose_people_are_away_is_unticked_when_a_colleague_is_there() -> None:
    away = competence(expert=expert(1, absent_until=UNTIL))
    there = competence(id=2, expert=expert(2))

    absent, present = sorted(route(need(), [away, there]), key=lambda one: one.expert_id)

    assert (absent.kept, absent.ticked) == (True, False)
    assert say(absent.reasons[-1]) == "absence jusqu’au 24 mars 2026\u00a0: n’est pas coché d’office"
    assert present.ticked


def test_absent_expert_alone_of_his_institution_stays_and_the_manager_is_copied() -> None:
    away = competence(expert=expert(1, absent_until=UNTIL))
    elsewhere = competence(id=2, expert=expert(2), institution=institution(2))

    absent = next(one for one in route(need(), [away, elsewhere]) if one.expert_id == 1)

    assert absent.ticked
    assert absent.copies_manager


def test_absent_experts_of_one_institution_all_stay_when_nobody_else_is_there() -> None:
    candidates = route(
        need(),
        [
            competence(expert=expert(1, absent_until=UNTIL)),
            competence(id=2, expert=expert(2, absent_until=UNTIL)),
            competence(id=3, expert=expert(3, deleted=True)),
        ],
    )

    assert [one.ticked for one in candidates] == [True, True, False]


def test_team_without_account_is_kept_with_a_warning() -> None:
    candidate = verdict(need(), competence(expert=expert(users=0)))

    assert candidate.ticked
    assert candidate.reasons[-1].code == "no_user"
    assert candidate.reasons[-1].side is Side.REMARK


# --- properties

zones = st.sampled_from([*LYON.zones(), AIN, (ZoneType.REGION, "11"), (ZoneType.COMMUNE, "01004")])
some_zones = st.lists(zones, max_size=3).map(tuple)


@st.composite
def competences(draw: st.DrawFn) -> list[CompetenceFacts]:
    return [
        competence(
            id=pk,
            subject_id=draw(st.sampled_from([1, 1, 2, None])),
            expert=expert(
                draw(st.integers(1, 6)),
                deleted=draw(st.booleans()),
                zones=draw(some_zones),
                users=draw(st.integers(0, 2)),
                absent_until=draw(st.sampled_from([None, UNTIL])),
            ),
            antenne=antenne(zones=draw(some_zones), national=draw(st.booleans())),
            institution=institution(draw(st.integers(1, 3)), deleted=draw(st.booleans())),
        )
        for pk in range(draw(st.integers(0, 8)))
    ]


@given(competences())
def test_a_candidate_is_dropped_if_and_only_if_a_reason_is_against(facts: list[CompetenceFacts]) -> None:
    for candidate in route(need(), facts):
        assert candidate.kept == all(reason.side is not Side.AGAINST for reason in candidate.reasons)
        assert all(say(reason) for reason in candidate.reasons)


@given(competences())
def test_one_candidate_per_expert_and_never_ticked_unless_kept(facts: list[CompetenceFacts]) -> None:
    candidates = route(need(), facts)

    assert sorted(one.expert_id for one in candidates) == sorted({one.expert.id for one in facts})
    assert all(one.kept for one in candidates if one.ticked)


@given(competences())
def test_an_institution_with_a_kept_expert_always_receives_the_need(facts: list[CompetenceFacts]) -> None:
    candidates = route(need(), facts)
    kept = {one.competence.institution.id for one in candidates if one.kept}

    assert {one.competence.institution.id for one in candidates if one.ticked} == kept


@given(competences(), st.randoms())
def test_the_order_of_competences_does_not_matter(facts: list[CompetenceFacts], chance: object) -> None:
    # One expert is one person: the same facts under one number.
    same = [replace(one, expert=replace(one.expert, id=rank)) for rank, one in enumerate(facts)]
    shuffled = list(same)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert route(need(), shuffled) == route(need(), same)


@given(competences(), some_zones)
def test_more_zones_never_lose_an_expert_who_has_own_zones(facts: list[CompetenceFacts], more: tuple) -> None:
    held = [one for one in facts if one.expert.zones]
    wider = [replace(one, expert=replace(one.expert, zones=one.expert.zones + more)) for one in held]

    before = {one.expert_id for one in route(need(), held) if one.kept}
    assert before <= {one.expert_id for one in route(need(), wider) if one.kept}
