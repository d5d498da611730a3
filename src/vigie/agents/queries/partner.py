"""What a partner's reviewer sees: the agents whom he answers for, what each holds, when he came, what he unlocked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.urls import reverse

from vigie.accounts.models import Habilitation
from vigie.accounts.models_agents import Segment
from vigie.accounts.rules import territory_words
from vigie.accounts.states import GRANTED, HABILITATION, REQUESTED, SUSPENDED
from vigie.agents.models import AskedMove, Follow
from vigie.agents.queries.charges import charged_words
from vigie.agents.rules import review_due
from vigie.agents.states import WAITING
from vigie.kernel.period import paris_day
from vigie.kernel.text import fold
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.rights.table import DETECTION, ROLE_LABELS, Role
from vigie.tuning.queries import current
from vigie.ui.components import ActButton
from vigie.ui.formats import counted, day, number

MONTH_DAYS = 30.44
PAGE_SIZE = 30


@dataclass(frozen=True)
class AgentLine:
    """One habilitation to review. asked: the change that waits for the team. waits: for an answer of the reviewer.
    buttons: none for oneself.
    """

    name: str
    facts: str
    state: object
    seen: str
    follows: str
    due: str
    late: bool
    waits: bool
    asked: str
    change_href: str
    buttons: tuple[ActButton, ...]


@dataclass(frozen=True)
class PartnerPage:
    """The agents of a reviewer, those to review first. charges: whose; every: how long between two reviews; folded:
    the others, when some wait for an answer and nobody is sought.
    """

    charges: tuple[str, ...]
    count: str
    late: str
    every: str
    lines: tuple[AgentLine, ...]
    pages: Page
    folded: bool

    @property
    def waiting(self) -> tuple[AgentLine, ...]:
        return tuple(line for line in self.lines if line.waits)

    @property
    def others(self) -> tuple[AgentLine, ...]:
        return tuple(line for line in self.lines if not line.waits)


def reviewed(person: Person) -> QuerySet[Habilitation]:
    """The habilitations of agents that this person answers for."""
    found = Habilitation.objects.allowed(person, "agent.review").filter(role__in=DETECTION)
    return found.exclude(state__in=HABILITATION.final_codes)


def reviewable(person: Person, pk: int) -> Habilitation:
    """One of them; else 404. 1 query."""
    found = reviewed(person).select_related("user").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def partner_page(person: Person, at: datetime, sought: str = "", number_of: str = "") -> PartnerPage:
    """sought: a name, or what is said of the agent. 5 queries, whatever the agents."""
    rows = _agents(person)
    followed, every = _follows([row.user_id for row in rows], at), current("review_days")
    charges = charged_words(person)
    bodies = {_body(row) for row in rows}
    found = (_line(row, followed, every, person, at, len(bodies) > 1) for row in rows)
    lines = sorted(found, key=lambda line: (not line.waits, line.name))
    late = sum(line.late for line in lines)
    words = fold(sought).split()
    kept = [line for line in lines if all(word in fold(f"{line.name} {line.facts}") for word in words)]
    shown = Paginator(kept, PAGE_SIZE).get_page(number_of)
    return PartnerPage(
        charges=charges,
        count=counted(len({row.user_id for row in rows}), "agent", "agents"),
        late=counted(late, "habilitation à revoir", "habilitations à revoir") if late else "",
        every=_length(every),
        lines=tuple(shown),
        pages=shown,
        folded=not words and any(line.waits for line in shown),
    )


@composed_once
def _agents(person: Person) -> QuerySet[Habilitation]:
    """With their profile, when they were last confirmed and when a change was asked."""
    rows = reviewed(person).select_related("user__agent__segment", "user__agent__entity")
    told = rows.annotate(confirmed=Max("confirmations__day"), asked_at=_waiting_move())
    return cast("QuerySet[Habilitation]", told.order_by("user__full_name", "pk"))


def _waiting_move() -> Subquery:
    """When a change was asked for a habilitation, while it waits."""
    return Subquery(AskedMove.objects.filter(habilitation=OuterRef("pk"), state=WAITING).values("asked_at")[:1])


def _length(days: int) -> str:
    """« 6 mois » of 183 days; days when they make no round months."""
    months = round(days / MONTH_DAYS)
    return f"{months}\u00a0mois" if months and abs(days - months * MONTH_DAYS) <= 3 else counted(days, "jour")


def _follows(users: Iterable[int], at: datetime) -> dict[int, tuple[int, int]]:
    """user → (firms that he follows, those opened for another motive). 1 query."""
    mine = Follow.objects.running(at).filter(user_id__in=list(users), origin=Follow.Origin.PERSONAL).order_by()
    rows = mine.values_list("user_id").annotate(all=Count("pk"), other=Count("pk", filter=Q(motive="autre")))
    return {user: (count, other) for user, count, other in rows}


def _line(
    row: Habilitation, followed: dict[int, tuple[int, int]], every: int, person: Person, at: datetime, bodies: bool
) -> AgentLine:
    profile = getattr(row.user, "agent", None)
    count, other = followed.get(row.user_id, (0, 0))
    due = review_due(row.confirmed, row.starts_on, every)  # type: ignore[attr-defined]
    late = row.state == GRANTED and due <= paris_day(at)
    where = territory_words(row.territory)
    seen = row.user.last_login
    level = ROLE_LABELS[Role(row.role)].rpartition(", ")[2]
    return AgentLine(
        name=str(row.user),
        facts=" · ".join(
            filter(None, (_body(row) if bodies else "", level, str(profile.segment) if profile else "", where))
        ),
        state=HABILITATION.by_code[row.state],
        seen=f"Dernière connexion le {day(seen)}" if seen else "Jamais connecté",
        follows=counted(count, "entreprise suivie", "entreprises suivies")
        + (f", dont {number(other)} pour un autre motif" if other else ""),
        due=f"À revoir depuis le {day(due)}" if late else f"Prochaine revue le {day(due)}",
        late=late,
        waits=row.user_id != person.user_id and (late or row.state == SUSPENDED),
        asked=f"Changement demandé le {day(row.asked_at)}\u00a0: il attend l’équipe" if row.asked_at else "",  # type: ignore[attr-defined]
        change_href=reverse("agents:ask_move", args=[row.pk]) if _may_move(row, person) else "",
        buttons=_buttons(row, person),
    )


def _body(row: Habilitation) -> str:
    profile = getattr(row.user, "agent", None)
    return profile.entity.name if profile else ""


def _may_move(row: Habilitation, person: Person) -> bool:
    waits = row.asked_at is not None  # type: ignore[attr-defined]
    return row.state == GRANTED and row.user_id != person.user_id and not waits


def _buttons(row: Habilitation, person: Person) -> tuple[ActButton, ...]:
    if row.user_id == person.user_id:
        return ()
    action = reverse("agents:review", args=[row.pk])
    close = ActButton(
        "Fermer l’habilitation", action, "close", "tertiary", about=str(row.user),
        confirm=f"{row.user} ne pourra plus ouvrir aucune entreprise, et ses sessions seront fermées.",
    )  # fmt: skip
    keep = ActButton("Confirmer", action, "confirm", "secondary", about=str(row.user))
    return (keep, close) if row.state in (GRANTED, SUSPENDED) else (close,) if row.state == REQUESTED else ()


def segment_choices() -> list[tuple[str, str]]:
    """The profiles of work that a request may name. 1 query."""
    return list(Segment.objects.filter(archived_at=None).exclude(usual_level="").values_list("code", "label"))
