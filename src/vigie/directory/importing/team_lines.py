"""The teams that a file names, one work each whatever the number of lines: which one, what it becomes."""

from __future__ import annotations

from vigie.accounts.models import Antenne, Institution
from vigie.directory.importing.book import Book
from vigie.directory.importing.cells import criteria_of, reads_as_no
from vigie.directory.importing.columns import ADVISERS, ZONE_COLUMNS, label_of
from vigie.directory.importing.lines import CLEANERS, LONGEST_CRITERIA, NAMES, NamedLine
from vigie.directory.importing.plan import PersonWork, TeamWork, Told
from vigie.directory.importing.remarks import Remarks
from vigie.directory.importing.subjects import header_of
from vigie.directory.importing.zones import ZoneBook
from vigie.directory.models import Expert, InstitutionSubject
from vigie.kernel.text import clean_text, fold
from vigie.kernel.zones import ZoneType

_COLUMN_OF = {"full_name": "team_name", "phone": "team_phone", "job": "team_job"}
Key = tuple[int, str]


class TeamLines:
    """Works by expert, or by institution and address for new ones."""

    def __init__(self, book: Book, zones: ZoneBook, remarks: Remarks) -> None:
        self.book, self.zones, self.remarks = book, zones, remarks
        self._works: dict[Key, TeamWork] = {}
        self._said: dict[tuple[Key, str], tuple[object, str, int]] = {}  # team, what → value, its words, first line
        self._subjects: dict[Key, tuple[dict[int, str | None], int]] = {}  # team → what its lines say, first line
        self._competences = {one.pk: one for rows in book.competences.values() for one in rows}

    def works(self) -> list[TeamWork]:
        return list(self._works.values())

    def team(
        self, line: NamedLine, institution: Institution, antenne: Antenne, email: str, person: PersonWork | None
    ) -> TeamWork | None:
        """The work of the team of this line, with what the line says of it; None after an error."""
        candidates = self.book.experts.get((institution.pk, email), [])
        row = candidates[0] if len(candidates) == 1 else _like(candidates, antenne, line)
        if len(candidates) > 1 and row is None:
            line.error(
                "team_email",
                "Plusieurs équipes de cette institution ont cette adresse. Indiquez le numéro de la bonne dans "
                "«\u00a0Id de l’équipe\u00a0».",
                email,
            )
            return None
        key = (institution.pk, str(row.pk) if row else email)
        if self._contradicted(line, key, "antenne", antenne.pk, antenne.name, "antenne"):
            return None
        work = self._works.get(key)
        if work is None:
            work = self._new(antenne, email, row)
            self._works[key] = work
        self._fields(line, key, work, person)
        self._zones(line, key, work)
        return work

    def _new(self, antenne: Antenne, email: str, row: Expert | None) -> TeamWork:
        work = TeamWork(antenne, email, row)
        if row is None:
            work.told.append(Told("adresse", "", email))
        elif row.antenne_id != antenne.pk:
            work.moves = True
            work.told.append(Told("antenne", row.antenne.name, antenne.name))
        return work

    def _fields(self, line: NamedLine, key: Key, work: TeamWork, person: PersonWork | None) -> None:
        """Name, telephone, job; a new team that says nothing of itself is that of its person."""
        own = bool(line["team_email"])
        for field, code in _COLUMN_OF.items():
            value = line.text(code, "name" if field == "full_name" else field)
            if not value and work.row is None and not own and person is not None:
                value = person.fields.get(field, "") or str(getattr(person.row, field, ""))
            if not value and field == "full_name" and work.row is None and "full_name" not in work.fields:
                value = _name_of(person)
                if not value:
                    line.error(code, "Indiquez le nom de cette nouvelle équipe.")
            if not value or self._contradicted(line, key, field, value, value, code):
                continue
            before = str(getattr(work.row, field)) if work.row else ""
            cleaner = CLEANERS["name" if field == "full_name" else field]
            if field in work.fields or (work.row and cleaner(before) == value):
                continue
            work.fields[field] = value
            work.told.append(Told(NAMES[field], before, value))

    def _zones(self, line: NamedLine, key: Key, work: TeamWork) -> None:
        """The kinds of zones whose column is in the file are replaced; the others stay. Lines must agree."""
        kinds = [code for code in ZONE_COLUMNS if line.has(code)]
        if not kinds:
            return
        held = self.book.expert_zones.get(work.row.pk, set()) if work.row else set()
        wanted = {pair for pair in held if pair[0] not in kinds}
        for code in kinds:
            label = label_of(ADVISERS, code)
            found = self.zones.read(ZoneType(code), line[code], line.number, label, self.remarks)
            self._contradicted(line, key, code, frozenset(found), line[code] or "vide", code)
            wanted |= found
        work.zones = wanted

    def member(self, work: TeamWork, person: PersonWork) -> bool:
        """The person answers for the team; False when he already does."""
        held = self.book.members.get(work.row.pk, set()) if work.row else set()
        if person.email in work.members or (person.row is not None and person.row.pk in held):
            return False
        work.members.append(person.email)
        name = person.fields.get("full_name") or (person.row.full_name if person.row else person.email)
        work.told.append(Told("membre de l’équipe", "", f"{name} ({person.email})"))
        return True

    def criteria(self, line: NamedLine, header: str, cell: str) -> str | None:
        """What a subject's cell says, with a word when it may not be what was meant."""
        if not cell:
            return None
        if len(cell) > LONGEST_CRITERIA:
            self.remarks.error(line.number, header, cell, f"Critères trop longs\u00a0: {LONGEST_CRITERIA} caractères.")
        if reads_as_no(cell):
            self.remarks.warn(
                line.number, header, cell, "«\u00a0Non\u00a0» est lu comme un critère. Pour retirer la compétence, "
                "videz la cellule.",
            )  # fmt: skip
        return criteria_of(cell)

    def subjects(self, line: NamedLine, work: TeamWork, institution: Institution, said: dict[int, str | None]) -> None:
        """Competences given, changed or taken away. The lines of a team must agree on each."""
        key = (institution.pk, str(work.row.pk) if work.row else work.email)
        held = self.book.expert_subjects.get(work.row.pk, {}) if work.row else {}
        first, number = self._subjects.setdefault(key, ({}, line.number))
        for competence_id, criteria in said.items():
            if competence_id in first:
                if first[competence_id] != criteria:
                    self._contradiction(line, header_of(self._competences[competence_id]), criteria, number)
                continue
            first[competence_id] = criteria
            if criteria is not None or competence_id in held:
                self._subject(work, self._competences[competence_id], criteria, held.get(competence_id))

    def _contradiction(self, line: NamedLine, header: str, criteria: str | None, number: int) -> None:
        self.remarks.error(
            line.number,
            header,
            criteria or "",
            f"Contradiction avec la ligne {number} pour la même équipe. Écrivez la même chose sur chaque ligne de "
            "l’équipe.",
        )

    def _subject(self, work: TeamWork, one: InstitutionSubject, wanted: str | None, held: str | None) -> None:
        """held: the criteria of today, None without the competence."""
        before = None if held is None else criteria_of(clean_text(held)) or ""
        if wanted == before:
            return
        work.subjects[one.pk] = wanted
        what = f"compétence «\u00a0{one.subject.label}{f' ({one.description})' if one.description else ''}\u00a0»"
        work.told.append(Told(what, _said(before), _said(wanted), lost=wanted is None))

    def _contradicted(self, line: NamedLine, key: Key, what: str, value: object, words: str, code: str) -> bool:
        first, said, number = self._said.setdefault((key, what), (value, words, line.number))
        if first == value:
            return False
        line.error(code, f"Contradiction avec la ligne {number} pour la même équipe\u00a0: «\u00a0{said[:60]}\u00a0».")
        return True


def _like(candidates: list[Expert], antenne: Antenne, line: NamedLine) -> Expert | None:
    """Among experts of one address: that of the number, else of the antenne and name, else of the antenne."""
    same = [one for one in candidates if str(one.pk) == line["team_id"]]
    here = [one for one in candidates if one.antenne_id == antenne.pk]
    named = [one for one in here if fold(one.full_name) == fold(line["team_name"])]
    return next((group[0] for group in (same, named, here) if len(group) == 1), None)


def _name_of(person: PersonWork | None) -> str:
    if person is None:
        return ""
    return person.fields.get("full_name") or (person.row.full_name if person.row else "")


def _said(criteria: str | None) -> str:
    if criteria is None:
        return ""
    return criteria or "oui"
