"""The labels of the team and its standard answers, each with how often it serves."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from vigie.kernel.lifecycle import State
from vigie.matching.models import RefusalTemplate, Solicitation, Tag
from vigie.ui.components import ActButton
from vigie.ui.formats import counted

OFFERED, ARCHIVED = State("offered", "Proposée", "success"), State("archived", "Archivée", "warning")


@dataclass(frozen=True)
class TagRow:
    """A label: what bears it, whether it is still offered, the button that changes it."""

    label: str
    state: State
    used: str
    button: ActButton


@dataclass(frozen=True)
class TagsPage:
    """The labels, by name."""

    count: str
    tags: tuple[TagRow, ...]


@dataclass(frozen=True)
class RefusalRow:
    """A standard answer: what it says, how often it was sent, its place."""

    title: str
    href: str
    mail_subject: str
    lets_complete: str
    used: str
    buttons: tuple[ActButton, ...]


@dataclass(frozen=True)
class RefusalsPage:
    """The standard answers, in their order."""

    count: str
    rows: tuple[RefusalRow, ...]


def tags_page() -> TagsPage:
    """The labels. 1 query."""
    rows = Tag.objects.annotate(
        on_requests=Count("solicitations", distinct=True), on_needs=Count("needs", distinct=True)
    )
    found = tuple(
        TagRow(
            row.label,
            ARCHIVED if row.archived_at else OFFERED,
            f"{counted(row.on_requests, 'demande')}, {counted(row.on_needs, 'besoin')}",
            ActButton(
                "Proposer de nouveau" if row.archived_at else "Archiver",
                reverse("matching:tag", args=[row.pk]),
                "restore" if row.archived_at else "archive",
                "secondary fr-btn--sm",
                about=row.label,
            ),
        )
        for row in rows
    )
    return TagsPage(counted(len(found), "étiquette"), found)


def refusals_page() -> RefusalsPage:
    """The standard answers. 2 queries."""
    sent = Solicitation.objects.filter(refusal_template__isnull=False).order_by().values_list("refusal_template")
    used = dict(sent.annotate(count=Count("pk")))
    templates = list(RefusalTemplate.objects.all())
    rows = tuple(_row(row, rank, len(templates), used.get(row.pk, 0)) for rank, row in enumerate(templates))
    return RefusalsPage(counted(len(rows), "modèle"), rows)


def _row(template: RefusalTemplate, rank: int, count: int, used: int) -> RefusalRow:
    href = reverse("matching:order_refusal", args=[template.pk])
    ways = (("Monter", rank - 1), ("Descendre", rank + 1))
    return RefusalRow(
        template.title,
        reverse("matching:refusal", args=[template.pk]),
        template.mail_subject,
        "oui" if template.lets_complete else "non",
        f"envoyé {counted(used, 'fois', 'fois')}",
        tuple(
            ActButton(label, href, f"place-{wanted}", "tertiary-no-outline fr-btn--sm", about=template.title)
            for label, wanted in ways
            if 0 <= wanted < count
        ),
    )
