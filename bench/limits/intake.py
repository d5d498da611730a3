"""The limit of intake (quality-bars.md 3.1): three raw files to typed Parquet by the bare engine, nothing checked.

    python -m bench.limits.intake DELIVERY OUT     # a folder written by vigie-batch invent

Prints the seconds and what the comparison needs: rows and sums in cents.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import duckdb

CONTRIBUTIONS = """SELECT Siret, Compte, periode, CAST(replace(mer, ',', '.') AS DECIMAL(15,2)) AS mer,
  CAST(replace(enc_direct, ',', '.') AS DECIMAL(15,2)) AS enc,
  CAST(replace(cotis_due, ',', '.') AS DECIMAL(15,2)) AS due
  FROM read_csv($file, delim=';', header=true, all_varchar=true, quote='"')"""
DEBITS = """SELECT num_cpte, Siren, Siret, Periode, Num_Ecn, CAST(Num_Hist_Ecn AS INT) AS rank,
  make_date(1900 + n // 10000, n // 100 % 100, n % 100) AS treated_on,
  CAST(Mt_PO AS BIGINT) AS po, CAST(Mt_PP AS BIGINT) AS pp, Cd_op_ecn, Motif_ecn, Etat_cpte, Cd_pro_col
  FROM (SELECT *, CAST(Dt_trt_ecn AS INT) AS n
        FROM read_csv($file, delim=';', header=true, all_varchar=true, quote='"'))"""
WORKFORCE = """SELECT siren, month, CAST(people AS INT) AS people
  FROM (UNPIVOT (SELECT COLUMNS('^(siren|eff[0-9]+)$')
                 FROM read_csv($file, delim=';', header=true, all_varchar=true, quote='"'))
        ON COLUMNS(* EXCLUDE siren) INTO NAME month VALUE people)"""
FILES = {
    "sigfaible_cotisdues.csv": (CONTRIBUTIONS, "CAST(sum(due) * 100 AS BIGINT)"),
    "sigfaible_debits.csv": (DEBITS, "sum(po + pp)"),
    "sigfaible_effectif_siren.csv": (WORKFORCE, "sum(people)"),
}


def run(delivery: Path, out: Path) -> dict[str, Any]:
    """Reads and writes; gives the seconds, and for each file its rows and its sum."""
    out.mkdir(parents=True, exist_ok=True)
    engine = duckdb.connect(config={"threads": 2, "autoinstall_known_extensions": False})
    answer: dict[str, Any] = {}
    start = time.perf_counter()
    for name, (query, _) in FILES.items():
        source, target = str(delivery / name), str(out / f"{name}.parquet")
        text = query.replace("$file", f"'{source}'")
        engine.execute(f"COPY ({text}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    answer["seconds"] = time.perf_counter() - start
    for name, (_, total) in FILES.items():
        answer[name] = engine.execute(f"SELECT count(*), {total} FROM '{out}/{name}.parquet'").fetchone()  # noqa: S608
    return answer


if __name__ == "__main__":
    print(run(Path(sys.argv[1]), Path(sys.argv[2])))
