"""The people of the firm, in a file. Personal data: archived, then erased three years after the last file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from vigie.followup.actions.members import locked, refuse_completed
from vigie.followup.models import FirmContact, Followup
from vigie.followup.rules import CONTACT_YEARS
from vigie.journal.actions import record
from vigie.kernel.period import paris_day, years_before
from vigie.rights.person import Person
from vigie.rights.reach import require


@transaction.atomic
def write_contact(
    followup: Followup, values: dict[str, Any], *, contact: FirmContact | None = None, form_token: str, by: Person,
    at: datetime,
) -> FirmContact:  # fmt: skip
    """Adds or corrects a contact; the same form sent twice adds one."""
    row = locked(followup)
    require(by, "file.edit_contacts", row)
    refuse_completed(row)
    if contact is None:
        same = FirmContact.objects.filter(form_token=form_token, created_by_id=by.user_id).first()
        if same is not None:
            return same
        contact = FirmContact(followup=row, form_token=form_token, created_by_id=by.user_id or 0, created_at=at)
    for name, value in values.items():
        setattr(contact, name, value)
    contact.save()
    record("file.contacts_changed", row, by=by, at=at, payload={"contact": contact.pk})
    return contact


@transaction.atomic
def archive_contact(followup: Followup, contact: FirmContact, *, by: Person, at: datetime) -> None:
    """The contact is no longer shown first; archived twice is once."""
    row = locked(followup)
    require(by, "file.edit_contacts", row)
    if contact.archived_at is None:
        contact.archived_at = at
        contact.save(update_fields=["archived_at"])
        record("file.contacts_changed", row, by=by, at=at, payload={"contact": contact.pk, "archived": True})


def purge_contacts(*, at: datetime) -> int:
    """Erases the contacts of establishments whose last file closed three years ago; says how many."""
    limit = years_before(paris_day(at), CONTACT_YEARS)
    recent = Followup.objects.exclude(ended_at__date__lt=limit).exclude(deleted_at__date__lt=limit)
    old = FirmContact.objects.exclude(followup__workplace__in=recent.values("workplace"))
    erased, _each = old.delete()
    return erased
