"""The group of a firm, on a page of its own: who is in it, by which share, and what this reader may know of each.

A firm of the group says nothing that its own sheet would not say to this reader: its link by its own class, its level
where its detection is open, its files where he reads them. What is counted is only what he reads, and said so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from vigie.companies.models import Company
from vigie.followup.models import Followup
from vigie.followup.states import FOLLOWUP
from vigie.kernel.errors import PublicationError
from vigie.kernel.nomenclature.workforce import workforce_bounds, workforce_label
from vigie.kernel.siren import show_siren
from vigie.rights.person import Person
from vigie.sheets.queries.block import UNREADABLE, Reading
from vigie.sheets.queries.faults import Fault
from vigie.sheets.queries.sheet import reading_of
from vigie.ui.components import Cell, Column, Table
from vigie.ui.formats import counted, listed, number, percent
from vigie.watchlists.models import Entry
from vigie.watchlists.queries.sight import sights
from vigie.watchlists.queries.words import LEVEL_STATES
from vigie.watchlists.rules_sight import Category, Sight

TABLE = "dossier_groups"
SHOWN = 100
NOTHING = "Aucun lien de groupe que vous puissiez lire n’est connu."
Row = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """A group: its head, who is in it, and what the whole says."""

    head: str
    said: tuple[str, ...]
    tree: Table


@dataclass(frozen=True)
class GroupPage:
    """The groups of a firm. opened: the firms of which the level is told, for the audit; faults: for the operators."""

    siren: str
    name: str
    note: str
    groups: tuple[Held, ...]
    origin: str = ""
    opened: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def group_page(person: Person, company: Company, at: datetime) -> GroupPage:
    """About 8 queries, whatever the number of firms."""
    reading = reading_of(person, company, at)
    try:
        links = _links(reading)
    except PublicationError as error:
        return GroupPage(company.siren, company.name, UNREADABLE, (), faults=(Fault(("Groupe",), error),))
    if not links:
        return GroupPage(company.siren, company.name, NOTHING, ())
    known = _Known.of(reading, {row["siren"] for rows in links.values() for row in rows})
    groups = tuple(_held(reading, rows, known) for rows in links.values())
    groups = tuple(group for group in groups if group is not None)
    origin = reading.origin(TABLE, "ellisphere", "Ellisphère")
    return GroupPage(company.siren, company.name, "", groups, origin, tuple(sorted(known.levels)))


def _links(reading: Reading) -> dict[str, list[Row]]:
    """Group → the links of all its firms; none when this reader may not read those of this firm."""
    if reading.dossier is None or not reading.dossier.holds(TABLE):
        return {}
    mine = [row for row in reading.series(TABLE).rows if reading.sight.reads(row["confidentiality"])]
    return {row["group_code"]: reading.dossier.rows_where(TABLE, "group_code", row["group_code"]) for row in mine}


@dataclass(frozen=True)
class _Known:
    """What the reader may know of the firms of a group, by SIREN."""

    sights: dict[str, Sight]
    firms: dict[str, Company]
    levels: dict[str, str]
    files: dict[str, Followup]

    @classmethod
    def of(cls, reading: Reading, sirens: Iterable[str]) -> _Known:
        """4 queries."""
        asked = sorted(sirens)
        seen = sights(reading.person, asked)
        open_to = [siren for siren, one in seen.items() if one.opens(Category.SCORE)]
        entries = Entry.objects.filter(publication=reading.current, siren__in=open_to).values_list("siren", "level")
        files = Followup.objects.allowed(reading.person, "file.view").active().filter(siren__in=asked)
        return cls(
            seen,
            {one.pk: one for one in Company.objects.filter(siren__in=asked)},
            dict(entries) if open_to else {},
            {one.siren: one for one in files.order_by("modified_at")},
            reading.sight.held,
        )

    held: frozenset[Category] = (
        frozenset()
    )  # what the reader's habilitation opens, for the firms that nobody knows here

    def reads(self, row: Row) -> bool:
        return self.sights.get(row["siren"], Sight(held=self.held)).reads(row["confidentiality"])


def _held(reading: Reading, rows: list[Row], known: _Known) -> Held:
    read = [row for row in rows if known.reads(row)]
    read.sort(key=lambda row: (row["holding_level"] or 0, -(row["holding_share"] or 0), row["siren"]))
    shown, first = read[:SHOWN], next(row for row in read if row["siren"] == reading.siren)
    number_of = f" (SIREN {show_siren(first['head_siren'])})" if first["head_siren"] else ""
    head = f"{first['head_name'] or 'une personne physique'}{number_of}"
    return Held(
        head=head,
        said=tuple(filter(None, (_counts(read), _headcount(read, known), _alerts(read, known)))),
        tree=Table(
            caption=f"Entreprises du groupe {head}",
            columns=(
                Column("Entreprise", header=True), Column("Lien avec la tête"), Column("Part détenue", numeric=True),
                Column("Effectif"), Column("Détection"), Column("Accompagnement"),
            ),
            rows=tuple(_line(reading, row, known) for row in shown),
            caption_hidden=True,
        ),
    )  # fmt: skip


def _counts(read: list[Row]) -> str:
    more = f", les {SHOWN} plus proches de la tête sont montrées" if len(read) > SHOWN else ""
    return f"{counted(len(read), 'entreprise', 'entreprises')} dont vous lisez le lien avec la tête{more}."


def _headcount(read: list[Row], known: _Known) -> str:
    """From the bands of Sirene, which are public: at least so many."""
    bounds = [
        workforce_bounds(known.firms[one].workforce_code) for one in {r["siren"] for r in read} & set(known.firms)
    ]
    lowest = sum(low for low, _high in filter(None, bounds))
    return f"Au moins {number(lowest)} salariés ensemble, d’après les tranches d’effectif de Sirene." if lowest else ""


def _alerts(read: list[Row], known: _Known) -> str:
    """What is in alert among the firms whose detection is open; nothing is said, nor counted, of the others."""
    told = Counter(known.levels[siren] for siren in {row["siren"] for row in read} if siren in known.levels)
    if not told:
        return ""
    among = counted(sum(told.values()), "entreprise", "entreprises")
    parts = [f"{told[level]} en {LEVEL_STATES[level].label.lower()}" for level in ("strong", "moderate") if told[level]]
    return (
        f"Parmi {among} dont vous lisez la détection dans la dernière liste\u00a0: {listed(parts) or 'aucune alerte'}."
    )


def _line(reading: Reading, row: Row, known: _Known) -> tuple[Cell | str, ...]:
    siren = row["siren"]
    firm, file = known.firms.get(siren), known.files.get(siren)
    name = firm.name if firm is not None else show_siren(siren)
    where = reverse("sheets:company", args=[siren]) if firm is not None else ""
    here = "Cette entreprise · " if siren == reading.siren else ""
    share, level = row["holding_share"], row["holding_level"]
    return (
        Cell(name, href=where, hint=f"{here}SIREN {show_siren(siren)}"),
        _link(level),
        "sans objet" if level == 0 else percent(share, 0) if share is not None else "inconnue",
        (workforce_label(firm.workforce_code) if firm is not None else "") or "inconnu",
        _level(siren, known),
        Cell(FOLLOWUP.label(file.state), href=reverse("followup:file", args=[file.pk]))
        if file is not None
        else "Aucun accessible",
    )


def _link(level: int | None) -> str:
    """How many steps from the head: the tree is read level after level."""
    if level is None:
        return "inconnu"
    if level == 0:
        return "Tête du groupe"
    return (
        "Directe"
        if level == 1
        else f"Par {counted(level - 1, 'entreprise intermédiaire', 'entreprises intermédiaires')}"
    )


def _level(siren: str, known: _Known) -> Cell | str:
    """As in the search: the words of a locked firm are the same, in alert or not, in the list or not."""
    if not known.sights.get(siren, Sight()).opens(Category.SCORE):
        return Cell("Verrouillé", hint="Pourquoi\u00a0: voir la fiche")
    level = known.levels.get(siren)
    return Cell(state=LEVEL_STATES[level]) if level else "Hors de la dernière liste"
