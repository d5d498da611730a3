"""Following a firm: the personal follow, which opens its data. Each is asked with a motive, for a time, and audited."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from vigie.accounts.models import User
from vigie.agents.models import Follow
from vigie.journal import audit
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput, Refused
from vigie.rights.person import SYSTEM, Person
from vigie.rights.reach import require
from vigie.tuning.queries import current
from vigie.ui.formats import counted
from vigie.watchlists.models import Firm
from vigie.watchlists.queries.sight import sight_of

FOLLOWS_AT_MOST = 500  # of one person
SHORTEST_COMMENT = 10
WARNED_BEFORE = timedelta(days=30)
FIRM = "watchlists.Firm"


@transaction.atomic
def follow_firm(firm: Firm, *, motive: str = "", comment: str = "", by: Person, at: datetime) -> Follow:
    """The person follows the firm for as long as the setting says; twice is once. Gives the follow.

    A firm read in a list of his territory needs no motive; any other one does: InvalidInput names the field.
    """
    require(by, "firm.follow", firm)
    running = personal_follow(by, firm.siren, at)
    if running is not None:
        return running
    before = sight_of(by, firm.siren)
    motive = motive or (Follow.Motive.DETECTION if before.unlocked else "")
    _check(motive, comment)
    mine = Follow.objects.filter(user_id=by.user_id or 0, origin=Follow.Origin.PERSONAL)
    if mine.running(at).count() >= FOLLOWS_AT_MOST:
        raise Refused("too_many_follows", "Vous suivez déjà 500 entreprises. Cessez d’abord d’en suivre une.")
    mine.filter(siren=firm.siren, ended_at=None).update(ended_at=at)  # its time is over, the night has not passed yet
    follow = Follow.objects.create(
        user_id=by.user_id or 0, siren=firm.siren, motive=motive, comment=comment.strip(),
        since=at, until=at + timedelta(days=current("follow_days")),
    )  # fmt: skip
    record("firm.followed", follow, by=by, at=at, payload={"motive": motive, "opens": not before.unlocked})
    told = {"motive": motive, "opens": not before.unlocked}
    audit.note("unlock", FIRM, firm.siren, by=by, at=at, purpose=motive, details=told)
    return follow


@transaction.atomic
def renew_follow(firm: Firm, *, by: Person, at: datetime) -> Follow:
    """One more period from today; Refused when the person does not follow the firm."""
    require(by, "firm.follow", firm)
    follow = personal_follow(by, firm.siren, at)
    if follow is None:
        raise Refused("not_followed", "Vous ne suivez pas cette entreprise.")
    follow.until, follow.warned_at = at + timedelta(days=current("follow_days")), None
    follow.save(update_fields=["until", "warned_at"])
    record("firm.follow_renewed", follow, by=by, at=at)
    told = {"motive": follow.motive, "renewed": True}
    audit.note("unlock", FIRM, firm.siren, by=by, at=at, purpose=follow.motive, details=told)
    return follow


@transaction.atomic
def unfollow_firm(firm: Firm, *, ending: str = "", comment: str = "", by: Person, at: datetime) -> None:
    """The person no longer follows the firm; nothing happens when he did not."""
    require(by, "firm.follow", firm)
    follow = personal_follow(by, firm.siren, at)
    if follow is None:
        return
    follow.until = follow.ended_at = at
    follow.ending, follow.ending_comment = ending, comment.strip()
    follow.save(update_fields=["until", "ended_at", "ending", "ending_comment"])
    record("firm.unfollowed", follow, by=by, at=at, payload={"ending": ending})
    audit.note("relock", FIRM, firm.siren, by=by, at=at, details={"ending": ending})


def warn_of_ends(*, at: datetime) -> str:
    """One mail to each agent whose follows end within a month, once for each follow (job of every morning)."""
    ending = ending_follows(at).filter(warned_at=None)
    count = 0
    for user in User.objects.living().filter(pk__in=ending.values("user_id")).order_by("pk"):
        with transaction.atomic():
            if ending.filter(user=user).update(warned_at=at):
                record("firm.follows_ending", user, by=SYSTEM, at=at)
                count += 1
    return counted(count, "agent prévenu", "agents prévenus")


def ending_follows(at: datetime) -> QuerySet[Follow]:
    """The personal follows that end within a month, unless they are renewed."""
    return Follow.objects.running(at).filter(origin=Follow.Origin.PERSONAL, until__lte=at + WARNED_BEFORE)


def personal_follow(person: Person, siren: str, at: datetime) -> Follow | None:
    """The personal follow that runs, locked for the transaction when there is one. 1 query."""
    mine = Follow.objects.running(at).filter(user_id=person.user_id, origin=Follow.Origin.PERSONAL, siren=siren)
    return mine.select_for_update().first()


def _check(motive: str, comment: str) -> None:
    if motive not in Follow.Motive.values:
        raise InvalidInput("motive_missing", "Dites pourquoi vous suivez cette entreprise.", field="motive")
    if motive == Follow.Motive.AUTRE and len(comment.strip()) < SHORTEST_COMMENT:
        raise InvalidInput(
            "comment_too_short",
            f"Précisez ce motif en {SHORTEST_COMMENT} caractères au moins.",
            field="comment",
        )
