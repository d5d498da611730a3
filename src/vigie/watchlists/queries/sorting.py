"""Sorting a list, and going on from a line of it.

The place in a list is what the last line shown says in the columns of the sort, signed: the next lines are those that
come after it. No line is met twice nor missed, and nothing is counted from the beginning. A figure that not everybody
reads never goes into an address: the place is then the SIREN of the line, whose figure is read again.
"""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.db.models import F, Q
from django.db.models.expressions import OrderBy

from vigie.watchlists.models import Entry, EntryQuerySet, Publication
from vigie.watchlists.rules_sight import Category

SORT = "tri"  # in the address
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
    "ca": ("figures__revenue_eur",),
    "resultat": ("figures__ebit_eur",),
    "ebe": ("figures__ebitda_eur",),
    "dette": ("figures__debt_eur",),
    "ap": ("figures__used_fte",),
    "forme": ("figures__legal_form",),
    "etat": ("figures__is_closed",),
    "groupe": ("figures__group_head",),
    "alerte": ("-first_alert", "-aggravation"),
    "delai": ("-payment_plan_running",),
    "procedure": ("in_bonis", "plan_running"),  # an open proceeding, then a plan, then in bonis
}
# Key → the nature of data it rests on: refused to who does not hold it (L-05).
RESTS_ON = {"dette": Category.URSSAF, "ap": Category.DGEFP, "delai": Category.URSSAF}
_FIGURES = "figures__"
_TIE = "siren"
_SALT = "vigie.watchlists.place"


def readable(asked: str) -> str:
    """The sort in use: what was asked when it is one, else the default. « -key » turns the order round."""
    return asked if key_of(asked) in KEYS else DEFAULT


def ordered(found: EntryQuerySet, sort: str) -> EntryQuerySet:
    """The lines in this order, the unknown last whichever the way."""
    return found.order_by(*(_direction(name, down) for name, down in _columns(sort)))


def place_of(entry: Entry, sort: str) -> str:
    """The place of a line in this order, for the address of the next ones."""
    told = [entry.siren] if key_of(sort) in RESTS_ON else _values(entry, sort)
    return signing.dumps([sort, *told], salt=_SALT)


def beyond(publication: Publication, sort: str, place: str) -> Q | None:
    """What is true of the lines after a place; None when there is none, or one of another order or unreadable.

    1 query for an order whose figures are not in the place, none for the others.
    """
    try:
        of_sort, *values = signing.loads(place, salt=_SALT)
    except signing.BadSignature:
        return None
    if of_sort != sort:
        return None
    if key_of(sort) in RESTS_ON:
        entry = Entry.objects.filter(publication=publication, siren=values[0]).select_related("figures").first()
        values = [] if entry is None else _values(entry, sort)
    if len(values) != len(_columns(sort)):
        return None
    further, equal = Q(pk__in=[]), Q()
    for (name, down), value in zip(_columns(sort), values, strict=True):
        further |= equal & _beyond(name, value, down)
        equal &= Q(**{f"{name}__isnull": True} if value is None else {name: value})
    return further


def key_of(sort: str) -> str:
    """The sort, whichever way it goes."""
    return sort.removeprefix("-")


def _values(entry: Entry, sort: str) -> list[Any]:
    """What a line says in the columns of a sort; None where it has no figures at all, as the order sees it."""
    figures = getattr(entry, "figures", None)
    return [
        getattr(figures, name.removeprefix(_FIGURES), None) if name.startswith(_FIGURES) else getattr(entry, name)
        for name, _down in _columns(sort)
    ]


def _beyond(name: str, value: object, down: bool) -> Q:
    if value is None:
        return Q(pk__in=[])
    further = Q(**{f"{name}__{'lt' if down else 'gt'}": value})
    return further | Q(**{f"{name}__isnull": True}) if _may_lack(name) else further


def _may_lack(name: str) -> bool:
    """Whether some lines say nothing there: those of an older publication have no figure at all."""
    return name.startswith(_FIGURES) or Entry._meta.get_field(name).null


def _direction(name: str, down: bool) -> OrderBy:
    last = True if _may_lack(name) else None
    return F(name).desc(nulls_last=last) if down else F(name).asc(nulls_last=last)


def _columns(sort: str) -> list[tuple[str, bool]]:
    turned = sort.startswith("-")
    kept = [(name.removeprefix("-"), name.startswith("-") != turned) for name in KEYS[key_of(sort)]]
    return [*kept, (_TIE, False)]
