"""The formats in which something leaves: the one table. What is offered, accepted, declared and served derives from it.

Pure. A new format is a row here, a writer called by ``production``, and a migration for its name in the records.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A format. code: its suffix too. offered: on a button; recorded: among the exports of a person."""

    code: str
    offered: str
    recorded: str
    content_type: str
    of_sheets: bool = False  # a table; else a document


FORMATS = (
    Format(
        "xlsx", "Classeur (XLSX)", "Classeur (XLSX)",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", of_sheets=True,
    ),
    Format(
        "ods", "Classeur libre (ODS)", "Classeur libre (ODS)",
        "application/vnd.oasis.opendocument.spreadsheet", of_sheets=True,
    ),
    Format("csv", "Texte (CSV)", "Texte (CSV)", "text/csv; charset=utf-8", of_sheets=True),
    Format(
        "docx", "Word (DOCX)", "Document (DOCX)",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    Format("pdf", "PDF", "PDF", "application/pdf"),
)  # fmt: skip
BY_CODE = {one.code: one for one in FORMATS}
FOR_SHEETS = tuple(one.code for one in FORMATS if one.of_sheets)
FOR_DOCUMENTS = tuple(one.code for one in FORMATS if not one.of_sheets)
