"""What an agent keeps of his lists: named views, the one that opens first, his columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count

from django.db import transaction

from vigie.accounts.models_agents import Network
from vigie.agents.actions.kept_views import forget, held, keep, open_first
from vigie.agents.models_kept_views import NAME_AT_MOST
from vigie.journal.actions import record
from vigie.kernel.errors import Forbidden, Refused
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.watchlists.models import ListSettings, SharedView

RIGHT = "list.view"


@transaction.atomic
def save_view(name: str, query: str, *, by: Person, at: datetime) -> None:
    """Keeps the filters and the sort of an address under a name; the same name replaces it, for its networks too."""
    before = keep(_settings(by), name, query, nothing="Choisissez d’abord un filtre ou un tri.")
    if before not in ("", query):
        for shared in _shared(name, by):
            record("shared_view.changed", shared, by=by, at=at, payload={"network": shared.network.code})


@transaction.atomic
def copy_view(name: str, query: str, *, by: Person, at: datetime) -> str:
    """Keeps somebody else's view among one's own; gives its name there, which no other of his views bears."""
    taken = {view["name"] for view in _settings(by).views}
    free = next(one for one in _names_like(name) if one not in taken)
    save_view(free, query, by=by, at=at)
    return free


@transaction.atomic
def share_view(name: str, network: Network, *, by: Person, at: datetime) -> None:
    """Lets a network of the person use one of his views, as it is and as it will be. Twice is once."""
    require(by, "list.share")
    if network.code not in by.networks or not network.is_active:
        raise Forbidden("not_of_this_network", "Vous n’êtes pas de ce réseau.")
    if all(view["name"] != name for view in _settings(by).views):
        raise Refused("view_gone", "Cette vue n’existe plus\u00a0: rien n’a été partagé.")
    shared, new = SharedView.objects.get_or_create(
        author_id=by.user_id or 0, network=network, name=name, defaults={"shared_at": at}
    )
    if new:
        record("shared_view.shared", shared, by=by, at=at, payload={"network": network.code})


@transaction.atomic
def take_view_back(name: str, network: str, *, by: Person, at: datetime) -> None:
    """The network no longer has the view, even when the person has left it; nothing happens when it had not."""
    require(by, "list.share")
    _settings(by)
    _unshare([one for one in _shared(name, by) if one.network.code == network], by, at)


@transaction.atomic
def delete_view(name: str, *, by: Person, at: datetime) -> None:
    """Forgets a view, for the networks that had it too; nothing happens when there is none of this name."""
    kept = _settings(by)
    _unshare(_shared(name, by), by, at)
    forget(kept, name)


@transaction.atomic
def choose_default_view(name: str, *, by: Person) -> None:
    """The view that opens first; empty, or a name that is not a view: the whole list."""
    open_first(_settings(by), name)


@transaction.atomic
def choose_columns(codes: list[str], *, by: Person) -> None:
    """The columns of the agent's lists, by code; none: the usual ones."""
    kept = _settings(by)
    kept.columns = codes
    kept.save(update_fields=["columns"])


def _shared(name: str, by: Person) -> list[SharedView]:
    rows = SharedView.objects.allowed(by, "shared_view.take_back").filter(name=name)
    return list(rows.select_related("network"))


def _unshare(rows: list[SharedView], by: Person, at: datetime) -> None:
    for shared in rows:
        record("shared_view.taken_back", shared, by=by, at=at, payload={"network": shared.network.code})
        shared.delete()


def _names_like(name: str) -> Iterator[str]:
    """The name, then « name (2) », « name (3) »…, none longer than a name may be."""
    yield name
    for rank in count(2):
        after = f" ({rank})"
        yield f"{name[: NAME_AT_MOST - len(after)]}{after}"


def _settings(by: Person) -> ListSettings:
    return held(ListSettings, RIGHT, by)
