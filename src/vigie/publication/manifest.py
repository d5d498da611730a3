"""The manifest: what was computed, on what, by which code, and the hash of every file. Text in, dataclass out.

``ManifestFacts`` is what the batch says; ``Manifest`` adds what the writer saw (files, rows, hashes, schema). The JSON
is canonical: sorted keys, two spaces, UTF-8; for the same facts and files only ``created_at`` differs.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime
from typing import Any

from vigie.kernel.errors import PublicationError, UnknownSchema
from vigie.kernel.period import Month
from vigie.publication.schema import SCHEMA_VERSION

LIST_ID = re.compile(r"^\d{4}-(?:0[1-9]|1[0-2])\.[1-9]\d{0,2}$", re.ASCII)
FACTS_ID = re.compile(r"^\d{4}-\d{2}-\d{2}(?:\.[1-9]\d{0,2})?$", re.ASCII)
FILE_NAME = re.compile(r"^[a-z][a-z0-9_]{0,60}\.parquet$|^CARD\.md$", re.ASCII)
SHA256 = re.compile(r"^[0-9a-f]{64}$", re.ASCII)
LONGEST = 4_000_000  # characters


@dataclass(frozen=True)
class Rule:
    """A rule of the perimeter and the firms that it left out."""

    code: str
    label_fr: str
    left_out: int


@dataclass(frozen=True)
class Perimeter:
    """Who is watched: the rules in their order, the firms kept, the establishments that they have."""

    rules: tuple[Rule, ...] = ()
    kept: int = 0
    establishments: int = 0


@dataclass(frozen=True)
class Metric:
    """A figure of the model card, with its interval and the trivial rule beside it."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    baseline: float | None = None


@dataclass(frozen=True)
class SourceFile:
    """What one source gave. ``stale``: its last good delivery is of an earlier month; ``reason_fr`` says why."""

    name: str
    label_fr: str
    file: str = ""
    sha256: str = ""
    data_until: date | None = None
    rows_read: int = 0
    rows_valid: int = 0
    rows_rejected: int = 0
    stale: bool = False
    reason_fr: str = ""
    planned_on: date | None = None
    received_on: date | None = None


@dataclass(frozen=True)
class Check:
    """A check made before publication, with what it saw and its limit. ``advisory``: its failure only warns."""

    name: str
    passed: bool
    value: str = ""
    limit: str = ""
    advisory: bool = False


@dataclass(frozen=True)
class FamilyLabel:
    """A family of features, and its name for people."""

    code: str
    label_fr: str


@dataclass(frozen=True)
class FeatureLabel:
    """A feature, its name for people, where it comes from and who may read it."""

    code: str
    label_fr: str
    family: str
    unit: str = ""
    source: str = ""
    confidentiality: str = "public"
    definition_fr: str = ""


@dataclass(frozen=True)
class CorrectionLabel:
    """An expert correction that was in force."""

    code: str
    label_fr: str
    version: str = "1"
    author: str = ""
    reason_fr: str = ""
    valid_until: date | None = None


@dataclass(frozen=True)
class File:
    """A file of the folder."""

    path: str
    sha256: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class ManifestFacts:
    """What the batch says of its work. ``planned_on``: the day the list is due to open."""

    batch: Month
    created_at: datetime
    code_version: str
    replaces: str | None = None
    horizon_months: int = 18
    planned_on: date | None = None
    model_id: str = ""
    model_fingerprint: str = ""
    training_window: dict[str, str] = field(default_factory=dict)
    seed: int = 0
    perimeter: Perimeter = field(default_factory=Perimeter)
    perimeter_version: str = ""
    policy_version: str = ""
    rules_version: str = ""
    thresholds: dict[str, float] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()
    sources: tuple[SourceFile, ...] = ()
    data_cutoffs: dict[str, date] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    families: tuple[FamilyLabel, ...] = ()
    features: tuple[FeatureLabel, ...] = ()
    corrections: tuple[CorrectionLabel, ...] = ()

    @property
    def stale_sources(self) -> tuple[str, ...]:
        return tuple(source.name for source in self.sources if source.stale)

    @property
    def all_checks_passed(self) -> bool:
        return all(check.passed or check.advisory for check in self.checks)


@dataclass(frozen=True, kw_only=True)
class Manifest(ManifestFacts):
    """The whole manifest.json. ``kind``: ``list``, or ``facts`` for a folder that refreshes sheets only."""

    publication_id: str
    kind: str
    schema_version: str
    files: tuple[File, ...]


_PARTS: dict[str, type] = {
    "metrics": Metric,
    "sources": SourceFile,
    "checks": Check,
    "families": FamilyLabel,
    "features": FeatureLabel,
    "corrections": CorrectionLabel,
    "files": File,
}
_DAYS = {"data_until", "planned_on", "received_on", "valid_until"}


def to_json(manifest: Manifest) -> str:
    """The canonical text."""
    content = asdict(manifest)
    content["batch"] = str(manifest.batch)
    content["created_at"] = manifest.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    content["stale_sources"] = list(manifest.stale_sources)
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, default=_plain, allow_nan=False) + "\n"


def from_json(text: str, place: str) -> Manifest:
    """Reads a manifest; UnknownSchema for another major version, PublicationError for anything else amiss."""
    if len(text) > LONGEST:
        raise PublicationError(place, f"the manifest has {len(text)} characters, at most {LONGEST} are read")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PublicationError(place, f"the manifest is not JSON ({type(error).__name__})") from error
    if not isinstance(content, dict):
        raise PublicationError(place, "the manifest is not an object")
    _require_schema(content.get("schema_version"), place)
    try:
        manifest = _manifest(content)
        _require_safe(manifest, place)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PublicationError(place, f"the manifest cannot be read: {error!r}") from error
    return manifest


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"not a plain value: {value!r}")


def is_newer(manifest: Manifest) -> bool:
    """Whether it was written by a later minor version, which may hold tables that this code does not know."""
    minor = manifest.schema_version.partition(".")[2]
    return not minor.isdigit() or int(minor) > int(SCHEMA_VERSION.partition(".")[2])


def _require_schema(version: Any, place: str) -> None:
    if not isinstance(version, str) or version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise UnknownSchema(place, f"schema_version {version!r}; this code reads {SCHEMA_VERSION.split('.')[0]}.x")


def _manifest(content: dict[str, Any]) -> Manifest:
    known = {f.name for f in fields(Manifest)}
    taken = {name: value for name, value in content.items() if name in known}
    for name, part in _PARTS.items():
        taken[name] = tuple(_part(part, row) for row in content.get(name, ()))
    perimeter = content.get("perimeter", {})
    taken["perimeter"] = Perimeter(
        rules=tuple(_part(Rule, row) for row in perimeter.get("rules", ())),
        kept=int(perimeter.get("kept", 0)),
        establishments=int(perimeter.get("establishments", 0)),
    )
    taken["batch"] = Month.parse(content["batch"])
    taken["created_at"] = datetime.fromisoformat(content["created_at"])
    if content.get("planned_on"):
        taken["planned_on"] = date.fromisoformat(content["planned_on"])
    taken["data_cutoffs"] = {k: date.fromisoformat(v) for k, v in content.get("data_cutoffs", {}).items()}
    taken["thresholds"] = {k: float(v) for k, v in content.get("thresholds", {}).items()}
    return Manifest(**taken)


def _part(part: type, row: dict[str, Any]) -> Any:
    known = {f.name for f in fields(part)}
    values = {name: value for name, value in row.items() if name in known}
    for name in _DAYS & values.keys():
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return part(**values)


def _require_safe(manifest: Manifest, place: str) -> None:
    """The parts of the manifest that name files, folders and yes-or-no answers are of the expected shape."""
    pattern = {"list": LIST_ID, "facts": FACTS_ID}[manifest.kind]
    if not pattern.match(manifest.publication_id):
        raise PublicationError(place, f"publication_id {manifest.publication_id!r} is not a {manifest.kind} identifier")
    if manifest.kind == "list" and not manifest.publication_id.startswith(f"{manifest.batch}."):
        raise PublicationError(place, f"publication_id {manifest.publication_id} is not of the month {manifest.batch}")
    if manifest.replaces is not None and not LIST_ID.match(manifest.replaces):
        raise PublicationError(place, f"replaces {manifest.replaces!r} is not a publication")
    paths = [file.path for file in manifest.files]
    if len(set(paths)) != len(paths):
        raise PublicationError(place, "the manifest names a file twice")
    for file in manifest.files:
        if not FILE_NAME.match(file.path):
            raise PublicationError(place, f"the manifest names {file.path!r}, which is no file of a publication")
        if not SHA256.match(file.sha256):
            raise PublicationError(place, f"the hash of {file.path} is not a SHA-256")
    if not all(isinstance(answer, bool) for check in manifest.checks for answer in (check.passed, check.advisory)):
        raise PublicationError(place, "a check says neither true nor false")
    if manifest.created_at.tzinfo is None:
        raise PublicationError(place, "created_at has no time zone")
