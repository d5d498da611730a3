"""A slow, literal reading of a delivery, written from the specification and sharing nothing with the generator."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

Key = tuple[str, str]
MONTHS = {
    name: rank
    for rank, name in enumerate(["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1)
}


def rows(file: Path, separator: str = ";") -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines, delimiter=separator)


def next_month(month: str, count: int = 1) -> str:
    index = int(month[:4]) * 12 + int(month[5:]) - 1 + count
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def period(code: str) -> tuple[str, int]:
    """(first month, number of months) of AAAAXY."""
    year, quarter, rank = code[:4], int(code[4]), int(code[5])
    if code[4:] == "62":
        return f"{year}-01", 12
    if rank == 0:
        return f"{year}-{quarter * 3 - 2:02d}", 3
    return f"{year}-{quarter * 3 - 3 + rank:02d}", 1


def urssaf_day(code: str) -> date:
    number = int(code) + 19_000_000
    return date(number // 10_000, number // 100 % 100, number % 100)


def contributions(folder: Path, sirens: set[str]) -> dict[Key, Decimal]:
    """Euros due per firm and month, each line spread equally over its months."""
    out: dict[Key, Decimal] = defaultdict(Decimal)
    for row in rows(folder / "sigfaible_cotisdues.csv"):
        if row["Siret"][:9] in sirens:
            start, months = period(row["periode"])
            for rank in range(months):
                out[row["Siret"][:9], next_month(start, rank)] += Decimal(row["cotis_due"].replace(",", ".")) / months
    return out


def debts(folder: Path, sirens: set[str], last: str) -> dict[Key, tuple[int, int]]:
    """Cents of both shares per firm and month end: the last operation counted by then of each line of debt."""
    lines: dict[tuple[str, str, str, str], list[tuple[int, str, int, int]]] = defaultdict(list)
    for row in rows(folder / "sigfaible_debits.csv"):
        if row["Siren"] in sirens:
            day = urssaf_day(row["Dt_trt_ecn"])
            month = f"{day:%Y-%m}"
            counted = month if day.day <= 20 else next_month(month)
            lines[row["Siren"], row["num_cpte"], row["Periode"], row["Num_Ecn"]].append(
                (int(row["Num_Hist_Ecn"]), counted, int(row["Mt_PO"]), int(row["Mt_PP"]))
            )
    out: dict[Key, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (siren, *_), operations in lines.items():
        operations.sort()
        for (_, month, employee, employer), following in zip(operations, [*operations[1:], None], strict=True):
            end = following[1] if following else next_month(last)
            while month < end:
                before = out[siren, month]
                out[siren, month] = (before[0] + employee, before[1] + employer)
                month = next_month(month)
    return out


def hours(folder: Path, sirens: set[str]) -> dict[Key, Decimal]:
    out: dict[Key, Decimal] = defaultdict(Decimal)
    for row in rows(folder / "consommation_ap.csv", ","):
        if row["ETAB_SIRET"][:9] in sirens:
            out[row["ETAB_SIRET"][:9], row["MOIS"][:7]] += Decimal(row["HEURES"])
    return out


def workforce(folder: Path, sirens: set[str]) -> dict[Key, int]:
    """People per firm and month, where the wide file says so."""
    out: dict[Key, int] = {}
    for row in rows(folder / "sigfaible_effectif_siren.csv"):
        for column, cell in row.items():
            if row["siren"] in sirens and column.startswith("eff") and cell:
                out[row["siren"], period(column[3:])[0]] = int(cell)
    return out


def workforce_of_places(folder: Path, sirens: set[str]) -> dict[Key, int]:
    """The same added up over establishments."""
    out: dict[Key, int] = defaultdict(int)
    for row in rows(folder / "sigfaible_effectif_siret.csv"):
        for column, cell in row.items():
            if row["siret"][:9] in sirens and column.startswith("eff") and cell:
                out[row["siret"][:9], period(column[3:])[0]] += int(cell)
    return out


def judgments(folder: Path, sirens: set[str]) -> dict[str, list[tuple[date, str, str]]]:
    """(day, kind, stage) per firm."""
    out: dict[str, list[tuple[date, str, str]]] = defaultdict(list)
    for row in rows(folder / "sigfaible_pcoll.csv"):
        text = row["Dt_effet"]
        parts = row["Lib_actx_stdx"].lower().split("_")
        kind = next(part for part in parts if part in ("liquidation", "redressement", "sauvegarde"))
        stage = "_".join(part for part in parts if part != kind)
        if row["Siren"] in sirens:
            out[row["Siren"]].append((date(int(text[5:]), MONTHS[text[2:5]], int(text[:2])), kind, stage))
    return out


def state(events: list[tuple[date, str, str]], day: date) -> str:
    """The current rule of detection-data.md 4.7 at a day."""
    for kind, plain in (("liquidation", "liquidation"), ("redressement",) * 2, ("sauvegarde",) * 2):
        mine = [each for each in events if each[0] <= day and each[1] == kind and each[2] != "solde_procedure"]
        if not mine:
            continue
        when, _, stage = max(mine, key=lambda each: (each[0], each[2] in ("fin_procedure", "abandon_procedure")))
        if stage in ("fin_procedure", "abandon_procedure", "inclusion_autre_procedure"):
            continue
        if stage == "plan_continuation":
            if (day.year - 10, day.month, day.day) < (when.year, when.month, when.day):
                return "plan"
            continue
        return plain
    return "in_bonis"
