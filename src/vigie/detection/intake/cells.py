"""From clean lines to columns of text cells.

The parser never decides what a line is: whatever it does with quotes, one line in gives one row out or a refusal.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from vigie.detection.intake.layout import Layout
from vigie.detection.intake.lines import Block, Numbers


@dataclass
class Cells:
    """Rows of text cells (``c3``…) with ``_line``, and the lines refused on the way."""

    table: pa.Table
    refused: list[tuple[int, str]] = field(default_factory=list)
    spaced: bool = False


class CellReader:
    """Cuts blocks of lines into the columns that the layout uses."""

    def __init__(self, layout: Layout, separator: str, repeated: Collection[str] = ()) -> None:
        """repeated: the table's columns that hold few distinct values, kept once each."""
        self.width = layout.width
        names = [f"c{rank}" for rank in range(layout.width)]
        self._used = [f"c{rank}" for rank in layout.used]
        self._names = names
        self._separator = separator
        places = [layout.indexes, *layout.years.values()]
        few = {f"c{rank}" for indexes in places for name, rank in indexes.items() if name in repeated}
        self._types = {name: pa.dictionary(pa.int32(), pa.string()) if name in few else pa.string() for name in names}
        edge = separator.encode()
        self._spaces = (b" \n", b"\n ", edge + b" ", b" " + edge, b'" ', b' "')
        self._convert = pacsv.ConvertOptions(
            include_columns=self._used,
            column_types=self._types,
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=True,
        )

    def cells(self, block: Block) -> Cells:
        """The cells of a block."""
        refused = list(block.refused)
        tables = self._parse(block.data, block.numbers, refused) if len(block.numbers) else []
        spaced = self._may_be_spaced(block.data)
        return Cells(pa.concat_tables(tables) if tables else self.empty(), refused, spaced)

    def _may_be_spaced(self, data: bytes) -> bool:
        """Whether some cell may begin or end with a space: most files have none, and trimming costs."""
        if b"\t" in data or b"\xc2\xa0" in data:
            return True
        return b" " in data and (data[:1] == b" " or data[-1:] == b" " or any(mark in data for mark in self._spaces))

    def empty(self) -> pa.Table:
        """No row."""
        empty = {name: pa.array([], pa.string()).cast(self._types[name]) for name in self._used}
        return pa.table({"_line": pa.array([], pa.int64()), **empty})

    def _parse(self, data: bytes, numbers: Numbers, refused: list[tuple[int, str]]) -> list[pa.Table]:
        invalid: list[pacsv.InvalidRow] = []
        try:
            table = self._attempt(data, invalid)
        except pa.ArrowInvalid:
            table = None
        if table is not None and table.num_rows + len(invalid) == len(numbers):
            keep = np.ones(len(numbers), dtype=bool)
            for row in invalid:
                keep[row.number - 1] = False
                refused.append((int(numbers[row.number - 1]), self._width_message(row.actual_columns)))
            return [table.add_column(0, "_line", pa.array(numbers[keep], pa.int64()))]
        return self._halves(data, numbers, refused)

    def _halves(self, data: bytes, numbers: Numbers, refused: list[tuple[int, str]]) -> list[pa.Table]:
        """A quote made the parser join lines: cut in two until the line at fault is alone."""
        if len(numbers) == 1:
            refused.append((int(numbers[0]), "la ligne ne peut pas être découpée en colonnes"))
            return []
        lines = data.split(b"\n")
        half = len(lines) // 2
        first = self._parse(b"\n".join(lines[:half]), numbers[:half], refused)
        return first + self._parse(b"\n".join(lines[half:]), numbers[half:], refused)

    def _attempt(self, data: bytes, invalid: list[pacsv.InvalidRow]) -> pa.Table:
        def skip(row: pacsv.InvalidRow) -> str:
            invalid.append(row)
            return "skip"

        return pacsv.read_csv(
            pa.BufferReader(data),
            read_options=pacsv.ReadOptions(column_names=self._names, use_threads=False, block_size=len(data) + 1),
            parse_options=pacsv.ParseOptions(
                delimiter=self._separator, invalid_row_handler=skip, newlines_in_values=False, ignore_empty_lines=False
            ),
            convert_options=self._convert,
        )

    def _width_message(self, found: int) -> str:
        return f"{found} champs au lieu de {self.width}"
