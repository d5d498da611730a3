"""Sorting a list, and going on from a line of it.

The place in a list is the SIREN of the last line shown: the next lines are those that come after it in the order asked,
found by comparing with its own values. No line is met twice nor missed, and nothing is counted from the beginning.
"""

from __future__ import annotations

from django.db.models import F, Q
from django.db.models.expressions import OrderBy

from vigie.kernel.siren import is_siren
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


def readable(asked: str) -> str:
    """The sort in use: what was asked when it is one, else the default. « -key » turns the order round."""
    return asked if asked.removeprefix("-") in KEYS else DEFAULT


def ordered(found: EntryQuerySet, sort: str) -> EntryQuerySet:
    """The lines in this order, the unknown last whichever the way."""
    return found.order_by(*(_direction(name, down) for name, down in _columns(sort)))


def after(found: EntryQuerySet, everything: EntryQuerySet, sort: str, siren: str) -> EntryQuerySet:
    """The lines that come after this firm's; all of them when it is not in ``everything``, which is not filtered."""
    if not is_siren(siren):
        return found
    columns = _columns(sort)
    row = everything.filter(siren=siren).values(*(name for name, _down in columns)).first()
    if row is None:
        return found
    beyond, equal = Q(pk__in=[]), Q()
    for name, down in columns:
        beyond |= equal & _beyond(name, row[name], down)
        equal &= Q(**{f"{name}__isnull": True} if row[name] is None else {name: row[name]})
    return found.filter(beyond)


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
