"""Planning a meeting of the CODEFI, its agenda, its decisions, its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Max

from vigie.accounts.models import User
from vigie.accounts.models_agents import Network
from vigie.accounts.queries import person_for
from vigie.followup.models import Followup, Meeting, MeetingPoint, Summary
from vigie.followup.queries.codefi import ADDED, agenda_of
from vigie.journal.actions import perform, record
from vigie.kernel.errors import Forbidden, InvalidInput, TransitionRefused
from vigie.kernel.period import paris_day
from vigie.kernel.siren import compact
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.watchlists.models import Entry, Publication

PARTICIPANTS_AT_MOST = 60
POINTS_AT_MOST = 200


@dataclass(frozen=True)
class Called:
    """When, where, with whom: addresses of agents, and the names of those who have no account."""

    held_on: date
    held_at: time | None
    place: str
    participants: Iterable[str] = ()
    guests: str = ""


@dataclass(frozen=True)
class Decided:
    """What the meeting decides for a firm."""

    decision: str
    contact: User | None = None
    due_on: date | None = None


def plan_meeting(departement: str, called: Called, *, form_token: str, by: Person, at: datetime) -> Meeting:
    """A meeting with the agenda of the day, its author being its secretary; participants are told.

    Forbidden outside the CODEFI network or the territory. The same form sent twice plans one.
    """
    require(by, "meeting.plan")
    if Network.CODEFI not in by.networks or not (by.nationwide or departement in by.departements):
        raise Forbidden("not_codefi", "Une réunion se prépare dans le réseau CODEFI de son département.")
    same = Meeting.objects.filter(form_token=form_token, secretary_id=by.user_id).first()
    if same is not None:
        return same
    if called.held_on < paris_day(at):
        raise InvalidInput("meeting_past", "Cette date est passée.", field="held_on")
    with transaction.atomic():
        meeting = Meeting.objects.create(
            departement=departement, held_on=called.held_on, held_at=called.held_at, place=called.place,
            guests=called.guests, secretary_id=by.user_id or 0, created_at=at, form_token=form_token,
        )  # fmt: skip
        meeting.participants.set(_participants(departement, called.participants, by, at))
        _fill(meeting, by, at)
        record("meeting.planned", meeting, by=by, at=at)
    return meeting


@transaction.atomic
def change_meeting(meeting: Meeting, called: Called, *, by: Person, at: datetime) -> Meeting:
    """Another day, another place, other participants; all are told when the day, the hour or the place moves."""
    row = _locked(meeting, by)
    moved = (row.held_on, row.held_at, row.place) != (called.held_on, called.held_at, called.place)
    row.held_on, row.held_at, row.place, row.guests = called.held_on, called.held_at, called.place, called.guests
    row.save(update_fields=["held_on", "held_at", "place", "guests"])
    row.participants.set(_participants(row.departement, called.participants, by, at))
    record("meeting.moved" if moved else "meeting.changed", row, by=by, at=at)
    return row


@transaction.atomic
def renew_agenda(meeting: Meeting, *, by: Person, at: datetime) -> int:
    """Adds what should be on the agenda since it was made; gives how many firms are new. Nothing is taken away."""
    row = _locked(meeting, by)
    added = _fill(row, by, at)
    if added:
        record("meeting.changed", row, by=by, at=at)
    return added


@transaction.atomic
def add_point(meeting: Meeting, number: str, *, by: Person, at: datetime) -> MeetingPoint:
    """A firm to speak of, by its SIREN: one with a running file in the département, or in alert in the open list."""
    row = _locked(meeting, by)
    siren = compact(number)[:9]
    files = Followup.objects.allowed(by, "file.view").active().filter(siren=siren, departement=row.departement)
    followup = files.order_by("pk").first()
    current = Publication.objects.current().first()
    listed = Entry.objects.allowed(by, "entry.view").alerts().filter(siren=siren, publication=current)
    if followup is None and not (current and listed.exists()):
        raise InvalidInput(
            "firm_unknown",
            "Cette entreprise n’a ni accompagnement en cours dans le département, ni alerte que vous puissiez lire.",
            field="note",
        )
    rank = (row.points.aggregate(last=Max("position"))["last"] or 0) + 1
    point, _new = MeetingPoint.objects.get_or_create(
        meeting=row, siren=siren, defaults={"followup": followup, "heading": ADDED, "position": rank}
    )
    record("meeting.changed", row, by=by, at=at)
    return point


@transaction.atomic
def remove_point(point: MeetingPoint, *, by: Person, at: datetime) -> None:
    """Takes a firm off the agenda; TransitionRefused once something is decided for it."""
    row = _locked(point.meeting, by)
    if MeetingPoint.objects.filter(pk=point.pk).exclude(decision="").exists():
        raise TransitionRefused("point_decided", "Une décision est déjà écrite pour cette entreprise.")
    row.points.filter(pk=point.pk).delete()
    record("meeting.changed", row, by=by, at=at)


@transaction.atomic
def decide(point: MeetingPoint, decided: Decided, *, version: int, by: Person, at: datetime) -> MeetingPoint:
    """Writes what is decided. TransitionRefused when somebody wrote it since the form was opened."""
    meeting = _locked(point.meeting, by)
    row = meeting.points.select_for_update().get(pk=point.pk)
    if row.version != version:
        raise TransitionRefused(
            "changed_meanwhile",
            "Un collègue a écrit cette décision pendant votre saisie\u00a0: rien n’est écrasé. Comparez avec la "
            "réunion, puis enregistrez de nouveau.",
        )
    row.decision, row.contact, row.due_on = decided.decision, decided.contact, decided.due_on
    row.version += 1
    row.save(update_fields=["decision", "contact", "due_on", "version"])
    record("meeting.decided", meeting, by=by, at=at, payload={"point": row.pk})
    return row


@transaction.atomic
def carry_out(point: MeetingPoint, done: bool, *, by: Person, at: datetime) -> MeetingPoint:
    """Says that a decision is carried out, or is not after all; by who keeps the meeting, or who was to contact."""
    row = MeetingPoint.objects.select_for_update().select_related("meeting").get(pk=point.pk)
    require(by, "meeting.view", row.meeting)
    if row.contact_id != by.user_id:
        require(by, "meeting.manage", row.meeting)
    if not row.decision:
        raise TransitionRefused("point_undecided", "Rien n’est décidé pour cette entreprise.")
    if done != (row.done_at is not None):
        row.done_at, row.done_by_id = (at, by.user_id) if done else (None, None)
        row.save(update_fields=["done_at", "done_by"])
        record("meeting.carried_out", row.meeting, by=by, at=at, payload={"point": row.pk, "done": done})
    return row


@transaction.atomic
def end_meeting(meeting: Meeting, transition: str, *, by: Person, at: datetime) -> Meeting:
    """« hold » closes the minutes, each with the CODEFI summary of the moment; « cancel »: it does not take place."""
    row = _locked(meeting, by)
    if transition == "hold":
        if row.held_on > paris_day(at):
            raise TransitionRefused("meeting_to_come", "Cette réunion est à venir\u00a0: elle se clôt une fois tenue.")
        written = Summary.objects.readable(by).filter(network__code=Network.CODEFI, followup__points__meeting=row)
        texts = dict(written.values_list("followup_id", "text"))
        points = list(row.points.filter(followup__in=texts))
        for point in points:
            point.summary = texts[point.followup_id]
        MeetingPoint.objects.bulk_update(points, ["summary"])
    ended: Meeting = perform(row, transition, by=by, at=at)
    return ended


def _locked(meeting: Meeting, by: Person) -> Meeting:
    """The row, locked; Forbidden for who does not keep it, TransitionRefused once it is over."""
    row = Meeting.objects.select_for_update().get(pk=meeting.pk)
    require(by, "meeting.manage", row)
    if not row.is_planned:
        raise TransitionRefused("meeting_over", "Cette réunion est close\u00a0: son compte rendu ne change plus.")
    return row


def _fill(meeting: Meeting, by: Person, at: datetime) -> int:
    """The agenda of the day, without the firms already there."""
    known = set(meeting.points.values_list("siren", flat=True))
    rank = meeting.points.aggregate(last=Max("position"))["last"] or 0
    fresh = []
    for heading, siren, followup_id in agenda_of(by, meeting.departement, at):
        if siren not in known and len(known) < POINTS_AT_MOST:
            known.add(siren)
            rank += 1
            fresh.append(
                MeetingPoint(
                    meeting=meeting, siren=siren, followup_id=followup_id, heading=heading, position=rank
                )
            )  # fmt: skip
    MeetingPoint.objects.bulk_create(fresh)
    return len(fresh)


def _participants(departement: str, addresses: Iterable[str], by: Person, at: datetime) -> list[User]:
    """Agents of the CODEFI of the département; InvalidInput names the others."""
    found: dict[int, User] = {}
    for address in addresses:
        user = User.objects.living().with_address(address).first()
        person = person_for(user, at) if user is not None else None
        near = person is not None and (person.nationwide or departement in person.departements)
        if user is None or person is None or person.level is None or Network.CODEFI not in person.networks or not near:
            raise InvalidInput(
                "participant_unfit",
                f"{address}\u00a0: aucun agent du réseau CODEFI de ce département n’a cette adresse. Nommez cette "
                "personne parmi les autres participants.",
                field="participants",
            )
        found[user.pk] = user
    found.pop(by.user_id or 0, None)
    if len(found) > PARTICIPANTS_AT_MOST:
        raise InvalidInput("too_many", f"{PARTICIPANTS_AT_MOST}\u00a0agents au plus.", field="participants")
    return list(found.values())
