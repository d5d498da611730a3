"""What narrows a list: the filters, what each asks of the database, and those that a reader may use.

A filter that rests on a nature of data that the reader does not hold is not offered, and refused when it is sent by
hand: it would let him guess the value (L-05). All are combined with AND.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from vigie.agents.models import Follow
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden
from vigie.kernel.siren import compact, is_siren
from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.rights.statements import composed_once
from vigie.territory.models import Zone
from vigie.watchlists.models import Entry, EntryQuerySet, FirmPlace, Publication, ReworkedEntry, ReworkedList
from vigie.watchlists.queries.figure_cells import PROCEEDINGS
from vigie.watchlists.queries.sorting import RESTS_ON as SORTS_REST_ON
from vigie.watchlists.queries.sorting import SORT, key_of
from vigie.watchlists.rules_sight import CATEGORY_LABELS, Category, Sight

# Parameter of the address → the nature of data it rests on.
RESTS_ON = {"delai": Category.URSSAF, "dette_min": Category.URSSAF}
PROCEDURES = (
    ("bonis", "In bonis"),
    ("plan", "Plan de continuation ou de sauvegarde"),
    ("procedure", "Procédure en cours, sans plan"),
    *PROCEEDINGS,
)
STATES = (("ouverte", "En activité"), ("fermee", "Fermée"))
PAYMENT_PLANS = (("sans", "Sans délai Urssaf"), ("avec", "Avec un délai Urssaf"))
PROCEEDINGS_SOURCE = "procol"
THOUSAND = 1000


@dataclass(frozen=True)
class Filters:
    """What narrows the list; empty: nothing."""

    q: str = ""
    level: str = ""
    region: str = ""
    departements: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    workforce_min: int | None = None
    workforce_max: int | None = None
    proceedings: str = ""
    payment_plan: str = ""
    first_alert: bool = False
    aggravation: bool = False
    not_recent: bool = False
    followed: bool = False
    not_followed: bool = False
    legal_forms: tuple[str, ...] = ()  # families of two digits, categories of four
    state: str = ""
    revenue_min: int | None = None  # thousands of euros
    revenue_max: int | None = None
    debt_min: int | None = None  # euros
    lists_min: int | None = None
    reworked: bool = False

    def parameters(self) -> dict[str, str]:
        """The filters in use, for the audit: codes only, what was searched is not kept."""
        told = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "q"}
        kept = {name: _told(value) for name, value in told.items() if _asks(value)}
        return kept | ({"searched": "yes"} if self.q else {})


def _asks(value: object) -> bool:
    """Whether a filter narrows; zero does."""
    return value is not False and value not in ("", None, ())


def _told(value: object) -> str:
    """« yes », « 34,48 », « 12 »."""
    return "yes" if value is True else ",".join(sorted(value)) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True)
class Choices:
    """What the filters offer this reader. refused: the parameters that rest on what he does not hold.

    refused_sorts: the keys of the sorts that do.
    """

    regions: tuple[tuple[str, str], ...]
    departements: tuple[tuple[str, str], ...]
    refused: frozenset[str] = frozenset()
    refused_sorts: frozenset[str] = frozenset()

    def usable(self, name: str, value: str) -> bool:
        """Whether this reader may ask this in an address."""
        return name not in self.refused and not (name == SORT and key_of(value) in self.refused_sorts)


def choices_for(person: Person, sight: Sight) -> Choices:
    """The départements of the territory and their régions; all of them for France as a whole. 1 query."""
    rows = _zones()
    inside = [
        (code, name, region)
        for kind, code, name, region in rows
        if kind == ZoneType.DEPARTEMENT and (person.nationwide or code in person.departements)
    ]
    wanted = {region for _code, _name, region in inside}
    regions = [(code, name) for kind, code, name, _up in rows if kind == ZoneType.REGION and code in wanted]
    return Choices(
        regions=tuple(sorted(regions, key=lambda pair: pair[1])),
        departements=tuple((code, f"{code} – {name}") for code, name, _region in inside),
        refused=frozenset(name for name, category in RESTS_ON.items() if not sight.opens(category)),
        refused_sorts=frozenset(key for key, category in SORTS_REST_ON.items() if not sight.opens(category)),
    )


@composed_once
def _zones() -> QuerySet[Zone, tuple[str, str, str, str]]:
    zones = Zone.objects.filter(zone_type__in=(ZoneType.DEPARTEMENT, ZoneType.REGION)).order_by("code")
    return zones.values_list("zone_type", "code", "name", "region_code")


def all_departements() -> tuple[tuple[str, str], ...]:
    """Every département, for a search that knows no border. 1 query."""
    rows = Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT).order_by("code").values_list("code", "name")
    return tuple((code, f"{code} – {name}") for code, name in rows)


def require_offered(sent: Mapping[str, str], choices: Choices) -> None:
    """Forbidden when a filter or a sort that rests on a nature of data not held was sent by hand."""
    held_back = [RESTS_ON[name] for name in sorted(choices.refused) if sent.get(name)]
    key = key_of(str(sent.get(SORT, "")))
    held_back += [SORTS_REST_ON[key]] if key in choices.refused_sorts else []
    if held_back:
        label = CATEGORY_LABELS[held_back[0]]
        raise Forbidden("filter_not_permitted", f"Votre habilitation n’ouvre pas ce critère\u00a0: {label}.")


def narrowed(person: Person, publication: Publication, filters: Filters) -> EntryQuerySet:
    """The firms in alert of a list, in the territory of the reader, that answer to all the filters."""
    found = Entry.objects.allowed(person, "entry.view").filter(publication=publication).alerts()
    for name, condition in _CONDITIONS.items():
        value = getattr(filters, name)
        if _asks(value):
            found = found.filter(condition(value))
    if filters.reworked:
        found = found.filter(siren__in=kept_by_hand(person, publication))
    if filters.followed:
        found = found.filter(siren__in=opened_to(person).values("siren"))
    if filters.not_followed:
        found = found.exclude(siren__in=opened_to(person).values("siren"))
    return found


def has_reworked(person: Person, publication: Publication) -> bool:
    """Whether a working list of this list was made, that the reader may read. 1 query at most."""
    if not may(person, "reworked.list"):
        return False
    return bool(_working_lists(person, publication.pk))


@composed_once
def _working_lists(person: Person, publication: int) -> QuerySet[Any, Any]:
    return ReworkedList.objects.allowed(person, "reworked.view").filter(publication=publication).order_by()[:1]


def kept_by_hand(person: Person, publication: Publication) -> QuerySet[Any, Any]:
    """The firms that are today in one of the working lists of this list that the reader may read."""
    known = ReworkedList.objects.allowed(person, "reworked.view").filter(publication=publication)
    kept = ReworkedEntry.objects.filter(reworked__in=known.order_by().values("pk"))
    return kept.now().filter(stays=True).order_by().values("siren")  # type: ignore[attr-defined]


def follows(person: Person) -> QuerySet[Follow]:
    """What this person follows by his own choice, now."""
    return opened_to(person).filter(origin=Follow.Origin.PERSONAL)


def opened_to(person: Person) -> QuerySet[Follow]:
    """What this person follows now, by his own choice or through a file."""
    if person.user_id is None:
        return Follow.objects.none()
    return Follow.objects.running(now()).filter(user_id=person.user_id)


def proceedings_known(publication: Publication) -> bool:
    """Whether the source of collective proceedings was read: without it, no firm can be said in bonis (L-02)."""
    return any(
        source["name"] == PROCEEDINGS_SOURCE and source["data_until"] for source in publication.told.get("sources", ())
    )


def _searched(text: str) -> Q:
    """A SIREN, or words of the name as the list writes it or in capitals."""
    if is_siren(compact(text)):
        return Q(siren=compact(text))
    condition = Q()
    for word in text.split():
        plain = fold(word)
        if word.isascii() and plain.lower() == word.lower():  # the same question: asked once
            condition &= Q(name__icontains=word)
        else:
            condition &= Q(name__icontains=word) | Q(name__icontains=plain) if plain else Q(name__contains=word)
    return condition


def _in_departements(codes: tuple[str, ...]) -> Q:
    return Q(siren__in=FirmPlace.objects.filter(departement__in=sorted(codes)).values("siren"))


def _of_legal_forms(codes: tuple[str, ...]) -> Q:
    """One of these families or categories: a category begins with its family."""
    return reduce(or_, (Q(figures__legal_form__startswith=code) for code in sorted(codes)))


_PROCEEDINGS = {
    "bonis": Q(in_bonis=True),
    "plan": Q(plan_running=True),
    "procedure": Q(in_bonis=False, plan_running=False),
    **{code: Q(figures__proceedings_state=code) for code, _label in PROCEEDINGS},
}
_CONDITIONS: dict[str, Callable[..., Q]] = {
    "q": _searched,
    "level": lambda value: Q(level=value),
    "region": lambda value: Q(region=value),
    "departements": _in_departements,
    "sections": lambda value: Q(section__in=sorted(value)),
    # An unknown workforce is out as soon as one is asked for.
    "workforce_min": lambda value: Q(workforce_count__gte=value),
    "workforce_max": lambda value: Q(workforce_count__lte=value),
    "proceedings": _PROCEEDINGS.__getitem__,
    "payment_plan": lambda value: Q(payment_plan_running=value == "avec"),
    "first_alert": lambda value: Q(first_alert=True),
    "aggravation": lambda value: Q(aggravation=True),
    # An unknown figure is out as soon as one is asked for.
    "legal_forms": _of_legal_forms,
    "state": lambda value: Q(figures__is_closed=value == "fermee"),
    "revenue_min": lambda value: Q(figures__revenue_eur__gte=value * THOUSAND),
    "revenue_max": lambda value: Q(figures__revenue_eur__lte=value * THOUSAND),
    "debt_min": lambda value: Q(figures__debt_eur__gte=value),
    "lists_min": lambda value: Q(alerts_before__gte=value - 1),  # this list is one
    "not_recent": lambda value: Q(recent_company=False),
}
