"""« Supprimés »: the files that the person may take back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from vigie.followup.models import DeletedFollowup
from vigie.followup.rules import RESTORE_DAYS
from vigie.rights.person import Person
from vigie.ui.components import ActButton
from vigie.ui.formats import day


@dataclass(frozen=True)
class Deleted:
    """A deleted file and its button."""

    firm: str
    told: str
    button: ActButton


@dataclass(frozen=True)
class DeletedPage:
    """The list; files: the latest first."""

    files: tuple[Deleted, ...]
    days: int = RESTORE_DAYS


def deleted_page(person: Person, at: datetime) -> DeletedPage:
    """1 query."""
    found = DeletedFollowup.objects.allowed(person, "file.restore").filter(
        deleted_at__gte=at - timedelta(days=RESTORE_DAYS)
    )
    rows = found.select_related("workplace__company", "deleted_by").order_by("-deleted_at")
    return DeletedPage(
        files=tuple(
            Deleted(
                firm=row.workplace.company.name,
                told=f"Supprimé le {day(row.deleted_at)} par {row.deleted_by}\u00a0: {row.deleted_reason}",
                button=ActButton(
                    "Restaurer",
                    reverse("followup:restore", args=[row.pk]),
                    style="secondary",
                    about=row.workplace.company.name,
                ),
            )
            for row in rows
            if row.deleted_at is not None
        )
    )
