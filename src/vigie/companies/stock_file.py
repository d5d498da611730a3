"""Reads the files of the Sirene stock as rows of text: CSV or Parquet, plain, .gz or .zip, columns by name.

What a file is, its first bytes say, not its name. A file is checked whole before its first row is used: a truncated
archive, a wrong encoding or an absent column refuses it at once and leaves the directory as it was. Memory stays
constant.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from vigie.kernel.errors import MissingColumn, UnreadableFile

BATCH_ROWS = 10_000
FIRST_KEPT = 200
_CHUNK = 1 << 20
_HEADER_MAX = 1 << 20
_BLOCK = 8 << 20  # a row is never longer
_SIZE_MAX = 64 << 30
_RATIO_MAX = 100
_RATIO_FROM = 64 << 20
_GZIP, _ZIP, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Row = tuple[str | None, ...]


class Content(Protocol):
    """Bytes that are read to their end, and again from their beginning."""

    def read(self, size: int = ..., /) -> bytes: ...

    def seek(self, place: int, whence: int = ..., /) -> int: ...


@dataclass(frozen=True)
class Layout:
    """The columns wanted of a file, in the order in which rows give them; the optional ones may be absent."""

    source: str
    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


@dataclass
class Checked:
    """What the check of a file found. malformed: rows that have not as many cells as the header."""

    fingerprint: str = ""
    rows: int = 0
    malformed: int = 0
    first_malformed: list[str] = field(default_factory=list)


class StockFile:
    """One file of the stock. ``check`` reads it whole and refuses it if need be; ``batches`` gives its rows."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path = path
        self.layout = layout

    def check(self) -> Checked:
        """Raises UnreadableFile or MissingColumn, or says how many rows there are."""
        found = Checked()
        with self._content() as (content, is_parquet):
            if is_parquet:
                found.fingerprint = _digest(content)
                found.rows = sum(map(len, self._parquet(content)))
            else:
                watched = _Watched(content, self._refused)
                found.rows = sum(map(len, self._csv(watched, found)))
                found.fingerprint = watched.digest.hexdigest()
        if not found.rows:
            raise self._refused("no row under the header")
        return found

    def batches(self, *, after: int = 0) -> Iterator[list[Row]]:
        """The rows, by batches; ``after``: how many are passed over first."""
        with self._content() as (content, is_parquet):
            seen = 0
            for rows in self._parquet(content) if is_parquet else self._csv(content, Checked()):
                seen += len(rows)
                if seen <= after:
                    continue
                yield rows[max(0, after - (seen - len(rows))) :] if seen - len(rows) < after else rows

    # --- content ------------------------------------------------------------------------------------------------------
    @contextmanager
    def _content(self) -> Iterator[tuple[Content, bool]]:
        """The bytes of the table, decompressed, and whether they are Parquet; any fault becomes UnreadableFile."""
        try:
            with self.path.open("rb") as file, self._unpacked(file) as content:
                start = _peek(content)
                if start.startswith((_GZIP, _ZIP)):
                    raise self._refused("an archive inside an archive")
                if start.startswith(_UTF16):
                    raise self._refused("encoded in UTF-16; UTF-8 expected: convert it first")
                if start.startswith(_PARQUET):
                    yield from self._seekable(content)
                else:
                    yield content, False
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
            raise self._refused(f"the archive is truncated or damaged ({error})") from error
        except OSError as error:
            raise self._refused(f"cannot be read ({error.strerror or error})") from error
        except pa.ArrowException as error:
            raise self._refused(f"cannot be read as a table ({str(error)[:200]})") from error

    def _seekable(self, content: Content) -> Iterator[tuple[Content, bool]]:
        """Parquet is read by its end: what is decompressed goes through a temporary file without name."""
        if not isinstance(content, _Member):
            yield content, True
            return
        with tempfile.TemporaryFile() as spool:
            while chunk := content.read(_CHUNK):
                spool.write(chunk)
            spool.seek(0)
            yield spool, True

    @contextmanager
    def _unpacked(self, file: Content) -> Iterator[Content]:
        start, suffix = _peek(file), self.path.suffix.lower()
        if not start:
            raise self._refused("the file is empty")
        size = self.path.stat().st_size
        if start.startswith(_GZIP):
            with gzip.GzipFile(fileobj=file) as content:
                yield _Member(content, size, self._refused)
        elif start.startswith(_ZIP):
            with zipfile.ZipFile(file) as archive, archive.open(self._only_member(archive)) as content:
                yield _Member(content, size, self._refused)
        elif suffix in (".gz", ".zip"):
            raise self._refused(f"its name ends with {suffix}, but it is not such an archive")
        else:
            yield file

    def _only_member(self, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
        """The one file of the archive; nothing is ever written under the names that an archive gives."""
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) != 1:
            raise self._refused(f"{len(members)} files in the archive, one expected")
        name, mode = members[0].filename, members[0].external_attr >> 16
        if name.startswith(("/", "\\")) or ".." in Path(name.replace("\\", "/")).parts or stat.S_ISLNK(mode):
            raise self._refused("the archive holds a path that leaves its folder")
        if members[0].flag_bits & 1:
            raise self._refused("the archive is encrypted")
        return members[0]

    # --- tables -------------------------------------------------------------------------------------------------------
    def _csv(self, content: Content, found: Checked) -> Iterator[list[Row]]:
        names = self._named(self._header(content))

        def malformed(row: pa_csv.InvalidRow) -> str:
            found.malformed += 1
            if len(found.first_malformed) < FIRST_KEPT:
                found.first_malformed.append(f"{row.actual_columns} cells, {row.expected_columns} expected")
            return "skip"

        wanted = [name for name in names if name is not None]
        reader = pa_csv.open_csv(
            pa.PythonFile(content, mode="r"),
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=malformed),
            convert_options=pa_csv.ConvertOptions(
                include_columns=wanted, column_types={name: pa.string() for name in wanted}, strings_can_be_null=False
            ),
        )
        with reader:
            for batch in reader:
                for start in range(0, batch.num_rows, BATCH_ROWS):
                    yield _rows(batch.slice(start, BATCH_ROWS), names)

    def _header(self, content: Content) -> list[str]:
        """The names of the columns; the content is then back at its beginning."""
        start = content.read(_HEADER_MAX)
        content.seek(0)
        line = start.removeprefix(codecs.BOM_UTF8).splitlines()[:1]
        if not line or len(line[0]) >= _HEADER_MAX - 4:
            raise self._refused("its first line is not a header")
        try:
            return next(csv.reader([line[0].decode("utf-8")]), [])
        except (UnicodeDecodeError, csv.Error) as error:
            raise self._refused("its first line is not a header in UTF-8") from error

    def _parquet(self, content: Content) -> Iterator[list[Row]]:
        table = pa_parquet.ParquetFile(content)
        names = self._named(table.schema_arrow.names)
        wanted = [name for name in names if name is not None]
        for batch in table.iter_batches(batch_size=BATCH_ROWS, columns=wanted, use_threads=False):
            yield _rows(batch, names)

    def _named(self, header: Sequence[str]) -> list[str | None]:
        """For each wanted column, its name as this file writes it, or None; case does not matter."""
        wanted = {name.lower() for name in self.layout.columns}
        written: dict[str, str] = {}
        for name in header:
            key = name.strip().lower()
            if key in written and key in wanted:
                raise self._refused(f"column {name!r} is there twice")
            written.setdefault(key, name)
        missing = [name for name in self.layout.required if name.lower() not in written]
        if missing:
            raise MissingColumn(self.path.name, f"not a {self.layout.source} file: no column {', '.join(missing)}")
        return [written.get(name.lower()) for name in self.layout.columns]

    def _refused(self, why: str, line: int | None = None) -> UnreadableFile:
        return UnreadableFile(self.path.name, why, line)


def _rows(batch: pa.RecordBatch, names: Sequence[str | None]) -> list[Row]:
    """The cells as text, in the order of the layout; an absent column is full of None."""
    absent = [None] * batch.num_rows
    columns = [absent if name is None else _texts(batch.column(name)) for name in names]
    return list(zip(*columns, strict=True))


def _texts(column: pa.Array) -> list[str | None]:
    """Dates come as 2024-03-01, truth values as true or false."""
    return (column if pa.types.is_string(column.type) else column.cast(pa.string())).to_pylist()


def _peek(content: Content) -> bytes:
    start = content.read(4)
    content.seek(0)
    return start


def _digest(content: Content) -> str:
    digest = hashlib.sha256()
    while chunk := content.read(_CHUNK):
        digest.update(chunk)
    content.seek(0)
    return digest.hexdigest()


class _Member(io.RawIOBase):
    """A decompressed stream that stops when it grows out of proportion."""

    def __init__(self, content: Content, packed: int, refused: Any) -> None:
        self._inner, self._packed, self._refused, self._given = content, packed, refused, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = self._inner.read(_CHUNK if size is None or size < 0 else size)
        self._given += len(chunk)
        if self._given > _SIZE_MAX or self._given > max(_RATIO_FROM, self._packed * _RATIO_MAX):
            raise self._refused("the archive grows beyond all proportion")
        return chunk

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        """Back to the beginning only."""
        self._given = 0
        return self._inner.seek(0)


class _Watched(io.RawIOBase):
    """A stream of text that is checked as it is read: UTF-8, no NUL byte, quotes closed, lines of a human length."""

    def __init__(self, content: Content, refused: Any) -> None:
        self._inner, self._refused = content, refused
        self._restart()

    def _restart(self) -> None:
        self.digest = hashlib.sha256()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._lines, self._quotes, self._unbroken = 1, 0, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        """Back to the beginning only."""
        self._restart()
        return self._inner.seek(0)

    def read(self, size: int = -1) -> bytes:
        chunk = self._inner.read(_CHUNK if size is None or size < 0 else size)
        self._decode(chunk)
        if b"\x00" in chunk:
            line = self._lines + chunk.count(b"\n", 0, chunk.index(0))
            raise self._refused("NUL bytes: this is not a text in UTF-8", line)
        self.digest.update(chunk)
        self._quotes += chunk.count(b'"')
        if not chunk and self._quotes % 2:
            raise self._refused("a quote is opened and never closed")
        self._lines += chunk.count(b"\n") or chunk.count(b"\r")
        last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        self._unbroken = len(chunk) - last - 1 if last >= 0 else self._unbroken + len(chunk)
        if self._unbroken > _BLOCK:
            raise self._refused(f"a line of more than {_BLOCK >> 20} MB", self._lines)
        return chunk

    def _decode(self, chunk: bytes) -> None:
        try:
            self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            line = self._lines + chunk.count(b"\n", 0, error.start)
            raise self._refused(
                "not in UTF-8 (Windows-1252 or ISO-8859-1, perhaps): convert it first, with iconv for instance", line
            ) from None
