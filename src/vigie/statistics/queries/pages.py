"""How the pages answer: how many times, how fast, with how many faults."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Sum
from django.urls import URLResolver, get_resolver

from vigie.kernel.period import paris_day
from vigie.statistics.measuring import BEYOND, BOUNDS_MS, NO_PAGE, Measured, measured
from vigie.statistics.models import PageCount
from vigie.ui.components import Cell, Column, Tab, Table
from vigie.ui.formats import counted, number, percent

PERIODS = (("", "7 jours", 7), ("mois", "30 jours", 30), ("trimestre", "90 jours", 90))
MOST, SHOWN = 200, 20  # pages told, and shown before the others are asked for
_VALUE = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class PagesPage:
    """The answers of a period, the pages most asked for first. others: those asked for less, folded."""

    tabs: tuple[Tab, ...]
    summary: str
    table: Table
    others: Table | None


def pages_page(period: str, at: datetime) -> PagesPage:
    """1 query."""
    days = next((days for code, _label, days in PERIODS if code == period), PERIODS[0][2])
    rows = PageCount.objects.filter(day__gt=paris_day(at) - timedelta(days=days)).order_by()
    held: dict[tuple[str, str], Counter[tuple[int, int]]] = defaultdict(Counter)
    whole: Counter[tuple[int, int]] = Counter()
    columns = "page", "method", "status", "bound_ms"
    for page, method, status, bound, count in rows.values_list(*columns).annotate(total=Sum("count")):
        held[page, method][status, bound] += count
        whole[status, bound] += count
    found = sorted(((measured(one), key) for key, one in held.items()), key=lambda pair: (-pair[0].answers, pair[1]))
    lines = tuple(_line(one, *key) for one, key in found[:MOST])
    return PagesPage(
        tabs=tuple(Tab(label, f"?periode={code}", current=known == days) for code, label, known in PERIODS),
        summary=_summary(measured(whole)) if whole else "Aucune réponse n’a encore été comptée.",
        table=_table("Pages les plus demandées", lines[:SHOWN]),
        others=_table("Les autres pages", lines[SHOWN:], hidden=True) if lines[SHOWN:] else None,
    )


def _table(caption: str, lines: tuple[tuple[Cell | str, ...], ...], *, hidden: bool = False) -> Table:
    return Table(
        caption=caption,
        columns=(
            Column("Page", header=True), Column("Réponses", numeric=True), Column("Une sur deux", numeric=True),
            Column("19 sur 20", numeric=True), Column("Refus (4xx)", numeric=True),
            Column("Erreurs (5xx)", numeric=True),
        ),
        rows=lines,
        empty="Aucune page.",
        caption_hidden=hidden,
    )  # fmt: skip


def _summary(one: Measured) -> str:
    return (
        f"{counted(one.answers, 'réponse')}\u00a0: 19 sur 20 {_bound(one.most_ms)}, "
        f"{percent(one.failed / one.answers, 2)} d’erreurs."
    )


def _line(one: Measured, page: str, method: str) -> tuple[Cell | str, ...]:
    return (
        Cell("adresse inconnue" if page == NO_PAGE else _addresses().get(page, page), hint=method),
        number(one.answers),
        _bound(one.half_ms),
        _bound(one.most_ms),
        percent(one.refused / one.answers, 1),
        percent(one.failed / one.answers, 2),
    )


def _bound(milliseconds: int) -> str:
    if milliseconds == BEYOND:
        return f"en plus de {number(BOUNDS_MS[-1])}\u00a0ms"
    return f"en moins de {number(milliseconds)}\u00a0ms"


@cache
def _addresses() -> dict[str, str]:
    """Name of a page → its address, each value in it an ellipsis: « /equipe/suivi/besoins/…/ »."""
    found: dict[str, str] = {}
    pages: list[tuple[str, str, Any]] = [("", "/", one) for one in get_resolver().url_patterns]
    for space, above, one in pages:  # grows while it is read
        address = above + str(one.pattern).lstrip("^")
        if isinstance(one, URLResolver):
            inside = f"{space}{one.namespace}:" if one.namespace else space
            pages += [(inside, address, below) for below in one.url_patterns]
        elif one.name:
            found.setdefault(f"{space}{one.name}", _VALUE.sub("…", address))
    return found
