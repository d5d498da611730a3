"""The page of figures: each with its definition, those that are lists as tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from vigie.matching.models import Match, Need
from vigie.matching.queries.figures import (
    Delays,
    HelpCount,
    answered_in_days,
    first_mail_delays,
    helps_by_level,
    helps_by_provider,
    main_figures,
)
from vigie.matching.states import MATCH, NEED_STATUSES, NOT_COMPLETE
from vigie.ui.components import Column, Table
from vigie.ui.formats import NBSP, day, number, plural

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
TARGET_SECONDS = 60


@dataclass(frozen=True)
class ShownFigure:
    """A figure as it is read. value: empty when there is nothing to count."""

    label: str
    value: str
    definition: str


@dataclass(frozen=True)
class FiguresPage:
    """The figures of a period."""

    period: str
    figures: tuple[ShownFigure, ...]
    outcomes: Table
    answers: Table
    levels: Table
    providers: Table
    delays: Table
    delays_definition: str


def figures_page(start: datetime, end: datetime, at: datetime) -> FiguresPage:
    """The figures from ``start`` to ``end``; delays are those of the last 7 and 30 days. 15 queries."""
    wait = answered_in_days(start, end)
    figures = [ShownFigure(one.label, _value(one.value, one.unit), one.definition) for one in main_figures(start, end)]
    figures.append(
        ShownFigure(
            "Délai avant la prise en charge",
            f"{number(wait, 1)}{NBSP}{plural(wait, 'jour')}" if wait is not None else "",
            "Délai médian entre la transmission d’un besoin et le premier expert qui le prend en charge, "
            "parmi les besoins transmis dans la période et pris en charge depuis.",
        )
    )
    return FiguresPage(
        period=f"Du {day(start)} au {day(end)}",
        figures=tuple(figures),
        outcomes=_outcomes(start, end),
        answers=_answers(start, end),
        levels=_helps("Aides apportées, par niveau", "Niveau", helps_by_level(start, end)),
        providers=_helps("Aides apportées, par organisme", "Organisme", helps_by_provider(start, end)),
        delays=_delays(at),
        delays_definition="Temps entre le moment où une demande peut partir (fin du délai de rappel, ou envoi par "
        "l’équipe) et le départ du premier courriel à un expert. Objectif\u00a0: 95\u00a0% des demandes en moins de "
        f"{TARGET_SECONDS}\u00a0secondes.",
    )


def _value(value: float | int | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{number(value, 0)}{NBSP}{unit}" if unit else number(value)


def _outcomes(start: datetime, end: datetime) -> Table:
    """The needs transmitted in the period, by what became of them today. 1 query."""
    needs = Need.objects.exclude(status=NOT_COMPLETE).filter(sent_at__gte=start, sent_at__lt=end)
    found = dict(needs.order_by("status").values_list("status").annotate(count=Count("pk")))
    states = [state for state in NEED_STATUSES if state.code != NOT_COMPLETE]
    return _counts(
        "Besoins transmis dans la période, selon leur état aujourd’hui",
        "État du besoin",
        [(state.label, found.get(state.code, 0)) for state in states],
    )


def _answers(start: datetime, end: datetime) -> Table:
    """The matches sent in the period, by the position of their expert. 1 query."""
    matches = Match.objects.filter(sent_at__gte=start, sent_at__lt=end)
    found = dict(matches.order_by("state").values_list("state").annotate(count=Count("pk")))
    return _counts(
        "Mises en relation de la période, selon la réponse de l’expert",
        "Réponse",
        [(state.label, found.get(state.code, 0)) for state in MATCH.states],
    )


def _helps(caption: str, head: str, helps: tuple[HelpCount, ...]) -> Table:
    return _counts(caption, head, [(one.label, one.count) for one in helps])


def _counts(caption: str, head: str, lines: list[tuple[str, int]]) -> Table:
    return Table(
        caption=caption,
        columns=(Column(head, header=True), Column("Nombre", numeric=True)),
        rows=tuple((label, number(count)) for label, count in lines),
        empty="Rien dans la période.",
    )


def _delays(at: datetime) -> Table:
    rows = [
        (label, *_seconds(first_mail_delays(at - span, at)))
        for label, span in (("7 derniers jours", WEEK), ("30 derniers jours", MONTH))
    ]
    return Table(
        caption="Délai avant le premier courriel aux experts",
        columns=(
            Column("Période", header=True),
            Column("Demandes", numeric=True),
            Column("La moitié en moins de", numeric=True),
            Column("95\u00a0% en moins de", numeric=True),
        ),
        rows=tuple(rows),
    )


def _seconds(delays: Delays) -> tuple[str, str, str]:
    shown = [f"{number(value, 1)}{NBSP}s" if value is not None else "sans objet" for value in (delays.p50, delays.p95)]
    return number(delays.count), shown[0], shown[1]
