"""The lists of the address book: institutions and subjects. One frozen dataclass a page."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.urls import reverse

from vigie.accounts.models import Institution
from vigie.directory.models import Expert, Subject
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
    table: Table


def home_page(text: str, number: str) -> HomePage:
    """Institutions whose name holds every word, with their counts; 2 queries."""
    found = Institution.objects.filter(LIVING).annotate(
        antenne_count=Count("antennes", filter=Q(antennes__deleted_at__isnull=True), distinct=True),
        subject_count=Count("competences__subject", distinct=True),
        expert_count=Count(
            "antennes__experts",
            filter=Q(antennes__deleted_at__isnull=True, antennes__experts__deleted_at__isnull=True),
            distinct=True,
        ),
    )
    words = fold(text).split()
    named = [
        one for one in found.order_by("name") if all(word in fold(f"{one.name} {one.short_name}") for word in words)
    ]
    rows = Paginator(named, PER_PAGE).get_page(number)
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
                    Cell(one.name, href=reverse("directory:institution", args=[one.pk]), hint=one.short_name),
                    one.get_kind_display(),
                    str(one.antenne_count),
                    str(one.expert_count),
                    str(one.subject_count),
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
        ),
    )


def subjects_page() -> SubjectsPage:
    """Every subject with its theme, its questions and the number of experts who answer it; 1 query."""
    found = Subject.objects.select_related("theme").annotate(
        question_count=Count("questions", distinct=True),
        expert_count=Count(
            "institution_subjects__expert_subjects__expert",
            filter=Q(institution_subjects__expert_subjects__expert__deleted_at__isnull=True),
            distinct=True,
        ),
    )
    rows = tuple(
        (
            Cell(
                one.label, href=reverse("directory:subject", args=[one.pk]), hint="archivé" if one.archived_at else ""
            ),
            one.theme.label,
            str(one.question_count),
            str(one.expert_count),
        )
        for one in found
    )
    return SubjectsPage(
        count=counted(len(rows), "sujet"),
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


@dataclass(frozen=True)
class ExpertsPage:
    """Experts found by name, address or antenne."""

    count: str
    table: Table
    rows: Page


def experts_page(text: str, number: str) -> ExpertsPage:
    """Living experts whose name, address, antenne or institution holds every word; 2 queries."""
    found = Expert.objects.filter(LIVING).select_related("antenne__institution")
    for word in text.split()[:6]:
        found = found.filter(
            Q(full_name__icontains=word)
            | Q(email__icontains=word)
            | Q(antenne__name__icontains=word)
            | Q(antenne__institution__name__icontains=word)
            | Q(antenne__institution__short_name__icontains=word)
        )
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
