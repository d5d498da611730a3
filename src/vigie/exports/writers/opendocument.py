"""A sheet as an OpenDocument spreadsheet (ODS), written row by row: memory does not grow with the rows.

The same two tabs as the workbook: numbers, amounts, ratios and dates are typed, a text is a text that nothing executes.
The package is a zip whose first file is ``mimetype``, stored (OpenDocument 1.3, part 2); its one long file, the
content, is compressed as it is written.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO
from xml.sax.saxutils import escape, quoteattr  # nosec B406  # it writes, nothing is parsed here

from vigie.exports.cells import guard_typed
from vigie.exports.formats import BY_CODE
from vigie.exports.mark import Mark
from vigie.exports.tables import Column, Kind, Sheet, Shown, presentation, shown
from vigie.exports.writers import workbook
from vigie.ui.formats import NARROW, number

MIME = BY_CODE["ods"].content_type
PIECE = 65_536  # characters
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACES = ("office", "style", "text", "table", "number", "meta")
_URN = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = " ".join(
    [
        *(f'xmlns:{name}="{_URN}:{"datastyle" if name == "number" else name}:1.0"' for name in _SPACES),
        f'xmlns:fo="{_URN}:xsl-fo-compatible:1.0"',
        'xmlns:dc="http://purl.org/dc/elements/1.1/"',
        'office:version="1.3"',
    ]
)
_END = "</table:table-row>"
_CENTIMETRES = 0.22  # of a character
_RUN = re.compile(r" {2,}|\t|^ | $")
_MANIFEST = (
    f'{_HEAD}<manifest:manifest xmlns:manifest="{_URN}:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{MIME}"/>'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{name}.xml" manifest:media-type="text/xml"/>'
        for name in ("content", "styles", "meta", "settings")
    )
    + "</manifest:manifest>"
)


def write(sheet: Sheet, file: IO[bytes], mark: Mark | None = None, *, frozen: int = 1) -> int:
    """Writes the spreadsheet in a binary file; gives how many rows it holds. Without mark: the table alone.

    frozen: how many columns stay in view. Raises TooManyRows, as a workbook: both programs stop at the same line.
    """
    with tempfile.TemporaryFile() as body:  # the first tab tells how many rows the second one holds
        count = 0
        for piece in _gathered(_rows(sheet)):
            count += piece.count(_END)
            body.write(piece.encode())
        body.seek(0)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
            _fill(package, sheet, mark, body, count, frozen)
    return count


def _fill(package: zipfile.ZipFile, sheet: Sheet, mark: Mark | None, body: IO[bytes], count: int, frozen: int) -> None:
    package.writestr("mimetype", MIME, compress_type=zipfile.ZIP_STORED)
    with package.open("content.xml", "w", force_zip64=True) as content:
        content.write("".join(_before(sheet, mark, count)).encode())
        shutil.copyfileobj(body, content)
        content.write(_after(sheet, count).encode())
    package.writestr("styles.xml", _styles(mark))
    package.writestr("meta.xml", _meta(sheet, mark))
    package.writestr("settings.xml", _settings(sheet, frozen))
    package.writestr("META-INF/manifest.xml", _MANIFEST)


def _rows(sheet: Sheet) -> Iterator[str]:
    """The lines of the table as XML, one after the other."""
    columns = sheet.columns
    for count, row in enumerate(sheet.rows(), start=1):
        if count > workbook.MOST_ROWS:
            raise workbook.too_many_rows()
        yield _line(_cell(shown(column, row), column) for column in columns)


def _before(sheet: Sheet, mark: Mark | None, count: int) -> Iterator[str]:
    yield f"{_HEAD}<office:document-content {_NAMES}><office:automatic-styles>{_cell_styles()}"
    for place, column in enumerate(sheet.columns):
        yield _width(f"c{place}", column.width or workbook.WIDTHS[column.kind])
    yield f"{_width('label', 24)}{_width('said', 90)}</office:automatic-styles><office:body><office:spreadsheet>"
    if mark is not None:
        lines = [*presentation(sheet, mark), ("Lignes", number(count).replace(NARROW, " "))]
        yield '<table:table table:name="Présentation"><table:table-column table:style-name="label"/>'
        yield '<table:table-column table:style-name="said"/>'
        yield from (_line((_text(label, "title"), _text(said, "said"))) for label, said in lines)
        yield "</table:table>"
    yield f"<table:table table:name={_name(sheet.name)}>"
    yield from (f'<table:table-column table:style-name="c{place}"/>' for place in range(len(sheet.columns)))
    yield "<table:table-header-rows>"
    yield _line(_text(column.header, "title") for column in sheet.columns)
    yield "</table:table-header-rows>"


def _after(sheet: Sheet, count: int) -> str:
    return f"</table:table>{_filters(sheet, count)}</office:spreadsheet></office:body></office:document-content>"


def _cell(value: Shown, column: Column) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, date) and workbook.day_of(value) < workbook.FIRST_DAY:
        return _text(f"{value:%d/%m/%Y}")
    if isinstance(value, datetime):
        typed = f'office:value-type="date" office:date-value="{value.isoformat(timespec="seconds")}"'
        return _typed(typed, "moment", f"{value:%d/%m/%Y %H:%M}")
    if isinstance(value, date):
        return _typed(f'office:value-type="date" office:date-value="{value.isoformat()}"', "day", f"{value:%d/%m/%Y}")
    exactly = Decimal(str(value))
    if column.kind is Kind.PERCENT:
        text = f"{exactly * 100:.1f}%"
        return _typed(f'office:value-type="percentage" office:value="{exactly:f}"', "percent", text)
    if column.kind is Kind.EUROS:
        style, text = ("euros", f"{exactly:f} €") if isinstance(value, int) else ("cents", f"{exactly:.2f} €")
        return _typed(f'office:value-type="currency" office:currency="EUR" office:value="{exactly:f}"', style, text)
    return _typed(f'office:value-type="float" office:value="{exactly:f}"', "", f"{exactly:f}")


def _typed(typed: str, style: str, text: str) -> str:
    named = f' table:style-name="{style}"' if style else ""
    return f"<table:table-cell{named} {typed}><text:p>{text.replace('.', ',')}</text:p></table:table-cell>"


def _text(text: str, style: str = "") -> str:
    """A cell of type string, which nothing executes; one paragraph a line, as the format has them."""
    named = f' table:style-name="{style}"' if style else ""
    if not text:
        return f"<table:table-cell{named}/>"
    whole = workbook.fitting(guard_typed(text))
    lines = "".join(f"<text:p>{_spaced(escape(line))}</text:p>" for line in whole.split("\n"))
    return f'<table:table-cell{named} office:value-type="string">{lines}</table:table-cell>'


def _spaced(text: str) -> str:
    """White space as the format writes it: two spaces in a row would be read as one."""
    return _RUN.sub(lambda found: "<text:tab/>" if found[0] == "\t" else f'<text:s text:c="{len(found[0])}"/>', text)


def _line(cells: Iterable[str]) -> str:
    return f"<table:table-row>{''.join(cells)}{_END}"


def _filters(sheet: Sheet, count: int) -> str:
    if not sheet.columns:
        return ""
    quoted = sheet.name.replace("'", "''")
    where = f"'{quoted}'.A1:'{quoted}'.{_letters(len(sheet.columns))}{max(count, 1) + 1}"
    return (
        '<table:database-ranges><table:database-range table:name="lignes" table:display-filter-buttons="true" '
        f"table:target-range-address={quoteattr(where)}/></table:database-ranges>"
    )


def _letters(place: int) -> str:
    """The name of a column: 1 is A, 27 is AA."""
    name = ""
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _width(name: str, characters: int) -> str:
    return (
        f'<style:style style:name="{name}" style:family="table-column"><style:table-column-properties '
        f'style:column-width="{characters * _CENTIMETRES:.2f}cm"/></style:style>'
    )


def _cell_styles() -> str:
    two = 'number:min-integer-digits="1" number:grouping="true"'
    day = (
        '<number:day number:style="long"/><number:text>/</number:text><number:month number:style="long"/>'
        '<number:text>/</number:text><number:year number:style="long"/>'
    )
    hour = '<number:text> </number:text><number:hours number:style="long"/><number:text>:</number:text>'
    euro = "<number:text> </number:text><number:currency-symbol>€</number:currency-symbol>"
    formats = {
        "day": f'<number:date-style style:name="n-day">{day}</number:date-style>',
        "moment": f'<number:date-style style:name="n-moment">{day}{hour}<number:minutes number:style="long"/>'
        "</number:date-style>",
        "percent": '<number:percentage-style style:name="n-percent"><number:number number:decimal-places="1" '
        'number:min-decimal-places="1" number:min-integer-digits="1"/><number:text>%</number:text>'
        "</number:percentage-style>",
        "euros": f'<number:currency-style style:name="n-euros"><number:number number:decimal-places="0" {two}/>{euro}'
        "</number:currency-style>",
        "cents": '<number:currency-style style:name="n-cents"><number:number number:decimal-places="2" '
        f'number:min-decimal-places="2" {two}/>{euro}</number:currency-style>',
    }
    styles = "".join(
        f'<style:style style:name="{name}" style:family="table-cell" style:data-style-name="n-{name}"/>'
        for name in formats
    )
    wrapped = '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/>'
    said = f'<style:style style:name="said" style:family="table-cell">{wrapped}</style:style>'
    bold = '<style:text-properties fo:font-weight="bold"/>'
    title = f'<style:style style:name="title" style:family="table-cell">{wrapped}{bold}</style:style>'
    return "".join(formats.values()) + styles + title + said


def _styles(mark: Mark | None) -> str:
    """The page as it is printed: the mark at its foot."""
    foot = f"<style:footer><text:p>{escape(mark.line)}</text:p></style:footer>" if mark is not None else ""
    return (
        f"{_HEAD}<office:document-styles {_NAMES}><office:automatic-styles>"
        '<style:page-layout style:name="page"><style:page-layout-properties style:print-orientation="landscape"/>'
        "</style:page-layout></office:automatic-styles><office:master-styles>"
        f'<style:master-page style:name="Default" style:page-layout-name="page">{foot}</style:master-page>'
        "</office:master-styles></office:document-styles>"
    )


def _meta(sheet: Sheet, mark: Mark | None) -> str:
    told = ""
    if mark is not None:
        told = (
            f"<dc:title>{escape(sheet.title)}</dc:title><dc:description>{escape(sheet.confidentiality)}"
            f"</dc:description><meta:initial-creator>{escape(mark.author)}</meta:initial-creator>"
            f"<meta:creation-date>{mark.at.replace(tzinfo=None).isoformat(timespec='seconds')}</meta:creation-date>"
            f"<meta:keyword>{escape(mark.code)}</meta:keyword>"
        )
    return f"{_HEAD}<office:document-meta {_NAMES}><office:meta>{told}</office:meta></office:document-meta>"


def _settings(sheet: Sheet, frozen: int) -> str:
    """The line of the titles and the first columns stay in view."""

    def item(name: str, kind: str, value: object) -> str:
        return f'<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>'

    split = "".join(
        item(name, "short" if name.endswith("Mode") else "int", value)
        for name, value in (
            ("HorizontalSplitMode", 2), ("VerticalSplitMode", 2), ("HorizontalSplitPosition", frozen),
            ("VerticalSplitPosition", 1), ("PositionRight", frozen), ("PositionBottom", 1),
        )
    )  # fmt: skip
    return (
        f'{_HEAD}<office:document-settings xmlns:office="{_URN}:office:1.0" xmlns:config="{_URN}:config:1.0" '
        'office:version="1.3"><office:settings><config:config-item-set config:name="ooo:view-settings">'
        '<config:config-item-map-indexed config:name="Views"><config:config-item-map-entry>'
        '<config:config-item-map-named config:name="Tables">'
        f"<config:config-item-map-entry config:name={_name(sheet.name)}>{split}</config:config-item-map-entry>"
        "</config:config-item-map-named></config:config-item-map-entry></config:config-item-map-indexed>"
        "</config:config-item-set></office:settings></office:document-settings>"
    )


def _name(text: str) -> str:
    return quoteattr(text[:31])


def _gathered(pieces: Iterable[str]) -> Iterator[str]:
    """The same text, some thousands of characters at a time."""
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size > PIECE:
            yield "".join(waiting)
            waiting.clear()
            size = 0
    yield "".join(waiting)
