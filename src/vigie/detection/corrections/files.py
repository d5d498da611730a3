"""A folder of corrections: one readable JSON file per version, `code.v2.json`; which ones are in force at a month.

One bad file does not stop a month: it is left out and told. Two versions of a code never hold together, unless the
later one says that it replaces the former.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from vigie.detection.corrections.checks import CorrectionRefused, quoted
from vigie.detection.corrections.correction import Correction, read_correction
from vigie.kernel.errors import system_words
from vigie.kernel.period import Month

LARGEST_FILE_BYTES = 256 * 1024
MOST_FILES = 2_000
PATTERN = "*.json"
# Panel columns that are not features but may be asked in a scope.
CONTEXT_COLUMNS = frozenset(
    {
        "naf_section", "naf_division", "region", "departement", "size_band", "age_years", "proceedings_state",
        "plan_running", "payment_plan_running", "accounts_public",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """A file left out, and why, in French."""

    file: str
    message_fr: str


@dataclass(frozen=True)
class Library:
    """What a folder holds: the corrections that can be used, in the order of their names, and the files left out."""

    corrections: tuple[Correction, ...] = ()
    problems: tuple[Problem, ...] = ()

    def active(self, month: Month) -> tuple[Correction, ...]:
        """The corrections in force at a month: approved, valid, not replaced; sorted by code."""
        return active(self.corrections, month)


def read_folder(folder: Path, known: Collection[str] | None = None) -> Library:
    """All the corrections of a folder; an absent folder has none.

    known: columns that a correction may read (features available and context); None asks nothing.
    """
    found: list[Correction] = []
    problems: list[Problem] = []
    paths = sorted(folder.glob(PATTERN)) if folder.is_dir() else []
    if len(paths) > MOST_FILES:
        raise CorrectionRefused(f"{folder.name} : {len(paths)} fichiers, {MOST_FILES} au plus.")
    for path in paths:
        try:
            found.append(read_file(path, known))
        except CorrectionRefused as refusal:
            problems.append(Problem(path.name, refusal.message_fr))
    kept, clashes = _without_clashes(found)
    return Library(tuple(kept), tuple(problems) + tuple(clashes))


def read_file(path: Path, known: Collection[str] | None = None) -> Correction:
    """One correction; refused when its content or its name is not right."""
    correction = parse(_content(path))
    if path.name != f"{correction.name}.json":
        raise CorrectionRefused(
            f"Le fichier {quoted([path.name])} contient {quoted([correction.name])} : nommez-le {correction.name}.json."
        )
    if known is not None and correction.status in ("approved", "proposed"):
        correction.require(known)
    return correction


def parse(content: bytes) -> Correction:
    """The correction written in a JSON document."""
    try:
        raw = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise CorrectionRefused("Le fichier n’est pas en UTF-8 : enregistrez-le dans ce codage.") from None
    except RecursionError:
        raise CorrectionRefused("Le fichier emboîte trop d’objets pour un redressement.") from None
    except ValueError as error:
        place = f" (ligne {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise CorrectionRefused(f"Le fichier n’est pas du JSON{place}.") from None
    return read_correction(raw)


def written(correction: Correction) -> bytes:
    """The file of a correction: JSON that a person can read, the same bytes for the same correction."""
    return (json.dumps(correction.to_json(), ensure_ascii=False, indent=2) + "\n").encode()


def active(corrections: Iterable[Correction], month: Month) -> tuple[Correction, ...]:
    """The corrections in force at a month: approved, valid, not replaced; one version by code, sorted by code.

    A version withdrawn after its approval does not bring back the one before it.
    """
    held: dict[str, Correction] = {}
    for one in sorted(corrections, key=lambda one: (one.code, one.version)):
        if one.approved_by and one.valid_from <= month:
            held[one.code] = one
    return tuple(one for one in held.values() if one.status == "approved" and one.covers(month))


def rules_version(corrections: Iterable[Correction]) -> str:
    """Sixteen hexadecimal characters that change when a correction in force, or a word of it, does."""
    content = [one.to_json() for one in sorted(corrections, key=lambda one: (one.code, one.version))]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise CorrectionRefused(f"Le fichier est trop gros : {LARGEST_FILE_BYTES // 1024} Kio au plus.")
        return path.read_bytes()
    except OSError as error:
        raise CorrectionRefused(f"Le fichier ne peut pas être lu ({system_words(error)}).") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise CorrectionRefused(
            f"{quoted(sorted({name for name in names if names.count(name) > 1}))} est écrit deux fois."
        )
    return found


def _no_constant(name: str) -> Any:
    raise CorrectionRefused(f"{quoted([name])} n’est pas un nombre.")


def _without_clashes(corrections: list[Correction]) -> tuple[list[Correction], list[Problem]]:
    """Leaves out every version of a code whose approved versions overlap: which one is meant cannot be guessed."""
    clashes: dict[str, Problem] = {}
    by_code: dict[str, list[Correction]] = {}
    for one in corrections:
        if one.status == "approved":
            by_code.setdefault(one.code, []).append(one)
    for code, versions in by_code.items():
        for before, after in pairwise(sorted(versions, key=lambda one: one.version)):
            if after.replaces == before.version and after.valid_from >= before.valid_from:
                continue
            if after.valid_from <= before.valid_until:
                clashes[code] = Problem(
                    f"{after.name}.json",
                    f"Les versions {before.version} et {after.version} de {quoted([code])} valent en même temps. "
                    f"Écrivez « replaces : {before.version} » dans la {after.version}, ou retirez l’une des deux.",
                )
    return [one for one in corrections if one.code not in clashes], list(clashes.values())


def expired(corrections: Iterable[Correction], month: Month) -> tuple[Correction, ...]:
    """Approved corrections whose time has passed, as expired ones."""
    return tuple(
        replace(one, status="expired") for one in corrections if one.status == "approved" and one.valid_until < month
    )
