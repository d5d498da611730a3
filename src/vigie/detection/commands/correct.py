"""vigie-batch correct: what expert corrections change at a month, before anybody decides. Writes nothing.

Approving is no command: it is done on the web, by another person than the one who proposed.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from vigie.detection.commands.words import a_month
from vigie.detection.corrections.checks import CorrectionRefused, shown
from vigie.detection.corrections.correction import Correction
from vigie.detection.corrections.files import CONTEXT_COLUMNS, Library, read_file, read_folder, rules_version
from vigie.detection.lake import Lake, write_json
from vigie.kernel.errors import CheckFailed
from vigie.kernel.period import Month

NAME = "correct"
HELP = "Montre ce que changent les redressements, sans rien écrire."
FOLDER = "corrections"
LEVEL_FR = {"none": "pas d’alerte", "moderate": "risque modéré", "strong": "risque fort"}
STATUS_FR = {
    "draft": "brouillon", "proposed": "proposé", "approved": "approuvé", "expired": "échu", "withdrawn": "retiré",
}  # fmt: skip
ROWS_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--dry-run", action="store_true", help="simuler : quelles entreprises changent de niveau")
    what.add_argument("--list", action="store_true", help="les redressements du dossier et leur état au mois")
    what.add_argument("--check", action="store_true", help="relire le fichier sans rien simuler")
    parser.add_argument("--lake", type=Path, help="dossier de travail du calcul")
    parser.add_argument("--publications", type=Path, help="dossier des listes publiées (niveaux de la liste d’avant)")
    parser.add_argument("--month", type=a_month, help="mois de la liste, comme 2026-06")
    parser.add_argument("--file", type=Path, help="redressement à simuler ; sans lui, tous ceux en vigueur")
    parser.add_argument("--corrections", type=Path, help=f"dossier des redressements (par défaut : {FOLDER} du lac)")
    parser.add_argument("--seed", type=int, default=1, help="graine des tirages de l’essai sur le passé")
    parser.add_argument("--json", action="store_true", help="tout, pour une machine")
    parser.add_argument("--out", type=Path, help="la même réponse dans ce fichier, entière ou pas du tout")


def run(arguments: argparse.Namespace) -> int:
    """Shows; gives the exit code. With --json, a refusal is an answer too."""
    try:
        if arguments.check:
            return _check(arguments)
        if arguments.list:
            return _list(arguments)
        return _dry_run(arguments)
    except (CorrectionRefused, CheckFailed) as error:
        if not _for_a_machine(arguments):
            raise
        message = error.message_fr if isinstance(error, CorrectionRefused) else str(error)
        _answer(arguments, {"refused": message})
        return 1


def known_columns() -> frozenset[str]:
    """What a correction may read: the features that delivered sources carry, and the context beside them."""
    from vigie.detection.features.registry import available

    return CONTEXT_COLUMNS | {one.code for one in available()}


def labels() -> dict[str, str]:
    """French names of features and families."""
    from vigie.detection.features.registry import FAMILIES, FEATURES

    return {one.code: one.label_fr for one in FAMILIES} | {one.code: one.label_fr for one in FEATURES}


def _needed(value: Any, option: str) -> Any:
    if value is None:
        raise CorrectionRefused(f"Il manque l’option {option}.")
    return value


def _folder(arguments: argparse.Namespace) -> Path:
    if arguments.corrections is not None:
        return Path(arguments.corrections)
    return Path(_needed(arguments.lake, "--lake (ou --corrections)")) / FOLDER


def _check(arguments: argparse.Namespace) -> int:
    known = known_columns()
    found = read_file(_needed(arguments.file, "--file"), known)
    found.require(known)
    if _for_a_machine(arguments):
        _answer(arguments, {"correction": _told(found)})
    else:
        _say(f"{found.name} : lisible. Portée : {_told(found)['scope_fr']}.")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    library = read_folder(_folder(arguments), known_columns())
    month = arguments.month
    active = {one.name for one in library.active(month)} if month else set()
    if _for_a_machine(arguments):
        rows = [{**_told(one), "in_force": one.name in active} for one in library.corrections]
        told = {"corrections": rows, "problems": _problems(library), "rules_version": _version(library, month)}
        _answer(arguments, told)
        return 0
    for one in library.corrections:
        force = ", en vigueur" if one.name in active else ""
        _say(f"{one.name}  {one.valid_from} → {one.valid_until}  {STATUS_FR[one.status]}{force}  {one.wording_fr}")
    if not library.corrections:
        _say("Aucun redressement.")
    _say_problems(library)
    return 0


def _dry_run(arguments: argparse.Namespace) -> int:
    from vigie.detection.corrections.simulation import simulate, with_candidate
    from vigie.detection.corrections.stored import cohort, scene

    lake = Lake(_needed(arguments.lake, "--lake"))
    month = _needed(arguments.month, "--month")
    known = known_columns()
    library = read_folder(_folder(arguments), known)
    candidate = read_file(arguments.file, known) if arguments.file else None
    if candidate is not None:
        candidate.require(known)
    pair = with_candidate(library.active(month), candidate)
    found: dict[str, Any] = simulate(scene(lake, month, arguments.publications), pair)
    found["backtest"] = _backtest(lake, month, pair, arguments.seed, cohort)
    found["correction"] = None if candidate is None else _told(candidate)
    found["in_force"] = [one.name for one in library.active(month)]
    found["problems"] = _problems(library)
    found["rules_version"] = _version(library, month)
    if _for_a_machine(arguments):
        _answer(arguments, found)
    else:
        _say_simulation(found)
        _say_problems(library)
    return 0


def _backtest(lake: Lake, month: Month, pair: Any, seed: int, cohort: Any) -> dict[str, Any]:
    from vigie.detection.corrections.backtest import backtest

    try:
        return backtest(cohort(lake, month), pair, seed=seed)
    except CorrectionRefused as refusal:
        return {"possible": False, "reason_fr": refusal.message_fr}


def _told(correction: Correction) -> dict[str, Any]:
    """A correction with the French words of its scope."""
    return {**correction.to_json(), "scope_fr": correction.condition.words(labels())}


def _version(library: Library, month: Month | None) -> str | None:
    return rules_version(library.active(month)) if month else None


def _problems(library: Library) -> list[dict[str, str]]:
    return [{"file": one.file, "message_fr": one.message_fr} for one in library.problems]


def _say_problems(library: Library) -> None:
    for one in library.problems:
        _say(f"Écarté : {one.file}. {one.message_fr}")


def _say_simulation(found: dict[str, Any]) -> None:
    subject = found["correction"]
    _say(f"Mois {found['month']}, {found['firms']} entreprises, {found['concerned']} dans la portée.")
    if subject:
        _say(f"Redressement {subject['code']}.v{subject['version']} : {subject['scope_fr']}.")
    _say(f"Changent de niveau : {found['up']} vers le haut, {found['down']} vers le bas.")
    for name, label in LEVEL_FR.items():
        _say(f"  {label:<14} {found['levels_before'][name]:>8} → {found['levels_after'][name]:>8}")
    for title, rows in (("Par région", found["by_region"]), ("Par section NAF", found["by_section"])):
        _say(f"{title} (concernées, montent, descendent) :")
        for row in rows[:ROWS_SHOWN]:
            _say(f"  {row['code'] or 'inconnue':<9}{row['concerned']:>8}{row['up']:>8}{row['down']:>8}")
    if found["curve"]:
        _say(f"Courbe de {found['curve']['feature']} (valeur, avant, après) :")
        for point in found["curve"]["points"]:
            _say(f"  {shown(point['value']):>12}  {point['before']:+.3f}  {point['after']:+.3f}")
    _say_backtest(found["backtest"])


def _say_backtest(found: dict[str, Any]) -> None:
    if not found["possible"]:
        _say(f"Effet sur le passé : non mesuré. {found['reason_fr']}")
        return
    _say(
        f"Effet sur {found['month']} ({found['failures']} défaillances sur {found['firms']}) : {found['provenance_fr']}"
    )
    for row in found["measures"]:
        difference = row["difference"]
        if difference["value"] is not None:
            low, high = (shown(round(difference[name], 4)) for name in ("low", "high"))
            after = shown(round(row["after"]["value"], 4))
            _say(f"  {row['label_fr']} : {after}, écart {shown(round(difference['value'], 4))} [{low} ; {high}]")


def _for_a_machine(arguments: argparse.Namespace) -> bool:
    return bool(arguments.json or arguments.out)


def _answer(arguments: argparse.Namespace, value: Any) -> None:
    if arguments.out:
        write_json(arguments.out, value)
    else:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
