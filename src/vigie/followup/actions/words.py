"""Adding, renaming, ordering, withdrawing a word that files offer. Nothing is ever deleted: old files keep theirs.

Two words become one in ``words_merging``. Every act leaves what was before and after, as the other reference data do.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from vigie.agents.models import ReferenceChange
from vigie.followup.actions.terms import code_of
from vigie.followup.models import Term
from vigie.followup.rules import REDIRECT_ACTION
from vigie.journal import audit
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput, Refused, TransitionRefused
from vigie.kernel.text import fold
from vigie.rights.person import Person
from vigie.rights.reach import require

RIGHT = "word.edit"
ACTS = ReferenceChange.Act
KIND = ReferenceChange.Kind.TERM
EVENTS = {
    ACTS.CREATED: "reference.created", ACTS.CHANGED: "reference.changed", ACTS.WITHDRAWN: "reference.withdrawn",
    ACTS.RESTORED: "reference.restored", ACTS.MERGED: "reference.merged",
}  # fmt: skip
CODE_LENGTH = 80


def create(kind: str, label: str, *, form_token: str, by: Person, at: datetime) -> Term:
    """Adds a word, the last of its list; the same form sent twice adds one."""
    require(by, RIGHT)
    try:
        return _made(form_token, by) or _create(kind, label, form_token, by, at)
    except IntegrityError:  # the same form, or the same word from a colleague, at the same moment
        made = _made(form_token, by)
        if made is None:
            raise InvalidInput("name_taken", "Un collègue vient d’ajouter ce mot.", field="label") from None
        return made


def _made(form_token: str, by: Person) -> Term | None:
    made = ReferenceChange.objects.filter(form_token=form_token, kind=KIND, author_id=by.user_id).first()
    return Term.objects.get(pk=made.object_id) if made is not None else None


@transaction.atomic
def _create(kind: str, label: str, form_token: str, by: Person, at: datetime) -> Term:
    _refuse_label(kind, label, None)
    last = in_service(kind).count() + 1
    row = Term.objects.create(kind=kind, code=_free_code(kind, label), label=label, position=last)
    _renumber(kind, row, last)
    write(row, ACTS.CREATED, {}, {"label": label, "position": last}, by=by, at=at, form_token=form_token)
    return row


@transaction.atomic
def change(pk: int, label: str, rank: int, *, version: int, by: Person, at: datetime) -> Term:
    """Renames it, or gives it another place in its list. TransitionRefused when somebody was quicker."""
    require(by, RIGHT)
    row = locked(pk)
    before = {"label": row.label, "position": rank_of(row)}
    after = {"label": label, "position": min(rank, in_service(row.kind).count())}
    if before == after:
        return row
    if row.archived_at is not None:
        raise TransitionRefused("reference_withdrawn", "Remettez d’abord ce mot en service.")
    if row.version != version:
        raise TransitionRefused(
            "reference_moved",
            "Un collègue a changé ce mot pendant que vous écriviez. Rien n’a été enregistré\u00a0: comparez avec les "
            "valeurs actuelles, puis enregistrez de nouveau.",
        )
    _refuse_label(row.kind, label, row)
    row.label = label
    row.version += 1
    row.save(update_fields=["label", "version"])
    _renumber(row.kind, row, after["position"])
    write(row, ACTS.CHANGED, before, after, by=by, at=at)
    return row


@transaction.atomic
def withdraw(pk: int, *, by: Person, at: datetime) -> Term:
    """It is no longer offered; the files that carry it keep it."""
    require(by, RIGHT)
    row = locked(pk)
    if row.archived_at is not None:
        return row
    refuse_needed(row)
    row.archived_at = at
    row.version += 1
    row.save(update_fields=["archived_at", "version"])
    write(row, ACTS.WITHDRAWN, {}, {}, by=by, at=at)
    return row


@transaction.atomic
def restore(pk: int, *, by: Person, at: datetime) -> Term:
    """It is offered again, last of its list."""
    require(by, RIGHT)
    row = locked(pk)
    if row.archived_at is None:
        return row
    if row.merged_into_id is not None:
        raise Refused("word_merged", "Ce mot a été réuni à un autre\u00a0: il ne se remet pas en service.")
    _refuse_label(row.kind, row.label, row)
    row.archived_at = None
    row.version += 1
    row.save(update_fields=["archived_at", "version"])
    _renumber(row.kind, row, in_service(row.kind).count())
    write(row, ACTS.RESTORED, {}, {}, by=by, at=at)
    return row


# --- shared with the merging ------------------------------------------------------------------------------------------
def in_service(kind: str) -> Any:
    return Term.objects.filter(kind=kind, archived_at=None)


def locked(pk: int) -> Term:
    return Term.objects.select_for_update().get(pk=pk)


def rank_of(row: Term) -> int:
    """Its place among the words of its list that are in service, from 1; 0 for one that is not. 1 query."""
    keys = list(in_service(row.kind).values_list("pk", flat=True))
    return keys.index(row.pk) + 1 if row.pk in keys else 0


def refuse_needed(row: Term) -> None:
    if row.kind == Term.Kind.ACTION and row.code == REDIRECT_ACTION:
        raise Refused(
            "reference_needed",
            "Le service pose et retire lui-même cette action, avec les réorientations\u00a0: elle ne se retire ni ne "
            "se réunit.",
        )


def write(
    row: Term, act: str, before: dict[str, Any], after: dict[str, Any], *, by: Person, at: datetime,
    form_token: str = "", effects: dict[str, int] | None = None,
) -> None:  # fmt: skip
    """The history, the journal and the audit of one act; only what changed is kept."""
    moved = sorted(name for name in after if before.get(name) != after[name])
    written = ReferenceChange.objects.create(
        kind=KIND, object_id=row.pk, act=act, version=row.version, effects=effects or {}, author_id=by.user_id or 0,
        at=at, before={name: before[name] for name in moved if name in before},
        after={name: after[name] for name in moved}, form_token=form_token,
    )  # fmt: skip
    payload = {"kind": KIND.value, "list": row.kind, "id": row.pk, "version": row.version, "fields": moved}
    payload |= effects or {}
    record(EVENTS[ACTS(act)], written, by=by, at=at, payload=payload)
    details = {**payload, "act": str(act), "word": row.label, "before": written.before, "after": written.after}
    audit.note("admin_reference", Term._meta.label, str(row.pk), by=by, at=at, details=details)


def _renumber(kind: str, row: Term, rank: int) -> None:
    """Puts the word at its place and numbers its list again; only the rows that move are written."""
    others = list(in_service(kind).exclude(pk=row.pk))
    others.insert(max(rank, 1) - 1, row)
    moved = [word for place, word in enumerate(others, start=1) if word.position != place]
    for place, word in enumerate(others, start=1):
        word.position = place
    Term.objects.bulk_update(moved, ["position"])


def _refuse_label(kind: str, label: str, row: Term | None) -> None:
    if not fold(label):
        raise InvalidInput("name_empty", "Écrivez un mot, avec des lettres ou des chiffres.", field="label")
    others = Term.objects.filter(kind=kind, merged_into=None).exclude(pk=row.pk if row else 0)
    for other, archived in others.values_list("label", "archived_at"):
        if fold(other) == fold(label):
            words = "Ce mot existe, hors service\u00a0: remettez-le en service." if archived else "Ce mot existe déjà."
            raise InvalidInput("name_taken", words, field="label")


def _free_code(kind: str, label: str) -> str:
    """The code that the label makes, numbered when an older word bears it."""
    base = code_of(label) or "mot"
    taken = set(Term.objects.filter(kind=kind, code__startswith=base[: CODE_LENGTH - 4]).values_list("code", flat=True))
    tries = (base, *(f"{base[: CODE_LENGTH - 4]}-{number}" for number in range(2, 1000)))
    return next(code for code in tries if code not in taken)
