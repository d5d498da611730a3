"""The model card, in French: what the model is for, what it learnt from, how good it is, where it is weak."""

from __future__ import annotations

from collections.abc import Sequence

from vigie.detection.model.backtest_figures import PRODUCTION, REFERENCE, SLICES
from vigie.detection.model.beside import PREVIOUS_LIST, WITH_PARTNER
from vigie.detection.model.columns import ModelFeature
from vigie.detection.model.document import Block, Bullets, Heading, Paragraph, Table
from vigie.detection.model.report import LIMITS, SPLIT_FR, Results, percent
from vigie.detection.model.slice_names import slice_name
from vigie.detection.model.table_report import NBSP, french, with_interval

WEAKEST_FAILURES = 10
FIGURES = (
    ("average_precision", "Précision moyenne"), ("auc", "AUC ROC"), ("brier", "Brier"), ("ece", "Écart de calibration"),
    ("f05", "F0,5 au niveau fort"), ("precision_strong", "Précision au niveau fort"),
    ("f2", "F2 au niveau modéré"), ("recall_moderate", "Rappel au niveau modéré"),
)  # fmt: skip


def blocks(results: Results, families_fr: dict[str, str]) -> list[Block]:
    """The card of the newest origin's model, judged by the whole backtest."""
    return [
        Heading(1, "Carte du modèle"),
        Heading(2, "À quoi il sert"),
        Paragraph(
            "Estimer, pour chaque entreprise suivie et en bonne santé juridique, la probabilité qu’une procédure "
            "collective s’ouvre dans les dix-huit mois, avec ses motifs, pour que des agents publics proposent de "
            "l’aide à temps. Il ne décide de rien : il ne refuse ni n’accorde aucun droit."
        ),
        Heading(2, "Comment il est fait"),
        Paragraph(
            "Somme de courbes et de tables lisibles, par thème ; les courbes sont monotones là où le sens est connu ; "
            "la somme des barres d’une fiche donne exactement le score."
        ),
        _making(results),
        Heading(2, "Ce qu’il vaut"),
        _figures(results),
        Heading(2, "Où il est le plus faible"),
        _weakest(results),
        Heading(2, "Ce qui pèse"),
        _weights(results, families_fr),
        Heading(2, "Limites connues"),
        Bullets(LIMITS),
    ]


def _making(results: Results) -> Bullets:
    """What it learnt from, and what was fixed."""
    origin, trained, cut = results.backtest.last
    facts = trained.facts
    versions = ", ".join(f"{name} {one}" for name, one in facts["versions"].items())
    return Bullets(
        (
            f"{len(trained.model.preparation.features)} variables, {len(trained.model.terms)} termes, "
            f"{trained.parameters.bags} tirages pour l’incertitude.",
            f"Appris sur {facts['rows']} lignes de {origin.train_first} à {origin.train_last}, dont "
            f"{facts['positives']} défaillances ; taux de base {percent(float(facts['base_rate']), 2)}, intact.",
            f"Seuils{NBSP}: fort {percent(cut.strong)}, modéré {percent(cut.moderate)}.",
            f"Graine {facts['seed']} ; {versions}.",
        )
    )


def _weakest(results: Results) -> Bullets:
    """The five parts of the firms that it ranks worst."""
    judged = [one for one in results.slices if one.failures >= WEAKEST_FAILURES]
    told = tuple(
        f"{SLICES[one.dimension]}{NBSP}: {slice_name(one.dimension, one.value)}{NBSP}; "
        f"AUC {french(one.measures['auc'].value)} sur {one.rows} lignes."
        for one in sorted(judged, key=lambda one: one.measures["auc"].value)[:5]
    )
    return Bullets(told or ("Aucune partie des entreprises n’a assez de défaillances pour être jugée à part.",))


def _figures(results: Results) -> Table:
    split = next(iter(results.tables))
    table = results.tables[split]
    shown = [code for code in (PRODUCTION, REFERENCE, PREVIOUS_LIST, WITH_PARTNER) if code in table]
    rows = tuple(
        (title, *(with_interval(table[code][name], 4 if name == "brier" else 3) for code in shown))
        for name, title in FIGURES
    )
    base = percent(table[PRODUCTION]["base_rate"].value, 2)
    caption = f"Découpage {SPLIT_FR[split]}, taux de base {base}"
    return Table(caption, ("Mesure", *(results.backtest.labels_fr[code] for code in shown)), rows)


def _weights(results: Results, families_fr: dict[str, str]) -> Table:
    """Mean size of each family's contribution over the training rows."""
    model = results.backtest.last[1].model
    sizes: dict[str, float] = {}
    for term in model.terms:
        total = max(float(term.weights.sum()), 1.0)
        size = float((abs(model.slope * term.scores) * term.weights).sum() / total)
        sizes[term.family] = sizes.get(term.family, 0.0) + size
    rows = tuple(
        (families_fr.get(family, family), french(size, 2), str(_count(model.preparation.features, family)))
        for family, size in sorted(sizes.items(), key=lambda one: -one[1])
    )
    return Table("Poids moyen de chaque thème (log-cotes)", ("Thème", "Poids moyen", "Variables"), rows)


def _count(features: Sequence[ModelFeature], family: str) -> int:
    return sum(one.family == family for one in features)
