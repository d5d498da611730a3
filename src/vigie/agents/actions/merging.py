"""Two of a kind become one, which is not undone: done only with the mark of what was on the screen."""

from __future__ import annotations

from typing import Protocol

from vigie.kernel.errors import Refused


class Counted(Protocol):
    """What a merging will do. mark: other figures have another one."""

    @property
    def mark(self) -> str: ...


class MergingUnseen(Refused):
    """The figures are not those that its author read, or he has read none."""

    def __init__(self, found: Counted) -> None:
        super().__init__("effects_unseen", "Relisez ce que cette réunion change, puis confirmez.")
        self.found = found
