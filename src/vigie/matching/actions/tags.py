"""The labels of the team: created, archived, put on requests and needs. Doing again what is done changes nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput
from vigie.kernel.text import clean_line, fold
from vigie.matching.models import Need, NeedTag, Solicitation, SolicitationTag, Tag
from vigie.rights.person import Person
from vigie.rights.reach import require

LONGEST = 60


def create_tag(label: str, *, by: Person, at: datetime) -> Tag:
    """A new label; the same word, whatever its capitals and accents, exists once."""
    require(by, "tag.edit")
    label = clean_line(label)
    if not label:
        raise InvalidInput("tag_empty", "Donnez un nom à l’étiquette.", field="label")
    if len(label) > LONGEST:
        raise InvalidInput("tag_too_long", f"Un nom d’étiquette compte {LONGEST} caractères au plus.", field="label")
    if any(fold(known) == fold(label) for known in Tag.objects.values_list("label", flat=True)):
        raise _taken()
    try:
        with transaction.atomic():
            tag = Tag.objects.create(label=label)
            record("tag.changed", tag, by=by, at=at, payload={"change": "created"})
    except IntegrityError as error:  # two people at the same moment
        raise _taken() from error
    return tag


def archive_tag(tag: Tag, *, by: Person, at: datetime) -> Tag:
    """No longer offered; what bears it keeps it."""
    return _set_archived(tag, at, by=by, at=at)


def restore_tag(tag: Tag, *, by: Person, at: datetime) -> Tag:
    """Offered again."""
    return _set_archived(tag, None, by=by, at=at)


@transaction.atomic
def _set_archived(tag: Tag, moment: datetime | None, *, by: Person, at: datetime) -> Tag:
    require(by, "tag.edit")
    row = Tag.objects.select_for_update().get(pk=tag.pk)
    if (row.archived_at is None) != (moment is None):
        row.archived_at = moment
        row.save(update_fields=["archived_at"])
        record("tag.changed", row, by=by, at=at, payload={"change": "archived" if moment else "restored"})
    return row


@transaction.atomic
def put_tag(about: Solicitation | Need, tag: Tag, *, by: Person, at: datetime) -> None:
    """Puts a label that is still offered."""
    _require(about, by)
    if tag.archived_at is not None:
        raise InvalidInput("tag_archived", "Cette étiquette est archivée\u00a0: choisissez-en une autre.", field="tag")
    defaults = {"at": at}
    if isinstance(about, Need):
        created = NeedTag.objects.get_or_create(need=about, tag=tag, defaults=defaults)[1]
    else:
        created = SolicitationTag.objects.get_or_create(solicitation=about, tag=tag, defaults=defaults)[1]
    if created:
        record(_event(about), about, by=by, at=at, payload={"tag": tag.pk, "put": True})


@transaction.atomic
def remove_tag(about: Solicitation | Need, tag: Tag, *, by: Person, at: datetime) -> None:
    """Takes a label away."""
    _require(about, by)
    lines = NeedTag.objects.filter(need=about) if isinstance(about, Need) else about.tags.all()
    if lines.filter(tag=tag).delete()[0]:
        record(_event(about), about, by=by, at=at, payload={"tag": tag.pk, "put": False})


def _require(about: Solicitation | Need, by: Person) -> None:
    require(by, "need.tag" if isinstance(about, Need) else "solicitation.triage", about)


def _event(about: Solicitation | Need) -> str:
    return "need.tags_changed" if isinstance(about, Need) else "solicitation.tags_changed"


def _taken() -> InvalidInput:
    return InvalidInput("tag_taken", "Cette étiquette existe déjà, peut-être archivée.", field="label")
