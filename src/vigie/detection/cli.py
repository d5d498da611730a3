"""`vigie-batch`: the commands of the monthly batch.

The one place that reads the clock and the version of the code; all else receives them. A command is a module of
`commands/` with `NAME`, `HELP`, `add_arguments(parser)` and `run(arguments) -> int`; it is imported only when it is
called, for the engines are slow to load.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
from pathlib import Path

from vigie.detection.commands.words import speak_french
from vigie.kernel import clock
from vigie.kernel.errors import VigieError, system_words

COMMANDS = {
    "run": "un mois, des fichiers bruts à la liste publiée",
    "status": "ce qui tient, ce qui est ancien et pourquoi, le temps de chaque étape",
    "read": "un fichier brut : ses lignes typées et son rapport",
    "why": "pourquoi une entreprise est suivie, ou ne l’est pas, un mois donné",
    "correct": "les redressements d’experts : ce qu’ils changent",
    "evaluate": "ce que vaut le modèle, en rejouant le passé",
    "evaluate-table": "le même apprentissage et le même rapport sur n’importe quelle table",
    "invent": "un monde inventé, aux formats officiels",
}
ROOT = Path(__file__).resolve().parents[3]


def module_of(command: str) -> str:
    return f"vigie.detection.commands.{command.replace('-', '_')}"


def parser() -> argparse.ArgumentParser:
    """The list of commands; the arguments of each are its own."""
    lines = [f"  {name:<16}{help_text}" for name, help_text in COMMANDS.items()]
    found = argparse.ArgumentParser(
        prog="vigie-batch",
        description="L’intégration mensuelle de Vigie.",
        epilog="commandes :\n" + "\n".join(lines) + "\n\nvigie-batch COMMANDE --help dit le reste.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument("command", choices=COMMANDS, metavar="COMMANDE")
    return found


def code_version() -> str:
    """The revision of the code: what the installer says, else git's, else « unknown »."""
    if said := os.environ.get("VIGIE_CODE_VERSION"):
        return said
    try:
        done = subprocess.run(  # noqa: S603  # a fixed command
            ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"],  # noqa: S607
            capture_output=True, text=True, timeout=5, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip()


def now() -> str:
    """The moment, in UTC, to the second."""
    return clock.now().replace(microsecond=0).isoformat()


def _place(error: OSError) -> str:
    """What the system refuses, with its place and a remedy."""
    what = system_words(error)
    place = f"{error.filename} : " if error.filename else ""
    return f"{place}{what}. Vérifiez les dossiers donnés, leurs droits et la place sur le disque, puis recommencez."


def main(arguments: list[str] | None = None) -> int:
    """Runs one command. Exit codes: 0 done, 1 refused or failed with its reason, 2 wrong use."""
    given = sys.argv[1:] if arguments is None else arguments
    speak_french()
    top = parser()
    if not given:
        top.print_help()
        return 2
    name = top.parse_args(given[:1]).command
    module = importlib.import_module(module_of(name))
    own = argparse.ArgumentParser(prog=f"vigie-batch {name}", description=module.HELP)
    module.add_arguments(own)
    own.set_defaults(now=now, code_version=code_version)
    options = own.parse_args(given[1:])
    try:
        return int(module.run(options))
    except VigieError as error:
        print(f"vigie-batch {name} : {error}", file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        # The disk, a right, a name that is not a folder: whoever typed the command can mend it, and needs the place.
        print(f"vigie-batch {name} : {_place(error)}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print(f"vigie-batch {name} : interrompu ; ce qui était fini reste.", file=sys.stderr)  # noqa: T201
        return 130


if __name__ == "__main__":
    sys.exit(main())
