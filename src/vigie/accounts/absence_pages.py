"""The absences that the team and the managers see and set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, Prefetch, Subquery
from django.http import Http404
from django.urls import reverse

from vigie.accounts.models import Absence, Habilitation, User
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.table import Role
from vigie.ui.components import ActButton, Cell, Column, Table
from vigie.ui.formats import counted, day

PER_PAGE = 50
ANSWERING = (Role.EXPERT, Role.MANAGER)  # needs are sent to them


@dataclass(frozen=True)
class AbsencesPage:
    """The people who answer needs, whose absences one may set, and those to come."""

    count: str
    table: Table
    people: Page


@dataclass(frozen=True)
class PlannedLine:
    """An absence to come, and the button that takes it back."""

    text: str
    button: ActButton


@dataclass(frozen=True)
class AbsentPerson:
    """One person: his absences to come."""

    name: str
    where: str
    lines: tuple[PlannedLine, ...]


def absences_page(person: Person, text: str, number: str, at: datetime) -> AbsencesPage:
    """The people in reach to whom needs are sent: who is away or will be first, the soonest first. 3 queries.

    An absence already known is shown whoever it is of: it can be taken back.
    """
    today = paris_day(at)
    coming = Absence.objects.filter(ends_on__gte=today).select_related("replacement")
    found = User.objects.allowed(person, "account.absence").living().named(text)
    answering = Habilitation.objects.in_force(today).filter(user=OuterRef("pk"), role__in=ANSWERING)
    found = found.filter(Exists(answering) | Exists(coming.filter(user=OuterRef("pk"))))
    rows = found.select_related("antenne").prefetch_related(Prefetch("absences", coming, "coming"))
    mine = Absence.objects.filter(user=OuterRef("pk"), ends_on__gte=today).order_by("starts_on")
    rows = rows.annotate(away_on=Subquery(mine.values("starts_on")[:1]))
    people = Paginator(rows.order_by(F("away_on").asc(nulls_last=True), "full_name", "pk"), PER_PAGE).get_page(number)
    return AbsencesPage(
        count=counted(people.paginator.count, "personne"),
        table=Table(
            caption="Personnes et absences à venir",
            caption_hidden=True,
            columns=(Column("Nom", header=True), Column("Antenne"), Column("Absences à venir")),
            rows=tuple(
                (
                    Cell(str(user), href=reverse("accounts:absences_of", args=[user.pk])),
                    user.antenne.name if user.antenne else "sans antenne",
                    "\u00a0; ".join(_words(one) for one in user.coming) or "aucune",  # type: ignore[attr-defined]
                )
                for user in people
            ),
            empty="Personne ne répond à votre recherche.",
            keys=True,
        ),
        people=people,
    )


def absent_person(person: Person, pk: int) -> User:
    """Somebody whose absences one may set; else 404. 1 query."""
    found = User.objects.allowed(person, "account.absence").living().select_related("antenne__institution")
    user = found.filter(pk=pk).first()
    if user is None:
        raise Http404
    return user


def absences_of(user: User, at: datetime) -> AbsentPerson:
    """His absences to come. 1 query."""
    coming = user.absences.filter(ends_on__gte=paris_day(at)).select_related("replacement")
    return AbsentPerson(
        name=str(user),
        where=f"{user.antenne.name} ({user.antenne.institution.name})" if user.antenne else "Sans antenne",
        lines=tuple(PlannedLine(_words(one), _take_back(user, one)) for one in coming),
    )


def _take_back(user: User, one: Absence) -> ActButton:
    href = reverse("accounts:cancel_planned", args=[user.pk, one.pk])
    return ActButton("Annuler", href, style="secondary fr-btn--sm", about=f"l’absence du {day(one.starts_on)}")


def _words(one: Absence) -> str:
    text = f"du {day(one.starts_on)} au {day(one.ends_on)}"
    return f"{text}, remplacement par {one.replacement}" if one.replacement else f"{text}, sans remplacement"
