"""A folder of delivered files: which source each is, and whether a reading may take the place of the last one."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from vigie.detection.intake.reading import ROWS_FILE, read_file
from vigie.detection.intake.report import FileReport
from vigie.detection.sources.registry import SOURCES, source
from vigie.detection.sources.table import Source
from vigie.kernel.period import Month

COMPRESSED = re.compile(r"\.(gz|zip)$", re.IGNORECASE)
NOT_DATA = re.compile(r"\.(part|filepart|tmp|crdownload|md5|sha256|json|md|ok|done)$", re.IGNORECASE)


@dataclass
class Delivery:
    """The files of a folder by source; unknown names never block, doubled ones block their source only."""

    files: dict[str, list[Path]] = field(default_factory=dict)
    unknown: list[Path] = field(default_factory=list)
    duplicates: dict[str, list[Path]] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One comparison of a reading with what stood before; ``value`` is null when there was nothing to compare."""

    name: str
    passed: bool
    value: float | None
    limit: float | None
    message_fr: str


def source_of(name: str) -> Source | None:
    """The source that a file of this name holds: names of 2026 first, then those of 2023."""
    if NOT_DATA.search(name):
        return None
    stem = COMPRESSED.sub("", name)
    for generation in ("file_names", "file_names_2023"):
        for one in SOURCES:
            if any(re.fullmatch(pattern, stem, re.IGNORECASE) for pattern in getattr(one, generation)):
                return one
    return None


def recognise(folder: Path) -> Delivery:
    """Sorts the files of a folder (not of its folders) by source."""
    delivery = Delivery()
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_dir():
            continue
        one = None if path.is_symlink() else source_of(path.name)
        if one is None:
            delivery.unknown.append(path)
        else:
            found.setdefault(one.code, []).append(path)
    for code in (one.code for one in SOURCES):
        paths = found.get(code, [])
        stems = {COMPRESSED.sub("", path.name).casefold() for path in paths}
        if len(paths) > 1 and (not source(code).several_files or len(stems) < len(paths)):
            delivery.duplicates[code] = paths
        elif paths:
            delivery.files[code] = paths
    return delivery


def read_delivery(
    delivery: Delivery, typed: Path, batch: Month, *, accounts: Path | None = None
) -> dict[str, FileReport]:
    """Reads every recognised source into ``typed/<source>/batch=…``; accounts first, they may serve the others."""
    reports: dict[str, FileReport] = {}
    for code, paths in delivery.files.items():
        out_dir = typed / code / f"batch={batch}"
        reports[code] = read_file(source(code), paths, out_dir, accounts=accounts, batch=batch)
        if code == "admin_urssaf" and not reports[code].is_fatal:
            accounts = out_dir / ROWS_FILE
    return reports


def check_against_previous(
    report: FileReport,
    previous: FileReport | None,
    *,
    batch: Month | None = None,
    earlier_hashes: Collection[str] = (),
) -> list[Check]:
    """Whether this reading may replace the last good one; every check of the source's table, passed or not.

    earlier_hashes: sha256 of the files of earlier months. Without a previous reading only the absolute checks speak.
    """
    table = source(report.source)
    checks = [
        _rejected(table, report),
        _repeated(table, report),
        _not_already_received(table, report, previous, earlier_hashes),
    ]
    if batch is not None:
        checks += _right_month(table, report, batch)
    if previous is not None:
        checks += _shrunk(table, report, previous)
        checks += _swollen(table, report, previous)
        checks += _older(report, previous)
        checks += _keys(table, report, previous)
        checks += _amounts(table, report, previous)
        checks += _nulls(table, report, previous)
    return [check for check in checks if check is not None]


def _rejected(table: Source, report: FileReport) -> Check | None:
    asked = table.check("rejected_at_most")
    if asked is None or not report.read:
        return None
    share = report.rejected / report.read
    message = (
        f"{_percent(share)} des lignes sont rejetées, {_percent(asked.limit)} au plus sont admises. "
        "Les premières sont dans le rapport."
    )
    return Check(asked.code, share <= asked.limit, round(share, 6), asked.limit, message)


def _repeated(table: Source, report: FileReport) -> Check | None:
    asked = table.check("repeats_at_most")
    if asked is None or not report.rows:
        return None
    share = report.duplicate_rows / report.rows
    message = (
        f"{_percent(share)} des lignes répètent la clé d’une autre, {_percent(asked.limit)} au plus sont admises. "
        "Le fichier contient peut-être deux fois les mêmes lignes."
    )
    return Check(asked.code, share <= asked.limit, round(share, 6), asked.limit, message)


def _not_already_received(
    table: Source, report: FileReport, previous: FileReport | None, earlier: Collection[str]
) -> Check | None:
    if not table.complete or not report.sha256:
        return None
    known = {*earlier, *(previous.sha256 if previous else ())}
    again = [facts.name for facts in report.files if facts.sha256 in known]
    message = f"Déjà reçu un mois précédent, à l’octet près : {', '.join(again)}. Celle du mois est attendue."
    return Check("not_already_received", not again, float(len(again)), 0.0, message)


def _right_month(table: Source, report: FileReport, batch: Month) -> list[Check]:
    asked = table.check("months_behind_at_most")
    if asked is None or report.max_period is None:
        return []
    last = Month.parse(report.max_period[:7])
    behind = (batch.year - last.year) * 12 + batch.month - last.month
    message = (
        f"Le fichier va jusqu’à {last}, la livraison est celle de {batch} : "
        f"un écart de 0 à {asked.limit:.0f} mois est attendu. Vérifiez que c’est le fichier du mois."
    )
    return [Check(asked.code, 0 <= behind <= asked.limit, float(behind), asked.limit, message)]


def _shrunk(table: Source, report: FileReport, previous: FileReport) -> list[Check]:
    asked = table.check("rows_at_least")
    if asked is None or not previous.rows:
        return []
    share = report.rows / previous.rows
    message = (
        f"{report.rows} lignes typées contre {previous.rows} la fois précédente ({_percent(share)}, "
        f"{_percent(asked.limit)} au moins attendus). Le fichier est peut-être coupé."
    )
    return [Check(asked.code, share >= asked.limit, round(share, 6), asked.limit, message)]


def _swollen(table: Source, report: FileReport, previous: FileReport) -> list[Check]:
    asked = table.check("rows_at_most")
    if asked is None or not previous.rows:
        return []
    factor = report.rows / previous.rows
    message = (
        f"{report.rows} lignes typées contre {previous.rows} la fois précédente (multipliées par {factor:.3g}, "
        f"{asked.limit:.3g} au plus attendu). Le fichier contient peut-être deux fois les mêmes lignes."
    )
    return [Check(asked.code, factor <= asked.limit, round(factor, 6), asked.limit, message)]


def _older(report: FileReport, previous: FileReport) -> list[Check]:
    if report.max_period is None or previous.max_period is None:
        return []
    behind = float(report.max_period < previous.max_period)
    message = (
        f"Le fichier va jusqu’au {report.max_period}, celui déjà lu allait jusqu’au {previous.max_period} : "
        "c’est une livraison plus ancienne."
    )
    return [Check("not_older", not behind, behind, 0.0, message)]


def _keys(table: Source, report: FileReport, previous: FileReport) -> list[Check]:
    """Share of the previous identifiers found again, on a sample drawn the same way in both."""
    asked = table.check("keys_kept")
    if asked is None or not previous.key_sample:
        return []
    modulus = max(report.key_modulus, previous.key_modulus)
    before = {one for one in previous.key_sample if one % modulus == 0}
    now = {one for one in report.key_sample if one % modulus == 0}
    if not before:
        return []
    share = len(before & now) / len(before)
    message = (
        f"{_percent(share)} des identifiants de la livraison précédente sont retrouvés, "
        f"{_percent(asked.limit)} au moins sont attendus : la livraison n’est pas complète."
    )
    return [Check(asked.code, share >= asked.limit, round(share, 6), asked.limit, message)]


def _amounts(table: Source, report: FileReport, previous: FileReport) -> list[Check]:
    asked = table.check("amounts_within")
    if asked is None:
        return []
    checks = []
    for name, figures in report.columns.items():
        before = previous.columns.get(name)
        if not name.endswith("_eur") or before is None or not before.mean or not figures.mean:
            continue
        factor = figures.mean / before.mean
        message = (
            f"La moyenne de « {name} » est multipliée par {factor:.3g} d’une livraison à l’autre : "
            "une confusion entre centimes et euros est probable."
        )
        passed = 1 / asked.limit <= factor <= asked.limit
        checks.append(Check(f"{asked.code}:{name}", passed, round(factor, 6), asked.limit, message))
    return checks


def _nulls(table: Source, report: FileReport, previous: FileReport) -> list[Check]:
    asked = table.check("nulls_within")
    if asked is None or not previous.rows:
        return []
    checks = []
    for name, figures in report.columns.items():
        before = previous.columns.get(name)
        if before is None:
            continue
        shift = figures.null_share - before.null_share
        if abs(shift) > asked.limit:
            message = (
                f"« {name} » est vide dans {_percent(figures.null_share)} des lignes, contre "
                f"{_percent(before.null_share)} la fois précédente : une colonne est peut-être décalée."
            )
            checks.append(Check(f"{asked.code}:{name}", False, round(shift, 6), asked.limit, message))
    return checks


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".replace(".", ",") + "\u00a0%"
