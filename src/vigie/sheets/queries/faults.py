"""What a sheet could not read, as its operators are told: which blocks lack which file."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.kernel.errors import PublicationError
from vigie.sheets.queries.block import Reading
from vigie.sheets.queries.panels import PANELS

# Tables that a block does without: their panel is drawn all the same, and does not name them.
_DONE_WITHOUT = {"dossier_proceedings": "Procédures collectives"}


@dataclass(frozen=True)
class Fault:
    """A wrong file, and the blocks that it leaves empty, by their titles."""

    blocks: tuple[str, ...]
    error: PublicationError


def faults_of(reading: Reading) -> tuple[Fault, ...]:
    """Each wrong file once, in the order it was met."""
    errors: dict[str, PublicationError] = {}
    blocks: dict[str, dict[str, None]] = {}
    for code, error in reading.faults.items():
        errors.setdefault(str(error), error)
        blocks.setdefault(str(error), {}).update(dict.fromkeys(_titles(code)))
    return tuple(Fault(tuple(blocks[key]), error) for key, error in errors.items())


def _titles(code: str) -> list[str]:
    """Of a panel by its code, or of those that a table feeds."""
    if code in _DONE_WITHOUT:
        return [_DONE_WITHOUT[code]]
    return [panel.title for panel in PANELS if code == panel.code or code in panel.tables]
