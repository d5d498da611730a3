"""What the workbook of users would change, and whether it may: compared, without a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CREATE, CHANGE, CLOSE, REOPEN = "create", "change", "close", "reopen"
KINDS: dict[str, str] = {  # once applied
    CREATE: "Comptes ouverts",
    CHANGE: "Comptes modifiés",
    REOPEN: "Habilitations rétablies",
    CLOSE: "Habilitations suspendues",
}
PLANNED: dict[str, str] = {  # while somebody reads it over
    CREATE: "Comptes à ouvrir",
    CHANGE: "Comptes à modifier",
    REOPEN: "Habilitations à rétablir",
    CLOSE: "Habilitations à suspendre",
}
LEFT: dict[str, str] = {  # once abandoned: what was not done
    CREATE: "Comptes qui auraient été ouverts",
    CHANGE: "Comptes qui auraient été modifiés",
    REOPEN: "Habilitations qui auraient été rétablies",
    CLOSE: "Habilitations qui auraient été suspendues",
}
FIELDS: dict[str, str] = {
    "level": "Niveau",
    "territory": "Territoire",
    "entity": "Administration",
    "segment": "Profil",
    "full_name": "Nom",
    "job": "Fonction",
    "scopes": "Périmètres",
    "boards": "Tableaux",
    "taskforces": "Groupes de travail",
}
MOST_CLOSED_PERCENT = 10


@dataclass(frozen=True)
class Account:
    """An agent as the workbook wants him, or as he is. level: level_a, level_b or empty. in_force: granted today."""

    email: str
    full_name: str
    level: str
    territory: str
    entity: str
    segment: str
    job: str = ""
    scopes: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    taskforces: tuple[str, ...] = ()
    in_force: bool = True


@dataclass(frozen=True)
class Difference:
    """What happens to one agent. changes: (field, before, after)."""

    kind: str
    email: str
    name: str
    changes: tuple[tuple[str, str, str], ...] = ()


def differences(wanted: Iterable[Account], held: Mapping[str, Account]) -> tuple[Difference, ...]:
    """One for each agent who is not as the workbook says; nothing for the others. held: by address."""
    found = []
    named = set()
    for one in wanted:
        named.add(one.email)
        known = held.get(one.email)
        if known is None:
            found.append(Difference(CREATE, one.email, one.full_name, _changes(None, one)))
            continue
        changes = _changes(known, one)
        if known.in_force and known.level and not one.level:
            found.append(Difference(CLOSE, one.email, one.full_name, changes))
        elif one.level and known.level and not known.in_force:
            found.append(Difference(REOPEN, one.email, one.full_name, changes))
        elif changes:
            found.append(Difference(CHANGE, one.email, one.full_name, changes))
    gone = (one for email, one in held.items() if email not in named and one.level and one.in_force)
    found += [Difference(CLOSE, one.email, one.full_name) for one in gone]
    return tuple(sorted(found, key=lambda one: (list(KINDS).index(one.kind), one.email)))


def _changes(known: Account | None, wanted: Account) -> tuple[tuple[str, str, str], ...]:
    pairs = ((name, _said(getattr(known, name)) if known else "", _said(getattr(wanted, name))) for name in FIELDS)
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def _said(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def refused(
    found: Iterable[Difference], held: Mapping[str, Account], most_percent: int, what: str = "Ce classeur",
    check: str = "Vérifiez que c’est le bon fichier, et entier",
) -> str:  # fmt: skip
    """Why the safety valve refuses; empty when it lets pass. One closing alone always passes."""
    closed = sum(one.kind == CLOSE for one in found)
    in_force = sum(bool(one.level) and one.in_force for one in held.values())
    if in_force and closed == in_force and closed > 1:
        return f"{what} suspendrait tous les agents habilités. {check}."
    if closed > 1 and closed * 100 > most_percent * in_force:
        return f"{what} suspendrait {closed} agents sur {in_force}, plus de {most_percent}\u00a0%. {check}."
    return ""
