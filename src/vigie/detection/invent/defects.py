"""Realistic defects: what real deliveries show every month, added so that the truth still stands.

Malformed lines are added beside good ones and must be rejected one by one; repeated lines say nothing new; codes
become unknown; one file comes in Windows-1252, one with CRLF, one with a byte order mark, one not at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from numpy.random import Generator

from vigie.detection.invent import layouts
from vigie.detection.invent.layouts import Layout
from vigie.detection.invent.options import Options
from vigie.detection.invent.streams import stream

SHARE = 0.001  # of malformed lines, of repeated lines, of unknown codes
LATE = layouts.CCSF  # missing from the last delivery
WINDOWS, CRLF, MARKED = layouts.WORKFORCE_FIRMS, layouts.PROCEEDINGS, layouts.PLANS
_BOM = b"\xef\xbb\xbf"
# A cell that cannot be read once it says this: column, text.
_UNREADABLE = {
    layouts.CONTRIBUTIONS.name: ("cotis_due", b"abc"),
    layouts.DEBITS.name: ("Mt_PO", b""),
    layouts.PLANS.name: ("Date_creation", b"31/02/2025"),
    layouts.PROCEEDINGS.name: ("Dt_effet", b"12FOO2024"),
    layouts.HOURS_USED.name: ("MOIS", b'"2025-13-01"'),
    layouts.HOURS_ASKED.name: ("DATE_DEB", b'"hier"'),
}
# Lines that may come twice without changing what is true.
_REPEATED = {layouts.DEBITS.name, layouts.PLANS.name, layouts.PROCEEDINGS.name}
_UNKNOWN_CODE = {layouts.DEBITS.name: ("Motif_ecn", b"74"), layouts.PLANS.name: ("Code_externe_action", b"ZZ")}


def header(layout: Layout, line: bytes) -> bytes:
    """The header as the defects leave it."""
    return _encoded(layout, (_BOM if layout is MARKED else b"") + line)


def spoilt(options: Options, layout: Layout, pieces: Iterator[bytes], block: int, delivery: int) -> Iterator[bytes]:
    """The lines of a block as the defects leave them. The whole block at once: the bytes ignore the pieces."""
    rows = b"".join(pieces).splitlines(keepends=True)
    random = stream(options.seed, f"defects {layout.name} {delivery}", block)
    if rows and layout.name in _UNREADABLE:
        _change_codes(layout, rows, random)
        extra = [_malformed(layout, rows[at], rank) for rank, at in enumerate(_some(random, rows))]
        if layout.name in _REPEATED:
            extra += [rows[at] for at in _some(random, rows)]
        for line, at in zip(extra, random.integers(0, len(rows), len(extra)).tolist(), strict=True):
            rows[at] += line
    yield _encoded(layout, b"".join(rows))


def _some(random: Generator, rows: list[bytes]) -> list[int]:
    return random.integers(0, len(rows), max(round(len(rows) * SHARE), 1)).tolist()


def _malformed(layout: Layout, line: bytes, rank: int) -> bytes:
    """One time out of two a cell is missing, or a cell cannot be read."""
    separator = layout.separator.encode()
    cells = line.rstrip(b"\n").split(separator)
    column, text = _UNREADABLE[layout.name]
    if rank % 2:
        cells = cells[:-2]
    else:
        cells[layout.header.index(column)] = text
    return separator.join(cells) + b"\n"


def _change_codes(layout: Layout, rows: list[bytes], random: Generator) -> None:
    if layout.name not in _UNKNOWN_CODE:
        return
    column, code = _UNKNOWN_CODE[layout.name]
    place = layout.header.index(column)
    separator = layout.separator.encode()
    for at in _some(random, rows):
        cells = rows[at].rstrip(b"\n").split(separator)
        if len(cells) == len(layout.header):
            cells[place] = code
            rows[at] = separator.join(cells) + b"\n"


def _encoded(layout: Layout, text: bytes) -> bytes:
    if layout is WINDOWS:
        return text.decode().encode("cp1252")
    return text.replace(b"\n", b"\r\n") if layout is CRLF else text
