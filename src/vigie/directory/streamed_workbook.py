"""A workbook written as it is sent: the first bytes leave before the last row is read, and none is kept.

One sheet, every cell a text; the header stays in view and filters. Usual writers need a whole file before its end can
be sent; the format itself does not.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr  # nosec B406  writing, nothing is parsed

SENT_FROM = 65_536  # bytes gathered before they leave
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET = "xl/worksheets/sheet1.xml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/{_SHEET}" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_LINKS}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (  # style 1: bold, on several lines
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">'
        '<alignment wrapText="1"/></xf></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}


class _Outbox:
    """What was written and has not left; the archive writes to it as to a pipe."""

    def __init__(self) -> None:
        self.held: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self.held.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing to do: the caller takes."""

    def take(self) -> bytes:
        data = b"".join(self.held)
        self.held, self.size = [], 0
        return data


def workbook_bytes(title: str, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The file, piece by piece. title: of its sheet; texts hold no control character."""
    out = _Outbox()
    letters = [_letters(place) for place in range(max(1, len(headers)))]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        book = (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>'
            f'<sheet name={quoteattr(title)} sheetId="1" r:id="rId1"/></sheets></workbook>'
        )
        for name, text in {**_PARTS, "xl/workbook.xml": book}.items():
            archive.writestr(_entry(name), _XML + text)
        yield out.take()
        with archive.open(_entry(_SHEET), "w", force_zip64=True) as sheet:
            sheet.write((_XML + _opening(len(letters)) + _row(1, headers, letters, ' s="1"')).encode())
            last = 1
            for last, row in enumerate(rows, start=2):
                sheet.write(_row(last, row, letters).encode())
                if out.size >= SENT_FROM:
                    yield out.take()
            whole = f"A1:{letters[-1]}{max(last, 2)}"
            sheet.write(f'</sheetData><autoFilter ref="{whole}"/></worksheet>'.encode())
    yield out.take()


def _entry(name: str) -> zipfile.ZipInfo:
    """A part of the archive, without a date: the same rows give the same file."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _opening(columns: int) -> str:
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane xSplit="2" ySplit="1" topLeftCell="C2" activePane="bottomRight" state="frozen"/>'
        f'</sheetView></sheetViews><cols><col min="1" max="{columns}" width="22" customWidth="1"/></cols><sheetData>'
    )


def _row(number: int, texts: Sequence[str], letters: Sequence[str], style: str = "") -> str:
    cells = "".join(
        f'<c r="{letter}{number}"{style} t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
        for letter, text in zip(letters, texts, strict=True)
        if text
    )
    return f'<row r="{number}">{cells}</row>'


def _letters(place: int) -> str:
    """0 gives A, 25 Z, 26 AA."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
