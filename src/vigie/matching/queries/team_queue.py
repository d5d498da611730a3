"""The requests of the queue by tab and by filter: one collection per row of ``TABS``, its counter and its list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.expressions import OrderBy
from django.db.models.functions import Cast, Coalesce

from vigie.directory.models import Subject
from vigie.kernel.period import PARIS
from vigie.kernel.text import fold
from vigie.matching.models import Candidate, Need, Solicitation, SolicitationQuerySet, SolicitationTag
from vigie.matching.states import CANCELED, IN_PROGRESS, INCOMPLETE, PROCESSED
from vigie.rights.person import Person
from vigie.rights.statements import Spelled, anew, composed_once, counts
from vigie.territory.models import Commune

PER_PAGE = 25
WORDS_MAX = 8
NOWHERE = "aucune"  # the requests whose commune is not known
_DAY = timedelta(days=1)
# What a line shows.
_SHOWN = (
    "state", "company_name", "full_name", "commune_code", "description", "hold_reasons", "cancel_reason", "transmit_at",
    "created_at", "completed_at", "transmitted_at", "canceled_at", "landing_subject__subject__label",
    "refusal_template__title",
)  # fmt: skip


@dataclass(frozen=True)
class QueueFilters:
    """What narrows the queue; empty: nothing. Dates are days of Paris, both included."""

    q: str = ""
    theme: int | None = None
    region: str = ""
    reason: str = ""
    tag: int | None = None
    since: date | None = None
    until: date | None = None

    def parameters(self) -> list[tuple[str, str]]:
        """The filters in use as they are written in the address."""
        named: dict[str, object] = {"q": self.q, "theme": self.theme, "region": self.region, "motif": self.reason}
        named |= {"etiquette": self.tag, "depuis": self.since, "jusqu_au": self.until}
        return [(name, str(value)) for name, value in named.items() if value not in ("", None)]


@dataclass(frozen=True)
class QueueTab:
    """A collection of requests: which ones, in which order, what their moment means, what an empty one says."""

    code: str
    label: str
    within: Q
    order: tuple[str | OrderBy, ...]
    moment: str
    empty: tuple[str, str]


TABS = (
    QueueTab(
        "recues",
        "Reçues",
        Q(state=IN_PROGRESS, transmit_at__isnull=True),
        ("completed_at", "pk"),
        "completed_at",
        ("Rien n’attend l’équipe", "Les demandes à valider ou retenues par un contrôle arriveront ici."),
    ),
    QueueTab(
        "programmees",
        "Programmées",
        Q(state=IN_PROGRESS, transmit_at__isnull=False),
        ("transmit_at", "pk"),
        "completed_at",
        ("Aucune transmission programmée", "Une demande que rien ne retient attend ici avant de partir d’elle-même."),
    ),
    QueueTab(
        "transmises",
        "Mises en relation",
        Q(state=PROCESSED),
        (F("transmitted_at").desc(), "-pk"),
        "transmitted_at",
        ("Rien de transmis", "Les demandes transmises aux experts se retrouvent ici."),
    ),
    QueueTab(
        "abandonnees",
        "Abandonnées",
        Q(state=CANCELED),
        (F("canceled_at").desc(), "-pk"),
        "canceled_at",
        ("Rien d’abandonné", "Les demandes refusées, retirées ou indésirables se retrouvent ici."),
    ),
    QueueTab(
        "inachevees",
        "Inachevées",
        Q(state__in=INCOMPLETE),
        (F("created_at").desc(), "-pk"),
        "created_at",
        ("Rien d’inachevé", "Les demandes commencées sur le site et pas encore envoyées se retrouvent ici."),
    ),
)
TABS_BY_CODE = {tab.code: tab for tab in TABS}


@dataclass(frozen=True)
class _Narrowing:
    """The filters as a statement takes them. typed and reason become parts of patterns: it is written anew for them."""

    theme: int | None
    tag: int | None
    region: str
    nowhere: bool
    since: datetime | None
    until: datetime | None
    typed: str
    reason: str

    @classmethod
    def of(cls, filters: QueueFilters) -> _Narrowing:
        nowhere = filters.region == NOWHERE
        return cls(
            theme=filters.theme,
            tag=filters.tag,
            region="" if nowhere else filters.region,
            nowhere=nowhere,
            since=_midnight(filters.since) if filters.since else None,
            until=_midnight(filters.until + _DAY) if filters.until else None,
            typed=filters.q,
            reason=filters.reason,
        )


def queue_counts(person: Person, filters: QueueFilters) -> dict[str, int]:
    """Tab → how many requests of this person's reach the filters keep. 1 query."""
    narrowing = _Narrowing.of(filters)
    asked = (person, narrowing)
    found = anew(_counts, *asked) if narrowing.typed or narrowing.reason else _counts(*asked)
    return dict(zip(TABS_BY_CODE, found[0] if found else (0,) * len(TABS), strict=True))


def queue_rows(person: Person, filters: QueueFilters, tab: QueueTab, start: int) -> list[Any]:
    """A page of the tab, from that place on, with what a line shows. 1 query."""
    narrowing = _Narrowing.of(filters)
    asked = (person, narrowing, frozenset({tab.code}), Spelled(start))
    return anew(_rows, *asked) if narrowing.typed or narrowing.reason else _rows(*asked)


@composed_once
def _counts(person: Person, filters: _Narrowing) -> QuerySet[Any, tuple[int, ...]]:
    return counts(_narrowed(person, filters), **{tab.code: tab.within for tab in TABS})


def _narrowed(person: Person, filters: _Narrowing) -> SolicitationQuerySet:
    requests = Solicitation.objects.allowed(person, "solicitation.view")
    conditions = _named(filters.typed) if filters.typed else Q()
    if filters.theme is not None:
        conditions &= Q(landing_subject__subject__theme=filters.theme)
    if filters.tag is not None:
        conditions &= Q(pk__in=SolicitationTag.objects.filter(tag=filters.tag).values("solicitation"))
    if filters.nowhere:
        conditions &= ~Q(commune_code__in=Commune.objects.values("code"))
    if filters.region:
        conditions &= Q(commune_code__in=Commune.objects.filter(region_code=filters.region).values("code"))
    if filters.since is not None:
        conditions &= Q(created_at__gte=filters.since)
    if filters.until is not None:
        conditions &= Q(created_at__lt=filters.until)
    if filters.reason:
        requests = requests.annotate(holds=Cast("hold_reasons", TextField()))
        conditions &= Q(holds__contains=f'"{filters.reason}"')
    return requests.filter(conditions)


def _named(typed: str) -> Q:
    """Every word is found in the request or, once it is analysed, in what the search of the desks reads.

    A number typed in groups (SIRET, telephone) is one word. Before the analysis, accents count.
    """
    folded = fold(typed)
    digits = folded.replace(" ", "")
    pairs = [(digits, digits)] if digits.isdecimal() else [(fold(word), word) for word in typed.split()]
    conditions = Q()
    for word, raw in pairs[:WORDS_MAX]:
        if not word:
            continue
        one = Q(pk__in=Need.objects.filter(search_text__contains=word).values("diagnosis__solicitation"))
        for name in ("company_name", "full_name", "email", "siret", "description", "landing_subject__title"):
            one |= Q(**{f"{name}__icontains": raw})
        conditions &= one
    return conditions


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=PARIS)


@composed_once
def _rows(person: Person, filters: _Narrowing, codes: frozenset[str], start: Spelled) -> QuerySet[Any]:
    """Sorted by their keys alone, then read: a line asks three subqueries, which thousands would not bear."""
    (code,) = codes
    tab = TABS_BY_CODE[code]
    sorted_ = _narrowed(person, filters).filter(tab.within).order_by(*tab.order)
    ticked = Candidate.objects.filter(need__diagnosis__solicitation=OuterRef("pk"), ticked=True)
    experts = ticked.order_by().values("need__diagnosis__solicitation").annotate(count=Count("pk")).values("count")
    subject = Subject.objects.filter(needs__diagnosis__solicitation=OuterRef("pk")).order_by("needs__pk")
    return (
        Solicitation.objects.filter(pk__in=sorted_.values("pk")[start : start + PER_PAGE])
        .annotate(
            experts=Coalesce(Subquery(experts, output_field=IntegerField()), 0),
            need_subject=Subquery(subject.values("label")[:1]),
            analysed=F("diagnosis__pk"),
        )
        .select_related("landing_subject__subject", "refusal_template")
        .only(*_SHOWN)
        .order_by(*tab.order)
    )
