"""What the public pages show: the home page, the themes, the search of a subject, a subject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from vigie.directory.taxonomy import CATCH_ALL_THEME
from vigie.matching.landing_data import LANDING, OTHER_SUBJECT
from vigie.matching.models import Landing, LandingSubject, LandingTheme
from vigie.matching.queries.answering import institutions_for, recent_answers
from vigie.matching.queries.kept import for_a_minute
from vigie.matching.queries.public_words import PAUSED, QUESTIONS, STEPS, Question, ThreeSteps
from vigie.matching.rules.subject_search import Searched, found
from vigie.ui.components import Link
from vigie.ui.formats import counted

MAIN_LANDING = LANDING[0]


@dataclass(frozen=True)
class ThemeTile:
    """A theme on the home page."""

    slug: str
    title: str
    href: str
    description: str


@dataclass(frozen=True)
class SubjectLine:
    """A subject in the public's words, and the address of its form."""

    title: str
    description: str
    href: str
    theme: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure of the month; empty when there is too little to say."""

    value: str
    label: str


@dataclass(frozen=True)
class HomePage:
    """« Un conseiller public vous rappelle. »"""

    themes: tuple[ThemeTile, ...]
    other: SubjectLine | None
    steps: ThreeSteps
    figures: tuple[Figure, ...]
    no_figures: str
    institutions: tuple[str, ...]
    questions: tuple[Question, ...]
    paused: str
    search_url: str
    suggestions_url: str


@dataclass(frozen=True)
class ThemePage:
    """A theme and its subjects."""

    slug: str
    title: str
    description: str
    subjects: tuple[SubjectLine, ...]
    examples: tuple[str, ...]
    other: SubjectLine | None


@dataclass(frozen=True)
class SearchPage:
    """The subjects that answer a search; empty: every theme is offered instead."""

    query: str
    title: str
    subjects: tuple[SubjectLine, ...]
    themes: tuple[Link, ...]
    other: SubjectLine | None
    search_url: str
    suggestions_url: str


def landing_themes() -> list[LandingTheme]:
    """The themes shown to the public, in order; without the catch-all. One query."""
    shown = Q(subjects__archived_at__isnull=True, subjects__subject__archived_at__isnull=True)
    found_themes = LandingTheme.objects.filter(
        landing__slug=MAIN_LANDING, archived_at__isnull=True, landing__archived_at__isnull=True
    ).exclude(slug=CATCH_ALL_THEME.slug)
    open_themes = found_themes.annotate(open_subjects=Count("subjects", filter=shown)).filter(open_subjects__gt=0)
    return list(open_themes.order_by("position"))


def open_subjects() -> QuerySet[LandingSubject]:
    """The subjects that a visitor may choose, with their theme."""
    return LandingSubject.objects.filter(
        theme__landing__slug=MAIN_LANDING,
        theme__landing__archived_at__isnull=True,
        theme__archived_at__isnull=True,
        archived_at__isnull=True,
        subject__archived_at__isnull=True,
    ).select_related("theme__landing", "subject")


def public_subject(theme_slug: str, slug: str) -> LandingSubject | None:
    """The subject at an address, or None. One query."""
    return open_subjects().filter(theme__slug=theme_slug, slug=slug).first()


def home_page(at: datetime) -> HomePage:
    """What the home page shows. 5 queries, whatever the rows; 3 while the figures of the last minute are kept."""
    return HomePage(
        themes=tuple(
            ThemeTile(theme.slug, theme.title, reverse("matching:theme", args=[theme.slug]), theme.description)
            for theme in landing_themes()
        ),
        other=other_subject(),
        steps=STEPS,
        figures=for_a_minute("home-figures", lambda: figures(at)),
        no_figures="Les premiers chiffres du mois seront publiés ici dès que des conseillers auront répondu.",
        institutions=for_a_minute("home-institutions", lambda: tuple(institutions_for())),
        questions=QUESTIONS,
        paused=paused(),
        search_url=reverse("matching:search"),
        suggestions_url=reverse("matching:suggestions"),
    )


def figures(at: datetime) -> tuple[Figure, ...]:
    """The figures of the last thirty days, counted from the rows; none when nobody answered. One query."""
    recent = recent_answers(at)
    if not recent.answered_count:
        return ()
    shown = [
        Figure(
            counted(recent.answered_count, "demande"),
            "prises en charge par un conseiller" if recent.answered_count > 1 else "prise en charge par un conseiller",
        )
    ]
    if recent.median_days is not None:
        days = counted(recent.median_days, "jour")
        shown.append(Figure(f"{days} ou moins", "entre l’envoi et la prise en charge, une fois sur deux"))
    return tuple(shown)


def theme_page(slug: str) -> ThemePage | None:
    """A theme with its subjects; None when the public has no such theme. 3 queries."""
    theme = LandingTheme.objects.filter(
        landing__slug=MAIN_LANDING, landing__archived_at__isnull=True, slug=slug, archived_at__isnull=True
    ).first()
    if theme is None:
        return None
    subjects = tuple(subject_line(subject) for subject in open_subjects().filter(theme=theme).order_by("position"))
    return ThemePage(theme.slug, theme.title, theme.description, subjects, tuple(theme.examples), other_subject())


def search_page(query: str) -> SearchPage:
    """The subjects that a sentence speaks of. 2 queries."""
    subjects = tuple(subject_line(subject) for subject in subjects_for(query))
    if not query.strip():
        title = "De quoi avez-vous besoin\u00a0?"
    elif subjects:
        title = counted(len(subjects), "sujet correspond", "sujets correspondent")
    else:
        title = "Aucun sujet ne correspond"
    themes = tuple(Link(theme.title, reverse("matching:theme", args=[theme.slug])) for theme in landing_themes())
    return SearchPage(
        query=query,
        title=title,
        subjects=subjects,
        themes=() if subjects else themes,
        other=other_subject(),
        search_url=reverse("matching:search"),
        suggestions_url=reverse("matching:suggestions"),
    )


def subjects_for(query: str, most: int = 12) -> list[LandingSubject]:
    """The subjects that answer a search, best first. One query."""
    if not query.strip():
        return []
    by_pk = {subject.pk: subject for subject in open_subjects().order_by("theme__position", "position")}
    searched = (
        Searched(
            subject.pk,
            (
                subject.title,
                f"{subject.description} {subject.subject.label}",
                subject.explanation,
                subject.theme.title,
            ),
        )
        for subject in by_pk.values()
        if not subject.subject.is_catch_all
    )
    return [by_pk[pk] for pk in found(query, searched, most=most)]


def suggestions(query: str) -> list[dict[str, str]]:
    """The lines offered while one types: label, theme, address."""
    return [
        {"value": line.title, "label": line.title, "hint": line.theme, "href": line.href}
        for line in (subject_line(subject) for subject in subjects_for(query, most=6))
    ]


def subject_line(subject: LandingSubject) -> SubjectLine:
    """A subject and the address of its form. No query when its theme is loaded."""
    href = reverse("matching:request", args=[subject.theme.slug, subject.slug])
    return SubjectLine(subject.title, subject.description, href, subject.theme.title)


def other_subject() -> SubjectLine | None:
    """« Je ne trouve pas mon besoin. » One query."""
    found_other = open_subjects().filter(slug=OTHER_SUBJECT.slug).first()
    return subject_line(found_other) if found_other else None


def paused() -> str:
    """What is said when the service takes no request, else an empty text. One query."""
    is_paused = Landing.objects.filter(slug=MAIN_LANDING, paused_at__isnull=False).exists()
    return PAUSED if is_paused else ""
