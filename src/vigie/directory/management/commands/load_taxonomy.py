"""Loads the starter themes, subjects and questions; what exists is left as it was edited."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from vigie.directory.models import Subject, SubjectQuestion, Theme
from vigie.directory.taxonomy import CATCH_ALL_THEME, THEMES, SubjectSeed


class Command(BaseCommand):
    help = "Loads the starter themes, subjects and questions (idempotent)."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        created = 0
        for rank, theme_seed in enumerate((*THEMES, CATCH_ALL_THEME)):
            theme, is_new = Theme.objects.get_or_create(
                slug=theme_seed.slug, defaults={"label": theme_seed.label, "position": rank}
            )
            created += is_new
            for position, seed in enumerate(theme_seed.subjects):
                created += load_subject(theme, seed, position)
        self.stdout.write(
            f"Taxonomy: {Theme.objects.count()} themes, {Subject.objects.count()} subjects, {created} new."
        )


def load_subject(theme: Theme, seed: SubjectSeed, position: int) -> int:
    """Creates the subject and its questions if absent; gives how many rows are new."""
    subject, is_new = Subject.objects.get_or_create(
        slug=seed.slug,
        defaults={
            "theme": theme, "label": seed.label, "position": position, "is_catch_all": seed.is_catch_all,
            "tells_difficulty": seed.tells_difficulty,
        },
    )  # fmt: skip
    created = int(is_new)
    for rank, question in enumerate(seed.questions):
        _, is_new = SubjectQuestion.objects.get_or_create(
            subject=subject,
            key=question.key,
            defaults={
                "label": question.label,
                "short_label": question.short_label,
                "answers": [list(answer) for answer in question.answers],
                "position": rank,
            },
        )
        created += is_new
    return created
