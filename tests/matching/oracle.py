"""Routing written a second time, straight from the specification (matching.md 4), as slowly and plainly as possible.

Every table is loaded whole; for each need, every expert of the country is looked at in a loop. Nothing of
``vigie.matching`` nor of the kernel is imported: only the tables, read as they are. It serves the differential tests
and ``bench/routing.py``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from vigie.accounts.models import Absence, Antenne, AntenneZone, Institution, User
from vigie.directory.models import (
    AnswerCondition,
    AnswerGrouping,
    CollectiveAgreement,
    Expert,
    ExpertMember,
    ExpertSubject,
    ExpertZone,
    InstitutionSubject,
    MatchFilter,
    SubjectQuestion,
)
from vigie.territory.models import Commune

# 2.3: bounds of the workforce classes, two columns by row of the specification.
CLASS_BOUNDS = {
    "NN": (0, 0), "00": (0, 0), "01": (1, 2), "02": (3, 5), "03": (6, 9), "11": (10, 19), "12": (20, 49),
    "21": (50, 99), "22": (100, 199), "31": (200, 249), "32": (250, 499), "41": (500, 999), "42": (1000, 1999),
    "51": (2000, 4999), "52": (5000, 9999), "53": (10000, 99999),
}  # fmt: skip
# Sections of the French nomenclature of activities, division by division.
SECTION_DIVISIONS = {
    "A": range(1, 4), "B": range(5, 10), "C": range(10, 34), "D": range(35, 36), "E": range(36, 40),
    "F": range(41, 44), "G": range(45, 48), "H": range(49, 54), "I": range(55, 57), "J": range(58, 64),
    "K": range(64, 67), "L": range(68, 69), "M": range(69, 76), "N": range(77, 83), "O": range(84, 85),
    "P": range(85, 86), "Q": range(86, 89), "R": range(90, 94), "S": range(94, 97), "T": range(97, 99),
    "U": range(99, 100),
}  # fmt: skip


@dataclass
class Verdict:
    """Who the specification designates: chosen by the rules, those who receive it, those absent but alone."""

    kept: set[int]
    ticked: set[int]
    copied: set[int]


class Oracle:
    """The whole directory in memory, and one question."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.experts = list(Expert.objects.all())
        self.antennes = {row.pk: row for row in Antenne.objects.all()}
        self.institutions = {row.pk: row for row in Institution.objects.all()}
        self.communes = {row.code: row for row in Commune.objects.all()}
        self.agreements = {row.idcc: row.opco_id for row in CollectiveAgreement.objects.all()}
        self.questions = {row.pk: row for row in SubjectQuestion.objects.all()}
        self.expert_zones = _grouped(ExpertZone, "expert_id")
        self.antenne_zones = _grouped(AntenneZone, "antenne_id")
        self.filters = MatchFilter.objects.prefetch_related("subjects").order_by("pk")
        self.by_owner: dict[tuple[str, int], list[MatchFilter]] = defaultdict(list)
        for one in self.filters:
            self.by_owner[_owner(one)].append(one)
        self.groupings: dict[tuple[str, int], list[list[AnswerCondition]]] = defaultdict(list)
        conditions = _grouped(AnswerCondition, "grouping_id")
        for grouping in AnswerGrouping.objects.all():
            self.groupings[_owner(grouping)].append(conditions[grouping.pk])
        self.subjects = self._subjects_of_experts()
        self.people, self.away = self._people()

    def _subjects_of_experts(self) -> dict[int, set[int]]:
        of_competence = {row.pk: row.subject_id for row in InstitutionSubject.objects.all()}
        found: dict[int, set[int]] = defaultdict(set)
        for row in ExpertSubject.objects.all():
            found[row.expert_id].add(of_competence[row.institution_subject_id])
        return found

    def _people(self) -> tuple[dict[int, list[int]], set[int]]:
        live = {user.pk for user in User.objects.all() if user.is_active and user.deleted_at is None}
        people: dict[int, list[int]] = defaultdict(list)
        for member in ExpertMember.objects.all():
            if member.user_id in live:
                people[member.expert_id].append(member.user_id)
        away = {one.user_id for one in Absence.objects.all() if one.starts_on <= self.on <= one.ends_on}
        return people, away

    # --- the question ---

    def designated(self, case: Any) -> Verdict:
        """Everybody whom the specification keeps for this need."""
        kept = {expert.pk for expert in self.experts if self.keeps(expert, case)}
        return self.with_absences(kept)

    def keeps(self, expert: Expert, case: Any) -> bool:
        antenne = self.antennes[expert.antenne_id]
        institution = self.institutions[antenne.institution_id]
        if case.subject_id not in self.subjects[expert.pk]:
            return False  # 4.1 (3)
        if expert.deleted_at is not None or institution.deleted_at is not None:
            return False  # 4.1 (1) and (4)
        if not self.covers(expert, antenne, case.commune_code):
            return False  # 4.1 (2)
        if not self.chamber_rule(institution, case) or not self.operator_rule(institution, case):
            return False  # 4.1 (5)
        owners = [("expert", expert.pk), ("antenne", antenne.pk), ("institution", institution.pk)]
        return all(self.filters_pass(owner, case) and self.answers_pass(owner, case) for owner in owners)

    def with_absences(self, kept: set[int]) -> Verdict:
        """4.9 (a): all of its people absent → not ticked, unless the institution would have nobody else."""
        absent = {pk for pk in kept if self.people[pk] and all(user in self.away for user in self.people[pk])}
        institution_of = {expert.pk: self.antennes[expert.antenne_id].institution_id for expert in self.experts}
        present_institutions = {institution_of[pk] for pk in kept - absent}
        copied = {pk for pk in absent if institution_of[pk] not in present_institutions}
        return Verdict(kept=kept, ticked=(kept - absent) | copied, copied=copied)

    # --- 4.2 ---

    def covers(self, expert: Expert, antenne: Antenne, code: str) -> bool:
        commune = self.communes.get(code)
        if commune is None:
            return False
        own = self.expert_zones[expert.pk]
        if own:
            return any(_holds(zone, commune) for zone in own)
        return antenne.level == "national" or any(_holds(zone, commune) for zone in self.antenne_zones[antenne.pk])

    # --- 4.3 and 4.4 ---

    def chamber_rule(self, institution: Institution, case: Any) -> bool:
        if institution.accepted_natures == []:
            return True
        for nature in case.natures:
            if nature in institution.accepted_natures:
                return True
        if case.craft_codes and institution.accepts_craft_code:
            return True
        return len(case.natures) == 0 and institution.accepts_unknown_nature

    def operator_rule(self, institution: Institution, case: Any) -> bool:
        if institution.kind != "opco":
            return True
        commune = self.communes[case.commune_code]
        for other in sorted(self.institutions.values(), key=lambda one: one.pk):
            if other.kind == "opco" and other.deleted_at is None and commune.region_code in other.opco_region_codes:
                return institution.pk == other.pk
        for idcc in case.agreements:
            operator = self.institutions.get(self.agreements.get(idcc, -1))
            if operator is not None and operator.kind == "opco" and operator.deleted_at is None:
                return institution.pk == operator.pk
        return False

    # --- 4.5 ---

    def filters_pass(self, owner: tuple[str, int], case: Any) -> bool:
        groups: dict[str, list[bool]] = defaultdict(list)
        for one in self.by_owner[owner]:
            subjects = [subject.pk for subject in one.subjects.all()]
            if subjects and case.subject_id not in subjects:
                continue
            passed = self.filter_passes(one, case)
            if one.group == "":
                if not passed:
                    return False
            else:
                groups[one.group].append(passed)
        return all(any(results) for results in groups.values())

    def filter_passes(self, one: MatchFilter, case: Any) -> bool:
        low, high = CLASS_BOUNDS.get(case.workforce_code, (None, None))
        if case.headcount is not None:
            low = high = case.headcount
        checks = []
        if one.min_years is not None:
            checks.append(case.created_on is not None and case.created_on < _years_ago(self.on, one.min_years))
        if one.max_years is not None:
            checks.append(case.created_on is not None and case.created_on > _years_ago(self.on, one.max_years))
        if one.min_workforce is not None:
            checks.append(low is not None and low >= one.min_workforce)
        if one.max_workforce is not None:
            checks.append(high is not None and high < one.max_workforce)
        if one.accepted_naf:
            checks.append(_naf_in(case.naf, one.accepted_naf))
        if one.excluded_naf:
            checks.append(not _naf_in(case.naf, one.excluded_naf))
        if one.accepted_legal_forms:
            checks.append(_begins(case.legal_form, one.accepted_legal_forms))
        if one.excluded_legal_forms:
            checks.append(not _begins(case.legal_form, one.excluded_legal_forms))
        if one.excluded_communes:
            commune = self.communes[case.commune_code]
            excluded = ["0" + code if len(code) == 4 else code for code in one.excluded_communes]
            checks.append(commune.code not in excluded and commune.parent_code not in excluded)
        return all(checks)

    # --- 4.6 ---

    def answers_pass(self, owner: tuple[str, int], case: Any) -> bool:
        considered = []
        for conditions in self.groupings[owner]:
            if any(self.questions[one.question_id].subject_id == case.subject_id for one in conditions):
                considered.append(conditions)
        if not considered:
            return True
        for conditions in considered:
            agreed = 0
            for one in conditions:
                question = self.questions[one.question_id]
                asked_here = question.subject_id == case.subject_id
                answer = case.answers.get(question.key) if asked_here else None
                if answer in (None, "", one.value):
                    agreed += 1
            if agreed == len(conditions):
                return True
        return False


def _grouped(model: Any, column: str) -> dict[int, list[Any]]:
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in model.objects.order_by("pk"):
        rows[getattr(row, column)].append(row)
    return rows


def _owner(row: MatchFilter | AnswerGrouping) -> tuple[str, int]:
    if row.institution_id:
        return "institution", row.institution_id
    return ("antenne", row.antenne_id) if row.antenne_id else ("expert", row.expert_id)


def _holds(zone: ExpertZone | AntenneZone, commune: Commune) -> bool:
    if zone.zone_type == "commune":
        return zone.code in (commune.code, commune.parent_code)
    if zone.zone_type == "epci":
        return zone.code == commune.epci_code
    if zone.zone_type == "employment_area":
        return zone.code == commune.employment_area_code
    if zone.zone_type == "departement":
        return zone.code == commune.departement_code
    return zone.code == commune.region_code


def _years_ago(day: date, years: int) -> date:
    if (day.month, day.day) == (2, 29):
        day = date(day.year, 2, 28) if (day.year - years) % 4 else day
    return date(day.year - years, day.month, day.day)


def _naf_in(code: str, families: list[str]) -> bool:
    if code == "":
        return False
    for family in families:
        plain = family.replace(".", "").upper()
        if len(plain) == 1 and plain in SECTION_DIVISIONS:
            if int(code[:2]) in SECTION_DIVISIONS[plain]:
                return True
        elif code[: len(plain)] == plain:
            return True
    return False


def _begins(code: str, beginnings: list[str]) -> bool:
    return code != "" and any(code[: len(beginning)] == beginning for beginning in beginnings)
