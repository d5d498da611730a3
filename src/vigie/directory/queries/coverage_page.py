"""The pages of coverage: the country, a département, and the file of the holes. Counts only, no row of a match."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock

from django.core.paginator import Page, Paginator
from django.urls import reverse

from vigie.directory.coverage import VERDICTS, Tally, Verdict, total
from vigie.directory.queries.coverage import Picture
from vigie.directory.queries.coverage_look import DEFINITION, Choices, Look, Seen, named, share, shown_share
from vigie.directory.queries.coverage_subjects import SubjectTables, subject_tables
from vigie.kernel.lifecycle import State
from vigie.ui.components import Cell, Chart, Column, Link, Series, Table
from vigie.ui.formats import NBSP, counted, number

PER_PAGE = 20  # a line is a card on a telephone
WORST = 8


@dataclass(frozen=True, eq=False)  # a page kept is itself, and no other
class CoveragePage:
    """The country. state: what is said of the subject chosen. holes: a page of the lines département × subject."""

    sentence: str
    definition: str
    as_of: date
    count: str
    state: State | None
    map: Chart | None
    worst: tuple[Link, ...]
    departements: Table
    subjects: SubjectTables | None
    lines: Table | None
    holes: Page | None
    export: str


class _Pages:
    """The pages worked out from the last picture of this process; another picture, or another name, drops them."""

    MOST = 40  # ways to look

    def __init__(self) -> None:
        self.lock = Lock()
        self.of: tuple[Picture, Choices, Mapping[str, str], date] | None = None
        self.pages: dict[tuple[Look, str], CoveragePage] = {}

    def page(self, view: Seen, number_of_page: str) -> CoveragePage:
        asked = (view.picture, view.choices, view.departements, view.on)
        with self.lock:
            if self.of is None or self.of[0] is not asked[0] or self.of[1:] != asked[1:]:
                self.of, self.pages = asked, {}
            key = (view.look, number_of_page)
            if key not in self.pages:
                if len(self.pages) >= self.MOST:
                    self.pages.clear()
                self.pages[key] = _page(view, number_of_page)
            return self.pages[key]


_KEPT = _Pages()


def coverage_page(view: Seen, number_of_page: str) -> CoveragePage:
    """``/equipe/annuaire/couverture/``; no query of its own. The same object while nothing that it shows has changed:
    it depends on nobody, so what is drawn of it may be kept too.
    """
    return _KEPT.page(view, number_of_page)


def _page(view: Seen, number_of_page: str) -> CoveragePage:
    by_departement = departement_tallies(view)
    whole = total(by_departement.values())
    one = view.one
    lines = None if one else _hole_lines(view)
    page = Paginator(lines, PER_PAGE).get_page(number_of_page) if lines is not None else None
    return CoveragePage(
        sentence=_sentence(view, whole, by_departement),
        definition=DEFINITION,
        as_of=view.on,
        count=counted(len(view.chosen), "sujet"),
        state=VERDICTS[one.verdict(view.picture.ground.everywhere, view.picture.ground.everywhere)] if one else None,
        map=_map(view, by_departement),
        worst=_worst(view, by_departement),
        departements=_departements(view, by_departement),
        subjects=None if one else _subjects(view),
        lines=_lines(view, page) if page is not None else None,
        holes=page,
        export=view.look.address(reverse("directory:coverage_holes")),
    )


def departement_tallies(view: Seen) -> dict[str, Tally]:
    """Département → the sum of its tallies over the subjects looked at; those where nothing is offered are absent."""
    found = {}
    for stretch in view.picture.ground.stretches:
        tallies = [one.tallies[stretch.code] for one in view.chosen.values() if stretch.code in one.tallies]
        if tallies:
            found[stretch.code] = total(tallies)
    return found


def _worst_first(tallies: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
    return sorted(
        tallies.items(),
        key=lambda line: (-share(line[1].holes, line[1].communes), -line[1].people_without, line[0]),
    )


def _worst(view: Seen, by_departement: Mapping[str, Tally]) -> tuple[Link, ...]:
    """The départements that lack most, with the way to their communes."""
    return tuple(
        Link(f"{named(view, code)}\u00a0: {shown_share(tally.holes, tally.communes)}", _at(view, code))
        for code, tally in _worst_first(by_departement)[:WORST]
        if tally.holes
    )


def _at(view: Seen, code: str) -> str:
    return view.look.address(reverse("directory:coverage_departement", args=[code]))


def _sentence(view: Seen, whole: Tally, by_departement: Mapping[str, Tally]) -> str:
    if not whole.communes:
        return "Aucun sujet n’est proposé ici\u00a0: choisissez une autre institution."
    what = f"«{NBSP}{view.choices.subject(view.look)}{NBSP}»" if view.one else "l’ensemble des sujets"
    if not whole.holes:
        return f"Pour {what}, chaque commune a au moins un expert."
    code, worst = _worst_first(by_departement)[0]
    among = "des communes" if view.one else "des couples sujet × commune"
    return (
        f"Pour {what}, {shown_share(whole.holes, whole.communes)} {among} n’ont personne, soit "
        f"{shown_share(whole.people_without, whole.people)} de la population. Le moins bien couvert\u00a0: "
        f"{named(view, code)}, {shown_share(worst.holes, worst.communes)}."
    )


def _map(view: Seen, by_departement: Mapping[str, Tally]) -> Chart | None:
    """The map, worst first in its table; none when every département is alike: the sentence says it."""
    lines = _worst_first(by_departement)
    shares = [round(100 * share(tally.holes, tally.communes), 1) for _code, tally in lines]
    if len(set(shares)) < 2:
        return None
    absent = len(lines) < len(view.picture.ground.stretches)
    missing = " Un département resté gris n’est pas concerné\u00a0: le sujet n’y est pas proposé."
    whole = total(by_departement.values())
    return Chart(
        kind="map",
        title="Part des communes sans personne, par département",
        sentence="Plus un département est foncé, plus ses communes manquent d’experts." + (missing if absent else ""),
        labels=tuple(named(view, code) for code, _tally in lines),
        series=(Series("Communes sans personne", tuple(shares)),),
        axis="Département",
        unit="%",
        source="annuaire de Vigie, code officiel géographique",
        as_of=view.on,
        codes=tuple(code for code, _tally in lines),
        whole=round(100 * share(whole.holes, whole.communes), 1),
    )


def _departements(view: Seen, by_departement: Mapping[str, Tally]) -> Table:
    what = "Communes" if view.one else "Sujets × communes"
    return Table(
        caption="Départements, du moins bien couvert au mieux couvert",
        columns=(
            Column("Département", header=True),
            Column(f"{what} sans personne", numeric=True),
            Column("Part", numeric=True),
            Column("Part de la population", numeric=True),
            Column("Experts sans utilisateur", numeric=True),
            Column("Experts tous absents", numeric=True),
        ),
        rows=tuple(
            (
                Cell(named(view, code), href=_at(view, code)),
                f"{number(tally.holes)} sur {number(tally.communes)}",
                shown_share(tally.holes, tally.communes),
                shown_share(tally.people_without, tally.people),
                number(tally.unstaffed),
                number(tally.away),
            )
            for code, tally in _worst_first(by_departement)
        ),
        empty="Aucun département à montrer.",
    )


def _subjects(view: Seen) -> SubjectTables:
    everywhere = view.picture.ground.everywhere
    lines = []
    for pk, label in view.choices.subjects:
        one = view.subjects.get(pk)
        if one is not None:
            whole = total(one.tallies.values())
            lines.append((share(whole.holes, whole.communes), pk, label, one, whole))
    lines.sort(key=lambda line: (-line[0], line[2]))
    home = reverse("directory:coverage")
    columns = (
        Column("Sujet", header=True),
        Column("État"),
        Column("Experts", numeric=True),
        Column("Échelons"),
        Column("Communes sans personne", numeric=True),
        Column("Part de la population", numeric=True),
    )
    return subject_tables(
        columns,
        (
            (
                verdict := one.verdict(everywhere, everywhere),
                (
                    Cell(label, href=Look(pk, view.look.institution).address(home)),
                    Cell(state=VERDICTS[verdict]),
                    number(one.experts),
                    one.echelons(everywhere) or "aucun",
                    f"{number(whole.holes)} sur {number(whole.communes)}",
                    shown_share(whole.people_without, whole.people),
                ),
            )
            for _share, pk, label, one, whole in lines
        ),
    )


@dataclass(frozen=True)
class HoleLine:
    """A subject that lacks somebody in a département."""

    departement: str
    subject: int
    label: str
    tally: Tally
    verdict: Verdict


def _hole_lines(view: Seen) -> list[HoleLine]:
    """Every département × subject with a hole, where most people are left without anybody first."""
    labels, everywhere = view.choices.labels, view.picture.ground.everywhere
    masks = {stretch.code: stretch.mask for stretch in view.picture.ground.stretches}
    found = [
        HoleLine(code, pk, labels[pk], tally, one.verdict(masks[code], everywhere))
        for pk, one in view.chosen.items()
        for code, tally in one.tallies.items()
        if tally.holes
    ]
    found.sort(key=lambda line: (-line.tally.people_without, line.departement, line.label))
    return found


def _lines(view: Seen, page: Page) -> Table:
    return Table(
        caption="Les trous, où le plus d’habitants sont sans personne d’abord",
        columns=(
            Column("Département", header=True),
            Column("Sujet"),
            Column("État"),
            Column("Communes sans personne", numeric=True),
            Column("Habitants concernés", numeric=True),
        ),
        rows=tuple(
            (
                Cell(
                    named(view, line.departement),
                    href=Look(line.subject, view.look.institution).address(
                        reverse("directory:coverage_departement", args=[line.departement])
                    ),
                ),
                line.label,
                Cell(state=VERDICTS[line.verdict]),
                f"{number(line.tally.holes)} sur {number(line.tally.communes)}",
                number(line.tally.people_without),
            )
            for line in page
        ),
        empty="Aucun trou\u00a0: chaque commune a au moins un expert pour chaque sujet.",
    )


EXPORTED = (
    "code du département", "département", "sujet", "état", "communes", "communes sans personne", "part des communes",
    "habitants", "habitants sans personne", "communes dont les experts sont sans utilisateur",
    "communes dont les experts sont absents",
)  # fmt: skip


def exported_holes(view: Seen) -> Iterator[tuple[object, ...]]:
    """The file of the holes, one line per département × subject; its head first."""
    yield EXPORTED
    for line in _hole_lines(view):
        tally = line.tally
        yield (
            line.departement, view.departements.get(line.departement, ""), line.label, VERDICTS[line.verdict].label,
            tally.communes, tally.holes, f"{100 * share(tally.holes, tally.communes):.1f}".replace(".", ","),
            tally.people, tally.people_without, tally.unstaffed, tally.away,
        )  # fmt: skip
