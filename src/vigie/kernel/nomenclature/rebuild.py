"""Makes the compact label files of ``data/`` again from the national institute's tables (see data/README.md).

    python -m vigie.kernel.nomenclature.rebuild naf_rev2 TABLE.csv
    python -m vigie.kernel.nomenclature.rebuild naf_2025 TABLE.csv
    python -m vigie.kernel.nomenclature.rebuild legal_forms TABLE.csv

A table of activities has the columns ``niv5`` (01.11Z) and ``libelle_niv5``; one of legal categories ``code`` and
``libelle``. The result is refused when it does not hold as many codes as the nomenclature does.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

from vigie.kernel.errors import CheckFailed, MissingColumn
from vigie.kernel.text import clean_line

DATA = Path(__file__).with_name("data")
# file → (column of the code, column of the label, shape of a code, how many there are)
TABLES: dict[str, tuple[str, str, re.Pattern[str], int]] = {
    "naf_rev2": ("niv5", "libelle_niv5", re.compile(r"\d{4}[A-Z]", re.ASCII), 732),
    "naf_2025": ("niv5", "libelle_niv5", re.compile(r"\d{4}[A-Z]", re.ASCII), 747),
    "legal_forms": ("code", "libelle", re.compile(r"\d{4}", re.ASCII), 260),
}


def compact(name: str, source: Path) -> list[tuple[str, str]]:
    """(code without dot, label) in the order of the codes; MissingColumn or CheckFailed when the table is another."""
    code_column, label_column, shape, expected = TABLES[name]
    with source.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        for column in (code_column, label_column):
            if column not in (reader.fieldnames or ()):
                raise MissingColumn(source.name, f"no column {column!r}")
        # Labels are shown to people: the apostrophe is the typographic one.
        labels = {row[code_column].replace(".", ""): clean_line(row[label_column]).replace("'", "’") for row in reader}
    wrong = [code for code, label in labels.items() if not shape.fullmatch(code) or not label]
    if wrong or len(labels) != expected:
        raise CheckFailed(source.name, f"{len(labels)} codes, {expected} expected; not codes: {wrong[:5]}")
    return sorted(labels.items())


def main(arguments: list[str]) -> int:
    """Writes one file of ``data/``; gives the exit code."""
    if len(arguments) != 2 or arguments[0] not in TABLES:
        print(__doc__, file=sys.stderr)  # noqa: T201
        return 2
    name, source = arguments
    rows = compact(name, Path(source))
    with (DATA / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("code", "label"))
        writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
