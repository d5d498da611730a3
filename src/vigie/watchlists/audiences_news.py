"""Those who follow firms of which something is new and want to know at once.

The mail gives the name of each firm and the way to its sheet; it says what happened only when that is public.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.agents.queries.mails import choice_of
from vigie.agents.rules_mails import NOW
from vigie.journal.registry import Recipient, register_audience, register_content
from vigie.rights.person import Person
from vigie.watchlists.models import NewsBatch
from vigie.watchlists.queries.filters import opened_to
from vigie.watchlists.queries.firm_news import lines_of, people_told, readable_kinds


def news_followers(batch: NewsBatch, by: Person) -> Iterable[Recipient]:
    """Those who want one of the kinds at once; the others read it in the morning."""
    people = people_told(batch.news.all(), batch.at, NOW)
    return [Recipient(user.email, user.full_name) for user in people]


def firm_news_content(batch: NewsBatch, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The firms that he still follows, in kinds that he may read when the mail leaves; nothing when none is left."""
    user = User.objects.living().with_address(recipient.email).first()
    if user is None:
        return None
    person = person_for(user, at)
    rows = batch.news.filter(siren__in=opened_to(person).values("siren"), kind__in=readable_kinds(person))
    found = lines_of(person, choice_of(person), rows, NOW)
    page = f"{settings.VIGIE.site_url}{reverse('watchlists:news')}"
    return {"name": user.full_name, "firms": found.lines, "more": found.more, "page": page} if found else None


def register() -> None:
    """Called once, when the applications are ready."""
    register_audience("news_followers", news_followers)
    register_content("watchlists/mail/firm_news", firm_news_content)
