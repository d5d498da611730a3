"""The discussion of a need, between its experts and the team."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from vigie.journal.actions import record
from vigie.kernel.errors import Forbidden, Refused
from vigie.kernel.text import clean_text
from vigie.matching.models import Need, ThreadMessage
from vigie.rights.person import Person
from vigie.rights.reach import require

LONGEST = 6000


def comment(need: Need, body: str, *, form_token: str, by: Person, at: datetime) -> ThreadMessage:
    """Writes in the discussion; the same form sent twice gives the first message."""
    require(by, "need.comment", need)
    assert by.user_id is not None  # only accounts may comment
    body = clean_text(body)
    if not body:
        raise Refused("message_empty", "Écrivez votre message avant de l’envoyer.")
    if len(body) > LONGEST:
        raise Refused("message_too_long", f"Votre message est trop long\u00a0: {LONGEST} caractères au plus.")
    earlier = ThreadMessage.objects.filter(form_token=form_token, author_id=by.user_id).first()
    if earlier is not None:
        return earlier
    try:
        with transaction.atomic():
            message = ThreadMessage.objects.create(
                need=need, author_id=by.user_id, body=body, at=at, form_token=form_token
            )
            record("need.commented", message, by=by, at=at)
    except IntegrityError as error:  # the same form, sent twice at the same moment
        same = ThreadMessage.objects.filter(form_token=form_token, author_id=by.user_id).first()
        if same is None:
            raise Refused("form_token", "Cette page a expiré. Rechargez-la, puis envoyez de nouveau.") from error
        return same
    return message


@transaction.atomic
def delete_comment(message: ThreadMessage, *, by: Person, at: datetime) -> ThreadMessage:
    """Its author takes a message back; a mail not yet gone is not sent. The journal keeps that there was one."""
    row = ThreadMessage.objects.select_for_update().get(pk=message.pk)
    if row.author_id != by.user_id:
        raise Forbidden("not_the_author", "Seule la personne qui a écrit ce message peut le retirer.")
    if row.deleted_at is None:
        row.deleted_at = at
        row.body = ""
        row.save(update_fields=["deleted_at", "body"])
        record("need.comment_deleted", row, by=by, at=at)
    return row
