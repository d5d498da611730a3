"""Lines of text built as byte matrices: one fixed-width column beside the other, unused bytes then dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Cell = Bytes | bytes
_FOUR = np.char.zfill(np.arange(10_000).astype("S4"), 4)
_PADDED = np.ascontiguousarray(_FOUR).view(np.uint32)  # four digits of 0 to 9999
_BARE = np.array([text.lstrip(b"0").rjust(4, b"\0") or b"" for text in _FOUR.tolist()], "V4").view(np.uint32)
_BLANK = _BARE.copy()
_BARE[0] = np.frombuffer(b"\0\0\0" + b"0", np.uint32)[0]
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_MONTH_STARTS = np.arange(f"{_FIRST_YEAR}-01", f"{_LAST_YEAR}-01", dtype="datetime64[M]").astype("datetime64[D]")
_FIRST_DAYS = _MONTH_STARTS.astype(np.int64)
_MONTH_OF_DAY = np.repeat(
    np.arange(len(_FIRST_DAYS) - 1) + _FIRST_YEAR * 12, np.diff(_FIRST_DAYS)
)  # of each day since the first year
ENGLISH = np.array([b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV", b"DEC"])


def text(values: NDArray[np.bytes_]) -> Bytes:
    """A column of byte strings."""
    values = np.ascontiguousarray(values)
    return values.view(np.uint8).reshape(len(values), values.dtype.itemsize)


def chosen(words: Sequence[str], which: NDArray[np.integer]) -> Bytes:
    """The column of words[which]."""
    return text(np.array([word.encode() for word in words] or [b""])[which])


def digits(values: NDArray[np.integer], width: int) -> Bytes:
    """A column of zero-padded integers."""
    limbs = -(-width // 4)
    out = np.empty((len(values), limbs), np.uint32)
    rest: Any = np.asarray(values)
    for place in range(limbs - 1, 0, -1):
        quotient = rest // 10_000
        out[:, place] = _PADDED[rest - quotient * 10_000]
        rest = quotient
    out[:, 0] = _PADDED[rest]
    return out.view(np.uint8)[:, limbs * 4 - width :]


def whole(values: NDArray[np.integer], present: NDArray[np.bool_] | None = None) -> Bytes:
    """A column of integers as people write them; empty where not present."""
    size: Any = np.abs(values)
    limbs = max(-(-len(str(int(size.max(initial=0)))) // 4), 1)
    parts_: list[Any] = []
    for _ in range(limbs - 1):
        quotient = size // 10_000
        parts_.append(size - quotient * 10_000)
        size = quotient
    parts_.append(size)
    out = np.empty((len(values), limbs), np.uint32)
    started: Any = np.zeros(len(values), bool)
    for place, limb in enumerate(reversed(parts_)):
        bare = _BARE if place == limbs - 1 else _BLANK
        out[:, place] = np.where(started, _PADDED[limb], bare[limb]) if place else bare[limb]
        started |= limb > 0
    if present is not None:
        out[~present] = 0
    column = out.view(np.uint8)
    if (values < 0).any():
        column = np.concatenate([np.where(values < 0, 45, 0).astype(np.uint8)[:, None], column], axis=1)
        if present is not None:
            column[~present] = 0
    return column


def decimal(hundredths: NDArray[np.integer], mark: bytes, present: NDArray[np.bool_] | None = None) -> Bytes:
    """A column of amounts with two decimals, from integer hundredths."""
    size = np.abs(hundredths)
    sign = np.where(hundredths < 0, 45, 0).astype(np.uint8)[:, None]
    out = np.concatenate([sign, whole(size // 100), _same(mark, len(size)), digits(size % 100, 2)], axis=1)
    if present is not None:
        out[~present] = 0
    return out


def where(present: NDArray[np.bool_], column: Bytes) -> Bytes:
    """The column, empty where not present."""
    return column * present[:, None].astype(np.uint8)


def days_of(months: NDArray[np.integer]) -> Ints:
    """First days (days since 1970) of month numbers, from 1900 to 2199; the nearest beyond."""
    return np.take(_FIRST_DAYS, np.asarray(months) - _FIRST_YEAR * 12, mode="clip")


def months_of(days: NDArray[np.integer]) -> Ints:
    """Month numbers of days since 1970, from 1900 to 2199; the nearest beyond."""
    return np.take(_MONTH_OF_DAY, np.asarray(days) - _FIRST_DAYS[0], mode="clip")


def counted_months(days: NDArray[np.integer]) -> Ints:
    """The rule of day 20: what is treated later counts for the next month."""
    months = months_of(days)
    return months + (days - days_of(months) + 1 > 20)


def parts(days: NDArray[np.integer]) -> tuple[Ints, Ints, Ints]:
    """Year, month and day of days since 1970."""
    months = months_of(days)
    return months // 12, months % 12 + 1, days - days_of(months) + 1


def iso(days: NDArray[np.integer], present: NDArray[np.bool_] | None = None) -> Bytes:
    """AAAA-MM-JJ."""
    year, month, day = parts(days)
    dash = _same(b"-", len(days))
    out = np.concatenate([digits(year, 4), dash, digits(month, 2), dash, digits(day, 2)], axis=1)
    return out if present is None else where(present, out)


def slashed(days: NDArray[np.integer]) -> Bytes:
    """JJ/MM/AAAA."""
    year, month, day = parts(days)
    slash = _same(b"/", len(days))
    return np.concatenate([digits(day, 2), slash, digits(month, 2), slash, digits(year, 4)], axis=1)


def compact(days: NDArray[np.integer]) -> Bytes:
    """AAAAMMJJ."""
    year, month, day = parts(days)
    return digits(year * 10_000 + month * 100 + day, 8)


def urssaf(days: NDArray[np.integer]) -> Bytes:
    """AAAAMMJJ - 19000000, without leading zero."""
    year, month, day = parts(days)
    return whole(year * 10_000 + month * 100 + day - 19_000_000)


def judicial(days: NDArray[np.integer]) -> Bytes:
    """JJMMMAAAA, English month."""
    year, month, day = parts(days)
    return np.concatenate([digits(day, 2), text(ENGLISH[month - 1]), digits(year, 4)], axis=1)


def period(months: NDArray[np.integer], span: NDArray[np.integer]) -> Bytes:
    """AAAAXY: month (span 1), whole quarter (3) or whole year (12) beginning at a month number."""
    month = np.asarray(months) % 12
    code = np.where(span == 12, 62, (month // 3 + 1) * 10 + np.where(span == 1, month % 3 + 1, 0))
    return digits(np.asarray(months) // 12 * 100 + code, 6)


def _same(value: bytes, count: int) -> Bytes:
    return np.broadcast_to(np.frombuffer(value, np.uint8), (count, len(value)))


def lines(cells: Sequence[Cell], separator: bytes, chunk: int) -> Iterator[bytes]:
    """The text of the lines, so many at once. A cell of plain bytes is the same on every line."""
    pieces: list[Cell] = [b""]
    for cell in cells:
        for piece in (cell, separator):
            if isinstance(piece, bytes) and isinstance(pieces[-1], bytes):
                pieces[-1] += piece
            else:
                pieces.append(piece)
    assert isinstance(pieces[-1], bytes)
    pieces[-1] = pieces[-1][: -len(separator)] + b"\n"
    width = sum(len(piece) if isinstance(piece, bytes) else piece.shape[1] for piece in pieces)
    count = len(next(cell for cell in cells if not isinstance(cell, bytes)))
    for low in range(0, count, chunk):
        matrix = np.empty((min(chunk, count - low), width), np.uint8)
        place = 0
        for piece in pieces:
            if isinstance(piece, bytes):
                matrix[:, place : place + len(piece)] = np.frombuffer(piece, np.uint8)
                place += len(piece)
            else:
                matrix[:, place : place + piece.shape[1]] = piece[low : low + chunk]
                place += piece.shape[1]
        flat = matrix.ravel()
        yield flat[flat != 0].tobytes()


def joined(*cells: Cell) -> Bytes:
    """Several pieces as one column."""
    count = len(next(cell for cell in cells if not isinstance(cell, bytes)))
    return np.concatenate([_same(cell, count) if isinstance(cell, bytes) else cell for cell in cells], axis=1)


def shifted(column: Bytes, order: NDArray[np.integer]) -> Bytes:
    """The column in another order, or of a choice of lines."""
    return np.take(column, order, axis=0)
