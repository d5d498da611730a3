"""A small file in the exact format of a source, made from its table: same source and seed, same bytes.

Invented identifiers and words only. Tests read it back; whoever adds a source gets a first golden sample.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from html import escape
from random import Random

from vigie.detection.sources.table import Column, Source, Type, WideMonths
from vigie.kernel.siren import INVENTED_PREFIX, with_key

FIRST_DAY = date(2024, 1, 1)
MONTHS = ("2411", "2412", "2413")
YEARS = (2022, 2023)
SAS_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WORDS = ("ATELIER", "LAC", "VERRERIE", "FORGE", "MOULIN", "TISSAGE")


def sample(source: Source, seed: int, *, lines: int = 5) -> bytes:
    """The bytes of an invented file of this source."""
    random = Random(f"{source.code}/{seed}")  # noqa: S311 (an invented file, not a secret)
    firms = [_siren(random) for _ in range(lines)]
    header = [name for column in source.columns for name in _raw_names(source, column)]
    if isinstance(source.wide, WideMonths):
        header += [f"{source.wide.pattern.split('(', 1)[0]}20{month}" for month in MONTHS]
    rows = [_row(source, firm, random) for firm in firms]
    if source.workbook:
        return _workbook([header, *rows])
    text = "".join(_line(cells, source.separator) for cells in rows)
    if source.header == "names":
        text = _line(header, source.separator) + text
    return text.encode({"utf-16": "utf-16", "utf-8-sig": "utf-8-sig"}.get(source.encoding, "utf-8"))


def file_name(source: Source) -> str:
    """A name under which the sample of this source can be kept."""
    return f"{source.code}.{'xlsx' if source.workbook else 'csv'}"


def _raw_names(source: Source, column: Column) -> list[str]:
    return [f"{column.raw} {year}" for year in YEARS] if column.yearly else [column.raw]


def _row(source: Source, firm: str, random: Random) -> list[str]:
    cells = [_cell(column, firm, random) for column in source.columns for _ in _raw_names(source, column)]
    if isinstance(source.wide, WideMonths):
        cells += [str(random.randrange(0, 250)) if random.random() < 0.9 else "" for _ in MONTHS]
    return cells


def _line(cells: list[str], separator: str) -> str:
    return separator.join(f'"{cell}"' if separator in cell else cell for cell in cells) + "\n"


def _siren(random: Random) -> str:
    return with_key(f"{INVENTED_PREFIX}{random.randrange(10**6):06d}")


def _siret(firm: str, random: Random) -> str:
    return with_key(f"{firm}{random.randrange(1, 40):04d}")


def _cell(column: Column, firm: str, random: Random) -> str:
    if column.nullable and random.random() < 0.1:
        return ""
    if column.examples:
        return random.choice(column.examples)
    if column.codes:
        return random.choice(list(column.codes))
    if column.type is Type.SIREN:
        return firm
    if column.type is Type.SIRET:
        return _siret(firm, random)
    return _value(column, random)


def _value(column: Column, random: Random) -> str:
    day = FIRST_DAY + timedelta(days=random.randrange(600))
    number = (
        random.randrange(int(float(column.low or 0)), int(float(column.high or 900)) + 1) if _numeric(column) else 0
    )
    dates = {
        Type.DATE_ISO: day.isoformat(),
        Type.DATE_ANY: day.isoformat(),
        Type.MONTH: day.replace(day=1).isoformat(),
        Type.DATE_FR: f"{day:%d/%m/%Y}",
        Type.URSSAF_DATE: str(int(f"{day:%Y%m%d}") - 19_000_000),
        Type.SAS_DATE: f"{day.day:02d}{SAS_MONTHS[day.month - 1]}{day.year}",
        Type.URSSAF_PERIOD: random.choice(
            (f"{day.year}{(day.month + 2) // 3}{(day.month + 2) % 3 + 1}", f"{day.year}10")
        ),
        Type.EUR: f"{number},{random.randrange(100):02d}",
        Type.CENTS: str(number * 100 + random.randrange(100)),
        Type.KEUR: str(number),
        Type.INT: str(number),
        Type.COUNT: str(number),
        Type.FLOAT: f"{number}.0",
        Type.BOOL: random.choice(("true", "false")),
    }
    return dates.get(column.type) or " ".join(random.sample(WORDS, 2))


def _numeric(column: Column) -> bool:
    return column.type in (Type.EUR, Type.CENTS, Type.KEUR, Type.INT, Type.COUNT, Type.FLOAT)


def _workbook(rows: list[list[str]]) -> bytes:
    """The smallest workbook: one sheet of text cells."""
    lines = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row) + "</row>"
        for row in rows
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Feuille" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), f'<?xml version="1.0"?>{text}')
    return out.getvalue()
