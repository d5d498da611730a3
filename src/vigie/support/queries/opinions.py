"""What people think of the service, in figures for the team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, QuerySet

from vigie.support.models import ServiceOpinion
from vigie.support.rules import SCORES
from vigie.ui.components import Cell, Column, Tab, Table
from vigie.ui.formats import counted, number, percent

PERIODS = (("", "30 jours", 30), ("trimestre", "3 mois", 91), ("an", "12 mois", 365))
MOST_PAGES, MOST_TEXTS = 20, 50
ON_NO_PAGE = "Page inconnue"


@dataclass(frozen=True)
class OpinionsPage:
    """The opinions of a period: how many, their mean, their spread, by page, and the last words."""

    tabs: tuple[Tab, ...]
    summary: str
    scores: Table
    pages: Table
    texts: Table


def opinions_page(period: str, at: datetime) -> OpinionsPage:
    """4 queries."""
    days = next((days for code, _label, days in PERIODS if code == period), PERIODS[0][2])
    rows = ServiceOpinion.objects.filter(given_at__gte=at - timedelta(days=days)).order_by()
    count, mean = rows.aggregate(count=Count("pk"), mean=Avg("score")).values()
    return OpinionsPage(
        tabs=tuple(Tab(label, f"?periode={code}", current=known == days) for code, label, known in PERIODS),
        summary=f"{counted(count, 'avis reçu', 'avis reçus')}, note moyenne {number(mean, 1)} sur 5."
        if count
        else "Aucun avis n’a été donné dans cette période.",
        scores=_scores(rows, count),
        pages=_pages(rows),
        texts=_texts(rows),
    )


def _scores(rows: QuerySet[ServiceOpinion], count: int) -> Table:
    found = dict(rows.values_list("score").annotate(count=Count("pk")))
    return Table(
        caption="Notes données",
        columns=(Column("Note", header=True), Column("Avis", numeric=True), Column("Part", numeric=True)),
        rows=tuple(
            (f"{score}\u00a0: {label}", number(found.get(score, 0)), percent(found.get(score, 0) / count, 0))
            for score, label in sorted(SCORES.items(), reverse=True)
        )
        if count
        else (),
        empty="Aucune note.",
    )


def _pages(rows: QuerySet[ServiceOpinion]) -> Table:
    found = rows.values_list("page").annotate(count=Count("pk"), mean=Avg("score")).order_by("-count", "page")
    return Table(
        caption="Pages dont on parle",
        columns=(Column("Page", header=True), Column("Avis", numeric=True), Column("Note moyenne", numeric=True)),
        rows=tuple((page or ON_NO_PAGE, number(count), number(mean, 1)) for page, count, mean in found[:MOST_PAGES]),
        empty="Aucune page.",
    )


def _texts(rows: QuerySet[ServiceOpinion]) -> Table:
    found = rows.exclude(text="").order_by("-given_at", "-pk")[:MOST_TEXTS]
    return Table(
        caption="Dernières remarques",
        columns=(Column("Remarque", header=True), Column("Note", numeric=True), Column("De"), Column("Quand")),
        rows=tuple(
            (Cell(row.text, hint=row.page), number(row.score), row.body or _who(row), Cell(at=row.given_at))
            for row in found
        ),
        empty="Aucune remarque.",
    )


def _who(row: ServiceOpinion) -> str:
    return "Compte sans administration" if row.signed_in else "Public"
