"""The agent whose follows are about to end. The mail gives the names of the firms and the way to each, no fact."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.journal.registry import Recipient, register_audience, register_content
from vigie.rights.person import Person
from vigie.ui.formats import counted, day
from vigie.watchlists.actions.following import ending_follows
from vigie.watchlists.queries.words import firm_names

NAMED_AT_MOST = 30


def ending_follower(user: User, by: Person) -> Iterable[Recipient]:
    return [Recipient(user.email, user.full_name)]


def ending_content(user: User, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The follows that still end; nothing once all are renewed or stopped, or for who is no longer habilitated."""
    if person_for(user, at).level is None:
        return None
    rows = list(ending_follows(at).filter(user=user).order_by("until", "siren"))
    if not rows:
        return None
    names = firm_names((row.siren, "") for row in rows[:NAMED_AT_MOST])
    site = settings.VIGIE.site_url
    more = len(rows) - NAMED_AT_MOST
    return {
        "name": user.full_name,
        "count": counted(len(rows), "suivi"),
        "several": len(rows) > 1,
        "firms": [
            {
                "name": names[row.siren],
                "until": day(row.until),
                "page": f"{site}{reverse('sheets:follow', args=[row.siren])}",
            }
            for row in rows[:NAMED_AT_MOST]
        ],
        "more": counted(more, "autre") if more > 0 else "",
    }


def register() -> None:
    """Called once, when the applications are ready."""
    register_audience("ending_follower", ending_follower)
    register_content("watchlists/mail/follows_ending", ending_content)
