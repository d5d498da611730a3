"""What an agent keeps of a list: views under a name, the one that opens first. Each list has its table, its right."""

from __future__ import annotations

from typing import TypeVar

from vigie.agents.models_kept_views import KeptViews
from vigie.kernel.errors import InvalidInput, Refused
from vigie.rights.person import Person
from vigie.rights.reach import require

VIEWS_AT_MOST = 20

Row = TypeVar("Row", bound=KeptViews)


def held(model: type[Row], right: str, by: Person) -> Row:
    """What the person keeps, locked until the transaction ends."""
    require(by, right)
    rows = model._default_manager
    rows.get_or_create(user_id=by.user_id or 0)
    return rows.select_for_update().get(user_id=by.user_id or 0)


def keep(kept: KeptViews, name: str, query: str, *, nothing: str) -> str:
    """Keeps what an address asks under a name; the same name replaces it, at its place. Gives the query replaced.

    nothing: what is said when the address asks nothing.
    """
    if not query:
        raise InvalidInput("nothing_to_save", nothing, field="name")
    queries = {view["name"]: view["query"] for view in kept.views}
    before = queries.get(name, "")
    queries[name] = query
    if len(queries) > VIEWS_AT_MOST:
        raise Refused("too_many_views", f"Vous gardez déjà {VIEWS_AT_MOST} vues. Supprimez-en une.")
    kept.views = [{"name": one, "query": asked} for one, asked in queries.items()]
    kept.save(update_fields=["views"])
    return before


def forget(kept: KeptViews, name: str) -> None:
    """No more such view; nothing happens when there is none of this name."""
    kept.views = [view for view in kept.views if view["name"] != name]
    kept.default_view = "" if kept.default_view == name else kept.default_view
    kept.save(update_fields=["views", "default_view"])


def open_first(kept: KeptViews, name: str) -> None:
    """The view that opens first; empty, or a name that is not a view: none of them."""
    kept.default_view = name if any(view["name"] == name for view in kept.views) else ""
    kept.save(update_fields=["default_view"])
