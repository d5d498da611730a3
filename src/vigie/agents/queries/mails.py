"""Who wants to be told at once, each morning, or not at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from vigie.accounts.models import Habilitation, User
from vigie.agents.models import MailChoice
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.table import Role

LEVELS = (Role.LEVEL_A, Role.LEVEL_B)
NOW, DAILY, NEVER = MailChoice.Rhythm.NOW, MailChoice.Rhythm.DAILY, MailChoice.Rhythm.NEVER


def choosers(*rhythms: str) -> QuerySet[Any, Any]:
    """The ids of those who chose one of these rhythms; who chose nothing is nowhere here."""
    return MailChoice.objects.filter(rhythm__in=rhythms).order_by().values("user_id")


def rhythm_of(person: Person) -> str:
    """What the person chose, else each morning. 1 query."""
    found = MailChoice.objects.filter(user_id=person.user_id or 0).values_list("rhythm", flat=True).first()
    return str(found or DAILY)


def readers_of_lists(at: datetime) -> QuerySet[User]:
    """The agents habilitated today, whatever they chose."""
    held = Habilitation.objects.in_force(paris_day(at)).filter(role__in=LEVELS)
    return User.objects.living().filter(pk__in=held.values("user_id")).order_by("pk")
