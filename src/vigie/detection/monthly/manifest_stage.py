"""What the manifest of a publication says: model, perimeter, sources, checks, words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from vigie.detection import perimeter
from vigie.detection.corrections.correction import Correction
from vigie.detection.corrections.files import rules_version
from vigie.detection.features.registry import FAMILIES, available
from vigie.detection.monthly.context import Run
from vigie.detection.release import checks, entries
from vigie.detection.sources.registry import source
from vigie.detection.steps import Facts
from vigie.kernel.period import Month
from vigie.publication.manifest import (
    CorrectionLabel,
    FamilyLabel,
    FeatureLabel,
    ManifestFacts,
    Perimeter,
    Rule,
    SourceFile,
)

HORIZON_MONTHS = 18


@dataclass(frozen=True)
class Released:
    """A month about to be published. rules: firms left out by each; establishments: active, of the firms kept."""

    model: Facts
    judged: entries.Judged
    corrections: tuple[Correction, ...]
    verdicts: tuple[checks.Verdict, ...]
    rules: tuple[Rule, ...]
    establishments: int
    replaces: str | None


def manifest(run: Run, made: Released) -> ManifestFacts:
    """The facts of a list; the writer adds the files."""
    scored = made.judged.scored
    return ManifestFacts(
        batch=run.month,
        created_at=datetime.fromisoformat(run.created_at),
        code_version=run.code_version,
        replaces=made.replaces,
        horizon_months=HORIZON_MONTHS,
        planned_on=run.parameters.planned_list(run.month),
        model_id=made.model["model_id"],
        model_fingerprint=made.model["fingerprint"],
        training_window=made.model["training_window"],
        seed=run.parameters.seed,
        perimeter=Perimeter(made.rules, kept=scored.firms.num_rows, establishments=made.establishments),
        perimeter_version=perimeter.in_force(run.month).version,
        policy_version=str(scored.facts["policy"]["version"]),
        rules_version=rules_version(made.corrections),
        thresholds={"strong": scored.thresholds.strong, "moderate": scored.thresholds.moderate},
        sources=source_files(run),
        data_cutoffs=cutoffs(run),
        checks=tuple(verdict.check for verdict in made.verdicts),
        families=tuple(FamilyLabel(one.code, one.label_fr) for one in FAMILIES),
        features=_feature_labels(),
        corrections=tuple(_correction_label(one) for one in made.corrections),
    )


def _feature_labels() -> tuple[FeatureLabel, ...]:
    return tuple(
        FeatureLabel(
            one.code, one.label_fr, one.family, one.unit, ", ".join(one.sources), one.confidentiality, one.definition_fr
        )
        for one in available()
    )


def _correction_label(one: Correction) -> CorrectionLabel:
    until = None if one.valid_until is None else one.valid_until.plus(1).first_day
    return CorrectionLabel(one.code, one.wording_fr, str(one.version), one.author, one.reason_fr, until)


def source_files(run: Run) -> tuple[SourceFile, ...]:
    """What each source gave, for the manifest."""
    return tuple(_source_file(run, code, facts) for code, facts in sorted(run.record.facts["sources"].items()))


def _source_file(run: Run, code: str, facts: dict[str, Any]) -> SourceFile:
    stale = facts.get("state") not in ("delivered", "kept")
    batch = Month.parse(facts["batch"]) if facts.get("batch") else None
    return SourceFile(
        name=code,
        label_fr=source(code).label_fr,
        file=str(facts.get("file") or ""),
        sha256=str(facts.get("sha256") or ""),
        data_until=_day(facts.get("data_until")),
        rows_read=int(facts.get("read") or 0),
        rows_valid=int(facts.get("valid") or 0),
        rows_rejected=int(facts.get("rejected") or 0),
        stale=stale,
        reason_fr=str(facts.get("reason") or "") if stale else "",
        planned_on=None if source(code).optional else run.parameters.planned_delivery(run.month, code),
        received_on=None if batch is None or stale else _day(facts.get("received_on") or run.created_at[:10]),
    )


def _day(text: Any) -> date | None:
    if not text:
        return None
    return date.fromisoformat(str(text) if len(str(text)) == 10 else f"{str(text)[:7]}-01")


def cutoffs(run: Run) -> dict[str, date]:
    found = {code: _day(facts.get("data_until")) for code, facts in run.record.facts["sources"].items()}
    return {code: day for code, day in found.items() if day is not None}
