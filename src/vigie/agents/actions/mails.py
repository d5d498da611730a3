"""What an agent chooses for his mails."""

from __future__ import annotations

from vigie.agents.models import MailChoice
from vigie.kernel.errors import InvalidInput
from vigie.rights.person import Person


def choose_mails(rhythm: str, *, by: Person) -> None:
    """Keeps how the person wants to be told what happens without him. InvalidInput for a rhythm unknown."""
    if rhythm not in MailChoice.Rhythm.values:
        raise InvalidInput("rhythm_unknown", "Choisissez un rythme.", field="rhythm")
    MailChoice.objects.update_or_create(user_id=by.user_id or 0, defaults={"rhythm": rhythm})
