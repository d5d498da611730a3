"""Figures of the typed rows of a delivery: what the next delivery is compared with, and what deserves a warning."""

# ruff: noqa: S608 (the names come from the tables of the sources, never from a delivery)

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from vigie.detection.intake.query import sql_type
from vigie.detection.intake.report import ColumnFigures, FileReport, Notice
from vigie.detection.sources.table import RESERVED_NAMES, Source, Type
from vigie.kernel.siren import is_siren, is_siret

SAMPLE = 2_048
UNKNOWN_SHOWN = 5
DUPLICATES_UP_TO = 6_000_000


def fill_figures(engine: duckdb.DuckDBPyConnection, source: Source, rows: Path, report: FileReport) -> None:
    """Fills columns, periods, distinct keys, duplicates and the warnings that need the whole file."""
    engine.execute("CREATE TEMP VIEW typed AS SELECT * FROM read_parquet('" + str(rows).replace("'", "''") + "')")
    _columns(engine, source, report)
    if source.period and report.rows:
        figures = report.columns[source.period]
        report.min_period, report.max_period = figures.low, figures.high
    _keys(engine, source, report)
    _identifiers(engine, source, report)
    _codes(engine, source, report)


def _columns(engine: duckdb.DuckDBPyConnection, source: Source, report: FileReport) -> None:
    names = [name for name in source.typed_names if name not in RESERVED_NAMES]
    parts, readers = ["count(*)"], []
    for name in names:
        kind = sql_type(source, name)
        parts.append(f'count("{name}")')
        if kind.startswith(("DECIMAL", "DOUBLE", "INTEGER")):
            parts += [f'CAST(sum("{name}") AS DOUBLE)', f'avg(abs("{name}"))']
        elif kind == "DATE":
            parts += [f'min("{name}")', f'max("{name}")']
        else:
            parts += ["NULL", "NULL"]
        readers.append((name, kind))
    values = _one(engine, f"SELECT {', '.join(parts)} FROM typed")
    total = values[0]
    for rank, (name, kind) in enumerate(readers):
        count, first, second = values[1 + 3 * rank : 4 + 3 * rank]
        figures = ColumnFigures(null_share=round(1 - count / total, 6) if total else 0.0)
        if kind == "DATE":
            figures.low, figures.high = (str(one) if one else None for one in (first, second))
        elif first is not None:
            figures.total, figures.mean = _steady(first), _steady(second)
        report.columns[name] = figures


def _steady(value: float) -> float:
    """Twelve figures: the last ones of a sum of floats depend on which thread came first."""
    return float(f"{value:.12g}")


def _keys(engine: duckdb.DuckDBPyConnection, source: Source, report: FileReport) -> None:
    """Distinct identifiers, a stable sample of them, and rows that repeat a key (not counted in the largest files)."""
    subject = f'"{source.subject}"'
    engine.execute(f"CREATE TEMP TABLE subjects AS SELECT DISTINCT {subject} AS subject FROM typed")
    report.distinct_keys = _one(engine, "SELECT count(*) FROM subjects")[0]
    # A multiplicative hash written out: the sample must stay the same from one version of the engine to the next.
    engine.execute(
        "CREATE TEMP TABLE hashed AS SELECT subject, "
        "(CAST(subject AS UBIGINT) % 4294967291) * 2654435761 % 4294967296 // 7 AS h FROM subjects"
    )
    while report.distinct_keys // report.key_modulus > SAMPLE:
        report.key_modulus *= 2
    found = engine.execute("SELECT h FROM hashed WHERE h % ? = 0 ORDER BY h", [report.key_modulus]).fetchall()
    report.key_sample = [int(row[0]) for row in found]
    if report.rows <= DUPLICATES_UP_TO:
        key = ", ".join(f'"{name}"' for name in source.key)
        distinct = _one(engine, f"SELECT count(*) FROM (SELECT DISTINCT hash({key}) FROM typed)")[0]
        report.duplicate_rows = report.rows - distinct
        if report.duplicate_rows:
            message = "Lignes qui répètent une clé déjà lue dans ce fichier"
            report.notices.append(Notice("duplicate_key", message, report.duplicate_rows))


def _identifiers(engine: duckdb.DuckDBPyConnection, source: Source, report: FileReport) -> None:
    """Counts the identifiers whose key is wrong: kept, with a warning (La Poste has a rule of its own)."""
    kind = "siret" if source.subject == "siret" else "siren"
    length = 14 if kind == "siret" else 9
    check = is_siret if kind == "siret" else is_siren
    suspects = engine.execute(f"SELECT subject FROM subjects WHERE {_luhn_fails('subject', length)}").fetchall()
    wrong = [row[0] for row in suspects if not check(row[0])]
    if kind == "siret":
        # A pseudo-SIRET is forged by the ACOSS: it is flagged as such, not as an error.
        wrong = [one for one in wrong if one[9] not in "5679" or not is_siren(one[:9])]
    if wrong:
        message = f"Clé de {kind.upper()} fausse (gardés), par exemple {min(wrong)}"
        report.notices.append(Notice("wrong_key", message, len(wrong)))


def _luhn_fails(name: str, length: int) -> str:
    """True when Luhn's key fails on the whole, or on the first nine digits."""

    def total(size: int) -> str:
        terms = []
        for rank in range(1, size + 1):
            digit = f"CAST({name}[{rank}:{rank}] AS INTEGER)"
            double = (size - rank) % 2 == 1
            terms.append(f"(2 * {digit} - CASE WHEN {digit} > 4 THEN 9 ELSE 0 END)" if double else digit)
        return " + ".join(terms)

    whole = f"({total(length)}) % 10 <> 0"
    return whole if length == 9 else f"({whole} OR ({total(9)}) % 10 <> 0)"


def _codes(engine: duckdb.DuckDBPyConnection, source: Source, report: FileReport) -> None:
    """Names the codes that the table does not know; they are kept."""
    for column in source.columns:
        if column.type is not Type.CODE or column.closed or not column.codes or not column.kept:
            continue
        known = ", ".join(f"'{code}'" for code in column.codes)
        found = engine.execute(
            f'SELECT "{column.name}", count(*), min(line) FROM typed WHERE "{column.name}" NOT IN ({known}) '
            "GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()
        if found:
            shown = ", ".join(f"« {row[0][:20]} »" for row in found[:UNKNOWN_SHOWN])
            message = f"« {column.raw} » : code inconnu, gardé tel quel ({shown})"
            first = min(row[2] for row in found)
            report.notices.append(Notice(f"{column.name}_unknown", message, sum(row[1] for row in found), line=first))


def _one(engine: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = engine.execute(sql).fetchone()
    assert row is not None
    return row
