"""The answer of a simulation, for a reader: counts for all, firms only within the reader's own territory.

The answer is a document of the batch, read without trust: what has another shape is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from vigie.rights.person import Person
from vigie.rights.table import grants
from vigie.ui.components import Cell, Column, Fact, Table
from vigie.ui.formats import number
from vigie.watchlists.models import Entry
from vigie.watchlists.queries.words import LEVEL_STATES, firm_names
from vigie.watchlists.rules import LEVELS
from vigie.watchlists.rules_corrections import Words, shown

PLACES_SHOWN = 30
FIRMS_SHOWN = 50


@dataclass(frozen=True)
class SimulationView:
    """What would change. firms: None for who may see none."""

    facts: tuple[Fact, ...]
    levels: Table
    regions: Table
    sections: Table
    firms: Table | None
    past: Table | None
    past_note: str
    moving: tuple[str, ...] = ()  # SIRENs shown, for the audit


def view_of(person: Person, answer: Mapping[str, Any], words: Words) -> SimulationView:
    """The answer in tables; 2 queries for the firms."""
    backtest = _object(answer, "backtest")
    firms, sirens = _firms(person, _rows(answer, "firms_moving"))
    return SimulationView(
        facts=(
            Fact("Mois simulé", str(answer.get("month", ""))[:7]),
            Fact("Entreprises dans la portée", f"{_count(answer, 'concerned')} sur {_count(answer, 'firms')}"),
            Fact("Montent d’un niveau ou plus", _count(answer, "up")),
            Fact("Descendent d’un niveau ou plus", _count(answer, "down")),
        ),
        levels=_levels(answer),
        regions=_places("Par région du siège", _rows(answer, "by_region"), words.regions),
        sections=_places("Par section d’activité", _rows(answer, "by_section"), words.sections),
        firms=firms,
        past=_past(backtest),
        past_note=_past_note(backtest),
        moving=sirens,
    )


def _rows(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = answer.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _object(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = answer.get(name)
    return found if isinstance(found, dict) else {}


def _count(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else "inconnu"


def _levels(answer: Mapping[str, Any]) -> Table:
    before, after = _object(answer, "levels_before"), _object(answer, "levels_after")
    return Table(
        caption="Entreprises par niveau, avant et après",
        columns=(Column("Niveau", header=True), Column("Avant", numeric=True), Column("Après", numeric=True)),
        rows=tuple((Cell(label), _count(before, level), _count(after, level)) for level, label in LEVELS.items()),
    )


_COUNTS = (
    ("concerned", "Dans la portée"),
    ("up", "Montent"),
    ("down", "Descendent"),
    ("strong_before", "Risque fort avant"),
    ("strong_after", "après"),
    ("moderate_before", "Risque modéré avant"),
    ("moderate_after", "après"),
)


def _places(caption: str, rows: list[dict[str, Any]], labels: Mapping[str, str]) -> Table:
    touched = [row for row in rows if row.get("concerned")][:PLACES_SHOWN]
    return Table(
        caption=caption,
        columns=(Column("Où", header=True), *(Column(label, numeric=True) for _name, label in _COUNTS)),
        rows=tuple(
            (
                Cell(labels.get(str(row.get("code")), str(row.get("code") or "Inconnu")[:60])),
                *(_count(row, name) for name, _label in _COUNTS),
            )
            for row in touched
        ),
        empty="Aucune entreprise n’est dans la portée.",
    )


def _firms(person: Person, rows: list[dict[str, Any]]) -> tuple[Table | None, tuple[str, ...]]:
    """The firms that move, within the territory of the reader."""
    if not grants("entry.view", person.roles):
        return None, ()
    sirens = [str(row.get("siren")) for row in rows]
    entries = Entry.objects.allowed(person, "entry.view").filter(siren__in=sirens).order_by("publication_id")
    seen = {entry.siren: entry for entry in entries}
    kept = [row for row in rows if str(row.get("siren")) in seen][:FIRMS_SHOWN]
    names = firm_names((siren, entry.name) for siren, entry in seen.items())
    table = Table(
        caption="Entreprises de votre territoire qui changent de niveau",
        columns=(Column("Entreprise", header=True), Column("Avant"), Column("Après"), Column("Effet", numeric=True)),
        rows=tuple(_firm(row, names) for row in kept),
        empty="Aucune entreprise de votre territoire ne change de niveau.",
    )
    return table, tuple(str(row["siren"]) for row in kept)


def _firm(row: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Cell | str, ...]:
    siren = str(row["siren"])
    levels = (LEVEL_STATES.get(str(row.get(name)), LEVEL_STATES["none"]) for name in ("level_before", "level_after"))
    effect = row.get("effect")
    told = shown(round(effect, 2)) if isinstance(effect, int | float) else "inconnu"
    href = reverse("sheets:company", args=[siren])
    return (Cell(names[siren], href=href), *(Cell(state=level) for level in levels), told)


def _past(backtest: Mapping[str, Any]) -> Table | None:
    """The measures before and after on the month whose outcome is known."""
    if not backtest.get("possible"):
        return None
    return Table(
        caption=f"Effet mesuré sur {str(backtest.get('month', ''))[:7]}, dont l’issue est connue",
        columns=(
            Column("Mesure", header=True),
            Column("Avant", numeric=True),
            Column("Après", numeric=True),
            Column("Écart (intervalle à 95 %)", numeric=True),
        ),
        rows=tuple(
            (
                Cell(str(row.get("label_fr", ""))[:120]),
                _measure(row.get("before")),
                _measure(row.get("after")),
                _interval(row.get("difference")),
            )
            for row in _rows(backtest, "measures")
        ),
    )


def _measure(value: Any) -> str:
    found = value.get("value") if isinstance(value, dict) else None
    return shown(round(found, 3)) if isinstance(found, int | float) else "non mesurable"


def _interval(value: Any) -> str:
    told = [value.get(name) for name in ("value", "low", "high")] if isinstance(value, dict) else []
    numbers = [float(one) for one in told if isinstance(one, int | float)]
    if len(numbers) < 3:
        return "non mesurable"
    gap, low, high = (shown(round(one, 3)) for one in numbers)
    return f"{gap} [{low} ; {high}]"


def _past_note(backtest: Mapping[str, Any]) -> str:
    if not backtest.get("possible"):
        return f"Effet sur le passé non mesuré. {str(backtest.get('reason_fr', ''))[:500]}"
    counts = f"{_count(backtest, 'failures')} défaillances sur {_count(backtest, 'firms')} entreprises"
    return f"{counts}. {str(backtest.get('provenance_fr', ''))[:500].capitalize()}"
