"""Loads the public landing: themes, subjects in the public's words, standard answers; what exists is left as edited."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from vigie.directory.models import Subject, Theme
from vigie.directory.taxonomy import CATCH_ALL_THEME
from vigie.matching.landing_data import LANDING, OTHER_SUBJECT, STANDARD_ANSWERS, THEMES, PublicSubject
from vigie.matching.models import Landing, LandingSubject, LandingTheme, RefusalTemplate


class Command(BaseCommand):
    help = "Loads the landing « accueil » and the standard answers (idempotent; run load_taxonomy before)."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        slug, title = LANDING
        landing, _new = Landing.objects.get_or_create(slug=slug, defaults={"title": title})
        created = 0
        for rank, public in enumerate(THEMES):
            values = {"title": public.title, "description": public.description, "examples": list(public.examples)}
            theme, is_new = load_theme(landing, public.slug, rank, values)
            created += is_new
            for position, subject in enumerate(public.subjects):
                created += load_subject(theme, subject, position)
        other, is_new = load_theme(landing, CATCH_ALL_THEME.slug, len(THEMES), {"title": CATCH_ALL_THEME.label})
        created += is_new + load_subject(other, OTHER_SUBJECT, 0) + load_answers()
        subjects = LandingSubject.objects.filter(theme__landing=landing).count()
        self.stdout.write(
            f"Landing: {landing.themes.count()} themes, {subjects} subjects, "
            f"{RefusalTemplate.objects.count()} standard answers, {created} new."
        )


def load_theme(landing: Landing, slug: str, position: int, values: dict[str, Any]) -> tuple[LandingTheme, bool]:
    """The theme, created if absent."""
    theme = Theme.objects.filter(slug=slug).first()
    if theme is None:
        raise CommandError(f"theme {slug} is not in the directory: run load_taxonomy first")
    return LandingTheme.objects.get_or_create(
        landing=landing, slug=slug, defaults={"theme": theme, "position": position, **values}
    )


def load_subject(theme: LandingTheme, public: PublicSubject, position: int) -> int:
    """Creates the subject if absent; gives how many rows are new."""
    subject = Subject.objects.filter(slug=public.slug).first()
    if subject is None:
        raise CommandError(f"subject {public.slug} is not in the directory: run load_taxonomy first")
    values = {
        "subject": subject,
        "title": public.title,
        "description": public.description,
        "explanation": public.explanation,
        "prefill": public.prefill,
        "asks_head": public.asks_head,
        "fields_mode": LandingSubject.Fields.LOCATION if public.location else LandingSubject.Fields.SIRET,
        "mode": LandingSubject.Mode.VALIDATED if subject.is_catch_all else LandingSubject.Mode.AUTOMATIC,
        "position": position,
    }
    _, is_new = LandingSubject.objects.get_or_create(theme=theme, slug=public.slug, defaults=values)
    return int(is_new)


def load_answers() -> int:
    """Creates the standard answers that are absent; gives how many."""
    created = 0
    for position, answer in enumerate(STANDARD_ANSWERS):
        values = {
            "title": answer.title,
            "mail_subject": answer.mail_subject,
            "body": answer.body,
            "lets_complete": answer.lets_complete,
            "position": position,
        }
        _, is_new = RefusalTemplate.objects.get_or_create(code=answer.code, defaults=values)
        created += is_new
    return created
