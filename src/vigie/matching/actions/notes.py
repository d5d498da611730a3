"""The notes that the team writes to itself, about a request, a need or an expert."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from vigie.directory.models import Expert
from vigie.journal.actions import record
from vigie.kernel.errors import Forbidden, InvalidInput
from vigie.kernel.text import clean_text
from vigie.matching.models import Need, Note, Solicitation
from vigie.rights.person import Person
from vigie.rights.reach import require

LONGEST = 3000


def write_note(about: Solicitation | Need | Expert, body: str, *, form_token: str, by: Person, at: datetime) -> Note:
    """Writes a note; the same form sent twice gives the first one."""
    require(by, "note.write")
    assert by.user_id is not None  # only accounts may write
    body = clean_text(body)
    if not body:
        raise InvalidInput("note_empty", "Écrivez votre note avant de l’enregistrer.", field="body")
    if len(body) > LONGEST:
        raise InvalidInput(
            "note_too_long", f"Votre note est trop longue\u00a0: {LONGEST} caractères au plus.", field="body"
        )
    earlier = Note.objects.filter(form_token=form_token, author_id=by.user_id).first()
    if earlier is not None:
        return earlier
    column = {Solicitation: "solicitation", Need: "need", Expert: "expert"}[type(about)]
    try:
        with transaction.atomic():
            note = Note(author_id=by.user_id, body=body, at=at, form_token=form_token)
            setattr(note, column, about)
            note.save()
            record("note.written", note, by=by, at=at)
    except IntegrityError as error:  # the same form, sent twice at the same moment
        same = Note.objects.filter(form_token=form_token, author_id=by.user_id).first()
        if same is None:
            raise InvalidInput(
                "form_token", "Cette page a expiré. Rechargez-la, puis envoyez de nouveau.", field="body"
            ) from error
        return same
    return note


@transaction.atomic
def delete_note(note: Note, *, by: Person, at: datetime) -> Note:
    """Its author takes a note back; pressed twice, it is gone all the same."""
    require(by, "note.write")
    row = Note.objects.select_for_update().get(pk=note.pk)
    if row.author_id != by.user_id:
        raise Forbidden("not_the_author", "Seule la personne qui a écrit cette note peut la retirer.")
    if row.deleted_at is None:
        row.deleted_at, row.body = at, ""
        row.save(update_fields=["deleted_at", "body"])
        record("note.deleted", row, by=by, at=at)
    return row
