"""What an agent keeps of the lists of accompagnements: named views, the one that opens first."""

from __future__ import annotations

from django.db import transaction

from vigie.followup.models import FileViews
from vigie.kernel.errors import InvalidInput, Refused
from vigie.rights.person import Person
from vigie.rights.reach import require

VIEWS_AT_MOST = 20


@transaction.atomic
def save_view(name: str, query: str, *, by: Person) -> None:
    """Keeps what an address asks under a name; the same name replaces it."""
    if not query:
        raise InvalidInput("nothing_to_save", "Choisissez d’abord un filtre, un tri ou une forme.", field="name")
    kept = _held(by)
    names = [view["name"] for view in kept.views]
    if name not in names and len(names) >= VIEWS_AT_MOST:
        raise Refused("too_many_views", f"Vous gardez déjà {VIEWS_AT_MOST} vues. Supprimez-en une.")
    view = {"name": name, "query": query}
    kept.views = [view if one["name"] == name else one for one in kept.views] + ([view] if name not in names else [])
    kept.save(update_fields=["views"])


@transaction.atomic
def delete_view(name: str, *, by: Person) -> None:
    """Forgets a view; nothing happens when there is none of this name."""
    kept = _held(by)
    kept.views = [view for view in kept.views if view["name"] != name]
    kept.default_view = "" if kept.default_view == name else kept.default_view
    kept.save(update_fields=["views", "default_view"])


@transaction.atomic
def choose_default_view(name: str, *, by: Person) -> None:
    """The view that opens first; empty, or a name that is not a view: one's own accompagnements."""
    kept = _held(by)
    kept.default_view = name if any(view["name"] == name for view in kept.views) else ""
    kept.save(update_fields=["default_view"])


def _held(by: Person) -> FileViews:
    require(by, "file.list")
    FileViews.objects.get_or_create(user_id=by.user_id or 0)
    return FileViews.objects.select_for_update().get(user_id=by.user_id or 0)
