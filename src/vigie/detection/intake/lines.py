"""From bytes to clean lines of UTF-8: encoding, line ends, quotes, and what no parser should see.

A record is one physical line, always: a quote never closed can then swallow nothing. Lines are numbered from 1 after
the header; blank ones keep their number and are not counted.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vigie.detection.intake.report import FileFacts
from vigie.kernel.errors import UnreadableFile

MAX_LINE = 1 << 20
BOM = b"\xef\xbb\xbf"
NEWLINE, RETURN, QUOTE, NUL = 10, 13, 34, 0

Numbers = NDArray[np.int64]


@dataclass
class Block:
    """Whole lines joined by one line feed (the last one without), their numbers, and those refused."""

    data: bytes
    numbers: Numbers
    refused: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Decoding:
    """What the decoding of a file met, told in its report."""

    utf8_lines: int = 0
    cp1252_lines: int = 0
    inner_marks: int = 0
    first_cp1252: int = 0


class LineReader:
    """Reads one file: ``header`` once, then ``blocks``."""

    def __init__(
        self, source: str, chunks: Iterator[bytes], facts: FileFacts, *, strict_quotes: bool, separator: str
    ) -> None:
        self.source = source
        self.facts = facts
        self.decoding = Decoding()
        self._strict_quotes = strict_quotes
        self._separator = separator.encode()
        self._pieces = self._whole_lines(self._utf8(chunks))
        self._pending = b""
        self._next = 1

    def header(self) -> bytes:
        """The first line that is not blank, without its end."""
        for piece in self._pieces:
            text = self._decoded(piece, 0).replace(b"\r\n", b"\n").lstrip(b"\n")
            line, _, rest = text.partition(b"\n")
            if not line.strip():
                continue
            if b"\r" in line or b"\0" in line or len(line) > MAX_LINE:
                raise UnreadableFile(
                    self.source,
                    "La première ligne contient des octets qui ne sont pas du texte ou des fins de ligne « \\r » ; "
                    "un fichier texte UTF-8 aux fins de ligne ordinaires est attendu.",
                )
            self._pending = rest
            return line
        raise UnreadableFile(self.source, "Le fichier ne contient aucune ligne.")

    def unread(self, line: bytes) -> None:
        """Puts the first line back: the file has no header."""
        self._pending = line + b"\n" + self._pending

    def blocks(self) -> Iterator[Block]:
        """Every following line, a few megabytes at a time."""
        if self._pending:
            yield self._clean(self._pending)
        for piece in self._pieces:
            yield self._clean(self._decoded(piece, self._next))
        self._name_encoding()

    def _utf8(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Takes the byte order mark away; UTF-16 becomes UTF-8."""
        first = next(chunks, b"")
        if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.facts.encoding = "utf-16"
            decoder = codecs.getincrementaldecoder("utf-16")()
            try:
                yield decoder.decode(first).encode("utf-8")
                for chunk in chunks:
                    yield decoder.decode(chunk).encode("utf-8")
                decoder.decode(b"", final=True)
            except UnicodeError as error:
                raise UnreadableFile(self.source, "Le fichier annonce de l’UTF-16 mais n’en est pas.") from error
            return
        if first.startswith(BOM):
            self.facts.encoding = "utf-8-sig"
            first = first[len(BOM) :]
        yield first
        yield from chunks

    def _whole_lines(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Cuts at line feeds; the last line may lack its own."""
        carry = b""
        for chunk in chunks:
            cut = chunk.rfind(b"\n") + 1
            if not cut:
                carry += chunk
                if len(carry) > MAX_LINE:
                    raise UnreadableFile(self.source, _endless(carry))
                continue
            yield carry + chunk[:cut]
            carry = chunk[cut:]
        if carry:
            if carry.count(b"\r") > 1 and b"\n" not in carry:
                raise UnreadableFile(self.source, _endless(carry))
            yield carry

    def _decoded(self, piece: bytes, first_line: int) -> bytes:
        """UTF-8 as it is; otherwise line by line, Windows-1252 where UTF-8 fails, and counted."""
        if piece.isascii():
            return piece
        if BOM in piece:
            self.decoding.inner_marks += piece.count(BOM)
            piece = piece.replace(BOM, b"")
        try:
            piece.decode("utf-8")
        except UnicodeDecodeError:
            lines = piece.split(b"\n")
            return b"\n".join([self._decoded_line(line, first_line + rank) for rank, line in enumerate(lines)])
        self.decoding.utf8_lines += 1
        return piece

    def _decoded_line(self, line: bytes, number: int) -> bytes:
        if line.isascii():
            return line
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            self.decoding.cp1252_lines += 1
            self.decoding.first_cp1252 = self.decoding.first_cp1252 or number
            try:
                return line.decode("cp1252").encode("utf-8")
            except UnicodeDecodeError:
                return b"\0"
        self.decoding.utf8_lines += 1
        return line

    def _name_encoding(self) -> None:
        if self.decoding.cp1252_lines:
            self.facts.encoding = "mixed" if self.decoding.utf8_lines else "windows-1252"

    def _clean(self, data: bytes) -> Block:
        """Drops blank lines and refuses those that a parser could misread."""
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n")
        if not data.endswith(b"\n"):
            data = data.removesuffix(b"\r") + b"\n"
        count = data.count(b"\n")
        first = self._next
        self._next += count
        array = np.frombuffer(data, dtype=np.uint8)
        ends = np.flatnonzero(array == NEWLINE)
        lengths = np.diff(ends, prepend=-1)
        keep = lengths > 1
        refused: list[tuple[int, str]] = []
        for rank, reason in self._suspects(data, array, ends, lengths).items():
            if keep[rank]:
                keep[rank] = False
                refused.append((first + rank, reason))
        numbers = np.arange(first, first + count, dtype=np.int64)
        if not keep.all():
            data = array[np.repeat(keep, lengths)].tobytes()
            numbers = numbers[keep]
        return Block(data[:-1], numbers, refused)

    def _suspects(
        self, data: bytes, array: NDArray[np.uint8], ends: NDArray[np.intp], lengths: NDArray[np.intp]
    ) -> dict[int, str]:
        found: dict[int, str] = {}
        if b"\0" in data:
            for rank in _lines_with(array, ends, NUL):
                found[int(rank)] = "la ligne contient un octet nul ou un caractère illisible"
        if b"\r" in data:
            for rank in _lines_with(array, ends, RETURN):
                found[int(rank)] = "la ligne contient un retour chariot isolé"
        if b'"' in data:
            quotes = np.searchsorted(ends, np.flatnonzero(array == QUOTE))
            for rank in np.flatnonzero(np.bincount(quotes, minlength=len(ends)) & 1):
                line = data[ends[rank] - lengths[rank] + 1 : ends[rank]]
                if self._strict_quotes or line.startswith(b'"') or self._separator + b'"' in line:
                    found[int(rank)] = "un guillemet n’est pas fermé, ou se trouve au milieu d’un champ"
        if lengths.max(initial=0) > MAX_LINE:
            for rank in np.flatnonzero(lengths > MAX_LINE):
                found[int(rank)] = "la ligne est démesurée"
        return found


def _lines_with(array: NDArray[np.uint8], ends: NDArray[np.intp], byte: int) -> NDArray[np.intp]:
    return np.unique(np.searchsorted(ends, np.flatnonzero(array == byte)))


def _endless(data: bytes) -> str:
    if b"\r" in data:
        return "Les lignes finissent par « \\r » seul ; un fichier aux fins de ligne ordinaires est attendu."
    return f"Une ligne dépasse {MAX_LINE >> 20} Mio sans se terminer : ce n’est pas le format attendu."
