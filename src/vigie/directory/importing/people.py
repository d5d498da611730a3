"""The persons that a file names, one work each whatever the number of lines that name them."""

from __future__ import annotations

from vigie.accounts.models import Antenne, Institution, User
from vigie.directory.importing.book import Book
from vigie.directory.importing.lines import CLEANERS, NAMES, NamedLine
from vigie.directory.importing.plan import AntenneWork, PersonWork, Told
from vigie.kernel.text import clean_email
from vigie.rights.table import ROLE_LABELS, Role


class People:
    """Works by address. An account that is closed, or of another institution, is refused where it is named."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._works: dict[str, PersonWork] = {}
        self._lines: dict[tuple[str, str], tuple[str, int]] = {}  # address, field → value and first line

    def works(self) -> list[PersonWork]:
        return list(self._works.values())

    def address(self, line: NamedLine, code: str, typed: str) -> str:
        """The address cleaned; empty with an error when it cannot be one, or when its account is closed."""
        email = clean_email(typed)
        if not email:
            return ""
        if "@" not in email or "." not in email.rpartition("@")[2] or len(email) > 254:
            line.error(code, "Cette adresse électronique est mal formée.", typed)
            return ""
        row = self.book.users.get(email)
        if row is not None and (not row.is_active or row.deleted_at is not None):
            line.error(code, "Cette adresse est celle d’un compte fermé. Rouvrez-le, ou corrigez l’adresse.", typed)
            return ""
        return email

    def may_work(self, line: NamedLine, code: str, row: User, institution: Institution) -> bool:
        """False, with an error, when the account belongs to another institution."""
        if row.antenne is None or row.antenne.institution_id == institution.pk:
            return True
        line.error(
            code, f"Cette personne appartient à une autre institution\u00a0: {row.antenne.institution.name}.", row.email
        )
        return False

    def person(self, email: str, at: Antenne | AntenneWork | None) -> PersonWork:
        """The work of this address, new or already begun. at: where a new account will belong."""
        work = self._works.get(email)
        if work is None:
            row = self.book.users.get(email)
            work = PersonWork(email, row, (row.antenne or at) if row else at)
            if row is not None and row.antenne is None and at is not None:
                self._move(work, at)
            elif row is None:
                work.told.append(Told("adresse", "", email))
            self._works[email] = work
        return work

    def write(self, line: NamedLine, work: PersonWork, wanted: dict[str, tuple[str, str]]) -> None:
        """Gives a person what a line says of him: field → (value, code of the column). Two lines must agree."""
        for field, (value, code) in wanted.items():
            if not value or self._contradicted(line, work.email, field, value, code):
                continue
            before = str(getattr(work.row, field)) if work.row else ""
            if field in work.fields or (work.row and CLEANERS[field](before) == value):
                continue
            work.fields[field] = value
            work.told.append(Told(NAMES[field], before, value))

    def place(self, line: NamedLine, work: PersonWork, at: Antenne, code: str) -> None:
        """Says where a person belongs; two lines must agree."""
        if self._contradicted(line, work.email, "antenne", at.name, code):
            return
        here = work.at.pk if isinstance(work.at, Antenne) else None
        if here != at.pk:
            self._move(work, at)

    def needs(self, work: PersonWork, role: Role) -> None:
        """Gives the role unless the person has it, or already waits for it."""
        held = self.book.held.get(work.row.pk, []) if work.row else []
        if any(one.role == role for one in held) or any(known == role for known, _at in work.roles):
            return
        work.roles.append((role, None))
        work.told.append(Told("habilitation", "", ROLE_LABELS[role]))

    def _move(self, work: PersonWork, at: Antenne | AntenneWork) -> None:
        before = work.row.antenne.name if work.row and work.row.antenne else ""
        work.at, work.moves = at, work.row is not None
        if work.row is not None:
            work.told.append(Told("antenne", before, at.name))

    def _contradicted(self, line: NamedLine, email: str, field: str, value: str, code: str) -> bool:
        first, number = self._lines.setdefault((email, field), (value, line.number))
        if first == value:
            return False
        line.error(
            code, f"Contradiction avec la ligne {number} pour la même personne\u00a0: «\u00a0{first[:60]}\u00a0»."
        )
        return True
