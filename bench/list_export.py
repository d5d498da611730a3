"""W-14: a detection list of 50 000 firms in alert, exported from the database as text and as a workbook.

    python -m bench.list_export                                            # SQLite, in a temporary file
    python -m scripts.postgresql -- .venv/bin/python -m bench.list_export  # a throw-away PostgreSQL

What a reader of France as a whole exports with every column, masked as his screen is, read by pages of keys. Each
format must take less than 20 s and 24 MB more than a tenth of the rows. Exits 0 when both do; 1 otherwise; 75 when the
machine was too busy to tell.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from bench.exports import FORMATS, LIMIT_MB, LIMIT_S, peak_mb
from bench.measuring import MET, Result, load, note, verdict, wait_for_quiet
from bench.scratch_directory import scratch_database

AT = datetime(2026, 7, 6, 7, 0, tzinfo=UTC)
DEPARTEMENTS = 95


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50_000)
    options = parser.parse_args(argv)
    quiet, before = wait_for_quiet(), load()
    with scratch_database() as (engine, _folder):
        _fill(options.rows)
        for file_format in FORMATS:
            _exported(file_format, options.rows, departement="01")
        short_mb = peak_mb()
        worked = time.process_time()
        seconds = {file_format: _exported(file_format, options.rows) for file_format in FORMATS}
        worked = time.process_time() - worked
        more_mb = peak_mb() - short_mb
    slowest = max(seconds.values())
    kept = slowest <= LIMIT_S and more_mb <= LIMIT_MB
    outcome = MET if kept else verdict(False, quiet=quiet and load() <= 2 * before + 1)
    ours: dict[str, Any] = {name: round(value, 2) for name, value in seconds.items()} | {
        "more_mb": round(more_mb, 1), "processor_s": round(worked, 1),
    }  # fmt: skip
    result = Result("W-14", f"list export, {engine}", round(slowest, 2), LIMIT_S, "s", outcome, ours)
    note(result, before=before, scale=f"{options.rows} rows", seed=0)
    told = ", ".join(f"{name} {value:.1f} s" for name, value in seconds.items())
    limits = f"limits {LIMIT_S:.0f} s each, {LIMIT_MB:.0f} MB"
    print(f"{engine}, {options.rows:,} rows: {told} ({worked:.1f} s of processor), {more_mb:.0f} MB more; {limits}")
    return outcome


def _exported(file_format: str, rows: int, **address: str) -> float:
    """Seconds of the whole export: what is declared, read, masked, written, fingerprinted."""
    from vigie.exports.mark import Mark
    from vigie.exports.production import make
    from vigie.rights.person import Person, PersonKind
    from vigie.rights.table import Role
    from vigie.watchlists.exporters import COLUMNS_ASKED, EVERY_COLUMN, list_sheet

    reader = Person(PersonKind.USER, roles=frozenset({Role.LEVEL_A}), user_id=1, nationwide=True)
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as file:
        sheet = list_sheet(reader, {**address, COLUMNS_ASKED: EVERY_COLUMN}, AT)
        made = make(sheet, file_format, file, Mark("EXP-7K2M-9QRT", "Ada Liste", AT))
    seconds = time.perf_counter() - begun
    if not address and made.rows != rows:
        raise SystemExit(f"{made.rows} rows written, not {rows}")
    return seconds


def _fill(rows: int) -> None:
    """An open list of that many firms in alert, known of the directory, in every département."""
    from django.db import connection
    from tests.publication.factories import facts

    from vigie.companies.models import Company
    from vigie.kernel.siren import INVENTED_PREFIX, with_key
    from vigie.territory.models import Zone
    from vigie.watchlists.actions.reception import told
    from vigie.watchlists.models import Entry, FirmPlace, Publication

    Zone.objects.create(
        zone_type="departement", code="01", name="Ain", name_folded="AIN", region_code="84", vintage=2026
    )
    listed = Publication.objects.create(
        code="2026-06.1", batch=date(2026, 6, 1), number=1, fingerprint="0" * 64, state="open", received_at=AT,
        checked_at=AT, opened_at=AT, all_green=True, entries_expected=rows, entries_loaded=rows,
        told=told(facts("2026-06")),
    )  # fmt: skip
    reasons = [
        {"code": "employee_debt_months", "text": "La part salariale de la dette sociale a doublé.", "class": "urssaf"},
        {"code": "equity_ratio", "text": "", "class": "fiscal"},
    ]
    for start in range(0, rows, 5_000):
        chosen = [(n, with_key(f"{INVENTED_PREFIX}{n:06d}")) for n in range(start, min(start + 5_000, rows))]
        names = [(siren, f"Société d’ébénisterie n° {n}", f"{1 + n % DEPARTEMENTS:02d}") for n, siren in chosen]
        Company.objects.bulk_create(
            Company(siren=siren, name=name, name_key=name.upper(), seen_at=AT, source="sirene")
            for siren, name, _where in names
        )
        FirmPlace.objects.bulk_create(FirmPlace(siren=siren, departement=where) for siren, _name, where in names)
        Entry.objects.bulk_create(
            Entry(
                id=listed.first_entry_id + n, publication=listed, siren=siren, level=("strong", "moderate")[n % 2],
                score=0.5, rank=n + 1, name=name, commune_name="Bourg-en-Bresse", departement=where, region="84",
                naf="16.23Z", section="C", workforce_count=n % 400, workforce_change_ratio=-0.05, reasons=reasons,
                main_family="urssaf_debt", first_alert=n % 3 == 0, payment_plan_running=n % 5 == 0,
            )
            for (n, siren), (_siren, name, where) in zip(chosen, names, strict=True)
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    sys.exit(main())
