"""Rebuilds the small table of communes of the generator from the territory's data: python -m scripts.invented_communes

The four most populated communes of each département, with their first postal code.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "src" / "vigie"
SOURCE = ROOT / "territory" / "data" / "communes.csv.gz"
TABLE = ROOT / "detection" / "invent" / "communes.csv"
PER_DEPARTEMENT = 4
OVERSEAS = ("971", "972", "973", "974", "976")  # the collectivities of 975, 977, 978 and 98 are not départements


def chosen() -> list[tuple[str, str, str, str]]:
    """(code, departement, postcode, name) of the communes kept, by code. A city divided in districts gives these."""
    with gzip.open(SOURCE, "rt", encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["postal_codes"]]
    divided = {row["parent"] for row in rows if row["parent"]}
    by_departement: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        place = row["departement"]
        if row["code"] not in divided and (len(place) == 2 or place in OVERSEAS):
            by_departement[place].append(row)
    kept = [
        row
        for rows in by_departement.values()
        for row in sorted(rows, key=lambda row: (-int(row["population"] or 0), row["code"]))[:PER_DEPARTEMENT]
    ]
    return sorted((row["code"], row["departement"], row["postal_codes"].split()[0][:5], row["name"]) for row in kept)


def main() -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "departement", "postcode", "name"))
        writer.writerows(chosen())


if __name__ == "__main__":
    main()
