"""The views that an agent keeps of the lists of accompagnements, as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.db.models import QuerySet
from django.urls import reverse

from vigie.agents.queries.kept_views import KeptView, acts_on, first_href
from vigie.followup.models import FileViews
from vigie.followup.queries.lists import LIST, MINE
from vigie.rights.person import Person
from vigie.rights.statements import composed_once

SCOPE, SHAPE = "vue", "forme"


@dataclass(frozen=True)
class FileDesk:
    """All of them. address: what would be kept of the page shown."""

    views: tuple[KeptView, ...]
    address: str

    @property
    def first_href(self) -> str:
        """The address of the view that opens first; empty when there is none."""
        return first_href(self.views)


def kept_of(query: str, names: Iterable[str]) -> str:
    """What a view keeps of an address, in one order: never the page. The usual list is kept by its name too."""
    known = {*names, SCOPE, SHAPE}
    asked = {name: value for name, value in parse_qsl(query) if name in known}
    return urlencode(sorted(asked.items()))


def href_of(query: str, names: Iterable[str]) -> str:
    """The list with what a view keeps of an address, never the view that opens first in its place."""
    return f"{reverse('followup:list')}?{kept_of(query, names) or urlencode({SCOPE: MINE, SHAPE: LIST})}"


def kept_views(person: Person, query: str, names: Iterable[str]) -> FileDesk:
    """names: the parameters of the filters. What a view no longer knows is left out of its link. 1 query."""
    names = tuple(names)
    kept = next(iter(_kept(person.user_id or 0)), None) or FileViews()
    shown = kept_of(query, names)
    return FileDesk(tuple(_view(one, kept.default_view, shown, names) for one in kept.views), shown)


@composed_once
def _kept(user_id: int) -> QuerySet[FileViews]:
    return FileViews.objects.filter(user_id=user_id)


def _view(one: dict[str, str], default: str, shown: str, names: tuple[str, ...]) -> KeptView:
    name, first = one["name"], one["name"] == default
    action = reverse("followup:views", query={"nom": name})
    return KeptView(
        name, href_of(one["query"], names), first, acts_on(name, action, first=first),
        current=kept_of(one["query"], names) == shown,
    )  # fmt: skip
