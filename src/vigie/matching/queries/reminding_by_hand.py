"""Whom somebody who presses « Relancer » writes to, and else why nobody: one answer for the pages and for the act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from vigie.directory.models import Expert
from vigie.journal.models import Event
from vigie.kernel.period import paris_day
from vigie.matching.models import Match, Need, Reminder
from vigie.matching.queries.reminding import days_ago, digest_matches, reachable, thresholds
from vigie.matching.rules.reminders import BY_HAND, days_between
from vigie.matching.states import QUO, UNANSWERED
from vigie.rights.statements import composed_once
from vigie.ui.formats import counted, day, day_and_hour, listed

DIGEST = "expert.digest_sent"
NOBODY = "Personne n’est à relancer\u00a0: tous ont répondu ou ont quitté l’annuaire."
ONCE = "Cette relance est déjà partie\u00a0: rien n’est envoyé deux fois."


@dataclass(frozen=True)
class Asked:
    """An expert who has not answered and whose mailbox is read. since: when he was asked, or asked again."""

    match: int
    expert: int
    state: str
    since: datetime


@dataclass(frozen=True)
class Told:
    """A reminder that has left. expert: to whom; None when it was noted for all, or told to the company."""

    kind: str
    at: datetime
    expert: int | None
    by: str


@dataclass(frozen=True)
class Reached:
    """matches: those to write to now. code, refusal: why there is none; empty when there is one."""

    matches: frozenset[int] = frozenset()
    code: str = ""
    refusal: str = ""


@dataclass(frozen=True)
class ToRemind:
    """The same, with the rows themselves: of the experts to write to now."""

    matches: tuple[Match, ...] = ()
    code: str = ""
    refusal: str = ""


TOLD = ("kind", "at", "expert_id", "by__full_name", "by__email")  # the columns of a reminder that ``told_of`` reads


def told_of(kind: str, at: datetime, expert: int | None, name: str | None, email: str | None) -> Told:
    return Told(kind, at, expert, name or email or "")


def reached(asked: Iterable[Asked], told: Iterable[Told], kind: str, at: datetime) -> Reached:
    """Who of them may hear of their need again. kind: by_hand, silent or last_chance. told: the earliest first.

    Some days are left to each between two reminders, whoever asks; an automatic kind is said once to each.
    """
    states = UNANSWERED if kind == BY_HAND else (QUO,)
    found = [one for one in asked if one.state in states]
    if not found:
        return Reached(code="nobody_to_remind", refusal=NOBODY)
    quiet = thresholds().grace if kind == BY_HAND else 1
    spared: set[int] = set()
    last: Told | None = None
    for said in told:
        if said.expert is None and said.kind != BY_HAND:  # said to the company
            continue
        lately = days_between(said.at, at) < quiet
        if lately or (said.kind == kind and kind != BY_HAND):
            heard = {one.match for one in found if _heard(one, said)}
            spared |= heard
            last = said if heard and lately else last
    left = frozenset(one.match for one in found) - spared
    if left:
        return Reached(left)
    return Reached(code="already_reminded", refusal=_lately(last, quiet) if last else ONCE)


def to_remind(need: Need, at: datetime, kind: str = BY_HAND) -> ToRemind:
    """The silent experts of a need who may hear of it again. 2 queries."""
    rows: list[Match] = _asked(need.pk)
    asked = [Asked(one.pk, one.expert_id, one.state, one.asked_again_at or one.sent_at) for one in rows]
    told = [told_of(*values) for values in _told(need.pk)]
    found = reached(asked, told, kind, at)
    return ToRemind(tuple(one for one in rows if one.pk in found.matches), found.code, found.refusal)


@composed_once
def _asked(need_pk: int) -> QuerySet[Match]:
    rows = Match.objects.filter(reachable("expert__"), need=need_pk, state__in=UNANSWERED)
    return rows.select_related("expert__antenne__institution").order_by("pk")


@composed_once
def _told(need_pk: int) -> QuerySet[Reminder, tuple[Any, ...]]:
    return Reminder.objects.filter(need=need_pk).order_by("at", "pk").values_list(*TOLD)


def _heard(one: Asked, said: Told) -> bool:
    """Whether a reminder was also for this expert: his own, or one to all after he was asked."""
    return said.at >= one.since if said.expert is None else said.expert == one.expert


def _lately(last: Told, quiet: int) -> str:
    who = f" par {last.by}" if last.by else ""
    return (
        f"Les experts ont été relancés le {day_and_hour(last.at)}{who}\u00a0: laissez-leur {counted(quiet, 'jour')}. "
        f"Vous pourrez les relancer à partir du {day(paris_day(last.at) + timedelta(days=quiet))}."
    )


def why_no_digest(expert: Expert, at: datetime) -> tuple[str, str] | None:
    """Why « Envoyer le récapitulatif » would send nothing: a code and a sentence; None when it would. 2 queries."""
    if not digest_matches(at).filter(reachable("expert__"), expert=expert).exists():
        days = counted(settings.VIGIE.digest_from_days, "jour")
        return "nothing_waits", f"Rien n’attend cet expert depuis {days} ou plus\u00a0: laissez-lui le temps."
    if Event.objects.about(expert).filter(name=DIGEST, at__gte=days_ago(at, 1)).exists():
        return "already_summed_up", "Cet expert a déjà reçu son récapitulatif aujourd’hui."
    return None


def who_will_be_reminded(matches: Sequence[Match]) -> str:
    """« Recevront un courriel : Équipe artisanat (CMA) et Équipe Région (Conseil régional). »"""
    names = [
        f"{one.expert.full_name} ({one.expert.antenne.institution.short_name or one.expert.antenne.institution.name})"
        for one in matches
    ]
    verb = "Recevra" if len(names) == 1 else "Recevront"
    return f"{verb} un courriel\u00a0: {listed(names)}." if names else ""
