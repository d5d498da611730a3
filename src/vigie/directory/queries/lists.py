"""The lists of the address book: institutions and subjects. One frozen dataclass a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from vigie.accounts.models import Antenne, Institution, User
from vigie.accounts.teams import Team
from vigie.directory.models import Expert, ExpertSubject, InstitutionSubject, Subject
from vigie.directory.queries.anomalies_page import anomalies_link
from vigie.kernel.text import fold
from vigie.ui.components import Cell, Column, Link, Table
from vigie.ui.formats import counted

PER_PAGE = 25
LIVING = Q(deleted_at__isnull=True)


@dataclass(frozen=True)
class HomePage:
    """The institutions, or what a search found in the whole address book."""

    count: str
    table: Table
    rows: Page
    links: tuple[Link, ...]


@dataclass(frozen=True)
class SubjectsPage:
    """The subjects by theme, and who answers them."""

    count: str
    links: tuple[Link, ...]
    table: Table


def home_page(text: str, number: str, today: date) -> HomePage:
    """Institutions whose name holds every word, with their counts; 7 queries."""
    words = fold(text).split()
    named = [
        one
        for one in Institution.objects.filter(LIVING).order_by("name")
        if all(word in fold(f"{one.name} {one.short_name}") for word in words)
    ]
    rows = Paginator(named, PER_PAGE).get_page(number)
    counts = _counts([one.pk for one in rows])
    return HomePage(
        count=counted(len(named), "institution"),
        table=Table(
            caption="Institutions",
            columns=(
                Column("Institution", header=True),
                Column("Catégorie"),
                Column("Antennes", numeric=True),
                Column("Experts", numeric=True),
                Column("Sujets", numeric=True),
            ),
            rows=tuple(
                (
                    Cell(one.name, href=reverse("directory:institution", args=[one.pk]), hint=_short_name(one)),
                    one.get_kind_display(),
                    *(str(count.get(one.pk, 0)) for count in counts),
                )
                for one in rows
            ),
            empty="Aucune institution de ce nom. Vérifiez l’orthographe, ou ajoutez-la.",
            caption_hidden=True,
            keys=True,
        ),
        rows=rows,
        links=(
            Link("Ajouter une institution", reverse("directory:add", args=["institution"])),
            Link("Sujets et questions", reverse("directory:subjects")),
            Link("Chercher un expert", reverse("directory:experts")),
            Link("Antennes", reverse("directory:antennes")),
            anomalies_link(today),
            Link("Importer et exporter", reverse("directory:imports")),
            Link("Couverture", reverse("directory:coverage")),
        ),
    )


def _short_name(institution: Institution) -> str:
    """The short name when it says something else."""
    return "" if fold(institution.short_name) == fold(institution.name) else institution.short_name


def _counts(institutions: list[int]) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    """By institution: living antennes, living experts, subjects; 3 queries."""

    def by(rows: QuerySet, owner: str, counted_column: str) -> dict[int, int]:
        return dict(rows.order_by().values_list(owner).annotate(Count(counted_column, distinct=True)))

    antennes = Antenne.objects.filter(LIVING, institution__in=institutions)
    experts = Expert.objects.filter(LIVING, antenne__deleted_at__isnull=True, antenne__institution__in=institutions)
    competences = InstitutionSubject.objects.filter(institution__in=institutions)
    return (
        by(antennes, "institution", "pk"),
        by(experts, "antenne__institution", "pk"),
        by(competences, "institution", "subject"),
    )


def subjects_page() -> SubjectsPage:
    """Every subject with its theme, its questions and the number of experts who answer it; 2 queries."""
    found = Subject.objects.select_related("theme").annotate(question_count=Count("questions", distinct=True))
    held = ExpertSubject.objects.filter(expert__deleted_at__isnull=True).order_by()
    experts = dict(held.values_list("institution_subject__subject").annotate(Count("expert", distinct=True)))
    rows = tuple(
        (
            Cell(
                one.label, href=reverse("directory:subject", args=[one.pk]), hint="archivé" if one.archived_at else ""
            ),
            Cell(one.theme.label, href=reverse("directory:theme", args=[one.theme_id])),
            str(one.question_count),
            str(experts.get(one.pk, 0)),
        )
        for one in found
    )
    return SubjectsPage(
        count=counted(len(rows), "sujet"),
        links=(
            Link("Ajouter un sujet", reverse("directory:add", args=["sujet"])),
            Link("Ajouter un thème", reverse("directory:add", args=["theme"])),
        ),
        table=Table(
            caption="Sujets",
            columns=(
                Column("Sujet", header=True),
                Column("Thème"),
                Column("Questions", numeric=True),
                Column("Experts", numeric=True),
            ),
            rows=rows,
            empty="Aucun sujet.",
            caption_hidden=True,
            keys=True,
        ),
    )


def _antenne_names() -> dict[int, str]:
    """Living antenne → its name and those of its institution, folded: there is no such column. 1 query."""
    rows = Antenne.objects.filter(LIVING).values_list("pk", "name", "institution__name", "institution__short_name")
    return {pk: fold(" ".join(names)) for pk, *names in rows.order_by()}


def teams_of_user(user: User) -> Iterable[Team]:
    """The living expert teams of a person, for his account page; 1 query."""
    experts = Expert.objects.filter(LIVING, members__user=user).select_related("antenne").order_by("full_name", "pk")
    return tuple(Team(one.full_name, one.antenne.name) for one in experts)


@dataclass(frozen=True)
class ExpertsPage:
    """Experts found by name, address or antenne."""

    count: str
    table: Table
    rows: Page


def experts_page(text: str, number: str) -> ExpertsPage:
    """Living experts whose name, address, antenne or institution holds every word; 4 queries."""
    found = Expert.objects.filter(LIVING).select_related("antenne__institution")
    words = fold(text).split()[:6]
    antennes = _antenne_names() if words else {}
    for word in words:
        placed = [pk for pk, name in antennes.items() if word in name]
        found = found.filter(Q(search_text__contains=word) | Q(antenne__in=placed))
    rows = Paginator(found.order_by("full_name", "pk"), PER_PAGE).get_page(number)
    return ExpertsPage(
        count=counted(rows.paginator.count, "expert"),
        table=Table(
            caption="Experts",
            columns=(Column("Expert", header=True), Column("Antenne"), Column("Adresse")),
            rows=tuple(
                (
                    Cell(one.full_name, href=reverse("directory:expert", args=[one.pk]), hint=one.job),
                    Cell(one.antenne.name, hint=one.antenne.institution.name),
                    one.email,
                )
                for one in rows
            ),
            empty="Aucun expert ne répond à cette recherche. Essayez une partie du nom, ou l’antenne.",
            caption_hidden=True,
            keys=True,
        ),
        rows=rows,
    )
