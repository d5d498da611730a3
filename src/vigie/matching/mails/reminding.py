"""What the mails about a need that waits say, built when they leave from the state of that moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.directory.models import Expert
from vigie.journal.registry import Recipient, register_content
from vigie.matching.links import follow_url
from vigie.matching.mails.experts import of_need
from vigie.matching.models import Match, Need
from vigie.matching.queries.positions import company_name
from vigie.matching.queries.reminding import ASKED_AT, digest_matches
from vigie.matching.rules.reminders import days_between
from vigie.matching.states import EXPIRED, NOT_FOR_ME, QUO, UNANSWERED
from vigie.ui.formats import counted

FOLDER = "matching/mail"


# --- to the expert ----------------------------------------------------------------------------------------------------
def match_reminder(match: Match, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The need again, and how long the company has waited; nothing when he answered meanwhile."""
    return _waiting(match, at) if match.state in UNANSWERED else None


def match_last_chance(match: Match, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Same, and the day on which the need will be given up."""
    if match.state != QUO:
        return None
    asked = match.asked_again_at or match.sent_at
    left = max(1, settings.VIGIE.abandon_days - days_between(asked, at))
    return {**_waiting(match, at), "left": counted(left, "jour")}


def match_moved(match: Match, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The team hands a need over, and says why."""
    return {**of_need(match), "reason": match.moved_reason} if match.state == QUO else None


def match_moved_away(match: Match, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Tells an expert that the need is no longer his, where it went, and why."""
    antenne = match.expert.antenne
    if recipient.email == match.expert.email:  # it came back meanwhile
        return None
    return {
        "subject_label": match.subject.label,
        "company": company_name(match.need),
        "institution": antenne.institution.name,
        "antenne": antenne.name,
        "reason": match.moved_reason,
        "action_url": "",
        "action_label": "",
    }


def expert_digest(expert: Expert, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The needs that wait for him, the oldest first; nothing when he answered all of them meanwhile. 2 queries."""
    most = settings.VIGIE.digest_needs
    pending = digest_matches(at).filter(expert=expert).annotate(asked_at=ASKED_AT).order_by("asked_at", "pk")
    rows = list(
        pending.select_related("subject", "need__diagnosis__establishment__company", "need__diagnosis__solicitation")[
            : most + 1
        ]
    )
    if not rows:
        return None
    total = len(rows) if len(rows) <= most else pending.count()
    return {
        "needs": [_digest_line(match, at) for match in rows[:most]],
        "count": counted(total, "entreprise attend", "entreprises attendent"),
        "others": counted(total - most, "autre besoin attend", "autres besoins attendent") if total > most else "",
        "action_url": settings.VIGIE.site_url + reverse("matching:desk"),
        "action_label": "Ouvrir mes besoins",
    }


def _digest_line(match: Match, at: datetime) -> dict[str, str]:
    asked = match.asked_again_at or match.sent_at
    return {
        "company": company_name(match.need),
        "subject": match.subject.label,
        "since": counted(days_between(asked, at), "jour"),
        "url": settings.VIGIE.site_url + reverse("matching:need", args=[match.need_id]),
    }


def _waiting(match: Match, at: datetime) -> dict[str, Any]:
    asked = match.asked_again_at or match.sent_at
    return {**of_need(match), "since": counted(max(1, days_between(asked, at)), "jour")}


# --- to the company ---------------------------------------------------------------------------------------------------
def need_waiting(need: Need, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nobody has answered yet: the experts are reminded."""
    return _to_company(need) if need.status == QUO else None


def need_abandoned(need: Need, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nobody answered: what the company can do now."""
    return _to_company(need) if need.status == EXPIRED else None


def need_refused(need: Need, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Everybody refused."""
    return _to_company(need) if need.status == NOT_FOR_ME else None


def _to_company(need: Need) -> dict[str, Any]:
    request = need.diagnosis.solicitation
    return {
        "subject_title": request.landing_subject.title if request else need.subject.label,
        "action_url": follow_url(request) if request else "",
        "action_label": "Suivre ma demande" if request else "",
        "home_url": settings.VIGIE.site_url + "/",
    }


def register() -> None:
    """Makes the contents known to the journal (called once, by apps.py)."""
    for content in (
        match_reminder,
        match_last_chance,
        match_moved,
        match_moved_away,
        expert_digest,
        need_waiting,
        need_abandoned,
        need_refused,
    ):
        register_content(f"{FOLDER}/{content.__name__}", content)
