"""Planning a visit, saying that it was held and what was said, cancelling it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import IntegrityError, transaction

from vigie.accounts.models import User
from vigie.accounts.models_agents import Network
from vigie.accounts.queries import person_for
from vigie.campaigns.models import Visit, VisitReport
from vigie.campaigns.rules import CANCELLATIONS, COMPANIONS_AT_MOST, refuse_day
from vigie.companies.models import Establishment
from vigie.journal.actions import perform, record
from vigie.kernel.errors import InvalidInput, TransitionRefused
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.territory.queries import place_of
from vigie.watchlists.models import Firm


@dataclass(frozen=True)
class Appointment:
    """When, where, and with whom (addresses of agents)."""

    place: Establishment
    planned_on: date
    planned_at: time | None = None
    companions: Iterable[str] = ()


def plan_visit(firm: Firm, asked: Appointment, *, form_token: str, by: Person, at: datetime) -> Visit:
    """A visit, its author being its organiser; those who come are told. The same form sent twice plans one.

    InvalidInput for a day that is past, and for a companion who may not read this firm: a visit opens nothing.
    """
    require(by, "visit.plan", firm)
    same = Visit.objects.filter(form_token=form_token, organiser_id=by.user_id).first()
    if same is not None:
        return same
    refuse_day(asked.planned_on, paris_day(at))
    found = place_of(asked.place.commune_code)
    try:
        with transaction.atomic():
            visit = Visit.objects.create(
                firm=firm, where=asked.place.commune_name or "Lieu non précisé",
                departement=found.departement if found else "", planned_on=asked.planned_on,
                planned_at=asked.planned_at, organiser_id=by.user_id or 0, created_at=at, form_token=form_token,
            )  # fmt: skip
            visit.companions.set(_companions(firm, asked.companions, by, at))
            record("visit.planned", visit, by=by, at=at)
    except IntegrityError:  # the same form, sent twice at once
        return Visit.objects.get(form_token=form_token, organiser_id=by.user_id)
    return visit


@transaction.atomic
def hold_visit(visit: Visit, network: Network | None, text: str, *, by: Person, at: datetime) -> Visit:
    """The visit took place. text: what was said, read by this network only; empty: nothing is written.

    network: None for who belongs to none, and writes nothing.
    """
    row = Visit.objects.select_for_update().get(pk=visit.pk)
    require(by, "visit.manage", row)
    if row.planned_on > paris_day(at):
        raise TransitionRefused("visit_to_come", "Cette visite est à venir\u00a0: notez-la une fois faite.")
    if text and (network is None or network.code not in by.networks or not network.is_active):
        raise InvalidInput("network_unknown", "Choisissez un de vos réseaux.", field="network")
    held: Visit = perform(row, "hold", by=by, at=at)
    if text and network is not None:
        VisitReport.objects.create(visit=held, network=network, author_id=by.user_id or 0, text=text, written_at=at)
    return held


def cancel_visit(visit: Visit, why: str, *, by: Person, at: datetime) -> Visit:
    """The visit will not take place; those who were to come are told. why: code of the reason."""
    changes = {"cancelled_for": why if why in dict(CANCELLATIONS) else ""}
    cancelled: Visit = perform(visit, "cancel", by=by, at=at, changes=changes)
    return cancelled


def _companions(firm: Firm, addresses: Iterable[str], by: Person, at: datetime) -> list[User]:
    found: dict[int, User] = {}
    for address in addresses:
        user = User.objects.living().with_address(address).first()
        if user is None or not Firm.objects.allowed(person_for(user, at), "visit.plan").filter(pk=firm.pk).exists():
            raise InvalidInput(
                "companion_unfit",
                f"{address}\u00a0: cette personne n’a pas de compte, ou son habilitation n’ouvre pas cette entreprise.",
                field="companions",
            )
        found[user.pk] = user
    found.pop(by.user_id or 0, None)
    if len(found) > COMPANIONS_AT_MOST:
        raise InvalidInput("too_many_companions", f"{COMPANIONS_AT_MOST}\u00a0personnes au plus.", field="companions")
    return list(found.values())
