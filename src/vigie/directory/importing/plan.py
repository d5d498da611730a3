"""What a file would make of the address book: works to do, and the entries that tell them to people.

The fingerprint covers every entry: the same difference has the same fingerprint, another one never.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from vigie.accounts.models import Antenne, Institution, User
from vigie.directory.models import Expert, ImportEntry
from vigie.rights.table import Role

Verdict, Kind = ImportEntry.Verdict, ImportEntry.Kind
ZonePair = tuple[str, str]


@dataclass
class Told:
    """One value that changes, in French: what, before, after. lost: something is taken away."""

    what: str
    before: str
    after: str
    lost: bool = False


@dataclass(eq=False)
class AntenneWork:
    """An antenne to create or to change. zones: those that it will have, None when the file says nothing of them."""

    institution: Institution
    name: str
    row: Antenne | None
    level: str = ""
    zones: set[ZonePair] | None = None
    told: list[Told] = field(default_factory=list)
    is_new: bool = False  # set when it is written


@dataclass(eq=False)
class PersonWork:
    """An account to create or to change. at: where it belongs; roles: those that it must have, with their antenne."""

    email: str
    row: User | None
    at: Antenne | AntenneWork | None
    fields: dict[str, str] = field(default_factory=dict)
    moves: bool = False
    roles: list[tuple[Role, Antenne | AntenneWork | None]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    is_new: bool = False


@dataclass(eq=False)
class TeamWork:
    """An expert to create or to change. subjects: competence → criteria, None takes it away."""

    antenne: Antenne
    email: str
    row: Expert | None
    fields: dict[str, str] = field(default_factory=dict)
    moves: bool = False
    zones: set[ZonePair] | None = None
    subjects: dict[int, str | None] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    is_new: bool = False


@dataclass
class Plan:
    """All the works of a file, in its order."""

    antennes: list[AntenneWork] = field(default_factory=list)
    people: list[PersonWork] = field(default_factory=list)
    teams: list[TeamWork] = field(default_factory=list)

    def entries(self) -> list[ImportEntry]:
        """What is told to people, not saved yet; the order is that of ``works``."""
        return [_entry(work) for work in self.works()]

    def works(self) -> list[AntenneWork | PersonWork | TeamWork]:
        return [*self.antennes, *self.teams, *self.people]


def _entry(work: AntenneWork | PersonWork | TeamWork) -> ImportEntry:
    if isinstance(work, AntenneWork):
        kind, label, under = Kind.ANTENNE, work.name, work.institution.name
    elif isinstance(work, TeamWork):
        name = work.fields.get("full_name") or (work.row.full_name if work.row else work.email)
        kind, label, under = Kind.TEAM, name, f"{work.antenne.institution.name}, {work.antenne.name}"
    else:
        name = work.fields.get("full_name") or (work.row.full_name if work.row else "") or work.email
        kind, label, under = Kind.PERSON, f"{name} ({work.email})", _place(work.at)
    return ImportEntry(
        kind=kind,
        verdict=_verdict(work),
        label=label[:300],
        under=under[:320],
        target_id=work.row.pk if work.row else None,
        changes=[[one.what, one.before, one.after] for one in work.told],
    )


def _place(at: Antenne | AntenneWork | None) -> str:
    return f"{at.institution.name}, {at.name}" if at else ""


def _verdict(work: AntenneWork | PersonWork | TeamWork) -> str:
    if work.row is None:
        return Verdict.CREATED
    if not work.told:
        return Verdict.UNCHANGED
    return Verdict.REDUCED if any(one.lost for one in work.told) else Verdict.MODIFIED


def counts_of(entries: list[ImportEntry]) -> dict[str, dict[str, int]]:
    """Kind → verdict → how many."""
    found = Counter((one.kind, one.verdict) for one in entries)
    return {
        kind.value: {verdict.value: found[kind.value, verdict.value] for verdict in Verdict}
        for kind in Kind
        if any(found[kind.value, verdict.value] for verdict in Verdict)
    }


def changes_nothing(counts: dict[str, dict[str, int]]) -> bool:
    """True when every entry is as it was."""
    return all(verdict == Verdict.UNCHANGED or not n for one in counts.values() for verdict, n in one.items())


def fingerprint_of(entries: list[ImportEntry]) -> str:
    """The same for the same difference."""
    content: list[Any] = sorted(
        [one.kind, one.verdict, one.label, one.under, one.target_id or 0, one.changes] for one in entries
    )
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
