"""The closed establishments where files may be opened for some days, and their page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from vigie.followup.models import ClosedPlace
from vigie.ui.components import ActButton
from vigie.ui.formats import day, exact

SHOWN = 50


def running(at: datetime) -> QuerySet[ClosedPlace]:
    """Those that let a file be opened now."""
    return ClosedPlace.objects.filter(since__lte=at, until__gt=at)


@dataclass(frozen=True)
class ClosedLine:
    """An exception: where, why, by whom; button: None once it is over."""

    siret: str
    told: str
    reason: str
    button: ActButton | None


def closed_lines(at: datetime) -> tuple[ClosedLine, ...]:
    """The last ones first. No firm is read: a number, as an administrator wrote it. 1 query."""
    rows = ClosedPlace.objects.select_related("author")[:SHOWN]
    return tuple(_line(row, at) for row in rows)


def _line(row: ClosedPlace, at: datetime) -> ClosedLine:
    open_now = row.until > at
    siret, action = str(row.workplace_id), reverse("followup:end_closed", args=[row.pk])
    ends = f"jusqu’au {day(row.until)}" if open_now else f"terminée le {day(row.until)}"
    button = ActButton("Mettre fin", action, style="tertiary", about=siret) if open_now else None
    return ClosedLine(siret, f"Le {exact(row.since)}, par {row.author}, {ends}.", row.reason, button)
