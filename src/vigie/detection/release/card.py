"""CARD.md of a publication, in French: what was computed, on what, how well, within what limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from vigie.detection.feedback import Opinions, accompaniments, opinions
from vigie.detection.release.drifting import UNMEASURED, Drifting
from vigie.detection.scored import ScoredMonth
from vigie.publication.manifest import Check, ManifestFacts

DRIFT_SHOWN, REASONS_SHOWN = 10, 8
PURPOSE = "Probabilité d’ouverture d’une procédure collective dans les dix-huit mois, par entreprise, et ses motifs."
LIMITS = (
    "Une probabilité n’est pas une certitude : la plupart des entreprises signalées ne défaillent pas.",
    "Certaines défaillances ne se voient pas dix-huit mois à l’avance : accident, fraude, perte d’un client.",
    "Une entreprise aidée défaille moins : l’effet de l’accompagnement se mêle à la mesure.",
    "Des comptes absents ou confidentiels privent le score d’une partie de ses faits ; la fiche le dit.",
)


@dataclass(frozen=True)
class Told:
    """What agents said by the last day of the month: of the list before, and of every list; firms accompanied."""

    former_id: str | None
    former: Opinions
    every: Opinions
    accompanied: int

    @classmethod
    def of(cls, said: pd.DataFrame, former_id: str | None) -> Told:
        """From the rows known at the month."""
        former = opinions(said, former_id or "")
        return cls(former_id, former, opinions(said), len(accompaniments(said)))

    def facts(self) -> dict[str, Any]:
        """For the record of the run."""
        return {
            "list": self.former_id,
            "useful": self.former.useful,
            "useless": self.former.useless,
            "reasons": [list(one) for one in self.former.reasons],
            "every_useful": self.every.useful,
            "every_useless": self.every.useless,
            "accompanied": self.accompanied,
        }


def card(
    facts: ManifestFacts,
    month: ScoredMonth,
    entries: pa.Table,
    drifting: Drifting | None = None,
    told: Told | None = None,
) -> str:
    """The text, for who must judge the list before opening it."""
    parts = {
        "Ce que contient la liste": _contents(facts, entries),
        "Le modèle": _model(facts, month),
        "Ce qui a changé depuis l’apprentissage": _drift(drifting),
        "Ce qu’en disent les agents": _opinions(told),
        "Le périmètre": [f"- {rule.label_fr} : {_n(rule.left_out)}" for rule in facts.perimeter.rules],
        "Les sources": list(_sources(facts)),
        "Les redressements en vigueur": _corrections(facts),
        "Les contrôles": [f"- {_result(one)} : {one.name}, {one.value} (limite {one.limit})" for one in facts.checks],
        "Limites connues": [f"- {limit}" for limit in LIMITS],
    }
    lines = [f"# Liste de détection {facts.batch}", "", PURPOSE]
    for title, said in parts.items():
        lines += ["", f"## {title}", "", *said]
    return "\n".join(lines) + "\n"


def _contents(facts: ManifestFacts, entries: pa.Table) -> list[str]:
    levels = entries["level"].to_pylist()
    return [
        f"- {_n(entries.num_rows)} entreprises suivies, {_n(facts.perimeter.establishments)} établissements actifs.",
        f"- {_n(levels.count('strong'))} en risque fort (probabilité d’au moins {_p(facts.thresholds['strong'])}), "
        f"{_n(levels.count('moderate'))} en risque modéré (au moins {_p(facts.thresholds['moderate'])}).",
        f"- {_n(sum(entries['first_alert'].to_pylist()))} premières alertes, "
        f"{_n(sum(entries['aggravation'].to_pylist()))} aggravations.",
        "- Les contributions par thème sont données pour toutes ; par donnée, pour les entreprises en alerte.",
    ]


def _model(facts: ManifestFacts, month: ScoredMonth) -> list[str]:
    return [
        f"- Identifiant : `{facts.model_id}`, empreinte `{facts.model_fingerprint[:16]}`, graine {facts.seed}.",
        f"- Appris de {facts.training_window.get('first')} à {facts.training_window.get('last')}.",
        "- Modèle additif : la somme des barres de la fiche donne exactement le score.",
        f"- Taux de défaillance attendu à dix-huit mois : {_p(float(month.facts['expected_rate']))}.",
        *_expected(month),
    ]


def _opinions(told: Told | None) -> list[str]:
    """Opinions are a judgement of the list, not of the firms: nothing was learnt from them."""
    if told is None:
        return ["- Aucun retour n’a été reçu du service."]
    lines = []
    if told.former_id is not None:
        lines.append(f"- Liste précédente ({told.former_id}) : {_counted(told.former)}.")
    lines.append(f"- Toutes les listes : {_counted(told.every)}.")
    lines.append(f"- {_n(told.accompanied)} entreprises accompagnées connues, à la fin du mois.")
    return lines


def _counted(one: Opinions) -> str:
    """« 12 utiles, 3 inutiles (80,0 % utiles) ; raisons : activité saisonnière (2), autre (1) »."""
    if not one.useful + one.useless:
        return "aucun avis"
    reasons = ", ".join(f"{label} ({_n(count)})" for label, count in one.reasons[:REASONS_SHOWN])
    said = f"{_n(one.useful)} avis utiles, {_n(one.useless)} inutiles ({_p(one.share_useful)} utiles)"
    return f"{said} ; raisons : {reasons}" if reasons else said


def _corrections(facts: ManifestFacts) -> list[str]:
    told = [f"- {one.label_fr} (`{one.code}`, version {one.version}, {one.author})" for one in facts.corrections]
    return told or ["- Aucun."]


def _expected(month: ScoredMonth) -> list[str]:
    """Precision and recall on the calibration months, by firms that the judging bags had never seen."""
    expected = month.facts.get("expected") or {}
    if not expected:
        return []
    told = [
        "- Sur les mois de calibrage (ceux qui ont choisi les seuils ; le rapport d’évaluation juge sur d’autres) :"
    ]
    for level, name in (("strong", "risque fort"), ("moderate", "risque modéré et fort")):
        told.append(
            f"  - {name} : précision {_p(expected[f'precision_{level}'])}, rappel {_p(expected[f'recall_{level}'])}."
        )
    return told


def _drift(drifting: Drifting | None) -> list[str]:
    if drifting is None:
        return [f"- {UNMEASURED}"]
    counted = f"{len(drifting.moved)} données sur {len(drifting.features)} ont bougé : {drifting.value_fr}"
    moved = [f"- {one.sentence_fr}." for one in drifting.moved[:DRIFT_SHOWN]]
    return [f"- {counted} (limite : {drifting.limit_fr}).", f"- {drifting.meaning_fr}", *moved]


def _sources(facts: ManifestFacts) -> Iterable[str]:
    for one in facts.sources:
        until = f"données jusqu’au {one.data_until:%d/%m/%Y}" if one.data_until else "livrée"
        if one.stale:
            until = f"en retard ; {until if one.data_until else 'aucune donnée'}. {one.reason_fr}".rstrip()
        yield f"- {one.label_fr} : {until}"


def _result(one: Check) -> str:
    return "réussi" if one.passed else "À SURVEILLER" if one.advisory else "ÉCHOUÉ"


def _n(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")


def _p(value: float) -> str:
    return f"{100 * value:.1f}".replace(".", ",") + "\u00a0%"
