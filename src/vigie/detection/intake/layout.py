"""Where each column of the table stands in this file: the header read by name, in any order and any case."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from vigie.detection.intake.report import Notice
from vigie.detection.sources.table import Column, Source, WideMonths, WideYears
from vigie.kernel.errors import MissingColumn, UnreadableFile
from vigie.kernel.period import Month

MAX_COLUMNS = 2_000


@dataclass
class Layout:
    """The file's columns: how many, at which index each table column stands, and the wide ones by month."""

    width: int
    indexes: dict[str, int]
    months: dict[str, int] = field(default_factory=dict)
    years: dict[int, dict[str, int]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    @property
    def used(self) -> list[int]:
        """Every index that is read, in order."""
        yearly = [rank for columns in self.years.values() for rank in columns.values()]
        return sorted({*self.indexes.values(), *self.months.values(), *yearly})

    def of_year(self, year: int) -> Layout:
        """The layout of one year of a file with one column per variable and year."""
        return Layout(self.width, {**self.indexes, **self.years[year]})


def has_header(source: Source, line: bytes) -> bool:
    """Whether the first line names the columns."""
    if source.header == "none":
        return False
    first = _cells(source, line)[0] if line else ""
    return source.header == "names" or _folded(first) == _folded(source.columns[0].raw)


def positional(source: Source, line: bytes) -> Layout:
    """The layout of a file without header: the table's order."""
    width = len(_cells(source, line))
    if width < len(source.columns):
        raise MissingColumn(source.code, f"Le fichier compte {width} colonnes, {len(source.columns)} sont attendues.")
    return Layout(width, {column.name: rank for rank, column in enumerate(source.columns)})


def from_header(source: Source, line: bytes, *, account_keyed: bool) -> Layout:
    """The layout that the header gives; MissingColumn names what is absent."""
    names = _cells(source, line)
    if len(names) > MAX_COLUMNS:
        raise UnreadableFile(source.code, f"L’en-tête compte {len(names)} colonnes : ce n’est pas le format attendu.")
    return from_names(source, names, account_keyed=account_keyed)


def from_names(source: Source, names: Sequence[str], *, account_keyed: bool) -> Layout:
    """The layout of these column names."""
    places: dict[str, int] = {}
    for rank, name in enumerate(map(_folded, names)):
        if not name:
            continue
        if name in places:
            raise UnreadableFile(source.code, f"La colonne « {names[rank].strip()} » figure deux fois dans l’en-tête.")
        places[name] = rank
    layout = Layout(len(names), {})
    missing = []
    for column in (one for one in source.columns if not one.yearly):
        found = [places[name] for name in map(_folded, (column.raw, *column.aliases)) if name in places]
        if len(found) > 1:
            raise UnreadableFile(source.code, f"La colonne « {column.raw} » figure sous deux noms dans l’en-tête.")
        if found:
            layout.indexes[column.name] = found[0]
        elif column.required and not (account_keyed and column.name == "siret"):
            missing.append(column.raw)
    if missing:
        raise MissingColumn(source.code, _missing_message(source, missing, names))
    if isinstance(source.wide, WideMonths):
        _place_months(source, source.wide, names, layout)
    if isinstance(source.wide, WideYears):
        _place_years(source, names, layout)
    return layout


def missing_siret(source: Source, layout: Layout) -> bool:
    """Whether the file is keyed by account only (deliveries of 2023)."""
    return source.accounts is not None and "siret" not in layout.indexes


def _place_months(source: Source, wide: WideMonths, names: Sequence[str], layout: Layout) -> None:
    pattern = re.compile(wide.pattern, re.IGNORECASE)
    prefix = wide.pattern.split("(", 1)[0]
    for rank, name in enumerate(names):
        text = name.strip()
        found = pattern.fullmatch(text)
        if found:
            month = Month(int(found[1]), 3 * (int(found[2]) - 1) + int(found[3]))
            if not 1950 <= month.year < 2100:
                found = None
            elif str(month.first_day) in layout.months:
                raise UnreadableFile(source.code, f"Le mois {month} figure deux fois dans l’en-tête.")
            else:
                layout.months[str(month.first_day)] = rank
        if found is None and re.fullmatch(rf"{prefix}\d*", text, re.IGNORECASE):
            message = f"La colonne « {text} » n’est pas un mois lisible ({prefix}AAAATM) : elle n’est pas lue."
            layout.notices.append(Notice("column_refused", message))
    if not layout.months:
        raise MissingColumn(
            source.code, f"Aucune colonne de mois lisible ({prefix}AAAATM, par exemple {prefix}202541)."
        )


def _place_years(source: Source, names: Sequence[str], layout: Layout) -> None:
    known = {_folded(column.raw): column.name for column in source.columns if column.yearly}
    for rank, name in enumerate(map(_folded, names)):
        base, _, year = name.rpartition(" ")
        if base in known and re.fullmatch(r"(19|20)\d\d", year):
            layout.years.setdefault(int(year), {})[known[base]] = rank
    if not layout.years:
        raise MissingColumn(source.code, "Aucune colonne suivie d’une année (par exemple « Nombre de mois 2022 »).")


def _missing_message(source: Source, missing: list[str], names: Sequence[str]) -> str:
    listed = ", ".join(f"« {name} »" for name in missing)
    message = f"Colonne absente de l’en-tête : {listed}."
    if source.accounts is not None and missing == ["Siret"]:
        return f"{message} C’est une livraison par compte (2023) : joignez-y les comptes Urssaf."
    if len(names) == 1:
        message += f" Une seule colonne a été trouvée : le séparateur attendu est « {source.separator} »."
    return message


def _cells(source: Source, line: bytes) -> list[str]:
    text = line.decode("utf-8", errors="replace")
    return next(csv.reader([text], delimiter=source.separator), [])


def _folded(name: str) -> str:
    return " ".join(name.replace("\ufeff", "").replace("’", "'").split()).casefold()


def column_at(source: Source, name: str) -> Column:
    """The table's column of this typed name."""
    return next(column for column in source.columns if column.name == name)
