"""What the lists say of the firm: the four cases, the reasons, the waterfall, the history, firms like it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from vigie.sheets.queries.block import Bar, Block, Part, Reading
from vigie.sheets.queries.panels.story import known_proceedings
from vigie.sheets.rules.status import Case, case, procedure, steps
from vigie.ui.components import Cell, Column, Table
from vigie.ui.formats import day, number, percent, plural
from vigie.watchlists.models import Entry, Publication
from vigie.watchlists.queries.columns import badges
from vigie.watchlists.queries.corrections import authors_of
from vigie.watchlists.queries.explanation import explain, signed, step_by_step
from vigie.watchlists.queries.freshness import data_until
from vigie.watchlists.queries.reasons import MASKED, NOT_YOURS, partner_lines
from vigie.watchlists.queries.words import LEVEL_STATES, of_month
from vigie.watchlists.rules_sight import Sight

Row = dict[str, Any]
RISK = {"strong": "élevé", "moderate": "modéré", "none": "faible"}
CLOSED_DEBTS = (
    "Vérifiez aussi la dette des établissements fermés\u00a0: elle a pu y rester quand le siège a changé d’adresse."
)
LIMITS = (
    "Le risque est celui de l’entreprise entière, pas d’un établissement.",
    "Le calcul ne connaît que les faits des administrations\u00a0: un carnet de commandes, un impayé récent ou un "
    "nouvel associé lui échappent.",
    "Une détection n’est pas un diagnostic et ne décide rien\u00a0: elle invite à regarder.",
)


def detection(reading: Reading) -> Block | None:
    """The sentence and its explanation, in the case that is the firm's."""
    current = reading.current
    if current is None:
        return Block("detection", "Détection", texts=("Aucune liste n’est ouverte pour le moment.",))
    entry = reading.entry
    status = procedure(known_proceedings(reading), reading.today)
    found = case(closed=not reading.company.is_active, status=status, level=entry.level if entry is not None else None)
    if found is Case.CRASH:
        why = status if reading.company.is_active else "entreprise cessée"
        text = (
            f"L’entreprise est défaillante ou fermée\u00a0: {why.lower()}. Le risque n’est donc plus calculé à 18 mois."
        )
        return Block("detection", "Détection", texts=(text,), badges=(why,))
    if found is Case.OUTSIDE or entry is None:
        return Block("detection", "Détection", texts=_outside(reading, current))
    return _explained(reading, entry, current, found)


def _outside(reading: Reading, current: Publication) -> tuple[str, ...]:
    """Why the firm is not in the list."""
    text = f"Hors périmètre à la date de la liste {of_month(current.batch)}\u00a0: aucun risque n’est calculé."
    rows = reading.series("left_out").rows
    if not rows:
        return (text,)
    labels = {rule["code"]: rule["label_fr"] for rule in current.told["perimeter"]}
    seen = f" ({rows[0]['observed']})" if rows[0]["observed"] else ""
    return text, f"Règle du périmètre\u00a0: {labels.get(rows[0]['rule'], rows[0]['rule']).lower()}{seen}."


def _explained(reading: Reading, entry: Entry, current: Publication, found: Case) -> Block:
    row = reading.series("entries").rows[0]
    contributions = reading.series("contributions").rows
    explanation = explain(contributions, current.told, reading.sight, authors_of(contributions))
    steps_of = step_by_step(contributions, row["base_log_odds"], current.told, reading.sight)
    alert = found is Case.ALERT
    parts = [
        Part("Ce qui fait monter le risque", explanation.aggravating or ("Rien ne se détache.",)),
        Part("Ce qui rassure", explanation.reassuring),
        Part("Ce qui ferait baisser l’alerte", _would_fall(contributions, current.told) if alert else ()),
        Part("Depuis la liste précédente", (_former(reading, row, current), *explanation.changed)),
        Part("Scores de partenaires, calculés par d’autres", _partners(reading)),
        Part(
            "Ce qui manque",
            tuple(
                f"Aucun fait connu pour\u00a0: {current.told['families'].get(code, code)}."
                for code in row["missing_families"]
            ),
        ),
    ]
    tables = (explanation.corrections,) if explanation.corrections else ()
    return Block(
        "detection",
        "Détection",
        state=LEVEL_STATES[entry.level],
        badges=tuple(badges(entry, reading.sight)),
        texts=(_sentence(entry, current), *((CLOSED_DEBTS,) if alert else ())),
        parts=tuple(part for part in parts if part.points),
        bars=_bars(row, contributions, current.told, reading.sight) if alert else (),
        tables=tables,
        more=_probability(row, current, entry),
        more_tables=((steps_of,) if steps_of else ()) + explanation.features,
        note=f"Modèle {current.told['model_id']}. {' '.join(LIMITS)}",
        origin=f"Liste {of_month(current.batch)} · {data_sentence(current)}",
        legal=True,
    )


def data_sentence(current: Publication) -> str:
    """Until when the list knows: the last day of its freshest source, never the day on which it opened, weeks later."""
    end = current.month.plus(1).first_day - timedelta(days=1)
    return f"données arrêtées au {day(min(end, max(data_until(current).values(), default=end)))}"


def _sentence(entry: Entry, current: Publication) -> str:
    horizon = current.told["horizon_months"]
    if entry.level == "none":
        return (
            "Entreprise suivie par le calcul, et non détectée\u00a0: risque faible de procédure "
            f"collective à {horizon} mois."
        )
    return (
        "L’entreprise ressemble à des entreprises qui ont connu une procédure collective dans les "
        f"{horizon} mois\u00a0: "
        f"risque {RISK[entry.level]}."
    )


def _probability(row: Row, current: Publication, entry: Entry) -> tuple[str, ...]:
    """Read on demand: figures, interval, thresholds of this very list."""
    low, high = row["score_low"], row["score_high"]
    thresholds = current.told["thresholds"]
    told = [
        f"{percent(row['score'])} de risque de procédure collective dans les {current.told['horizon_months']} mois."
    ]
    told += [f"Intervalle\u00a0: entre {percent(low)} et {percent(high)}."] if None not in (low, high) else []
    told.append(f"{number(row['reference_multiple'], 1)} fois le risque moyen des entreprises suivies.")
    if {"strong", "moderate"} <= thresholds.keys():
        told.append(
            f"Seuils de cette liste\u00a0: modéré à partir de {percent(thresholds['moderate'])}, "
            f"élevé à partir de {percent(thresholds['strong'])}."
        )
    if entry.corrected:
        level = LEVEL_STATES[row["level_model"]].label.lower()
        told.append(f"Avant redressement\u00a0: {level}, {percent(row['score_model'])}.")
    return tuple(told)


def _would_fall(contributions: list[Row], told: Row) -> tuple[str, ...]:
    """The themes without which the risk would be the lowest, in words; no confidential value is told."""
    families = [row for row in contributions if row["kind"] == "family" and row["contribution_log_odds"] > 0]
    families.sort(key=lambda row: -row["contribution_log_odds"])
    return tuple(
        f"{told['families'].get(row['family'], row['family'])}\u00a0: revenue à la moyenne du secteur, elle "
        "ne pèserait plus "
        f"({signed(-row['contribution_log_odds'])})."
        for row in families[:2]
    )


def _moved(change: float | None) -> str:
    """How the probability moved since the list before; change: in parts of one, None without a list before."""
    if change is None:
        return ""
    points = round(abs(change) * 100, 1)
    if not points:
        return "La probabilité n’a pas bougé."
    return f"La probabilité a {'monté' if change > 0 else 'baissé'} de {number(points, 1)} {plural(points, 'point')}."


def _former(reading: Reading, row: Row, current: Publication) -> str:
    """What the list before said, and how the probability moved."""
    former = next((one for one in reading.entries if one.publication.batch < current.batch), None)
    moved = _moved(row["score_change"])
    if former is None:
        return moved or "L’entreprise n’était pas dans la liste précédente."
    level = LEVEL_STATES[former.level].label.lower()
    return f"Liste {of_month(former.publication.batch)}\u00a0: {level}. {moved}".strip()


def _partners(reading: Reading) -> tuple[str, ...]:
    return partner_lines(reading.series("partner_scores").rows, reading.sight)


def _bars(row: Row, contributions: list[Row], told: Row, sight: Sight) -> tuple[Bar, ...]:
    """The waterfall: the mean risk, each theme and each correction, the total; all in log-odds."""
    named = [
        (told["families"].get(one["family"], one["family"]), one["contribution_log_odds"])
        for one in sorted(contributions, key=lambda one: -one["contribution_log_odds"])
        if one["kind"] == "family"
    ]
    for one in contributions:
        if one["kind"] == "correction":
            words = (
                told["corrections"].get(one["code"], one["code"]) if sight.reads(one["confidentiality"]) else "expert"
            )
            named.append((f"Redressement\u00a0: {words}", one["contribution_log_odds"]))
    base = row["base_log_odds"]
    spans = steps(base, (value for _label, value in named))
    total = spans[-1][1] if spans else base
    lowest = min(base, total, 0, *(min(span) for span in spans))
    wide = max(base, total, 0, *(max(span) for span in spans)) - lowest or 1

    def bar(label: str, kind: str, start: float, end: float, value: str) -> Bar:
        left, right = (min(start, end) - lowest) / wide * 1000, (max(start, end) - lowest) / wide * 1000
        return Bar(label, kind, round(left), max(4, round(right - left)), value, signed(end))

    return (
        bar("Risque moyen du secteur et de la taille", "base", 0, base, signed(base)),
        *(
            bar(label, _kind(value), start, end, signed(value))
            for (label, value), (start, end) in zip(named, spans, strict=True)
        ),
        bar("Total", "total", 0, total, signed(total)),
    )


def _kind(value: float) -> str:
    """Of a step, as its figure says it: what reads 0,00 neither raises nor lowers."""
    shown = round(value, 2)
    return "up" if shown > 0 else "down" if shown < 0 else "none"


def history(reading: Reading) -> Block | None:
    """Every published list in which the firm was, the newest first."""
    if not reading.entries:
        return None
    return Block(
        "history",
        "Historique des alertes",
        tables=(
            Table(
                caption="Ce que chaque liste a dit",
                columns=(Column("Liste", header=True), Column("Risque"), Column("À noter")),
                rows=tuple(
                    (
                        f"Liste {of_month(one.publication.batch)}",
                        Cell(state=LEVEL_STATES[one.level]),
                        ", ".join(badges(one, reading.sight)) or "Rien de particulier",
                    )
                    for one in reading.entries
                ),
                caption_hidden=True,
            ),
        ),
        origin="Listes publiées, celles retirées exceptées",
    )


def lookalikes(reading: Reading) -> Block | None:
    """Similar firms already accompanied, without their name."""
    rows = reading.series("lookalikes").rows
    if not rows:
        return None
    return Block(
        "lookalikes",
        "Entreprises semblables déjà accompagnées",
        tables=(
            Table(
                caption="Ce qui a été fait pour elles",
                columns=(
                    Column("Entreprise", header=True), Column("Ce qu’elles ont en commun"), Column("Ce qui a été fait"),
                    Column("Suite"),
                ),
                rows=tuple(
                    (
                        f"Entreprise {rank}",
                        Cell("\u00a0; ".join(_shared(row, reading.sight)) or "Profil proche"),
                        ", ".join(row["proposed"] or ()) or "non précisé",
                        row["outcome"] or "inconnue",
                    )
                    for rank, row in enumerate(rows, 1)
                ),
                caption_hidden=True,
            ),
        ),
        note="Les noms ne sont pas montrés. Deux situations proches n’ont pas toujours la même suite.",
    )  # fmt: skip


def _shared(row: Row, sight: Sight) -> list[str]:
    """The facts in common that this reader may read; the others are said once, without their content."""
    kept: list[str] = []
    classes = row["shared_classes"] or ["fiscal"] * len(row["shared_facts"])  # unknown classes are kept back
    for fact, confidentiality in zip(row["shared_facts"], classes, strict=True):
        kept_back = NOT_YOURS if sight.could_read(confidentiality) else MASKED
        text = fact if sight.reads(confidentiality) else kept_back
        if text not in kept:
            kept.append(text)
    return kept
