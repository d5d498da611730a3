"""Short writing for the tests of files: a file as text, what reading it gives, and what it left in the address book."""

from __future__ import annotations

from datetime import UTC, datetime

from vigie.directory.importing import acts
from vigie.directory.models import DirectoryImport
from vigie.rights.person import Person

AT = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
INSTITUTION = "Chambre des métiers inventée"


def sent(text: str | bytes, by: Person, kind: str = "advisers", name: str = "fichier.csv") -> DirectoryImport:
    """The import of this text, read."""
    data = text.encode() if isinstance(text, str) else text
    return acts.receive(kind, name, data, by=by, at=AT)


def applied(text: str | bytes, by: Person, kind: str = "advisers") -> DirectoryImport:
    """The same, applied; fails with what was wrong when it cannot be."""
    row = sent(text, by, kind)
    assert row.state == "proposed", (row.state, told(row))
    return acts.apply(row, by=by, at=AT)


def told(row: DirectoryImport) -> list[tuple[int, str, str]]:
    """Line, column and message of each remark."""
    return [(one.line, one.column, one.message.replace("\u00a0", " ")) for one in row.remarks.all()]


def differences(row: DirectoryImport) -> dict[str, list[tuple[str, str, str]]]:
    """« kind verdict label » → what changes."""
    return {
        f"{one.kind} {one.verdict} {one.label}": [(what, before, after) for what, before, after in one.changes]
        for one in row.entries.all()
    }
