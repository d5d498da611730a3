"""The limit of P-03: debt stock, contributions, workforce, ten lags and a year's aggregates, without the product.

    python -m bench.limits.panel TYPED_FOLDER OUT.parquet

Twenty-one columns by firm and month, in DuckDB SQL, from the typed Parquet files; one file, sorted.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

COLUMNS = 21
SQL = """
CREATE TEMP TABLE firms AS SELECT DISTINCT siren FROM '{ent}' WHERE workforce_count >= 10;
CREATE TEMP TABLE months AS SELECT unnest(generate_series({first}, {last})) AS m;
CREATE TEMP TABLE grid AS SELECT siren, m FROM firms, months;
CREATE TEMP TABLE dues AS
  SELECT siret[1:9] AS siren, s + i AS m, sum(due_eur / n) AS due
  FROM (SELECT *, datediff('month', period_start, period_end) AS n, {month_s} AS s FROM '{cotisation}'),
       range(n) AS r(i) GROUP BY ALL;
CREATE TEMP TABLE states AS
  SELECT *, min({month_c}) OVER (PARTITION BY siret, account, period_start, period_end, ecn_number
                                 ORDER BY history_number ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS later
  FROM '{debit}';
CREATE TEMP TABLE events AS
  SELECT siret[1:9] AS siren, greatest(m, {first}) AS m, sum(po) AS po, sum(pp) AS pp FROM (
    SELECT siret, {month_c} AS m,
      employee_debt_eur - coalesce(lag(employee_debt_eur) OVER w, 0) AS po,
      employer_debt_eur - coalesce(lag(employer_debt_eur) OVER w, 0) AS pp
    FROM states WHERE later IS NULL OR {month_c} < later
    WINDOW w AS (PARTITION BY siret, account, period_start, period_end, ecn_number ORDER BY history_number))
  GROUP BY ALL;
CREATE TEMP TABLE base AS
  SELECT g.siren, g.m, d.due, w.workforce_count AS staff,
    sum(coalesce(e.po, 0)) OVER (PARTITION BY g.siren ORDER BY g.m) AS po,
    sum(coalesce(e.pp, 0)) OVER (PARTITION BY g.siren ORDER BY g.m) AS pp
  FROM grid g LEFT JOIN dues d USING (siren, m) LEFT JOIN events e USING (siren, m)
  LEFT JOIN (SELECT siren, {month_w} AS m, workforce_count FROM '{ent}') w USING (siren, m);
COPY (
  SELECT siren, m, due, staff, po, pp, {lags}, avg(due) OVER y AS mean12, max(due) OVER y AS max12,
    stddev_pop(due) OVER y AS deviation12, (po + pp) / nullif(staff, 0) AS per_head,
    (po + pp) / nullif(avg(due) OVER y, 0) AS ratio, (po + pp) - lag(po + pp, 3) OVER w AS difference3,
    count(due) OVER y AS known12
  FROM base WINDOW w AS (PARTITION BY siren ORDER BY m),
    y AS (PARTITION BY siren ORDER BY m ROWS BETWEEN 11 PRECEDING AND CURRENT ROW)
  ORDER BY siren, m) TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""


def build(typed: Path, out: Path, first: int, last: int, *, threads: int = 2) -> None:
    """Writes the panel of the limit. first, last: months counted as year x 12 + month - 1."""
    (batch,) = (typed / "debit").iterdir()
    files = {name: typed / name / batch.name / "rows.parquet" for name in ("debit", "cotisation", "effectif_ent")}
    month = "year({0}) * 12 + month({0}) - 1"
    lags = ", ".join(f"lag({c}, {n}) OVER w AS {c}_{n}" for c in ("po", "pp") for n in (1, 2, 3, 6, 12))
    with duckdb.connect(config={"threads": threads, "memory_limit": "2GB"}) as engine:
        engine.execute("SET enable_progress_bar = false")
        engine.execute(SQL.format(
            ent=files["effectif_ent"], cotisation=files["cotisation"], debit=files["debit"], first=first, last=last,
            month_s=month.format("period_start"), month_c=month.format("counted_month"),
            month_w=month.format("month"), lags=lags, out=out,
        ))  # fmt: skip


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
