"""What is verified before a list leaves: each check says what it saw and its limit.

A *blocking* check is about truth (a bar that does not add up, a firm already in court): nothing is published. Another
is about surprise (volumes that jump): the list is published, and waits for two people on the service's side. An
*advisory* one only warns: data that move are often the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.detection.monthly.parameters import Parameters
from vigie.detection.release.drifting import Drifting
from vigie.detection.release.entries import MODERATE, STRONG, Judged
from vigie.detection.release.history import History
from vigie.publication.manifest import Check

EXACT = 1e-6
PSI_LIMIT = 0.25
REGION_POINTS = 0.10
RATE_FACTOR = 3.0


@dataclass(frozen=True)
class Verdict:
    """A check made, and whether its failure stops the publication. remedy_fr: what to do, when it is not usual."""

    check: Check
    blocking: bool
    message_fr: str
    remedy_fr: str = ""


def verify(
    judged: Judged, entries: pa.Table, history: History, parameters: Parameters, drifting: Drifting | None = None
) -> list[Verdict]:
    """All the checks of a list, in the order in which they are shown."""
    found = [
        _adds_up(judged),
        _unique(entries),
        _in_bonis(entries),
        _explained(judged),
        _probabilities(judged, entries),
    ]
    if history.former is not None:
        found += [_volume(entries, history, parameters), _score_drift(entries, history)]
    return found if drifting is None else [*found, _since_training(drifting)]


def _verdict(name: str, passed: bool, value: str, limit: str, message_fr: str, *, blocking: bool) -> Verdict:
    return Verdict(Check(name=name, passed=bool(passed), value=value, limit=limit), blocking, message_fr)


def _adds_up(judged: Judged) -> Verdict:
    made = judged.scored.scores
    families = made.base + made.by_family.sum(axis=1) + judged.adjusted.effects.sum(axis=1)
    features = made.base + made.by_feature.sum(axis=1) + judged.adjusted.effects.sum(axis=1)
    gap = max(
        float(np.abs(total - judged.adjusted.log_odds).max(initial=0.0)) for total in (families, features)
    )  # fmt: skip
    return _verdict(
        "contributions_add_up", gap <= EXACT, f"{gap:.1e}", f"{EXACT:.0e}",
        "La somme des contributions ne redonne pas le score.", blocking=True,
    )  # fmt: skip


def _unique(entries: pa.Table) -> Verdict:
    twice = entries.num_rows - pc.count_distinct(entries["siren"]).as_py()
    return _verdict(
        "one_line_per_company", twice == 0, str(twice), "0", "Des entreprises figurent deux fois.", blocking=True
    )


def _in_bonis(entries: pa.Table) -> Verdict:
    already = int(pc.sum(pc.cast(pc.invert(entries["in_bonis"]), "int64")).as_py() or 0)
    return _verdict(
        "none_in_proceedings", already == 0, str(already), "0",
        "Des entreprises déjà en procédure collective figurent dans la liste.", blocking=True,
    )  # fmt: skip


def _explained(judged: Judged) -> Verdict:
    in_alert = np.isin(judged.level, (STRONG, MODERATE))
    raised = (judged.scored.scores.by_feature > 0).any(axis=1) | (judged.adjusted.effects > 0).any(axis=1)
    without = int((in_alert & ~raised).sum())
    return _verdict(
        "alerts_explained", without == 0, str(without), "0", "Des alertes n’ont aucun motif.", blocking=True
    )


def _probabilities(judged: Judged, entries: pa.Table) -> Verdict:
    """The mean score stays near the failure rate seen in calibration, or near the one forecast."""
    mean = float(pc.mean(entries["score"]).as_py() or 0.0)
    rate = float(judged.scored.facts.get("expected_rate") or 0.0)
    passed = rate > 0 and 1 / RATE_FACTOR <= mean / rate <= RATE_FACTOR
    return _verdict(
        "mean_score_near_rate", passed, f"{mean:.4f}", f"{rate:.4f} × 1/{RATE_FACTOR:g} à {RATE_FACTOR:g}",
        "La probabilité moyenne s’éloigne du taux de défaillance attendu.", blocking=False,
    )  # fmt: skip


def _alerts(levels: np.ndarray) -> int:
    return int(np.isin(levels, (STRONG, MODERATE)).sum())


def _volume(entries: pa.Table, history: History, parameters: Parameters) -> Verdict:
    assert history.former is not None
    now, before = (
        _alerts(entries["level"].to_numpy(zero_copy_only=False)),
        _alerts(history.former["level"].to_numpy(str)),
    )
    change = (now - before) / before if before else float(now > 0)
    return _verdict(
        "alerts_volume", abs(change) <= parameters.volume_change, f"{now} ({change:+.0%})",
        f"{before} ± {parameters.volume_change:.0%}",
        "Le nombre d’alertes change beaucoup par rapport à la liste précédente.", blocking=False,
    )  # fmt: skip


def _score_drift(entries: pa.Table, history: History) -> Verdict:
    assert history.former is not None
    value = psi(history.former["score"].to_numpy(float), entries["score"].to_numpy())
    return _verdict(
        "score_stability", value <= PSI_LIMIT, f"{value:.3f}", f"{PSI_LIMIT}",
        "La distribution des scores a changé depuis la liste précédente.", blocking=False,
    )  # fmt: skip


def _since_training(drifting: Drifting) -> Verdict:
    check = Check("drift_since_training", drifting.passed, drifting.value_fr, drifting.limit_fr, advisory=True)
    moved = " ; ".join(one.sentence_fr for one in drifting.moved[:3])
    message = f"Les données ont changé depuis l’apprentissage du modèle. {moved}".strip(" .") + "."
    return Verdict(check, False, message, drifting.meaning_fr)


def psi(before: np.ndarray, now: np.ndarray, bins: int = 10) -> float:
    """Population stability index over the deciles of the former values; 0.1 is worth a look, 0.25 an act."""
    if len(before) == 0 or len(now) == 0:
        return 0.0
    edges = np.unique(np.quantile(before, np.linspace(0, 1, bins + 1)[1:-1]))
    shares = [
        np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1) / len(values) for values in (before, now)
    ]
    old, new = (np.maximum(share, 1e-6) for share in shares)
    return float(((new - old) * np.log(new / old)).sum())
