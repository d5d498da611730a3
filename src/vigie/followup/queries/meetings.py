"""A meeting of the CODEFI: its agenda, the decisions taken, what became of those of before, its minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse

from vigie.accounts.models import User
from vigie.accounts.models_agents import Network
from vigie.exports.documents import Document, Facts, Grid, Section
from vigie.exports.offers import Offer
from vigie.exports.registry import FOR_DOCUMENTS
from vigie.followup.models import Followup, Meeting, MeetingPoint, Member
from vigie.followup.queries import codefi
from vigie.followup.queries.codefi import Point, lines_of, point_of, point_of_alert, with_codefi
from vigie.followup.queries.touch import person_words, with_firm
from vigie.followup.states_meetings import CANCELLED, HELD, MEETING
from vigie.kernel.icalendar import Appointment
from vigie.kernel.lifecycle import State
from vigie.kernel.period import PARIS, paris_day
from vigie.kernel.siren import show_siren
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.territory.names import departement_name
from vigie.ui.components import ActButton, Fact
from vigie.ui.formats import counted, day, day_and_hour, listed
from vigie.watchlists.models import Entry

MINUTES = "codefi_minutes"
DECISIONS_AT_MOST = 100
NOT_DECIDED = "Pas encore de décision."
NOBODY, NO_DATE = "à désigner", "sans date"


@dataclass(frozen=True)
class PointView:
    """A firm of a meeting. facts: who contacts it, for when; decide: where the decision is written."""

    point: Point
    on: str
    decision: str
    facts: tuple[Fact, ...]
    status: State
    decide: str
    buttons: tuple[ActButton, ...]


@dataclass(frozen=True)
class Part:
    """A heading of the agenda and its firms."""

    title: str
    points: tuple[PointView, ...]


@dataclass(frozen=True)
class MeetingPage:
    """A meeting. before: decisions of other meetings that are still to be carried out.

    files, sirens: what the reader was shown, for the audit.
    """

    pk: int
    title: str
    departement: str
    place: str
    state: State
    facts: tuple[Fact, ...]
    count: str
    parts: tuple[Part, ...]
    before: tuple[PointView, ...]
    edit: str
    calendar: str
    agenda: tuple[ActButton, ...]
    buttons: tuple[ActButton, ...]
    export: Offer
    files: tuple[int, ...]
    sirens: tuple[str, ...]


def known_meeting(person: Person, pk: int) -> Meeting:
    """The meeting, for a member of the CODEFI of its territory; else 404. 1 query."""
    rows = Meeting.objects.allowed(person, "meeting.view").select_related("secretary__agent__entity")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def appointment(meeting: Meeting) -> Appointment:
    """The meeting for the calendar of an office."""
    return Appointment(
        uid=f"codefi-{meeting.pk}@{urlsplit(settings.VIGIE.site_url).hostname}",
        title=f"CODEFI {departement_name(meeting.departement)}",
        starts=datetime.combine(meeting.held_on, hour, PARIS) if (hour := meeting.held_at) else meeting.held_on,
        page=f"{settings.VIGIE.site_url}{reverse('followup:meeting', args=[meeting.pk])}",
        place=meeting.place,
        cancelled=meeting.state == CANCELLED,
    )


def known_point(person: Person, meeting: Meeting, pk: int, today: date) -> tuple[MeetingPoint, Point]:
    """A firm of the meeting that the person may read, else 404."""
    [*found] = _read(person, meeting.points.filter(pk=pk), today)
    if not found:
        raise Http404
    return found[0]


def meeting_page(person: Person, meeting: Meeting, siren: Callable[[str], BaseForm], at: datetime) -> MeetingPage:
    """The page. About 20 queries, whatever the firms."""
    keeps, today = may(person, "meeting.manage", meeting), paris_day(at)
    read = list(_read(person, meeting.points.all(), today))
    views = [(row.heading, _view(person, meeting, row, point, keeps, today)) for row, point in read]
    titles = list(dict.fromkeys(heading for heading, _view in views))
    return MeetingPage(
        pk=meeting.pk,
        title=f"CODEFI du {day(meeting.held_on)}",
        departement=meeting.departement,
        place=departement_name(meeting.departement),
        state=MEETING.by_code[meeting.state],
        facts=_facts(meeting),
        count=counted(len(views), "entreprise"),
        parts=tuple(Part(title, tuple(view for heading, view in views if heading == title)) for title in titles),
        before=tuple(_before(person, meeting, keeps, today)),
        edit=reverse("followup:edit_meeting", args=[meeting.pk]) if keeps and meeting.is_planned else "",
        calendar=reverse("followup:meeting_calendar", args=[meeting.pk]),
        agenda=_agenda(meeting, siren) if keeps and meeting.is_planned else (),
        buttons=_buttons(meeting, today) if keeps and meeting.is_planned else (),
        export=Offer(reverse("followup:export_meeting", args=[meeting.pk]), FOR_DOCUMENTS),
        files=tuple(row.followup_id for row, _point in read if row.followup_id),
        sirens=tuple(row.siren for row, _point in read),
    )


def contacts_of(meeting: Meeting, point: MeetingPoint) -> QuerySet[User]:
    """Who may be asked to contact the firm: those called to the meeting, its secretary, the people of the file."""
    people = {meeting.secretary_id, point.contact_id, *meeting.participants.values_list("pk", flat=True)}
    if point.followup_id:
        people |= set(Member.objects.present().filter(followup_id=point.followup_id).values_list("user_id", flat=True))
    return User.objects.living().filter(pk__in=people - {None}).order_by("full_name", "pk")


def proposed_participants(person: Person, departement: str) -> list[str]:
    """The addresses of those of the CODEFI who take part in the running files of the département. 2 queries."""
    files = Followup.objects.allowed(person, "file.view").active().filter(departement=departement)
    members = Member.objects.present().filter(followup__in=files.values("pk"), user__agent__segment__in_codefi=True)
    people = User.objects.living().filter(pk__in=members.order_by().values("user")).exclude(pk=person.user_id or 0)
    return list(people.order_by("email").values_list("email", flat=True))


def minutes_document(person: Person, parameters: dict[str, Any], at: datetime) -> Document:
    """The minutes: who was there, then each firm, its CODEFI summary and what was decided. 404 out of reach."""
    meeting, today = known_meeting(person, int(parameters["meeting"])), paris_day(at)
    read = list(_read(person, meeting.points.all(), today))
    known = Facts(tuple((fact.label, fact.value or fact.missing) for fact in _facts(meeting)))
    decided = tuple(_line(row, point) for row, point in read if row.decision)
    headers = ("Entreprise", "Décision", "Qui contacte", "Pour quand")
    summary = Grid("Relevé de décisions", headers, decided, widths=(2, 3, 2, 1), empty="Aucune décision.")
    before = [(row, point) for row, point in _read(person, _open_before(person, meeting), today)]
    past = tuple(_line(row, point) for row, point in before)
    sections = [Section("Réunion", (known,)), Section("Relevé de décisions", (summary,))]
    if past:
        grid = Grid("Décisions à suivre", headers, past, widths=(2, 3, 2, 1))
        sections.append(Section("Décisions des réunions précédentes, à suivre", (grid,)))
    sections += [_section(row, point) for row, point in read]
    closed = f"Clos le {day_and_hour(meeting.ended_at)}" if meeting.ended_at else "Projet, avant la clôture"
    return Document(
        title=f"Compte rendu du CODEFI {departement_name(meeting.departement)} du {day(meeting.held_on)}",
        subtitle=closed,
        sections=tuple(sections),
        about=meeting.departement,
        file_name=f"compte-rendu-codefi-{meeting.departement}-{meeting.held_on:%Y-%m-%d}",
    )


def _line(row: MeetingPoint, point: Point) -> tuple[str, str, str, str]:
    return point.firm, row.decision, _who(row) or NOBODY, _due(row) or NO_DATE


def _section(row: MeetingPoint, point: Point) -> Section:
    facts = Facts(
        (
            ("Siren", show_siren(point.siren)), ("Lieu", point.where), ("Référents", point.held_by),
            ("Dernier échange", point.talk), ("Décision", row.decision or NOT_DECIDED),
            ("Qui contacte", _who(row) or NOBODY), ("Pour quand", _due(row) or NO_DATE),
        )
    )  # fmt: skip
    return Section(point.firm, (facts, *(point.summary or ("Aucune synthèse CODEFI.",))), level=2)


def _read(person: Person, points: QuerySet[MeetingPoint], today: date) -> Iterable[tuple[MeetingPoint, Point]]:
    """The points that the person may read, in order: by their file, or by their alert. 7 queries at most."""
    rows = list(points.select_related("meeting", "contact__agent__entity"))
    wanted = [row.followup_id for row in rows if row.followup_id]
    files = with_codefi(person, with_firm(Followup.objects.allowed(person, "file.view").filter(pk__in=wanted)))
    by_file = {row.pk: row for row in files}
    alone = [row.siren for row in rows if row.followup_id is None]
    listed = Entry.objects.allowed(person, "entry.view").alerts().filter(siren__in=alone).order_by("publication", "pk")
    by_siren = {entry.siren: entry for entry in listed}
    for row in rows:
        if row.followup_id in by_file:
            yield row, _kept(row, point_of(by_file[row.followup_id], today))
        elif row.followup_id is None and row.siren in by_siren:
            yield row, point_of_alert(by_siren[row.siren])


def _kept(row: MeetingPoint, point: Point) -> Point:
    """With the summary of the day of the meeting, once its minutes are closed."""
    if row.meeting.is_planned:
        return point
    return Point(
        point.firm, point.siren, point.href, point.where, point.held_by, point.talk, point.step, lines_of(row.summary)
    )


def _open_before(person: Person, meeting: Meeting) -> QuerySet[MeetingPoint]:
    """Decisions of other meetings of the département, held, that nobody said carried out."""
    held = Meeting.objects.allowed(person, "meeting.view").filter(departement=meeting.departement, state=HELD)
    earlier = held.filter(held_on__lte=meeting.held_on).exclude(pk=meeting.pk)
    rows = MeetingPoint.objects.filter(meeting__in=earlier.values("pk"), done_at=None).exclude(decision="")
    return rows.order_by("due_on", "pk")[:DECISIONS_AT_MOST]


def _before(person: Person, meeting: Meeting, keeps: bool, today: date) -> Iterable[PointView]:
    for row, point in _read(person, _open_before(person, meeting), today):
        yield _view(person, row.meeting, row, point, keeps, today)


def _view(
    person: Person, meeting: Meeting, row: MeetingPoint, point: Point, keeps: bool, today: date
) -> PointView:  # fmt: skip
    writes = keeps and meeting.is_planned
    facts = (Fact("Qui contacte", _who(row), missing=NOBODY), Fact("Pour le", _due(row), missing=NO_DATE))
    return PointView(
        point=point,
        on=day(meeting.held_on),
        decision=row.decision,
        facts=facts if row.decision else (),
        status=_status(row, today),
        decide=reverse("followup:decide", args=[meeting.pk, row.pk]) if writes else "",
        buttons=tuple(_point_buttons(meeting, row, point, writes, keeps or row.contact_id == person.user_id)),
    )


def _status(row: MeetingPoint, today: date) -> State:
    if not row.decision:
        return State("open", "À décider", "no-icon")
    if row.done_at is not None:
        return State("done", f"Fait le {day(row.done_at)}", "success")
    if row.due_on and row.due_on < today:
        return State("late", "En retard", "error")
    return State("decided", "Décidé", "info")


def _point_buttons(
    meeting: Meeting, row: MeetingPoint, point: Point, writes: bool, carries: bool
) -> Iterable[ActButton]:  # fmt: skip
    here = reverse("followup:point_act", args=[meeting.pk, row.pk])
    if writes and not row.decision:
        yield ActButton("Retirer", here, "remove", "tertiary", about=point.firm)
    if carries and row.decision and row.done_at is None:
        yield ActButton("C’est fait", here, "done", "secondary", about=point.firm)
    if carries and row.done_at is not None:
        yield ActButton("Ce n’est pas fait", here, "undone", "tertiary", about=point.firm)


def _agenda(meeting: Meeting, siren: Callable[[str], BaseForm]) -> tuple[ActButton, ...]:
    here = reverse("followup:meeting_act", args=[meeting.pk])
    return (
        ActButton("Ajouter une entreprise", here, "add", "secondary", form=siren("SIREN de l’entreprise")),
        ActButton(
            "Compléter l’ordre du jour", here, "renew", "tertiary",
            confirm="Les accompagnements prioritaires ou en retard, les demandes, les besoins et les alertes apparus "
            "depuis sont ajoutés. Rien n’est retiré.",
        ),
    )  # fmt: skip


def _buttons(meeting: Meeting, today: date) -> tuple[ActButton, ...]:
    here = reverse("followup:meeting_act", args=[meeting.pk])
    hold, cancel = (MEETING.by_name[name] for name in ("hold", "cancel"))
    told = "Le compte rendu garde les synthèses CODEFI de ce jour. Il ne changera plus."
    held = (ActButton.of(hold, here, confirm=told),) if meeting.held_on <= today else ()
    away = "Les agents convoqués recevront un courriel."
    return (*held, ActButton.of(cancel, here, style="tertiary", confirm=away))


def _facts(meeting: Meeting) -> tuple[Fact, ...]:
    """2 queries."""
    agents = meeting.participants.select_related("agent__entity").order_by("full_name", "pk")
    when = f"{day(meeting.held_on)} à {meeting.held_at:%H:%M}" if meeting.held_at else day(meeting.held_on)
    guests = [line.strip() for line in meeting.guests.splitlines() if line.strip()]
    return (
        Fact("Date", when),
        Fact("Lieu ou visioconférence", meeting.place),
        Fact("Département", departement_name(meeting.departement)),
        Fact("Secrétaire", person_words(meeting.secretary)),
        Fact("Agents convoqués", listed([person_words(user) for user in agents]), missing="aucun"),
        Fact("Autres participants", listed(guests), missing="aucun"),
    )


def _who(row: MeetingPoint) -> str:
    return person_words(row.contact) if row.contact else ""


def _due(row: MeetingPoint) -> str:
    return day(row.due_on) if row.due_on else ""


def read_in_minutes(person: Person, meeting: Meeting, at: datetime) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """(files, sirens) that leave with the minutes, for the audit."""
    read = list(_read(person, meeting.points.all(), paris_day(at)))
    return tuple(row.followup_id for row, _point in read if row.followup_id), tuple(row.siren for row, _point in read)


def own_departement(person: Person) -> str:
    """The département where a meeting is proposed; empty for who has none of his own."""
    return codefi.own_departement(person, sorted(person.departements))


def is_member(person: Person) -> bool:
    """Whether the person reads the meetings of his territory."""
    return Network.CODEFI in person.networks
