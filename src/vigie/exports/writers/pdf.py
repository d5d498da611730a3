"""A document as a PDF file, to print or to read: A4, the mark on each page, tables that go on from page to page.

The typeface is Spectral, of the State's design system and under an open licence (SIL OFL), read in the wheel that
brings the design system; Marianne is reserved to the State's services. Texts are drawn as they are, never as markup.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import IO

from fpdf import FPDF
from fpdf.enums import TableCellFillMode, WrapMode, XPos, YPos
from fpdf.fonts import FontFace

from vigie.exports.cells import printable
from vigie.exports.documents import Block, Document, Facts, Grid, Points, text_of, under_title
from vigie.exports.mark import Mark

FAMILY = "spectral"
_FILES = {"": "Spectral-Regular.woff", "B": "Spectral-ExtraBold.woff"}
WIDE = 7  # columns from which the page lies down
LONGEST_CELL = 1_200  # characters: what is longer goes on in a row of its own, so that every row fits a page
_SIZES = {1: 14.0, 2: 12.0}
_BODY, _SMALL, _TABLE, _MARGIN = 10.0, 8.0, 9.0, 18.0
_TIGHTER = (1.0, 0.9, 0.8, 0.72)  # of a document that must hold on one page: the first size that does, or the last
_INK, _GREY, _TINT = (22, 22, 22), (58, 58, 58), (238, 238, 238)
# What the typeface has not, and what reads the same.
_NEAREST = str.maketrans({"\u202f": "\u00a0", "\u2011": "-"})
_MISSING = "\u25a1"


def write(document: Document, file: IO[bytes], mark: Mark) -> int:
    """Writes the file; gives how many rows its tables hold."""
    page = _drawn_at(document, mark, 1.0)
    for size in _TIGHTER[1:] if document.on_one_page else ():
        if page.page_no() == 1:
            break
        page.leave()
        page = _drawn_at(document, mark, size)
    file.write(page.output())
    return document.count


def _drawn_at(document: Document, mark: Mark, size: float) -> _Page:
    page = _Page(document, mark, size)
    page.title_block()
    for section in document.sections:
        page.section_title(section.heading, section.level, section.new_page)
        for block in section.blocks:
            page.block(block)
    return page


def fonts_folder() -> Path:
    """Where the wheel of the design system keeps its typefaces."""
    found = find_spec("dsfr")
    assert found is not None  # nosec B101: a dependency
    assert found.origin is not None  # nosec B101
    return Path(found.origin).parent / "static" / "dsfr" / "dist" / "fonts"


class _Page(FPDF):
    """The document being written. size: of its letters and of what lies between them, 1 as it is usually read."""

    def __init__(self, document: Document, mark: Mark, size: float) -> None:
        grids = [one for part in document.sections for one in part.blocks if isinstance(one, Grid)]
        super().__init__("landscape" if any(len(one.headers) >= WIDE for one in grids) else "portrait", "mm", "A4")
        self._document, self._mark, self._size = document, mark, size
        self._edge = _MARGIN * size
        for style, name in _FILES.items():
            self.add_font(FAMILY, style, fonts_folder() / name)
        self._known = self.fonts[FAMILY].cmap.keys()  # type: ignore[union-attr]
        self.set_lang("fr-FR")
        self.set_title(printable(document.title))
        self.set_author(mark.author)
        self.set_subject(printable(document.subtitle))
        self.set_keywords(mark.code)
        self.set_creator("Vigie")
        self.set_producer("Vigie")
        self.set_creation_date(mark.at)
        self.set_display_mode("fullwidth")
        self.set_margins(self._edge, self._edge, self._edge)
        self.set_auto_page_break(True, margin=self._edge)
        self.alias_nb_pages("{{pages}}")
        self.set_text_color(*_INK)
        self.add_page()

    def leave(self) -> None:
        """Closes the typefaces, which only a file that is written does by itself."""
        for font in self.fonts.values():
            font.ttfont.close()  # type: ignore[union-attr]

    def header(self) -> None:
        """The confidentiality, at the top of each page."""
        self.set_y(8)
        self._text(self._document.confidentiality, size=_SMALL, color=_GREY, align="C")
        self.set_y(self._edge)

    def footer(self) -> None:
        """The mark and the number of the page, at its foot."""
        self.set_y(-12)
        self.set_font(FAMILY, "", _SMALL)
        self.set_text_color(*_GREY)
        self.cell(0, 4, self._drawn(self._mark.line))
        self.set_x(self._edge)
        self.cell(0, 4, f"page\u00a0{self.page_no()} sur\u00a0{{{{pages}}}}", align="R")
        self.set_text_color(*_INK)

    def title_block(self) -> None:
        """The title and what is said of the whole."""
        self._text(self._document.title, size=20, bold=True)
        if self._document.subtitle:
            self._text(self._document.subtitle, size=12)
        self.ln(2 * self._size)
        if said := under_title(self._document):
            self._facts(Facts(tuple(said)))

    def section_title(self, heading: str, level: int, new_page: bool) -> None:
        """A heading, kept with what follows and told to the outline of the file."""
        if new_page or self.will_page_break(34 * self._size):
            self.add_page()
        self.ln(3 * self._size)
        self.start_section(self._drawn(heading), level=0 if level == 1 else 1)
        self._text(heading, size=_SIZES[level], bold=True)
        self.ln(1 * self._size)

    def block(self, block: Block) -> None:
        """A paragraph, facts, a list or a table."""
        if isinstance(block, str):
            self._text(block)
            self.ln(1.5 * self._size)
        elif isinstance(block, Facts):
            self._facts(block)
        elif isinstance(block, Points):
            for one in block.items:
                self._text(f"•\u00a0{printable(one)}")
            self.ln(1.5 * self._size)
        else:
            self._grid(block)

    def _facts(self, facts: Facts) -> None:
        label_width = self.epw * 0.34
        for label, value in facts.items:
            if self.will_page_break(8 * self._size):
                self.add_page()
            top, page = self.get_y(), self.page_no()
            self._text(label, bold=True, width=label_width)
            below, label_page = self.get_y(), self.page_no()
            if label_page == page:
                self.set_xy(self._edge + label_width, top)
            self._text(text_of(value), width=self.epw - label_width, left=self._edge + label_width)
            if self.page_no() == label_page:
                self.set_y(max(below, self.get_y()))
        self.ln(1.5 * self._size)

    def _grid(self, grid: Grid) -> None:
        if self.will_page_break(20 * self._size):
            self.add_page()
        self._text(grid.caption, size=_TABLE, bold=True)
        if not grid.rows:
            self._text(grid.empty)
            self.ln(1.5 * self._size)
            return
        self.set_font(FAMILY, "", _TABLE * self._size)
        self.set_draw_color(*_GREY)
        align = tuple("RIGHT" if place in grid.numeric else "LEFT" for place in range(len(grid.headers)))
        with self.table(
            col_widths=grid.widths or None, text_align=align, line_height=4.4 * self._size,
            padding=self._size**4, width=self.epw, headings_style=FontFace(emphasis="BOLD", fill_color=_TINT),
            cell_fill_mode=TableCellFillMode.NONE, wrapmode=WrapMode.WORD,
        ) as table:  # fmt: skip
            table.row([self._drawn(printable(one)) for one in grid.headers])
            for row in grid.rows:
                for part in _parts([text_of(value) for value in row]):
                    table.row([self._drawn(one) for one in part])
        self.ln(3 * self._size)

    def _text(
        self, text: str, *, size: float = _BODY, bold: bool = False, width: float = 0.0, left: float = 0.0,
        color: tuple[int, int, int] = _INK, align: str = "L",
    ) -> None:  # fmt: skip
        """Draws a text over the lines it needs, from the left margin or from ``left``."""
        size *= self._size
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*color)
        if left:
            self.set_x(left)
        self.multi_cell(
            width, size * 0.5, self._drawn(printable(text)), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        self.set_text_color(*_INK)

    def _drawn(self, text: str) -> str:
        """The text with what the typeface can draw."""
        text = text.translate(_NEAREST).replace("{{pages}}", "{ {pages}}")
        return "".join(one if ord(one) in self._known or one == "\n" else _MISSING for one in text)


def _parts(row: list[str]) -> list[list[str]]:
    """The row, and the rows that carry on its long cells."""
    parts = [row]
    while any(len(cell) > LONGEST_CELL for cell in parts[-1]):
        parts.append([cell[LONGEST_CELL:] for cell in parts[-1]])
        parts[-2] = [cell[:LONGEST_CELL] for cell in parts[-2]]
    return parts
