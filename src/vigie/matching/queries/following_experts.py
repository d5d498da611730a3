"""Following one expert: what waits for him, the people of his team, and who else could answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Prefetch,
)
from django.urls import reverse

from vigie.accounts.models import Absence
from vigie.directory.models import Expert
from vigie.kernel.period import paris_day
from vigie.matching.models import Match
from vigie.matching.queries.following_sheet import NoteLine, notes_of
from vigie.matching.queries.positions import company_name
from vigie.matching.queries.reminding import ASKED_AT
from vigie.matching.queries.reminding_by_hand import why_no_digest
from vigie.matching.states import QUO
from vigie.rights.person import Person
from vigie.ui.components import ActButton, Cell, Column, Table
from vigie.ui.formats import day, listed


@dataclass(frozen=True)
class FollowingExpert:
    """One expert: what waits for him, how to reach the people of his team, the notes, the reminder.

    held: why the reminder would not leave now.
    """

    pk: int
    name: str
    organisation: str
    email: str
    phone: str
    directory_href: str
    gone: bool
    members: Table
    pending: Table
    held: str
    button: ActButton | None
    notes: tuple[NoteLine, ...]
    notes_href: str


def following_expert(expert: Expert, person: Person, token: str, at: datetime) -> FollowingExpert:
    """One expert. 5 queries besides his own: what waits, what was summed up, his team, its absences, the notes."""
    antenne = expert.antenne
    gone = bool(expert.deleted_at or antenne.deleted_at or antenne.institution.deleted_at)
    pending = list(
        Match.objects.filter(expert=expert, state=QUO)
        .annotate(asked_at=ASKED_AT)
        .select_related("subject", "need__diagnosis__solicitation", "need__diagnosis__establishment__company")
        .order_by("asked_at", "pk")[:100]
    )
    no_digest = why_no_digest(expert, at) if pending and not gone else None
    return FollowingExpert(
        pk=expert.pk,
        name=expert.full_name,
        organisation=f"{antenne.institution.name} – {antenne.name}",
        email=expert.email,
        phone=expert.phone,
        directory_href=reverse("directory:expert", args=[expert.pk]),
        gone=gone,
        members=_members(expert, at),
        pending=_pending(pending),
        held=no_digest[1] if no_digest else "",
        button=None if gone or not pending or no_digest else ActButton(
            "Envoyer le récapitulatif", reverse("matching:following_remind_expert", args=[expert.pk]),
            style="secondary", token=token,
            confirm=f"{expert.full_name} ({expert.email}) reçoit un courriel qui liste les besoins en attente.",
        ),
        notes=notes_of(expert, person),
        notes_href=reverse("matching:note_expert", args=[expert.pk]),
    )  # fmt: skip


def _pending(matches: list[Any]) -> Table:
    return Table(
        caption="Besoins en attente",
        caption_hidden=True,
        columns=(Column("Entreprise", header=True), Column("Besoin"), Column("Demandé")),
        rows=tuple(
            (
                Cell(company_name(one.need), href=reverse("matching:following_need", args=[one.need_id])),
                one.subject.label,
                Cell(at=one.asked_at),
            )
            for one in matches
        ),
        empty="Rien n’attend cet expert.",
    )


def _members(expert: Expert, at: datetime) -> Table:
    """The people of the team, their telephone, their absence of the day. 2 queries."""
    today = paris_day(at)
    rows = expert.members.select_related("user").prefetch_related(
        Prefetch("user__absences", Absence.objects.filter(ends_on__gte=today).select_related("replacement"), "coming")
    )
    return Table(
        caption="Personnes de l’équipe",
        caption_hidden=True,
        columns=(Column("Personne", header=True), Column("Téléphone"), Column("Absence")),
        rows=tuple(
            (
                Cell(str(member.user), href=reverse("accounts:person", args=[member.user_id])),
                Cell(phone=member.user.phone) if member.user.phone else "non communiqué",
                listed([_absence(one) for one in member.user.coming]) or "aucune",  # type: ignore[attr-defined]
            )
            for member in rows.order_by("user__full_name", "pk")
        ),
        empty="Cette équipe n’a personne.",
    )


def _absence(one: Absence) -> str:
    who = f", remplacé par {one.replacement}" if one.replacement else ", sans remplaçant"
    return f"du {day(one.starts_on)} au {day(one.ends_on)}{who}"
