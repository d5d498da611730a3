"""What a reviewer does about the firms that agents of his body opened by a motive, and how he is reminded to do it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vigie.accounts.models import Habilitation, User
from vigie.accounts.rules import refuse_on_oneself
from vigie.agents.models import Follow, FollowReview
from vigie.agents.queries.reminding import waiting_for
from vigie.journal import audit
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput
from vigie.kernel.period import paris_day
from vigie.kernel.text import clean_text
from vigie.rights.person import SYSTEM, Person
from vigie.rights.reach import require
from vigie.rights.table import Role
from vigie.ui.formats import counted

FIRM = "watchlists.Firm"
LONGEST = 500


def confirm(follow: Follow, *, by: Person, at: datetime) -> FollowReview:
    """The motive holds: the firm stays open to the agent; pressed twice, once."""
    return _review(follow, FollowReview.Verdict.CONFIRMED, "", by, at)


@transaction.atomic
def contest(follow: Follow, reason: str, *, by: Person, at: datetime) -> FollowReview:
    """The motive does not hold: the follow ends now, the firm closes, the agent is told why; pressed twice, once."""
    said = clean_text(reason)[:LONGEST]
    if not said:
        raise InvalidInput("reason_missing", "Dites pourquoi vous contestez ce suivi.", field="note")
    done = _review(follow, FollowReview.Verdict.CONTESTED, said, by, at)
    running = Follow.objects.filter(pk=follow.pk, until__gt=at)
    if done.verdict == FollowReview.Verdict.CONTESTED and running.update(until=at, ended_at=at):
        audit.note("relock", FIRM, follow.siren, by=by, at=at, details={"contested": True, "agent": follow.user_id})
    return done


@transaction.atomic
def _review(follow: Follow, verdict: str, reason: str, by: Person, at: datetime) -> FollowReview:
    row = Follow.objects.select_for_update().get(pk=follow.pk)
    require(by, "follow.review", row)
    refuse_on_oneself(row.user_id, by.user_id)
    told = {"verdict": verdict, "reason": reason, "by_id": by.user_id or 0, "at": at}
    done, new = FollowReview.objects.get_or_create(follow=row, defaults=told)
    if new:
        name = "follow.confirmed" if verdict == FollowReview.Verdict.CONFIRMED else "follow.contested"
        record(name, done, by=by, at=at)
        details = {"agent": row.user_id, "verdict": verdict}
        audit.note("admin_review", FIRM, row.siren, by=by, at=at, details=details)
    return done


def remind_reviewers(*, at: datetime) -> str:
    """A mail to each reviewer who has something to review (job of every Monday); it says how many, no name."""
    held = Habilitation.objects.in_force(paris_day(at)).filter(role=Role.REVIEWER)
    count = 0
    for user in User.objects.living().filter(pk__in=held.values("user_id")).order_by("pk"):
        if waiting_for(user, at):
            record("review.reminded", user, by=SYSTEM, at=at)
            count += 1
    return counted(count, "responsable prévenu", "responsables prévenus")
