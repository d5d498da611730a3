"""The limit of the debt stock (quality-bars.md 3.1): differences and a running sum, from bare Parquet.

    python -m bench.limits.debt_stock DEBITS.parquet 2026-10      # the file that bench.limits.intake writes

Work grows with the events, never with events × months. Prints the seconds, the rows and what
is owed in all at the end of the last month, in cents.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import duckdb

STOCK = """
WITH operations AS (
  SELECT Siren, num_cpte, Periode, Num_Ecn, rank, po, pp,
    CAST(date_trunc('month', CASE WHEN day(treated_on) <= 20 THEN treated_on ELSE treated_on + INTERVAL 1 MONTH END)
         AS DATE) AS month
  FROM read_parquet($file)),
steps AS (
  SELECT Siren, month,
    po - lag(po, 1, 0) OVER line AS po, pp - lag(pp, 1, 0) OVER line AS pp
  FROM operations WHERE month <= $last
  WINDOW line AS (PARTITION BY num_cpte, Periode, Num_Ecn ORDER BY rank)),
months AS (
  SELECT Siren, month, sum(po) AS po, sum(pp) AS pp FROM steps GROUP BY ALL)
SELECT Siren, month,
  sum(po) OVER firm AS employee_cents, sum(pp) OVER firm AS employer_cents,
  lead(month, 1, $last + INTERVAL 1 MONTH) OVER firm AS until
FROM months WINDOW firm AS (PARTITION BY Siren ORDER BY month)
"""


def run(debits: str, last_month: str) -> dict[str, Any]:
    """The stock of each firm at each month that changes it; the seconds, the rows, the stocks of all month ends."""
    engine = duckdb.connect(config={"threads": 2, "autoinstall_known_extensions": False})
    text = STOCK.replace("$file", f"'{debits}'").replace("$last", f"DATE '{last_month}-01'")
    start = time.perf_counter()
    engine.execute(f"CREATE TABLE stock AS {text}")
    seconds = time.perf_counter() - start
    rows, total = engine.execute(
        "SELECT count(*), sum(employee_cents + employer_cents) FILTER (WHERE until > $1::DATE) FROM stock",
        [f"{last_month}-01"],
    ).fetchall()[0]
    return {"seconds": seconds, "rows": rows, "last_month_cents": int(total)}


if __name__ == "__main__":
    print(run(sys.argv[1], sys.argv[2]))
