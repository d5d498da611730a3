"""A step of the batch, and how it is passed over when its result stands.

A step is a value: a name, what it depends on, what it writes, a function. Beside its result stands a fingerprint: the
facts it was given (hashes of inputs, parameters) and the code it ran. Same fingerprint and results present: nothing is
done. A kill between two steps loses at most the step that was running, for each writes its result in one rename.
"""

from __future__ import annotations

import os
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
        return fingerprint(self.name, self.inputs, code_of(self.code))


def code_of(places: Sequence[str]) -> str:
    """The fingerprint of some files and folders of this package."""
    return code_fingerprint(*(PACKAGE / place for place in places))


def stale_steps(state: Path) -> dict[str, str]:
    """Of the steps done for a month, those that the next run would do again, and why, in French.

    What a run would be given is not known here (a new file, another correction): only its code and its results are.
    """
    found: dict[str, str] = {}
    for path in sorted(state.glob("*.json")):
        former = read_json(path)
        if not isinstance(former, dict) or "code" not in former:
            continue
        if code_of(former["code"]) != former["code_fingerprint"]:
            found[former["name"]] = "le code a changé depuis"
        elif gone := [place for place in former["outputs"] if not (state / place).exists()]:
            found[former["name"]] = f"son résultat n’est plus là ({Path(gone[0]).name})"
    return found


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
    told = {"fingerprint": expected, "facts": facts, "name": step.name, "code": step.code}
    told |= {"code_fingerprint": code_of(step.code), "outputs": [os.path.relpath(path, state) for path in step.outputs]}
    write_json(state / f"{step.name.replace(':', '.')}.json", told)
    return facts
