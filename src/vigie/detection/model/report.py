"""The evaluation report, in French: every figure beside the base rate and the baselines, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vigie.detection.model import plots
from vigie.detection.model.backtest_figures import (
    PRODUCTION,
    REFERENCE,
    SLICES,
    LeadTime,
    SliceRow,
    lead_summary,
)
from vigie.detection.model.document import Block, Bullets, Figure, Heading, Paragraph, Table
from vigie.detection.model.drift import STABLE, TO_ACT, Drift
from vigie.detection.model.evaluate import EMBARGO_MONTHS, A, B, Backtest, Origin
from vigie.detection.model.metrics import Measure
from vigie.detection.model.slice_names import slice_name
from vigie.detection.model.table_report import NBSP, french, with_interval

SPLIT_FR = {
    A: "A — comme en production (une entreprise peut avoir été vue plus tôt)",
    B: "B — entreprises jamais vues",
}
DRIFT_SHOWN = 25
SLICE_HEADS = (
    "Lignes", "Défaillances", "Taux de base", "Précision moyenne", "AUC ROC", "Précision (fort)", "Rappel (modéré)",
    "Part alertée", "Écart de calibration",
)  # fmt: skip
VERDICT_FR = {"stable": "stable", "watch": "à surveiller", "act": "agir"}
LIMITS = (
    "La cible est imparfaite : des entreprises en difficulté n’entrent jamais en procédure, et certaines défaillances "
    "(accident, fraude, perte d’un client) ne se voient pas dix-huit mois à l’avance.",
    "Une entreprise aidée défaille moins : l’effet de l’accompagnement se mêle à la mesure.",
    "Les entreprises déjà en procédure ou sous plan sont hors de l’apprentissage, du jugement et de la liste.",
    "Les mois dont les dix-huit mois suivants touchent mars 2020 à décembre 2021 sont un régime à part, signalé.",
)


@dataclass(frozen=True)
class Results:
    """Everything the report prints. tables: split → model → figures."""

    backtest: Backtest
    tables: Mapping[str, Mapping[str, Mapping[str, Measure]]]
    origins: Sequence[Mapping[str, float]]
    advantage: Mapping[str, Measure | None]
    capacities: Sequence[Mapping[str, Any]]
    reliability: Sequence[Mapping[str, float]]
    slices: Sequence[SliceRow]
    lead: LeadTime | None
    drift: Sequence[Drift]
    rules: Mapping[str, Any] | None
    agents: Mapping[str, Any] | None
    seed: int
    draws: int
    known_until: str


def blocks(results: Results) -> list[Block]:
    """The whole report."""
    return [
        Heading(1, "Ce que vaut le modèle"),
        *_protocol(results),
        *_comparison(results),
        *_levels(results),
        *_calibration(results),
        *_field(results),
        *_lead(results),
        *_slices(results),
        *_drift(results),
        *_rules(results),
        *_agents(results),
        Heading(2, "Limites connues"),
        Bullets(LIMITS),
    ]


def _protocol(results: Results) -> list[Block]:
    rows = tuple(_origin_row(one) for one in results.backtest.origins)
    return [
        Paragraph(
            "Chaque mois jugé l’est par un modèle qui n’a appris que ce qui était connu alors : l’apprentissage "
            f"s’arrête {EMBARGO_MONTHS} mois avant (horizon de 18 mois et délai de remontée). "
            "Aucun tirage de lignes au hasard. "
            f"Intervalles à 95 % par retirage des entreprises ({results.draws} tirages, graine {results.seed}). "
            f"Procédures connues jusqu’à {results.known_until}."
        ),
        Table(
            "Mois jugés",
            (
                "Mois",
                "Apprentissage",
                "Lignes apprises",
                "Entreprises jugées",
                "Défaillances",
                "Taux",
                "Régime",
                "Empreinte",
            ),
            rows,
        ),
    ]


def _origin_row(one: Origin) -> tuple[str, ...]:
    rate = one.failures / one.rows_judged if one.rows_judged else float("nan")
    return (
        str(one.month), f"{one.train_first} à {one.train_last}", str(one.rows_learnt), str(one.rows_judged),
        str(one.failures), percent(rate), "crise sanitaire" if one.covid else "courant", one.fingerprint[:12],
    )  # fmt: skip


def percent(value: float, decimals: int = 1) -> str:
    """« 4,2 % »."""
    return "—" if value != value else f"{french(100 * value, decimals)}{NBSP}%"


def _comparison(results: Results) -> list[Block]:
    found: list[Block] = [Heading(2, "Classement et probabilités, tous les modèles")]
    names = results.backtest.labels_fr
    for split, table in results.tables.items():
        base = table[PRODUCTION]["base_rate"].value
        rows = tuple(
            (
                names[code], with_interval(m["average_precision"]), times(m, base),
                with_interval(m["auc"]), with_interval(m["brier"], 4), with_interval(m["brier_skill"]),
                with_interval(m["ece"]),
            )
            for code, m in table.items()
        )  # fmt: skip
        heads = (
            "Modèle",
            "Précision moyenne",
            "Gain sur le taux de base",
            "AUC ROC",
            "Brier",
            "Gain de Brier",
            "Écart de calibration",
        )
        found.append(Table(f"Découpage {SPLIT_FR[split]} ; taux de base {percent(base, 2)}", heads, rows))
        gap = results.advantage.get(split)
        if gap is not None:
            found.append(
                Paragraph(
                    f"Précision moyenne du modèle de production moins celle de la forêt de référence{NBSP}: "
                    f"{with_interval(gap)} (mêmes retirages)."
                )
            )
    first = results.tables[next(iter(results.tables))]
    chart = plots.comparison_plot(
        [names[code] for code in first], [m["average_precision"] for m in first.values()],
        first[PRODUCTION]["base_rate"].value,
    )  # fmt: skip
    found.append(Figure("comparaison", chart, "Précision moyenne de chaque modèle, avec son intervalle."))
    found.extend(_by_origin(results))
    return found


def times(figures: Mapping[str, Measure], base: float) -> str:
    """« × 4,1 »: average precision over the base rate."""
    return f"× {french(figures['average_precision'].value / base, 1)}"


def _by_origin(results: Results) -> list[Block]:
    codes = [code for code in results.tables[next(iter(results.tables))] if code in results.origins[0]]
    names = results.backtest.labels_fr
    months = [str(one.month) for one in results.backtest.origins]
    rows = tuple(
        (month, percent(line["base_rate"], 2), *(french(line[code]) for code in codes))
        for month, line in zip(months, results.origins, strict=True)
    )
    shown = [code for code in (PRODUCTION, REFERENCE, "boosting_monotone") if code in codes]
    lines = {names[code]: [line[code] for line in reversed(results.origins)] for code in shown}
    return [
        Table("Précision moyenne par mois jugé", ("Mois", "Taux de base", *(names[code] for code in codes)), rows),
        Figure("origines", plots.origins_plot(months[::-1], lines), "Précision moyenne par mois jugé."),
    ]


def _levels(results: Results) -> list[Block]:
    found: list[Block] = [Heading(2, "Niveaux : risque fort et risque modéré")]
    found.append(
        Paragraph("Seuils choisis sur les mois de calibration, jamais sur les mois jugés ; une valeur au seuil monte.")
    )
    table = results.tables[next(iter(results.tables))]
    for level, name, title in (
        ("strong", "f05", "Risque fort (F0,5)"),
        ("moderate", "f2", "Risque modéré et plus (F2)"),
    ):
        rows = tuple(
            (
                results.backtest.labels_fr[code], with_interval(m[name]), with_interval(m[f"precision_{level}"]),
                with_interval(m[f"recall_{level}"]), with_interval(m[f"balanced_accuracy_{level}"]),
                percent(m[f"share_{level}"].value, 2),
            )
            for code, m in table.items()
        )  # fmt: skip
        found.append(
            Table(title, ("Modèle", "F", "Précision", "Rappel", "Exactitude équilibrée", "Part des entreprises"), rows)
        )
    return found


def _calibration(results: Results) -> list[Block]:
    rows = tuple(
        (f"{index}", str(int(one["rows"])), percent(one["announced"], 2), percent(one["observed"], 2),
         f"{percent(one['low'], 2)} à {percent(one['high'], 2)}")
        for index, one in enumerate(results.reliability, 1)
    )  # fmt: skip
    return [
        Heading(2, "Fiabilité des probabilités"),
        Table(
            "Modèle de production, par dixième", ("Dixième", "Lignes", "Annoncé", "Observé", "Intervalle à 95 %"), rows
        ),
        Figure("fiabilite", plots.reliability_plot(results.reliability), "Probabilité annoncée et fréquence observée."),
    ]


def _field(results: Results) -> list[Block]:
    names = results.backtest.labels_fr
    rows = tuple(
        (
            names[one["model"]],
            str(int(one["k"])),
            str(int(one["taken"])),
            percent(one["precision"]),
            percent(one["recall"]),
        )
        for one in results.capacities
    )
    return [
        Heading(2, "Travail de terrain"),
        Table("Les k premières de chaque département, mois jugé le plus récent",
              ("Modèle", "k", "Retenues", "Précision", "Rappel"), rows),
    ]  # fmt: skip


def _lead(results: Results) -> list[Block]:
    if results.lead is None:
        return []
    lead = results.lead
    rows = []
    for name, leads in (("Risque fort", lead.strong), ("Risque modéré ou fort", lead.moderate)):
        one = lead_summary(leads, lead.failed)
        rows.append(
            (
                name,
                percent(one["seen"]),
                french(one["median"], 1),
                percent(one["at_least_6"]),
                percent(one["at_least_12"]),
            )
        )
    churn = ", ".join(french(value, 2) for value in lead.jaccard)
    found: list[Block] = [
        Heading(2, "Avance de l’alerte"),
        Paragraph(
            f"{lead.failed} entreprises du mois jugé le plus récent ont défailli ensuite ; elles sont suivies de "
            "trimestre en trimestre avec le modèle appris alors."
        ),
        Table("Mois entre la première alerte et l’ouverture de la procédure",
              ("Niveau", "Vues", "Médiane (mois)", "6 mois avant ou plus", "12 mois avant ou plus"), tuple(rows)),
        Paragraph(f"Alertes encore là au trimestre suivant{NBSP}: {percent(lead.persistence)}. "
                  f"Ressemblance de chaque liste avec la précédente (Jaccard){NBSP}: {churn or '—'}."),
    ]  # fmt: skip
    if lead.moderate:
        found.append(Figure("avance", plots.lead_plot(lead.moderate), "Avance de la première alerte, en mois."))
    return found


def _slices(results: Results) -> list[Block]:
    found: list[Block] = [Heading(2, "Par région, secteur, taille, âge, comptes et accompagnement")]
    for dimension, title in SLICES.items():
        rows = tuple(
            (
                slice_name(dimension, one.value), str(one.rows), str(one.failures),
                percent(one.measures["base_rate"].value, 2),
                with_interval(one.measures["average_precision"]), with_interval(one.measures["auc"]),
                percent(one.measures["precision_strong"].value), percent(one.measures["recall_moderate"].value),
                percent(one.measures["share_moderate"].value), with_interval(one.measures["ece"]),
            )
            for one in results.slices
            if one.dimension == dimension
        )  # fmt: skip
        if rows:
            found.append(Table(title, (title, *SLICE_HEADS), rows))
    return found


def _drift(results: Results) -> list[Block]:
    moved = [one for one in results.drift if one.verdict != STABLE]
    acting = sum(one.verdict == TO_ACT for one in moved)
    rows = tuple(
        (one.feature, french(one.psi), percent(one.missing_before), percent(one.missing_now), VERDICT_FR[one.verdict])
        for one in moved[:DRIFT_SHOWN]
    )
    found: list[Block] = [
        Heading(2, "Dérive depuis l’apprentissage"),
        Paragraph(
            f"{len(results.drift)} variables comparées au mois le plus récent{NBSP}: {acting} demandent d’agir, "
            f"{len(moved) - acting} de surveiller (indice de stabilité 0,1 et 0,25)."
        ),
    ]
    heads = ("Variable", "Indice", "Manquants avant", "Manquants", "Verdict")
    return [*found, Table("Variables qui ont le plus changé", heads, rows)] if rows else found


def _rules(results: Results) -> list[Block]:
    if results.rules is None:
        return [Heading(2, "Redressements"), Paragraph("Aucun redressement en vigueur : rien à comparer.")]
    if not results.rules.get("possible"):
        return [Heading(2, "Redressements"), Paragraph(str(results.rules.get("reason_fr", "")))]
    rows = tuple(
        (row["label_fr"], *(with_interval(_measure(row[part])) for part in ("before", "after", "difference")))
        for row in results.rules["measures"]
    )
    return [
        Heading(2, "Redressements"),
        Table("Sans et avec les redressements en vigueur", ("Mesure", "Sans", "Avec", "Différence"), rows),
    ]


def _agents(results: Results) -> list[Block]:
    """What agents said, and what the probability of needing help was worth; nothing was learnt from opinions."""
    if results.agents is None:
        return [Heading(2, "Retours des agents"), Paragraph("Aucun retour reçu du service.")]
    lists = tuple(
        (one["list"], str(one["useful"]), str(one["useless"]), percent(one["share_useful"]),
         ", ".join(f"{label} ({count})" for label, count in one["reasons"]) or "—")
        for one in results.agents["lists"]
    )  # fmt: skip
    needs = tuple(
        (one["month"], str(one["known"]), str(one["later"]), percent(one["base_rate"]), percent(one["rate"]),
         french(one["lift"], 2) if one["lift"] == one["lift"] else "—")
        for one in results.agents["needs"]
    )  # fmt: skip
    return [
        Heading(2, "Retours des agents"),
        Paragraph(
            "Un avis n’est pas une étiquette : une entreprise jugée alertée à tort peut encore défaillir. "
            "Le modèle n’en apprend rien ; ils disent ce que la liste vaut pour ceux qui s’en servent."
        ),
        Table("Précision vue par les agents", ("Liste", "Utiles", "Inutiles", "Part utile", "Raisons"), lists),
        Table(
            "Besoin d’accompagnement probable, jugé sur les entreprises accompagnées ensuite "
            "(cinquante premières de chaque département)",
            ("Mois", "Accompagnées alors", "Accompagnées ensuite", "Part de toutes", "Part des premières", "Gain"),
            needs,
        ),
    ]


def _measure(stored: Mapping[str, float | None]) -> Measure:
    figures = [stored[name] for name in ("value", "low", "high")]
    return Measure(*(float("nan") if one is None else float(one) for one in figures))
