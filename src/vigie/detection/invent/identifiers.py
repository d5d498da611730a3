"""SIREN, SIRET and account numbers of invented firms, with valid keys, many at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vigie.detection.invent.options import SIRENS
from vigie.detection.invent.rows import Ints
from vigie.kernel.siren import INVENTED_PREFIX

_STRIDE = 7919  # prime to the range: neighbours in the file are not neighbours in the register


def with_luhn(payload: NDArray[np.integer], width: int) -> Ints:
    """payload followed by its key. width: digits of the payload."""
    rest, total = payload.astype(np.int64), np.zeros(len(payload), np.int64)
    for rank in range(width):
        quotient = rest // 10
        digit = rest - quotient * 10
        doubled = digit * 2 if rank % 2 == 0 else digit
        total += np.where(doubled > 9, doubled - 9, doubled)
        rest = quotient
    return payload.astype(np.int64) * 10 + (10 - total % 10) % 10


def sirens(numbers: NDArray[np.integer]) -> Ints:
    """The SIRENs of firms of these ranks. The invented world of the site counts from the other end of the range."""
    spread = (SIRENS - 1 - numbers.astype(np.int64)) * _STRIDE % SIRENS
    return with_luhn(int(INVENTED_PREFIX) * 1_000_000 + spread, 8)


def sirets(siren: NDArray[np.integer], rank: NDArray[np.integer]) -> Ints:
    """SIRETs with a valid key. rank: 1 to 9999, the first four digits of the NIC."""
    return with_luhn(siren.astype(np.int64) * 10_000 + rank, 13)


def accounts(number: NDArray[np.integer]) -> Ints:
    """Account numbers of eighteen digits, one for each number below two thousand millions."""
    return 117_000_000_000_000_000 + number.astype(np.int64) * 9_973 * 7_001 % 600_000_000_000_000_003
