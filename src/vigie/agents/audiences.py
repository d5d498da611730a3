"""Whom the procedures of habilitation write to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.accounts.models import AgentProfile, Habilitation, User
from vigie.accounts.rules import territory_words
from vigie.accounts.states import GRANTED, SUSPENDED
from vigie.agents.models import AskedMove, FollowReview, LateReport, Look
from vigie.agents.queries.charges import reviewers_of
from vigie.agents.queries.reminding import REPORTED_AFTER, late_reviews, waiting_for
from vigie.agents.states import MADE, WAITING
from vigie.journal.models import Event
from vigie.journal.registry import Recipient, register_audience, register_content
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.table import DETECTION, ROLE_LABELS, Role
from vigie.tuning.queries import current
from vigie.ui.formats import counted, day, hour


def agent_granted(habilitation: Habilitation, by: Person) -> Iterable[Recipient]:
    """The agent whom his partner asked for; an invitation of the team has its own mail."""
    user = habilitation.user
    invited = Event.objects.filter(name="account.invited", subject_type="accounts.User", subject_id=str(user.pk))
    if habilitation.role not in DETECTION or invited.exists() or not hasattr(user, "agent"):
        return []
    return [Recipient(user.email, user.full_name)]


def granted_content(habilitation: Habilitation, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing when it was taken back meanwhile."""
    if habilitation.state != GRANTED:
        return None
    return {
        "name": habilitation.user.full_name,
        "level": ROLE_LABELS[Role(habilitation.role)],
        "territory": territory_words(habilitation.territory),
        "sign_in": f"{settings.VIGIE.site_url}{reverse('account_login')}",
    }


def followed_agent(review: FollowReview, by: Person) -> Iterable[Recipient]:
    """The agent whose follow was contested."""
    user = review.follow.user
    return [Recipient(user.email, user.full_name)] if user.is_active else []


def contested_content(review: FollowReview, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """No firm in a mail: the day says which follow it was."""
    return {"since": day(review.follow.since), "reason": review.reason}


def reviewer(user: User, by: Person) -> Iterable[Recipient]:
    return [Recipient(user.email, user.full_name)]


def reminded_content(user: User, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing when everything was reviewed meanwhile."""
    waiting = waiting_for(user, at)
    if waiting is None:
        return None
    return {
        "due": waiting.due,
        "soon": waiting.soon,
        "follows": waiting.follows,
        "action_url": f"{settings.VIGIE.site_url}{reverse('agents:partner')}",
        "action_label": "Ouvrir les habilitations",
    }


def reviewers_of_agent(user: User, by: Person) -> Iterable[Recipient]:
    """Those whose charges hold this agent; nobody when he has no sheet of agent."""
    profile = AgentProfile.objects.filter(user=user).first()
    if profile is None:
        return []
    held = Habilitation.objects.in_force(paris_day(now())).filter(role=Role.REVIEWER)
    people = (
        User.objects.living()
        .filter(reviewers_of(profile), pk__in=held.values("user_id"))
        .exclude(pk=user.pk)
        .order_by("pk")
    )
    return [Recipient(one.email, one.full_name) for one in people]


def moved_content(user: User, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing when his habilitation is in force again, or over."""
    if not Habilitation.objects.filter(user=user, state=SUSPENDED, role__in=DETECTION).exists():
        return None
    return {
        "name": user.full_name, "action_url": f"{settings.VIGIE.site_url}{reverse('agents:partner')}",
        "action_label": "Ouvrir les habilitations",
    }  # fmt: skip


def overseers(report: LateReport, by: Person) -> Iterable[Recipient]:
    """Those above a reviewer: the administrators of the detection and the team."""
    held = Habilitation.objects.in_force(paris_day(report.at)).filter(role__in=(Role.ADMINISTRATOR, Role.TEAM))
    people = User.objects.living().filter(pk__in=held.values("user_id")).order_by("pk")
    return [Recipient(user.email, user.full_name) for user in people]


def late_content(report: LateReport, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """How many of them still wait; nothing when all were reviewed meanwhile."""
    still = {(habilitation, due_on) for _entity, habilitation, due_on in late_reviews(paris_day(at))}
    count = len(still.intersection(report.late.values_list("habilitation_id", "due_on")))
    if not count:
        return None
    left = max(current("review_grace_days") - REPORTED_AFTER.days, 1)
    return {"entity": report.entity.short_name or report.entity.name, "count": count, "left": counted(left, "jour")}


def team_of_moves(move: AskedMove, by: Person) -> Iterable[Recipient]:
    """The shared address of the team."""
    return [Recipient(settings.VIGIE.team_email, "L’équipe de Vigie")]


def asked_content(move: AskedMove, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing when it was answered meanwhile; the agent is named on the page only."""
    if move.state != WAITING:
        return None
    profile = getattr(move.habilitation.user, "agent", None)
    return {
        "entity": profile.entity.name if profile else "son administration",
        "action_url": f"{settings.VIGIE.site_url}{reverse('agents:moves')}",
        "action_label": "Lire la demande",
    }


def asker_of_move(move: AskedMove, by: Person) -> Iterable[Recipient]:
    """The reviewer who asked, while his account is open."""
    return [Recipient(move.asked_by.email, move.asked_by.full_name)] if move.asked_by.is_active else []


def answered_content(move: AskedMove, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    return {
        "made": move.state == MADE, "asked": day(move.asked_at), "agent": str(move.habilitation.user),
        "answer": move.answer, "action_url": f"{settings.VIGIE.site_url}{reverse('agents:partner')}",
        "action_label": "Ouvrir les habilitations",
    }  # fmt: skip


def looked_agent(look: Look, by: Person) -> Iterable[Recipient]:
    """The agent through whose eyes somebody looks."""
    return [Recipient(look.agent.email, look.agent.full_name)]


def begun_content(look: Look, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    return {
        "administrator": str(look.asked_by), "second": str(look.signed_by), "minutes": look.minutes,
        "reason": look.reason, "begun": f"{day(look.begun_at)} à {hour(look.begun_at)}" if look.begun_at else "",
    }  # fmt: skip


def register() -> None:
    """Called once, when the applications are ready."""
    register_audience("agent_granted", agent_granted)
    register_content("agents/mail/habilitation_granted", granted_content)
    register_audience("followed_agent", followed_agent)
    register_content("agents/mail/follow_contested", contested_content)
    register_audience("looked_agent", looked_agent)
    register_content("agents/mail/look_begun", begun_content)
    register_audience("team_of_moves", team_of_moves)
    register_content("agents/mail/move_asked", asked_content)
    register_audience("asker_of_move", asker_of_move)
    register_content("agents/mail/move_answered", answered_content)
    register_audience("reviewers_of_agent", reviewers_of_agent)
    register_content("agents/mail/agent_moved", moved_content)
    register_audience("reviewer", reviewer)
    register_content("agents/mail/review_reminded", reminded_content)
    register_audience("overseers", overseers)
    register_content("agents/mail/review_late", late_content)
