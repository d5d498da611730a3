"""Reads what ``rules.routing.route`` needs: sets of rows, never one query per expert (bar W-01).

The candidates of a need come from one indexed query: the competences of the subject whose expert, or failing own zones
whose antenne, holds a zone of the commune. Three more queries bring the zones, filters and expected answers of those
candidates only, in as many rows as they have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from vigie.accounts.models import Absence, Antenne, AntenneZone, Institution
from vigie.directory.models import AnswerCondition, Expert, ExpertMember, ExpertSubject, ExpertZone, MatchFilter
from vigie.kernel.zones import Place, ZoneType
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
_CRITERIA = (
    *("min_years", "max_years", "min_workforce", "max_workforce"),
    *("accepted_naf", "excluded_naf", "accepted_legal_forms", "excluded_legal_forms", "excluded_communes"),
)
# Name used here → path from an expert.
_COLUMNS = {
    "expert_id": "pk",
    "expert_name": "full_name",
    "expert_deleted": "deleted_at",
    "antenne_id": "antenne_id",
    "antenne_name": "antenne__name",
    "level": "antenne__level",
    "institution_id": "antenne__institution_id",
    "institution_name": "antenne__institution__name",
    "institution_deleted": "antenne__institution__deleted_at",
    "kind": "antenne__institution__kind",
    "accepted_natures": "antenne__institution__accepted_natures",
    "accepts_craft_code": "antenne__institution__accepts_craft_code",
    "accepts_unknown_nature": "antenne__institution__accepts_unknown_nature",
}


@dataclass(frozen=True)
class _Owned:
    """What the owners of the candidates hold, by (owner, key)."""

    zones: dict[OwnerKey, tuple[Zone, ...]]
    filters: dict[OwnerKey, tuple[FilterFacts, ...]]
    groupings: dict[OwnerKey, tuple[GroupingFacts, ...]]


def competences_for(need: NeedFacts) -> list[CompetenceFacts]:
    """The competences for the need's subject whose expert covers its place, with what the rules ask of them.

    4 queries at most, whatever the number of candidates; none for an unknown place.
    """
    if need.place is None:
        return []
    rows = ExpertSubject.objects.filter(
        covering_condition(need.place, "expert"),
        institution_subject__subject_id=need.subject_id,
        expert__deleted_at__isnull=True,
        expert__antenne__institution__deleted_at__isnull=True,
    )
    return _facts(_competence_rows(rows, need.on), need)


def competences_of(need: NeedFacts, expert_ids: Iterable[int]) -> list[CompetenceFacts]:
    """The same for these experts, whatever they cover, deleted or not; one without competence for those who have none.

    5 queries at most.
    """
    wanted = set(expert_ids)
    competent = ExpertSubject.objects.filter(institution_subject__subject_id=need.subject_id, expert__in=wanted)
    rows = _competence_rows(competent, need.on)
    others = wanted - {row["expert_id"] for row in rows}
    return _facts([*rows, *(_expert_rows(others, need.on) if others else [])], need)


def covering_condition(place: Place, expert: str = "") -> Q:
    """Own zones of the expert when he has some, else those of his antenne or its national level.

    expert: path to the expert from the model that is filtered; empty: the model is Expert.
    """
    path = f"{expert}__" if expert else ""
    held = Q()
    for kind in ZoneType:
        if codes := [code for of, code in place.zones() if of is kind]:
            held |= Q(zone_type=kind.value, code__in=codes)
    own = ExpertZone.objects.filter(expert_id=OuterRef(f"{path}pk"))
    of_antenne = AntenneZone.objects.filter(antenne_id=OuterRef(f"{path}antenne_id"))
    national = Q(**{f"{path}antenne__level": Antenne.Level.NATIONAL})
    return Q(Exists(own.filter(held))) | (~Exists(own) & (national | Exists(of_antenne.filter(held))))


# --- rows -------------------------------------------------------------------------------------------------------------


def _competence_rows(competences: QuerySet[ExpertSubject], on: date) -> list[dict[str, Any]]:
    paths = {name: F(f"expert__{path}") for name, path in _COLUMNS.items() if name != "expert_id"}
    return list(
        competences.order_by("expert_id", "pk").values(
            "expert_id",
            competence_id=F("pk"),
            subject_id=F("institution_subject__subject_id"),
            description=F("institution_subject__description"),
            subject_label=F("institution_subject__subject__label"),
            **paths,
            **_presence(on, "expert_id"),
        )
    )


def _expert_rows(expert_ids: Iterable[int], on: date) -> list[dict[str, Any]]:
    """Experts without competence for the subject."""
    rows = Expert.objects.filter(pk__in=expert_ids).order_by("pk")
    without = {"competence_id": None, "subject_id": None, "description": "", "subject_label": ""}
    paths = {name: F(path) for name, path in _COLUMNS.items() if name != "antenne_id"}
    return [row | without for row in rows.values("antenne_id", **paths, **_presence(on, "pk"))]


def _presence(on: date, expert: str) -> dict[str, Any]:
    """people: accounts of the team; away: those absent that day; until: when the first of these comes back."""
    active = Q(user__is_active=True, user__deleted_at__isnull=True)
    members = ExpertMember.objects.filter(active, expert_id=OuterRef(expert)).order_by().values("expert_id")
    absence = Absence.objects.filter(user_id=OuterRef("user_id"), starts_on__lte=on, ends_on__gte=on)
    that_day = Q(user__absences__starts_on__lte=on, user__absences__ends_on__gte=on)

    def number(counted: Any) -> Any:
        return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), Value(0))

    return {
        "people": number(members),
        "away": number(members.filter(Exists(absence))),
        "until": Subquery(members.filter(that_day).annotate(first=Min("user__absences__ends_on")).values("first")),
    }


# --- what the owners hold ---------------------------------------------------------------------------------------------


def _facts(rows: list[dict[str, Any]], need: NeedFacts) -> list[CompetenceFacts]:
    if not rows:
        return []
    owners: dict[Owner, set[int]] = {
        Owner.EXPERT: {row["expert_id"] for row in rows},
        Owner.ANTENNE: {row["antenne_id"] for row in rows},
        Owner.INSTITUTION: {row["institution_id"] for row in rows},
    }
    owned = _Owned(_zones(owners), _filters(owners), _groupings(owners, need))
    return [_competence(row, owned) for row in rows]


def _competence(row: dict[str, Any], owned: _Owned) -> CompetenceFacts:
    expert = (Owner.EXPERT, row["expert_id"])
    antenne = (Owner.ANTENNE, row["antenne_id"])
    institution = (Owner.INSTITUTION, row["institution_id"])
    return CompetenceFacts(
        id=row["competence_id"],
        subject_id=row["subject_id"],
        label=row["description"] or row["subject_label"],
        expert=ExpertFacts(
            id=row["expert_id"],
            name=row["expert_name"],
            deleted=row["expert_deleted"] is not None,
            zones=owned.zones.get(expert, ()),
            users=row["people"],
            absent_until=row["until"] if row["people"] and row["away"] == row["people"] else None,
            filters=owned.filters.get(expert, ()),
            groupings=owned.groupings.get(expert, ()),
        ),
        antenne=AntenneFacts(
            id=row["antenne_id"],
            name=row["antenne_name"],
            national=row["level"] == Antenne.Level.NATIONAL,
            zones=owned.zones.get(antenne, ()),
            filters=owned.filters.get(antenne, ()),
            groupings=owned.groupings.get(antenne, ()),
        ),
        institution=InstitutionFacts(
            id=row["institution_id"],
            name=row["institution_name"],
            deleted=row["institution_deleted"] is not None,
            is_opco=row["kind"] == Institution.Kind.OPCO,
            accepted_natures=frozenset(row["accepted_natures"]),
            accepts_craft_code=row["accepts_craft_code"],
            accepts_unknown_nature=row["accepts_unknown_nature"],
            filters=owned.filters.get(institution, ()),
            groupings=owned.groupings.get(institution, ()),
        ),
    )


def _zones(owners: dict[Owner, set[int]]) -> dict[OwnerKey, tuple[Zone, ...]]:
    """One query for the experts' own zones and those of their antennes."""
    own = ExpertZone.objects.filter(expert_id__in=owners[Owner.EXPERT]).order_by()
    of_antennes = AntenneZone.objects.filter(antenne_id__in=owners[Owner.ANTENNE]).order_by()
    rows = own.values_list(Value(Owner.EXPERT.value), "expert_id", "zone_type", "code").union(
        of_antennes.values_list(Value(Owner.ANTENNE.value), "antenne_id", "zone_type", "code"), all=True
    )
    zones: dict[OwnerKey, list[Zone]] = defaultdict(list)
    for owner, key, zone_type, code in rows:
        zones[Owner(owner), key].append((ZoneType(zone_type), code))
    return {key: tuple(sorted(held)) for key, held in zones.items()}


def _owned_by(owners: dict[Owner, set[int]], path: str = "") -> Q:
    condition = Q()
    for owner, keys in owners.items():
        condition |= Q(**{f"{path}{owner.value}_id__in": keys})
    return condition


def _owner_of(row: dict[str, Any], path: str = "") -> OwnerKey:
    return next((owner, row[f"{path}{owner.value}_id"]) for owner in Owner if row[f"{path}{owner.value}_id"])


def _filters(owners: dict[Owner, set[int]]) -> dict[OwnerKey, tuple[FilterFacts, ...]]:
    """One query; a filter limited to several subjects comes in as many rows."""
    rows = MatchFilter.objects.filter(_owned_by(owners)).order_by("pk")
    columns = ("pk", "group", *(f"{owner.value}_id" for owner in Owner), *_CRITERIA)
    subjects: dict[int, set[int]] = defaultdict(set)
    kept: dict[int, dict[str, Any]] = {}
    for row in rows.values(*columns, limited_to=F("subjects__pk")):
        kept[row["pk"]] = row
        if row["limited_to"] is not None:
            subjects[row["pk"]].add(row["limited_to"])
    filters: dict[OwnerKey, list[FilterFacts]] = defaultdict(list)
    for pk, row in kept.items():
        criteria = {name: tuple(row[name]) if isinstance(row[name], list) else row[name] for name in _CRITERIA}
        one = FilterFacts(id=pk, group=row["group"], subjects=frozenset(subjects[pk]), **criteria)
        filters[_owner_of(row)].append(one)
    return {key: tuple(held) for key, held in filters.items()}


def _groupings(owners: dict[Owner, set[int]], need: NeedFacts) -> dict[OwnerKey, tuple[GroupingFacts, ...]]:
    """One query; none for a need without answer, with which every grouping agrees."""
    if not need.answers:
        return {}
    about = AnswerCondition.objects.filter(grouping_id=OuterRef("grouping_id"), question__subject_id=need.subject_id)
    rows = AnswerCondition.objects.filter(_owned_by(owners, "grouping__"), Exists(about)).order_by("pk")
    columns = tuple(f"grouping__{owner.value}_id" for owner in Owner)
    asked = {"key": F("question__key"), "subject_id": F("question__subject_id"), "label": F("question__label")}
    conditions: dict[tuple[OwnerKey, int], list[ConditionFacts]] = defaultdict(list)
    for row in rows.values("grouping_id", "value", *columns, short=F("question__short_label"), **asked):
        one = ConditionFacts(row["subject_id"], row["key"], row["value"], row["short"] or row["label"])
        conditions[_owner_of(row, "grouping__"), row["grouping_id"]].append(one)
    groupings: dict[OwnerKey, list[GroupingFacts]] = defaultdict(list)
    for (owner, _grouping), held in conditions.items():
        groupings[owner].append(GroupingFacts(tuple(held)))
    return {key: tuple(held) for key, held in groupings.items()}
