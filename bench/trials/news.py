"""The events of the trials and of the journal's tests: something said of an account, to the people named here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from vigie.journal.events import EVENTS_BY_NAME, Event, Message
from vigie.journal.registry import Recipient, register_audience, register_content

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATE = "trial/mail/news"
NEWS, HELD_NEWS, SECRET_NEWS = "trial.news", "trial.held_news", "trial.secret_news"
AUDIENCE = "trial_people"

EVENTS = (
    Event(NEWS, "accounts.User", "Une nouvelle", (Message(AUDIENCE, TEMPLATE),)),
    Event(HELD_NEWS, "accounts.User", "Une nouvelle retenue", (Message(AUDIENCE, TEMPLATE, held=True),)),
    Event(SECRET_NEWS, "accounts.User", "Une nouvelle secrète", (Message(AUDIENCE, TEMPLATE, secret=True),)),
)


class News:
    """Who is written to, and what about; ``about`` None: nothing is left to say."""

    def __init__(self) -> None:
        self.people: list[Recipient] = [Recipient("une.personne@antenne.example", "Une Personne")]
        self.about: str | None = "Tout va bien."

    def audience(self, subject: Any, by: Any) -> Iterable[Recipient]:
        return self.people

    def content(self, subject: Any, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
        return None if self.about is None else {"about": self.about}


def install() -> News:
    """Declares the events, their audience and their content."""
    news = News()
    EVENTS_BY_NAME.update({event.name: event for event in EVENTS})
    register_audience(AUDIENCE, news.audience)
    register_content(TEMPLATE, news.content)
    return news
