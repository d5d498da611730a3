"""What habilitations of agents obey, without a database: who is unused, when they are reviewed."""

from __future__ import annotations

from datetime import date, datetime, timedelta


def unused_since(last_login: datetime | None, granted: datetime | None) -> datetime | None:
    """Since when an agent has not come: his last sign-in, else the day he was habilitated."""
    known = [moment for moment in (last_login, granted) if moment is not None]
    return max(known) if known else None


def is_unused(since: datetime | None, at: datetime, days: int) -> bool:
    """Whether the habilitation is suspended for not being used; one that was never granted is not."""
    return since is not None and at - since >= timedelta(days=days)


def review_due(last_review: date | None, first_granted: date, months_days: int) -> date:
    """The day on which the partner must have reviewed the agent."""
    return (last_review or first_granted) + timedelta(days=months_days)
