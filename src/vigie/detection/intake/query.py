"""The SQL that turns a block of text cells into typed lines with their verdict.

The block is a table ``block``: ``_line`` (int64) and ``c0``, ``c1``… (text, null when empty). The statement gives the
typed columns of the source, then ``_line``, ``_verdict``, ``_filtered``,
``_value`` and one ``_warn_…`` per warned column.
"""

# ruff: noqa: S608 (the names come from the tables of the sources, never from a delivery)

from __future__ import annotations

from vigie.detection.intake.conversion import (
    FEW_VALUES,
    SQL_TYPES,
    Verdicts,
    bounded,
    filters,
    rejections,
    typed_expressions,
    warned_columns,
    whole,
)
from vigie.detection.intake.layout import Layout
from vigie.detection.sources.table import RESERVED_NAMES, Column, Source, WideMonths, WideYears


class Statement:
    """The statements of one source for one layout."""

    def __init__(self, source: Source, layout: Layout, *, account_keyed: bool) -> None:
        self.source = source
        self.layout = layout
        self.account_keyed = account_keyed
        self.rejections: Verdicts = rejections(source, account_keyed=account_keyed)
        self.filters: Verdicts = filters(source, account_keyed=account_keyed)
        self.repeated = [
            column
            for column in source.columns
            if column.type in FEW_VALUES and column.name in layout.indexes and not column.clean
        ]
        self.warned = [column for column in warned_columns(source) if column.name in layout.indexes]

    @property
    def line_columns(self) -> list[str]:
        """The typed columns made from a line (a wide file adds its month and value)."""
        added: tuple[str, ...] = RESERVED_NAMES
        if isinstance(self.source.wide, WideMonths):
            added = (*added, "month", self.source.wide.value)
        if isinstance(self.source.wide, WideYears):
            added = (*added, self.source.wide.year)
        return [name for name in self.source.typed_names if name not in added]

    def values(self, column: Column) -> str:
        """The typed values of a column that repeats itself, one per text of the table ``texts``."""
        typed = typed_expressions(column, "_text")
        limit = bounded(column)
        parts = ", ".join(f'{sql} AS "{name}"' for name, sql in typed.items())
        replace = f' REPLACE ({limit} AS "{column.name}")' if limit else ""
        cell = _trimmed("text")
        inner = f"SELECT rank, {parts} FROM (SELECT rank, {cell} AS _text FROM texts)"
        return f"SELECT *{replace} FROM ({inner}) ORDER BY rank"

    def lines(self, *, spaced: bool) -> str:
        """Gives every line once, kept or not; ``spaced``: some cell may begin or end with a space."""
        names = ", ".join(f'"{name}"' for name in self.line_columns)
        warns = "".join(
            f', ("r_{column.name}" IS NOT NULL AND "{column.name}" IS NULL) AS "_warn_{column.name}"'
            for column in self.warned
        )
        order = " ORDER BY _line" if self.account_keyed else ""
        return (
            f"{self._judged(spaced)} SELECT {names}, _line, CAST(_verdict AS INTEGER) AS _verdict, "
            f"CAST(CASE WHEN _verdict = 0 THEN {self.filters.sql} ELSE 0 END AS INTEGER) AS _filtered, "
            f"{self.rejections.value_sql} AS _value{warns} FROM judged{order}"
        )

    def cells(self) -> str:
        """Wide files: gives every filled month cell of the table ``kept`` (kept lines with their month columns)."""
        assert isinstance(self.source.wide, WideMonths)
        names = ", ".join(f'"{name}"' for name in self.line_columns)
        months = ", ".join(f'c{rank} AS "{month}"' for month, rank in self.layout.months.items())
        listed = ", ".join(f'"{month}"' for month in self.layout.months)
        value = self.source.wide.value
        return (
            f"SELECT {names}, _line, CAST(_month AS DATE) AS month, "
            f'{whole("trim(_cell)", signed=False)} AS "{value}", left(_cell, 60) AS _value '
            f"FROM (SELECT {names}, _line, {months} FROM kept) "
            f"UNPIVOT (_cell FOR _month IN ({listed})) WHERE trim(_cell) <> ''"
        )

    def _judged(self, spaced: bool) -> str:
        source = self.source
        columns = [one for one in source.columns if not (self.account_keyed and one.name == "siret")]
        raws = ", ".join(f'{self._raw(column, spaced)} AS "r_{column.name}"' for column in columns)
        carried = "".join(f', "{name}"' for column in self.repeated for name in column.typed_names)
        computed = [column for column in columns if column not in self.repeated]
        plain = "".join(
            f', {sql} AS "{name}"'
            for column in computed
            for name, sql in typed_expressions(column, f'"r_{column.name}"').items()
        )
        limits = [(one.name, bounded(one)) for one in computed if bounded(one)]
        replaced = ", ".join(f'{sql} AS "{name}"' for name, sql in limits)
        replace = f" REPLACE ({replaced})" if replaced else ""
        derived = "".join(f', {one.sql} AS "{one.name}"' for one in source.derived)
        return (
            f"WITH cells AS (SELECT _line, {raws}{carried} FROM block), "
            f"plain AS (SELECT *{plain} FROM cells), "
            f"bounded AS (SELECT *{replace} FROM plain), "
            f"located AS ({self._located()}), "
            f"derived AS (SELECT *{derived} FROM located), "
            f"judged AS (SELECT *, {self.rejections.sql} AS _verdict FROM derived)"
        )

    def _raw(self, column: Column, spaced: bool) -> str:
        rank = self.layout.indexes.get(column.name)
        if rank is None:
            return "CAST(NULL AS VARCHAR)"
        cell = _trimmed(f"c{rank}") if spaced else f"c{rank}"
        return column.clean.replace("{raw}", cell) if column.clean else cell

    def _located(self) -> str:
        lookup = self.source.accounts
        if not self.account_keyed or lookup is None:
            return "SELECT * FROM bounded"
        return (
            'SELECT t.*, a.siret AS "siret" FROM bounded t ASOF LEFT JOIN accounts a '
            f'ON t."{lookup.account}" = a.account AND t."{lookup.at}" < a.vanished_on'
        )


def _trimmed(cell: str) -> str:
    return f"nullif(trim(replace(replace({cell}, '\t', ' '), '\u00a0', ' ')), '')"


def sql_type(source: Source, name: str) -> str:
    """The engine's type of a typed column."""
    if isinstance(source.wide, WideMonths) and name in ("month", source.wide.value):
        return "DATE" if name == "month" else "INTEGER"
    if isinstance(source.wide, WideYears) and name == source.wide.year:
        return "INTEGER"
    for column in source.columns:
        if name in column.typed_names:
            return SQL_TYPES[column.type]
    return next(derived.sql_type for derived in source.derived if derived.name == name)
