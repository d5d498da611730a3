"""What the service tells of itself: the digest of the morning, files without news, files that nobody holds.

Each is told by a conditional write: run twice, or by two workers, it is told once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.agents.queries.mails import readers_of_lists, told_at_once
from vigie.agents.rules_mails import DAILY, MailKind
from vigie.followup.models import Comment, Digest, Followup
from vigie.followup.queries.digest import PARIS, content_of, last_morning, zones_of_agents
from vigie.followup.queries.news import named_in, orphan_files, quiet_files, readers_of_news
from vigie.followup.queries.told import members_of, people_of_events
from vigie.journal.actions import record
from vigie.rights.person import SYSTEM, Person
from vigie.watchlists.models import FirmNews
from vigie.watchlists.queries.firm_news import batch_between, people_told
from vigie.watchlists.queries.list_news import changes_told

CATCH_UP = timedelta(hours=3)  # after seven o’clock, when the job did not run
LOOK_BACK = timedelta(days=7)  # for who never had a digest, or whose last one is older


def tell_digests(at: datetime) -> int:
    """One mail for each person who wants a digest, for whom it was seven o’clock and something is new; gives how many.

    New: what somebody else wrote in his files, a list opened, fresher facts on the firms that he follows; up to seven
    o’clock of his own time zone, once a day of his. Run each hour; a morning that was missed is told within three.
    """
    told, zones = 0, zones_of_agents()
    for user in _waiting(at - LOOK_BACK, at):
        morning = last_morning(zones.get(user.pk, PARIS), at)
        if at - morning.moment > CATCH_UP or Digest.objects.filter(user=user, day=morning.day).exists():
            continue
        last, since = Digest.objects.filter(user=user).first(), morning.moment - LOOK_BACK
        since = max(last.until, since) if last else since
        if since >= morning.moment or not content_of(person_for(user, at), since, morning.moment):
            continue
        with transaction.atomic():
            digest, new = Digest.objects.get_or_create(
                user=user, day=morning.day, defaults={"since": since, "until": morning.moment}
            )
            if new:
                record("file.digested", digest, by=SYSTEM, at=at)
                told += 1
    return told


def _waiting(since: datetime, at: datetime) -> Iterable[User]:
    """Those for whom something may be new: in their files and lists, then of a firm in a kind wanted each morning.

    What each of them wants is asked when his digest is read.
    """
    people = readers_of_news(since, at) | User.objects.living().filter(pk__in=people_of_events(since, at))
    if changes_told(since, at):
        people = people | readers_of_lists(at)
    found = {user.pk: user for user in people.distinct()}
    if batch_between(since, at):
        rows = FirmNews.objects.filter(at__gt=since, at__lte=at)
        found |= {user.pk: user for user in people_told(rows, at, DAILY)}
    return [user for _pk, user in sorted(found.items())]


def tell_quiet_files(at: datetime) -> int:
    """Tells the référents of files without news, once every thirty days; gives how many files."""
    told = 0
    for pk in list(quiet_files(at).values_list("pk", flat=True)):
        with transaction.atomic():
            if quiet_files(at).filter(pk=pk).update(reminded_at=at):
                record("file.quiet", Followup.objects.get(pk=pk), by=SYSTEM, at=at)
                told += 1
    return told


def tell_orphans(at: datetime) -> int:
    """Tells those who can act that a file has no référent any more, once until it has one; gives how many files."""
    Followup.objects.filter(orphaned_at__isnull=False).exclude(pk__in=orphan_files(at).values("pk")).update(
        orphaned_at=None
    )
    told = 0
    for pk in list(orphan_files(at).filter(orphaned_at=None).values_list("pk", flat=True)):
        with transaction.atomic():
            if Followup.objects.filter(pk=pk, orphaned_at=None).update(orphaned_at=at):
                record("file.orphaned", Followup.objects.get(pk=pk), by=SYSTEM, at=at)
                told += 1
    return told


def tell_comment(followup: Followup, *, by: Person, at: datetime) -> None:
    """Writes to the participants who want it at once that a comment was written. In the caller's transaction."""
    _tell_at_once("file.written", MailKind.COMMENT, followup, by, at)


def tell_summary(followup: Followup, *, by: Person, at: datetime) -> None:
    """Writes to the participants who want it at once that a summary changed. In the caller's transaction."""
    _tell_at_once("file.summary_written", MailKind.SUMMARY, followup, by, at)


def _tell_at_once(event: str, kind: MailKind, followup: Followup, by: Person, at: datetime) -> None:
    if told_at_once(members_of(followup), kind).exists():
        record(event, followup, by=by, at=at)


def tell_mentions(comment: Comment, *, by: Person, at: datetime) -> None:
    """Writes to the participants named « @Prénom Nom » who read this network. In the caller's transaction."""
    if named_in(comment.text, comment.followup.members.present().select_related("user")):
        record("file.mentioned", comment, by=by, at=at)
