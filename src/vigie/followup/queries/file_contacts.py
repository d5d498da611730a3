"""The people of the firm, in the file that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from vigie.followup.models import FirmContact
from vigie.followup.queries.file_acts import May
from vigie.ui.components import ActButton, Fact


@dataclass(frozen=True)
class ContactView:
    """Somebody of the firm."""

    name: str
    facts: tuple[Fact, ...]
    archived: bool
    edit: str
    buttons: tuple[ActButton, ...]


def contacts_of(row: Any, may: May) -> tuple[ContactView, ...]:
    writes = may.edit_contacts and row.is_active
    return tuple(_contact(row, contact, writes) for contact in FirmContact.objects.filter(followup=row))


def _contact(row: Any, contact: FirmContact, writes: bool) -> ContactView:
    here = reverse("followup:contact", args=[row.pk, contact.pk])
    archive = ActButton("Archiver", here, "archive", "tertiary", about=str(contact))
    writes = writes and contact.archived_at is None
    facts = (
        Fact("Fonction", contact.get_function_display()),
        Fact("Téléphone", contact.phone, phone=contact.phone),
        Fact("Mobile", contact.mobile, phone=contact.mobile),
        Fact("Courriel", contact.email, href=f"mailto:{contact.email}" if contact.email else ""),
        Fact("Notes", contact.notes, missing="aucune"),
    )
    return ContactView(
        str(contact), facts, contact.archived_at is not None, here if writes else "", (archive,) if writes else ()
    )
