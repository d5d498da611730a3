"""Absences set for others: by the team for everybody, by a manager for the people of his antennes."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from vigie.accounts import rules
from vigie.accounts.models import Absence, User
from vigie.accounts.queries import replacements
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.ui.formats import day


@transaction.atomic
def plan_absence(
    user: User, *, starts_on: date, ends_on: date, replacement: User | None = None, by: Person, at: datetime
) -> Absence:
    """The days on which somebody does not answer; the same again gives the first.

    Raises Forbidden; InvalidInput when the days are impossible or overlap an absence already known.
    """
    require(by, "account.absence", user)
    rules.refuse_absence(starts_on, ends_on, paris_day(at))
    if replacement is not None and not replacements(user).filter(pk=replacement.pk).exists():
        raise InvalidInput("replacement_unknown", "Choisissez un collègue de la même institution.", field="replacement")
    User.objects.select_for_update().get(pk=user.pk)
    known = Absence.objects.filter(user=user, starts_on__lte=ends_on, ends_on__gte=starts_on).first()
    if known is not None:
        if (known.starts_on, known.ends_on, known.replacement) == (starts_on, ends_on, replacement):
            return known
        raise InvalidInput(
            "absence_overlaps",
            f"{user} est déjà noté absent du {day(known.starts_on)} au {day(known.ends_on)}\u00a0: annulez d’abord "
            "cette absence, ou choisissez d’autres jours.",
            field="starts_on",
        )
    absence = Absence.objects.create(user=user, starts_on=starts_on, ends_on=ends_on, replacement=replacement)
    _tell(user, starts_on, ends_on, by=by, at=at)
    return absence


@transaction.atomic
def cancel_planned(absence: Absence, *, by: Person, at: datetime) -> None:
    """Takes the absence back; nothing happens when it is already gone."""
    require(by, "account.absence", absence.user)
    if Absence.objects.filter(pk=absence.pk).delete()[0]:
        _tell(absence.user, absence.starts_on, absence.ends_on, by=by, at=at, canceled=True)


def _tell(user: User, starts_on: date, ends_on: date, *, by: Person, at: datetime, canceled: bool = False) -> None:
    payload: dict[str, object] = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
    record("account.absence_set", user, by=by, at=at, payload=payload | ({"canceled": True} if canceled else {}))
