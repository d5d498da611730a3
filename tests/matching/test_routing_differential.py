"""The product and the naive oracle answer alike on a generated world (bar W-02; ``bench/routing.py`` at full size)."""

from __future__ import annotations

import pytest
from bench import service_world
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.matching.oracle import Oracle
from vigie.matching.queries.firm import need_facts
from vigie.matching.queries.routing import competences_for, competences_of
from vigie.matching.rules.routing import Candidate, route

NEEDS = 150


def routed(case: service_world.Case) -> list[Candidate]:
    facts = need_facts(service_world.as_supposed(case), on=service_world.DAY)
    return route(facts, competences_for(facts))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_every_need_reaches_the_experts_that_the_specification_designates(seed: int) -> None:
    service_world.write_small_territory()
    service_world.build(service_world.SMALL, seed)
    oracle = Oracle(service_world.DAY)
    seen = {"kept": 0, "unticked": 0, "copied": 0, "dropped": 0}

    for case in service_world.cases(NEEDS, seed):
        with CaptureQueriesContext(connection) as queries:
            candidates = routed(case)
        verdict = oracle.designated(case)

        assert {one.expert_id for one in candidates if one.kept} == verdict.kept, case
        assert {one.expert_id for one in candidates if one.ticked} == verdict.ticked, case
        assert {one.expert_id for one in candidates if one.copies_manager} == verdict.copied, case
        assert len(queries) <= 6
        seen["kept"] += len(verdict.kept)
        seen["unticked"] += len(verdict.kept - verdict.ticked)
        seen["copied"] += len(verdict.copied)
        seen["dropped"] += len(candidates) - len(verdict.kept)

    assert all(seen.values()), f"the world exercises everything: {seen}"


@pytest.mark.django_db
def test_looking_at_every_expert_gives_the_same_choice_as_looking_at_candidates_only() -> None:
    service_world.write_small_territory()
    service_world.build(service_world.SMALL, seed=4)
    oracle = Oracle(service_world.DAY)
    everybody = [expert.pk for expert in oracle.experts]

    for case in service_world.cases(15, seed=4):
        facts = need_facts(service_world.as_supposed(case), on=service_world.DAY)
        candidates = route(facts, competences_of(facts, everybody))

        assert {one.expert_id for one in candidates if one.kept} == oracle.designated(case).kept, case
        assert len(candidates) == len(everybody)


@pytest.mark.django_db
def test_queries_do_not_grow_with_candidates() -> None:
    service_world.write_small_territory()
    service_world.build(service_world.SMALL, seed=5)
    by_candidates: dict[int, int] = {}

    for case in service_world.cases(60, seed=5):
        with CaptureQueriesContext(connection) as queries:
            candidates = routed(case)
        by_candidates[len(candidates)] = max(by_candidates.get(len(candidates), 0), len(queries))

    many = max(by_candidates)
    assert many > 20
    assert by_candidates[many] <= 6
