"""What a reader says of a file: errors, which prevent everything, and warnings, which a person reads. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from vigie.kernel.errors import InvalidInput

ERROR, WARNING = "error", "warning"
MOST_KEPT = 500
LONGEST_VALUE = 120


@dataclass(frozen=True)
class Remark:
    """line: as the spreadsheet numbers it, 0 for the whole file. value: the cell at fault, cut."""

    severity: str
    line: int
    column: str
    value: str
    message: str


@dataclass
class Remarks:
    """Those of one file, in the order in which they come; the first of each kind are kept, all are counted."""

    kept: list[Remark] = field(default_factory=list)
    errors: int = 0
    warnings: int = 0

    def error(self, line: int, column: str, value: str, message: str) -> None:
        """Nothing of the file will be applied."""
        self.errors += 1
        if self.errors <= MOST_KEPT:
            self.kept.append(Remark(ERROR, line, column, value[:LONGEST_VALUE], message))

    def warn(self, line: int, column: str, value: str, message: str) -> None:
        """To read before applying."""
        self.warnings += 1
        if self.warnings <= MOST_KEPT:
            self.kept.append(Remark(WARNING, line, column, value[:LONGEST_VALUE], message))

    def of(self, severity: str) -> list[Remark]:
        return [one for one in self.kept if one.severity == severity]


class UnreadableFile(InvalidInput):
    """The file as a whole cannot be read; nothing in it was."""

    def __init__(self, message_fr: str) -> None:
        super().__init__("file_unreadable", message_fr, field="file")
