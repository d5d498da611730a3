"""The register: traces by agent, firm, administration and kind, the latest first. A firm is its SIREN, never a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.db import connections
from django.db.models import Case, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast
from django.urls import NoReverseMatch, reverse

from vigie.accounts.identity_rules import REASONS
from vigie.accounts.models import User
from vigie.accounts.models_agents import Segment
from vigie.accounts.rules import named_places
from vigie.audit.queries.words import (
    ACCOUNT,
    ACTIONS,
    LISTS,
    NUMBERED,
    OPENED_BY,
    PAGES,
    PARTS,
    PURPOSES,
    RESULTS,
    ROLE_ACTS,
    SIGN_IN,
    STATUSES,
    action_label,
    block_label,
    roles_label,
)
from vigie.journal.models import AuditEvent
from vigie.kernel.siren import is_siren
from vigie.ui.components import Cell, Column, Tab, Table
from vigie.ui.formats import counted, exact, siren

PER_PAGE, MOST_COUNTED, MOST_NAMED = 50, 1_000, 100
SHEETS = ("view_company", "view_establishment", "view_block")
EXPORTS = ("export", "export_made", "export_failed", "export_taken", "directory.export")
# Named one by one: the index of actions is read, « begins with » would read the whole year.
ADMINISTRATION = sorted(code for code in ACTIONS if code.startswith(("admin_", "impersonate_", "audit_", "simulate_")))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Key of the address → its label and the rows it shows.
VIEWS: dict[str, tuple[str, Q]] = {
    "": ("Tout", Q()),
    "connexions": ("Connexions", Q(action__in=("login", "login_failed", "logout"))),
    "fiches": ("Fiches et blocs", Q(action__in=SHEETS)),
    "listes": ("Listes", Q(action="list_view")),
    "exports": ("Exports", Q(action__in=EXPORTS)),
    "hors-zone": ("Hors territoire", Q(in_zone=False)),
    "refus": ("Refus", Q(result="denied")),
    "deverrouillages": ("Déverrouillages", Q(action__in=("unlock", "relock"))),
    "administration": ("Administration", Q(action__in=ADMINISTRATION)),
}

WITHOUT_LISTS = frozenset({"connexions", "fiches", "exports", "deverrouillages", "administration"})
NO_NAMES: Mapping[int, str] = {}
RARE = frozenset({"hors-zone", "refus"})


@dataclass(frozen=True)
class Asked:
    """What is looked for: view is a key of ``VIEWS``; until is excluded."""

    view: str
    agent: str
    siren: str
    entity: str
    since: datetime
    until: datetime

    def parameters(self) -> dict[str, str]:
        """The filters in use, for the audit of this reading."""
        told = {"view": self.view, "agent": self.agent, "siren": self.siren, "entity": self.entity}
        days = {"since": self.since.isoformat(), "until": self.until.isoformat()}
        return {name: value for name, value in told.items() if value} | days


@dataclass(frozen=True)
class RegisterPage:
    """count: « Plus de 1 000 » beyond what is counted: to count far costs more than the page."""

    tabs: tuple[Tab, ...]
    count: str
    table: Table
    export_href: str
    next_href: str = ""
    first_href: str = ""


def found(asked: Asked) -> QuerySet[AuditEvent]:
    """The rows looked for, the latest first. 1 query when an agent is named, to know who it may be."""
    rows = AuditEvent.objects.filter(VIEWS[asked.view][1], at__gte=asked.since, at__lt=asked.until)
    told = Q()
    if asked.agent:
        people = list(User.objects.named(asked.agent).values_list("pk", flat=True)[:MOST_NAMED])
        told &= Q(actor_id__in=people) | Q(on_behalf_of_id__in=people)
    if asked.entity:
        told &= Q(entity__istartswith=asked.entity)
    if asked.siren:
        rows, about = _of_firm(rows, asked.siren, asked.view)
        told &= about
    if told and asked.view in RARE:  # people and firms have more traces than these views: theirs are not read
        rows = rows.annotate(told=Case(When(told, then=Value(1)), default=Value(0)))
        told = Q(told=1)
    return rows.filter(told).order_by("-at", "-pk")


def _of_firm(rows: QuerySet[AuditEvent], number: str, view: str) -> tuple[QuerySet[AuditEvent], Q]:
    """Which rows are about a firm, and which pages of lists showed it."""
    if not is_siren(number):
        return rows, Q(pk__in=[])
    own = Q(siren=number) & ~Q(siren="")  # said aloud, or SQLite leaves aside the index of those that bear one
    if view in WITHOUT_LISTS:
        return rows, own
    if connections[rows.db].features.supports_json_field_contains:  # read from an index
        return rows, own | Q(action="list_view", details__firms__contains=[number])
    rows = rows.annotate(written=Cast("details", TextField()))
    return rows, own | Q(action="list_view", written__contains=f'"{number}"')


def register_page(asked: Asked, cursor: str, kept: Sequence[tuple[str, str]]) -> RegisterPage:
    """A page of the register; at most 3 queries. kept: parameters that the links carry on."""
    rows = found(asked)
    page = list(_before(rows, cursor)[: PER_PAGE + 1])
    page, more = page[:PER_PAGE], len(page) > PER_PAGE
    whole = not (more or cursor)  # all on one page: they need not be counted again
    count = len(page) if whole else rows.order_by()[: MOST_COUNTED + 1].count()
    base = reverse("audit:register")
    return RegisterPage(
        tabs=tuple(
            Tab(label, _href(base, [*kept, *([("vue", key)] if key else [])]), current=key == asked.view)
            for key, (label, _condition) in VIEWS.items()
        ),
        count=f"Plus de {counted(MOST_COUNTED, 'trace')}" if count > MOST_COUNTED else counted(count, "trace"),
        table=_table(page),
        export_href=_href(reverse("audit:export"), _with(kept, asked.view)),
        next_href=_href(base, _with(kept, asked.view, _cursor(page[-1]))) if more else "",
        first_href=_href(base, _with(kept, asked.view)) if cursor else "",
    )


def _with(kept: Sequence[tuple[str, str]], view: str, cursor: str = "") -> list[tuple[str, str]]:
    extra = [(name, value) for name, value in (("vue", view), ("apres", cursor)) if value]
    return [*kept, *extra]


def _href(base: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{base}?{urlencode(pairs)}" if pairs else base


def _cursor(row: AuditEvent) -> str:
    return f"{(row.at - EPOCH) // timedelta(microseconds=1)}.{row.pk}"


def _before(rows: QuerySet[AuditEvent], cursor: str) -> QuerySet[AuditEvent]:
    """The rows after the one that the cursor names; all of them when it cannot be read."""
    moment, _dot, pk = cursor.partition(".")
    if not all(part.isascii() and part.isdecimal() and len(part) < 18 for part in (moment, pk)):
        return rows
    try:
        at = EPOCH + timedelta(microseconds=int(moment))
    except OverflowError:
        return rows
    return rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=int(pk)))


def _table(rows: Sequence[AuditEvent]) -> Table:
    names = names_of(rows)
    return Table(
        caption="Traces, de la plus récente à la plus ancienne",
        columns=(
            Column("Moment", header=True),
            Column("Agent"),
            Column("Acte"),
            Column("Objet"),
            Column("Pourquoi ouvert"),
            Column("Territoire"),
            Column("Résultat"),
        ),
        rows=tuple(_cells(row, names) for row in rows),
        empty="Aucune trace ne répond à ces critères. Élargissez les dates ou retirez un filtre.",
        caption_hidden=True,
        keys=True,
    )


def names_of(rows: Sequence[AuditEvent]) -> dict[int, str]:
    """Account → whose it is, for the rows that grant or change what an account may do. 1 query if there are any."""
    accounts = {row.details.get("user") for row in rows if row.action == "admin_role"}
    held = [number for number in accounts if isinstance(number, int)]
    return {user.pk: str(user) for user in User.objects.filter(pk__in=held)} if held else {}


def _cells(row: AuditEvent, names: Mapping[int, str]) -> tuple[Cell | str, ...]:
    return (
        Cell(exact(row.at)),
        Cell(who(row), hint=" · ".join(filter(None, (row.actor_email, row.entity)))),
        Cell(action_label(row.action), hint=what(row, names)),
        Cell(about(row)),
        why(row),
        Cell(named_places(row.zone) or row.reach),
        Cell(state=RESULTS[row.result]),
    )


def who(row: AuditEvent) -> str:
    """The person whose rights were used, and who really sat there."""
    return f"{row.actor_name} (par {row.on_behalf_of_name})" if row.on_behalf_of_name else row.actor_name


def about(row: AuditEvent) -> str:
    """The object in a few signs: the SIREN of a firm, else of what it is the number; nothing for one's own account."""
    if is_siren(row.siren):
        return siren(row.siren)
    if row.object_type == ACCOUNT and row.object_id == str(row.actor_id):
        return ""
    listed = LISTS.get(row.object_type, {}).get(row.object_id)
    if listed:
        return listed
    kind = NUMBERED.get(row.object_type, "") if row.object_id else ""
    return f"{kind} {PAGES.get(row.object_id, row.object_id)}".strip()


def _address(row: AuditEvent) -> str:
    """The address that was asked for, as the person saw it; the name of the page when its parts were not kept."""
    page = str(row.details["page"])
    for parts in ([row.siren], row.object_id.split()):
        try:
            return reverse(page, args=[part for part in parts if part])
        except NoReverseMatch:
            continue
    return page


def what(row: AuditEvent, names: Mapping[int, str] = NO_NAMES) -> str:
    """The block, the page refused, the number of firms of a list, the rows of a file.

    names: account → who holds it, where they were read; else its number is said.
    """
    told = row.details
    if "block" in told:
        return block_label(str(told["block"]), row.object_type)
    if "page" in told:
        part = PARTS.get(str(told["page"]).partition(":")[0], "Autre page")
        status = told.get("status")
        return f"{part}\u00a0: {_address(row)}{f', {STATUSES.get(status, status)}' if status else ''}"
    if row.action == "admin_role":
        role, act = told.get("role", ""), told.get("act", "")
        whose = names.get(told.get("user", 0)) or f"compte {told.get('user', '')}"
        return f"{roles_label(role)}, {ROLE_ACTS.get(act, act)}, {whose}"
    if row.action in ("login", "login_failed"):
        way = told.get("method") or told.get("step") or told.get("reason", "")
        return SIGN_IN.get(way) or (REASONS[way].title if way in REASONS else way)
    if isinstance(told.get("firms"), list):
        return counted(len(told["firms"]), "entreprise")
    return counted(told["rows"], "ligne") if isinstance(told.get("rows"), int) else ""


def why(row: AuditEvent) -> str:
    """Why the data were open to this reader; empty for what needs no reason."""
    place = {True: "dans son territoire", False: "hors de son territoire", None: ""}[row.in_zone]
    opened = OPENED_BY.get(row.unlocked_by, row.unlocked_by)
    motive = PURPOSES.get(row.purpose, row.purpose)
    return ", ".join(filter(None, (opened, place, f"motif\u00a0: {motive}" if motive else "")))


def profile_labels() -> dict[str, str]:
    """Code that traces keep → name of the profile of work. 1 query."""
    return dict(Segment.objects.values_list("code", "label"))


HEADINGS = (
    "Numéro", "Moment (Paris)", "Agent", "Adresse", "Administration", "Profil", "Rôles", "Territoire", "Acte",
    "Précision", "Résultat", "SIREN", "Objet", "Pourquoi ouvert", "Adresse réseau (empreinte)", "Requête",
)  # fmt: skip


def lines(asked: Asked, most: int) -> Iterator[tuple[str, ...]]:
    """The rows of the file, the headings apart, read as they are sent."""
    profiles = profile_labels()
    for row in found(asked)[:most].iterator(chunk_size=2000):
        yield (
            str(row.pk), exact(row.at), who(row), row.actor_email, row.entity,
            profiles.get(row.segment, row.segment), row.roles, named_places(row.zone) or row.reach,
            action_label(row.action), what(row), RESULTS[row.result].label, row.siren,
            f"{row.object_type} {row.object_id}", why(row), row.ip_hash, row.request_id,
        )  # fmt: skip
