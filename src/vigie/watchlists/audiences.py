"""Whom lists write to, and what the mails say. A mail names no firm and gives no fact: it leads to the page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.accounts.models import Habilitation, User
from vigie.accounts.queries import person_for
from vigie.agents.models import Follow
from vigie.agents.queries.mails import readers_of_lists, told_at_once
from vigie.agents.rules_mails import MailKind
from vigie.journal.registry import Recipient, register_audience, register_content
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.table import Role
from vigie.watchlists.models import FactsFolder, Notice, Publication
from vigie.watchlists.queries.list_news import count_of_new_facts, list_change
from vigie.watchlists.queries.words import of_month


def operators(notice: Notice, by: Person) -> Iterable[Recipient]:
    """The team of the day."""
    in_force = Habilitation.objects.filter(role=Role.TEAM).in_force(paris_day(notice.at))
    people = User.objects.living().filter(pk__in=in_force.values("user_id")).order_by("pk")
    return [Recipient(user.email, user.full_name) for user in people]


def facts_followers(folder: FactsFolder, by: Person) -> Iterable[Recipient]:
    """Those who follow a firm whose facts have changed and want to know at once; the others read it in the morning."""
    wanted = Follow.objects.running(folder.received_at).filter(siren__in=list(folder.changed)).values("user_id")
    people = told_at_once(User.objects.living().filter(pk__in=wanted).order_by("pk"), MailKind.FACTS)
    return [Recipient(user.email, user.full_name) for user in people]


def list_readers(publication: Publication, by: Person) -> Iterable[Recipient]:
    """The agents who want to know at once that a list opened, when it is the latest."""
    if Publication.objects.current().first() != publication:
        return []
    people = told_at_once(readers_of_lists(publication.opened_at or publication.received_at), MailKind.LIST)
    return [Recipient(user.email, user.full_name) for user in people]


def new_list_content(publication: Publication, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """What the list counts for him when the mail leaves; nothing once it is replaced or withdrawn."""
    user = User.objects.living().with_address(recipient.email).first()
    if user is None or Publication.objects.current().first() != publication:
        return None
    change = list_change(person_for(user, at), publication)
    month = of_month(publication.batch)
    return {"name": user.full_name, "month": month, "words": change.words, "page": change.page} if change else None


def notice_content(notice: Notice, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    return {
        "title": notice.title,
        "lines": notice.lines,
        "page": f"{settings.VIGIE.site_url}{reverse('watchlists:runs')}",
    }


def new_facts_content(folder: FactsFolder, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing for somebody who follows none of these firms any more, or who is no longer habilitated."""
    user = User.objects.living().with_address(recipient.email).first()
    if user is None:
        return None
    count = count_of_new_facts(person_for(user, at), [folder], at)
    if not count:
        return None
    return {
        "name": user.full_name,
        "count": count,
        "page": f"{settings.VIGIE.site_url}{reverse('watchlists:list')}?suivies=on",
    }


def register() -> None:
    """Called once, when the applications are ready."""
    register_audience("operators", operators)
    register_audience("facts_followers", facts_followers)
    register_audience("list_readers", list_readers)
    register_content("watchlists/mail/new_list", new_list_content)
    register_content("watchlists/mail/notice", notice_content)
    register_content("watchlists/mail/new_facts", new_facts_content)
