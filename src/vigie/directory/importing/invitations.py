"""Inviting the people that files have entered: each receives one mail, once, when the team says so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from vigie.accounts import actions as accounts
from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.accounts.states import REQUESTED
from vigie.directory.models import DirectoryImport, ImportEntry
from vigie.directory.states import APPLIED
from vigie.journal.actions import record
from vigie.journal.jobs import enqueue
from vigie.kernel.errors import TransitionRefused
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.ui.formats import counted

INVITE_JOB = "invite_directory_import"
AT_ONCE = 100  # invitations of one run of the job: far below its time limit


def to_invite(row: DirectoryImport) -> QuerySet[User]:
    """The people whom this file entered and nobody has invited yet. 1 query."""
    entered = ImportEntry.objects.filter(
        directory_import=row, kind=ImportEntry.Kind.PERSON, verdict=ImportEntry.Verdict.CREATED
    )
    waiting = User.objects.filter(pk__in=entered.values("target_id"), invited_at__isnull=True, is_active=True)
    return waiting.order_by("pk")


def send_invitations(row: DirectoryImport, *, by: Person, at: datetime) -> int:
    """« Envoyer les N invitations »: puts them in the queue; gives N. Pressed twice, each person has one mail."""
    with transaction.atomic():
        locked = DirectoryImport.objects.select_for_update().get(pk=row.pk)
        require(by, "account.invite")
        if locked.state != APPLIED:
            raise TransitionRefused("not_applied", "Appliquez d’abord les changements de ce fichier.")
        count = to_invite(locked).count()
        if not count or locked.invitations_asked_at is not None:
            return 0
        locked.invitations_asked_at = at
        locked.save(update_fields=["invitations_asked_at"])
        record("import.invitations_asked", locked, by=by, at=at, payload={"people": count})
        enqueue(INVITE_JOB, import_id=locked.pk, user_id=by.user_id)
    return count


def invite_job(*, at: datetime, import_id: int, user_id: int) -> str:
    """Invites some of them, each in its own transaction, then asks for the next run. Can be killed and run again."""
    row = DirectoryImport.objects.get(pk=import_id)
    by = person_for(User.objects.get(pk=user_id), at)
    people = list(to_invite(row)[:AT_ONCE])
    for user in people:
        _invite(user, by, at)
    if to_invite(row).exists():
        enqueue(INVITE_JOB, import_id=import_id, user_id=user_id)
    return counted(len(people), "personne invitée", "personnes invitées")


@transaction.atomic
def _invite(user: User, by: Person, at: datetime) -> None:
    """Grants what waits, and owes the mail that tells how to sign in."""
    row = User.objects.select_for_update().get(pk=user.pk)
    if row.invited_at is not None or not row.is_active:
        return
    for habilitation in row.habilitations.filter(**{row.habilitations.model.LIFECYCLE.field: REQUESTED}):
        accounts.grant(habilitation, by=by, at=at)
    row.invited_at, row.invited_by_id = at, by.user_id
    row.save(update_fields=["invited_at", "invited_by"])
    roles = sorted(row.habilitations.order_by().values_list("role", flat=True))
    record("account.invited", row, by=by, at=at, payload={"roles": roles})
