"""What surrounds a list: the views and columns that its reader keeps, what he may ask, the page of a withdrawn one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.db.models import QuerySet
from django.urls import reverse

from vigie.agents.queries.kept_views import KeptView, acts_on, first_href
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.ui.formats import day
from vigie.watchlists.models import ListSettings, Publication
from vigie.watchlists.queries.columns import ListColumn, chosen, columns_for
from vigie.watchlists.queries.filters import Choices, choices_for
from vigie.watchlists.queries.lists import SORT, WHOLE
from vigie.watchlists.queries.shared_views import OfferedView, Sharing, sharing_of
from vigie.watchlists.queries.sight import sight_in_list
from vigie.watchlists.queries.words import of_month
from vigie.watchlists.rules_sight import Sight


@dataclass(frozen=True)
class Desk:
    """How this agent reads lists. offered: the columns he may have; columns: those he keeps."""

    sight: Sight
    choices: Choices
    offered: tuple[ListColumn, ...]
    columns: tuple[ListColumn, ...]
    views: tuple[KeptView, ...]
    shared: tuple[OfferedView, ...] = ()

    @property
    def first_href(self) -> str:
        """The address of the view that opens first; empty when there is none."""
        return first_href(self.views)


@dataclass(frozen=True)
class WithdrawnPage:
    """A list that was read, and is no longer. It says when, not why."""

    title: str
    text: str


def desk_of(person: Person, names: Iterable[str]) -> Desk:
    """names: the parameters of the filters. 5 queries at most, whatever is kept and shared."""
    sight = sight_in_list(person)
    choices, offered = choices_for(person, sight), columns_for(sight)
    kept = next(iter(_kept(person.user_id or 0)), None) or ListSettings()
    sharing = sharing_of(person, [one["name"] for one in kept.views], names, choices)
    views = tuple(_view(_usable(one, choices), kept.default_view, names, sharing) for one in kept.views)
    return Desk(sight, choices, offered, chosen(offered, kept.columns), views, sharing.offered)


@composed_once
def _kept(user_id: int) -> QuerySet[ListSettings]:
    return ListSettings.objects.filter(user_id=user_id)


def kept_of(query: str, names: Iterable[str]) -> str:
    """What a view keeps of an address: filters in use and sort, never the place nor the list."""
    known = {*names, SORT}
    return urlencode([(name, value) for name, value in parse_qsl(query) if name in known])


def list_href(query: str, names: Iterable[str]) -> str:
    """The list with what a view keeps of an address; the whole of it when that is nothing."""
    return f"{reverse('watchlists:list')}?{kept_of(query, names) or urlencode({WHOLE: 'tout'})}"


def withdrawn_page(row: Publication) -> WithdrawnPage:
    """The page of a withdrawn list."""
    when = f" le {day(row.ended_at)}" if row.ended_at else ""
    return WithdrawnPage(
        f"Liste {of_month(row.batch)} retirée",
        f"Cette liste a été retirée{when}. Elle ne se lit plus\u00a0: n’utilisez pas ce que vous en avez gardé.",
    )


def _usable(one: Mapping[str, str], choices: Choices) -> dict[str, str]:
    """A view without what its reader may no longer ask."""
    kept = [(name, value) for name, value in parse_qsl(one["query"]) if choices.usable(name, value)]
    return {"name": one["name"], "query": urlencode(kept)}


def _view(one: Mapping[str, str], default: str, known: Iterable[str], sharing: Sharing) -> KeptView:
    first = one["name"] == default
    action = reverse("watchlists:list_settings", query={"vue": one["name"]})
    acts = (*acts_on(one["name"], action, first=first), *sharing.acts_on(one["name"]))
    return KeptView(one["name"], list_href(one["query"], known), first, acts)
