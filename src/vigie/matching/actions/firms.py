"""The firm of a request, as the registers give it: local tables first, then the company search, else what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vigie.companies import lookup
from vigie.companies.models import Establishment, Source
from vigie.kernel.errors import InvalidInput
from vigie.matching.models import Solicitation

BUDGET_S = 8.0  # in a job: nobody waits for it


@dataclass(frozen=True)
class Firm:
    """establishment: None when nobody told of it. register_down: a register was asked and did not answer."""

    establishment: Establishment | None
    register_down: bool = False


def firm_of(solicitation: Solicitation, *, at: datetime) -> Firm:
    """The establishment of the SIRET given, with what the rules ask of it; never refused because a register is down.

    May call a register: not to be called within a transaction.
    """
    if not solicitation.siret:
        return Firm(None)
    place, down = _held(solicitation.siret), False
    if place is None or place.source == Source.MANUAL:
        down = _asked_and_silent(solicitation.siret, at)
        place = _held(solicitation.siret)
    if place is not None and place.source != Source.MANUAL and place.facts_at is None:
        lookup.refresh_facts(place, at=at, budget=BUDGET_S)
        down = place.facts_at is None
    return Firm(place, register_down=down)


def _held(siret: str) -> Establishment | None:
    return Establishment.objects.select_related("company").filter(siret=siret).first()


def _asked_and_silent(siret: str, at: datetime) -> bool:
    """Has the register asked, which stores what it tells; True when it does not answer."""
    try:
        return lookup.find_establishment(siret, at=at, budget=BUDGET_S).register_down
    except InvalidInput:
        return False  # unknown to it, closed or abroad: it answered
