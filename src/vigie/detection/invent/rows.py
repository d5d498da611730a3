"""Lines of text built as byte matrices: one fixed-width column beside the other, unused bytes then dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Cell = Bytes | bytes
_EPOCH_MONTH = 1970 * 12
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
    out = np.empty((len(values), width), np.uint8)
    small = width <= 9
    rest: Any = np.asarray(values).astype(np.int32 if small else np.int64)
    ten: Any = rest.dtype.type(10)
    for place in range(width - 1, -1, -1):
        quotient = rest // ten
        out[:, place] = rest - quotient * ten + 48
        rest = quotient
    return out


def whole(values: NDArray[np.integer], present: NDArray[np.bool_] | None = None) -> Bytes:
    """A column of integers as people write them; empty where not present."""
    size = np.abs(values)
    width = max(len(str(int(size.max(initial=0)))), 1)
    out = digits(size, width)
    blank = np.cumsum(out != 48, axis=1) == 0
    blank[:, -1] = False
    out[blank] = 0
    if (values < 0).any():
        out = np.concatenate([np.where(values < 0, 45, 0).astype(np.uint8)[:, None], out], axis=1)
    if present is not None:
        out[~present] = 0
    return out


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
    """First days (days since 1970) of month numbers."""
    return (np.asarray(months) - _EPOCH_MONTH).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def months_of(days: NDArray[np.integer]) -> Ints:
    """Month numbers of days since 1970."""
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + _EPOCH_MONTH


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
    count = len(next(cell for cell in cells if not isinstance(cell, bytes)))
    for low in range(0, count, chunk):
        size = min(chunk, count - low)
        pieces: list[Bytes] = []
        for cell in cells:
            pieces.append(_same(cell, size) if isinstance(cell, bytes) else cell[low : low + size])
            pieces.append(_same(separator, size))
        pieces[-1] = _same(b"\n", size)
        flat = np.concatenate(pieces, axis=1).ravel()
        yield flat[flat != 0].tobytes()


def joined(*cells: Cell) -> Bytes:
    """Several pieces as one column."""
    count = len(next(cell for cell in cells if not isinstance(cell, bytes)))
    return np.concatenate([_same(cell, count) if isinstance(cell, bytes) else cell for cell in cells], axis=1)


def shifted(column: Bytes, order: NDArray[np.integer]) -> Bytes:
    """The column in another order, or of a choice of lines."""
    return np.take(column, order, axis=0)
