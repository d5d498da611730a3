"""Among whom a file is shared out: the agents of its territory, their networks, and what each has in hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from vigie.accounts.models import Habilitation, User
from vigie.accounts.rules import parse_territory
from vigie.agents.queries.mails import LEVELS
from vigie.followup.models import Member
from vigie.followup.registry import contacts_waiting
from vigie.followup.states import ACTIVE
from vigie.kernel.period import paris_day
from vigie.kernel.zones import ZoneType
from vigie.territory.models import Zone, ZoneGroup
from vigie.ui.formats import counted, listed


@dataclass(frozen=True)
class Load:
    """What somebody has in hand: the running files that he leads, the firms that campaigns expect him to contact."""

    files: int = 0
    contacts: int = 0

    def __str__(self) -> str:
        """« 4 accompagnements, 2 entreprises à contacter »"""
        parts = [counted(self.files, "accompagnement")] if self.files else []
        parts += [counted(self.contacts, "entreprise à contacter", "entreprises à contacter")] if self.contacts else []
        return listed(parts) or "rien en cours"


@dataclass(frozen=True)
class Colleague:
    """An agent who may be given a file."""

    name: str
    email: str
    body: str
    networks: tuple[str, ...]
    load: Load

    def __str__(self) -> str:
        """« Ada Liste · CODEFI, DGFiP · 4 accompagnements »"""
        return " · ".join(filter(None, (self.name, ", ".join(self.networks), str(self.load))))


def loads_of(users: Iterable[int]) -> dict[int, Load]:
    """user → his load, for each of them. 3 queries at most, whatever the users."""
    wanted = list(users)
    leads = Member.objects.filter(
        user_id__in=wanted, role=Member.Role.REFERENT, removed_at=None, followup__state__in=ACTIVE,
        followup__deleted_at=None,
    )  # fmt: skip
    files = dict(leads.order_by().values_list("user_id").annotate(count=Count("pk")))
    contacts = contacts_waiting(wanted) if wanted else {}
    return {user: Load(files.get(user, 0), contacts.get(user, 0)) for user in wanted}


def colleagues_of(*departements: str, at: datetime, without: Collection[int] = ()) -> list[Colleague]:
    """The agents habilitated in all of these départements, those of France as a whole left out: by body, the least
    loaded first.

    7 queries, whatever their number.
    """
    held = Habilitation.objects.in_force(paris_day(at)).filter(role__in=LEVELS).exclude(user_id__in=list(without))
    rows = list(held.order_by().values_list("user_id", "territory").distinct())
    texts = _covering({text for _user, text in rows}, departements)
    near = {user for user, text in rows if text in texts}
    agents = User.objects.living().filter(pk__in=near, agent__isnull=False)
    people = list(agents.select_related("agent__entity", "agent__segment__network").order_by("full_name", "pk"))
    loads = loads_of(user.pk for user in people)
    found = [
        Colleague(
            str(user), user.email, user.agent.entity.short_name, _networks(user.agent.segment), loads[user.pk]
        )
        for user in people
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.body, one.load.files + one.load.contacts, one.name))


def _networks(segment: object) -> tuple[str, ...]:
    return tuple(sorted(code.upper() for code in segment.network_codes()))  # type: ignore[attr-defined]


def _covering(texts: Collection[str], departements: Collection[str]) -> set[str]:
    """The territories, as they are stored, that hold all of these départements. 2 queries."""
    zones = Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT, code__in=departements)
    regions = dict(zones.values_list("code", "region_code"))
    groups = dict(ZoneGroup.objects.filter(archived_at=None).values_list("code", "departements"))
    found = set()
    for text in texts:
        read = parse_territory(text)
        inside, around = read.codes(ZoneType.DEPARTEMENT), read.codes(ZoneType.REGION)
        named = {code for group in read.groups for code in groups.get(group, ())}
        if all(one in inside or one in named or regions.get(one, "") in around for one in departements):
            found.add(text)
    return found
