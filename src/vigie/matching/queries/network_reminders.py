"""Whether the experts of a need may be reminded by hand, who they are, and else why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from vigie.matching.models import Match, Need, Reminder
from vigie.matching.states import QUO
from vigie.ui.formats import day_and_hour, listed

BETWEEN_REMINDERS = timedelta(days=3)
TO_EXPERTS = (Reminder.Kind.SILENT, Reminder.Kind.LAST_CHANCE, Reminder.Kind.BY_HAND)


def reminded_lately(need: Need, at: datetime) -> str:
    """Why the experts are not reminded again yet; empty when they may be. 1 query."""
    last = (
        Reminder.objects.filter(need=need, kind__in=TO_EXPERTS, at__gt=at - BETWEEN_REMINDERS)
        .select_related("by")
        .order_by("at", "pk")
        .last()
    )
    if last is None:
        return ""
    who = f" par {last.by}" if last.by else ""
    return (
        f"Les experts ont été relancés le {day_and_hour(last.at)}{who}\u00a0: laissez-leur trois jours. "
        f"Vous pourrez les relancer à partir du {day_and_hour(last.at + BETWEEN_REMINDERS)}."
    )


def silent(matches: Sequence[Match]) -> list[Match]:
    """Those of these matches whose expert has not answered, and can be written to. Institutions are loaded."""
    return [
        match
        for match in matches
        if match.state == QUO
        and match.expert.deleted_at is None
        and match.expert.antenne.institution.deleted_at is None
    ]


def who_will_be_reminded(matches: Sequence[Match]) -> str:
    """« Recevront un courriel : Équipe artisanat (CMA) et Équipe Région (Conseil régional). »"""
    names = [
        f"{one.expert.full_name} ({one.expert.antenne.institution.short_name or one.expert.antenne.institution.name})"
        for one in silent(matches)
    ]
    verb = "Recevra" if len(names) == 1 else "Recevront"
    return f"{verb} un courriel\u00a0: {listed(names)}." if names else ""
