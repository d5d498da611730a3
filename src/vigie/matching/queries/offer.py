"""The subjects offered to the public, as the team reads them: theme, way of transmission, open or not."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from vigie.directory.models import ExpertSubject
from vigie.kernel.lifecycle import State
from vigie.matching.models import LandingSubject
from vigie.matching.queries.public import MAIN_LANDING
from vigie.ui.components import Cell, Column, Table
from vigie.ui.formats import counted

MODES: dict[str, State] = {
    LandingSubject.Mode.AUTOMATIC: State("automatic", "Automatique", "success"),
    LandingSubject.Mode.VALIDATED: State("validated", "Par l’équipe", "info"),
}
OPEN = State("open", "Proposé", "success")
CLOSED = State("closed", "Fermé", "warning")
ARCHIVED = State("archived", "Archivé dans l’annuaire", "warning")


@dataclass(frozen=True)
class OfferPage:
    """Every subject of the site, in the order of the public."""

    count: str
    table: Table
    new: str


def offer_page() -> OfferPage:
    """What the public may ask. 2 queries."""
    offered = list(LandingSubject.objects.filter(theme__landing__slug=MAIN_LANDING).select_related("theme", "subject"))
    held = ExpertSubject.objects.filter(expert__deleted_at__isnull=True).order_by()
    experts = dict(held.values_list("institution_subject__subject").annotate(Count("expert", distinct=True)))
    columns = ("Question posée au public", "Thème", "Transmission", "Situation")
    return OfferPage(
        count=counted(len(offered), "sujet"),
        table=Table(
            caption="Sujets proposés au public",
            columns=(*(Column(one, header=one == columns[0]) for one in columns), Column("Experts", numeric=True)),
            rows=tuple(_line(row, experts.get(row.subject_id, 0)) for row in offered),
            empty="Aucun sujet n’est proposé\u00a0: le public ne peut rien demander.",
            caption_hidden=True,
            keys=True,
        ),
        new=reverse("matching:new_offer"),
    )


def _line(row: LandingSubject, experts: int) -> tuple[Cell | str, ...]:
    return (
        Cell(row.title, href=reverse("matching:offer", args=[row.pk]), hint=row.subject.label),
        row.theme.title,
        Cell(state=MODES[row.mode]),
        Cell(state=_situation(row)),
        "aucun" if not experts and not row.subject.is_catch_all else str(experts),
    )


def _situation(row: LandingSubject) -> State:
    if row.subject.archived_at is not None:
        return ARCHIVED
    return CLOSED if row.archived_at is not None else OPEN
