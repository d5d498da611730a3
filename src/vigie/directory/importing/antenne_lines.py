"""The file of antennes: one line an antenne, its zones and its managers, against the address book (matching.md 8.1)."""

from __future__ import annotations

from vigie.accounts.models import Antenne, Institution
from vigie.directory.importing.book import Book, load_book
from vigie.directory.importing.columns import ANTENNES, ZONE_COLUMNS, label_of
from vigie.directory.importing.differences import told_zones
from vigie.directory.importing.lines import CLEANERS, NAMES, NamedLine, institution_of, named_lines
from vigie.directory.importing.people import People
from vigie.directory.importing.plan import AntenneWork, PersonWork, Plan, Told
from vigie.directory.importing.reading import Sheet
from vigie.directory.importing.remarks import Remarks
from vigie.directory.importing.zones import ZoneBook, load_zones, zone_cells
from vigie.directory.rules import level_of
from vigie.kernel.text import clean_email, clean_line, clean_person_name, clean_phone, fold
from vigie.kernel.zones import ZoneType
from vigie.rights.table import Role

_LEVELS = {fold(label): value for value, label in Antenne.Level.choices} | {
    fold(value): value for value in Antenne.Level.values
}
_LEVELS |= {"LOCAL": Antenne.Level.LOCAL.value, "REGIONAL": Antenne.Level.REGIONAL.value}
_MANAGER_JOB = "Responsable"


def plan_antennes(sheet: Sheet, places: dict[str, int], remarks: Remarks) -> Plan:
    """What the file would make of the antennes; errors in ``remarks`` make it meaningless."""
    lines = list(named_lines(sheet, places, ANTENNES, remarks))
    emails = [clean_email(one) for line in lines for one in _split(line["manager_email"])]
    book = load_book({line["institution"] for line in lines}, emails, with_teams=False)
    zones = load_zones(zone_cells(places, (line.cells for line in lines)))
    return _Antennes(book, zones, remarks).read(lines)


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(",")] if cell else []


class _Antennes:
    """Reads the lines one after the other; the same antenne twice is refused."""

    def __init__(self, book: Book, zones: ZoneBook, remarks: Remarks) -> None:
        self.book, self.zones, self.remarks = book, zones, remarks
        self.people = People(book)
        self.seen: dict[tuple[int, str], int] = {}
        self.plan = Plan()

    def read(self, lines: list[NamedLine]) -> Plan:
        for line in lines:
            institution = institution_of(line, self.book)
            name = line.text("name", "name")
            if not name:
                line.error("name", "Indiquez le nom de l’antenne.")
            elif institution is not None:
                self._line(line, institution, name)
        told_zones(
            (work.told, set(self.book.antenne_zones.get(work.row.pk, set())) if work.row else set(), work.zones)
            for work in self.plan.antennes
            if work.zones is not None
        )
        self.plan.people = self.people.works()
        return self.plan

    def _line(self, line: NamedLine, institution: Institution, name: str) -> None:
        found = self.book.antenne_named(institution.pk, name)
        if len(found) > 1:
            line.error("name", "Plusieurs antennes de cette institution portent ce nom, aux accents près.")
            return
        row = found[0] if found else None
        key = (institution.pk, str(row.pk) if row else fold(name))
        if key in self.seen:
            line.error(
                "name", f"Cette antenne est déjà à la ligne {self.seen[key]}\u00a0: gardez une seule ligne par antenne."
            )
            return
        self.seen[key] = line.number
        work = AntenneWork(institution, row.name if row else name, row)
        self._zones(line, work)
        self._level(line, work)
        self._managers(line, work)
        self.plan.antennes.append(work)

    def _zones(self, line: NamedLine, work: AntenneWork) -> None:
        """The kinds of zones whose column is in the file are replaced; the others stay."""
        kinds = [code for code in ZONE_COLUMNS if line.has(code)]
        if not kinds:
            return
        held = self.book.antenne_zones.get(work.row.pk, set()) if work.row else set()
        kept = {pair for pair in held if pair[0] not in kinds}
        for code in kinds:
            kept |= self.zones.read(ZoneType(code), line[code], line.number, label_of(ANTENNES, code), self.remarks)
        work.zones = kept

    def _level(self, line: NamedLine, work: AntenneWork) -> None:
        asked = line["level"]
        before = work.row.level if work.row else ""
        level = before or Antenne.Level.LOCAL.value
        if asked:
            if fold(asked) not in _LEVELS:
                line.error("level", "Échelon non reconnu. Écrivez Locale, Régionale ou Nationale.")
                return
            level = _LEVELS[fold(asked)]
        held = self.book.antenne_zones.get(work.row.pk, set()) if work.row else set()
        zones = held if work.zones is None else work.zones
        work.level = level_of(level, zones)
        if work.level != before:
            labels = dict(Antenne.Level.choices)
            work.told.append(Told("échelon", str(labels.get(before, "")), str(labels[work.level])))

    def _managers(self, line: NamedLine, work: AntenneWork) -> None:
        """Lists aligned by position; names and telephones serve for those who have no account yet."""
        emails = _split(line["manager_email"])
        names, phones = _split(line["manager_name"]), _split(line["manager_phone"])
        if names and not emails:
            line.error("manager_email", "Indiquez l’adresse électronique du responsable.", line["manager_name"])
        for place, typed in enumerate(emails):
            email = self.people.address(line, "manager_email", typed)
            if not email:
                continue
            row = self.book.users.get(email)
            if row is None and len(names) != len(emails):
                line.error(
                    "manager_name",
                    f"Écrivez autant de noms que d’adresses, séparés par des virgules\u00a0: {len(names)} pour "
                    f"{len(emails)}.",
                )
                return
            if row is not None and not self.people.may_work(line, "manager_email", row, work.institution):
                continue
            if work.row is not None and row is not None and row.pk in self.book.managers.get(work.row.pk, set()):
                continue
            phone = phones[place] if place < len(phones) else ""
            self._manager(work, email, names[place] if place < len(names) else "", phone)

    def _manager(self, work: AntenneWork, email: str, name: str, phone: str) -> None:
        here: Antenne | AntenneWork = work.row or work
        person = self.people.person(email, here)
        if person.row is None and not person.fields:
            person.fields = _fields(name, phone)
            person.told += [Told(NAMES[field], "", value) for field, value in person.fields.items()]
        if (Role.MANAGER, here) not in person.roles:
            person.roles.append((Role.MANAGER, here))
            person.told.append(Told("habilitation", "", f"Responsable de {work.name}"))
        work.told.append(Told("responsable", "", _named(person)))


def _fields(name: str, phone: str) -> dict[str, str]:
    written = {"full_name": clean_person_name(name)[:150], "job": _MANAGER_JOB, "phone": clean_phone(phone)[:25]}
    return {field: value for field, value in written.items() if value and CLEANERS[field](value)}


def _named(person: PersonWork) -> str:
    name = person.row.full_name if person.row else person.fields.get("full_name", "")
    return clean_line(f"{name} ({person.email})")
