"""Whom exports write to. A mail names no firm and bears no link to a file: it leads to the page of the person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.exports.models import ExportRecord
from vigie.exports.states import FAILED, READY
from vigie.journal.registry import Recipient, register_audience, register_content
from vigie.rights.person import Person
from vigie.ui.formats import day, day_and_hour


def export_author(record: ExportRecord, by: Person) -> Iterable[Recipient]:
    """Who asked for it, when he was told to wait for a mail."""
    author = record.author
    return [Recipient(author.email, author.full_name)] if record.background and author.is_active else []


def ready_content(record: ExportRecord, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing once it is gone."""
    if record.state != READY or record.expires_at is None or record.expires_at <= at:
        return None
    return _content(record) | {"until": day_and_hour(record.expires_at)}


def failed_content(record: ExportRecord, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    return _content(record) | {"reason": record.reason} if record.state == FAILED else None


def _content(record: ExportRecord) -> dict[str, Any]:
    return {
        "code": record.code,
        "asked_on": day(record.asked_at),
        "action_url": f"{settings.VIGIE.site_url}{reverse('exports:mine')}",
        "action_label": "Voir mes exports",
    }


def register() -> None:
    """Called once, when the applications are ready."""
    register_audience("export_author", export_author)
    register_content("exports/mail/ready", ready_content)
    register_content("exports/mail/failed", failed_content)
