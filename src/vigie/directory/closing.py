"""Closing an antenne: its teams leave the address book, what waits for them and its people go to another team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from vigie.accounts import actions as accounts
from vigie.accounts.models import Antenne, Habilitation, User, UserQuerySet
from vigie.directory import actions
from vigie.directory.models import Expert
from vigie.directory.queries.places import places_of_antennes
from vigie.directory.registry import hand_over, running_of
from vigie.journal.crash import crash_point
from vigie.kernel.errors import InvalidInput
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.rights.table import Role
from vigie.ui.components import Link
from vigie.ui.formats import counted

NEAR = ("Dans le même département", "Dans la même région, ou nationales", "Ailleurs")


@dataclass(frozen=True)
class ClosingPage:
    """What an antenne would leave behind it."""

    title: str
    back: str
    sentence: str
    running: tuple[tuple[Link, str], ...]
    needed: bool


@dataclass(frozen=True)
class Closed:
    """What closing did."""

    experts: int
    people: int
    moved: int


def _experts(antenne: Antenne) -> list[Expert]:
    return list(antenne.experts.filter(deleted_at__isnull=True).select_related("antenne").order_by("full_name", "pk"))


def _people(antenne: Antenne) -> UserQuerySet:
    return User.objects.living().filter(antenne=antenne).order_by("pk")


def _managers(antenne: Antenne) -> list[Habilitation]:
    """The habilitations to answer for it, those asked or suspended too: they would open an antenne that is no more."""
    held = Habilitation.objects.filter(role=Role.MANAGER, antenne=antenne)
    return list(held.exclude(state__in=Habilitation.LIFECYCLE.final_codes).order_by("pk"))


def closing_page(antenne: Antenne) -> ClosingPage:
    """``/equipe/annuaire/antennes/<id>/fermer/``; 3 queries."""
    experts = _experts(antenne)
    running, people = running_of([one.pk for one in experts]), _people(antenne).count()
    return ClosingPage(
        title=f"Fermer {antenne.name}",
        back=reverse("directory:antenne", args=[antenne.pk]),
        sentence=(
            f"{counted(len(experts), 'équipe')} et {counted(people, 'personne')} dans cette antenne, "
            f"{counted(len(running), 'mise en relation en cours', 'mises en relation en cours')}."
        ),
        running=tuple((Link(one.label, one.href), one.expert) for one in running),
        needed=bool(running or people),
    )


def heirs(antenne: Antenne) -> list[tuple[str, list[tuple[str, str]]]]:
    """The teams of the same institution that can take over, to choose from, the nearest first. 4 queries."""
    rows = Expert.objects.filter(
        antenne__institution=antenne.institution_id, deleted_at__isnull=True, antenne__deleted_at__isnull=True
    )
    rows = rows.exclude(antenne=antenne).select_related("antenne").order_by("antenne__name", "full_name", "pk")
    places = places_of_antennes(antenne.institution_id)
    here = places[antenne.pk]
    groups: dict[str, list[tuple[str, str]]] = {label: [] for label in NEAR}
    for one in rows:
        place = places[one.antenne_id]
        if place.departements & here.departements:
            label = NEAR[0]
        elif place.regions & here.regions or one.antenne.level == Antenne.Level.NATIONAL:
            label = NEAR[1]
        else:
            label = NEAR[2]
        groups[label].append((str(one.pk), f"{one.full_name} ({one.antenne.name})"))
    return [(label, teams) for label, teams in groups.items() if teams]


@transaction.atomic
def close_antenne(antenne: Antenne, *, to: Expert | None, by: Person, at: datetime) -> Closed:
    """Closes as a whole or not at all; a second sending finds it closed. to: the team that takes over.

    Raises InvalidInput when something or somebody would be left to nobody, and Refused when a need cannot be moved.
    """
    require(by, "directory.edit")
    row = Antenne.objects.select_for_update().get(pk=antenne.pk)
    if row.deleted_at is not None:
        return Closed(0, 0, 0)
    experts, people = _experts(row), list(_people(row))
    running = running_of([one.pk for one in experts])
    if to is None and (running or people):
        left = [counted(len(running), "mise en relation en cours", "mises en relation en cours")] if running else []
        left += [counted(len(people), "personne")] if people else []
        raise InvalidInput("nobody_takes_over", f"Choisissez l’équipe qui reprend {' et '.join(left)}.", field="expert")
    moved = 0
    if to is not None:
        if to.antenne_id == row.pk or to.antenne.institution_id != row.institution_id:
            raise InvalidInput("other_institution", "Choisissez une équipe de la même institution.", field="expert")
        moved = hand_over([one.pk for one in experts], to, by=by, at=at)
        crash_point("closing.after_needs")
        for user in people:
            accounts.change_account(user, {"antenne_id": to.antenne_id}, by=by, at=at)
    for held in _managers(row):
        accounts.revoke(held, by=by, at=at)
        crash_point("closing.after_revoked")
    for expert in experts:
        actions.remove(expert, by=by, at=at)
        crash_point("closing.after_expert")
    actions.remove(row, by=by, at=at)
    return Closed(len(experts), len(people), moved)
