"""The views that agents share with their networks, as each reader may use them.

A reader is offered what he may filter on, in his territory: the rest of a view is left out of his link, and he is told
so. A view of which nothing that narrows would stay is not offered at all (L-05): the whole list is not that view.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from vigie.accounts.models_agents import Network
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.rights.statements import composed_once
from vigie.ui.components import ActButton
from vigie.watchlists.models import ListSettings, SharedView
from vigie.watchlists.queries.filters import Choices
from vigie.watchlists.queries.lists import SORT


@dataclass(frozen=True)
class Usable:
    """What a reader may use of a view. partial: a criterion of its author was left out."""

    query: str
    partial: bool


@dataclass(frozen=True)
class OfferedView:
    """A view of somebody else, as this reader may use it."""

    label: str
    author: str
    about: str
    href: str
    acts: tuple[ActButton, ...]


@dataclass(frozen=True)
class Sharing:
    """What is shared around an agent. acts: name of one of his views → what he may do to share it."""

    offered: tuple[OfferedView, ...] = ()
    acts: Mapping[str, tuple[ActButton, ...]] | None = None

    def acts_on(self, name: str) -> tuple[ActButton, ...]:
        return (self.acts or {}).get(name, ())


def usable(query: str, names: Iterable[str], choices: Choices) -> Usable | None:
    """What a reader may use of the query of a view; None when nothing that narrows would stay. Pure.

    names: the parameters of the filters.
    """
    places = {"departement": dict(choices.departements), "region": dict(choices.regions)}
    known = {*names, SORT}
    asked = parse_qsl(query)
    kept = [
        (name, value)
        for name, value in asked
        if name in known and choices.usable(name, value) and value in places.get(name, (value,))
    ]
    if not any(name != SORT for name, _value in kept) and any(name != SORT for name, _value in asked):
        return None
    return Usable(urlencode(kept), partial=len(kept) < len(asked)) if kept else None


def sharing_of(person: Person, own: Iterable[str], names: Iterable[str], choices: Choices) -> Sharing:
    """The views offered to this reader by others, and how he shares his. own: their names. 3 queries at most."""
    if not may(person, "list.share"):
        return Sharing()
    offered = tuple(_offered(person, tuple(names), choices))
    own = tuple(own)
    if not own:
        return Sharing(offered)
    mine = SharedView.objects.allowed(person, "shared_view.take_back").select_related("network")
    shared = {(row.name, row.network.code): row.network for row in mine}
    networks = {row.code: row for row in Network.objects.filter(code__in=sorted(person.networks), is_active=True)}
    acts = {}
    for name in own:
        already = [network for (of_name, _code), network in shared.items() if of_name == name]
        others = [network for code, network in networks.items() if (name, code) not in shared]
        acts[name] = (
            *(_act("unshare", f"Ne plus partager avec {network}", name, network) for network in already),
            *(_act("share", f"Partager avec {network}", name, network) for network in others),
        )
    return Sharing(offered, acts)


def network_of(person: Person, code: str) -> Network:
    """An active network of the person; else 404, exactly as for a network that does not exist."""
    found = Network.objects.filter(code=code, code__in=sorted(person.networks), is_active=True).first()
    if found is None:
        raise Http404
    return found


def query_to_copy(person: Person, pk: int, names: Iterable[str], choices: Choices) -> tuple[str, str]:
    """(name, query) of a view that the person may use; 404 for the others, as for one that does not exist."""
    for row, query in _readable(person, pk=pk):
        found = usable(query, names, choices)
        if found is not None:
            return row.name, found.query
    raise Http404


def _offered(person: Person, names: tuple[str, ...], choices: Choices) -> Iterable[OfferedView]:
    for row, query in _readable(person):
        found = usable(query, names, choices)
        if found is None:
            continue
        left_out = ", sans les critères que vous ne pouvez pas utiliser" if found.partial else ""
        action = reverse("watchlists:list_settings", query={"partage": row.pk})
        yield OfferedView(
            row.name,
            str(row.author),
            f"réseau {row.network}{left_out}",
            f"{reverse('watchlists:list')}?{found.query}",
            (ActButton("Copier dans mes vues", action, "copy", style="tertiary", about=row.name),),
        )


@composed_once
def _shared(person: Person, pk: int | None) -> QuerySet[SharedView]:
    rows = SharedView.objects.allowed(person, "shared_view.use").exclude(author_id=person.user_id or 0)
    rows = rows if pk is None else rows.filter(pk=pk)
    return rows.select_related("network", "author__list_settings").order_by("name", "network__position", "pk")


def _readable(person: Person, pk: int | None = None) -> Iterable[tuple[SharedView, str]]:
    """The views of others, each with what its author keeps in it now. 1 query, none for who is of no network."""
    if not person.networks:
        return
    seen = set()
    for row in _shared(person, pk):
        kept: ListSettings | None = getattr(row.author, "list_settings", None)
        query = next((view["query"] for view in (kept.views if kept else ()) if view["name"] == row.name), None)
        if query is not None and (row.author_id, row.name) not in seen:  # shared with two networks: once
            seen.add((row.author_id, row.name))
            yield row, query


def _act(name: str, label: str, view: str, network: Network) -> ActButton:
    action = reverse("watchlists:list_settings", query={"vue": view, "reseau": network.code})
    return ActButton(label, action, name, style="tertiary", about=view)
