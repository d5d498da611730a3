"""What an agent chooses for his mails."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from vigie.agents.models import MailChoice
from vigie.kernel.errors import InvalidInput
from vigie.rights.person import Person


def choose_mails(rhythm: str, kinds: Mapping[str, str] | None = None, *, by: Person) -> None:
    """Keeps how the person wants to be told what happens without him. InvalidInput for a rhythm unknown.

    kinds: code of a kind of news → its own rhythm; the others are left as they were.
    """
    for field, one in {"rhythm": rhythm, **(kinds or {})}.items():
        if one not in MailChoice.Rhythm.values:
            raise InvalidInput("rhythm_unknown", "Choisissez un rythme.", field=field)
    with transaction.atomic():
        row, _new = MailChoice.objects.select_for_update().get_or_create(user_id=by.user_id or 0)
        row.rhythm, row.kinds = rhythm, row.kinds | dict(kinds or {})
        row.save(update_fields=["rhythm", "kinds"])
