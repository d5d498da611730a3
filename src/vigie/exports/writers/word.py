"""A document as a Word file: real headings, lists and tables whose titles come again on each page, in French."""

from __future__ import annotations

from typing import IO, Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from vigie.exports.cells import printable
from vigie.exports.documents import Block, Document, Facts, Grid, Points, text_of, under_title
from vigie.exports.mark import Mark

FONT = "Arial"  # the State's charter gives it where its own typeface is not installed
WIDE = 7  # columns from which the page lies down
_INK, _GREY = RGBColor(0x16, 0x16, 0x16), RGBColor(0x3A, 0x3A, 0x3A)


def write(document: Document, file: IO[bytes], mark: Mark) -> int:
    """Writes the file; gives how many rows its tables hold."""
    out = docx.Document()
    _describe(out, document, mark)
    _page(out, document, mark)
    out.add_heading(printable(document.title), level=0)
    if document.subtitle:
        out.add_paragraph(printable(document.subtitle), style="Subtitle")
    if said := under_title(document):
        _facts(out, Facts(tuple(said)))
    for section in document.sections:
        heading = out.add_heading(printable(section.heading), level=section.level)
        heading.paragraph_format.page_break_before = section.new_page
        for block in section.blocks:
            _block(out, block)
    out.save(file)
    return document.count


def _describe(out: Any, document: Document, mark: Mark) -> None:
    """Title, author, number and language, where readers of files look for them."""
    said = out.core_properties
    said.title, said.author, said.language = printable(document.title)[:250], mark.author[:250], "fr-FR"
    said.keywords, said.subject = mark.code, printable(document.subtitle)[:250]
    said.comments, said.created, said.modified = document.confidentiality[:250], mark.at, mark.at
    said.last_modified_by = mark.author[:250]
    for style in out.styles.element.iter(qn("w:lang")):
        style.set(qn("w:val"), "fr-FR")
    for name, size in (
        ("Normal", 10), ("Title", 20), ("Subtitle", 12), ("Heading 1", 14), ("Heading 2", 12), ("List Bullet", 10),
        ("Caption", 9),
    ):  # fmt: skip
        _set_font(out.styles[name], size)


def _set_font(style: Any, size: int) -> None:
    style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), _INK
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for place in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{place}"), None)
    for place in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{place}"), FONT)


def _page(out: Any, document: Document, mark: Mark) -> None:
    page = out.sections[0]
    width, height = Cm(21), Cm(29.7)
    if any(isinstance(one, Grid) and len(one.headers) >= WIDE for part in document.sections for one in part.blocks):
        page.orientation, width, height = WD_ORIENT.LANDSCAPE, height, width
    page.page_width, page.page_height = width, height
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2)
    head = page.header.paragraphs[0]
    _small(head.add_run(printable(document.confidentiality)))
    foot = page.footer.paragraphs[0]
    _small(foot.add_run(f"{printable(mark.line)} · page\u00a0"))
    _field(foot, "PAGE")
    _small(foot.add_run(" sur\u00a0"))
    _field(foot, "NUMPAGES")


def _small(run: Any) -> None:
    run.font.size, run.font.color.rgb = Pt(8), _GREY


def _field(paragraph: Any, name: str) -> None:
    """A number that the reader's program computes."""
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        run = paragraph.add_run()
        _small(run)
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text
        run._r.append(part)


def _block(out: Any, block: Block) -> None:
    if isinstance(block, str):
        out.add_paragraph(printable(block))
    elif isinstance(block, Facts):
        _facts(out, block)
    elif isinstance(block, Points):
        for one in block.items:
            out.add_paragraph(printable(one), style="List Bullet")
    else:
        _grid(out, block)


def _facts(out: Any, facts: Facts) -> None:
    for label, value in facts.items:
        paragraph = out.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.add_run(f"{printable(label)}\u00a0: ").bold = True
        paragraph.add_run(text_of(value))
    out.add_paragraph().paragraph_format.space_after = Pt(0)


def _grid(out: Any, grid: Grid) -> None:
    caption = out.add_paragraph(printable(grid.caption), style="Caption")
    caption.paragraph_format.keep_with_next = True
    if not grid.rows:
        out.add_paragraph(printable(grid.empty))
        return
    table = out.add_table(rows=1, cols=len(grid.headers), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _fill(table.rows[0], grid, grid.headers, bold=True)
    _row_property(table.rows[0], "w:tblHeader")
    for row in grid.rows:
        added = table.add_row()
        _fill(added, grid, row, bold=False)
        _row_property(added, "w:cantSplit")
    out.add_paragraph().paragraph_format.space_after = Pt(0)


def _fill(row: Any, grid: Grid, values: tuple[Any, ...], *, bold: bool) -> None:
    for place, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(text_of(value))
        run.bold, run.font.size = bold, Pt(9)
        if place in grid.numeric:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _row_property(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))
