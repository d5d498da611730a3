"""The help that firms ask for: what a file holds of it, and what the agents of the territory may know of it.

The text of a request is for who takes part in its file. The others know that it exists, on what, since when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from vigie.followup.models import FirmNeed, Followup, HelpRequest, Referral
from vigie.followup.states import ACTIVE, FOLLOWUP
from vigie.kernel.lifecycle import State
from vigie.matching.models import Need
from vigie.matching.queries.need_origin import origin
from vigie.matching.registry import Followed
from vigie.matching.states import NEED_STATUS_BY_CODE, QUO, TAKING_CARE
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.ui.components import Cell, Column, Link, Table
from vigie.ui.formats import counted, day

OPEN_NEEDS = (QUO, TAKING_CARE)
WAITS_DAYS = 90  # an older request is no longer proposed to agents
SHOWN = 20


@dataclass(frozen=True)
class Asked:
    """A request held by a file. text: for who takes part, empty for the others."""

    subject: str
    state: State
    filed: str
    taken: str
    text: str


@dataclass(frozen=True)
class OpenNeed:
    """A need that somebody is to answer. href: its sheet, empty for who may not read it."""

    said: str
    href: str


@dataclass(frozen=True)
class Waiting:
    """« Demandes d’aide » of a territory that no file holds. firms: for the audit."""

    count: str
    table: Table
    firms: tuple[str, ...]


def requests_of(followup: Followup, *, takes_part: bool) -> tuple[Asked, ...]:
    """What the firm asked for, the latest first. 1 query."""
    return tuple(
        Asked(
            subject=row.need.subject.label,
            state=NEED_STATUS_BY_CODE[row.need.status],
            filed=origin(row.need.diagnosis) or f"Demandé par l’entreprise le {day(row.need.created_at)}.",
            taken=f"Pris en charge par {row.taken_by} le {day(row.at)}",
            text=row.need.content if takes_part else "",
        )
        for row in _requests(followup.pk)
    )


@composed_once
def _requests(followup_pk: int) -> QuerySet[HelpRequest]:
    return HelpRequest.objects.filter(followup=followup_pk).select_related(
        "taken_by", "need__subject", "need__diagnosis__adviser__antenne__institution"
    )


def open_needs(person: Person, siren: str) -> tuple[OpenNeed, ...]:
    """The needs of a firm that wait or are being answered, of those that the person may know. 1 query.

    Those whose sheet he reads, those of the files he reads, and in his territory those by which a firm in difficulty
    asks for help.
    """
    files = Followup.objects.allowed(person, "file.view").filter(siren=siren)
    asked = FirmNeed.objects.allowed(person, "request.know")
    sent = Referral.objects.filter(followup__in=files).values("visit")
    rows: Any = Need.objects.filter(diagnosis__establishment__company_id=siren, status__in=OPEN_NEEDS).with_rights(
        person, opens="need.view"
    )
    known = Q(opens=True) | Q(diagnosis__in=sent) | Q(pk__in=asked.order_by().values("pk"))
    found = rows.filter(known).select_related("subject").order_by("-sent_at", "-pk")[:SHOWN]
    return tuple(_open_need(row) for row in found)


def _open_need(row: Any) -> OpenNeed:
    said = f"{row.subject.label}, le {day(row.created_at)}\u00a0: {NEED_STATUS_BY_CODE[row.status].label.lower()}"
    return OpenNeed(said, reverse("matching:need", args=[row.pk]) if row.opens else "")


def waiting_requests(person: Person, today: date) -> Waiting | None:
    """The requests of the territory on an establishment that no file runs on; None when there is none. 1 query."""
    running = Followup.objects.active().filter(workplace_id=OuterRef("diagnosis__establishment_id"))
    held = HelpRequest.objects.filter(need=OuterRef("pk"))
    rows = FirmNeed.objects.allowed(person, "request.know").filter(
        ~Exists(running), ~Exists(held), status__in=OPEN_NEEDS, sent_at__date__gte=today - timedelta(days=WAITS_DAYS),
        diagnosis__establishment__is_active=True,
    )  # fmt: skip
    found: list[Any] = list(
        rows.select_related("subject", "diagnosis__establishment__company").order_by("-sent_at", "-pk")[: SHOWN + 1]
    )
    if not found:
        return None
    shown = found[:SHOWN]
    said = "les plus récentes" if len(found) > SHOWN else ""
    return Waiting(
        count=", ".join(filter(None, (counted(len(shown), "demande"), said))),
        table=Table(
            caption="Demandes d’aide sans accompagnement",
            columns=(
                Column("Entreprise", header=True), Column("Demande"), Column("Depuis"), Column("Où elle en est"),
                Column("Suite"),
            ),
            rows=tuple(_line(row) for row in shown),
            caption_hidden=True,
        ),
        firms=tuple(row.diagnosis.establishment.company_id for row in shown),
    )  # fmt: skip


def _line(row: Any) -> tuple[Cell | str, ...]:
    place = row.diagnosis.establishment
    company = place.company
    return (
        Cell(company.name, href=reverse("sheets:company", args=[company.pk]), hint=place.commune_name),
        row.subject.label,
        day(row.created_at),
        Cell(state=NEED_STATUS_BY_CODE[row.status]),
        Cell(
            "Ouvrir un accompagnement",
            href=f"{reverse('followup:new')}?{urlencode({'siret': place.siret})}",
        ),
    )


def followed_requests(need: Need, person: Person) -> tuple[Followed, ...]:
    """The file that holds a need, for who may read it: on the sheet of the need. No query for who is no agent."""
    if person.level is None:
        return ()
    files = Followup.objects.allowed(person, "file.view").filter(help_requests__need=need.pk)
    row = files.first()
    if row is None:
        return ()
    mine = row.members.present().filter(user_id=person.user_id).first()
    role = f" Vous en êtes {mine.get_role_display().lower()}." if mine is not None else ""
    said = f"Cette demande est suivie dans l’accompagnement de l’entreprise.{role}"
    state = FOLLOWUP.label(row.state).lower() if row.state in ACTIVE else "terminé"
    link = Link(f"Ouvrir l’accompagnement ({state})", reverse("followup:file", args=[row.pk]))
    return (Followed(said, link),)
