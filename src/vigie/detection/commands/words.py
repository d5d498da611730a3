"""What every command says alike: months, the words of the command line in French, states and severities.

Whoever types a command reads the same words on the page « Intégrations » and in its mails (decision 0029).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from vigie.detection.run_record import BLOCKING, NOTE, WARNING
from vigie.kernel.period import Month

SEVERITIES_FR = {BLOCKING: "bloquant", WARNING: "attention", NOTE: "note"}
RUN_STATES_FR = {"running": "en cours", "done": "terminée", "blocked": "bloquée", "failed": "échouée"}
# The English of argparse, by what it says: the library has no French catalogue.
ARGPARSE_FR = {
    "usage: ": "usage : ",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s : %(message)s",
    "positional arguments": "ce qui s’écrit sans option",
    "options": "options",
    "show this help message and exit": "montrer cette aide",
    "unrecognized arguments: %s": "inconnu ici : %s",
    "not allowed with argument %s": "ne va pas avec %s",
    "ignored explicit argument %r": "n’attend pas de valeur (%r)",
    "the following arguments are required: %s": "il manque : %s",
    "one of the arguments %s is required": "il manque une option parmi : %s",
    "expected one argument": "une valeur est attendue",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s peut vouloir dire %(matches)s",
    "invalid %(type)s value: %(value)r": "valeur illisible : %(value)r",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r n’est pas proposé ; au choix : %(choices)s",
    "%(prog)s: error: %(message)s\n": "%(prog)s : %(message)s\n",
}


def speak_french() -> None:
    """argparse says its messages in French from now on, in this process."""
    setattr(argparse, "_", lambda text: ARGPARSE_FR.get(text, text))  # noqa: B010  # no public door


def a_month(text: str) -> Month:
    """A month typed on the command line."""
    try:
        return Month.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"un mois s’écrit 2026-06, pas « {text} »") from None


def run_state(record: dict[str, Any]) -> str:
    """How a run ended; a run that its process left without a word was interrupted."""
    if record["state"] == "running" and not Path(f"/proc/{record['pid']}").exists():
        return "interrompue ; relancez la même commande, ce qui était fini reste"
    return RUN_STATES_FR[record["state"]]


def told(message: dict[str, Any]) -> str:
    """A message of a run's record, as the terminal shows it."""
    return f"[{SEVERITIES_FR.get(message['severity'], message['severity'])}] {message['text']}"
