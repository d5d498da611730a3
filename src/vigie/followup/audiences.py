"""Whom files write to. A mail gives the name of the firm and the way to the page, no confidential value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.agents.queries.mails import choice_of, told_at_once
from vigie.agents.rules_mails import NOW, MailKind
from vigie.followup.models import CardsImport, Comment, Digest, Followup, Handover, Meeting, Member
from vigie.followup.queries.digest import content_of
from vigie.followup.queries.news import news_of, not_told_since, orphan_files
from vigie.followup.queries.told import (
    called_to,
    handover_pair,
    keepers_of,
    member_himself,
    members_of,
    members_of_cards,
    mentioned_in,
    referents_joined,
    referents_of,
)
from vigie.followup.states import FOLLOWUP
from vigie.followup.states_meetings import CANCELLED
from vigie.journal.registry import Audience, Recipient, register_audience, register_content
from vigie.rights.person import Person
from vigie.territory.names import departement_name
from vigie.tuning.queries import current
from vigie.ui.formats import counted, day

AT_ONCE = timedelta(hours=1)
NAMED_AT_MOST = 30  # in a mail
WRITTEN = "followup/mail/written"


def _audience(kind: MailKind, people: Callable[[Any], QuerySet[User]]) -> Audience:
    """Those of the people who want this kind at once, but who did it; the others are told each morning, or not."""

    def told(subject: Any, by: Person) -> Iterable[Recipient]:
        users = told_at_once(people(subject), kind).exclude(pk=by.user_id or 0)
        return [Recipient(user.email, user.full_name) for user in users]

    return told


AUDIENCES = {
    "file_members": _audience(MailKind.STATE, members_of),
    "members_of_asked": _audience(MailKind.REQUESTED, members_of),
    "comment_readers": _audience(MailKind.COMMENT, members_of),
    "summary_readers": _audience(MailKind.SUMMARY, members_of),
    "action_readers": _audience(MailKind.ACTION, members_of),
    "file_member": _audience(MailKind.MEMBER, member_himself),
    "file_referents": _audience(MailKind.JOINED, referents_joined),
    "file_in_charge": _audience(MailKind.QUIET, referents_of),
    "file_keepers": _audience(MailKind.ORPHAN, keepers_of),
    "comment_mentioned": _audience(MailKind.MENTION, mentioned_in),
    "handover_people": _audience(MailKind.HANDED_OVER, handover_pair),
    "cards_people": _audience(MailKind.HANDED_OVER, members_of_cards),
    "meeting_participants": _audience(MailKind.MEETING, called_to),
}


def digest_reader(digest: Digest, by: Person) -> Iterable[Recipient]:
    """Whose digest it is."""
    users = User.objects.living().filter(pk=digest.user_id)
    return [Recipient(user.email, user.full_name) for user in users]


def meeting_content(meeting: Meeting, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The meeting as it stands today, without any firm; nothing for who may no longer read it."""
    user = User.objects.living().with_address(recipient.email).first()
    if user is None or not Meeting.objects.allowed(person_for(user, at), "meeting.view").filter(pk=meeting.pk).exists():
        return None
    return {
        "name": recipient.name,
        "departement": departement_name(meeting.departement),
        "day": day(meeting.held_on),
        "hour": f"{meeting.held_at:%H:%M}" if meeting.held_at else "",
        "place": meeting.place,
        "cancelled": meeting.state == CANCELLED,
        "page": f"{settings.VIGIE.site_url}{reverse('followup:meeting', args=[meeting.pk])}",
    }


def handover_content(handover: Handover, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The files handed over, each with its page for who takes them; nothing once all of them are deleted."""
    rows = handover.files.filter(deleted_at=None).select_related("workplace__company")
    files = sorted(rows, key=lambda one: one.workplace.company.name)
    takes = recipient.email == handover.taker.email
    if not files:
        return None
    return {
        "name": recipient.name,
        "takes": takes,
        "who": str(handover.giver if takes else handover.taker),
        "count": counted(len(files), "accompagnement"),
        "files": [{"firm": one.workplace.company.name, "page": page_of(one) if takes else ""} for one in files],
    }


def cards_content(row: CardsImport, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """His accompagnements among those taken up; nothing when none is left to him."""
    mine = Member.objects.present().filter(
        followup__in=row.files.values("pk"), followup__deleted_at=None, user__email=recipient.email
    )
    rows = list(
        mine.select_related("followup__workplace__company").order_by("followup__workplace__company__name", "pk")
    )
    if not rows:
        return None
    more = len(rows) - NAMED_AT_MOST
    return {
        "name": recipient.name,
        "who": str(row.author),
        "count": counted(len(rows), "accompagnement"),
        "files": [
            {
                "firm": one.followup.workplace.company.name,
                "role": one.get_role_display().lower(),
                "page": page_of(one.followup),
            }
            for one in rows[:NAMED_AT_MOST]
        ],
        "more": counted(more, "autre", "autres") if more > 0 else "",
        "page": f"{settings.VIGIE.site_url}{reverse('followup:list')}?vue=mes",
    }


def page_of(followup: Followup) -> str:
    """The address of the file, whole."""
    return f"{settings.VIGIE.site_url}{reverse('followup:file', args=[followup.pk])}"


def moved_content(followup: Followup, recipient: Recipient, at: datetime) -> dict[str, Any]:
    """The state of today; of a deleted file, that it is."""
    state = "supprimé" if followup.deleted_at else FOLLOWUP.label(followup.state).lower()
    return {
        "name": recipient.name,
        "firm": followup.workplace.company.name,
        "state": state,
        "page": "" if followup.deleted_at else page_of(followup),
    }


def requested_content(followup: Followup, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """That the firm asked for help and who took it up; its words are read in the file, by who takes part in it."""
    asked = followup.help_requests.select_related("taken_by").first()
    if asked is None or _reader(followup, recipient, at) is None:
        return None
    firm = followup.workplace.company.name
    return {"name": recipient.name, "firm": firm, "who": str(asked.taken_by), "page": page_of(followup)}


def member_content(member: Member, recipient: Recipient, at: datetime) -> dict[str, Any]:
    """What the person is in the file today."""
    followup = member.followup
    return {
        "name": recipient.name,
        "firm": followup.workplace.company.name,
        "role": "" if member.removed_at else member.get_role_display().lower(),
        "page": "" if member.removed_at or followup.deleted_at else page_of(followup),
    }


def joined_content(member: Member, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing once the person left, or for who may no longer read the file."""
    user = User.objects.living().with_address(recipient.email).first()
    if user is None or member.removed_at is not None:
        return None
    if not Followup.objects.allowed(person_for(user, at), "file.view").filter(pk=member.followup_id).exists():
        return None
    followup = member.followup
    return {
        "name": recipient.name,
        "who": str(member.user),
        "role": member.get_role_display().lower(),
        "firm": followup.workplace.company.name,
        "page": page_of(followup),
    }


def mentioned_content(comment: Comment, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing for who does not read this network, nor once the comment is deleted."""
    reader = _reader(comment.followup, recipient, at)
    if reader is None or comment.deleted_at is not None or comment.network.code not in reader.networks:
        return None
    page = f"{page_of(comment.followup)}?onglet={comment.network.code}"
    firm = comment.followup.workplace.company.name
    return {"name": recipient.name, "who": str(comment.author), "firm": firm, "page": page}


def digest_content(digest: Digest, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The news as the reader may read them when the mail leaves; nothing when none is left."""
    user = User.objects.living().filter(pk=digest.user_id).first()
    if user is None:
        return None
    found = content_of(person_for(user, at), digest.since, digest.until)
    if not found:
        return None
    site, path = settings.VIGIE.site_url, "followup:file"
    lines = [
        {"firm": one.firm, "said": one.words, "page": f"{site}{reverse(path, args=[one.pk])}" if one.readable else ""}
        for one in found.files
    ]  # fmt: skip
    about = counted(len(lines), "accompagnement") if lines else "les listes et les entreprises que vous suivez"
    return {
        "name": recipient.name, "files": lines, "changes": found.changes, "about": about, "firms": found.firms.lines,
        "more": found.firms.more, "news_page": f"{site}{reverse('watchlists:news')}",
    }  # fmt: skip


def written_content(followup: Followup, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """What others wrote in his networks, or did, and that no mail told him yet, however late this one leaves; nothing
    of the text, and no mail when there is nothing.
    """
    reader = _reader(followup, recipient, at)
    if reader is None:
        return None
    since = not_told_since(followup, recipient.email, WRITTEN) or at - AT_ONCE
    found = next((one for one in news_of(reader, since, at, choice_of(reader), NOW) if one.pk == followup.pk), None)
    if found is None:
        return None
    return {"name": recipient.name, "firm": found.firm, "words": found.words, "page": page_of(followup)}


def quiet_content(followup: Followup, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing when something happened meanwhile."""
    still = followup.is_active and at - followup.modified_at >= timedelta(days=current("quiet_days"))
    if not still or _reader(followup, recipient, at) is None:
        return None
    firm, since = followup.workplace.company.name, day(followup.modified_at)
    return {"name": recipient.name, "firm": firm, "since": since, "page": page_of(followup)}


def orphaned_content(followup: Followup, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing when somebody took the file over meanwhile."""
    if _reader(followup, recipient, at) is None or not orphan_files(at).filter(pk=followup.pk).exists():
        return None
    return {"name": recipient.name, "firm": followup.workplace.company.name, "page": page_of(followup)}


def _reader(followup: Followup, recipient: Recipient, at: datetime) -> Person | None:
    """Who receives the mail, if he may read the file when it leaves."""
    user = User.objects.living().with_address(recipient.email).first()
    person = person_for(user, at) if user is not None else None
    if person is None or not Followup.objects.allowed(person, "file.view").filter(pk=followup.pk).exists():
        return None
    return person


def register() -> None:
    """Called once, when the applications are ready."""
    for name, people in AUDIENCES.items():
        register_audience(name, people)
    register_audience("digest_reader", digest_reader)
    register_content("followup/mail/moved", moved_content)
    register_content("followup/mail/requested", requested_content)
    register_content("followup/mail/member", member_content)
    register_content("followup/mail/joined", joined_content)
    register_content("followup/mail/meeting", meeting_content)
    register_content("followup/mail/handed_over", handover_content)
    register_content("followup/mail/imported", cards_content)
    register_content(WRITTEN, written_content)
    register_content("followup/mail/mentioned", mentioned_content)
    register_content("followup/mail/digest", digest_content)
    register_content("followup/mail/quiet", quiet_content)
    register_content("followup/mail/orphaned", orphaned_content)
