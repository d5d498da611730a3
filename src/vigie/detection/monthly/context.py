"""What every part of a month's run shares: where things are, what was chosen, the record being written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vigie.detection.lake import FileHashes, Lake
from vigie.detection.monthly.parameters import Parameters
from vigie.detection.run_record import RunRecord
from vigie.detection.steps import Facts, Step, execute
from vigie.kernel.errors import CheckFailed
from vigie.kernel.period import Month


class AlreadyTold(CheckFailed):
    """The run stops for reasons that its record has already told, one message each."""


@dataclass(frozen=True)
class Approval:
    """A named person takes a source's delivery although a check refused it."""

    source: str
    by: str


@dataclass
class Run:
    """One run of one month.

    incoming: folder of the month's files. publications: where lists appear. feedback: what agents said of them.
    facts_only: the list is not due yet; what arrived refreshes the sheets, what did not is not missing.
    deliveries: source → month of the delivery in hand, filled by the intake. nothing_delivered: no file of any source.
    """

    lake: Lake
    month: Month
    incoming: Path
    publications: Path
    parameters: Parameters
    record: RunRecord
    hashes: FileHashes
    created_at: str
    code_version: str
    approvals: tuple[Approval, ...] = ()
    feedback: Path | None = None
    retrain: bool = False
    facts_only: bool = False
    say: Callable[[str], None] = lambda _: None
    deliveries: dict[str, Month] = field(default_factory=dict)
    reports: dict[str, Any] = field(default_factory=dict)
    nothing_delivered: bool = False

    @property
    def state(self) -> Path:
        return self.lake.state(self.month)

    @property
    def corrections(self) -> Path:
        return self.lake.root / "corrections"

    def do(self, step: Step) -> Facts:
        """Executes a step, or passes over it when its result stands."""
        return execute(step, self.state, self.record, self.say)

    def rows(self, source: str) -> Path:
        """The typed rows in hand of a source."""
        return self.lake.delivery(source, self.deliveries[source]) / "rows.parquet"
