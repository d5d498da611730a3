"""`vigie-batch status`: what stands, what is stale and why, and how long each step took."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from vigie.detection.commands.words import a_month, run_state, told
from vigie.detection.lake import Lake
from vigie.detection.run_record import records
from vigie.detection.status import Status, status
from vigie.kernel.errors import CheckFailed
from vigie.kernel.period import Month

NAME = "status"
HELP = "Dit ce qui tient, ce qui est ancien et pourquoi, et le temps de chaque étape, ce mois-ci et les précédents."
STATES_FR = {
    "fresh": "à jour", "stale": "ancienne", "never_delivered": "jamais livrée",
    "optional": "facultative, jamais livrée",
}  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lake", type=Path, required=True, help="dossier de travail (lac)")
    parser.add_argument("--publications", type=Path, required=True, help="dossier des listes")
    parser.add_argument("--month", type=a_month, help="par défaut : le mois de la dernière intégration")
    parser.add_argument("--json", action="store_true", help="tout, pour un programme")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 when the month's publication stands, 1 otherwise."""
    lake = Lake(arguments.lake)
    every = records(lake)
    if arguments.month is None and not every:
        raise CheckFailed(str(arguments.lake), "aucune intégration dans ce lac. Vérifiez --lake.")
    month = arguments.month or Month.parse(every[-1]["month"])
    found = status(lake, arguments.publications, month)
    if arguments.json:
        print(json.dumps(asdict(found), ensure_ascii=False, default=str, indent=1))  # noqa: T201
    else:
        _show(found, Console(highlight=False, soft_wrap=True))
    return 0 if found.publication else 1


def _show(found: Status, out: Console) -> None:
    state = run_state(found.last_run) if found.last_run else "aucune"
    out.print(f"Mois {found.month} — publication : {found.publication or 'aucune'} — dernière intégration : {state}")
    table = Table("Source", "Livraison", "Âge (mois)", "État")
    for one in found.sources:
        age = "" if one.age_months is None else str(one.age_months)
        table.add_row(one.label_fr, str(one.batch or "—"), age, STATES_FR[one.state])
    out.print(table)
    for one in found.sources:
        if one.reason:
            out.print(f"{one.label_fr} — {one.reason}", markup=False)
    months = sorted({month for by_month in found.timings.values() for month in by_month})
    timings = Table("Étape (secondes)", *months)
    for step, by_month in found.timings.items():
        timings.add_row(step, *[_seconds(by_month.get(month)) for month in months])
    out.print(timings)
    for step, reason in found.again.items():
        out.print(f"À refaire — {step} : {reason}.", markup=False)
    for line in _drift(found.drift):
        out.print(line, markup=False)
    for message in found.messages:
        out.print(told(message), markup=False)


def _seconds(taken: float | None) -> str:
    """The time of a step; a step passed over took up what stood."""
    return "" if taken is None else f"{taken:.1f}" if taken else "repris"


def _drift(drift: dict[str, Any] | None) -> list[str]:
    """What has changed since the training, in words."""
    if not drift:
        return []
    moved = [f"  - {one['sentence_fr']}" for one in drift.get("moved", [])]
    lists = [f"  - {name} : {before} puis {now}" for name, before, now in drift["volumes"][:3]]
    return [
        f"Depuis l’apprentissage ({drift['model_id']}) : {drift.get('summary_fr', '')}".rstrip(" :"),
        f"  {drift['meaning_fr']}",
        *moved,
        *(["Depuis la liste précédente :", *lists] if lists else []),
    ]
