"""How far a campaign is: as a whole, by person, by département; from counts, whatever the number of firms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from vigie.accounts.models import User
from vigie.campaigns.models import TargetQuerySet
from vigie.campaigns.states import DONE, POSTPONED, TAKEN, TO_CONTACT
from vigie.followup.queries.touch import person_words
from vigie.ui.components import Column, Table
from vigie.ui.formats import number, percent

STATES = (TO_CONTACT, TAKEN, POSTPONED, DONE)
HEADS = (
    Column("À contacter", numeric=True), Column("Prises", numeric=True), Column("Reportées", numeric=True),
    Column("Traitées", numeric=True),
)  # fmt: skip


@dataclass(frozen=True)
class Progress:
    """contacted: firms with at least one contact noted."""

    total: int
    done: int
    contacted: int
    counts: Mapping[str, int]
    departements: Table
    people: Table

    @property
    def rate(self) -> str:
        """« Taux de prise de contact »: firms contacted out of all."""
        return percent(self.contacted / self.total, 0) if self.total else "inconnu"


def progress_of(targets: TargetQuerySet) -> Progress:
    """3 queries."""
    marks: dict[str, Any] = {state: Count("pk", filter=Q(state=state)) for state in STATES}
    places = list(
        targets.order_by("departement").values("departement").annotate(
            **marks, total=Count("pk"), contacted=Count("pk", filter=~Q(outcome=""))
        )
    )  # fmt: skip
    counts = {state: sum(row[state] for row in places) for state in STATES}
    return Progress(
        total=sum(row["total"] for row in places),
        done=counts[DONE],
        contacted=sum(row["contacted"] for row in places),
        counts=counts,
        departements=_by_departement(places),
        people=_by_person(targets),
    )


def _by_departement(places: list[dict[str, Any]]) -> Table:
    return Table(
        caption="Avancement par département",
        columns=(Column("Département", header=True), *HEADS, Column("Contactées", numeric=True)),
        rows=tuple(
            (row["departement"], *(number(row[state]) for state in STATES), number(row["contacted"])) for row in places
        ),
        empty="Aucune entreprise.",
    )


def _by_person(targets: TargetQuerySet) -> Table:
    """Whose firms: those who took them, else those to whom they are proposed."""
    rows = targets.order_by().values("taken_by", "assignee", "state").annotate(count=Count("pk"))
    held: dict[int, dict[str, int]] = {}
    for row in rows:
        who = row["taken_by"] or row["assignee"]
        if who is not None:
            mine = held.setdefault(who, dict.fromkeys(STATES, 0))
            mine[row["state"]] += row["count"]
    names = {user.pk: person_words(user) for user in User.objects.filter(pk__in=held).select_related("agent__entity")}
    return Table(
        caption="Avancement par personne",
        columns=(Column("Agent", header=True), *HEADS),
        rows=tuple(
            (names[pk], *(number(held[pk][state]) for state in STATES)) for pk in sorted(held, key=lambda pk: names[pk])
        ),
        empty="Aucune entreprise n’est encore prise ni confiée.",
    )
