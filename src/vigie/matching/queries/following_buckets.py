"""Which bucket of « Suivi » a need is in: the counter of a tab and its list come from the same row of ``TABS``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from vigie.matching.models import Match, Need, NeedTag, Reminder
from vigie.matching.queries.positions import name_among
from vigie.matching.queries.reminding import asked_before, days_ago, reachable, thresholds
from vigie.matching.rules.reminders import ABANDON, LAST_CHANCE, REFUSED, SILENT
from vigie.matching.states import EXPIRED, NOT_FOR_ME, QUO
from vigie.rights.person import Person
from vigie.rights.statements import Spelled, composed_once
from vigie.territory.models import Commune

PER_PAGE = 25


@dataclass(frozen=True)
class FollowingFilters:
    """What narrows the lists; empty: nothing."""

    region: str = ""
    institution: int | None = None
    subject: int | None = None
    tag: int | None = None

    def parameters(self) -> list[tuple[str, str]]:
        """The filters in use as they are written in the address."""
        named: dict[str, object] = {"region": self.region, "institution": self.institution}
        named |= {"sujet": self.subject, "etiquette": self.tag}
        return [(name, str(value)) for name, value in named.items() if value not in ("", None)]


@dataclass(frozen=True)
class Marks:
    """An expert asked before the first of these moments is silent; before the second, he has his last chance."""

    reminder: datetime
    last_chance: datetime


def marks(at: datetime) -> Marks:
    """The moments as they are on that day."""
    limits = thresholds()
    return Marks(days_ago(at, limits.reminder), days_ago(at, limits.last_chance))


@dataclass(frozen=True)
class FollowingTab:
    """A bucket: what is in it, what an empty one says, what the team may say there unless it was said. No need is in
    two of them.
    """

    code: str
    label: str
    within: Callable[[Marks], Q]
    empty: tuple[str, str]
    acts: tuple[str, ...] = ()


def _somebody_reads(*asked: Q) -> Exists:
    """An expert who has not answered, asked then, whose mailbox is read."""
    return Exists(Match.objects.filter(reachable("expert__"), *asked, need=OuterRef("pk"), state=QUO))


def _refusal_told() -> Exists:
    return Exists(Reminder.objects.filter(need=OuterRef("pk"), expert__isnull=True, kind=REFUSED))


TABS = (
    FollowingTab(
        "sans-reponse",
        "Sans réponse (J+9)",
        lambda known: Q(
            Q(status=QUO),
            ~_somebody_reads(asked_before(known.last_chance)),
            _somebody_reads(asked_before(known.reminder)),
        ),
        ("Personne n’attend depuis neuf jours", "Les besoins sans réponse arriveront ici au neuvième jour."),
        (SILENT,),
    ),
    FollowingTab(
        "risque",
        "Risque d’abandon (J+21)",
        lambda known: Q(Q(status=QUO), _somebody_reads(asked_before(known.last_chance))),
        ("Aucun besoin ne risque l’abandon", "Les besoins sans réponse depuis 21 jours arriveront ici."),
        (LAST_CHANCE, ABANDON),
    ),
    FollowingTab(
        "abandonnes",
        "Abandonnés",
        lambda _known: Q(status=EXPIRED),
        ("Aucun besoin abandonné", "Les besoins restés 45 jours sans réponse se retrouvent ici."),
    ),
    FollowingTab(
        "refuses",
        "Refusés",
        lambda _known: Q(Q(status=NOT_FOR_ME), ~_refusal_told()),
        ("Aucun refus à traiter", "Un besoin que tous les experts ont refusé attend ici que l’entreprise le sache."),
        (REFUSED,),
    ),
    FollowingTab(
        "injoignables",
        "Sans expert joignable",
        lambda _known: Q(Q(status=QUO), ~_somebody_reads()),
        ("Tous les besoins ont un expert", "Un besoin dont les experts ont quitté l’annuaire arrivera ici."),
        (ABANDON,),
    ),
)
TABS_BY_CODE = {tab.code: tab for tab in TABS}


@dataclass(frozen=True)
class FollowedNeed:
    """A need as its line and its buttons read it. email: where its company is written to; empty: nowhere."""

    pk: int
    status: str
    sent_at: datetime | None
    subject: str
    commune: str
    company: str
    email: str


def bucket_counts(person: Person, filters: FollowingFilters, at: datetime) -> dict[str, int]:
    """Tab → how many needs of this person's reach. 1 query, which looks at each need that waits once."""
    found = dict(_counts(person, filters, marks(at)))
    return {tab.code: found.get(tab.code, 0) for tab in TABS}


def bucket_needs(
    person: Person, filters: FollowingFilters, tab: FollowingTab, start: int, at: datetime
) -> list[FollowedNeed]:
    """A page of the tab, from that place on, the longest sent first. 1 query."""
    rows = _rows(person, filters, frozenset({tab.code}), marks(at), Spelled(start))
    return [
        FollowedNeed(pk, status, sent_at, subject, commune, name_among(*names), met if asker is None else asker)
        for pk, status, sent_at, subject, commune, *names, asker, met in rows
    ]


@composed_once
def _counts(person: Person, filters: FollowingFilters, known: Marks) -> QuerySet[Need, tuple[str, int]]:
    bucket = Case(
        *(When(tab.within(known), then=Value(tab.code)) for tab in TABS), default=Value(""), output_field=CharField()
    )
    found = _followed(person, filters).filter(status__in=(QUO, EXPIRED, NOT_FOR_ME)).order_by()
    return found.values(bucket=bucket).annotate(count=Count("pk")).values_list("bucket", "count")


@composed_once
def _rows(
    person: Person, filters: FollowingFilters, codes: frozenset[str], known: Marks, start: Spelled
) -> QuerySet[Need, tuple[object, ...]]:
    (code,) = codes
    found = _followed(person, filters).filter(TABS_BY_CODE[code].within(known)).order_by("sent_at", "pk")
    return found.values_list(
        "pk", "status", "sent_at", "subject__label", "diagnosis__commune_code",
        "diagnosis__establishment__company__name", "diagnosis__solicitation__company_name", "diagnosis__company_name",
        "diagnosis__solicitation__email", "diagnosis__contact__email",
    )[start : start + PER_PAGE]  # fmt: skip


def _followed(person: Person, filters: FollowingFilters) -> QuerySet[Need]:
    """The needs of this person's reach that the filters keep."""
    needs = Need.objects.allowed(person, "need.view")
    if filters.region:
        theirs = Commune.objects.filter(region_code=filters.region)
        needs = needs.filter(diagnosis__commune_code__in=theirs.values("code"))
    if filters.subject is not None:
        needs = needs.filter(subject=filters.subject)
    if filters.institution is not None:
        asked = Match.objects.filter(need=OuterRef("pk"), expert__antenne__institution=filters.institution)
        needs = needs.filter(Exists(asked))
    if filters.tag is not None:
        needs = needs.filter(Exists(NeedTag.objects.filter(need=OuterRef("pk"), tag=filters.tag)))
    return needs
