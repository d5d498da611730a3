"""The table of collective agreements: which skills operator each designates. Read from a file, by column names."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from django.db import transaction

from vigie.accounts.models import Institution
from vigie.directory.models import CollectiveAgreement
from vigie.kernel.errors import CheckFailed, MissingColumn, UnreadableFile
from vigie.kernel.text import clean_line, fold

STARTER = Path(str(files("vigie.directory").joinpath("data", "idcc_starter.csv")))
_LARGEST = 5_000_000  # bytes: the real table has some 330 lines
_HEADER_WITHIN = 20  # a spreadsheet may begin with a title
_TOLD = 20
_IDCC = ("IDCC", "CODE IDCC", "NUMERO IDCC")
_OPCO = ("OPCO", "NOM OPCO", "OPCO DESIGNE", "OPERATEUR DE COMPETENCES")
_SIREN = ("SIREN OPCO", "SIREN DE L OPCO")
_LABEL = ("LABEL", "LIBELLE", "TITRE", "INTITULE", "LIBELLE IDCC", "LIBELLE DE LA CONVENTION")
# Words that a table may write or leave out in the name of an operator.
_ARTICLES = {"OPCO", "L", "LE", "LA"}


@dataclass(frozen=True)
class AgreementLine:
    """A line of the file. opco: as written there; siren: when the file has that column."""

    line: int
    idcc: str
    label: str
    opco: str
    siren: str = ""


@dataclass(frozen=True)
class Account:
    """What a loading did."""

    created: int
    changed: int
    unchanged: int
    without_operator: int
    left: int

    def __str__(self) -> str:
        return (
            f"Agreements: {self.created} new, {self.changed} changed, {self.unchanged} unchanged, "
            f"{self.without_operator} lines without operator, {self.left} others left as they are."
        )


def read_agreements(path: Path) -> list[AgreementLine]:
    """The lines of the file; raises SourceError when it is not such a table."""
    text = _text(path)
    rows = list(csv.reader(text.splitlines(), delimiter=_separator(text)))
    for number, row in enumerate(rows[:_HEADER_WITHIN]):
        names = [fold(name) for name in row]
        idcc, opco, siren = _column(names, _IDCC), _column(names, _OPCO), _column(names, _SIREN)
        if idcc is not None and (opco is not None or siren is not None):
            columns = (idcc, _column(names, _LABEL), opco, siren)
            return [
                AgreementLine(line, *(clean_line(row[c]) if c is not None and c < len(row) else "" for c in columns))
                for line, row in enumerate(rows[number + 1 :], number + 2)
                if any(cell.strip() for cell in row)
            ]
    raise MissingColumn(path.name, "no line of titles with the columns IDCC and OPCO")


@transaction.atomic
def load_agreements(path: Path, *, dry_run: bool = False) -> Account:
    """Writes the agreements of the file; all or nothing. What the file does not name is left as it is."""
    lines = read_agreements(path)
    wanted = _checked(path.name, lines)
    held = {one.idcc: one for one in CollectiveAgreement.objects.all()}
    created = [one for idcc, one in wanted.items() if idcc not in held]
    changed = [one for idcc, one in wanted.items() if idcc in held and _differs(one, held[idcc])]
    if not dry_run:
        CollectiveAgreement.objects.bulk_create(created)
        CollectiveAgreement.objects.bulk_update(changed, ["label", "opco"]) if changed else None
    return Account(
        created=len(created),
        changed=len(changed),
        unchanged=len(wanted) - len(created) - len(changed),
        without_operator=sum(not (one.opco or one.siren) for one in lines),
        left=len(set(held) - set(wanted)),
    )


def _checked(source: str, lines: Iterable[AgreementLine]) -> dict[str, CollectiveAgreement]:
    """IDCC → the agreement to hold; the faults of all the lines are told at once."""
    operators = _operators()
    wanted: dict[str, CollectiveAgreement] = {}
    faults: list[str] = []
    for one in lines:
        idcc = one.idcc.zfill(4)
        operator = operators.get(one.siren) or operators.get(_key(one.opco))
        if not (idcc.isascii() and idcc.isdigit() and len(idcc) == 4) or idcc == "0000":
            faults.append(f"line {one.line}: {one.idcc[:20]!r} is not an IDCC number")
        elif not (one.opco or one.siren):
            continue
        elif operator is None:
            faults.append(f"line {one.line}: no operator {(one.opco or one.siren)[:60]!r} in the address book")
        elif idcc in wanted and wanted[idcc].opco_id != operator:
            faults.append(f"line {one.line}: IDCC {idcc} has another operator above")
        else:
            wanted[idcc] = CollectiveAgreement(idcc=idcc, label=one.label[:250], opco_id=operator)
    if faults:
        more = [f"and {len(faults) - _TOLD} more"] if len(faults) > _TOLD else []
        raise CheckFailed(source, "; ".join([*faults[:_TOLD], *more]))
    if not wanted:
        raise CheckFailed(source, "no agreement in the file")
    return wanted


def _operators() -> dict[str, int]:
    """SIREN, slug, name and short name of each living operator → its key; a name that two share designates none."""
    found: dict[str, int | None] = {}
    for one in Institution.objects.filter(kind=Institution.Kind.OPCO, deleted_at__isnull=True):
        for key in {one.siren, *(_key(name) for name in (one.slug, one.name, one.short_name))} - {""}:
            found[key] = one.pk if found.get(key, one.pk) == one.pk else None
    return {key: pk for key, pk in found.items() if pk is not None}


def _key(name: str) -> str:
    return " ".join(word for word in fold(name).split() if word not in _ARTICLES)


def _differs(new: CollectiveAgreement, held: CollectiveAgreement) -> bool:
    new.label = new.label or held.label
    return (new.opco_id, new.label) != (held.opco_id, held.label)


def _column(names: list[str], known: tuple[str, ...]) -> int | None:
    return next((place for place, name in enumerate(names) if name in known), None)


def _separator(text: str) -> str:
    head = "\n".join(text.splitlines()[:_HEADER_WITHIN])
    return max(";,\t", key=head.count)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableFile(path.name, "too large for a table of agreements")
        content = path.read_bytes()
    except OSError as fault:
        raise UnreadableFile(path.name, fault.strerror or "cannot be read") from fault
    if b"\x00" in content:
        raise UnreadableFile(path.name, "not a CSV file: save the spreadsheet as CSV first")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
