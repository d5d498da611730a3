"""Who takes part in a file. Taking part opens the firm (R-06): each arrival is an unlock in the audit."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.agents.models import Follow
from vigie.followup.actions.snapshots import keep
from vigie.followup.models import Followup, Member
from vigie.followup.rules import FOR_EVER
from vigie.journal import audit
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput, Refused, TransitionRefused
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.tuning.queries import current

FIRM = "watchlists.Firm"


@transaction.atomic
def add_member(
    followup: Followup, user: User, role: str, *, by: Person, at: datetime, told: bool = True
) -> Member:  # fmt: skip
    """Adds an agent, or gives another role to who is there; the same role twice is once.

    told: whether the event is recorded, with its mail; otherwise the caller records one for several files.

    InvalidInput (« who ») for somebody who is not habilitated: no file opens a firm to him.
    """
    row = locked(followup)
    require(by, "file.manage_members", row)
    refuse_completed(row)
    present = row.members.present().filter(user=user).first()
    if present is not None:
        return _change_role(row, present, role, by=by, at=at, told=told)
    member = join(row, user, role, by=by, at=at)
    own = user.pk == by.user_id
    if told:
        record("file.joined" if own else "file.member_added", member, by=by, at=at)
    keep("file.member_added", row, by=by, at=at, changes={"added": [_named(member)]})
    return member


@transaction.atomic
def remove_member(followup: Followup, member: Member, *, by: Person, at: datetime, told: bool = True) -> None:
    """Removes somebody, who no longer reads the firm through this file; Refused for the last référent (S-12).

    told: as for ``add_member``.
    """
    row = locked(followup)
    require(by, "file.manage_members", row)
    refuse_completed(row)
    found = row.members.present().filter(pk=member.pk).select_related("user").first()
    if found is None:
        return
    if found.role == Member.Role.REFERENT:
        refuse_last_referent(row, found)
    found.removed_at, found.removed_by_id = at, by.user_id
    found.save(update_fields=["removed_at", "removed_by"])
    close_follows(row, at, only=found.user_id)
    if told:
        record("file.member_removed", found, by=by, at=at)
    audit.note("relock", FIRM, row.siren, by=person_for(found.user, at), at=at, details={"file": row.pk, **_who(by)})
    keep("file.member_removed", row, by=by, at=at, changes={"removed": [_named(found)]})


def join(followup: Followup, user: User, role: str, *, by: Person, at: datetime) -> Member:
    """The row of somebody who takes part, his follow and the trace of what it opens. No event."""
    if role not in Member.Role.values:
        raise InvalidInput("role_unknown", "Choisissez un rôle.", field="role")
    person = person_for(user, at)
    if person.level is None:
        raise InvalidInput(
            "not_habilitated",
            "Cette personne n’a pas d’habilitation en cours\u00a0: un accompagnement ne peut pas lui ouvrir "
            "l’entreprise.",
            field="who",
        )
    member = Member.objects.create(followup=followup, user=user, role=role, added_by_id=by.user_id or 0, added_at=at)
    open_follow(followup, user, at)
    audit.note("unlock", FIRM, followup.siren, by=person, at=at, details={"file": followup.pk, **_who(by)})
    return member


def open_follow(followup: Followup, user: User, at: datetime) -> None:
    """The file opens its firm to this person while it runs."""
    Follow.objects.create(
        user=user, siren=followup.siren, origin=Follow.Origin.FILE, file_id=followup.pk, since=at, until=at + FOR_EVER
    )


def close_follows(followup: Followup, at: datetime, only: int | None = None) -> None:
    """The file no longer opens its firm, from this moment."""
    held = Follow.objects.filter(origin=Follow.Origin.FILE, file_id=followup.pk, ended_at=None)
    (held if only is None else held.filter(user_id=only)).update(until=at, ended_at=at)


def grace(followup: Followup, at: datetime) -> None:
    """Completed: the firm stays open to its people for the days of grace."""
    held = Follow.objects.filter(origin=Follow.Origin.FILE, file_id=followup.pk, ended_at=None)
    held.update(until=at + timedelta(days=current("follow_grace_days")))


def follow_again(followup: Followup, at: datetime) -> None:
    """Reopened or restored: the firm is open again to all who take part."""
    held = Follow.objects.filter(origin=Follow.Origin.FILE, file_id=followup.pk, ended_at=None)
    held.update(until=at + FOR_EVER)
    known = set(held.values_list("user_id", flat=True))
    for member in followup.members.present().exclude(user_id__in=known).select_related("user"):
        open_follow(followup, member.user, at)


def locked(followup: Followup) -> Followup:
    """The row, locked for the transaction."""
    return Followup.objects.select_for_update().get(pk=followup.pk)


def refuse_completed(followup: Followup) -> None:
    """TransitionRefused: nothing of a completed file changes any more."""
    if not followup.is_active:
        raise TransitionRefused(
            "file_completed", "Cet accompagnement est terminé\u00a0: il ne change plus. Dupliquez-le pour continuer."
        )


def refuse_last_referent(followup: Followup, member: Member) -> None:
    """Refused: a file always has somebody in charge, whose account is open."""
    others = followup.members.present().filter(role=Member.Role.REFERENT).exclude(pk=member.pk)
    if not others.filter(user__is_active=True, user__deleted_at__isnull=True).exists():
        raise Refused("last_referent", "C’est le dernier référent de cet accompagnement. Désignez-en d’abord un autre.")


def _change_role(
    followup: Followup, member: Member, role: str, *, by: Person, at: datetime, told: bool
) -> Member:  # fmt: skip
    if member.role == role:
        return member
    if role not in Member.Role.values:
        raise InvalidInput("role_unknown", "Choisissez un rôle.", field="role")
    if member.role == Member.Role.REFERENT:
        refuse_last_referent(followup, member)
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    if told:
        record("file.member_changed", member, by=by, at=at)
    keep("file.member_changed", followup, by=by, at=at, changes={"role": [before, role], "who": [_named(member)]})
    return member


def _who(by: Person) -> dict[str, object]:
    return {"added_by": by.user_id, "added_by_name": by.name}


def _named(member: Member) -> dict[str, object]:
    return {"id": member.user_id, "email": member.user.email, "name": str(member.user), "role": member.role}
