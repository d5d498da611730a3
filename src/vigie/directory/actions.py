"""Edits of the address book by the team: each one asks the right, writes, and keeps what it was and what it became.

A second identical sending changes nothing and records nothing. The hierarchy of antennes follows at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from vigie.accounts.models import Antenne, AntenneZone, Institution
from vigie.directory.models import (
    AnswerCondition,
    AnswerGrouping,
    Change,
    Expert,
    ExpertSubject,
    ExpertZone,
    InstitutionSubject,
    MatchFilter,
    Subject,
    SubjectQuestion,
    Theme,
)
from vigie.directory.queries.hierarchy import antenne_facts
from vigie.directory.queries.twins import twin
from vigie.directory.registry import reasons_to_stay
from vigie.directory.rules import AntenneFacts, Bounds, check_bounds, level_of, parent_of, refuse_parent
from vigie.directory.snapshots import sheet_of, snapshot
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput, Refused
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.territory.queries import check_zone
from vigie.ui.formats import counted, plural

Zones = Iterable[tuple[str, str]]
# What must have a name of its own, as it is told when it has not.
_ONE = {Institution: "Une institution", Theme: "Un thème", Subject: "Un sujet"}
CRITERIA = (
    "min_years", "max_years", "min_workforce", "max_workforce", "accepted_naf", "excluded_naf",
    "accepted_legal_forms", "excluded_legal_forms", "excluded_communes",
)  # fmt: skip


@transaction.atomic
def save(obj: Any, changes: dict[str, Any], *, by: Person, at: datetime) -> Any:
    """Writes columns of a row of the address book, new or not. Raises InvalidInput naming the field at fault."""
    require(by, "directory.edit")
    before = {} if obj._state.adding else snapshot(obj)
    _set(obj, changes)
    if obj._state.adding and (already := twin(obj)):
        return already
    _check(obj)
    obj.save()
    if isinstance(obj, Antenne):
        refresh_hierarchy(obj.institution_id)
        obj.refresh_from_db(fields=["parent"])
    return _keep(obj, before, by, at)


@transaction.atomic
def save_filter(
    row: MatchFilter, changes: dict[str, Any], subjects: Iterable[Subject], *, by: Person, at: datetime
) -> MatchFilter:
    """Writes a filter and the subjects it is limited to."""
    require(by, "directory.edit")
    subjects = list(subjects)
    before = {} if row._state.adding else snapshot(row)
    _set(row, changes)
    if not any(getattr(row, name) not in (None, []) for name in CRITERIA):
        raise InvalidInput("filter_empty", "Remplissez au moins un critère.")
    check_bounds(Bounds(row.min_years, row.max_years, row.min_workforce, row.max_workforce))
    if row._state.adding and (already := twin(row, lines=sorted(one.pk for one in subjects))):
        return already
    _check(row)
    row.save()
    row.subjects.set(subjects)
    _keep(row, before, by, at)
    return row


@transaction.atomic
def save_grouping(
    row: AnswerGrouping, label: str, answers: dict[SubjectQuestion, str], *, by: Person, at: datetime
) -> AnswerGrouping:
    """Writes a set of expected answers."""
    require(by, "directory.edit")
    if not answers:
        raise InvalidInput("grouping_empty", "Choisissez au moins une réponse attendue.")
    before = {} if row._state.adding else snapshot(row)
    row.label = label
    if row._state.adding and (already := twin(row, lines=sorted((q.pk, value) for q, value in answers.items()))):
        return already
    _check(row)
    row.save()
    row.conditions.all().delete()
    AnswerCondition.objects.bulk_create(
        AnswerCondition(grouping=row, question=question, value=value) for question, value in answers.items()
    )
    _keep(row, before, by, at)
    return row


@transaction.atomic
def set_zones(owner: Antenne | Expert, zones: Zones, *, by: Person, at: datetime) -> Antenne | Expert:
    """Replaces the zones of an antenne or of an expert’s own territory; each code is checked officially."""
    require(by, "directory.edit")
    wanted = {(str(kind), check_zone(kind, code)) for kind, code in zones}
    before = snapshot(owner)
    if isinstance(owner, Antenne):
        owner.zones.all().delete()
        AntenneZone.objects.bulk_create(AntenneZone(antenne=owner, zone_type=k, code=c) for k, c in sorted(wanted))
        _set(owner, {})
        owner.save(update_fields=["level"])
        refresh_hierarchy(owner.institution_id)
        owner.refresh_from_db(fields=["parent"])
    else:
        owner.zones.all().delete()
        ExpertZone.objects.bulk_create(ExpertZone(expert=owner, zone_type=k, code=c) for k, c in sorted(wanted))
    return _keep(owner, before, by, at)


@transaction.atomic
def remove(obj: Any, *, by: Person, at: datetime) -> None:
    """Takes a row away: people and offices are kept with their date for history, lines disappear.

    Refused for an institution or antenne with living experts or people, and for an expert with needs that wait.
    """
    require(by, "directory.edit")
    before = snapshot(obj)
    if isinstance(obj, Institution | Antenne | Expert):
        if obj.deleted_at is not None:
            return
        _refuse_if_needed(obj)
        obj.deleted_at = at
        obj.save(update_fields=["deleted_at"])
        if isinstance(obj, Antenne):
            refresh_hierarchy(obj.institution_id)
        _keep(obj, before, by, at)
        return
    _refuse_if_held(obj)
    change = _change(obj, before, {}, at)
    try:
        with transaction.atomic():
            obj.delete()
    except models.ProtectedError as error:
        raise Refused(
            "row_used", "Cette ligne a servi à des demandes\u00a0: elle est gardée pour leur histoire."
        ) from error
    record("directory.changed", change, by=by, at=at)


def refresh_hierarchy(institution_id: int) -> None:
    """Gives each living antenne of the institution the antenne above it."""
    facts = antenne_facts(institution_id)
    living = {one.pk for one in facts}
    for antenne in Antenne.objects.filter(pk__in=living):
        if antenne.parent_is_chosen and antenne.parent_id in living:
            continue
        own = next(one for one in facts if one.pk == antenne.pk)
        parent = parent_of(own, facts)
        if antenne.parent_id != parent:
            antenne.parent_id = parent
            antenne.save(update_fields=["parent"])


def _refuse_if_needed(obj: Any) -> None:
    if isinstance(obj, Expert) and (reasons := reasons_to_stay(obj)):
        raise Refused("expert_awaited", " ".join(reasons))
    if isinstance(obj, Antenne):
        if obj.experts.filter(deleted_at__isnull=True).exists():
            raise Refused(
                "antenne_has_experts", "Cette antenne a encore des experts\u00a0: retirez-les ou déplacez-les d’abord."
            )
        if obj.users.filter(deleted_at__isnull=True, is_active=True).exists():
            raise Refused(
                "antenne_has_people",
                "Des personnes sont encore rattachées à cette antenne\u00a0: déplacez-les d’abord.",
            )
    if isinstance(obj, Institution) and obj.agreements.exists():
        raise Refused(
            "institution_designated",
            "Des conventions collectives désignent cet opérateur\u00a0: chargez d’abord la table qui le remplace.",
        )
    if isinstance(obj, Institution) and obj.antennes.filter(deleted_at__isnull=True).exists():
        raise Refused("institution_has_antennes", "Cette institution a encore des antennes\u00a0: retirez-les d’abord.")


def _refuse_if_held(obj: Any) -> None:
    """A line that others hold would take theirs away with it."""
    if isinstance(obj, InstitutionSubject) and (held := obj.expert_subjects.filter(expert__deleted_at=None).count()):
        raise Refused(
            "competence_held",
            f"{counted(held, 'expert')} de cette institution {plural(held, 'a', 'ont')} encore cette compétence\u00a0: "
            "retirez-la d’abord de leur fiche.",
        )
    if isinstance(obj, SubjectQuestion) and (
        awaited := AnswerGrouping.objects.filter(conditions__question=obj).distinct().count()
    ):
        raise Refused(
            "question_awaited",
            f"Cette question sert encore à {counted(awaited, 'groupe')} de réponses attendues\u00a0: "
            f"{plural(awaited, 'retirez-le', 'retirez-les')} d’abord.",
        )


def _set(obj: Any, changes: dict[str, Any]) -> None:
    """Puts the values in the row; an antenne that holds a région is never local."""
    for name, value in changes.items():
        setattr(obj, name, value)
    if isinstance(obj, Antenne) and obj.pk:
        obj.level = level_of(obj.level, obj.zones.values_list("zone_type", "code"))


def _check_parent(antenne: Antenne) -> None:
    """Refuses a chosen antenne above that is not of the institution, is below, or makes a circle."""
    sisters = {one.pk: one for one in antenne_facts(antenne.institution_id)}
    parent = sisters.get(antenne.parent_id or 0)
    if parent is None:
        raise InvalidInput("parent_unknown", "Choisissez une antenne de la même institution.", field="above")
    above = dict(Antenne.objects.filter(institution=antenne.institution_id).values_list("pk", "parent_id"))
    refuse_parent(AntenneFacts(antenne.pk or 0, antenne.level, frozenset()), parent, above)


def _check(obj: Any) -> None:
    """Full validation of the row; the first fault becomes an InvalidInput."""
    if isinstance(obj, Antenne) and obj.parent_is_chosen:
        _check_parent(obj)
    if isinstance(obj, ExpertSubject) and obj.expert.antenne.institution_id != obj.institution_subject.institution_id:
        raise InvalidInput(
            "other_institution", "Cette compétence est celle d’une autre institution.", field="institution_subject"
        )
    try:
        obj.full_clean()
    except ValidationError as error:
        field, faults = next(iter(error.message_dict.items()))
        if field in {"slug", "label"} and error.error_dict[field][0].code == "unique":
            faults = [f"{_ONE[type(obj)]} porte déjà ce nom, ou presque. Choisissez-en un autre."]
        raise InvalidInput("not_valid", str(faults[0]), field=None if field == "__all__" else field) from error


def _keep(obj: Any, before: dict[str, Any], by: Person, at: datetime) -> Any:
    after = snapshot(obj)
    if after != before:
        record("directory.changed", _change(obj, before, after, at), by=by, at=at)
    return obj


def _change(obj: Any, before: dict[str, Any], after: dict[str, Any], at: datetime) -> Change:
    sheet, pk = sheet_of(obj)
    return Change.objects.create(
        sheet_type=sheet._meta.label,
        sheet_id=str(pk),
        target_type=obj._meta.label,
        target_id=str(obj.pk),
        target_label=str(obj)[:200],
        before=before,
        after=after,
        at=at,
    )
