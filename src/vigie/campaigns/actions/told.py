"""What a contact gave is written on the files of the firm: those that run, and the one that the contact leads to."""

from __future__ import annotations

from datetime import datetime, timedelta

from vigie.campaigns.models import Contact
from vigie.campaigns.rules import CARRIED_DAYS, LEADING_TO_FILE
from vigie.followup.actions.contacted import Contacted, note_contact
from vigie.followup.models import Followup
from vigie.rights.person import Person


def tell_files(contact: Contact, *, by: Person, at: datetime) -> int:
    """Writes a contact on the running files of the firm on which its author may; gives how many. 2 queries if none."""
    files = Followup.objects.allowed(by, "file.note_contact").active().filter(siren=contact.target.firm_id)
    rows = list(files.order_by("pk"))
    for row in rows:
        note_contact(row, _told(contact), by=by, at=at)
    return len(rows)


def tell_opened(followup: Followup, *, by: Person, at: datetime) -> None:
    """A file just opened holds the contacts that led to it: those of its author with this firm, not too old."""
    rows = Contact.objects.filter(
        target__firm_id=followup.siren, author_id=by.user_id or 0, outcome__in=LEADING_TO_FILE,
        recorded_at__gte=at - timedelta(days=CARRIED_DAYS),
    )  # fmt: skip
    for contact in rows.select_related("target__campaign").order_by("contacted_on", "pk"):
        note_contact(followup, _told(contact), by=by, at=at)


def _told(contact: Contact) -> Contacted:
    return Contacted(
        source=contact.pk,
        author_id=contact.author_id,
        contacted_on=contact.contacted_on,
        channel=contact.channel,
        said=contact.get_outcome_display(),
        campaign=contact.target.campaign.name,
    )
