"""What an agent keeps of his lists: named views, the one that opens first, his columns."""

from __future__ import annotations

from django.db import transaction

from vigie.kernel.errors import InvalidInput, Refused
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.watchlists.models import ListSettings

VIEWS_AT_MOST = 20


@transaction.atomic
def save_view(name: str, query: str, *, by: Person) -> None:
    """Keeps the filters and the sort of an address under a name; the same name replaces it."""
    if not query:
        raise InvalidInput("nothing_to_save", "Choisissez d’abord un filtre ou un tri.", field="name")
    kept = _settings(by)
    others = [view for view in kept.views if view["name"] != name]
    if len(others) >= VIEWS_AT_MOST:
        raise Refused("too_many_views", f"Vous gardez déjà {VIEWS_AT_MOST} vues. Supprimez-en une.")
    kept.views = [*others, {"name": name, "query": query}]
    kept.save(update_fields=["views"])


@transaction.atomic
def delete_view(name: str, *, by: Person) -> None:
    """Forgets a view; nothing happens when there is none of this name."""
    kept = _settings(by)
    kept.views = [view for view in kept.views if view["name"] != name]
    kept.default_view = "" if kept.default_view == name else kept.default_view
    kept.save(update_fields=["views", "default_view"])


@transaction.atomic
def choose_default_view(name: str, *, by: Person) -> None:
    """The view that opens first; empty, or a name that is not a view: the whole list."""
    kept = _settings(by)
    kept.default_view = name if any(view["name"] == name for view in kept.views) else ""
    kept.save(update_fields=["default_view"])


@transaction.atomic
def choose_columns(codes: list[str], *, by: Person) -> None:
    """The columns of the agent's lists, by code; none: the usual ones."""
    kept = _settings(by)
    kept.columns = codes
    kept.save(update_fields=["columns"])


def _settings(by: Person) -> ListSettings:
    require(by, "list.view")
    ListSettings.objects.get_or_create(user_id=by.user_id or 0)
    return ListSettings.objects.select_for_update().get(user_id=by.user_id or 0)
