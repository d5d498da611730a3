"""What the readers of both files share: a line with its columns by name, the institution and the texts of a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from vigie.accounts.models import Antenne, Institution
from vigie.directory.importing.book import Book
from vigie.directory.importing.columns import label_of, nearest
from vigie.directory.importing.reading import Sheet
from vigie.directory.importing.remarks import Remarks
from vigie.kernel.text import clean_email, clean_line, clean_person_name, clean_phone, fold

CLEANERS: dict[str, Callable[[str], str]] = {
    "full_name": clean_person_name,
    "name": clean_line,
    "email": clean_email,
    "phone": clean_phone,
    "job": clean_line,
}
LONGEST = {"full_name": 150, "phone": 25, "job": 120, "email": 254, "name": 150}
NAMES = {"full_name": "nom", "phone": "téléphone", "job": "fonction"}
LONGEST_CRITERIA = 5_000


@dataclass(frozen=True)
class NamedLine:
    """A line and its cells by code of column; an absent column reads as empty."""

    number: int
    cells: tuple[str, ...]
    places: dict[str, int]
    kind: str
    remarks: Remarks

    def __getitem__(self, code: str) -> str:
        return self.cells[self.places[code]] if code in self.places else ""

    def has(self, code: str) -> bool:
        return code in self.places

    def error(self, code: str, message: str, value: str | None = None) -> None:
        """An error of the column ``code``."""
        self.remarks.error(self.number, label_of(self.kind, code), self[code] if value is None else value, message)

    def text(self, code: str, field: str) -> str:
        """The cell as it would be stored in a field; too long or unreadable is an error."""
        cleaned = CLEANERS[field](self[code])
        if len(cleaned) > LONGEST[field]:
            self.error(code, f"Ce texte est trop long\u00a0: {LONGEST[field]} caractères au plus.")
            return ""
        if field == "email" and cleaned and not _is_address(cleaned):
            self.error(code, "Cette adresse électronique est mal formée.")
            return ""
        return cleaned


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def named_lines(sheet: Sheet, places: dict[str, int], kind: str, remarks: Remarks) -> Iterator[NamedLine]:
    """The lines of a file, without those that repeat an earlier one word for word, which are told."""
    seen: dict[tuple[str, ...], int] = {}
    for line in sheet.lines:
        first = seen.setdefault(line.cells, line.number)
        if first != line.number:
            remarks.warn(
                line.number, "", "", f"Cette ligne répète la ligne {first}\u00a0: elle est lue une seule fois."
            )
        else:
            yield NamedLine(line.number, line.cells, places, kind, remarks)


def institution_of(line: NamedLine, book: Book) -> Institution | None:
    """The institution that the line names; else an error."""
    name = line["institution"]
    if not name:
        line.error("institution", "Indiquez l’institution.")
        return None
    found = book.institutions.get(fold(name), [])
    exact = [one for one in found if one.name == name] or found
    if len(exact) == 1:
        return exact[0]
    if exact:
        line.error("institution", "Plusieurs institutions portent ce nom. Écrivez le nom entier.")
    else:
        line.error("institution", "Institution non reconnue. Ajoutez-la d’abord à l’annuaire, ou corrigez son nom.")
    return None


def antenne_of(line: NamedLine, code: str, institution: Institution, book: Book) -> Antenne | None:
    """The antenne that a cell names within the institution; else an error with the nearest name."""
    name = line[code]
    if not name:
        line.error(code, "Indiquez l’antenne.")
        return None
    found = book.antenne_named(institution.pk, name)
    if len(found) == 1:
        return found[0]
    if found:
        line.error(code, "Plusieurs antennes de cette institution portent ce nom, aux accents près.")
        return None
    close = nearest(name, [one.name for one in book.antennes.get(institution.pk, [])])
    hint = f" Vouliez-vous dire «\u00a0{close}\u00a0»\u00a0?" if close else " Importez d’abord les antennes."
    line.error(code, f"Antenne non reconnue\u00a0: {name[:80]}.{hint}")
    return None
