"""Whom questions are told to. A mail names no firm: it bears the number of the question, and leads to its page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.journal.registry import Recipient, register_audience, register_content
from vigie.rights.person import Person
from vigie.support.models import HelpRequest
from vigie.support.rules import TOPICS
from vigie.support.states import ASKED


def responder(row: HelpRequest, by: Person) -> Iterable[Recipient]:
    """The person named for it; the mailbox of the team when nobody is."""
    named = row.responder
    if named is None:
        return [Recipient(settings.VIGIE.team_email, "l’équipe")]
    return [Recipient(named.email, named.full_name)]


def asker(row: HelpRequest, by: Person) -> Iterable[Recipient]:
    return [Recipient(row.email, row.name)]


def to_answer(row: HelpRequest, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing once somebody else answered."""
    if row.state != ASKED:
        return None
    page = reverse("support:question", args=[row.pk])
    return {
        "number": row.pk,
        "topic": TOPICS[row.topic],
        "page": row.page,
        "action_url": f"{settings.VIGIE.site_url}{page}",
        "action_label": "Lire la question et répondre",
    }


def received(row: HelpRequest, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    return {"number": row.pk, "body": row.body}


def answered(row: HelpRequest, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    if not row.answer or row.state == ASKED:
        return None
    return {
        "number": row.pk,
        "body": row.body,
        "answer": row.answer,
        "responder": str(row.responder) if row.responder else "",
        "action_url": f"{settings.VIGIE.site_url}{reverse('support:help')}",
        "action_label": "Poser une autre question",
    }


def register() -> None:
    """Called once, when the applications are ready."""
    register_audience("help_responder", responder)
    register_audience("help_asker", asker)
    register_content("support/mail/to_answer", to_answer)
    register_content("support/mail/received", received)
    register_content("support/mail/answered", answered)
