"""R-03 for exports: a maker killed anywhere is followed by another; one file, one mail, one row of the audit.

``python -m bench.trials.exports``. Each trial asks for a long export, kills its maker with SIGKILL at a named point,
lets the planned job find it and a worker make it again, then looks at every row and every file.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bench.trials.workers import Kill, database, run

SOURCE = Path(__file__).resolve().parents[2] / "src" / "vigie" / "exports"
ROWS = 5_600
POINTS = (
    *("exports.after_take", "exports.half_written", "exports.after_file", "exports.after_ready"),
    *("perform.after_state", "journal.after_event", "journal.after_messages"),
)
ERASING = "exports.before_erase"


def points_of_the_source() -> set[str]:
    """Every point named in the exports."""
    found = re.compile(r'crash_point\("([a-z_.]+)"\)')
    return {name for path in SOURCE.glob("*.py") for name in found.findall(path.read_text(encoding="utf-8"))}


class World:
    """An agent, an export of many rows, and the moment of the trials."""

    def __init__(self) -> None:
        from tests.accounts.factories import UserFactory, person
        from tests.exports.factories import long_sheet

        from vigie.exports.registry import register_exporter
        from vigie.kernel import clock

        self.at: datetime = clock.now()
        self.by = person(UserFactory(team=True))
        self.sheet = long_sheet(ROWS)
        register_exporter("trial", lambda *_: self.sheet, formats=("csv",))

    def ask(self) -> int:
        from vigie.exports.actions import ask

        return ask("trial", {}, "csv", self.sheet, by=self.by, at=self.at).pk

    def work(self, pk: int, at: datetime) -> None:
        """What the worker does at that moment: the planned job, then the maker."""
        from vigie.exports import background

        background.resume(at=at)
        background.produce(at=at, export_id=pk, now=lambda: at)

    def faults(self, pk: int, at: datetime) -> Iterator[str]:
        from vigie.exports import storage
        from vigie.exports.models import ExportRecord
        from vigie.journal.models import AuditEvent, OutgoingMessage

        record = ExportRecord.objects.get(pk=pk)
        if (record.state, record.row_count) != ("ready", ROWS):
            yield f"{record.state} with {record.row_count} rows"
            return
        told = AuditEvent.objects.filter(object_id=record.code).values_list("action", flat=True)
        if sorted(told) != ["export", "export_made"]:
            yield f"the audit says {sorted(told)}"
        mails = OutgoingMessage.objects.filter(subject_id=str(pk)).count()
        if mails != 1:
            yield f"{mails} mails"
        if storage.path_of(record).stat().st_size != record.size:
            yield "the file is not the one that was told"
        run(lambda: self._erase(at), Kill(ERASING))
        self._erase(at)
        left = [path.name for path in storage.stored()]
        if left != [storage.path_of(record).name]:
            yield f"files left: {left}"
        self._erase(record.expires_at)
        if list(storage.stored()):
            yield "a file outlives its day"

    def _erase(self, at: datetime) -> None:
        from vigie.exports.background import expire

        expire(at=at)


def main() -> int:
    faults, kills = [], 0
    with database() as folder:
        tempfile.tempdir = str(folder)  # the trials run ahead of the clock: what others are writing is left alone
        world = World()
        for point in POINTS:
            for nth in (1, 7) if point == "exports.half_written" else (1,):
                pk = world.ask()
                kills += run(lambda pk=pk: world.work(pk, world.at), Kill(point, nth))  # type: ignore[misc]
                later = world.at + timedelta(minutes=2)
                world.work(pk, later)
                faults += [f"{point}:{nth}: {fault}" for fault in world.faults(pk, later)]
    planned = {*POINTS, ERASING}
    faults += [f"{point} is in no trial" for point in points_of_the_source() - planned]
    print(f"{kills} kills\n" + "\n".join(faults))
    print("kept" if not faults and kills == len(POINTS) + 1 else "NOT kept")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
