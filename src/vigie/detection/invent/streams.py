"""One random stream per file and block of firms: adding a file, or a block, changes no other."""

from __future__ import annotations

import zlib

from numpy.random import PCG64, Generator, SeedSequence


def stream(seed: int, name: str, block: int) -> Generator:
    """The generator of a file (or of a part of the simulation) for a block."""
    return Generator(PCG64(SeedSequence([seed, zlib.crc32(name.encode()), block])))
