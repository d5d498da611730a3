"""« Pourquoi cette alerte »: sentences, contributions by family and by feature, corrections, what changed (pure).

Bars are in log-odds, the only scale on which they add up. What the reader may not read is taken out here: the template
receives neither the fact, nor its value, nor its date.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from vigie.ui.components import Cell, Column, Table
from vigie.ui.formats import NBSP, day, number, percent
from vigie.watchlists.queries.reasons import MASKED, NOT_YOURS
from vigie.watchlists.queries.words import LEVEL_STATES
from vigie.watchlists.rules_sight import Sight

AGGRAVATING, REASSURING = 3, 2
CHANGED_FROM = 0.05  # log-odds
ROUNDING = 1e-9
QUARTILES = {1: "1er quart", 2: "2e quart", 3: "3e quart", 4: "dernier quart"}
Row = dict[str, Any]
YES_OR_NO = "oui/non"
# Unit of the table of features → as it is written after one, and after several; nothing for a mere count or ratio.
UNITS = {
    "ratio": ("", ""), "nombre": ("", ""), "eur": ("€", "€"), "eur/personne": ("€ par personne", "€ par personne"),
    "jours": ("jour", "jours"), "heures": ("heure", "heures"), "personnes": ("personne", "personnes"),
}  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """What the page says of an alert. features: one table per family, in the order of the bars."""

    aggravating: tuple[str, ...]
    reassuring: tuple[str, ...]
    features: tuple[Table, ...]
    corrections: Table | None
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Author:
    """Who is behind a correction: his kind, never his name, and the day another person approved it."""

    kind: str
    approved: str


Authors = Mapping[tuple[str, str], Author]  # (code, version) of the correction


def explain(
    contributions: list[Row], told: dict[str, Any], sight: Sight, authors: Authors = MappingProxyType({})
) -> Explanation:
    """The explanation of one firm for one reader."""
    rows = sorted(contributions, key=lambda row: -row["contribution_log_odds"])
    kinds: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        kinds[row["kind"]].append(row)
    return Explanation(
        aggravating=_sentences(kinds["feature"], told, sight, AGGRAVATING, raising=True),
        reassuring=_sentences(kinds["feature"][::-1], told, sight, REASSURING, raising=False),
        features=tuple(
            _features(row["family"], [f for f in kinds["feature"] if f["family"] == row["family"]], told, sight)
            for row in kinds["family"]
            if any(f["family"] == row["family"] for f in kinds["feature"])
        ),
        corrections=_corrections(kinds["correction"], told, sight, authors),
        changed=_changed(kinds["family"], told),
    )


def _sentences(rows: list[Row], told: dict[str, Any], sight: Sight, most: int, *, raising: bool) -> tuple[str, ...]:
    """In words; failing that the facts that are known, with their values: the name of one may say its contrary."""
    kept: list[str] = []
    weighing = [row for row in rows if row["contribution_log_odds"] * (1 if raising else -1) > 0]
    told_in_words = [row for row in weighing if row["sentence_fr"]]
    for row in told_in_words or [row for row in weighing if row["value"] is not None or row["value_text"]]:
        text = (row["sentence_fr"] or _valued(row, told)) if sight.reads(row["confidentiality"]) else _masked(row)
        if text not in kept:
            kept.append(text)
    return tuple(kept[:most])


def _masked(row: Row) -> str:
    return NOT_YOURS if Sight().could_read(row["confidentiality"]) else MASKED


def _label(row: Row, told: dict[str, Any]) -> str:
    return told["features"].get(row["code"], {}).get("label", row["code"])


def _valued(row: Row, told: dict[str, Any]) -> str:
    return f"{_label(row, told)}\u00a0: {value_words(row)}"


def _correction(row: Row, told: dict[str, Any], sight: Sight) -> str:
    """Its words, which may tell a fact that this reader must not know of the firm."""
    return str(told["corrections"].get(row["code"], row["code"])) if sight.reads(row["confidentiality"]) else "expert"


def _family(code: str, told: dict[str, Any]) -> str:
    return told["families"].get(code, code)


def _features(family: str, rows: list[Row], told: dict[str, Any], sight: Sight) -> Table:
    """The facts of a family; those kept from the reader are one line, without figure."""
    lines: list[tuple[Cell | str, ...]] = []
    hidden: set[str] = set()
    for row in rows:
        if sight.reads(row["confidentiality"]):
            lines.append(_fact(row, told))
        else:
            hidden.add(_masked(row))
    lines += [(text, "verrouillé", "", "", "") for text in sorted(hidden)]
    return Table(
        caption=_family(family, told),
        columns=(
            Column("Fait", header=True),
            Column("Valeur", numeric=True),
            Column("Date"),
            Column("Parmi les pairs"),
            Column("Contribution", numeric=True),
        ),
        rows=tuple(lines),
    )


def _fact(row: Row, told: dict[str, Any]) -> tuple[Cell | str, ...]:
    return (
        Cell(_label(row, told), hint=row["sentence_fr"] or ""),
        value_words(row),
        day(row["fact_on"]) if row["fact_on"] else "non datée",
        QUARTILES.get(row["peer_quartile"], "inconnu"),
        signed(row["contribution_log_odds"]),
    )


def value_words(row: Row) -> str:
    """The value of a fact as one reads it: « oui », « 1 jour », « 7 864,50 € »; « inconnue » when it is not known."""
    if row["value_text"]:
        return str(row["value_text"])
    if row["value"] is None:
        return "inconnue"
    value, unit = float(row["value"]), str(row["unit"] or "")
    if unit == YES_OR_NO:
        return "oui" if value else "non"
    text = number(row["value"], 0 if value.is_integer() else 2)
    one, many = UNITS.get(unit, (unit, unit))
    shown = one if abs(value) < 2 else many
    return f"{text}{NBSP}{shown}" if shown else text


def signed(value: float) -> str:
    """Gives +0,42, −0,10 or 0,00."""
    return f"{'+' if round(value, 2) > 0 else ''}{number(value, 2)}"


def _corrections(rows: list[Row], told: dict[str, Any], sight: Sight, authors: Authors) -> Table | None:
    if not rows:
        return None
    return Table(
        caption="Redressements experts appliqués",
        columns=(
            Column("Redressement", header=True), Column("Raison"), Column("Auteur"), Column("Approuvé le"),
            Column("Version"), Column("Effet", numeric=True),
        ),
        rows=tuple(_correction_row(row, told, sight, authors) for row in rows),
    )  # fmt: skip


def _correction_row(row: Row, told: dict[str, Any], sight: Sight, authors: Authors) -> tuple[str, ...]:
    read = sight.reads(row["confidentiality"])
    version = row["version"] or "1"
    author = authors.get((row["code"], version), Author("non précisé", "non précisé"))
    return (
        _correction(row, told, sight),
        (row["sentence_fr"] or "non précisée") if read else _masked(row),
        author.kind if read else "verrouillé",
        author.approved if read else "verrouillé",
        version,
        signed(row["contribution_log_odds"]),
    )


def step_by_step(contributions: list[Row], base: float, told: dict[str, Any], sight: Sight) -> Table | None:
    """Before and after each correction, added one after the other to what the model says; read on demand."""
    rows = sorted((row for row in contributions if row["kind"] == "correction"), key=_widest_first)
    if not rows:
        return None
    odds = base + sum(row["contribution_log_odds"] for row in contributions if row["kind"] == "family")
    lines = []
    for row in rows:
        after = odds + row["contribution_log_odds"]
        lines.append((_correction(row, told, sight), _risk(odds, told), _risk(after, told)))
        odds = after
    return Table(
        caption="Avant et après chaque redressement, ajoutés l’un après l’autre",
        columns=(Column("Redressement", header=True), Column("Avant"), Column("Après")),
        rows=tuple(lines),
    )


def _widest_first(row: Row) -> tuple[float, str]:
    return -row["contribution_log_odds"], row["code"]


def _risk(odds: float, told: dict[str, Any]) -> str:
    """« 12,4 %, risque modéré »: the probability, and its level in this very list."""
    score, thresholds = 1 / (1 + math.exp(-odds)), told["thresholds"]
    if not {"strong", "moderate"} <= thresholds.keys():
        return percent(score)
    # What is read back from the sum of the bars may be off by a rounding.
    reached = (level for level in ("strong", "moderate") if score >= thresholds[level] - ROUNDING)
    return f"{percent(score)}, {LEVEL_STATES[next(reached, 'none')].label.lower()}"


def _changed(families: list[Row], told: dict[str, Any]) -> tuple[str, ...]:
    """Which families moved since the former list, the widest move first."""
    moved = [row for row in families if row["change_log_odds"] and abs(row["change_log_odds"]) >= CHANGED_FROM]
    moved.sort(key=lambda row: -abs(row["change_log_odds"]))
    return tuple(
        f"{_family(row['family'], told)} : pèse {'plus' if row['change_log_odds'] > 0 else 'moins'} "
        f"({signed(row['change_log_odds'])})"
        for row in moved
    )
