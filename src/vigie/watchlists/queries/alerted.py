"""The firms that a territory opens: what an administrator is told before he changes one. No name leaves from here."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count

from vigie.watchlists.models import Entry, FirmPlace, Publication, by_head_office
from vigie.watchlists.states import OPEN, REPLACED


def alerted_places(departements: frozenset[str]) -> dict[str, frozenset[str]]:
    """SIREN → where a firm in alert in a published list has an establishment, among these départements. 1 query."""
    published = Publication.objects.filter(state__in=(OPEN, REPLACED)).values("pk")
    alerted = Entry.objects.alerts().filter(publication__in=published).values("siren")
    rows = FirmPlace.objects.filter(departement__in=sorted(departements), siren__in=alerted).order_by()
    found: dict[str, set[str]] = defaultdict(set)
    for siren, departement in rows.values_list("siren", "departement"):
        found[siren].add(departement)
    return {siren: frozenset(held) for siren, held in found.items()}


def open_lines(departements: frozenset[str]) -> dict[str, int]:
    """SIREN → its lines, in alert, in the lists open now, for the firms of these départements. 1 query."""
    opened = Publication.objects.filter(state=OPEN).values("pk")
    rows = Entry.objects.alerts().filter(publication__in=opened).order_by()
    if by_head_office():
        rows = rows.filter(departement__in=sorted(departements))
    else:
        rows = rows.filter(siren__in=FirmPlace.objects.filter(departement__in=sorted(departements)).values("siren"))
    return dict(rows.values_list("siren").annotate(lines=Count("pk")))
