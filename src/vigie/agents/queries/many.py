"""Several agents changed at once: who may be chosen, and what would change of each, counted before it is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date

from vigie.accounts.models import Habilitation
from vigie.accounts.models_agents import Entity, Segment
from vigie.accounts.rules import territory_words
from vigie.accounts.states import GRANTED
from vigie.agents.queries.users import differences_table, held_accounts
from vigie.agents.users_diff import CHANGE, CLOSE, MOST_CLOSED_PERCENT, Account, Difference, refused
from vigie.kernel.text import fold
from vigie.rights.table import DETECTION, ROLE_LABELS, Role
from vigie.ui.components import Table
from vigie.ui.formats import counted

MOST = 200  # agents changed at once
SHOWN = 100  # names on the page; a filter shows the others


@dataclass(frozen=True)
class Wanted:
    """What is asked of all those chosen; empty: left as it is. territory: as it is stored, by level."""

    territory: str = ""
    segment: str = ""
    ends_on: date | None = None
    suspend: bool = False

    @property
    def nothing(self) -> bool:
        return not (self.territory or self.segment or self.ends_on or self.suspend)


@dataclass(frozen=True)
class Narrowed:
    """What narrows the list of agents; empty: nothing."""

    q: str = ""
    entity: str = ""
    segment: str = ""


def agents_in_force() -> dict[str, Account]:
    """Those who hold a level granted today, by address. 3 queries."""
    return {mail: one for mail, one in held_accounts().items() if one.level and one.in_force}


def offered(held: Mapping[str, Account], narrowed: Narrowed) -> list[tuple[str, str]]:
    """(address, name and what he holds) of those who may be chosen, by name."""
    found = [
        one
        for one in held.values()
        if fold(narrowed.q) in fold(f"{one.full_name} {one.email}")
        and narrowed.entity in ("", one.entity)
        and narrowed.segment in ("", one.segment)
    ]
    found.sort(key=lambda one: fold(one.full_name))
    return [(one.email, _label(one)) for one in found]


def _label(one: Account) -> str:
    level = ROLE_LABELS[Role(one.level)].rpartition(" ")[2]
    parts = (one.full_name, one.entity or "sans administration", f"niveau {level}", territory_words(one.territory))
    return ", ".join(parts)


def entity_choices() -> list[tuple[str, str]]:
    """1 query."""
    return [("", "Toutes"), *((name, name) for name in Entity.objects.values_list("name", flat=True))]


def segment_choices(empty: str) -> list[tuple[str, str]]:
    """The profiles of work in service. 1 query."""
    rows = Segment.objects.filter(archived_at=None).values_list("code", "label")
    return [("", empty), *rows]


def found_differences(held: Mapping[str, Account], chosen: list[str], wanted: Wanted) -> tuple[Difference, ...]:
    """What would change of each; nobody who is so already. 1 query when a last day is asked."""
    accounts = [held[mail] for mail in sorted(set(chosen)) if mail in held]
    if wanted.suspend:
        return tuple(Difference(CLOSE, one.email, one.full_name) for one in accounts)
    ends = _ends(accounts) if wanted.ends_on else {}
    found = []
    for one in accounts:
        after = replace(one, territory=wanted.territory or one.territory, segment=wanted.segment or one.segment)
        changes = [
            (name, getattr(one, name), getattr(after, name))
            for name in ("territory", "segment")
            if getattr(one, name) != getattr(after, name)
        ]
        if wanted.ends_on and any(end != wanted.ends_on for end in ends.get(one.email, ())):
            [before, *_more] = [end for end in ends[one.email] if end != wanted.ends_on]
            changes.append(("ends_on", f"{before:%d/%m/%Y}" if before else "sans fin", f"{wanted.ends_on:%d/%m/%Y}"))
        if changes:
            found.append(Difference(CHANGE, one.email, one.full_name, tuple(changes)))
    return tuple(found)


def _ends(accounts: list[Account]) -> dict[str, list[date | None]]:
    rows = Habilitation.objects.filter(
        user__email__in=[one.email for one in accounts], role__in=DETECTION, state=GRANTED
    ).order_by("pk")
    found: dict[str, list[date | None]] = {}
    for mail, end in rows.values_list("user__email", "ends_on"):
        found.setdefault(mail, []).append(end)
    return found


def why_not(found: tuple[Difference, ...], held: Mapping[str, Account], wanted: Wanted, own: str) -> str:
    """Why the whole is refused; empty when it may be done."""
    if not found:
        return "Personne ne changerait\u00a0: ces agents sont déjà ainsi."
    if len(found) > MOST:
        return f"Au plus {MOST} agents à la fois. Vous en avez choisi {len(found)}."
    if own in {one.email for one in found}:
        return "Vous êtes dans ce choix. Personne ne change sa propre habilitation\u00a0: demandez à un collègue."
    without = [one.name for one in found if wanted.segment and not held[one.email].entity]
    if without:
        return f"Remplissez d’abord la fiche d’agent de {', '.join(without[:5])}."
    return refused(found, held, MOST_CLOSED_PERCENT, "Ce choix", "Choisissez moins d’agents")


def mark(found: tuple[Difference, ...]) -> str:
    """What the confirmation carries: other differences have another mark."""
    text = json.dumps([asdict(one) for one in found], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def shown(found: tuple[Difference, ...]) -> tuple[str, Table]:
    """The sentence and the table that are read before it is done."""
    kind = found[0].kind
    one, many = ("agent sera suspendu", "agents seront suspendus") if kind == CLOSE else (
        "agent sera changé", "agents seront changés"
    )  # fmt: skip
    return counted(len(found), one, many), differences_table(kind, list(found))
