"""`vigie-batch read SOURCE FILE`: the typed rows and the report of one file, for whoever receives a strange delivery.

Writes nothing but to the standard output; the exit code is not 0 when the file is refused.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vigie.detection.intake.reading import ROWS_FILE, read_file
from vigie.detection.intake.report import FileReport, Rejection
from vigie.detection.sources.registry import SOURCES, source

NAME = "read"
HELP = "Montre un fichier brut tel qu’il serait lu : ses lignes typées et son rapport."
ROWS_SHOWN = 20
COLUMN_EDGES = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("source", choices=[one.code for one in SOURCES], metavar="SOURCE", help=_codes())
    parser.add_argument("file", type=Path, metavar="FILE", help="fichier livré, compressé ou non")
    parser.add_argument("--json", action="store_true", help="lignes et rapport en JSON, pour un programme")
    parser.add_argument(
        "--accounts",
        type=Path,
        metavar="FILE",
        help="comptes Urssaf (sigfaible_etablissement_utf8.csv), pour une livraison de 2023 sans SIRET",
    )
    parser.add_argument("--limit", type=int, metavar="N", help=f"lignes montrées (sans --json : {ROWS_SHOWN})")


def run(arguments: argparse.Namespace) -> int:
    """Reads the file and prints what it holds; 1 when it is refused."""
    try:
        return _read(arguments)
    except BrokenPipeError:
        # Whoever reads the output has seen enough (`| head`): nothing is wrong, and nothing more is written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _read(arguments: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="vigie-read-") as folder:
        work = Path(folder)
        accounts = None
        if arguments.accounts is not None:
            known = read_file(source("admin_urssaf"), arguments.accounts, work / "accounts")
            if known.is_fatal:
                return _print(arguments, known, iter(()))
            accounts = work / "accounts" / ROWS_FILE
        report = read_file(source(arguments.source), arguments.file, work / "rows", accounts=accounts)
        limit = arguments.limit if arguments.limit is not None or arguments.json else ROWS_SHOWN
        rows = iter(()) if report.is_fatal else _rows(work / "rows" / ROWS_FILE, limit)
        return _print(arguments, report, rows)


def short_report(report: FileReport) -> dict[str, Any]:
    """The report as programs read it; line 0 is the file itself."""
    rejections = [{"line": one.line, "message": one.message} for one in _in_order(report)]
    if report.fatal is not None:
        rejections.insert(0, {"line": report.fatal_line, "message": report.fatal})
    return {
        "read": report.read,
        "rejected": report.rejected,
        "filtered": report.filtered,
        "valid": report.valid,
        "fatal": report.is_fatal,
        "first_rejections": rejections,
    }


def _in_order(report: FileReport) -> list[Rejection]:
    """The first rejections from the top of the file down: they are found column by column."""
    return sorted(report.first_rejections, key=lambda one: (one.file, one.line))


def plain(value: Any) -> Any:
    """A typed value in JSON: dates ISO, amounts as numbers in euros."""
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _rows(path: Path, limit: int | None) -> Iterator[dict[str, Any]]:
    given = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=10_000):
            for row in batch.to_pylist():
                if limit is not None and given >= limit:
                    return
                given += 1
                yield {name: plain(value) for name, value in row.items()}


def _print(arguments: argparse.Namespace, report: FileReport, rows: Iterator[dict[str, Any]]) -> int:
    if arguments.json:
        _print_json(report, rows)
    else:
        _print_for_people(report, rows)
    if report.is_fatal and arguments.json:  # otherwise the person has just read it
        print(report.summary_fr, file=sys.stderr)  # noqa: T201
    return 1 if report.is_fatal else 0


def _print_json(report: FileReport, rows: Iterator[dict[str, Any]]) -> None:
    """One JSON object, written row by row: a national file does not fit in memory."""
    out = sys.stdout
    out.write(f'{{"source": {json.dumps(report.source)}, "rows": [')
    for rank, row in enumerate(rows):
        out.write(",\n" if rank else "\n")
        out.write(json.dumps(row, ensure_ascii=False))
    out.write(f'\n], "report": {json.dumps(short_report(report), ensure_ascii=False)}}}\n')


def _print_for_people(report: FileReport, rows: Iterator[dict[str, Any]]) -> None:
    console = Console(highlight=False)
    console.print(source(report.source).label_fr, markup=False)
    told = [{name: _said(value) for name, value in row.items() if name != "file"} for row in rows]
    _print_rows(console, told)
    shown = len(told)
    if shown < report.rows:
        console.print(f"… {report.rows - shown} lignes de plus (--limit en montre davantage).", markup=False)
    console.print(report.summary_fr, markup=False, soft_wrap=True)
    for facts in report.files:
        if report.is_fatal:  # what was guessed of a file that is refused would mislead
            continue
        compression = "" if facts.compression == "none" else f", {facts.compression}"
        text = f"{facts.name} : {facts.size} octets, {facts.encoding}{compression}, séparateur « {facts.delimiter} »"
        console.print(text, markup=False, soft_wrap=True)
    for notice in report.notices:
        place = f" (ligne {notice.line})" if notice.line else ""
        console.print(f"Attention : {notice.message}{place} : {notice.count} fois.", markup=False, soft_wrap=True)
    for one in _in_order(report):
        console.print(f"Ligne {one.line} : {one.message}.", markup=False, soft_wrap=True)


def _print_rows(console: Console, rows: list[dict[str, str]]) -> None:
    """A table where it fits the terminal; otherwise each row in full, one value per line."""
    if not rows:
        return
    widths = [max(len(name), *(len(row[name]) for row in rows)) + COLUMN_EDGES for name in rows[0]]
    if sum(widths) < console.width:
        table = Table()
        for name in rows[0]:
            table.add_column(name)
        for row in rows:
            table.add_row(*(Text(text) for text in row.values()))
        console.print(table)
        return
    longest = max(len(name) for name in rows[0])
    for row in rows:
        console.print(f"— Ligne {row['line']}", markup=False)
        for name, text in row.items():
            if text and name != "line":
                console.print(f"  {name:<{longest}}  {text}", markup=False, soft_wrap=True)


def _said(value: Any) -> str:
    """A typed value for people; empty when it is missing."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _codes() -> str:
    return "source : " + ", ".join(one.code for one in SOURCES)
