"""The contacts of campaigns and the visits made, for who may know of them: what a list says of the last contact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from vigie.campaigns.models import Contact, Target, Visit
from vigie.campaigns.states import HELD
from vigie.followup.models import Analysis
from vigie.rights.person import Person


def contacts_with(person: Person, sirens: Sequence[str]) -> Iterator[tuple[str, date, str]]:
    """(siren, day, how) of the contacts of the campaigns that this person reads. 1 query."""
    targets = Target.objects.allowed(person, "target.view").filter(firm_id__in=list(sirens))
    rows = Contact.objects.filter(target__in=targets.order_by().values("pk")).order_by()
    for siren, on, channel in rows.values_list("target__firm_id", "contacted_on", "channel"):
        yield siren, on, f"{Analysis.Channel(channel).label}, campagne"


def visits_to(person: Person, sirens: Sequence[str]) -> Iterator[tuple[str, date, str]]:
    """(siren, day, how) of the visits made that this person may know of. 1 query."""
    rows = Visit.objects.allowed(person, "visit.view").filter(firm_id__in=list(sirens), state=HELD).order_by()
    for siren, on in rows.values_list("firm_id", "planned_on"):
        yield siren, on, "Visite"
