"""« Mes courriels », as somebody fills it in."""

from __future__ import annotations

from datetime import datetime

from tests.accounts.factories import person
from vigie.accounts.models import User
from vigie.agents.actions.mails import choose_mails
from vigie.agents.rules_mails import MAILS


def choose(user: User, rhythm: str, at: datetime, *kinds: str) -> None:
    """This rhythm for these kinds, or for all of them."""
    choose_mails(dict.fromkeys(map(str, kinds or MAILS), rhythm), by=person(user, at), at=at)
