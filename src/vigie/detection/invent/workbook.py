"""A spreadsheet of one sheet, written the same to the byte each time. Text and whole numbers only."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape  # nosec B406  # it writes, nothing is parsed here

_OPENXML = "http://schemas.openxmlformats.org"
_MAIN = f"{_OPENXML}/spreadsheetml/2006/main"
_TO = f"{_OPENXML}/officeDocument/2006/relationships"
_KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LINKS = f"{_OPENXML}/package/2006/relationships"
_AROUND = {
    "[Content_Types].xml": f'<Types xmlns="{_OPENXML}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KINDS}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KINDS}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_LINKS}">'
    f'<Relationship Id="r1" Type="{_TO}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_TO}"><sheets>'
    '<sheet name="Feuille1" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_LINKS}">'
    f'<Relationship Id="r1" Type="{_TO}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}  # fmt: skip
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
Value = str | int | None


def write_workbook(path: Path, rows: Iterable[tuple[Value, ...]]) -> None:
    """The rows, the header first; None is an empty cell."""
    lines = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'
    parts = _AROUND | {"xl/worksheets/sheet1.xml": sheet}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), _HEAD + text, zipfile.ZIP_DEFLATED)


def _cell(value: Value) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
