"""« Paniers qualité »: the experts on whom needs pile up, weighed when they are read, in one statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, When
from django.urls import reverse

from vigie.directory.models import Expert, ExpertMember
from vigie.matching.models import Match, Note
from vigie.matching.queries.following import Empty
from vigie.matching.queries.reminding import reachable
from vigie.matching.states import QUO
from vigie.rights.statements import composed_once
from vigie.ui.components import Cell, Column, Tab, Table
from vigie.ui.formats import counted
from vigie.ui.hrefs import href

PER_PAGE = 25


@dataclass(frozen=True)
class Weight:
    """What waits for an expert. old: how many for long; before: the last but one that he ever received, told only of
    those who have less than two old ones.
    """

    expert: int
    pending: int
    old: int
    newest: datetime
    oldest: datetime
    before: datetime | None


@dataclass(frozen=True)
class Basket:
    """A basket: which experts are in it."""

    code: str
    label: str
    holds: Callable[[Weight, datetime], bool]


def _many(one: Weight, at: datetime) -> bool:
    return one.old >= 2 and one.pending > settings.VIGIE.basket_many


def _medium(one: Weight, at: datetime) -> bool:
    return one.old >= 2 and settings.VIGIE.basket_medium <= one.pending <= settings.VIGIE.basket_many


def _returned(one: Weight, at: datetime) -> bool:
    known = settings.VIGIE
    left = one.newest <= at - timedelta(days=known.basket_new_days)
    alone = one.before is None or one.before <= one.newest - timedelta(days=known.basket_return_days)
    return one.old < 2 and left and alone


BASKETS = (
    Basket("beaucoup", "Plus de 5 besoins en attente", _many),
    Basket("plusieurs", "De 2 à 5 besoins en attente", _medium),
    Basket("nouveaux", "Premier besoin depuis 3 mois", _returned),
)
BASKETS_BY_CODE = {basket.code: basket for basket in BASKETS}


@dataclass(frozen=True)
class BasketsPage:
    """The baskets with their counts, and the experts of one of them."""

    tabs: tuple[Tab, ...]
    count: str
    table: Table
    empty: Empty | None
    experts: Page


def baskets_page(code: str, number: str, at: datetime) -> BasketsPage:
    """A basket. 2 queries: what every expert weighs, the names of those that are shown."""
    basket = BASKETS_BY_CODE.get(code, BASKETS[0])
    weights = weighed(at)
    held = {one.code: [weight for weight in weights if one.holds(weight, at)] for one in BASKETS}
    experts = Paginator(held[basket.code], PER_PAGE).get_page(number)
    home = reverse("matching:following_experts")
    return BasketsPage(
        tabs=tuple(
            Tab(one.label, f"{home}?{urlencode({'panier': one.code})}", len(held[one.code]), current=one is basket)
            for one in BASKETS
        ),
        count=counted(len(held[basket.code]), "expert"),
        table=Table(
            caption=f"Experts – {basket.label}",
            columns=(
                Column("Expert", header=True), Column("Besoins en attente", numeric=True),
                Column("Le plus ancien"), Column("Notes", numeric=True),
            ),
            rows=_rows(list(experts.object_list)),
            caption_hidden=True,
            keys=True,
        ),
        empty=None if held[basket.code] else Empty("Personne dans ce panier", "Les besoins trouvent leurs réponses."),
        experts=experts,
    )  # fmt: skip


def weighed(at: datetime) -> list[Weight]:
    """The reachable experts with people and something pending, those who have most first. 1 query."""
    known = settings.VIGIE
    rows = _weights(at - timedelta(days=known.abandon_days), at - timedelta(days=known.basket_old_days))
    return [Weight(*row) for row in rows]


@composed_once
def _weights(given_up: datetime, old: datetime) -> QuerySet[Match, tuple[Any, ...]]:
    received = Match.objects.filter(expert=OuterRef("expert")).order_by("-sent_at").values("sent_at")
    waiting = Match.objects.filter(
        reachable("expert__"), Exists(ExpertMember.objects.filter(expert=OuterRef("expert"))),
        state=QUO, archived_at__isnull=True, sent_at__gt=given_up,
    )  # fmt: skip
    return (
        waiting.values("expert")
        .annotate(
            pending=Count("pk"),
            old=Count("pk", filter=Q(sent_at__lte=old)),
            newest=Max("sent_at"),
            oldest=Min("sent_at"),
            before=Case(When(old__lt=2, then=Subquery(received[1:2]))),
        )
        .order_by("-pending", "oldest", "expert")
        .values_list("expert", "pending", "old", "newest", "oldest", "before")
    )


def _rows(shown: list[Weight]) -> tuple[tuple[Cell | str, ...], ...]:
    named = {pk: told for pk, *told in _named(frozenset(one.expert for one in shown))}
    rows = []
    for one in shown:
        name, antenne, short, institution, notes = named[one.expert]
        address = href("matching:following_expert", one.expert)
        team = Cell(name, href=address, hint=f"{short or institution} – {antenne}")
        rows.append((team, str(one.pending), Cell(at=one.oldest), str(notes or "")))
    return tuple(rows)


@composed_once
def _named(experts: frozenset[int]) -> QuerySet[Expert, tuple[Any, ...]]:
    notes = Note.objects.filter(expert=OuterRef("pk"), deleted_at__isnull=True).order_by().values("expert")
    rows = Expert.objects.filter(pk__in=experts).annotate(
        notes_count=Subquery(notes.annotate(count=Count("pk")).values("count"))
    )
    return rows.values_list(
        "pk", "full_name", "antenne__name", "antenne__institution__short_name", "antenne__institution__name",
        "notes_count",
    )  # fmt: skip
