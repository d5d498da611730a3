"""Who covers a place, as a condition on experts: for lists and searches. Routing has its own statement (W-01)."""

from __future__ import annotations

from django.db.models import Q

from vigie.accounts.models import Antenne, AntenneZone
from vigie.directory.models import ExpertZone
from vigie.kernel.zones import Place


def covers(place: Place | None) -> Q:
    """True of an Expert who covers the place: by his own zones if he has some, else by his antenne."""
    if place is None:
        return Q(pk__in=[])  # an unknown commune is covered by nobody
    held = Q()
    for kind, code in place.zones():
        held |= Q(zone_type=kind.value, code=code)
    # Sets that do not depend on the expert, each read once: a condition asked again for each expert is slow.
    own = Q(pk__in=ExpertZone.objects.filter(held).values("expert_id"))
    without_own = ~Q(pk__in=ExpertZone.objects.values("expert_id"))
    by_antenne = Q(antenne__in=AntenneZone.objects.filter(held).values("antenne_id"))
    return own | (without_own & (by_antenne | Q(antenne__level=Antenne.Level.NATIONAL)))
