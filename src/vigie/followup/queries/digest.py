"""What the digest of an agent holds, and at which moment of his day it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vigie.accounts.models_agents import AgentProfile
from vigie.agents.queries.mails import DAILY, rhythm_of
from vigie.followup.queries.news import News, news_of
from vigie.rights.person import Person
from vigie.watchlists.queries.firm_news import FirmLines, lines_of, news_between
from vigie.watchlists.queries.list_news import Change, changes_of

HOUR = time(7)
PARIS = "Europe/Paris"  # of who has no profile of agent


@dataclass(frozen=True)
class Content:
    """files: what others wrote. changes: lists and facts, counted. firms: what is new of those followed, by name."""

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
    """What became new for this person, of what he wants each morning."""
    firms = lines_of(person, news_between(person, since, until), DAILY)
    if rhythm_of(person) != DAILY:
        return Content(firms=firms)
    return Content(news_of(person, since, until), changes_of(person, since, until), firms)


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
