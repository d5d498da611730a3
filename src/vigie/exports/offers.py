"""The buttons that ask for a file, as a page shows them (template ``exports/offer.html``)."""

from __future__ import annotations

from dataclasses import dataclass

LABELS = {"docx": "Word (DOCX)", "pdf": "PDF", "xlsx": "Classeur (XLSX)", "csv": "Texte (CSV)"}


@dataclass(frozen=True)
class Offer:
    """One button for each format, sent to ``action`` by POST. hidden: what the file is of, as (name, value)."""

    action: str
    formats: tuple[str, ...]
    hidden: tuple[tuple[str, str], ...] = ()

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        return tuple((code, LABELS[code]) for code in self.formats)
