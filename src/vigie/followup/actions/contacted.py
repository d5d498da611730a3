"""What a contact of a campaign gave, written on the file of the firm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from vigie.followup.actions.members import locked
from vigie.followup.actions.snapshots import tell
from vigie.followup.models import CampaignContact, Followup
from vigie.rights.person import Person
from vigie.rights.reach import require


@dataclass(frozen=True)
class Contacted:
    """A contact as its campaign knows it. source: its number; said: what it gave, in words."""

    source: int
    author_id: int
    contacted_on: date
    channel: str
    said: str
    campaign: str


@transaction.atomic
def note_contact(followup: Followup, told: Contacted, *, by: Person, at: datetime) -> CampaignContact | None:
    """Writes it once; None on a file that ended meanwhile, which does not change any more."""
    row = locked(followup)
    require(by, "file.note_contact", row)
    same = CampaignContact.objects.filter(followup=row, source=told.source).first()
    if same is not None or not row.is_active:
        return same
    made = CampaignContact.objects.create(
        followup=row, author_id=told.author_id, contacted_on=told.contacted_on, channel=told.channel, said=told.said,
        campaign=told.campaign, source=told.source, recorded_at=at,
    )  # fmt: skip
    row.modified_at = at
    row.save(update_fields=["modified_at"])
    changes = {"contact": str(told.source), "contacted_on": told.contacted_on.isoformat(), "said": told.said}
    tell("file.contacted", row, by=by, at=at, changes=changes)
    return made
