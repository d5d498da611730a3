"""`vigie-batch run`: one month, from a folder of raw files to a publication."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from vigie.detection.commands.words import a_month, told
from vigie.detection.lake import FileHashes, Lake
from vigie.detection.monthly.context import Approval, Run
from vigie.detection.monthly.intake_stage import month_folder
from vigie.detection.monthly.month import run_month
from vigie.detection.monthly.parameters import load
from vigie.detection.run_record import RunRecord
from vigie.detection.sources.registry import SOURCES
from vigie.kernel.errors import InvalidInput
from vigie.publication.feedback import FEEDBACK_FOLDER

NAME = "run"
HELP = "Lit les fichiers d’un mois, calcule, note, explique, contrôle et publie. Se relance à tout moment sans risque."

CODES = [one.code for one in SOURCES]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--incoming", type=Path, required=True, help="fichiers du mois, ou dossier qui contient 2026-06/"
    )
    parser.add_argument("--lake", type=Path, required=True, help="dossier de travail (lac)")
    parser.add_argument("--publications", type=Path, required=True, help="dossier où paraissent les listes")
    parser.add_argument("--feedback", type=Path, help="retours des agents (par défaut : feedback/ à côté des listes)")
    parser.add_argument("--month", type=a_month, required=True, help="mois de la livraison, comme 2026-06")
    parser.add_argument("--retrain", action="store_true", help="réapprendre le modèle même si le dernier convient")
    parser.add_argument(
        "--accept", action="append", default=[], metavar="SOURCE:PERSONNE",
        help="prendre la livraison d’une source qu’un contrôle refuse ; le nom de qui décide est noté",
    )  # fmt: skip
    parser.add_argument(
        "--facts-only", action="store_true",
        help="avant la liste : ce qui est arrivé rafraîchit les faits des fiches, rien d’autre",
    )  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="sans l’avancement")


def approvals(given: list[str]) -> tuple[Approval, ...]:
    """The sources accepted by hand, and by whom."""
    found = []
    for text in given:
        source, _, person = text.partition(":")
        if not source or not person.strip():
            message = f"--accept {text} : SOURCE:PERSONNE est attendu, par exemple debit:Jeanne Martin."
            raise InvalidInput("accept", message)
        if source not in CODES:
            message = f"--accept {text} : source inconnue. Celles qui existent : {', '.join(CODES)}."
            raise InvalidInput("accept", message)
        found.append(Approval(source, person.strip()))
    return tuple(found)


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0: a publication stands; 1: it does not, and the messages say why."""
    accepted = approvals(arguments.accept)
    lake = Lake(arguments.lake)
    console = Console(stderr=True, quiet=arguments.quiet)
    with lake.held():
        parameters = load(lake.root)
        incoming = month_folder(arguments.incoming, arguments.month)
        version = arguments.code_version()
        record = RunRecord.start(
            lake, arguments.month, at=arguments.now(), code_version=version, parameters=parameters.facts(),
            facts_only=arguments.facts_only,
        )  # fmt: skip
        with console.status(f"{arguments.month}") as status:
            made = Run(
                lake=lake,
                month=arguments.month,
                incoming=incoming,
                publications=arguments.publications,
                feedback=arguments.feedback or arguments.publications.absolute().parent / FEEDBACK_FOLDER,
                parameters=parameters,
                record=record,
                hashes=FileHashes(lake.root / "state" / "files.json"),
                created_at=record.facts["started_at"],
                code_version=version,
                approvals=accepted,
                retrain=arguments.retrain,
                facts_only=arguments.facts_only,
                say=_teller(console, status, sys.stderr.isatty()),
            )
            done = run_month(made, arguments.now)
    _account(record)
    return 0 if done else 1


def _teller(console: Console, status: object, terminal: bool):  # type: ignore[no-untyped-def]
    """Progress: a moving line on a terminal, a plain line per step otherwise."""

    def say(text: str) -> None:
        if terminal:
            status.update(text)  # type: ignore[attr-defined]
        else:
            console.print(f"step={text}", highlight=False)

    return say


def _account(record: RunRecord) -> None:
    """The end of the run, for the person who started it."""
    out = Console(highlight=False, soft_wrap=True)
    for message in record.facts["messages"]:
        if message["severity"] != "note":
            out.print(told(message), markup=False)
    for step in record.facts["steps"]:
        if step["state"] != "kept":
            out.print(f"{step['name']:<22} {step['seconds']:>8.1f} s {step['peak_bytes'] / 2**20:>7.0f} MiB")
    published, fresher = record.facts["publication"], record.facts.get("facts")
    if published:
        out.print(
            f"{published['publication']} : {published['companies']} entreprises, {published['strong']} en risque fort, "
            f"{published['moderate']} en risque modéré"
        )
    elif fresher:
        out.print(f"Faits du {fresher['facts']} : {', '.join(fresher['tables'])}")
    elif record.facts["facts_only"] and record.facts["state"] == "done":
        out.print("Aucun fait nouveau : les fiches restent comme elles sont.")
    else:
        out.print("Aucune publication : la précédente reste en place.")
