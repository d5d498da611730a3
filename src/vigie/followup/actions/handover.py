"""Handing the files of a référent over: he leaves, changes territory, or is away for long."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vigie.accounts.models import User
from vigie.followup.actions.members import add_member, remove_member
from vigie.followup.models import Handover, Member
from vigie.followup.queries.lists import files_to_hand_over
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput
from vigie.rights.person import Person


@transaction.atomic
def hand_over(giver: User, taker: User, *, by: Person, at: datetime) -> int:
    """All his files go to the taker, who becomes their référent; gives how many. All of them or none.

    One mail to the taker and one to the giver, with all the files.

    InvalidInput (« who ») when he is the same person or is not habilitated.
    """
    if giver.pk == taker.pk:
        raise InvalidInput("same_person", "Choisissez quelqu’un d’autre.", field="who")
    files = list(files_to_hand_over(giver, by))
    for followup in files:
        try:
            add_member(followup, taker, Member.Role.REFERENT, by=by, at=at, told=False)
        except InvalidInput as refused:
            raise InvalidInput(refused.code, refused.message_fr, field="who") from refused
        held = followup.members.present().get(user=giver)
        remove_member(followup, held, by=by, at=at, told=False)
    if files:
        handover = Handover.objects.create(giver=giver, taker=taker, at=at)
        handover.files.set(files)
        record("file.handed_over", handover, by=by, at=at)
    return len(files)
