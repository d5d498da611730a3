"""What the digest of an agent holds, and at which moment of his day it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from vigie.accounts.models_agents import AgentProfile
from vigie.agents.queries.mails import choice_of
from vigie.agents.rules_mails import DAILY
from vigie.followup.queries.news import News, news_of
from vigie.followup.queries.told import happenings
from vigie.rights.person import Person
from vigie.watchlists.queries.firm_news import FirmLines, lines_of, news_between
from vigie.watchlists.queries.list_news import Change, changes_of

HOUR = time(7)
PARIS = "Europe/Paris"  # of who has no profile of agent


@dataclass(frozen=True)
class Content:
    """files: what others wrote and did. changes: lists and facts, counted, and meetings.

    firms: what is new of those followed, by name.
    """

    files: list[News] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    firms: FirmLines = field(default_factory=FirmLines)

    def __bool__(self) -> bool:
        return bool(self.files or self.changes or self.firms)


@dataclass(frozen=True)
class Morning:
    """Seven o’clock of a day where somebody is."""

    day: date
    moment: datetime


def content_of(person: Person, since: datetime, until: datetime) -> Content:
    """What became new for this person, of what he wanted each morning when it happened."""
    choice = choice_of(person)
    firms = lines_of(person, choice, news_between(person, since, until), DAILY)
    files = {one.pk: one for one in news_of(person, since, until, choice, DAILY)}
    changes = changes_of(person, since, until, choice)
    for one in happenings(person, choice, since, until):
        if one.followup is not None:
            firm = one.followup.workplace.company.name
            news = files.setdefault(one.followup.pk, News(firm, one.followup.pk, readable=one.readable))
            news.said.append(one.words)
        elif one.meeting is not None:
            page = f"{settings.VIGIE.site_url}{reverse('followup:meeting', args=[one.meeting.pk])}"
            changes.append(Change(one.words, page))
    return Content(sorted(files.values(), key=lambda one: (one.firm, one.pk)), changes, firms)


def zones_of_agents() -> dict[int, str]:
    """Agent → his time zone, where it is not that of Paris. 1 query."""
    return dict(AgentProfile.objects.exclude(time_zone=PARIS).values_list("user_id", "time_zone"))


def last_morning(zone: str, at: datetime) -> Morning:
    """The last seven o’clock of a time zone, now or before. The clocks never change at that hour."""
    place = ZoneInfo(zone)
    day = at.astimezone(place).date()
    moment = datetime.combine(day, HOUR, place)
    if moment > at:
        day -= timedelta(days=1)
        moment = datetime.combine(day, HOUR, place)
    return Morning(day, moment)
