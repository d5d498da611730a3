"""``rights(person, firm)``: what a person reads of some firms. Pages, lists, searches and exports ask only here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from vigie.rights.person import Person
from vigie.rights.statements import among, composed_once
from vigie.rights.table import grants
from vigie.watchlists.models import Firm
from vigie.watchlists.rules_sight import Category, Ground, Sight, Why, sight


def seen_as(found: Sight) -> dict[str, Any]:
    """What a row of the audit says of a firm: whether it is of the territory, and why its data are open."""
    return {"in_zone": found.ground.visible, "unlocked_by": str(found.by) if found.unlocked else ""}


def audited(person: Person, siren: str) -> dict[str, Any]:
    """The same for one firm, with its SIREN. 1 query."""
    return {"siren": siren, **seen_as(sight_of(person, siren))}


# A line of a list is always a firm of the territory, in alert.
OF_A_LIST: dict[str, Any] = {"in_zone": True, "unlocked_by": str(Why.ALERT)}


def held_by(person: Person) -> frozenset[Category]:
    """The natures of data that the person's roles open, wherever the firm is."""
    return frozenset(category for category in Category if grants(category, person.roles))


def sight_in_list(person: Person) -> Sight:
    """Of the lines of a list: it only shows firms in alert of the reader's territory, hence unlocked."""
    return Sight(Ground(visible=True, alerted=True), held_by(person), Why.ALERT)


def sights(person: Person, sirens: Iterable[str]) -> dict[str, Sight]:
    """siren → what the person reads of it; a firm that nobody knows is left out. 1 query."""
    held, doctrine = held_by(person), settings.VIGIE.visibility_doctrine
    rows = _grounds(person, among(sirens))
    return {
        siren: sight(Ground(visible, alerted, followed), held, doctrine) for siren, visible, alerted, followed in rows
    }


@composed_once
def _grounds(person: Person, sirens: tuple[str, ...]) -> QuerySet[Firm, tuple[str, bool, bool, bool]]:
    rows = Firm.objects.filter(siren__in=sirens).grounds(person)
    return rows.values_list("siren", "visible", "alerted", "followed")


def sight_of(person: Person, siren: str) -> Sight:
    """What the person reads of one firm; nothing of a firm that nobody knows. 1 query."""
    return sights(person, [siren]).get(siren, Sight(held=held_by(person)))
