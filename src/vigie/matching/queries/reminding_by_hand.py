"""Whom somebody who presses « Relancer » writes to, and else why nobody: one answer for the pages and for the act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from vigie.kernel.period import paris_day
from vigie.matching.models import Match, Need, Reminder
from vigie.matching.queries.reminding import reachable, thresholds
from vigie.matching.rules.reminders import BY_HAND, days_between
from vigie.matching.states import QUO, UNANSWERED
from vigie.rights.statements import composed_once
from vigie.ui.formats import counted, day, day_and_hour, listed

NOBODY = "Personne n’est à relancer\u00a0: tous ont répondu ou ont quitté l’annuaire."
ONCE = "Cette relance est déjà partie\u00a0: rien n’est envoyé deux fois."


@dataclass(frozen=True)
class ToRemind:
    """matches: of the experts to write to now. code, refusal: why there is none; empty when there is one."""

    matches: tuple[Match, ...] = ()
    code: str = ""
    refusal: str = ""


def to_remind(need: Need, at: datetime, kind: str = BY_HAND) -> ToRemind:
    """The silent experts who may hear of this need again. kind: by_hand, silent or last_chance. 2 queries.

    Some days are left to each between two reminders, whoever asks; an automatic kind is said once to each.
    """
    states = UNANSWERED if kind == BY_HAND else (QUO,)
    found: list[Match] = _asked(need.pk, states)
    if not found:
        return ToRemind(code="nobody_to_remind", refusal=NOBODY)
    quiet = thresholds().grace if kind == BY_HAND else 1
    spared: set[int] = set()
    last: Reminder | None = None
    for said in _reminders(need.pk):
        if said.expert_id is None and said.kind != BY_HAND:  # said to the company
            continue
        lately = days_between(said.at, at) < quiet
        if lately or (said.kind == kind and kind != BY_HAND):
            heard = {match.pk for match in found if _heard(match, said)}
            spared |= heard
            last = said if heard and lately else last
    left = tuple(match for match in found if match.pk not in spared)
    if left:
        return ToRemind(left)
    return ToRemind(code="already_reminded", refusal=_lately(last, quiet) if last else ONCE)


@composed_once
def _asked(need_pk: int, states: tuple[str, ...]) -> QuerySet[Match]:
    rows = Match.objects.filter(reachable("expert__"), need=need_pk, state__in=states)
    return rows.select_related("expert__antenne__institution").order_by("pk")


@composed_once
def _reminders(need_pk: int) -> QuerySet[Reminder]:
    return Reminder.objects.filter(need=need_pk).select_related("by")


def _heard(match: Match, said: Reminder) -> bool:
    """Whether a reminder was also for this match: its expert's own, or one to all after he was asked."""
    if said.expert_id is not None:
        return said.expert_id == match.expert_id
    return said.at >= (match.asked_again_at or match.sent_at)


def _lately(last: Reminder, quiet: int) -> str:
    who = f" par {last.by}" if last.by else ""
    return (
        f"Les experts ont été relancés le {day_and_hour(last.at)}{who}\u00a0: laissez-leur {counted(quiet, 'jour')}. "
        f"Vous pourrez les relancer à partir du {day(paris_day(last.at) + timedelta(days=quiet))}."
    )


def who_will_be_reminded(matches: Sequence[Match]) -> str:
    """« Recevront un courriel : Équipe artisanat (CMA) et Équipe Région (Conseil régional). »"""
    names = [
        f"{one.expert.full_name} ({one.expert.antenne.institution.short_name or one.expert.antenne.institution.name})"
        for one in matches
    ]
    verb = "Recevra" if len(names) == 1 else "Recevront"
    return f"{verb} un courriel\u00a0: {listed(names)}." if names else ""
