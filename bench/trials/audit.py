"""S-10: the audit while its writers and its sealer are killed at any moment; the chain must verify each time.

    python -m bench.trials.audit --kills 50       # exits 0 when every verification is right

A child writes traces in short transactions, says each commit, and seals now and then; it is killed at random, at the
named points too. After each death what was said is there, the chain verifies, and goes on from where it was.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

POINTS = ("audit.before_commit", "audit.before_head")
LONGEST_S = 0.4


def main(arguments: Sequence[str] | None = None) -> int:
    """Kills, verifies, again; the account last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="vigie-audit-") as place:
        _set_up(Path(place))
        chance = random.Random(options.seed)
        said = links = 0
        for kill in range(options.kills):
            said += _live_and_die(chance, POINTS[kill // 3 % 2] if kill % 3 == 0 else "")
            rows, links = _verified(f"kill {kill + 1}")
            if rows < said:
                print(f"kill {kill + 1}: {said} rows were told to be committed, {rows} are there")
                return 1
    print(f"kept in {options.kills} kills: {links} links, no row lost, no fault")
    return 0


def _set_up(place: Path) -> None:
    os.environ |= {"VIGIE_MODE": "test", "VIGIE_VAR": str(place), "DJANGO_SETTINGS_MODULE": "vigie.config.settings"}
    os.environ.setdefault("VIGIE_DATABASE_URL", f"sqlite:///{place / 'base.sqlite3'}")
    import django
    from tests.migrated_once import migrate

    django.setup()
    migrate()


def _live_and_die(chance: random.Random, point: str) -> int:
    """One child, killed; gives how many rows it said to have committed."""
    from django.db import connections

    connections.close_all()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _write_for_ever(writer, f"{point}:{chance.randint(1, 4)}" if point else "")
    os.close(writer)
    if not point:
        time.sleep(chance.uniform(0.02, LONGEST_S))
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said = b""
    while piece := os.read(reader, 65536):
        said += piece
    os.close(reader)
    return 3 * len(said)


def _write_for_ever(writer: int, point: str) -> NoReturn:
    """Three rows a transaction, one byte when it is committed; a pass of sealing every fourth."""
    from django.db import transaction

    from vigie.journal import audit, crash
    from vigie.journal.audit_chain import seal
    from vigie.kernel.clock import now
    from vigie.rights.person import SYSTEM

    crash.aim(point)
    done = 0
    while True:
        with transaction.atomic():
            audit.note("view_company", "companies.Company", "123456782", by=SYSTEM, at=now())
            blocks = [audit.Trace("view_block", "companies.Company", "123456782", details={"n": n}) for n in range(2)]
            audit.note_many(blocks, by=SYSTEM, at=now())
        os.write(writer, b".")
        done += 1
        if done % 4 == 0:
            seal(now())


def _verified(after: str) -> tuple[int, int]:
    """Seals what waits and verifies all; gives the rows and the links. Ends the trial when something is wrong."""
    from vigie.journal.audit_chain import seal
    from vigie.journal.audit_verify import verify
    from vigie.journal.models import AuditEvent
    from vigie.kernel.clock import now

    before = verify(now()).fault
    seal(now())
    verdict = verify(now())
    fault = before or verdict.fault
    if fault is not None or verdict.waiting:
        sys.exit(f"{after}: {fault.text if fault else f'{verdict.waiting} rows are in no link'}")
    return AuditEvent.objects.count(), verdict.links


if __name__ == "__main__":
    sys.exit(main())
