"""Campaigns on the small invented list of ``watchlists``, among agents of several administrations."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.accounts.factories import person
from tests.companies.factories import EstablishmentFactory
from tests.followup.factories import HERE, MOMENT, communes
from tests.watchlists.factories import opened
from vigie.accounts.models import User
from vigie.campaigns.actions.campaigns import Plan, open_campaign
from vigie.campaigns.models import Campaign, Target
from vigie.campaigns.queries.choosing import by_numbers, from_list
from vigie.companies.models import Company
from vigie.followup.models import Workplace
from vigie.watchlists.models import Publication
from vigie.watchlists.queries.filters import Filters

TOKEN = "jeton-de-campagne-0001"


def listed(folders: Path) -> Publication:
    """The list of June: three firms in alert in département 35, two in 59 of which one is in both."""
    return opened(folders)


def campaign(
    by: User, at: datetime = MOMENT, *, filters: Filters | None = None, numbers: str = "", **told: Any
) -> Campaign:
    """A campaign of this agent on the latest list, or on these numbers."""
    person_ = person(by, at)
    current = Publication.objects.current().first()
    firms = from_list(person_, current, filters or Filters()) if not numbers else []
    plan = Plan(told.pop("name", "Rentrée"), "Appeler avant l’été", date(2026, 7, 1), date(2026, 9, 30))
    token = told.pop("form_token", f"jeton-de-campagne-{Campaign.objects.count():04d}")
    given = [*firms, *by_numbers(person_, numbers).chosen]
    return open_campaign(plan, given, current, form_token=token, by=person_, at=at)


def target(row: Campaign, siren: str) -> Target:
    return row.targets.get(firm_id=siren)


def workplace_of(siren: str) -> Workplace:
    """An establishment in the zone of the tests, of a firm of the list."""
    communes()
    if (known := Workplace.objects.filter(company_id=siren).first()) is not None:
        return known
    place = EstablishmentFactory(company=Company.objects.get(pk=siren), commune_code=HERE, commune_name="Rennes")
    return Workplace.objects.get(pk=place.pk)
