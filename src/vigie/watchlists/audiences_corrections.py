"""Whom corrections write to, and what the mails say: no firm, no figure; the mail leads to the page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.accounts.models import Habilitation, User
from vigie.journal.registry import Recipient, register_audience, register_content
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.table import RIGHTS
from vigie.watchlists.models_corrections import Correction
from vigie.watchlists.states_corrections import DRAFT, PROPOSED, state_shown


def approvers(correction: Correction, by: Person) -> Iterable[Recipient]:
    """Those whose role approves corrections, the author and the proposer apart."""
    assert correction.proposed_at is not None
    roles = {grant.role for grant in RIGHTS if grant.action == "correction.approve"}
    in_force = Habilitation.objects.filter(role__in=roles).in_force(paris_day(correction.proposed_at))
    people = User.objects.living().filter(pk__in=in_force.values("user_id"))
    people = people.exclude(pk__in=[correction.created_by_id, correction.proposed_by_id]).order_by("pk")
    return [Recipient(user.email, user.full_name) for user in people]


def author(correction: Correction, by: Person) -> Iterable[Recipient]:
    """Who wrote it, unless the act is his own."""
    people = User.objects.living().filter(pk=correction.created_by_id).exclude(pk=by.user_id)
    return [Recipient(user.email, user.full_name) for user in people]


def proposed_content(correction: Correction, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing once it is proposed no more."""
    return _content(correction, recipient) if correction.state == PROPOSED else None


def decided_content(correction: Correction, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    return _content(correction, recipient) if correction.state != DRAFT else None


def _content(correction: Correction, recipient: Recipient) -> dict[str, Any]:
    page = reverse("watchlists:correction", args=[correction.pk])
    return {
        "name": recipient.name,
        "wording": correction.wording,
        "state": state_shown(correction.state, approved=correction.approved_at is not None).label.lower(),
        "reason": correction.ended_reason,
        "page": f"{settings.VIGIE.site_url}{page}",
    }


def register() -> None:
    """Called once, when the applications are ready."""
    register_audience("correction_approvers", approvers)
    register_audience("correction_author", author)
    register_content("watchlists/mail/correction_proposed", proposed_content)
    register_content("watchlists/mail/correction_decided", decided_content)
