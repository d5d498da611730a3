"""Sorting a list, and going on from a line of it.

The place in a list is what the last line shown says in the columns of the sort, signed: the next lines are those that
come after it. No line is met twice nor missed, and nothing is counted from the beginning.
"""

from __future__ import annotations

from django.core import signing
from django.db.models import F, Q
from django.db.models.expressions import OrderBy

from vigie.watchlists.models import Entry, EntryQuerySet

DEFAULT = "niveau"
# Key of the address → columns, « - » when the greatest comes first. SIREN settles what is equal.
KEYS: dict[str, tuple[str, ...]] = {
    "niveau": ("-level", "rank"),  # « strong » comes after « moderate » in the alphabet
    "entreprise": ("name",),
    "lieu": ("departement", "commune_name"),
    "secteur": ("section", "naf"),
    "effectif": ("workforce_count",),
    "tendance": ("workforce_change_ratio",),
    "frequence": ("alerts_before",),
}
_TIE = "siren"
_SALT = "vigie.watchlists.place"


def readable(asked: str) -> str:
    """The sort in use: what was asked when it is one, else the default. « -key » turns the order round."""
    return asked if asked.removeprefix("-") in KEYS else DEFAULT


def ordered(found: EntryQuerySet, sort: str) -> EntryQuerySet:
    """The lines in this order, the unknown last whichever the way."""
    return found.order_by(*(_direction(name, down) for name, down in _columns(sort)))


def place_of(entry: Entry, sort: str) -> str:
    """The place of a line in this order, for the address of the next ones."""
    return signing.dumps([sort, *(getattr(entry, name) for name, _down in _columns(sort))], salt=_SALT)


def beyond(sort: str, place: str) -> Q | None:
    """What is true of the lines after a place; None when there is none, or one of another order or unreadable."""
    try:
        of_sort, *values = signing.loads(place, salt=_SALT)
    except signing.BadSignature:
        return None
    if of_sort != sort:
        return None
    further, equal = Q(pk__in=[]), Q()
    for (name, down), value in zip(_columns(sort), values, strict=True):
        further |= equal & _beyond(name, value, down)
        equal &= Q(**{f"{name}__isnull": True} if value is None else {name: value})
    return further


def _beyond(name: str, value: object, down: bool) -> Q:
    if value is None:
        return Q(pk__in=[])
    further = Q(**{f"{name}__{'lt' if down else 'gt'}": value})
    return further | Q(**{f"{name}__isnull": True}) if Entry._meta.get_field(name).null else further


def _direction(name: str, down: bool) -> OrderBy:
    last = True if Entry._meta.get_field(name).null else None
    return F(name).desc(nulls_last=last) if down else F(name).asc(nulls_last=last)


def _columns(sort: str) -> list[tuple[str, bool]]:
    turned = sort.startswith("-")
    kept = [(name.removeprefix("-"), name.startswith("-") != turned) for name in KEYS[sort.removeprefix("-")]]
    return [*kept, (_TIE, False)]
