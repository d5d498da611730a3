"""A département: its communes without anybody, and who could cover them. Read only when a subject is chosen."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.urls import reverse

from vigie.accounts.models import Antenne
from vigie.directory.coverage import (
    VERDICTS,
    Answer,
    CommuneRow,
    Near,
    Shapes,
    Stretch,
    SubjectCoverage,
    nearest,
    total,
)
from vigie.directory.models import Expert
from vigie.directory.queries.coverage import Picture
from vigie.directory.queries.coverage_look import DEFINITION, Look, Seen, named, shown_share
from vigie.directory.queries.coverage_subjects import SubjectTables, subject_tables
from vigie.kernel.lifecycle import State
from vigie.kernel.zones import ZoneType
from vigie.territory.models import Commune
from vigie.territory.queries import zone_labels
from vigie.ui.components import Cell, Column, Link, Table
from vigie.ui.formats import NBSP, counted, number, plural

OFFERED = 20
SHARED = {
    ZoneType.EPCI: "même intercommunalité",
    ZoneType.EMPLOYMENT_AREA: "même bassin d’emploi",
    ZoneType.DEPARTEMENT: "même département",
    ZoneType.REGION: "même région",
}


@dataclass(frozen=True)
class HoleGroup:
    """The communes of an EPCI that have nobody, in order."""

    title: str
    names: str


@dataclass(frozen=True)
class DepartementPage:
    """One département. groups, experts and antennes: only for one subject; subjects: only for all of them."""

    title: str
    back: Link
    sentence: str
    definition: str
    state: State | None
    groups: tuple[HoleGroup, ...]
    experts: Table | None
    antennes: Table | None
    subjects: SubjectTables | None


def departement_page(view: Seen, code: str) -> DepartementPage | None:
    """``/equipe/annuaire/couverture/<code>/``; None for a département that the official code has not. 5 queries."""
    stretch = next((one for one in view.picture.ground.stretches if one.code == code), None)
    if stretch is None:
        return None
    one = view.one
    holes = one.holes & stretch.mask if one else 0
    return DepartementPage(
        title=named(view, code),
        back=Link("Couverture", view.look.address(reverse("directory:coverage"))),
        sentence=_sentence(view, stretch),
        definition=DEFINITION,
        state=VERDICTS[one.verdict(stretch.mask, view.picture.ground.everywhere)] if one else None,
        groups=_groups(view.picture.ground.communes(holes)),
        experts=_experts(view, holes) if holes else None,
        antennes=_antennes(view, holes) if holes else None,
        subjects=None if one else _subjects(view, stretch),
    )


def _sentence(view: Seen, stretch: Stretch) -> str:
    tallies = [one.tallies[stretch.code] for one in view.chosen.values() if stretch.code in one.tallies]
    sums = total(tallies)
    if not tallies:
        return "Le sujet n’est pas proposé dans ce département."
    what = f"«{NBSP}{view.choices.subject(view.look)}{NBSP}»" if view.one else "l’ensemble des sujets"
    if not sums.holes:
        return f"Pour {what}, chaque commune du département a au moins un expert."
    named = ("commune", "communes") if view.one else ("couple sujet × commune", "couples sujet × commune")
    unit = counted(sums.holes, *named)
    return (
        f"Pour {what}, {unit} sur {number(sums.communes)} {plural(sums.holes, 'n’a', 'n’ont')} personne "
        f"({shown_share(sums.people_without, sums.people)} de la population)."
    )


def _groups(rows: list[CommuneRow]) -> tuple[HoleGroup, ...]:
    """The communes by EPCI, the EPCI with most of them first. 2 queries."""
    if not rows:
        return ()
    names = dict(Commune.objects.filter(departement_code=rows[0].departement).values_list("code", "name"))
    by_epci: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_epci[row.epci].append(names.get(row.code, row.code))
    labels = zone_labels((ZoneType.EPCI, code) for code in by_epci if code)
    lines = sorted(by_epci.items(), key=lambda line: (-len(line[1]), line[0]))
    return tuple(
        HoleGroup(
            f"{labels[ZoneType.EPCI, code] if code else 'Hors intercommunalité'} ({counted(len(found), 'commune')})",
            ", ".join(sorted(found)),
        )
        for code, found in lines
    )


def _experts(view: Seen, holes: int) -> Table:
    """Who has the competence beside the holes. 1 query."""
    assert view.look.subject is not None
    near = nearest(_who(view), holes, Shapes(view.picture.ground), OFFERED)
    rows = Expert.objects.select_related("antenne__institution").in_bulk([one.who.expert for one in near])
    return Table(
        caption="Experts qui ont la compétence et interviennent à côté",
        columns=(
            Column("Expert", header=True),
            Column("Antenne"),
            Column("Le plus proche"),
            Column("Déjà couvertes", numeric=True),
            Column("Modifier"),
        ),
        rows=tuple(_expert_row(one, rows[one.who.expert], view.picture) for one in near if one.who.expert in rows),
        empty="Aucun expert de la région n’a cette compétence\u00a0: donnez-la à un expert d’une antenne présente.",
    )


def _who(view: Seen) -> list[Answer]:
    """Who answers for the subject, in the institution looked at."""
    found = view.picture.answers(view.look.subject or 0)
    chosen = view.look.institution
    return [(who, held) for who, held in found if chosen is None or who.institution == chosen]


def _expert_row(near: Near, expert: Expert, picture: Picture) -> tuple[Cell | str, ...]:
    own = expert.pk in picture.own_zones
    owner = ("expert", expert.pk) if own else ("antenne", expert.antenne_id)
    return (
        Cell(expert.full_name, href=reverse("directory:expert", args=[expert.pk])),
        Cell(expert.antenne.name, hint=expert.antenne.institution.name),
        SHARED[near.shared],
        counted(near.communes, "commune"),
        Cell("Zones de l’expert" if own else "Zones de l’antenne", href=reverse("directory:zones", args=owner)),
    )


def _antennes(view: Seen, holes: int) -> Table:
    """The antennes that cover the holes, of the institutions that have the competence, without an expert for it."""
    ground, picture = view.picture.ground, view.picture
    wanted = {offer.institution for offer in picture.offers.get(view.look.subject or 0, ())}
    if view.look.institution is not None:
        wanted &= {view.look.institution}
    shapes = Shapes(ground)
    found = []
    for antenne in Antenne.objects.filter(institution__in=wanted, deleted_at=None).select_related("institution"):
        national = antenne.level == Antenne.Level.NATIONAL
        covered = ground.everywhere if national else shapes.of(picture.antenne_zones.get(antenne.pk, ()))
        if count := (covered & holes).bit_count():
            found.append((-count, antenne.name, antenne))
    found.sort(key=lambda line: line[:2])
    return Table(
        caption="Antennes présentes dans ces communes, sans expert pour ce sujet",
        columns=(
            Column("Antenne", header=True),
            Column("Institution"),
            Column("Communes sans personne qu’elle couvre", numeric=True),
        ),
        rows=tuple(
            (
                Cell(antenne.name, href=reverse("directory:antenne", args=[antenne.pk])),
                antenne.institution.name,
                number(-count),
            )
            for count, _name, antenne in found[:OFFERED]
        ),
        empty="Aucune antenne d’une institution compétente ne couvre ces communes.",
    )


def _subjects(view: Seen, stretch: Stretch) -> SubjectTables:
    """The subjects of the département, the least covered first."""
    address = reverse("directory:coverage_departement", args=[stretch.code])
    lines: list[tuple[str, int, SubjectCoverage]] = [
        (label, pk, view.subjects[pk])
        for pk, label in view.choices.subjects
        if pk in view.subjects and stretch.code in view.subjects[pk].tallies
    ]
    lines.sort(key=lambda line: (-line[2].tallies[stretch.code].people_without, line[0]))
    everywhere = view.picture.ground.everywhere
    columns = (
        Column("Sujet", header=True),
        Column("État"),
        Column("Échelons"),
        Column("Communes sans personne", numeric=True),
        Column("Part de la population", numeric=True),
    )
    return subject_tables(
        columns,
        (
            (
                verdict := one.verdict(stretch.mask, everywhere),
                (
                    Cell(label, href=Look(pk, view.look.institution).address(address)),
                    Cell(state=VERDICTS[verdict]),
                    one.echelons(stretch.mask) or "aucun",
                    f"{number(one.tallies[stretch.code].holes)} sur {number(one.tallies[stretch.code].communes)}",
                    shown_share(one.tallies[stretch.code].people_without, one.tallies[stretch.code].people),
                ),
            )
            for label, pk, one in lines
        ),
    )
