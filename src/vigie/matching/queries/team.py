"""The queue of requests: what waits for the team, what leaves by itself, what became of the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse

from vigie.directory.models import Theme
from vigie.kernel.lifecycle import State
from vigie.matching.models import Solicitation
from vigie.matching.queries.choices import all_tags, commune_names, regions
from vigie.matching.queries.positions import UNNAMED
from vigie.matching.queries.team_queue import (
    NOWHERE,
    PER_PAGE,
    TABS,
    TABS_BY_CODE,
    QueueFilters,
    QueueTab,
    queue_counts,
    queue_rows,
)
from vigie.matching.rules.guards import GUARDS, OTHER_HOLDS, say_hold
from vigie.matching.states import CANCELED, IN_PROGRESS, SOLICITATION
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.ui.components import ActButton, Tab
from vigie.ui.formats import counted, hour, relative, shortened
from vigie.ui.hrefs import href

FIRST_LINE = 160
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
    counts = queue_counts(person, filters)
    requests = Paginator(range(counts[tab.code]), PER_PAGE).get_page(number)
    rows = queue_rows(person, filters, tab, requests.start_index() - 1) if counts[tab.code] else []
    asked = _asked(rows, read)
    pane = asked or (rows[0].pk if rows else None)
    communes = _communes(row.commune_code for row in rows)
    beside = _beside(tab, filters, requests.number)
    lines = tuple(_line(row, tab, communes, beside, pane, at) for row in rows)
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


def _asked(rows: list[Solicitation], asked: str) -> int | None:
    """The request asked for beside the list, when the list holds it."""
    if asked.isdecimal() and len(asked) <= 18 and int(asked) in {row.pk for row in rows}:
        return int(asked)
    return None


# --- rows -------------------------------------------------------------------------------------------------------------
def _communes(codes: Iterable[str]) -> dict[str, str]:
    """Code → « Lyon (69) ». 1 query."""
    rows = commune_names(tuple(sorted({code for code in codes if code})))
    return {code: f"{name} ({area})" for code, name, area in rows}


def _beside(tab: QueueTab, filters: QueueFilters, number: int) -> str:
    """The address of the list where a request is read beside it, but for the request."""
    place = [("onglet", tab.code), *filters.parameters(), *([("page", str(number))] if number > 1 else [])]
    return f"{reverse('matching:queue')}?{urlencode([*place, ('lue', '')])}"


def _line(
    row: Solicitation,
    tab: QueueTab,
    communes: dict[str, str],
    beside: str,
    pane: int | None,
    at: datetime,
) -> QueueLine:
    state, why = standing(row, analysed=row.analysed is not None, at=at)  # type: ignore[attr-defined]
    waits = row.state == IN_PROGRESS and row.analysed is not None  # type: ignore[attr-defined]
    experts: int = row.experts  # type: ignore[attr-defined]
    return QueueLine(
        pk=row.pk,
        href=href("matching:solicitation", row.pk),
        preview_href=f"{beside}{row.pk}",
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
    address = href("matching:act_on_solicitation", row.pk)
    return (
        ActButton("Envoyer maintenant", address, "transmit", style, will_receive(experts), token=seen),
        ActButton("Rappeler", address, "recall", style="secondary", token=seen),
    )


def will_receive(experts: int) -> str:
    """« 3 experts recevront un courriel. », what a confirmation says before sending."""
    return f"{counted(experts, 'expert recevra', 'experts recevront')} un courriel."


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return shortened(line, FIRST_LINE)


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
