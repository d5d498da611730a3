"""A step of the batch, and how it is passed over when its result stands.

A step is a value: a name, what it depends on, what it writes, a function. Beside its result stands a fingerprint: the
facts it was given (hashes of inputs, parameters) and the code it ran. Same fingerprint and results present: nothing is
done. A kill between two steps loses at most the step that was running, for each writes its result in one rename.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vigie.detection.lake import code_fingerprint, fingerprint, read_json, write_json
from vigie.detection.run_record import RunRecord

PACKAGE = Path(__file__).parent
Facts = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One thing the batch does.

    name: shown in the record and in `status`.
    code: files and folders of this package whose change makes the result stale.
    inputs: facts, writable as JSON, on which the result depends.
    outputs: the files or folders it leaves.
    work: does it, and gives the facts worth recording (rows, counts).
    """

    name: str
    code: tuple[str, ...]
    inputs: Any
    outputs: Sequence[Path]
    work: Callable[[], Facts]

    def fingerprint(self) -> str:
        return fingerprint(self.name, self.inputs, code_fingerprint(*(PACKAGE / place for place in self.code)))


def stands(step: Step, state: Path) -> Facts | None:
    """The facts of the step's last result if it still stands; None if it must be done."""
    former = read_json(state / f"{step.name.replace(':', '.')}.json")
    if not isinstance(former, dict) or former.get("fingerprint") != step.fingerprint():
        return None
    if not all(path.exists() for path in step.outputs):
        return None
    return dict(former["facts"])


def execute(step: Step, state: Path, record: RunRecord, say: Callable[[str], None]) -> Facts:
    """Does the step, or passes over it; gives its facts either way."""
    if (facts := stands(step, state)) is not None:
        record.skipped(step.name, facts)
        return facts
    say(step.name)
    expected = step.fingerprint()
    with record.step(step.name) as facts:
        facts.update(step.work())
    write_json(state / f"{step.name.replace(':', '.')}.json", {"fingerprint": expected, "facts": facts})
    return facts
