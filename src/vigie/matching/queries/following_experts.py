"""« Paniers qualité »: the experts on whom needs pile up, computed when they are read, in one query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.urls import reverse

from vigie.accounts.models import Absence
from vigie.directory.models import Expert, ExpertMember, ExpertSubject
from vigie.kernel.period import paris_day
from vigie.matching.models import Match, Note
from vigie.matching.queries.coverage import covers
from vigie.matching.queries.experts_search import experts_named
from vigie.matching.queries.following import Empty
from vigie.matching.queries.following_sheet import NoteLine, notes_of
from vigie.matching.queries.positions import company_name
from vigie.matching.queries.reminding import ASKED_AT, reachable
from vigie.matching.states import QUO
from vigie.rights.person import Person
from vigie.territory.queries import place_of
from vigie.ui.components import ActButton, Cell, Column, Tab, Table
from vigie.ui.formats import counted, day, listed

PER_PAGE = 25
COMPETENT_SHOWN = 15


@dataclass(frozen=True)
class Basket:
    """A basket: which experts, what an empty one says."""

    code: str
    label: str
    within: Callable[[datetime], Q]


def _many(at: datetime) -> Q:
    return Q(old__gte=2, pending__gt=settings.VIGIE.basket_many)


def _medium(at: datetime) -> Q:
    return Q(old__gte=2, pending__gte=settings.VIGIE.basket_medium, pending__lte=settings.VIGIE.basket_many)


def _returned(at: datetime) -> Q:
    known = settings.VIGIE
    left = at - timedelta(days=known.basket_new_days)
    alone = Q(before__isnull=True) | Q(before__lte=F("newest") - timedelta(days=known.basket_return_days))
    return Q(old__lt=2, pending__gte=1, newest__lte=left) & alone


BASKETS = (
    Basket("beaucoup", "Plus de 5 besoins en attente", _many),
    Basket("plusieurs", "De 2 à 5 besoins en attente", _medium),
    Basket("nouveaux", "Premier besoin depuis 3 mois", _returned),
)
BASKETS_BY_CODE = {basket.code: basket for basket in BASKETS}


@dataclass(frozen=True)
class BasketsPage:
    """The baskets with their counts, and the experts of one of them."""

    tabs: tuple[Tab, ...]
    count: str
    table: Table
    empty: Empty | None
    experts: Page


@dataclass(frozen=True)
class FollowingExpert:
    """One expert: what waits for him, how to reach the people of his team, the notes, the reminder."""

    pk: int
    name: str
    organisation: str
    email: str
    phone: str
    directory_href: str
    gone: bool
    members: Table
    pending: Table
    button: ActButton | None
    notes: tuple[NoteLine, ...]
    notes_href: str


def baskets_page(code: str, number: str, at: datetime) -> BasketsPage:
    """A basket. 2 queries: the counts, and the experts."""
    basket = BASKETS_BY_CODE.get(code, BASKETS[0])
    found = weighed(at)
    counts = found.aggregate(**{one.code: Count("pk", filter=one.within(at)) for one in BASKETS})
    rows = found.filter(basket.within(at)).select_related("antenne__institution").order_by("-pending", "oldest", "pk")
    experts = _CountedPaginator(rows, PER_PAGE, counts[basket.code]).get_page(number)
    home = reverse("matching:following_experts")
    return BasketsPage(
        tabs=tuple(
            Tab(one.label, f"{home}?{urlencode({'panier': one.code})}", counts[one.code], current=one is basket)
            for one in BASKETS
        ),
        count=counted(counts[basket.code], "expert"),
        table=Table(
            caption=f"Experts – {basket.label}",
            columns=(
                Column("Expert", header=True), Column("Besoins en attente", numeric=True),
                Column("Le plus ancien"), Column("Notes", numeric=True),
            ),
            rows=tuple(_row(expert) for expert in experts.object_list),
            caption_hidden=True,
            keys=True,
        ),
        empty=None if counts[basket.code] else Empty("Personne dans ce panier", "Les besoins trouvent leurs réponses."),
        experts=experts,
    )  # fmt: skip


def weighed(at: datetime) -> QuerySet[Any]:
    """The reachable experts with people and something pending: pending, old, newest, oldest, before, notes."""
    known = settings.VIGIE
    mine = Match.objects.filter(expert=OuterRef("pk")).order_by()
    pending = mine.filter(state=QUO, archived_at__isnull=True, sent_at__gt=at - timedelta(days=known.abandon_days))
    old = pending.filter(sent_at__lte=at - timedelta(days=known.basket_old_days))
    newest = mine.order_by("-sent_at").values("sent_at")
    notes = Note.objects.filter(expert=OuterRef("pk"), deleted_at__isnull=True).order_by()
    return Expert.objects.filter(
        reachable(), Exists(ExpertMember.objects.filter(expert=OuterRef("pk"))), Exists(pending)
    ).annotate(
        pending=_number(pending, Count("pk")),
        old=_number(old, Count("pk")),
        newest=_number(pending, Max("sent_at")),
        oldest=_number(pending, Min("sent_at")),
        before=Subquery(newest[1:2]),
        notes_count=_number(notes, Count("pk")),
    )


def _number(rows: QuerySet[Any], what: Any) -> Any:
    """A figure over the rows of each expert; 0 or nothing without row."""
    grouped = rows.values("expert").annotate(value=what).values("value")
    return Coalesce(Subquery(grouped), 0) if isinstance(what, Count) else Subquery(grouped)


class _CountedPaginator(Paginator):
    """A paginator that is told the count: the tab has it already."""

    def __init__(self, rows: QuerySet[Any], per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self.__dict__["count"] = count


def _row(expert: Any) -> tuple[Cell | str, ...]:
    antenne = expert.antenne
    return (
        Cell(
            expert.full_name,
            href=reverse("matching:following_expert", args=[expert.pk]),
            hint=f"{antenne.institution.short_name or antenne.institution.name} – {antenne.name}",
        ),
        str(expert.pending),
        Cell(at=expert.oldest),
        str(expert.notes_count or ""),
    )


def following_expert(expert: Expert, person: Person, token: str, at: datetime) -> FollowingExpert:
    """One expert. 3 queries besides his own: what waits, his team with its absences, the notes."""
    antenne = expert.antenne
    gone = bool(expert.deleted_at or antenne.deleted_at or antenne.institution.deleted_at)
    pending = list(
        Match.objects.filter(expert=expert, state=QUO)
        .annotate(asked_at=ASKED_AT)
        .select_related("subject", "need__diagnosis__solicitation", "need__diagnosis__establishment__company")
        .order_by("asked_at", "pk")[:100]
    )
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
        button=None if gone or not pending else ActButton(
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


# --- another antenne --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Competent:
    """A team that answers for the subject of a need, and whether it covers its commune."""

    pk: int
    name: str
    where: str
    covers: bool


def competent_for(match: Match, text: str) -> tuple[Competent, ...]:
    """Those to whom the need may go: they answer for its subject and have not received it. At most 4 queries.

    text: narrows them. Those who cover the commune first.
    """
    theirs = ExpertSubject.objects.filter(institution_subject__subject=match.subject_id).values("expert")
    found = experts_named(text) if text else Expert.objects.all()
    rows = found.filter(reachable(), pk__in=theirs).exclude(
        pk__in=Match.objects.filter(need=match.need_id).values("expert")
    )
    near = ExpressionWrapper(covers(place_of(match.need.diagnosis.commune_code)), output_field=BooleanField())
    rows = rows.annotate(near=near).select_related("antenne__institution").order_by("-near", "full_name", "pk")
    return tuple(
        Competent(one.pk, one.full_name, f"{one.antenne.institution.name} – {one.antenne.name}", bool(one.near))  # type: ignore[attr-defined]
        for one in rows[:COMPETENT_SHOWN]
    )
