"""« Préparer un CODEFI »: the agenda of a département, made of what its reader may already read elsewhere.

Its summaries are for the members of the CODEFI. Each firm comes once, under the first heading that takes it. The agenda
can be read, printed, or taken away with empty columns where the meeting writes its decisions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, cast

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.urls import reverse

from vigie.accounts.models_agents import Duty, Network
from vigie.exports.documents import Document, Facts, Grid, Section
from vigie.exports.offers import Offer
from vigie.exports.registry import FOR_DOCUMENTS
from vigie.followup.models import Followup, HelpRequest, Meeting, Member, Referral, Summary
from vigie.followup.queries.exports import plain
from vigie.followup.queries.lists import departements_of, is_late
from vigie.followup.queries.touch import held_by, last_talk, with_firm, with_people
from vigie.kernel.period import paris_day
from vigie.kernel.siren import show_siren
from vigie.rights.person import Person
from vigie.rights.statements import among, composed_once, hung
from vigie.territory.names import departement_name
from vigie.ui.components import Cell, Column, Link, Table
from vigie.ui.formats import counted, day
from vigie.watchlists.models import Entry, EntryQuerySet, Publication, ReworkedEntry, ReworkedList

AGENDA = "codefi"
RECENT = timedelta(days=60)  # needs filed since the meeting before last
ALERTS_AT_MOST = 30
MEETINGS_AT_MOST = 12
CRITICAL, LATE, ASKED, NEEDS, ALERTS, REWORKED = (
    "Criticité élevée",
    "Étapes en retard",
    "Demandes d’aide",
    "Besoins confiés",
    "Nouvelles alertes et aggravations",
    "Liste retraitée",
)
WHY = {
    CRITICAL: "Accompagnements que leurs référents jugent prioritaires",
    LATE: "La prochaine étape est passée",
    ASKED: "L’entreprise a demandé de l’aide à un conseiller depuis deux mois, et un accompagnement l’a reprise",
    NEEDS: "Un besoin a été confié à un conseiller depuis deux mois",
    ALERTS: "Dans la liste ouverte, sans accompagnement en cours",
    REWORKED: "Gardées dans la liste retraitée du département, sans accompagnement en cours",
}
ADDED = "Ajoutées à la main"
NOBODY = "Personne"


@dataclass(frozen=True)
class Point:
    """A firm to speak of. step: what was foreseen; summary: that of the CODEFI, its stars taken out."""

    firm: str
    siren: str
    href: str
    where: str
    held_by: str
    talk: str
    step: str
    summary: tuple[str, ...] = ()
    file: int | None = None


@dataclass(frozen=True)
class Heading:
    """A part of the agenda. why: what puts a firm there."""

    title: str
    why: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class AgendaPage:
    """The agenda of a département, of which place is the name, and its meetings. plan: where a member plans one.

    files, sirens: what the reader was shown, for the audit.
    """

    departement: str
    place: str
    choices: tuple[Link, ...]
    count: str
    headings: tuple[Heading, ...]
    export: Offer | None
    plan: str
    meetings: Table
    files: tuple[int, ...]
    sirens: tuple[str, ...]


def agenda_page(person: Person, asked: str, at: datetime) -> AgendaPage:
    """404 for a département out of reach. About 12 queries, whatever the files."""
    offered = departements_of(person) if person.nationwide else sorted(person.departements)
    departement = asked or own_departement(person, offered)
    if departement and departement not in offered:
        raise Http404
    rows = _files(person, departement)
    headings = _headings(person, departement, rows, at)
    points = [point for heading in headings for point in heading.points]
    here = reverse("followup:codefi")
    export = Offer(reverse("followup:export_codefi"), FOR_DOCUMENTS, (("departement", departement),))
    return AgendaPage(
        departement=departement,
        place=departement_name(departement),
        choices=tuple(Link(departement_name(code), f"{here}?departement={code}") for code in offered),
        count=counted(len(points), "entreprise"),
        headings=headings,
        export=export if points else None,
        plan=f"{reverse('followup:new_meeting')}?departement={departement}" if _member(person) and departement else "",
        meetings=_meetings(person, departement),
        files=tuple(row.pk for row in rows),
        sirens=tuple(point.siren for point in points),
    )


def agenda_document(person: Person, parameters: dict[str, Any], at: datetime) -> Document:
    """The same agenda, then one sheet for each firm, where the meeting writes what it decides."""
    page = agenda_page(person, str(parameters["departement"]), at)
    sections = [Section("Réunion", ("Date\u00a0: ", "Présents\u00a0: ", f"À l’ordre du jour\u00a0: {page.count}."))]
    for heading in page.headings:
        rows = tuple((point.firm, point.where, point.held_by, point.step) for point in heading.points)
        grid = Grid(heading.title, ("Entreprise", "Lieu", "Référents", "Étape prévue"), rows, empty="Aucune.")
        sections.append(Section(heading.title, (f"{heading.why}.", grid)))
    for point in (point for heading in page.headings for point in heading.points):
        known = Facts(
            (
                ("Siren", show_siren(point.siren)), ("Lieu", point.where), ("Référents", point.held_by),
                ("Dernier échange", point.talk), ("Étape prévue", point.step),
            )
        )  # fmt: skip
        summary = point.summary or ("Aucune synthèse CODEFI.",)
        decided = Grid("Décision", ("Décision", "Qui contacte", "Pour quand"), ((" ", " ", " "),), widths=(3, 1, 1))
        sections.append(Section(point.firm, (known, *summary, decided), level=2))
    return Document(
        title=f"CODEFI\u00a0: {page.place}",
        subtitle=f"Ordre du jour préparé le {day(at)}",
        sections=tuple(sections),
        about=page.departement,
        file_name=f"codefi-{page.departement}",
    )


def _member(person: Person) -> bool:
    return Network.CODEFI in person.networks


def _meetings(person: Person, departement: str) -> Table:
    """The meetings of the département, the latest first. 1 query."""
    found = Meeting.objects.allowed(person, "meeting.view").filter(departement=departement)
    rows = found.select_related("secretary").order_by("-held_on", "-pk")[:MEETINGS_AT_MOST]
    return Table(
        caption="Réunions du département",
        columns=(Column("Date", header=True), Column("Lieu"), Column("Secrétaire"), Column("État")),
        rows=tuple(
            (
                Cell(day(row.held_on), href=reverse("followup:meeting", args=[row.pk])),
                row.place, str(row.secretary), Cell(state=Meeting.LIFECYCLE.by_code[row.state]),
            )
            for row in rows
        ),
        empty="Aucune réunion n’est prévue." if _member(person) else "Les réunions sont lues par le réseau CODEFI.",
    )  # fmt: skip


def own_departement(person: Person, offered: list[str]) -> str:
    """The département of who is its secretary, else the first one."""
    held = Duty.objects.filter(user_id=person.user_id or 0, departement__in=offered).values_list(
        "departement", flat=True
    )
    return held.first() or (offered[0] if offered else "")


def _files(person: Person, departement: str) -> list[Any]:
    """Running files of the département with their people, their last talk and their CODEFI summary."""
    return with_codefi(person, _running(person, departement))


@composed_once
def _running(person: Person, departement: str) -> QuerySet[Followup]:
    files = Followup.objects.allowed(person, "file.view").active().filter(departement=departement)
    ordered = files.order_by(F("next_step_on").asc(nulls_last=True), "-modified_at", "pk")
    return cast("QuerySet[Followup]", with_firm(ordered))


def with_codefi(person: Person, files: Iterable[Any]) -> list[Any]:
    """Files read ``with_firm``, with their people, their last talk and, for a member of the CODEFI, its summary;
    3 queries more.
    """
    return hung(with_people(files), "codefi_summaries", partial(_summaries, person), "followup_id")


@composed_once
def _summaries(person: Person, files: tuple[int, ...]) -> QuerySet[Summary]:
    return Summary.objects.readable(person).filter(network__code=Network.CODEFI, followup__in=files)


def _headings(person: Person, departement: str, rows: list[Any], at: datetime) -> tuple[Heading, ...]:
    today = paris_day(at)
    files, since = among(row.pk for row in rows), at - RECENT
    asked, sent = ({pk for (pk,) in known(files, since)} for known in (_asked_for, _sent))
    held: dict[str, list[Point]] = {CRITICAL: [], LATE: [], ASKED: [], NEEDS: []}
    for row in rows:
        reasons = {
            CRITICAL: row.criticality == Followup.Criticality.HIGH, LATE: is_late(row, today), ASKED: row.pk in asked,
            NEEDS: row.pk in sent,
        }  # fmt: skip
        title = next((title for title, true in reasons.items() if true), "")
        if title:
            held[title].append(point_of(row, today))
    title, firms = _alerts(person, departement, {row.siren for row in rows})
    held[title] = [point_of_alert(entry) for entry in firms]
    return tuple(Heading(title, WHY[title], tuple(points)) for title, points in held.items())


def point_of(row: Any, today: date) -> Point:
    """A file of ``with_codefi`` as a firm to speak of."""
    step = " · ".join(part for part in (row.next_step, day(row.next_step_on) if row.next_step_on else "") if part)
    text = next((one.text for one in row.codefi_summaries if one.text), "")
    return Point(
        firm=row.workplace.company.name,
        siren=row.siren,
        href=f"{reverse('followup:file', args=[row.pk])}?onglet={Network.CODEFI}",
        where=row.workplace.commune_name,
        held_by=held_by(row, Member.Role.REFERENT) or NOBODY,
        talk=last_talk(row) or "aucun noté",
        step=f"{step} (en retard)" if is_late(row, today) else step or "à décider",
        summary=lines_of(text),
        file=row.pk,
    )


def agenda_of(person: Person, departement: str, at: datetime) -> list[tuple[str, str, int | None]]:
    """(heading, siren, file) of each firm to speak of, for a meeting that keeps them. About 8 queries."""
    headings = _headings(person, departement, _files(person, departement), at)
    return [(heading.title, point.siren, point.file) for heading in headings for point in heading.points]


@composed_once
def _asked_for(files: tuple[int, ...], since: datetime) -> QuerySet[HelpRequest, tuple[int]]:
    return HelpRequest.objects.filter(followup__in=files, at__gte=since).values_list("followup")


@composed_once
def _sent(files: tuple[int, ...], since: datetime) -> QuerySet[Referral, tuple[int]]:
    return Referral.objects.filter(followup__in=files, at__gte=since).values_list("followup")


def _alerts(person: Person, departement: str, followed: set[str]) -> tuple[str, list[Entry]]:
    """The firms of the latest list to speak of, for who may read them: those that the last working list of the
    département keeps (L-04), or the first alerts and aggravations when there is none. 3 queries.
    """
    if (current := Publication.objects.current().first()) is None:
        return ALERTS, []
    known = among(sorted(followed))
    if lists := _working_lists(person, current.pk, departement):
        return REWORKED, _kept(person, current.pk, lists[0].pk, known)
    return ALERTS, _fresh(person, current.pk, departement, known)


@composed_once
def _working_lists(person: Person, publication: int, departement: str) -> QuerySet[ReworkedList]:
    lists = ReworkedList.objects.allowed(person, "reworked.view")
    return lists.filter(publication=publication, departement=departement)[:1]


@composed_once
def _kept(person: Person, publication: int, reworked: int, followed: tuple[str, ...]) -> QuerySet[Entry]:
    kept = ReworkedEntry.objects.now().filter(reworked=reworked, stays=True)
    place = Subquery(kept.filter(siren=OuterRef("siren")).order_by().values("place")[:1])
    found = _listed(person, publication, followed).filter(siren__in=kept.order_by().values("siren"))
    ordered = found.annotate(place=place).order_by(F("place").asc(nulls_last=True), "rank")
    return cast("QuerySet[Entry]", ordered[:ALERTS_AT_MOST])


@composed_once
def _fresh(person: Person, publication: int, departement: str, followed: tuple[str, ...]) -> QuerySet[Entry]:
    found = _listed(person, publication, followed).filter(Q(first_alert=True) | Q(aggravation=True))
    return found.filter(departement=departement).order_by("rank")[:ALERTS_AT_MOST]


def _listed(person: Person, publication: int, followed: tuple[str, ...]) -> EntryQuerySet:
    found = Entry.objects.allowed(person, "entry.view").alerts().filter(publication=publication)
    return found.exclude(siren__in=followed)


def point_of_alert(entry: Entry) -> Point:
    """A firm in alert that nobody accompanies yet."""
    return Point(
        firm=entry.name,
        siren=entry.siren,
        href=reverse("sheets:company", args=[entry.siren]),
        where=entry.commune_name,
        held_by=NOBODY,
        talk="aucun noté",
        step="à décider",
    )


def lines_of(text: str) -> tuple[str, ...]:
    """A summary, line by line, its stars taken out."""
    return tuple(line for line in plain(text).splitlines() if line.strip())
