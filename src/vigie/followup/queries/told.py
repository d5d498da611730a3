"""What happens in files and is told by mail: to whom, as what kind, and the words of it in a digest. One table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from vigie.accounts.models import User
from vigie.accounts.models_agents import Duty
from vigie.agents.rules_mails import DAILY, Choice, MailKind
from vigie.followup.models import CardsImport, Comment, Followup, Handover, Meeting, Member
from vigie.followup.queries.news import named_in
from vigie.followup.states import FOLLOWUP
from vigie.followup.states_meetings import CANCELLED
from vigie.journal.models import Event
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.ui.formats import day

FILE, MEMBER, COMMENT = "followup.Followup", "followup.Member", "followup.Comment"
HANDOVER, CARDS, MEETING = "followup.Handover", "followup.CardsImport", "followup.Meeting"
MODELS: dict[str, Any] = {
    FILE: Followup, MEMBER: Member, COMMENT: Comment, HANDOVER: Handover, CARDS: CardsImport, MEETING: Meeting,
}  # fmt: skip


def _living(users: Iterable[int] | QuerySet[Any, Any]) -> QuerySet[User]:
    return User.objects.living().filter(pk__in=users).order_by("pk")


# --- to whom ----------------------------------------------------------------------------------------------------------
def members_of(followup: Followup) -> QuerySet[User]:
    """All who take part."""
    return _living(followup.members.present().order_by().values("user"))


def referents_of(followup: Followup) -> QuerySet[User]:
    return _living(followup.members.present().filter(role=Member.Role.REFERENT).order_by().values("user"))


def keepers_of(followup: Followup) -> QuerySet[User]:
    """Those who still take part, and the permanent secretary of the CODEFI of the département."""
    secretaries = Duty.objects.filter(kind=Duty.Kind.SP_CODEFI, departement=followup.departement).values("user")
    present = followup.members.present().order_by().values("user")
    return User.objects.living().filter(Q(pk__in=present) | Q(pk__in=secretaries)).order_by("pk")


def member_himself(member: Member) -> QuerySet[User]:
    return _living([member.user_id])


def referents_joined(member: Member) -> QuerySet[User]:
    """The référents of the file that somebody joined."""
    return referents_of(member.followup).exclude(pk=member.user_id)


def mentioned_in(comment: Comment) -> QuerySet[User]:
    """The participants named in a comment."""
    named = named_in(comment.text, comment.followup.members.present().select_related("user"))
    return _living([one.user_id for one in named])


def handover_pair(handover: Handover) -> QuerySet[User]:
    """Who takes the files and who gave them."""
    return _living({handover.taker_id, handover.giver_id})


def members_of_cards(row: CardsImport) -> QuerySet[User]:
    """Those who take part in an accompagnement made of a card."""
    return _living(Member.objects.present().filter(followup__in=row.files.values("pk")).order_by().values("user"))


def called_to(meeting: Meeting) -> QuerySet[User]:
    return _living(meeting.participants.order_by().values("pk"))


# --- as what, in which words ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Told:
    """An event that is told. said: its words in a digest, as things stand; empty when it is counted with the texts."""

    kind: MailKind
    people: Callable[[Any], QuerySet[User]]
    said: Callable[[Any, Person], str]


def _state(followup: Followup, person: Person) -> str:
    return "supprimé" if followup.deleted_at else f"état\u00a0: {FOLLOWUP.label(followup.state).lower()}"


def _role(member: Member, person: Person) -> str:
    if member.removed_at is not None:
        return "vous n’y participez plus"
    return f"vous y êtes {member.get_role_display().lower()}"


def _handed(handover: Handover, person: Person) -> str:
    takes = handover.taker_id == person.user_id
    return f"confié par {handover.giver}" if takes else f"confié à {handover.taker}"


def _meeting(meeting: Meeting, person: Person) -> str:
    what = "annulée" if meeting.state == CANCELLED else "vous y êtes convoqué"
    return f"réunion du CODEFI ({meeting.departement}) du {day(meeting.held_on)}\u00a0: {what}"


_STATE = Told(MailKind.STATE, members_of, _state)
_MEMBER = Told(MailKind.MEMBER, member_himself, _role)
_MEETING = Told(MailKind.MEETING, called_to, _meeting)
TOLD: dict[str, Told] = {
    **dict.fromkeys(("file.moved", "file.completed", "file.reopened", "file.deleted", "file.restored"), _STATE),
    **dict.fromkeys(("file.member_added", "file.member_changed", "file.member_removed"), _MEMBER),
    **dict.fromkeys(("meeting.planned", "meeting.moved", "meeting.cancelled"), _MEETING),
    "file.requested": Told(MailKind.REQUESTED, members_of, lambda *_: "l’entreprise a demandé de l’aide"),
    "file.mentioned": Told(MailKind.MENTION, mentioned_in, lambda row, _: f"{row.author} vous a cité"),
    "file.quiet": Told(MailKind.QUIET, referents_of, lambda *_: "sans nouvelle depuis longtemps"),
    "file.orphaned": Told(MailKind.ORPHAN, keepers_of, lambda *_: "plus de référent en exercice"),
    "file.joined": Told(MailKind.JOINED, referents_joined, lambda row, _: f"{row.user} y participe désormais"),
    "file.handed_over": Told(MailKind.HANDED_OVER, handover_pair, _handed),
    "cards.applied": Told(MailKind.HANDED_OVER, members_of_cards, lambda row, _: f"repris par {row.author}"),
}
LEAVING = (MailKind.STATE, MailKind.MEMBER, MailKind.HANDED_OVER)
COUNTED = ("file.analysed", "file.acted")  # in ``news``, with the texts


# --- what is new of it for somebody -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Happening:
    """Something told in a digest, of one file or of a meeting."""

    words: str
    followup: Followup | None = None
    meeting: Meeting | None = None
    leaving: bool = False  # said even of a file that is no longer his
    readable: bool = True


def people_of_events(since: datetime, at: datetime) -> set[int]:
    """Those whom what happened meanwhile may concern; more than are told. A few queries, whatever the events."""
    ids = _subjects(Event.objects.filter(name__in=(*TOLD, *COUNTED), at__gt=since, at__lte=at))
    files = set(ids[FILE]) | set(Comment.objects.filter(pk__in=ids[COMMENT]).values_list("followup", flat=True))
    found = set(Member.objects.filter(pk__in=ids[MEMBER]).order_by().values_list("user", flat=True))
    files |= set(Member.objects.filter(pk__in=ids[MEMBER]).order_by().values_list("followup", flat=True))
    for handover in Handover.objects.filter(pk__in=ids[HANDOVER]):
        found |= {handover.giver_id, handover.taker_id}
    files |= set(CardsImport.objects.filter(pk__in=ids[CARDS]).values_list("files", flat=True)) - {None}
    found |= set(Member.objects.filter(followup__in=files, removed_at=None).order_by().values_list("user", flat=True))
    found |= set(Meeting.objects.filter(pk__in=ids[MEETING]).order_by().values_list("participants", flat=True)) - {None}
    places = Followup.objects.filter(pk__in=files, orphaned_at__isnull=False).values("departement")
    duties = Duty.objects.filter(kind=Duty.Kind.SP_CODEFI, departement__in=places)
    return found | set(duties.values_list("user", flat=True))


def happenings(person: Person, choice: Choice, since: datetime, until: datetime) -> list[Happening]:
    """What others did that the person wants each morning, oldest first. A query for each event told, and a few."""
    if not may(person, "file.list"):
        return []
    mine = _of_person(person, since, until)
    events = Event.objects.filter(mine, name__in=TOLD, at__gt=since, at__lte=until).exclude(actor=person.user_id)
    found: list[Happening] = []
    wanted = [one for one in events if choice.wants(DAILY, TOLD[one.name].kind, one.at)]
    rows = {kind: MODELS[kind].objects.in_bulk(ids) for kind, ids in _subjects(wanted).items()}
    for event in wanted:
        row, told = rows[event.subject_type].get(int(event.subject_id)), TOLD[event.name]
        if row is not None and told.people(row).filter(pk=person.user_id or 0).exists():
            found += [one for one in _happening(row, told, person) if one not in found]
    return _within_reach(found, person)


def _within_reach(found: list[Happening], person: Person) -> list[Happening]:
    """Without what he may not read any more; that a file left him is told without the way to it. 1 query."""
    files = [one.followup.pk for one in found if one.followup is not None]
    open_to = Followup.objects.allowed(person, "file.view").filter(pk__in=files)
    readable = set(open_to.order_by().values_list("pk", flat=True))
    kept = []
    for one in found:
        if one.followup is None or one.followup.pk in readable:
            kept.append(one)
        elif one.leaving:
            kept.append(replace(one, readable=False))
    return kept


def _of_person(person: Person, since: datetime, until: datetime) -> Q:
    """The events whose subject touches the person: his files, those of his territory that nobody leads, himself."""
    me = person.user_id or 0
    held = Member.objects.filter(user=me, removed_at=None).order_by().values("followup")
    duties = Duty.objects.filter(kind=Duty.Kind.SP_CODEFI, user=me).values("departement")
    orphans = Followup.objects.filter(orphaned_at__isnull=False, departement__in=duties).values("pk")
    meanwhile = {"at__gt": since, "at__lte": until}
    members = Member.objects.filter(Q(followup__in=held, added_at__gte=since) | Q(user=me))
    subjects = {
        FILE: Followup.objects.filter(Q(pk__in=held) | Q(pk__in=orphans)),
        MEMBER: members,
        COMMENT: Comment.objects.filter(followup__in=held, **meanwhile),
        HANDOVER: Handover.objects.filter(Q(giver=me) | Q(taker=me), **meanwhile),
        CARDS: CardsImport.objects.filter(files__in=held),
        MEETING: Meeting.objects.filter(participants=me),
    }
    found = Q(pk__in=[])
    for kind, rows in subjects.items():
        found |= Q(subject_type=kind, subject_id__in=[str(pk) for pk in rows.order_by().values_list("pk", flat=True)])
    return found


def _happening(row: Any, told: Told, person: Person) -> Iterator[Happening]:
    words, leaving = told.said(row, person), told.kind in LEAVING
    if isinstance(row, Comment) and (row.deleted_at is not None or row.network.code not in person.networks):
        return
    if isinstance(row, Meeting):
        yield Happening(words, meeting=row)
    elif isinstance(row, Followup):
        yield Happening(words, row, leaving=leaving)
    elif isinstance(row, (Handover, CardsImport)):
        yield from (Happening(words, one, leaving=leaving) for one in row.files.filter(deleted_at=None))
    else:
        yield Happening(words, row.followup, leaving=leaving)


def _subjects(events: Iterable[Event] | QuerySet[Event]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for event in events:
        found[event.subject_type].append(int(event.subject_id))
    return found
