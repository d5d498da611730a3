"""How quickly the Sirene stock enters the directory, and in how much memory (no bar: figures, and constant memory).

    python -m bench.import_sirene                                            # SQLite, in a temporary file
    python -m scripts.postgresql -- .venv/bin/python -m bench.import_sirene  # a throw-away PostgreSQL

Imports about 500 000 establishments of invented firms, then the same files again as the next month's. Exits 0 when the
second import changes no row but its date and memory grows by less than 64 MB on the way; 1 otherwise.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import timedelta

from bench import invented_stock
from bench.measuring import MET, NOT_MET, Result, load, note
from bench.scratch_directory import AT, Pace, imported, scratch_database

GROWTH_MB = 64.0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firms", type=int, default=370_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    before = load()
    with scratch_database() as (engine, folder):
        from vigie.companies import importer

        units, places, _count = invented_stock.write(folder, options.firms, options.seed)
        paces: list[Pace] = []
        sums = []
        for month in range(2):
            for kind, path in ((importer.UNITS, units), (importer.PLACES, places)):
                paces.append(imported(kind, path, at=AT + timedelta(days=30 * month)))
                print(f"{engine}, month {month + 1}: {paces[-1]}", flush=True)
            sums.append(_sums())
    growth = round(max(pace.grown_mb for pace in paces), 1)
    verdict = MET if sums[0] == sums[1] and growth < GROWTH_MB else NOT_MET
    ours = {f"{pace.file} {rank // 2 + 1}": round(pace.rows_per_s) for rank, pace in enumerate(paces)}
    title = f"stock import, {engine}"
    result = Result("import", title, growth, GROWTH_MB, "MB grown", verdict, ours)
    note(result, before=before, scale=f"{options.firms} firms", seed=options.seed)
    print(
        f"import {engine}: {paces[0].rows_per_s:,.0f} legal units/s, {paces[1].rows_per_s:,.0f} establishments/s, "
        f"again {paces[2].rows_per_s:,.0f} and {paces[3].rows_per_s:,.0f}, memory +{growth:.0f} MB "
        f"(limit {GROWTH_MB:.0f})"
    )
    return verdict


def _sums() -> tuple[int, ...]:
    """What must not change when the same stock comes again."""
    from vigie.companies.models import Company, Establishment, SearchWord

    places = Establishment.objects.filter(is_active=True)
    return (
        Company.objects.filter(is_active=True).count(),
        places.count(),
        places.exclude(search_text="").count(),
        sum(places.values_list("search_rank", flat=True)),
        SearchWord.objects.count(),
    )


if __name__ == "__main__":
    sys.exit(main())
