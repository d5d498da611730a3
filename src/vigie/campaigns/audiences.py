"""Whom visits write to: agents only, never the firm. A mail names the firm and leads to the page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.campaigns.models import Visit
from vigie.campaigns.states import CANCELLED
from vigie.followup.queries.touch import person_words
from vigie.journal.registry import Recipient, register_audience, register_content
from vigie.rights.person import Person
from vigie.ui.formats import day


def visit_companions(visit: Visit, by: Person) -> Iterable[Recipient]:
    """Those who come with the organiser."""
    people = visit.companions.filter(is_active=True, deleted_at__isnull=True).order_by("pk")
    return [Recipient(user.email, user.full_name) for user in people]


def visit_content(visit: Visit, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The visit as it stands today; nothing for who may no longer read the firm."""
    user = User.objects.living().with_address(recipient.email).first()
    if user is None or not Visit.objects.allowed(person_for(user, at), "visit.view").filter(pk=visit.pk).exists():
        return None
    return {
        "name": recipient.name,
        "firm": visit.firm.name,
        "day": day(visit.planned_on),
        "organiser": person_words(visit.organiser),
        "cancelled": visit.state == CANCELLED,
        "page": f"{settings.VIGIE.site_url}{reverse('campaigns:visit', args=[visit.pk])}",
    }


def register() -> None:
    """Called once, when the applications are ready."""
    register_audience("visit_companions", visit_companions)
    register_content("campaigns/mail/visit", visit_content)
