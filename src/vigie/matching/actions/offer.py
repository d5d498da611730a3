"""What the public is offered: the subjects of the site, how each is asked and transmitted. Written by the team."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from vigie.directory.models import Subject, Theme
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput
from vigie.matching.models import Landing, LandingSubject, LandingTheme
from vigie.matching.queries.public import MAIN_LANDING
from vigie.rights.person import Person
from vigie.rights.reach import require


@transaction.atomic
def offer_subject(subject: Subject, told: dict[str, Any], *, by: Person, at: datetime) -> LandingSubject:
    """Offers a subject of the directory to the public, last of its theme; the theme appears with its first subject.

    told: as in ``change_offer``. The same title twice under a theme gives the row that is already there.
    """
    require(by, "offer.edit")
    theme = _theme(subject.theme)
    slug = slugify(told["title"])[:150] or "sujet"
    already = theme.subjects.filter(slug=slug).first()
    if already is not None:
        if already.subject_id != subject.pk:
            raise InvalidInput("title_taken", "Une autre question porte déjà cet intitulé.", field="title")
        return already
    row = LandingSubject(theme=theme, subject=subject, slug=slug, position=theme.subjects.count())
    return _write(row, told, by, at)


@transaction.atomic
def change_offer(row: LandingSubject, told: dict[str, Any], *, by: Person, at: datetime) -> LandingSubject:
    """Changes what the public reads, and how its requests leave; those already received keep their way.

    told: title, description, explanation, prefill, fields_mode, mode, asks_head, open.
    """
    require(by, "offer.edit")
    return _write(row, told, by, at)


def _write(row: LandingSubject, told: dict[str, Any], by: Person, at: datetime) -> LandingSubject:
    if row.subject.is_catch_all and told["mode"] == LandingSubject.Mode.AUTOMATIC:
        raise InvalidInput(
            "catch_all", "Aucune règle ne choisit les experts de ce sujet\u00a0: l’équipe le valide.", field="mode"
        )
    values = {name: value for name, value in told.items() if name != "open"}
    values["archived_at"] = None if told["open"] else row.archived_at or at
    touched = sorted(name for name, value in values.items() if getattr(row, name) != value)
    if row.pk and not touched:
        return row
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    record("public_subject.changed", row, by=by, at=at, payload={"mode": row.mode, "fields": touched})
    return row


def _theme(theme: Theme) -> LandingTheme:
    found = LandingTheme.objects.filter(landing__slug=MAIN_LANDING, theme=theme).first()
    if found is not None:
        return found
    landing = Landing.objects.get(slug=MAIN_LANDING)
    return LandingTheme.objects.create(
        landing=landing, theme=theme, slug=theme.slug, title=theme.label, position=landing.themes.count()
    )
