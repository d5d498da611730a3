"""Reads one delivered file from the table of its source: typed rows in Parquet, and the report.

Everything streams: a few megabytes of lines are cut into cells, typed and judged by the engine, written, forgotten.
Nothing appears in the folder before everything is written; a refused file writes nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vigie.detection.intake import layout as layouts
from vigie.detection.intake.cells import CellReader, Cells
from vigie.detection.intake.figures import fill_figures
from vigie.detection.intake.layout import Layout
from vigie.detection.intake.lines import LineReader
from vigie.detection.intake.opening import byte_chunks
from vigie.detection.intake.overlap import ahead
from vigie.detection.intake.query import Statement, sql_type
from vigie.detection.intake.report import FileFacts, FileReport, Notice
from vigie.detection.intake.workbook import workbook_chunks
from vigie.detection.sources.table import RESERVED_NAMES, Column, Source, WideMonths, WideYears
from vigie.kernel.errors import SourceError, UnreadableFile
from vigie.kernel.period import Month

ROWS_FILE, REPORT_FILE = "rows.parquet", "report.json"
BLOCKS_AT_ONCE = 6
# A line of a wide file becomes sixty rows: one block of it fills as much memory as six of the others, and the next two
# are already under way. Six of them made the peak grow with the country (1.2 GiB at scale L, 2.3 times that of M).
WIDE_BLOCKS_AT_ONCE = 1
MEMORY_LIMIT = "700MB"

ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "DATE": pa.date32(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DECIMAL(15,2)": pa.decimal128(15, 2),
}


def typed_schema(source: Source) -> pa.Schema:
    """The schema of the typed rows of a source, whatever the generation of the delivery."""
    fields = [
        pa.field(name, ARROW_TYPES[sql_type(source, name)]) for name in source.typed_names if name not in RESERVED_NAMES
    ]
    return pa.schema([*fields, pa.field("file", pa.dictionary(pa.int32(), pa.string())), pa.field("line", pa.int64())])


def read_file(
    source: Source,
    path: Path | Sequence[Path],
    out_dir: Path,
    *,
    accounts: Path | None = None,
    batch: Month | None = None,
) -> FileReport:
    """Writes ``rows.parquet`` and ``report.json`` in out_dir (replaced at once) and gives the report.

    path: one file, or the several files of the source. accounts: the typed rows of ``admin_urssaf`` (deliveries of
    2023 have no SIRET). A refused delivery writes nothing: its report says why (``fatal``).
    """
    paths = [path] if isinstance(path, Path) else list(path)
    work = out_dir.with_name(f".{out_dir.name}.writing")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    report = FileReport(source.code, str(batch) if batch else None)
    try:
        _read_into(source, paths, work, report, accounts)
        if not report.is_fatal:
            report.write(work / REPORT_FILE)
            _replace(work, out_dir)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return report


def _read_into(source: Source, paths: list[Path], work: Path, report: FileReport, accounts: Path | None) -> None:
    with _engine(work) as engine:
        if accounts is not None:
            engine.execute(
                "CREATE TEMP TABLE accounts AS SELECT account, siret, "
                "coalesce(vanished_on, DATE '2899-01-01') AS vanished_on FROM read_parquet(?)",
                [str(accounts)],
            )
        rows = work / ROWS_FILE
        schema = typed_schema(source)
        options = {"compression": "zstd", "compression_level": 1, "store_decimal_as_integer": True}
        with pq.ParquetWriter(rows, schema, **options) as writer:
            for path in paths:
                reading = _Reading(source, path, engine, report, account_file=accounts is not None)
                try:
                    for table in ahead(reading.typed_tables(), depth=1):
                        writer.write_table(table, row_group_size=200_000)
                        report.rows += table.num_rows
                except SourceError as error:
                    report.refuse(_message(error), error.line or 0)
                    return
        if report.read == 0:
            report.refuse("Le fichier ne contient que son en-tête.")
        elif source.all_lines_or_none and report.rejected:
            first = min(report.first_rejections, key=lambda one: one.line)
            report.refuse(
                f"Ligne {first.line} : {first.message}. Une seule valeur fausse refuse ce fichier.", first.line
            )
        else:
            fill_figures(engine, source, rows, report)


def _engine(work: Path) -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect()
    engine.execute("SET threads = 2")
    engine.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    engine.execute("SET autoinstall_known_extensions = false")
    engine.execute("SET autoload_known_extensions = false")
    engine.execute("SET enable_progress_bar = false")
    engine.execute(f"SET temp_directory = '{str(work / 'spill').replace(chr(39), chr(39) * 2)}'")
    return engine


def _replace(work: Path, out_dir: Path) -> None:
    """Puts the finished folder in place of the old one."""
    shutil.rmtree(work / "spill", ignore_errors=True)
    old = out_dir.with_name(f".{out_dir.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out_dir.exists():
        out_dir.rename(old)
    work.rename(out_dir)
    shutil.rmtree(old, ignore_errors=True)


def _joined(group: list[Cells]) -> Cells:
    """Several blocks as one table, each repeated text held once."""
    table = pa.concat_tables([cells.table for cells in group]).unify_dictionaries()
    return Cells(table, spaced=any(cells.spaced for cells in group))


def _message(error: SourceError) -> str:
    return str(error).partition(": ")[2]


class _Reading:
    """One file on its way to typed tables; counts into the report."""

    def __init__(
        self, source: Source, path: Path, engine: duckdb.DuckDBPyConnection, report: FileReport, *, account_file: bool
    ) -> None:
        self.source = source
        self.engine = engine
        self.report = report
        self.account_file = account_file
        self.facts = FileFacts(path.name, delimiter=source.separator)
        report.files.append(self.facts)
        self._warned: dict[str, tuple[int, int]] = {}
        self._schema = typed_schema(source)
        self._reader = LineReader(
            source.code,
            (workbook_chunks if source.workbook else byte_chunks)(source.code, path, self.facts),
            self.facts,
            strict_quotes=source.strict_quotes,
            separator=source.separator,
        )

    def typed_tables(self) -> Iterator[pa.Table]:
        """The typed rows, a few hundred thousand at a time."""
        layout, account_keyed = self._layout()
        self.report.notices += layout.notices
        statement = Statement(self.source, layout, account_keyed=account_keyed)
        yearly = {
            year: Statement(self.source, layout.of_year(year), account_keyed=account_keyed)
            for year in sorted(layout.years)
        }
        repeated = {column.name for one in (statement, *yearly.values()) for column in one.repeated}
        for cells in ahead(self._cell_tables(layout, repeated), depth=1):
            if cells.table.num_rows:
                yield self._years(yearly, cells) if yearly else self._typed(statement, cells)
        self._tell()

    def _layout(self) -> tuple[Layout, bool]:
        first = self._reader.header()
        if not layouts.has_header(self.source, first):
            self._reader.unread(first)
            return layouts.positional(self.source, first), False
        layout = layouts.from_header(self.source, first, account_keyed=self.account_file)
        return layout, self.account_file and layouts.missing_siret(self.source, layout)

    def _cell_tables(self, layout: Layout, repeated: set[str]) -> Iterator[Cells]:
        reader = CellReader(layout, self.source.separator, repeated)
        group: list[Cells] = []
        at_once = BLOCKS_AT_ONCE if self.source.wide is None else WIDE_BLOCKS_AT_ONCE
        for block in self._reader.blocks():
            cells = reader.cells(block)
            self._count_refused(cells.refused)
            self._count(cells.table.num_rows + len(cells.refused))
            group.append(cells)
            if len(group) == at_once:
                yield _joined(group)
                group = []
        if group:
            yield _joined(group)

    def _count(self, lines: int) -> None:
        self.facts.read += lines
        self.report.read += lines

    def _count_refused(self, refused: list[tuple[int, str]]) -> None:
        if refused:
            self._rejected("malformed_line", len(refused))
            for line, message in sorted(refused):
                self.report.reject(self.facts.name, line, message)

    def _rejected(self, code: str, count: int) -> None:
        self.report.rejected += count
        self.report.rejected_by[code] = self.report.rejected_by.get(code, 0) + count

    def _years(self, statements: dict[int, Statement], cells: Cells) -> pa.Table:
        """One row per line and year; what refuses a line does not depend on the year."""
        tables: list[pa.Table] = []
        for year, statement in statements.items():
            table = self._typed(statement, cells, first=not tables)
            tables.append(table.set_column(0, self._schema.field(0), pa.array([year] * table.num_rows, pa.int32())))
        return pa.concat_tables(tables).sort_by([("line", "ascending"), (self._schema.names[0], "ascending")])

    def _typed(self, statement: Statement, cells: Cells, *, first: bool = True) -> pa.Table:
        block = cells.table
        for column in statement.repeated:
            block = self._with_values(statement, column, block)
        self.engine.register("block", block)
        judged = self.engine.sql(statement.lines(spaced=cells.spaced)).to_arrow_table()
        self._count_warnings(statement, judged)
        verdict = judged.column("_verdict").combine_chunks().to_numpy(zero_copy_only=False)
        filtered = judged.column("_filtered").combine_chunks().to_numpy(zero_copy_only=False)
        keep = (verdict == 0) & (filtered == 0)
        if not keep.all():
            if first:
                self._count_verdicts(statement, judged, verdict)
                self._count_filtered(statement, filtered)
            judged = judged.filter(pa.array(keep))
        if isinstance(self.source.wide, WideMonths):
            judged = self._months(statement, block, judged)
        return self._finished(judged)

    def _with_values(self, statement: Statement, column: Column, block: pa.Table) -> pa.Table:
        """Types each distinct text of the column once, and adds the typed columns."""
        cells = block.column(f"c{statement.layout.indexes[column.name]}")
        texts = cells.chunk(0).dictionary
        self.engine.register("texts", pa.table({"rank": pa.array(range(len(texts)), pa.int64()), "text": texts}))
        values = self.engine.sql(statement.values(column)).to_arrow_table()
        ranks = pa.chunked_array([chunk.indices for chunk in cells.chunks])
        for name in column.typed_names:
            block = block.append_column(name, values.column(name).combine_chunks().take(ranks.combine_chunks()))
        return block

    def _count_verdicts(self, statement: Statement, judged: pa.Table, verdict: np.ndarray) -> None:
        reasons = statement.rejections
        for number, count in zip(*np.unique(verdict[verdict > 0], return_counts=True), strict=True):
            self._rejected(reasons.codes[number], int(count))
        bad = judged.filter(pa.array(verdict > 0))
        fatal = set(np.unique(verdict)) & reasons.fatal
        for row in bad.slice(0, None if fatal else 200).select(["_line", "_verdict", "_value"]).to_pylist():
            message = reasons.messages[row["_verdict"]].format(value=row["_value"])
            self.report.reject(self.facts.name, row["_line"], message)
            if row["_verdict"] in fatal:
                raise UnreadableFile(self.source.code, f"{message}. Le fichier entier est refusé.", row["_line"])

    def _count_filtered(self, statement: Statement, filtered: np.ndarray) -> None:
        for number, count in zip(*np.unique(filtered[filtered > 0], return_counts=True), strict=True):
            code = statement.filters.codes[number]
            self.report.filtered += int(count)
            self.report.filtered_by[code] = self.report.filtered_by.get(code, 0) + int(count)

    def _months(self, statement: Statement, block: pa.Table, judged: pa.Table) -> pa.Table:
        """One row per filled month of the kept lines; a line with an unreadable cell is rejected whole."""
        assert isinstance(self.source.wide, WideMonths)
        months = [f"c{rank}" for rank in statement.layout.months.values()]
        kept = block.select(["_line", *months])
        if kept.num_rows != judged.num_rows:
            kept = kept.filter(pc.is_in(kept.column("_line"), value_set=judged.column("_line").combine_chunks()))
        for name in statement.line_columns:
            kept = kept.append_column(name, judged.column(name))
        self.engine.register("kept", kept)
        rows = self.engine.sql(statement.cells()).to_arrow_table()
        bad = rows.filter(pc.is_null(rows.column(self.source.wide.value)))
        if not bad.num_rows:
            return rows
        lines = pc.unique(bad.column("_line"))
        self._rejected("cell_unreadable", len(lines))
        seen: set[int] = set()
        for row in bad.select(["_line", "month", "_value"]).to_pylist():
            if row["_line"] not in seen:
                seen.add(row["_line"])
                message = f"mois {row['month']:%Y-%m} : « {row['_value']} » n’est pas un nombre entier positif ou nul"
                self.report.reject(self.facts.name, row["_line"], message)
        return rows.filter(pc.invert(pc.is_in(rows.column("_line"), value_set=lines)))

    def _finished(self, table: pa.Table) -> pa.Table:
        """The columns of the source in their order, with the place each row comes from."""
        name = pa.DictionaryArray.from_arrays(pa.array(np.zeros(table.num_rows, np.int32)), [self.facts.name])
        columns = {"file": name, "line": table.column("_line")}
        if isinstance(self.source.wide, WideYears):
            columns[self.source.wide.year] = pa.nulls(table.num_rows, pa.int32())
        arrays = [columns[one.name] if one.name in columns else table.column(one.name) for one in self._schema]
        return pa.table(arrays, names=self._schema.names).cast(self._schema)

    def _count_warnings(self, statement: Statement, judged: pa.Table) -> None:
        for column in statement.warned:
            flags = judged.column(f"_warn_{column.name}")
            count = pc.sum(flags).as_py() or 0
            if count:
                before, first = self._warned.get(column.name, (0, 0))
                if not first:
                    first = judged.column("_line")[pc.index(flags, True).as_py()].as_py()
                self._warned[column.name] = (before + count, first)

    def _tell(self) -> None:
        """The notices of the file, once it is read."""
        notices = self.report.notices
        for column in self.source.columns:
            if column.name in self._warned:
                count, first = self._warned[column.name]
                message = f"« {column.raw} » illisible : la valeur est laissée vide, la ligne est gardée"
                notices.append(Notice(f"{column.name}_unreadable", message, count, self.facts.name, first))
        decoding = self._reader.decoding
        if decoding.cp1252_lines:
            mixed = " et UTF-8 mélangés" if decoding.utf8_lines else ""
            message = f"Encodage Windows-1252{mixed} : relisez un nom accentué avant de vous y fier"
            notices.append(Notice("encoding", message, decoding.cp1252_lines, self.facts.name, decoding.first_cp1252))
        if decoding.inner_marks:
            message = "Marque d’ordre des octets au milieu du fichier : elle a été retirée"
            notices.append(Notice("inner_mark", message, decoding.inner_marks, self.facts.name))
