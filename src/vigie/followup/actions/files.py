"""Opening, changing, moving, duplicating, deleting a file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from vigie.accounts.models import User
from vigie.agents.models import Follow
from vigie.followup.actions.members import close_follows, follow_again, grace, join, locked, refuse_completed
from vigie.followup.actions.snapshots import keep, tell
from vigie.followup.models import DeletedFollowup, Followup, Member, Term, Workplace
from vigie.followup.queries.closed import running
from vigie.followup.registry import file_opened
from vigie.followup.rules import (
    REDIRECT_ACTION,
    refuse_late_reopening,
    refuse_late_restoring,
    refuse_motive,
)
from vigie.journal.actions import perform, record
from vigie.kernel.errors import InvalidInput, Refused, TransitionRefused
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.territory.queries import place_of
from vigie.watchlists.queries.sight import sight_of


class AlreadyActive(Refused):
    """The establishment has a running file; ``followup`` is it."""

    def __init__(self, followup: Followup | None) -> None:
        super().__init__("active_exists", "Un accompagnement actif existe déjà sur cet établissement.")
        self.followup = followup


@dataclass(frozen=True)
class Fields:
    """What is typed of a file. terms: those of the form, of every kind but the actions, which acts give."""

    criticality: str = Followup.Criticality.NONE
    size: Term | None = None
    terms: Collection[Term] = ()
    next_step: str = ""
    next_step_on: date | None = None


def needs_motive(person: Person, siren: str) -> bool:
    """R-06: the motive is asked when the firm is not already open to the person."""
    return not sight_of(person, siren).unlocked


def open_file(
    workplace: Workplace, fields: Fields, *, motive: str = "", comment: str = "", form_token: str,
    source: str = Followup.Source.AGENT, by: Person, at: datetime,
) -> Followup:  # fmt: skip
    """A new file, its author being its référent. The same form sent twice gives the same file.

    Raises AlreadyActive, Refused for a closed establishment, InvalidInput when a motive is wanted.
    """
    require(by, "file.open", workplace)
    if (same := _mine(form_token, by)) is not None:
        return same
    if needs_motive(by, workplace.company_id):
        refuse_motive(motive, comment, tuple(Follow.Motive.values), Follow.Motive.AUTRE)
    fresh = Followup(source=source, motive=motive, motive_comment=comment.strip())
    with transaction.atomic():
        made = _create(workplace, fields, fresh, form_token, by=by, at=at)
        file_opened(made, by=by, at=at)
    return made


def duplicate(
    followup: Followup, *, motive: str = "", comment: str = "", form_token: str, by: Person, at: datetime
) -> Followup:  # fmt: skip
    """Continues a completed file: same words, same people if still habilitated; no text of networks.

    InvalidInput when a motive is wanted, as for any file that opens a firm to its author.
    """
    require(by, "file.duplicate", followup)
    if (same := _mine(form_token, by)) is not None:
        return same
    if followup.is_active:
        raise TransitionRefused("not_completed", "Seul un accompagnement terminé se duplique.")
    if needs_motive(by, followup.siren):
        refuse_motive(motive, comment, tuple(Follow.Motive.values), Follow.Motive.AUTRE)
    terms = list(followup.terms.filter(archived_at=None))
    fields = Fields(followup.criticality, followup.size, terms)
    fresh = Followup(
        source=Followup.Source.DUPLICATE, copied_from=followup, motive=motive, motive_comment=comment.strip()
    )
    with transaction.atomic():
        made = _create(followup.workplace, fields, fresh, form_token, by=by, at=at)
        for member in followup.members.present().exclude(user_id=by.user_id).select_related("user"):
            try:
                with transaction.atomic():
                    added = join(made, member.user, member.role, by=by, at=at)
            except InvalidInput:
                continue  # no longer habilitated: the new file does without him
            record("file.member_added", added, by=by, at=at)
        keep("file.opened", made, by=by, at=at)
    return made


@transaction.atomic
def change_file(followup: Followup, fields: Fields, *, version: int, by: Person, at: datetime) -> Followup:
    """Writes the fields of a file. TransitionRefused when somebody changed it since the form was opened."""
    row = locked(followup)
    require(by, "file.edit", row)
    refuse_completed(row)
    if row.version != version:
        raise TransitionRefused(
            "changed_meanwhile",
            "Un collègue a modifié cet accompagnement pendant votre saisie\u00a0: rien n’est écrasé. Comparez avec la "
            "fiche, puis enregistrez de nouveau.",
        )
    changes: dict[str, Any] = {}
    for name in ("criticality", "size", "next_step", "next_step_on"):
        before, after = getattr(row, name), getattr(fields, name)
        if before != after:
            changes[name] = [str(before or ""), str(after or "")]
            setattr(row, name, after)
    if "criticality" in changes:
        row.modified_at = at
    changes |= write_terms(row, fields.terms)
    if not changes:
        return row
    row.version += 1
    row.save()
    tell("file.changed", row, by=by, at=at, changes=changes)
    return row


@transaction.atomic
def move_file(followup: Followup, transition: str, *, reason: str = "", by: Person, at: datetime) -> Followup:
    """One step of the life of a file; what it opens follows. ``reason``: of a reopening."""
    if transition == "reopen":
        row = locked(followup)
        require(by, "file.manage_state", row)
        refuse_late_reopening(row.ended_at, at)
        _refuse_second(row.workplace)
    changes = {"reopened_reason": reason.strip()} if transition == "reopen" else {}
    moved: Followup = perform(followup, transition, by=by, at=at, changes=changes)
    if transition == "complete":
        grace(moved, at)
    elif transition == "reopen":
        follow_again(moved, at)
    step = Followup.LIFECYCLE.by_name[transition]
    keep(step.event, moved, by=by, at=at, changes={"state": moved.state})
    return moved


@transaction.atomic
def delete_file(followup: Followup, reason: str, *, by: Person, at: datetime) -> None:
    """Takes the file away for all; thirty days to take it back. The firm is no longer open through it."""
    row = locked(followup)
    require(by, "file.delete", row)
    if not reason.strip():
        raise InvalidInput("reason_missing", "Dites pourquoi vous supprimez cet accompagnement.", field="note")
    row.deleted_at, row.deleted_by_id, row.deleted_reason = at, by.user_id, reason.strip()
    row.save(update_fields=["deleted_at", "deleted_by", "deleted_reason"])
    close_follows(row, at)
    tell("file.deleted", row, by=by, at=at)


@transaction.atomic
def restore_file(followup: DeletedFollowup, *, by: Person, at: datetime) -> Followup:
    """Takes back a file deleted less than thirty days ago."""
    row = DeletedFollowup.objects.select_for_update().get(pk=followup.pk)
    require(by, "file.restore", row)
    refuse_late_restoring(row.deleted_at, at)
    if row.is_active:
        _refuse_second(row.workplace)
    whole = Followup.objects.get(pk=row.pk)
    whole.deleted_at, whole.deleted_by, whole.deleted_reason = None, None, ""
    whole.save(update_fields=["deleted_at", "deleted_by", "deleted_reason"])
    follow_again(whole, at)
    if not whole.is_active:
        grace(whole, at)
    tell("file.restored", whole, by=by, at=at)
    return whole


def _create(
    workplace: Workplace, fields: Fields, fresh: Followup, form_token: str, *, by: Person, at: datetime
) -> Followup:  # fmt: skip
    if not workplace.is_active and not running(at).filter(workplace=workplace).exists():
        raise Refused(
            "establishment_closed",
            "Cet établissement est fermé\u00a0: aucun accompagnement ne peut y être ouvert, "
            "sauf si un administrateur de la détection le permet.",
        )
    place = place_of(workplace.commune_code)
    fresh.workplace, fresh.siren = workplace, workplace.company_id
    fresh.departement = place.departement if place else ""
    fresh.region = place.region if place else ""
    fresh.criticality, fresh.size = fields.criticality, fields.size
    fresh.next_step, fresh.next_step_on = fields.next_step, fields.next_step_on
    fresh.creator_id, fresh.form_token = by.user_id or 0, form_token
    fresh.started_on, fresh.created_at, fresh.modified_at = paris_day(at), at, at
    try:
        with transaction.atomic():
            _refuse_second(workplace)
            fresh.save(force_insert=True)
            write_terms(fresh, fields.terms, actions=True)
            join(fresh, User.objects.get(pk=by.user_id), Member.Role.REFERENT, by=by, at=at)
            tell("file.opened", fresh, by=by, at=at)
    except IntegrityError as error:  # somebody, or the same form, was quicker
        if (same := _mine(form_token, by)) is not None:
            return same
        raise AlreadyActive(_running(workplace)) from error
    return fresh


def _mine(form_token: str, by: Person) -> Followup | None:
    return Followup.objects.filter(form_token=form_token, creator_id=by.user_id).first()


def _running(workplace: Workplace) -> Followup | None:
    return Followup.objects.active().filter(workplace=workplace).first()


def _refuse_second(workplace: Workplace) -> None:
    if (running := _running(workplace)) is not None:
        raise AlreadyActive(running)


def write_terms(followup: Followup, terms: Collection[Term], *, actions: bool = False) -> dict[str, Any]:
    """Writes the words of a file; gives what was added and removed.

    Actions are left as they are: acts give them. Any redirect brings the action that says so, none takes it away.
    Archived words that the form no longer offers stay.
    """
    before = {term.pk: term for term in followup.terms.all()} if not followup._state.adding else {}
    kept = {pk: term for pk, term in before.items() if term.kind == Term.Kind.ACTION or term.archived_at}
    after = kept | {term.pk: term for term in terms if actions or term.kind != Term.Kind.ACTION}
    redirect = Term.objects.filter(kind=Term.Kind.ACTION, code=REDIRECT_ACTION).first()
    if redirect is not None:
        if any(term.kind == Term.Kind.REDIRECT for term in after.values()):
            after[redirect.pk] = redirect
        else:
            after.pop(redirect.pk, None)
    if before.keys() == after.keys():
        return {}
    followup.terms.set(after.values())
    return {
        "added": sorted(term.code for pk, term in after.items() if pk not in before),
        "removed": sorted(term.code for pk, term in before.items() if pk not in after),
    }
