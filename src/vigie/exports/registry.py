"""Where subjects say what they export (called from their ``apps.py``), so that a job can make it without knowing them.

    register_exporter("list", list_sheet, formats=FOR_SHEETS)

``builder(person, parameters, at)`` gives a Sheet or a Document with the rights that the person has at that moment: it
is called when the export is asked for, and called again when a background job makes the file. It filters with
``allowed`` and masks cell by cell; it raises Http404 when the object is out of reach, Forbidden when it may not be
exported. parameters: plain values that can be kept as JSON, as read in the address; the builder checks them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vigie.exports.documents import Document
from vigie.exports.formats import FOR_DOCUMENTS as FOR_DOCUMENTS
from vigie.exports.formats import FOR_SHEETS as FOR_SHEETS
from vigie.exports.tables import Sheet
from vigie.rights.person import Person

Content = Sheet | Document
Builder = Callable[[Person, dict[str, Any], datetime], Content]


@dataclass(frozen=True)
class Exporter:
    """What can be exported: its code, who builds it, in which formats."""

    code: str
    builder: Builder
    formats: tuple[str, ...]


_exporters: dict[str, Exporter] = {}


def register_exporter(code: str, builder: Builder, *, formats: tuple[str, ...]) -> None:
    """Declares an export. formats: among FOR_SHEETS when it builds a Sheet, FOR_DOCUMENTS when a Document."""
    if not formats or not (set(formats) <= set(FOR_SHEETS) or set(formats) <= set(FOR_DOCUMENTS)):
        raise ValueError(f"export {code}: {formats} is not a choice of formats of a sheet, nor of a document")
    known = _exporters.get(code)
    if known is not None and known.builder is not builder:
        raise ValueError(f"export {code} is declared twice")
    _exporters[code] = Exporter(code, builder, formats)


def exporter(code: str) -> Exporter:
    """The export called so; KeyError when nobody declared it."""
    return _exporters[code]
