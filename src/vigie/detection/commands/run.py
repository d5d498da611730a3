"""`vigie-batch run`: one month, from a folder of raw files to a publication."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from vigie.detection.lake import FileHashes, Lake
from vigie.detection.monthly.context import Approval, Run
from vigie.detection.monthly.intake_stage import month_folder
from vigie.detection.monthly.month import run_month
from vigie.detection.monthly.parameters import load
from vigie.detection.run_record import RunRecord
from vigie.kernel.period import Month
from vigie.publication.feedback import FEEDBACK_FOLDER

NAME = "run"
HELP = "Reads a month's files, computes, scores, explains, checks and publishes. Safe to run again at any moment."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--incoming", type=Path, required=True, help="the month's files, or a folder with 2026-06/")
    parser.add_argument("--lake", type=Path, required=True, help="where the batch keeps its files")
    parser.add_argument("--publications", type=Path, required=True, help="where lists appear")
    parser.add_argument(
        "--feedback", type=Path, help="what agents said of the lists; by default feedback/ beside the publications"
    )
    parser.add_argument("--month", type=Month.parse, required=True, help="the month of the delivery, 2026-06")
    parser.add_argument("--retrain", action="store_true", help="train a new model even when the last one will do")
    parser.add_argument(
        "--accept", action="append", default=[], metavar="SOURCE:PERSON",
        help="takes a source's delivery although a check refused it; the person's name is recorded",
    )  # fmt: skip
    parser.add_argument(
        "--facts-only", action="store_true",
        help="the list is not due yet: what arrived refreshes the facts of the sheets, nothing else",
    )  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="no progress on the terminal")


def approvals(given: list[str]) -> tuple[Approval, ...]:
    """The sources accepted by hand, and by whom."""
    found = []
    for text in given:
        source, _, person = text.partition(":")
        if not source or not person.strip():
            raise SystemExit(f"--accept {text}: SOURCE:PERSON expected, for example debit:Jeanne Martin")
        found.append(Approval(source, person.strip()))
    return tuple(found)


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0: a publication stands; 1: it does not, and the messages say why."""
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
                approvals=approvals(arguments.accept),
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
            out.print(f"[{message['severity']}] {message['text']}", markup=False)
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
