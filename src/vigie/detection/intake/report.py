"""What reading a delivery gave: counts, reasons, facts of the files, figures to compare with the next delivery.

Always true: ``read = valid + filtered + rejected`` (lines). Written as ``report.json`` beside the typed rows.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

KEPT_REJECTIONS = 200
# A refusal says what is wrong and what was expected; what to do is the same for all of them, and is said once.
ASK_AGAIN = "Demandez au producteur une livraison corrigée."


@dataclass(frozen=True)
class Rejection:
    """One refused line: 1 = first line after the header; 0 = the file itself."""

    file: str
    line: int
    message: str


@dataclass(frozen=True)
class Notice:
    """Something an operator should know that refuses nothing; ``line`` is the first one concerned (0: the file)."""

    code: str
    message: str
    count: int = 1
    file: str = ""
    line: int = 0


@dataclass
class FileFacts:
    """One file as received."""

    name: str
    size: int = 0
    sha256: str = ""
    compression: str = "none"
    encoding: str = "utf-8"
    delimiter: str = ";"
    read: int = 0


@dataclass
class ColumnFigures:
    """One typed column of a delivery, to compare with the next."""

    null_share: float = 0.0
    total: float | None = None
    mean: float | None = None
    low: str | None = None
    high: str | None = None


@dataclass
class FileReport:
    """The report of one delivery of one source (one file, sometimes several)."""

    source: str
    batch: str | None = None
    files: list[FileFacts] = field(default_factory=list)
    read: int = 0
    rejected: int = 0
    filtered: int = 0
    rows: int = 0
    fatal: str | None = None
    fatal_line: int = 0
    first_rejections: list[Rejection] = field(default_factory=list)
    rejected_by: dict[str, int] = field(default_factory=dict)
    filtered_by: dict[str, int] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    columns: dict[str, ColumnFigures] = field(default_factory=dict)
    min_period: str | None = None
    max_period: str | None = None
    distinct_keys: int = 0
    duplicate_rows: int = 0
    key_sample: list[int] = field(default_factory=list)
    key_modulus: int = 1

    @property
    def valid(self) -> int:
        """Lines read and kept."""
        return self.read - self.rejected - self.filtered

    @property
    def is_fatal(self) -> bool:
        """The delivery gave nothing."""
        return self.fatal is not None

    @property
    def sha256(self) -> tuple[str, ...]:
        """The hashes of the files as received."""
        return tuple(facts.sha256 for facts in self.files)

    @property
    def summary_fr(self) -> str:
        """One sentence for a person."""
        names = ", ".join(facts.name for facts in self.files) or "aucun fichier"
        if self.fatal is not None:
            return f"{names} : fichier refusé. {self.fatal} {ASK_AGAIN}"
        return (
            f"{names} : {_number(self.read)} lignes lues, {_number(self.valid)} retenues, "
            f"{_number(self.filtered)} écartées, {_number(self.rejected)} rejetées."
        )

    def refuse(self, message_fr: str, line: int = 0) -> None:
        """The whole delivery is refused for this reason, which names no remedy: nothing of it counts."""
        self.fatal, self.fatal_line = message_fr, line
        self.rejected = self.read - self.filtered

    def reject(self, file: str, line: int, message: str) -> None:
        """Keeps one of the first messages; counting is apart."""
        if len(self.first_rejections) < KEPT_REJECTIONS:
            self.first_rejections.append(Rejection(file, line, message))

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {**asdict(self), "valid": self.valid, "summary_fr": self.summary_fr}

    def write(self, path: Path) -> None:
        """Writes the report; the caller makes the folder appear at once."""
        path.write_text(json.dumps(self.as_dict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read_from(cls, path: Path) -> FileReport:
        """Gives back a written report."""
        values = json.loads(path.read_text(encoding="utf-8"))
        values.pop("valid", None)
        values.pop("summary_fr", None)
        values["files"] = [FileFacts(**facts) for facts in values["files"]]
        values["first_rejections"] = [Rejection(**one) for one in values["first_rejections"]]
        values["notices"] = [Notice(**one) for one in values["notices"]]
        values["columns"] = {name: ColumnFigures(**figures) for name, figures in values["columns"].items()}
        return cls(**values)


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u00a0")
