"""S-10: a million audit rows verified in 30 s; a row written in 1 ms; business writes that do not wait.

    python -m bench.audit                  # exits 0 when all three are met, 1 when not, 75 on a busy machine
    python -m bench.audit --rows 50000     # a look

On a base of its own: an SQLite file, or that of VIGIE_DATABASE_URL (`python -m scripts.postgresql -- …`), where the
share of serialisation is measured too: eight writers together, with audit rows and without.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.measuring import MET, NOISY, NOT_MET, VERDICTS, Result, load, note, rank, verdict, wait_for_quiet

VERIFY_S, WRITE_MS, SHARE = 30.0, 1.0, 0.20
ROWS, WRITES, WRITERS = 1_000_000, 2_000, 8
START = datetime(2026, 1, 1, tzinfo=UTC)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fills, verifies, writes; the figures last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--wait", type=float, default=60, help="seconds to wait for a calm machine")
    options = parser.parse_args(arguments)
    quiet, before = wait_for_quiet(options.wait), load()
    with tempfile.TemporaryDirectory(prefix="vigie-audit-") as place:
        set_up(Path(place))
        from django.db import connection

        fill(options.rows)
        results = [verifying(options.rows, quiet=quiet), writing(quiet=quiet)]
        if connection.vendor == "postgresql":  # on SQLite one transaction writes at a time, audited or not
            results.append(waiting(quiet=quiet))
    for result in results:
        note(result, before=before, scale=f"{options.rows} rows", seed=1)
        print(f"{result.bar} {result.title} : {result.value:g} {result.unit} (limite {result.limit:g}) — "
              f"{VERDICTS[result.verdict]}")  # fmt: skip
    verdicts = {result.verdict for result in results}
    return NOT_MET if NOT_MET in verdicts else NOISY if NOISY in verdicts else MET


def set_up(place: Path) -> None:
    os.environ |= {"VIGIE_MODE": "test", "VIGIE_VAR": str(place), "DJANGO_SETTINGS_MODULE": "vigie.config.settings"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def fill(rows: int) -> None:
    """Signed rows such as a sheet leaves, sealed."""
    from vigie.journal import audit
    from vigie.journal.audit_chain import seal

    batch = 10_000
    for start in range(0, rows, batch):
        at = START + timedelta(seconds=start)
        traces = [
            audit.Trace(
                "view_block", "companies.Company", f"{100_000_000 + n:09d}", in_zone=True, unlocked_by="zone",
                details={"block": "debts"},
            )
            for n in range(start, min(start + batch, rows))
        ]  # fmt: skip
        audit.note_many(traces, by=reader(), at=at)
        seal(at)


def reader() -> object:
    from vigie.rights.person import Person, PersonKind
    from vigie.rights.table import Role

    return Person(
        PersonKind.SYSTEM, name="Ada Lovelace", email="ada.lovelace@urssaf.example", entity="Urssaf Bretagne",
        segment="urssaf", zone_label="Bretagne", departements=frozenset({"22", "29", "35", "56"}),
        roles=frozenset({Role.LEVEL_A}),
    )  # fmt: skip


def verifying(rows: int, *, quiet: bool) -> Result:
    from vigie.journal.audit_verify import verify
    from vigie.kernel.clock import now

    begun = time.perf_counter()
    told = verify(now())
    seconds = time.perf_counter() - begun
    if told.fault is not None or told.links != rows:
        raise SystemExit(f"{told.links} links verified, fault: {told.fault}")
    per_million = seconds * ROWS / rows
    kept = verdict(per_million <= VERIFY_S, quiet=quiet)
    return Result("S-10", "1 000 000 traces vérifiées", round(per_million, 1), VERIFY_S, "s", kept)


def writing(*, quiet: bool) -> Result:
    """What a row adds to a transaction that is open: its statement, not the commit that the page pays anyway."""
    from django.db import transaction

    from vigie.journal import audit
    from vigie.kernel.clock import now

    times = []
    for _ in range(WRITES // 20):
        with transaction.atomic():
            for _ in range(20):
                begun = time.perf_counter()
                audit.note("view_company", "companies.Company", "123456782", by=reader(), at=now())  # type: ignore[arg-type]
                times.append((time.perf_counter() - begun) * 1000)
    p95 = rank(times, 95)
    kept = verdict(p95 <= WRITE_MS, quiet=quiet)
    return Result("S-10", "Une trace écrite, p95", round(p95, 2), WRITE_MS, "ms", kept)


def waiting(*, quiet: bool) -> Result:
    """The time that audit rows add to eight writers whose transactions last 20 ms each, beyond their own cost."""
    (alone, spent_alone), (audited, spent) = (together(noted) for noted in (False, True))
    own = max(0.0, spent - spent_alone)
    share = max(0.0, (audited - own) / alone - 1)
    kept = verdict(share <= SHARE, quiet=quiet)
    ours = {"alone_s": round(alone, 2), "audited_s": round(audited, 2), "own_processor_s": round(own, 2)}
    return Result("S-10", "Écritures ralenties par l’audit", round(share * 100, 1), SHARE * 100, "%", kept, ours)


def together(noted: bool) -> tuple[float, float]:
    """Seconds, and seconds of processor, for eight threads to end 50 transactions each, a sealer passing meanwhile.

    Threads of one process take turns at its interpreter: the processor that rows cost is not waiting for one another.
    """
    from django.db import connection, transaction

    from vigie.journal import audit
    from vigie.journal.audit_chain import seal
    from vigie.kernel.clock import now
    from vigie.rights import limits

    def write(rank_: int) -> None:
        for turn in range(50):
            with transaction.atomic():
                limits.hit("export", f"{rank_}-{turn}", now())
                if noted:
                    audit.note("view_company", "companies.Company", "123456782", by=reader(), at=now())  # type: ignore[arg-type]
                time.sleep(0.02)
        connection.close()

    threads = [threading.Thread(target=write, args=(rank_,)) for rank_ in range(WRITERS)]
    begun, worked = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    while noted and any(thread.is_alive() for thread in threads):
        seal(now())
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun, time.process_time() - worked


if __name__ == "__main__":
    sys.exit(main())
