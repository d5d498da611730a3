"""Writes a plan: few statements whatever the number of lines, in the caller's transaction, with its history.

New accounts wait with habilitations that are asked for and not granted: nobody enters, and no mail leaves, before the
team sends the invitations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from vigie.accounts.actions import give_habilitation
from vigie.accounts.models import Antenne, AntenneZone, Habilitation, User
from vigie.directory.actions import refresh_hierarchy
from vigie.directory.importing.plan import AntenneWork, PersonWork, Plan, TeamWork, Told
from vigie.directory.models import Change, Expert, ExpertMember, ExpertSubject, ExpertZone
from vigie.journal.actions import record_each
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.table import Role
from vigie.territory.sync import batches

BATCH = 1000


def write_plan(plan: Plan, *, by: Person, at: datetime) -> None:
    """Makes the address book what the plan says; ``row`` of each work is then the row written."""
    for work in plan.works():
        work.is_new = work.row is None
    _antennes(plan.antennes)
    _people(plan.people)
    _teams(plan.teams, {one.email: one.row for one in plan.people if one.row is not None})
    _habilitations(plan.people, by, at)
    _history(plan, by, at)


# --- antennes -------------------------------------------------------------------------------------------------------
def _antennes(works: Sequence[AntenneWork]) -> None:
    new = [one for one in works if one.is_new]
    for work in new:
        work.row = Antenne(institution=work.institution, name=work.name, level=work.level)
    _create(Antenne, [_row(one) for one in new])
    changed = [one for one in works if one.told and not one.is_new]
    for work in changed:
        _row(work).level = work.level
    _rewrite(Antenne, [_row(one) for one in changed], ["level"])
    zoned = [one for one in works if one.zones is not None and _tells_zones(one.told)]
    _replace_zones(AntenneZone, "antenne_id", [(_row(one).pk, one.zones or set()) for one in zoned])
    for institution_id in sorted({one.institution.pk for one in (*new, *changed)}):
        refresh_hierarchy(institution_id)


def _row(work: AntenneWork | PersonWork | TeamWork) -> Any:
    return work.row


def _create(model: Any, rows: Iterable[Any]) -> None:
    model._default_manager.bulk_create(list(rows), batch_size=BATCH)


def _rewrite(model: Any, rows: list[Any], columns: list[str]) -> None:
    """Writes these columns of rows that exist: many times quicker than ``bulk_update``, which writes a case per row."""
    model._default_manager.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=columns
    )


def _replace_zones(model: Any, owner: str, wanted: Sequence[tuple[int, set[tuple[str, str]]]]) -> None:
    for batch in batches(sorted(pk for pk, _zones in wanted)):
        model.objects.filter(**{f"{owner}__in": batch}).delete()
    lines = [model(**{owner: pk}, zone_type=kind, code=code) for pk, zones in wanted for kind, code in sorted(zones)]
    _create(model, lines)


# --- people ---------------------------------------------------------------------------------------------------------
def _people(works: Sequence[PersonWork]) -> None:
    new = [one for one in works if one.is_new]
    for work in new:
        work.row = User(email=work.email, antenne=_antenne(work.at), **work.fields)
    _create(User, [_row(one) for one in new])
    changed = [one for one in works if not one.is_new and (one.fields or one.moves)]
    for work in changed:
        row = _row(work)
        for name, value in work.fields.items():
            setattr(row, name, value)
        if work.moves:
            row.antenne = _antenne(work.at)
    _rewrite(User, [_row(one) for one in changed], ["full_name", "phone", "job", "antenne", "search_text"])


def _antenne(at: Antenne | AntenneWork | None) -> Antenne | None:
    return at.row if isinstance(at, AntenneWork) else at


def _habilitations(works: Sequence[PersonWork], by: Person, at: datetime) -> None:
    """A person who may sign in already has his new role at once; the others wait for their invitation."""
    asked = [one for one in works if one.roles]
    entitled: set[int] = set()
    for batch in batches(sorted(_row(one).pk for one in asked)):
        granted = Habilitation.objects.filter(user__in=batch).in_force(paris_day(at))
        entitled |= set(granted.order_by().values_list("user_id", flat=True))
    waiting = []
    for work in asked:
        row = _row(work)
        for role, where in work.roles:
            antenne = _antenne(where) if role is Role.MANAGER else None
            if row.pk in entitled and row.pk != by.user_id:  # nobody grants himself anything
                give_habilitation(row, role, antenne=antenne, by=by, at=at)
            else:
                waiting.append(
                    Habilitation(user=row, role=role, antenne=antenne, starts_on=paris_day(at), requested_at=at)
                )
    _create(Habilitation, waiting)
    record_each("habilitation.requested", waiting, by=by, at=at)


# --- teams ----------------------------------------------------------------------------------------------------------
def _teams(works: Sequence[TeamWork], users: dict[str, User]) -> None:
    new = [one for one in works if one.is_new]
    for work in new:
        work.row = Expert(antenne=work.antenne, email=work.email, **work.fields)
    _create(Expert, [_row(one) for one in new])
    changed = [one for one in works if not one.is_new and (one.fields or one.moves)]
    for work in changed:
        row = _row(work)
        for name, value in work.fields.items():
            setattr(row, name, value)
        if work.moves:
            row.antenne = work.antenne
    _rewrite(Expert, [_row(one) for one in changed], ["full_name", "phone", "job", "antenne", "search_text"])
    zoned = [one for one in works if one.zones is not None and _tells_zones(one.told)]
    _replace_zones(ExpertZone, "expert_id", [(_row(one).pk, one.zones or set()) for one in zoned])
    _subjects(works)
    members = [ExpertMember(expert=_row(one), user=users[email]) for one in works for email in one.members]
    _create(ExpertMember, members)


def _tells_zones(told: Sequence[Told]) -> bool:
    return any(one.what.startswith("zones") for one in told)


def _subjects(works: Sequence[TeamWork]) -> None:
    """Takes away, changes, gives: a competence that stays keeps its row, to which past choices refer."""
    touched = {_row(one).pk: one.subjects for one in works if one.subjects}
    held: dict[tuple[int, int], ExpertSubject] = {}
    for batch in batches(sorted(touched)):
        for one in ExpertSubject.objects.filter(expert__in=batch):
            held[one.expert_id, one.institution_subject_id] = one
    gone: list[int] = []
    changed: list[ExpertSubject] = []
    new: list[ExpertSubject] = []
    for expert_id, subjects in touched.items():
        for competence_id, criteria in subjects.items():
            row = held.get((expert_id, competence_id))
            if criteria is None and row is not None:
                gone.append(row.pk)
            elif row is not None and criteria is not None:
                row.criteria = criteria
                changed.append(row)
            elif criteria is not None:
                new.append(ExpertSubject(expert_id=expert_id, institution_subject_id=competence_id, criteria=criteria))
    for batch in batches(gone):
        ExpertSubject.objects.filter(pk__in=batch).delete()
    _rewrite(ExpertSubject, changed, ["criteria"])
    _create(ExpertSubject, new)


# --- history --------------------------------------------------------------------------------------------------------
def _history(plan: Plan, by: Person, at: datetime) -> None:
    """One change per row that the file touched, with its author: each sheet tells it."""
    rows: list[AntenneWork | TeamWork] = [*plan.antennes, *plan.teams]
    changes = [_change(one, at) for one in rows if one.told]
    Change.objects.bulk_create(changes, batch_size=BATCH)
    record_each("directory.changed", changes, by=by, at=at)
    record_each("account.entered", [_row(one) for one in plan.people if one.is_new], by=by, at=at)
    record_each("account.changed", [_row(one) for one in plan.people if one.told and not one.is_new], by=by, at=at)


def _change(work: AntenneWork | TeamWork, at: datetime) -> Change:
    row = _row(work)
    label = type(row)._meta.label
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for one in work.told:  # several people may join one team
        before[one.what] = " ; ".join(filter(None, (before.get(one.what, ""), one.before)))
        after[one.what] = " ; ".join(filter(None, (after.get(one.what, ""), one.after)))
    return Change(
        target_type=label,
        target_id=str(row.pk),
        target_label=str(row)[:200],
        sheet_type=label,
        sheet_id=str(row.pk),
        before={} if work.is_new else before,
        after=after,
        at=at,
    )
