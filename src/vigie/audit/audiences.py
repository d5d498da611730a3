"""Whom the audit writes to, and what its mails say: figures and agents, never a firm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.audit.models import AnomalyReport, DayHead
from vigie.audit.queries.anomalies import auditors
from vigie.journal.registry import Recipient, register_audience, register_content
from vigie.kernel.period import paris_day
from vigie.rights.person import Person


def auditors_of_the_day(subject: DayHead | AnomalyReport, by: Person) -> Iterable[Recipient]:
    """The auditors in force when it was made."""
    made = subject.verified_at if isinstance(subject, DayHead) else subject.made_at
    return [Recipient(user.email, user.full_name) for user in auditors(paris_day(made))]


def day_head_content(head: DayHead, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    return {"head": head, "page": f"{settings.VIGIE.site_url}{reverse('audit:chain')}"}


def anomalies_content(report: AnomalyReport, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    return {"report": report, "page": f"{settings.VIGIE.site_url}{reverse('audit:anomalies')}"}


def register() -> None:
    """Called once, when the applications are ready."""
    register_audience("auditors", auditors_of_the_day)
    register_content("audit/mail/day_head", day_head_content)
    register_content("audit/mail/anomalies", anomalies_content)
