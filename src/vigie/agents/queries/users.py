"""The agents as they are, the workbook's words read with the base's own, and the page that shows the differences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.http import Http404
from django.urls import reverse

from vigie.accounts.change_log import LABELS
from vigie.accounts.models import AgentProfile, Habilitation, User
from vigie.accounts.models_agents import Entity, Segment
from vigie.accounts.rules import FRANCE, parse_territory, territory_words
from vigie.accounts.states import GRANTED, SUSPENDED
from vigie.agents.models import UsersImport
from vigie.agents.states import ABANDONED, APPLIED, READ, USERS_IMPORT
from vigie.agents.users_book import BookRefused, Fault, UserLine, fault_at
from vigie.agents.users_diff import (
    FIELDS,
    KINDS,
    LEFT,
    MOST_CLOSED_PERCENT,
    PLANNED,
    Account,
    Difference,
    differences,
    refused,
)
from vigie.kernel.lifecycle import State
from vigie.kernel.text import clean_person_name, fold
from vigie.kernel.zones import ZoneType
from vigie.rights.person import Person
from vigie.rights.table import DETECTION, ROLE_LABELS, Role
from vigie.territory.models import Zone, ZoneGroup
from vigie.ui.components import ActButton, Cell, Column, Table
from vigie.ui.formats import counted, exact, number

LEVELS = {"A": Role.LEVEL_A.value, "B": Role.LEVEL_B.value, "0": ""}


def held_accounts(addresses: Iterable[str] = ()) -> dict[str, Account]:
    """The agents who hold a level, in force or suspended, and the accounts of these addresses. 3 queries."""
    rows = Habilitation.objects.filter(role__in=DETECTION, state__in=(GRANTED, SUSPENDED)).order_by("-role", "-pk")
    levels: dict[int, tuple[str, str, bool]] = {}
    for user, role, where, state in rows.values_list("user_id", "role", "territory", "state"):
        known = levels.get(user)
        if known is None or state == GRANTED or not known[2]:
            levels[user] = (role, where, state == GRANTED)
    profiles = {row.user_id: row for row in AgentProfile.objects.select_related("entity", "segment")}
    users = User.objects.filter(Q(pk__in=list(levels)) | Q(email__in=list(addresses))).order_by("pk")
    return {user.email: _account(user, levels.get(user.pk, ("", "", True)), profiles.get(user.pk)) for user in users}


def _account(user: User, held: tuple[str, str, bool], profile: AgentProfile | None) -> Account:
    level, territory, in_force = held
    lists = {name: tuple(getattr(profile, name)) if profile else () for name in ("scopes", "boards", "taskforces")}
    return Account(
        user.email, user.full_name, level, territory,
        entity=profile.entity.name if profile else "", segment=profile.segment.code if profile else "",
        job=user.job, in_force=in_force, **lists,
    )  # fmt: skip


def wanted_accounts(lines: Sequence[UserLine]) -> tuple[Account, ...]:
    """The agents that the lines name, in the base's own words; BookRefused names every value it does not know.

    5 queries.
    """
    words = _Words()
    faults: list[Fault] = []
    closed = set(User.objects.filter(is_active=False).values_list("email", flat=True))
    found = [words.read(line, faults, closed) for line in lines]
    if faults:
        raise BookRefused(faults)
    return tuple(found)


class _Words:
    """Zones, segments and bodies by their folded names."""

    def __init__(self) -> None:
        self.zones = {"FRANCE ENTIERE": FRANCE}
        kinds = (ZoneType.DEPARTEMENT, ZoneType.REGION)
        for group in ZoneGroup.objects.filter(archived_at=None):
            self.zones[fold(group.label)] = f"Z-{group.code}"
        for kind, code, name in Zone.objects.filter(zone_type__in=kinds).values_list("zone_type", "code", "name"):
            text = f"R{code}" if kind == ZoneType.REGION else code
            self.zones[fold(name)] = text  # a région and a former région of the same name are the same set
            if kind == ZoneType.DEPARTEMENT:
                self.zones[code] = text
        rows = Segment.objects.filter(archived_at=None).values_list("code", "label")
        self.segments = {fold(word): code for code, label in rows for word in (label, code)}
        bodies = list(Entity.objects.all())
        live = [one for one in bodies if one.archived_at is None]
        self.entities = {fold(word): one.name for one in live for word in (one.short_name, one.name)}
        self.withdrawn = {fold(one.name) for one in bodies} - self.entities.keys()

    def read(self, line: UserLine, faults: list[Fault], closed: set[str]) -> Account:
        level = LEVELS.get(line.level.upper())
        segment, zone = self.segments.get(fold(line.segment), ""), self.zones.get(fold(line.zone), "")
        told = (
            ("NIVEAU HABILITATION", level is None, f"le niveau «\u00a0{line.level}\u00a0» n’est ni A, ni B, ni 0."),
            ("ENTITES", not line.entity, "l’administration manque."),
            ("ENTITES", fold(line.entity) in self.withdrawn, f"«\u00a0{line.entity}\u00a0» a été retirée du service."),
            ("ACCES GEOGRAPHIQUE", not zone, f"la zone «\u00a0{line.zone}\u00a0» est inconnue."),
            ("SEGMENT", not segment, f"le segment «\u00a0{line.segment}\u00a0» est inconnu."),
            ("NOM", not line.last_name, "le nom manque."),
            ("ADRESSE MAIL", not _is_address(line.email), "cette adresse électronique n’est pas valide."),
            ("ADRESSE MAIL", line.email in closed, "le compte de cette adresse est fermé. Rouvrez-le d’abord."),
        )
        faults += [fault_at(line.number, column, text) for column, wrong, text in told if wrong]
        return Account(
            email=line.email,
            full_name=clean_person_name(f"{line.first_name} {line.last_name}"),
            level=level or "",
            territory=str(parse_territory(zone)) if zone and level else "",
            entity=self.entities.get(fold(line.entity), line.entity),
            segment=segment,
            job=line.job[:120],
            scopes=line.scopes,
            boards=line.boards,
            taskforces=line.taskforces,
        )


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def compared(wanted: Sequence[Account], most_percent: int = MOST_CLOSED_PERCENT) -> tuple[tuple[Difference, ...], str]:
    """The differences with the base of this moment, and why the safety valve refuses them. 3 queries."""
    held = held_accounts(one.email for one in wanted)
    found = differences(wanted, held)
    return found, refused(found, held, most_percent)


def as_json(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Frozen dataclasses as they are stored."""
    return [asdict(row) for row in rows]


def stored_accounts(row: UsersImport) -> tuple[Account, ...]:
    lists = ("scopes", "boards", "taskforces")
    return tuple(Account(**{**one, **{name: tuple(one[name]) for name in lists}}) for one in row.wanted)


def stored_differences(row: UsersImport) -> tuple[Difference, ...]:
    return tuple(
        Difference(one["kind"], one["email"], one["name"], tuple((*change,) for change in one["changes"]))
        for one in row.shown
    )


# --- pages ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ImportsPage:
    """The workbooks already read, the last first."""

    table: Table


def imports_page() -> ImportsPage:
    """1 query."""
    rows = UsersImport.objects.select_related("author").defer("wanted")[:30]
    return ImportsPage(
        Table(
            caption="Classeurs déjà lus",
            columns=(Column("Fichier", header=True), Column("Lu le"), Column("Par"), Column("Écarts"), Column("État")),
            rows=tuple(
                (
                    Cell(row.file_name, href=reverse("agents:users_import", args=[row.pk])),
                    exact(row.read_at),
                    str(row.author),
                    str(len(row.shown)),
                    Cell(state=USERS_IMPORT.by_code[row.state]),
                )
                for row in rows
            ),
            empty="Aucun classeur n’a encore été lu.",
        )
    )


@dataclass(frozen=True)
class ImportPage:
    """What a workbook would change, or changed. refused: why it cannot be applied."""

    title: str
    state: State
    summary: str
    refused: str
    tables: tuple[Table, ...]
    buttons: tuple[ActButton, ...]


def users_import(person: Person, pk: int) -> UsersImport:
    """One of them; else 404. 1 query."""
    found = UsersImport.objects.allowed(person, "users.sync").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def import_page(row: UsersImport) -> ImportPage:
    """3 queries while it waits, none afterwards."""
    found = stored_differences(row)
    why = compared(stored_accounts(row))[1] if row.state == READ else ""
    action = reverse("agents:users_import", args=[row.pk])
    apply = ActButton.of(
        USERS_IMPORT.by_name["apply"], action,
        confirm=f"{counted(len(found), 'agent sera changé', 'agents seront changés')}, tous ou aucun. Les agents dont "
        "l’habilitation est accordée reçoivent un courriel.",
    )  # fmt: skip
    leave = ActButton.of(USERS_IMPORT.by_name["abandon"], action, style="tertiary")
    buttons = () if row.state != READ else (leave,) if why or not found else (apply, leave)
    return ImportPage(
        title=row.file_name,
        state=USERS_IMPORT.by_code[row.state],
        summary=_summary(row, len(found)),
        refused=why,
        tables=tuple(
            differences_table(kind, [one for one in found if one.kind == kind], _TENSES[row.state]) for kind in KINDS
        ),
        buttons=buttons,
    )


Tense = tuple[dict[str, str], str]
_TENSES: dict[str, Tense] = {
    READ: (PLANNED, "Ce qui change"),
    APPLIED: (KINDS, "Ce qui a changé"),
    ABANDONED: (LEFT, "Ce qui aurait changé"),
}


def _summary(row: UsersImport, count: int) -> str:
    read = counted(len(row.wanted), "ligne lue", "lignes lues")
    told = f"{read}, {counted(count, 'écart', 'écarts')}." if count else f"{read}, aucun écart avec la base."
    return f"{told} Classeur abandonné\u00a0: rien n’a été changé." if row.state == ABANDONED else told


def differences_table(kind: str, found: list[Difference], tense: Tense = _TENSES[READ]) -> Table:
    """Those of a kind; what changes is a column when anything does but the state. tense: before, or what came of it."""
    words, header = tense
    told = any(one.changes for one in found)
    changes = ("\u00a0; ".join(_said(*each) for each in one.changes) for one in found)
    lines = ((Cell(one.name, hint=one.email), said) for one, said in zip(found, changes, strict=True))
    columns = (Column("Agent", header=True), Column(header))
    return Table(
        caption=f"{words[kind]}\u00a0: {number(len(found))}",
        columns=columns if told else columns[:1],
        rows=tuple(line if told else line[:1] for line in lines),
        empty=f"{words[kind]}\u00a0: personne.",
    )


def _said(field: str, before: str, after: str) -> str:
    told = [_word(field, text) for text in (before, after)]
    label = FIELDS.get(field) or LABELS[field]
    return f"{label}\u00a0: {told[0]} → {told[1]}" if before else f"{label}\u00a0: {told[1]}"


def _word(field: str, text: str) -> str:
    if not text:
        return "rien"
    if field == "level":
        return ROLE_LABELS[Role(text)].rpartition(" ")[2]
    return territory_words(text) if field == "territory" else text
