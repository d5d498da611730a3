"""The file of advisers: antenne × user × team, against the address book (matching.md 8.1).

The lines of one team must agree. A team is found by its institution and its address; when several share an address,
by its number, its antenne and its name.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vigie.accounts.models import Antenne, Institution
from vigie.directory.importing.book import Book, load_book
from vigie.directory.importing.columns import ADVISER_COLUMNS, ADVISERS, nearest
from vigie.directory.importing.differences import told_zones
from vigie.directory.importing.lines import NamedLine, antenne_of, institution_of, named_lines
from vigie.directory.importing.people import People
from vigie.directory.importing.plan import PersonWork, Plan
from vigie.directory.importing.reading import Sheet
from vigie.directory.importing.remarks import Remarks
from vigie.directory.importing.subjects import Subjects
from vigie.directory.importing.team_lines import TeamLines
from vigie.directory.importing.zones import load_zones, zone_cells
from vigie.directory.models import InstitutionSubject
from vigie.kernel.text import clean_email, clean_line, fold
from vigie.rights.table import Role

NO_ANTENNE = "sans antenne"
# How the export names the antenne of a member who works for another institution.
ELSEWHERE = " : "


def plan_advisers(sheet: Sheet, places: dict[str, int], remarks: Remarks) -> Plan:
    """What the file would make of people and teams; errors in ``remarks`` make it meaningless."""
    lines = list(named_lines(sheet, places, ADVISERS, remarks))
    emails = {clean_email(line["email"]) for line in lines}
    book = load_book({line["institution"] for line in lines}, emails, with_teams=True)
    zones = load_zones(zone_cells(places, (line.cells for line in lines)))
    reader = _Advisers(book, TeamLines(book, zones, remarks), sheet, places, remarks)
    return reader.read(lines)


@dataclass
class _Columns:
    """The columns that are not fixed: header → its place, and what it designates in each institution met."""

    headers: dict[str, int]
    by_institution: dict[int, Subjects] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


class _Advisers:
    """Reads the lines one after the other."""

    def __init__(self, book: Book, teams: TeamLines, sheet: Sheet, places: dict[str, int], remarks: Remarks) -> None:
        self.book, self.teams, self.remarks = book, teams, remarks
        self.people = People(book)
        fixed = set(places.values())
        self.columns = _Columns({text: place for place, text in enumerate(sheet.headers) if place not in fixed})

    def read(self, lines: list[NamedLine]) -> Plan:
        for line in lines:
            institution = institution_of(line, self.book)
            antenne = antenne_of(line, "antenne", institution, self.book) if institution else None
            if institution and antenne:
                self._line(line, institution, antenne)
        self._refuse_unknown_headers()
        works = self.teams.works()
        told_zones(
            (work.told, set(self.book.expert_zones.get(work.row.pk, set())) if work.row else set(), work.zones)
            for work in works
            if work.zones is not None
        )
        return Plan(people=self.people.works(), teams=works)

    def _line(self, line: NamedLine, institution: Institution, antenne: Antenne) -> None:
        person = self._person(line, institution, antenne)
        email = line.text("team_email", "email")
        subjects = self._subjects(line, institution)
        if line["email"] and person is None:
            return  # its address is at fault, and already said
        if not email and not line["team_email"]:
            if not any(criteria is not None for criteria in subjects.values()):
                self._alone(line, person)
                return
            if person is None:
                line.error("team_email", "Indiquez l’adresse de l’équipe, ou celle de la personne.")
                return
            email = person.email
        if email:
            work = self.teams.team(line, institution, antenne, email, person)
            if work is not None:
                self.teams.subjects(line, work, institution, subjects)
                if person is not None and self.teams.member(work, person):
                    self.people.needs(person, Role.EXPERT)

    def _alone(self, line: NamedLine, person: PersonWork | None) -> None:
        """A person without team: when he is new, an adviser."""
        if person is None:
            line.error("email", "Indiquez l’adresse d’une personne ou d’une équipe.")
        elif person.row is None:
            self.people.needs(person, Role.ADVISER)

    def _person(self, line: NamedLine, institution: Institution, antenne: Antenne) -> PersonWork | None:
        email = self.people.address(line, "email", line["email"])
        if not email:
            return None
        row = self.book.users.get(email)
        written = line["person_antenne"]
        at: Antenne | None = antenne
        if clean_line(written).lower() == NO_ANTENNE:
            at = None
        elif written and not self._is_elsewhere(written, row):
            at = antenne_of(line, "person_antenne", institution, self.book)
            if at is None:
                return None
        elif written:
            at = row.antenne if row else None
        moves = row is not None and at is not None and at.institution_id == institution.pk
        if row is not None and moves and not self.people.may_work(line, "email", row, institution):
            return None
        work = self.people.person(email, at)
        name = line.text("name", "full_name")
        if row is None and not name:
            line.error("name", "Indiquez le prénom et le nom de cette nouvelle personne.")
        wanted = {"full_name": (name, "name")}
        wanted |= {field: (line.text(field, field), field) for field in ("phone", "job")}
        self.people.write(line, work, wanted)
        if at is not None:
            self.people.place(line, work, at, "person_antenne" if written else "antenne")
        return work

    def _is_elsewhere(self, written: str, row: object) -> bool:
        """True when the cell names, as the export does, the antenne that the person has in another institution."""
        antenne: Antenne | None = getattr(row, "antenne", None)
        return antenne is not None and fold(written) == fold(f"{antenne.institution.name}{ELSEWHERE}{antenne.name}")

    def _subjects(self, line: NamedLine, institution: Institution) -> dict[int, str | None]:
        """Competence → criteria, None for an empty cell, as the line says."""
        known = self.columns.by_institution.get(institution.pk)
        if known is None:
            known = Subjects(self.book.competences.get(institution.pk, []))
            self.columns.by_institution[institution.pk] = known
        found: dict[int, str | None] = {}
        for header, place in self.columns.headers.items():
            self._cell(line, known, header, line.cells[place], found, institution)
        if line["subject"]:
            one = known.designated(line["subject"])
            if one.competence is None:
                line.error("subject", self._unknown(line["subject"], one.several, known, institution))
            else:
                found[one.competence.pk] = ""
        return found

    def _cell(
        self,
        line: NamedLine,
        known: Subjects,
        header: str,
        cell: str,
        found: dict[int, str | None],
        institution: Institution,
    ) -> None:
        one = known.designated(header)
        if one.competence is None:
            if cell or one.several:
                self.columns.used.add(header)
            if cell:
                message = self._unknown(header, one.several, known, institution)
                self.remarks.error(line.number, header, cell, message)
            return
        self.columns.used.add(header)
        if one.competence.pk in found:
            self.remarks.error(line.number, header, cell, "Deux colonnes désignent cette compétence. Gardez-en une.")
        found[one.competence.pk] = self.teams.criteria(line, header, cell)

    def _unknown(self, text: str, several: bool, known: Subjects, institution: Institution) -> str:
        if several:
            return (
                f"«\u00a0{text[:80]}\u00a0» désigne plusieurs compétences de {institution.name}. Écrivez "
                "«\u00a0thème:sujet:précision\u00a0»."
            )
        close = known.nearest(text)
        hint = f" Vouliez-vous dire «\u00a0{close[:100]}\u00a0»\u00a0?" if close else ""
        return f"«\u00a0{text[:80]}\u00a0» n’est pas une compétence de {institution.name}.{hint}"

    def _refuse_unknown_headers(self) -> None:
        """A header that designates nothing in any institution. 0 or 1 query."""
        unused = [header for header in self.columns.headers if header not in self.columns.used]
        if not unused:
            return
        every = Subjects(InstitutionSubject.objects.select_related("subject__theme"))
        for header in unused:
            one = every.designated(header)
            if one.competence is None and not one.several:
                close = every.nearest(header) or nearest(header, [column.label for column in ADVISER_COLUMNS])
                hint = f" Vouliez-vous dire «\u00a0{close[:100]}\u00a0»\u00a0?" if close else ""
                self.remarks.error(1, header, "", f"En-tête non reconnu\u00a0: «\u00a0{header[:80]}\u00a0».{hint}")
