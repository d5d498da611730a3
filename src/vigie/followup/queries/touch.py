"""Who is already in touch with a firm: the files on its establishments, for those entitled to know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from vigie.companies.models import Establishment
from vigie.followup.models import Analysis, Followup, FollowupQuerySet, Member, Workplace
from vigie.followup.queries.closed import running
from vigie.followup.queries.requests import OpenNeed, open_needs
from vigie.followup.queries.talks import TALKS
from vigie.followup.states import FOLLOWUP
from vigie.kernel.clock import now
from vigie.kernel.siren import show_siret
from vigie.rights.person import Person
from vigie.rights.statements import composed_once, hung
from vigie.ui.components import Cell, Column, Table
from vigie.ui.formats import day, listed
from vigie.watchlists.queries.contacts import LastContact, last_contacts

NOTHING = "Aucun accompagnement accessible."
AT_MOST = 30


@dataclass(frozen=True)
class Opening:
    """An establishment on which the person may open a file, and where that is asked."""

    where: str
    href: str


@dataclass(frozen=True)
class Panel:
    """« Accompagnements » of a firm. note: said in place of the table when nothing may be read.

    opens: the establishments on which the person may open a file. needs: those of the firm that are open.
    """

    title: str
    note: str
    table: Table | None
    opens: tuple[Opening, ...]
    needs: tuple[OpenNeed, ...] = ()


@dataclass(frozen=True)
class FirmPage:
    """The files of a firm, on a page of their own."""

    siren: str
    name: str
    panel: Panel


def with_firm(files: Any) -> Any:
    """A statement of files, their firm with each."""
    return files.select_related("workplace__company")


def with_people(files: Iterable[Any]) -> list[Any]:
    """Files read ``with_firm``, each with its people and its talks; 2 queries more, whatever their number."""
    return hung(hung(files, "present_members", _present, "followup_id"), "talks", _talks, "followup_id")


@composed_once
def _present(files: tuple[int, ...]) -> QuerySet[Member]:
    return Member.objects.present().filter(followup__in=files).select_related("user__agent__entity")


@composed_once
def _talks(files: tuple[int, ...]) -> QuerySet[Analysis]:
    return Analysis.objects.filter(followup__in=files).order_by("-talked_on", "-pk")


def person_words(user: Any) -> str:
    """« Ada Liste (DDFiP) »"""
    agent = getattr(user, "agent", None)
    return f"{user} ({agent.entity.short_name})" if agent else str(user)


def held_by(file: Any, role: str) -> str:
    """The people of a role, in words; the file comes from ``with_people``."""
    return listed([person_words(member.user) for member in file.present_members if member.role == role])


def last_talk(file: Any) -> str:
    """« 3 mars 2026, téléphone », or empty."""
    return _exchange(_talk_of(file))


def _talk_of(file: Any) -> LastContact | None:
    talk = next(iter(file.talks), None)
    return LastContact(talk.talked_on, talk.get_channel_display()) if talk else None


def _exchange(one: LastContact | None) -> str:
    return f"{day(one.on)}, {one.how.lower()}" if one else ""


def known_files(person: Person, siren: str) -> FollowupQuerySet:
    """The files of a firm that the person may know of: all of them for who has an establishment of it in his
    territory or takes part in one of its files; none else.
    """
    files = Followup.objects.filter(siren=siren, deleted_at__isnull=True)
    return files if _near(person, siren) or _holds(person, siren) else files.none()


@composed_once
def _near(person: Person, siren: str) -> QuerySet[Workplace, tuple[str]]:
    return Workplace.objects.allowed(person, "file.open").filter(company_id=siren).order_by().values_list("pk")[:1]


@composed_once
def _holds(person: Person, siren: str) -> QuerySet[Followup, tuple[int]]:
    return Followup.objects.held_by(person).filter(siren=siren).order_by().values_list("pk")[:1]


def firm_panel(person: Person, siren: str) -> Panel:
    """The files of a firm and who holds them. The same words when there is none and when none may be known (S-11)."""
    rows = with_people(with_firm(known_files(person, siren)).order_by("-started_on", "-pk")[:AT_MOST])
    taken = {row.workplace_id for row in rows if row.is_active}
    allowed = Q(is_active=True) | Q(pk__in=running(now()).filter(workplace__company=siren).values("workplace"))
    places = Workplace.objects.allowed(person, "file.open").filter(allowed, company_id=siren)
    free = places.exclude(pk__in=taken).order_by("-is_head_office", "siret")[:AT_MOST]
    return Panel(
        title="Accompagnements",
        note="" if rows else NOTHING,
        table=_table(person, rows) if rows else None,
        opens=tuple(_opening(place) for place in free),
        needs=open_needs(person, siren),
    )


def other_files_table(person: Person, files: FollowupQuerySet) -> Table | None:
    """The other files of a firm, with the link where it is open; None when there is none."""
    rows = with_people(with_firm(files).order_by("-started_on", "-pk")[:AT_MOST])
    return _table(person, rows) if rows else None


def _readable(person: Person, rows: Sequence[Any]) -> set[int]:
    found = Followup.objects.allowed(person, "file.view").filter(pk__in=[row.pk for row in rows])
    return set(found.values_list("pk", flat=True))


def _opening(place: Establishment) -> Opening:
    where = f"SIRET {show_siret(place.siret)}" + (f" · {place.commune_name}" if place.commune_name else "")
    return Opening(where, f"{reverse('followup:new')}?{urlencode({'siret': place.siret})}")


def _table(person: Person, rows: Sequence[Any]) -> Table:
    """The last exchange: of the file, or of a campaign or a visit with its firm if the reader may know of it."""
    open_to = _readable(person, rows)
    elsewhere = last_contacts(person, [rows[0].siren], but=TALKS).get(rows[0].siren) if open_to else None
    return Table(
        caption="Qui accompagne déjà cette entreprise",
        columns=(
            Column("Établissement", header=True), Column("État"), Column("Référents"), Column("Depuis"),
            Column("Dernier échange"),
        ),
        rows=tuple(_row(row, row.pk in open_to, elsewhere) for row in rows),
    )  # fmt: skip


def _row(row: Any, readable: bool, elsewhere: LastContact | None) -> tuple[Cell | str, ...]:
    place, known = row.workplace, [one for one in (_talk_of(row), elsewhere) if one]
    last = max(known, key=lambda one: one.on, default=None)
    href = reverse("followup:file", args=[row.pk]) if readable else ""
    return (
        Cell(show_siret(place.siret), href=href, hint=place.commune_name),
        Cell(state=FOLLOWUP.by_code[row.state]),
        held_by(row, Member.Role.REFERENT) or "Aucun",
        day(row.started_on),
        (_exchange(last) or "Aucun noté") if readable else "Réservé à son territoire",
    )
