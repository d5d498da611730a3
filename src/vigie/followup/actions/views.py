"""What an agent keeps of the lists of accompagnements: named views, the one that opens first."""

from __future__ import annotations

from django.db import transaction

from vigie.agents.actions.kept_views import forget, held, keep, open_first
from vigie.followup.models import FileViews
from vigie.rights.person import Person

RIGHT = "file.list"


@transaction.atomic
def save_view(name: str, query: str, *, by: Person) -> None:
    """Keeps what an address asks under a name; the same name replaces it."""
    kept = held(FileViews, RIGHT, by)
    keep(kept, name, query, nothing="Choisissez d’abord un filtre, un tri ou une forme.")


@transaction.atomic
def delete_view(name: str, *, by: Person) -> None:
    """Forgets a view; nothing happens when there is none of this name."""
    forget(held(FileViews, RIGHT, by), name)


@transaction.atomic
def choose_default_view(name: str, *, by: Person) -> None:
    """The view that opens first; empty, or a name that is not a view: one's own accompagnements."""
    open_first(held(FileViews, RIGHT, by), name)
