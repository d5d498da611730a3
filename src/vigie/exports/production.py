"""Making the file of a content: the same for what is given at once and for what a job prepares."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

from vigie.exports.documents import Document
from vigie.exports.mark import Mark
from vigie.exports.registry import Content
from vigie.exports.tables import Sheet

BEAT_ROWS = 500


@dataclass(frozen=True)
class Made:
    """What was written: rows, bytes, fingerprint."""

    rows: int
    size: int
    sha256: str


def make(
    content: Content, file_format: str, file: IO[bytes], mark: Mark, beat: Callable[[], None] | None = None
) -> Made:
    """Writes the file whole. beat: called every BEAT_ROWS rows of a sheet, by who must say that he is alive."""
    if isinstance(content, Sheet):
        tally = _Tally(content.rows, beat)
        _write_sheet(replace(content, rows=lambda: tally), file_format, file, mark)
        rows = tally.count
    else:
        rows = _write_document(content, file_format, file, mark)
    file.flush()
    size = file.tell()
    file.seek(0)
    return Made(rows, size, hashlib.file_digest(file, "sha256").hexdigest())  # type: ignore[arg-type]


def _write_sheet(sheet: Sheet, file_format: str, file: IO[bytes], mark: Mark) -> None:
    from vigie.exports.writers import opendocument, separated, workbook

    if writer := {"xlsx": workbook.write, "ods": opendocument.write}.get(file_format):
        writer(sheet, file, mark)
        return
    for piece in separated.pieces(sheet, mark):
        file.write(piece.encode())


def _write_document(document: Document, file_format: str, file: IO[bytes], mark: Mark) -> int:
    # Here and not above: these libraries take a second to be read, and few processes need them.
    if file_format == "pdf":
        from vigie.exports.writers import pdf

        return pdf.write(document, file, mark)
    from vigie.exports.writers import word

    return word.write(document, file, mark)


class _Tally:
    """The rows, counted as they pass."""

    def __init__(self, rows: Callable[[], Any], beat: Callable[[], None] | None) -> None:
        self._rows, self._beat = rows, beat
        self.count = 0

    def __iter__(self) -> Iterator[Any]:
        for row in self._rows():
            self.count += 1
            if self._beat is not None and self.count % BEAT_ROWS == 0:
                self._beat()
            yield row
