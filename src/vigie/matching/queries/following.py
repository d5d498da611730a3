"""« Suivi »: the needs that wait, by what they wait for. A counter and its list come from the same row of ``TABS``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from vigie.accounts.models import Institution
from vigie.directory.models import Subject
from vigie.matching.models import Match, Need, NeedTag, Reminder
from vigie.matching.queries.choices import all_tags, commune_names, regions
from vigie.matching.queries.positions import company_name
from vigie.matching.queries.reminding import ASKED_AT, days_ago, reachable, thresholds
from vigie.matching.rules.reminders import ABANDON, BY_HAND, LAST_CHANCE, REFUSED, SILENT, days_between
from vigie.matching.states import EXPIRED, NEED_STATUS_BY_CODE, NOT_FOR_ME, QUO, UNANSWERED
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.territory.models import Commune
from vigie.ui.components import ActButton, Tab
from vigie.ui.formats import counted, day_short, listed

PER_PAGE = 25
NAMED = 4  # silent experts named in a line; the rest is counted
_KINDS = dict(Reminder.Kind.choices)
_SHOWN = (
    "status", "sent_at", "subject__label", "diagnosis__commune_code",
    "diagnosis__solicitation__company_name", "diagnosis__establishment__company__name", "diagnosis__contact__email",
    "diagnosis__solicitation__email",
)  # fmt: skip


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
class FollowingTab:
    """A bucket: what is in it, what an empty one says."""

    code: str
    label: str
    within: Callable[[datetime], Q]
    empty: tuple[str, str]


def _silent_for(at: datetime, least: int, most: int | None = None) -> Q:
    within = Q(status=QUO, somebody_reads=True, silent_since__lt=days_ago(at, least))
    return within & Q(silent_since__gte=days_ago(at, most)) if most is not None else within


TABS = (
    FollowingTab(
        "sans-reponse",
        "Sans réponse (J+9)",
        lambda at: _silent_for(at, thresholds().reminder, thresholds().last_chance),
        ("Personne n’attend depuis neuf jours", "Les besoins sans réponse arriveront ici au neuvième jour."),
    ),
    FollowingTab(
        "risque",
        "Risque d’abandon (J+21)",
        lambda at: _silent_for(at, thresholds().last_chance),
        ("Aucun besoin ne risque l’abandon", "Les besoins sans réponse depuis 21 jours arriveront ici."),
    ),
    FollowingTab(
        "abandonnes",
        "Abandonnés",
        lambda at: Q(status=EXPIRED),
        ("Aucun besoin abandonné", "Les besoins restés 45 jours sans réponse se retrouvent ici."),
    ),
    FollowingTab(
        "refuses",
        "Refusés",
        lambda at: Q(status=NOT_FOR_ME, refusal_told=False),
        ("Aucun refus à traiter", "Un besoin que tous les experts ont refusé attend ici que l’entreprise le sache."),
    ),
    FollowingTab(
        "injoignables",
        "Sans expert joignable",
        lambda at: Q(status=QUO, somebody_reads=False),
        ("Tous les besoins ont un expert", "Un besoin dont les experts ont quitté l’annuaire arrivera ici."),
    ),
)
TABS_BY_CODE = {tab.code: tab for tab in TABS}
# What the team may say in each bucket, unless it was said: kind → button, and what it does.
ACTS: dict[str, tuple[str, ...]] = {
    "sans-reponse": (SILENT,),
    "risque": (LAST_CHANCE, ABANDON),
    "abandonnes": (),
    "refuses": (REFUSED,),
    "injoignables": (ABANDON,),
}


@dataclass(frozen=True)
class SilentLine:
    """An expert who has not answered. since: the day he was asked."""

    match_pk: int
    expert_pk: int
    name: str
    antenne: str
    since: str
    reachable: bool


@dataclass(frozen=True)
class FollowingLine:
    """A need that waits: whose, for whom, what was said, what can be done."""

    company: str
    where: str
    subject: str
    href: str
    state: Any
    days: str
    silent: tuple[SilentLine, ...]
    others: str
    said: tuple[str, ...]
    tags: tuple[str, ...]
    buttons: tuple[ActButton, ...]


@dataclass(frozen=True)
class Empty:
    """Why there is nothing, and what to do."""

    title: str
    text: str
    href: str = ""
    label: str = ""


@dataclass(frozen=True)
class FollowingPage:
    """The buckets with their counts, and the list of one of them."""

    tabs: tuple[Tab, ...]
    count: str
    caption: str
    lines: tuple[FollowingLine, ...]
    empty: Empty | None
    needs: Page


@dataclass(frozen=True)
class FollowingChoices:
    """What can be chosen in the filters."""

    regions: tuple[tuple[str, str], ...]
    institutions: tuple[tuple[int, str], ...]
    subjects: tuple[tuple[int, str], ...]
    tags: tuple[tuple[int, str], ...]


def following_choices() -> FollowingChoices:
    """Régions, institutions, subjects and labels. 4 queries."""
    return FollowingChoices(tuple(regions()), tuple(_institutions()), tuple(_subjects()), tuple(all_tags()))


@composed_once
def _institutions() -> QuerySet[Institution, tuple[int, str]]:
    return Institution.objects.filter(deleted_at__isnull=True).values_list("pk", "name")


@composed_once
def _subjects() -> QuerySet[Subject, tuple[int, str]]:
    return Subject.objects.filter(archived_at__isnull=True).order_by("label").values_list("pk", "label")


def following_page(
    person: Person, filters: FollowingFilters, code: str, number: str, token: Callable[[], str], at: datetime
) -> FollowingPage:
    """A bucket. 6 queries: the counts, the needs, their silent experts, what was said, the labels, the communes."""
    tab = TABS_BY_CODE.get(code, TABS[0])
    found = followed(Need.objects.allowed(person, "need.view"), filters)
    counts = found.aggregate(**{_key(one): Count("pk", filter=one.within(at)) for one in TABS})
    needs = _CountedPaginator(_rows(found, tab, at), PER_PAGE, counts[_key(tab)]).get_page(number)
    rows = list(needs.object_list)
    return FollowingPage(
        tabs=_tabs(tab, counts, filters),
        count=counted(counts[_key(tab)], "besoin"),
        caption=f"Besoins – {tab.label}",
        lines=_lines(rows, tab, token, at),
        empty=_empty(tab, filters) if not counts[_key(tab)] else None,
        needs=needs,
    )


def followed(needs: QuerySet[Need], filters: FollowingFilters) -> QuerySet[Need]:
    """Needs that may be in a bucket, with what tells which: silent_since, somebody_reads, refusal_told."""
    silent = Match.objects.filter(need=OuterRef("pk"), state=QUO)
    reads = silent.filter(reachable("expert__"))
    told = Reminder.objects.filter(need=OuterRef("pk"), expert__isnull=True, kind=REFUSED)
    conditions = Q(status__in=(QUO, EXPIRED, NOT_FOR_ME))
    if filters.region:
        conditions &= Q(diagnosis__commune_code__in=Commune.objects.filter(region_code=filters.region).values("code"))
    if filters.subject is not None:
        conditions &= Q(subject=filters.subject)
    if filters.institution is not None:
        theirs = Match.objects.filter(need=OuterRef("pk"), expert__antenne__institution=filters.institution)
        conditions &= Q(Exists(theirs))
    if filters.tag is not None:
        conditions &= Q(Exists(NeedTag.objects.filter(need=OuterRef("pk"), tag=filters.tag)))
    asked = reads.annotate(asked_at=ASKED_AT).order_by("asked_at")
    return needs.filter(conditions).annotate(
        silent_since=Subquery(asked.values("asked_at")[:1]),
        somebody_reads=Exists(reads),
        refusal_told=Exists(told),
    )


class _CountedPaginator(Paginator):
    """A paginator that is told the count: the tab has it already."""

    def __init__(self, rows: QuerySet[Any], per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = count


def _key(tab: FollowingTab) -> str:
    return tab.code.replace("-", "_")


def _rows(found: QuerySet[Need], tab: FollowingTab, at: datetime) -> QuerySet[Need]:
    related = ("subject", "diagnosis__solicitation", "diagnosis__establishment__company", "diagnosis__contact")
    return found.filter(tab.within(at)).select_related(*related).only(*_SHOWN).order_by("sent_at", "pk")


# --- lines ------------------------------------------------------------------------------------------------------------
def _lines(rows: list[Need], tab: FollowingTab, token: Callable[[], str], at: datetime) -> tuple[FollowingLine, ...]:
    keys = [row.pk for row in rows]
    silent, said, tags = silent_of(keys), _said(keys), tags_of(keys)
    communes = _communes(row.diagnosis.commune_code for row in rows)
    return tuple(
        FollowingLine(
            company=company_name(row),
            where=communes.get(row.diagnosis.commune_code, "commune inconnue"),
            subject=row.subject.label,
            href=reverse("matching:following_need", args=[row.pk]),
            state=NEED_STATUS_BY_CODE[row.status],
            days=_ago(days_between(row.sent_at, at)) if row.sent_at else "",
            silent=tuple(silent[row.pk][:NAMED]),
            others=_others(len(silent[row.pk]) - NAMED),
            said=tuple(f"{_KINDS[kind]}\u00a0: {day_short(moment)}" for kind, moment in said[row.pk]),
            tags=tuple(label for _pk, label in tags[row.pk]),
            buttons=buttons(row, silent[row.pk], {kind for kind, _at in said[row.pk]}, ACTS[tab.code], token),
        )
        for row in rows
    )


def silent_of(needs: Iterable[int]) -> dict[int, list[SilentLine]]:
    """Need → the experts who have not answered, the longest silent first. 1 query."""
    found: dict[int, list[SilentLine]] = defaultdict(list)
    for match in _unanswered(frozenset(needs)):
        antenne = match.expert.antenne
        gone = match.expert.deleted_at or antenne.deleted_at or antenne.institution.deleted_at
        found[match.need_id].append(
            SilentLine(
                match.pk, match.expert_id, match.expert.full_name, antenne.name, day_short(match.asked_at),
                reachable=not gone and bool(match.expert.email),
            )
        )  # fmt: skip
    return found


@composed_once
def _unanswered(needs: frozenset[int]) -> QuerySet[Match]:
    rows = Match.objects.filter(need__in=needs, state__in=UNANSWERED).annotate(asked_at=ASKED_AT)
    return rows.select_related("expert__antenne__institution").order_by("asked_at", "pk")


def tags_of(needs: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """Need → its labels. 1 query."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for need, pk, label in _tags(frozenset(needs)):
        found[need].append((pk, label))
    return found


@composed_once
def _tags(needs: frozenset[int]) -> QuerySet[NeedTag, tuple[int, int, str]]:
    return NeedTag.objects.filter(need__in=needs).order_by("tag__label").values_list("need_id", "tag_id", "tag__label")


def _said(needs: Iterable[int]) -> dict[int, list[tuple[str, datetime]]]:
    """Need → what was said because it waited, each kind at its last moment. 1 query."""
    last: dict[int, dict[str, datetime]] = defaultdict(dict)
    for need, kind, moment in _reminders(frozenset(needs)):
        last[need][kind] = moment
    return defaultdict(list, {need: list(kinds.items()) for need, kinds in last.items()})


@composed_once
def _reminders(needs: frozenset[int]) -> QuerySet[Reminder, tuple[int, str, datetime]]:
    return Reminder.objects.filter(need__in=needs).order_by("at").values_list("need_id", "kind", "at")


def _communes(codes: Iterable[str]) -> dict[str, str]:
    rows = commune_names(tuple(sorted({code for code in codes if code})))
    return {code: f"{name} ({area})" for code, name, area in rows}


def _ago(days: int) -> str:
    return f"transmis il y a {counted(days, 'jour')}" if days > 0 else "transmis aujourd’hui"


def _others(count: int) -> str:
    return f"et {counted(count, 'autre')}" if count > 0 else ""


# --- buttons ----------------------------------------------------------------------------------------------------------
def buttons(
    need: Need, silent: list[SilentLine], said: set[str], kinds: Iterable[str], token: Callable[[], str]
) -> tuple[ActButton, ...]:
    """What the team may say about a need now: an automatic reminder that has not left, else one by hand."""
    href = reverse("matching:following_act", args=[need.pk])
    readers = [one.name for one in silent if one.reachable]
    email = need.diagnosis.solicitation.email if need.diagnosis.solicitation else need.diagnosis.contact.email
    company = f"{company_name(need)} ({email})" if email else ""
    found = []
    wanted = [kind for kind in kinds if kind == BY_HAND or kind not in said]
    if readers and not set(wanted) & {SILENT, LAST_CHANCE, BY_HAND} and need.status in UNANSWERED:
        wanted.insert(0, BY_HAND)
    for kind in wanted:
        if kind in (SILENT, LAST_CHANCE, BY_HAND) and not readers:
            continue
        confirm = _confirm(kind, readers, company, SILENT in said)
        style = "tertiary" if kind == ABANDON else "secondary"
        found.append(
            ActButton(
                _LABELS[kind], href, kind, f"{style} fr-btn--sm", confirm, token=token(), about=company_name(need)
            )
        )
    return tuple(found)


_LABELS = {
    SILENT: "Relancer",
    LAST_CHANCE: "Envoyer la dernière chance",
    ABANDON: "Abandonner",
    REFUSED: "Prévenir l’entreprise",
    BY_HAND: "Relancer de nouveau",
}


def _confirm(kind: str, readers: list[str], company: str, company_knows: bool) -> str:
    """Who gets a mail, in words."""
    to = list(readers) if kind in (SILENT, LAST_CHANCE, BY_HAND) else []
    if company and (kind in (ABANDON, REFUSED) or (kind in (SILENT, LAST_CHANCE) and not company_knows)):
        to.append(company)
    if not to:
        return "Aucun courriel ne part\u00a0: aucune adresse n’est connue."
    verb = "reçoit" if len(to) == 1 else "reçoivent"
    end = " Le besoin est abandonné\u00a0; ses experts pourront encore y répondre." if kind == ABANDON else ""
    return f"{listed(to)} {verb} un courriel.{end}"


# --- tabs -------------------------------------------------------------------------------------------------------------
def _tabs(current: FollowingTab, counts: dict[str, int], filters: FollowingFilters) -> tuple[Tab, ...]:
    home = reverse("matching:following")
    return tuple(
        Tab(
            tab.label,
            f"{home}?{urlencode([('onglet', tab.code), *filters.parameters()])}",
            counts[_key(tab)],
            current=tab is current,
        )
        for tab in TABS
    )


def _empty(tab: FollowingTab, filters: FollowingFilters) -> Empty:
    if filters.parameters():
        address = f"{reverse('matching:following')}?{urlencode({'onglet': tab.code})}"
        return Empty("Aucun besoin ne répond à votre recherche", "Retirez un filtre.", address, "Réinitialiser")
    return Empty(*tab.empty)
