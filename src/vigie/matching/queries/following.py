"""« Suivi »: the page of a bucket, its lines and their buttons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse

from vigie.accounts.models import Institution
from vigie.directory.models import Subject
from vigie.matching.models import Match, NeedTag, Reminder
from vigie.matching.queries.choices import all_tags, commune_names, regions
from vigie.matching.queries.following_buckets import (
    PER_PAGE,
    TABS,
    TABS_BY_CODE,
    FollowedNeed,
    FollowingFilters,
    FollowingTab,
    bucket_counts,
    bucket_needs,
)
from vigie.matching.queries.reminding import ASKED_AT
from vigie.matching.queries.reminding_by_hand import TOLD, Asked, Told, reached, told_of
from vigie.matching.rules.reminders import ABANDON, BY_HAND, LAST_CHANCE, REFUSED, SILENT, days_between
from vigie.matching.states import UNANSWERED
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.ui.components import ActButton, Hinted, Tab
from vigie.ui.formats import counted, day_short, listed
from vigie.ui.hrefs import href

NAMED = 4  # silent experts named in a line; the rest is counted
_KINDS = dict(Reminder.Kind.choices)


@dataclass(frozen=True)
class SilentLine:
    """An expert who has not answered, and whether he can be written to."""

    asked: Asked
    name: str
    antenne: str
    reachable: bool

    @property
    def since(self) -> str:
        """The day he was asked."""
        return day_short(self.asked.since)


@dataclass(frozen=True)
class Offer:
    """What may be said of a need now. held: why nobody can be reminded at this moment, and until when."""

    buttons: tuple[ActButton, ...] = ()
    held: str = ""


@dataclass(frozen=True)
class FollowingLine:
    """A need that waits: whose, for whom, what was said, what can be done."""

    company: str
    where: str
    subject: str
    href: str
    days: str
    silent: tuple[Hinted, ...]
    others: str
    said: tuple[Hinted, ...]
    tags: tuple[str, ...]
    offer: Offer


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
    counts = bucket_counts(person, filters, at)
    page = Paginator(range(counts[tab.code]), PER_PAGE).get_page(number)
    rows = bucket_needs(person, filters, tab, page.start_index() - 1, at) if counts[tab.code] else []
    return FollowingPage(
        tabs=_tabs(tab, counts, filters),
        count=counted(counts[tab.code], "besoin"),
        caption=f"Besoins – {tab.label}",
        lines=_lines(rows, tab, token, at),
        empty=_empty(tab, filters) if not counts[tab.code] else None,
        needs=page,
    )


# --- lines ------------------------------------------------------------------------------------------------------------
def _lines(
    rows: list[FollowedNeed], tab: FollowingTab, token: Callable[[], str], at: datetime
) -> tuple[FollowingLine, ...]:
    keys = [row.pk for row in rows]
    silent, told, tags = silent_of(keys), _told(keys), tags_of(keys)
    communes = _communes(row.commune for row in rows)
    return tuple(
        FollowingLine(
            company=row.company,
            where=communes.get(row.commune, "commune inconnue"),
            subject=row.subject,
            href=href("matching:following_need", row.pk),
            days=_ago(days_between(row.sent_at, at)) if row.sent_at else "",
            silent=tuple(_who_and_since(one) for one in silent[row.pk][:NAMED]),
            others=_others(len(silent[row.pk]) - NAMED),
            said=_said(told[row.pk]),
            tags=tuple(label for _pk, label in tags[row.pk]),
            offer=offered(row, silent[row.pk], told[row.pk], tab.acts, token, at),
        )
        for row in rows
    )


def _who_and_since(one: SilentLine) -> Hinted:
    gone = "" if one.reachable else " · a quitté l’annuaire"
    return one.name, f"{one.antenne}, depuis le {one.since}{gone}"


def silent_of(needs: Iterable[int]) -> dict[int, list[SilentLine]]:
    """Need → the experts who have not answered, the longest silent first. 1 query."""
    found: dict[int, list[SilentLine]] = defaultdict(list)
    for need, pk, expert, state, asked_at, name, antenne, email, *gone in _unanswered(frozenset(needs)):
        reads = bool(email) and not any(gone)
        found[need].append(SilentLine(Asked(pk, expert, state, asked_at), name, antenne, reachable=reads))
    return found


@composed_once
def _unanswered(needs: frozenset[int]) -> QuerySet[Match, tuple[Any, ...]]:
    rows = Match.objects.filter(need__in=needs, state__in=UNANSWERED).annotate(asked_at=ASKED_AT)
    return rows.order_by("asked_at", "pk").values_list(
        "need_id", "pk", "expert_id", "state", "asked_at", "expert__full_name", "expert__antenne__name",
        "expert__email", "expert__deleted_at", "expert__antenne__deleted_at",
        "expert__antenne__institution__deleted_at",
    )  # fmt: skip


def tags_of(needs: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """Need → its labels. 1 query."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for need, pk, label in _tags(frozenset(needs)):
        found[need].append((pk, label))
    return found


@composed_once
def _tags(needs: frozenset[int]) -> QuerySet[NeedTag, tuple[int, int, str]]:
    return NeedTag.objects.filter(need__in=needs).order_by("tag__label").values_list("need_id", "tag_id", "tag__label")


def _told(needs: Iterable[int]) -> dict[int, list[Told]]:
    """Need → the reminders that have left, the earliest first. 1 query."""
    found: dict[int, list[Told]] = defaultdict(list)
    for need, *values in _reminders(frozenset(needs)):
        found[need].append(told_of(*values))
    return found


@composed_once
def _reminders(needs: frozenset[int]) -> QuerySet[Reminder, tuple[Any, ...]]:
    return Reminder.objects.filter(need__in=needs).order_by("at", "pk").values_list("need_id", *TOLD)


def _said(told: Iterable[Told]) -> tuple[Hinted, ...]:
    """What was said because the need waited, each kind at its last moment."""
    last = {one.kind: one.at for one in told}
    return tuple(("", f"{_KINDS[kind]}\u00a0: {day_short(moment)}") for kind, moment in last.items())


def _communes(codes: Iterable[str]) -> dict[str, str]:
    rows = commune_names(tuple(sorted({code for code in codes if code})))
    return {code: f"{name} ({area})" for code, name, area in rows}


def _ago(days: int) -> str:
    return f"transmis il y a {counted(days, 'jour')}" if days > 0 else "transmis aujourd’hui"


def _others(count: int) -> str:
    return f"et {counted(count, 'autre')}" if count > 0 else ""


# --- buttons ----------------------------------------------------------------------------------------------------------
def offered(
    need: FollowedNeed,
    silent: list[SilentLine],
    told: list[Told],
    kinds: Iterable[str],
    token: Callable[[], str],
    at: datetime,
) -> Offer:
    """What the team may say about a need now: an automatic reminder that has not left, else one by hand.

    A reminder that the act would refuse is not offered: the line says why instead.
    """
    said = {one.kind for one in told}
    readers = [one for one in silent if one.reachable]
    found, refusals = [], []
    for kind in _wanted(need, kinds, said, bool(readers)):
        names: list[str] = []
        if kind in _REMINDERS:
            reach = reached([one.asked for one in readers], told, kind, at)
            names = [one.name for one in readers if one.asked.match in reach.matches]
            refusals.append(reach.refusal)
        if names or kind not in _REMINDERS:
            found.append(_button(need, kind, names, SILENT in said, token))
    return Offer(tuple(found), refusals[0] if refusals and all(refusals) else "")


def _wanted(need: FollowedNeed, kinds: Iterable[str], said: set[str], somebody_reads: bool) -> list[str]:
    """What is worth offering, before it is known whom it would reach."""
    wanted = [kind for kind in kinds if kind == BY_HAND or kind not in said]
    if not somebody_reads:
        return [kind for kind in wanted if kind not in _REMINDERS]
    if need.status in UNANSWERED and not {*_REMINDERS} & {*wanted}:
        wanted.insert(0, BY_HAND)
    return wanted


def _button(
    need: FollowedNeed, kind: str, names: list[str], company_knows: bool, token: Callable[[], str]
) -> ActButton:
    company = f"{need.company} ({need.email})" if need.email else ""
    style = "tertiary" if kind == ABANDON else "secondary"
    return ActButton(
        _LABELS[kind],
        href("matching:following_act", need.pk),
        kind,
        f"{style} fr-btn--sm",
        _confirm(kind, names, company, company_knows),
        token=token(),
        about=need.company,
    )


_REMINDERS = (SILENT, LAST_CHANCE, BY_HAND)
_LABELS = {
    SILENT: "Relancer",
    LAST_CHANCE: "Envoyer la dernière chance",
    ABANDON: "Abandonner",
    REFUSED: "Prévenir l’entreprise",
    BY_HAND: "Relancer de nouveau",
}


def _confirm(kind: str, readers: list[str], company: str, company_knows: bool) -> str:
    """Who gets a mail, in words."""
    to = list(readers)
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
            counts[tab.code],
            current=tab is current,
        )
        for tab in TABS
    )


def _empty(tab: FollowingTab, filters: FollowingFilters) -> Empty:
    if filters.parameters():
        address = f"{reverse('matching:following')}?{urlencode({'onglet': tab.code})}"
        return Empty("Aucun besoin ne répond à votre recherche", "Retirez un filtre.", address, "Réinitialiser")
    return Empty(*tab.empty)
