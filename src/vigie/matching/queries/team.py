"""The queue of requests: what waits for the team, what leaves by itself, what became of the rest.

One collection per tab: its counter, its list and its order come from the same row of ``TABS``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.expressions import OrderBy
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse

from vigie.directory.models import Subject, Theme
from vigie.kernel.lifecycle import State
from vigie.kernel.period import PARIS
from vigie.kernel.text import fold
from vigie.matching.models import Candidate, Need, Solicitation, SolicitationQuerySet, SolicitationTag
from vigie.matching.queries.choices import all_tags, commune_names, regions
from vigie.matching.queries.positions import UNNAMED
from vigie.matching.rules.guards import GUARDS, OTHER_HOLDS, say_hold
from vigie.matching.states import CANCELED, IN_PROGRESS, INCOMPLETE, PROCESSED, SOLICITATION
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.territory.models import Commune
from vigie.ui.components import ActButton, Tab
from vigie.ui.formats import counted, hour, relative

PER_PAGE = 25
FIRST_LINE = 160
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

UNANALYSED = State("unanalysed", "À analyser", "new")
TO_VALIDATE = State("to_validate", "À valider", "info")
HELD = State("held", "Retenue", "warning")
SCHEDULED = State("scheduled", "Programmée", "success")


@dataclass(frozen=True)
class QueueLine:
    """A request of the queue. why: what holds it, or until when it can be recalled."""

    pk: int
    href: str
    preview_href: str
    company: str
    where: str
    subject: str
    first_line: str
    state: State
    why: tuple[str, ...]
    experts: str
    at: datetime
    buttons: tuple[ActButton, ...]
    current: bool = False


@dataclass(frozen=True)
class Empty:
    """Why there is nothing, and what to do."""

    title: str
    text: str
    href: str = ""
    label: str = ""


@dataclass(frozen=True)
class QueuePage:
    """The queue: its tabs with their counts, the list of one of them, which request is read beside it.

    read: the one asked for. first_href: without one, where the browser fetches the first, once the page is shown.
    """

    tabs: tuple[Tab, ...]
    caption: str
    count: str
    lines: tuple[QueueLine, ...]
    empty: Empty | None
    requests: Page
    read: int | None
    first_href: str


@dataclass(frozen=True)
class QueueChoices:
    """What can be chosen in the filters."""

    themes: tuple[tuple[int, str], ...]
    regions: tuple[tuple[str, str], ...]
    reasons: tuple[tuple[str, str], ...]
    tags: tuple[tuple[int, str], ...] = ()


def queue_choices() -> QueueChoices:
    """Themes, régions, reasons to wait and labels. 3 queries."""
    codes = (*(guard.code for guard in GUARDS), *OTHER_HOLDS)
    return QueueChoices(
        tuple(_themes()),
        (*regions(), (NOWHERE, "Commune inconnue")),
        tuple((code, say_hold(code)) for code in codes),
        tuple(all_tags()),
    )


@composed_once
def _themes() -> QuerySet[Theme, tuple[int, str]]:
    return Theme.objects.values_list("pk", "label")


def queue_page(person: Person, filters: QueueFilters, code: str, number: str, read: str, at: datetime) -> QueuePage:
    """The queue. 3 queries: the counts, the rows, the names of their communes. read: the request of the pane."""
    tab = TABS_BY_CODE.get(code, TABS[0])
    found = _narrowed(Solicitation.objects.allowed(person, "solicitation.view"), filters)
    counts = found.aggregate(**{one.code: Count("pk", filter=one.within) for one in TABS})
    requests = _CountedPaginator(_rows(found.filter(tab.within), tab), PER_PAGE, counts[tab.code]).get_page(number)
    rows = list(requests.object_list)
    asked = _asked(rows, read)
    pane = asked or (rows[0].pk if rows else None)
    communes = _communes(row.commune_code for row in rows)
    lines = tuple(_line(row, tab, communes, filters, requests.number, pane, at) for row in rows)
    return QueuePage(
        tabs=_tabs(tab, counts, filters),
        caption=f"Demandes – {tab.label.lower()}",
        count=counted(counts[tab.code], "demande"),
        lines=lines,
        empty=_empty(tab, filters) if not counts[tab.code] else None,
        requests=requests,
        read=asked,
        first_href="" if asked or not lines else lines[0].preview_href,
    )


class _CountedPaginator(Paginator):
    """A paginator that is told the count: the tab has it already."""

    def __init__(self, rows: QuerySet[Any], per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = count


def _asked(rows: list[Solicitation], asked: str) -> int | None:
    """The request asked for beside the list, when the list holds it."""
    if asked.isdecimal() and len(asked) <= 18 and int(asked) in {row.pk for row in rows}:
        return int(asked)
    return None


# --- rows -------------------------------------------------------------------------------------------------------------
def _narrowed(requests: SolicitationQuerySet, filters: QueueFilters) -> SolicitationQuerySet:
    conditions = _named(filters.q)
    if filters.theme is not None:
        conditions &= Q(landing_subject__subject__theme=filters.theme)
    if filters.tag is not None:
        conditions &= Q(pk__in=SolicitationTag.objects.filter(tag=filters.tag).values("solicitation"))
    if filters.region == NOWHERE:
        conditions &= ~Q(commune_code__in=Commune.objects.values("code"))
    elif filters.region:
        conditions &= Q(commune_code__in=Commune.objects.filter(region_code=filters.region).values("code"))
    if filters.since is not None:
        conditions &= Q(created_at__gte=_midnight(filters.since))
    if filters.until is not None:
        conditions &= Q(created_at__lt=_midnight(filters.until + _DAY))
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


def _rows(requests: QuerySet[Any], tab: QueueTab) -> QuerySet[Any]:
    ticked = Candidate.objects.filter(need__diagnosis__solicitation=OuterRef("pk"), ticked=True)
    experts = ticked.order_by().values("need__diagnosis__solicitation").annotate(count=Count("pk")).values("count")
    subject = Subject.objects.filter(needs__diagnosis__solicitation=OuterRef("pk")).order_by("needs__pk")
    return (
        requests.annotate(
            experts=Coalesce(Subquery(experts, output_field=IntegerField()), 0),
            need_subject=Subquery(subject.values("label")[:1]),
            analysed=F("diagnosis__pk"),
        )
        .select_related("landing_subject__subject", "refusal_template")
        .only(*_SHOWN)
        .order_by(*tab.order)
    )


def _communes(codes: Iterable[str]) -> dict[str, str]:
    """Code → « Lyon (69) ». 1 query."""
    rows = commune_names(tuple(sorted({code for code in codes if code})))
    return {code: f"{name} ({area})" for code, name, area in rows}


def _line(
    row: Solicitation,
    tab: QueueTab,
    communes: dict[str, str],
    filters: QueueFilters,
    number: int,
    pane: int | None,
    at: datetime,
) -> QueueLine:
    state, why = standing(row, analysed=row.analysed is not None, at=at)  # type: ignore[attr-defined]
    beside = [("onglet", tab.code), *filters.parameters(), *([("page", str(number))] if number > 1 else [])]
    waits = row.state == IN_PROGRESS and row.analysed is not None  # type: ignore[attr-defined]
    experts: int = row.experts  # type: ignore[attr-defined]
    return QueueLine(
        pk=row.pk,
        href=reverse("matching:solicitation", args=[row.pk]),
        preview_href=f"{reverse('matching:queue')}?{urlencode([*beside, ('lue', row.pk)])}",
        company=row.company_name or row.full_name or UNNAMED,
        where=communes.get(row.commune_code, "commune inconnue"),
        subject=row.need_subject or row.landing_subject.subject.label,  # type: ignore[attr-defined]
        first_line=_first_line(row.description),
        state=state,
        why=why,
        experts=_proposed(experts) if waits else "",
        at=getattr(row, tab.moment) or row.created_at,
        buttons=delay_buttons(row, experts, style="secondary") if row.transmit_at else (),
        current=row.pk == pane,
    )


def _proposed(experts: int) -> str:
    return counted(experts, "expert sélectionné", "experts sélectionnés") if experts else "aucun expert sélectionné"


def standing(row: Solicitation, *, analysed: bool, at: datetime) -> tuple[State, tuple[str, ...]]:
    """Where a request stands, in a word and a colour, and why. No query when its refusal template is loaded."""
    if row.state == CANCELED:
        why = row.get_cancel_reason_display()
        template = row.refusal_template
        return SOLICITATION.by_code[row.state], (f"{why}\u00a0: {template.title}" if template else why,)
    if row.state != IN_PROGRESS:
        return SOLICITATION.by_code[row.state], ()
    if row.transmit_at is not None:
        return SCHEDULED, (_until(row.transmit_at, at),)
    if not analysed:
        return UNANALYSED, ("L’analyse automatique n’a pas encore eu lieu",)
    reasons = tuple(say_hold(code) for code in row.hold_reasons)
    return (TO_VALIDATE if set(row.hold_reasons) <= {"validated_mode"} else HELD), reasons


def _until(moment: datetime, at: datetime) -> str:
    """« Part à 11 h 02 (dans 4 min) »."""
    if moment <= at:
        return f"Part d’un instant à l’autre (prévue à {hour(moment)})"
    return f"Part à {hour(moment)} ({relative(moment, at)})"


def delay_buttons(row: Solicitation, experts: int, seen: str = "", style: str = "primary") -> tuple[ActButton, ...]:
    """« Envoyer maintenant » and « Rappeler », while a transmission is scheduled."""
    href = reverse("matching:act_on_solicitation", args=[row.pk])
    return (
        ActButton("Envoyer maintenant", href, "transmit", style, will_receive(experts), token=seen),
        ActButton("Rappeler", href, "recall", style="secondary", token=seen),
    )


def will_receive(experts: int) -> str:
    """« 3 experts recevront un courriel. », what a confirmation says before sending."""
    return f"{counted(experts, 'expert recevra', 'experts recevront')} un courriel."


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= FIRST_LINE else f"{line[:FIRST_LINE].rsplit(' ', 1)[0]}…"


# --- tabs -------------------------------------------------------------------------------------------------------------
def _tabs(current: QueueTab, counts: dict[str, int], filters: QueueFilters) -> tuple[Tab, ...]:
    home = reverse("matching:queue")
    return tuple(
        Tab(
            tab.label,
            f"{home}?{urlencode([('onglet', tab.code), *filters.parameters()])}",
            counts[tab.code],
            current=tab is current,
        )
        for tab in TABS
    )


def _empty(tab: QueueTab, filters: QueueFilters) -> Empty:
    if filters.parameters():
        address = f"{reverse('matching:queue')}?{urlencode({'onglet': tab.code})}"
        return Empty(
            "Aucune demande ne répond à votre recherche",
            "Vérifiez l’orthographe, retirez un filtre ou regardez dans un autre onglet.",
            address,
            "Réinitialiser",
        )
    return Empty(*tab.empty)
