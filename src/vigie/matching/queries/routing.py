"""Reads what ``rules.routing.route`` needs: sets of rows, never one query per expert (bar W-01).

The candidates of a need come from one indexed query: the competences of the subject whose expert, or failing own zones
whose antenne, holds a zone of the commune. Three more bring the zones, filters and expected answers of those only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from vigie.accounts.models import Institution
from vigie.kernel.zones import ZoneType
from vigie.matching.queries import routing_rows
from vigie.matching.queries.routing_rows import CompetenceRow, HeldRow, codes
from vigie.matching.rules.facts import (
    AntenneFacts,
    CompetenceFacts,
    ConditionFacts,
    ExpertFacts,
    FilterFacts,
    GroupingFacts,
    InstitutionFacts,
    NeedFacts,
    Owner,
    Zone,
)

OwnerKey = tuple[Owner, int]


@dataclass(frozen=True)
class _Owned:
    """What the owners of the candidates hold, by (owner, key)."""

    zones: dict[OwnerKey, tuple[Zone, ...]]
    people: dict[int, dict[str, date | None]]  # expert → account → end of the absence of the day
    filters: dict[OwnerKey, tuple[FilterFacts, ...]]
    groupings: dict[OwnerKey, tuple[GroupingFacts, ...]]


def competences_for(need: NeedFacts) -> list[CompetenceFacts]:
    """The competences for the need's subject whose expert covers its place, with what the rules ask of them.

    4 queries at most, whatever the number of candidates; none for an unknown place.
    """
    if need.place is None:
        return []
    return _facts(routing_rows.covering_rows(need.subject_id, need.place), need)


def competences_of(need: NeedFacts, expert_ids: Iterable[int]) -> list[CompetenceFacts]:
    """The same for these experts, whatever they cover, deleted or not, with or without the competence. 4 queries."""
    wanted = sorted(set(expert_ids))
    return _facts(routing_rows.rows_of_experts(need.subject_id, wanted), need) if wanted else []


def _facts(rows: list[CompetenceRow], need: NeedFacts) -> list[CompetenceFacts]:
    if not rows:
        return []
    experts = {row.expert_id for row in rows}
    antennes = {row.antenne_id for row in rows}
    institutions = {row.institution_id for row in rows}
    # A need without answer agrees with every grouping: there is nothing to read.
    asked = routing_rows.condition_rows(experts, antennes, institutions) if need.answers else []
    held = routing_rows.held_rows(experts, antennes, need.on)
    owned = _Owned(
        zones=_zones(held),
        people=_people(held),
        filters=_filters(routing_rows.filter_rows(experts, antennes, institutions)),
        groupings=_groupings(asked),
    )
    return [_competence(row, owned) for row in rows]


def _competence(row: CompetenceRow, owned: _Owned) -> CompetenceFacts:
    return CompetenceFacts(
        id=row.competence_id,
        subject_id=row.subject_id,
        label=row.description or "",
        expert=_expert(row, owned),
        antenne=_antenne(row, owned),
        institution=_institution(row, owned),
    )


def _expert(row: CompetenceRow, owned: _Owned) -> ExpertFacts:
    key = (Owner.EXPERT, row.expert_id)
    people = owned.people.get(row.expert_id, {})
    absences = [until for until in people.values() if until is not None]
    return ExpertFacts(
        id=row.expert_id,
        name=row.expert_name,
        deleted=bool(row.expert_deleted),
        zones=owned.zones.get(key, ()),
        users=len(people),
        absent_until=min(absences) if people and len(absences) == len(people) else None,
        filters=owned.filters.get(key, ()),
        groupings=owned.groupings.get(key, ()),
    )


def _antenne(row: CompetenceRow, owned: _Owned) -> AntenneFacts:
    key = (Owner.ANTENNE, row.antenne_id)
    return AntenneFacts(
        id=row.antenne_id,
        name=row.antenne_name,
        national=bool(row.national),
        zones=owned.zones.get(key, ()),
        filters=owned.filters.get(key, ()),
        groupings=owned.groupings.get(key, ()),
    )


def _institution(row: CompetenceRow, owned: _Owned) -> InstitutionFacts:
    key = (Owner.INSTITUTION, row.institution_id)
    return InstitutionFacts(
        id=row.institution_id,
        name=row.institution_name,
        deleted=bool(row.institution_deleted),
        is_opco=row.kind == Institution.Kind.OPCO,
        accepted_natures=frozenset(codes(row.accepted_natures)),
        accepts_craft_code=bool(row.accepts_craft_code),
        accepts_unknown_nature=bool(row.accepts_unknown_nature),
        filters=owned.filters.get(key, ()),
        groupings=owned.groupings.get(key, ()),
    )


def _zones(rows: Iterable[HeldRow]) -> dict[OwnerKey, tuple[Zone, ...]]:
    zones: dict[OwnerKey, list[Zone]] = defaultdict(list)
    for row in rows:
        if row.what != "member":
            zones[Owner(row.what), row.key].append((ZoneType(row.first), row.second))
    return {key: tuple(held) for key, held in zones.items()}


def _people(rows: Iterable[HeldRow]) -> dict[int, dict[str, date | None]]:
    """Several absences of one account that cover the day: the one that ends last counts."""
    people: dict[int, dict[str, date | None]] = defaultdict(dict)
    for row in rows:
        if row.what == "member":
            known = people[row.key].get(row.first)
            until = date.fromisoformat(row.second) if row.second else None
            people[row.key][row.first] = max(known, until) if known and until else until
    return people


def _filters(rows: Iterable[tuple[Any, ...]]) -> dict[OwnerKey, tuple[FilterFacts, ...]]:
    subjects: dict[int, set[int]] = defaultdict(set)
    kept: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        kept[row[0]] = row
        if row[4] is not None:
            subjects[row[0]].add(row[4])
    filters: dict[OwnerKey, list[FilterFacts]] = defaultdict(list)
    for pk, (_pk, expert, antenne, institution, _subject, group, *criteria) in kept.items():
        one = FilterFacts(pk, group, frozenset(subjects[pk]), *criteria[:4], *map(codes, criteria[4:]))
        filters[_owner(expert, antenne, institution)].append(one)
    return {key: tuple(held) for key, held in filters.items()}


def _groupings(rows: Iterable[tuple[Any, ...]]) -> dict[OwnerKey, tuple[GroupingFacts, ...]]:
    conditions: dict[tuple[OwnerKey, int], list[ConditionFacts]] = defaultdict(list)
    for grouping, expert, antenne, institution, subject, key, value, question in rows:
        owner = _owner(expert, antenne, institution)
        conditions[owner, grouping].append(ConditionFacts(subject, key, value, question))
    groupings: dict[OwnerKey, list[GroupingFacts]] = defaultdict(list)
    for (owner, _grouping), held in conditions.items():
        groupings[owner].append(GroupingFacts(tuple(held)))
    return {key: tuple(held) for key, held in groupings.items()}


def _owner(expert: int | None, antenne: int | None, institution: int | None) -> OwnerKey:
    """The one of the three that is filled in."""
    if expert is not None:
        return Owner.EXPERT, expert
    if antenne is not None:
        return Owner.ANTENNE, antenne
    assert institution is not None
    return Owner.INSTITUTION, institution
