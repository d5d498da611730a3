"""Who wants to be told of what at once, each morning, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from vigie.accounts.models import Habilitation, User
from vigie.agents.models import MailChoice
from vigie.agents.rules_mails import DAILY, MAILS, NEVER, NOW, Choice
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.table import Role

LEVELS = (Role.LEVEL_A, Role.LEVEL_B)


def told_at_once(users: QuerySet[User], kind: str) -> QuerySet[User]:
    """Of these people, those who want this kind at once, by what they chose or by what suits most."""
    if MAILS[kind].default == NOW:
        return users.exclude(pk__in=_choosers(kind, DAILY, NEVER))
    return users.filter(pk__in=_choosers(kind, NOW))


def _choosers(kind: str, *rhythms: str) -> QuerySet[Any, Any]:
    """The ids of those who chose one of these rhythms for this kind."""
    return MailChoice.objects.filter(**{f"kinds__{kind}__in": rhythms}).order_by().values("user_id")


def choice_of(person: Person) -> Choice:
    """What the person chose. 1 query."""
    found = MailChoice.objects.filter(user_id=person.user_id or 0).first()
    return found.choice if found else Choice()


def choices_of(users: Iterable[int]) -> dict[int, Choice]:
    """user → what he chose; who chose nothing is not there. 1 query."""
    return {pk: row.choice for pk, row in MailChoice.objects.in_bulk(set(users), field_name="user_id").items()}


def readers_of_lists(at: datetime) -> QuerySet[User]:
    """The agents habilitated today, whatever they chose."""
    held = Habilitation.objects.in_force(paris_day(at)).filter(role__in=LEVELS)
    return User.objects.living().filter(pk__in=held.values("user_id")).order_by("pk")
