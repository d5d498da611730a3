"""vigie-batch evaluate-table: the production's training and figures on any table of firms."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from vigie.kernel.errors import Refused, VigieError

NAME = "evaluate-table"
HELP = "Apprend et juge le modèle sur n’importe quelle table d’entreprises (CSV, Parquet, gz)."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("table", type=Path, help="fichier CSV ou Parquet, comprimé (gz) ou non")
    parser.add_argument("--label", required=True, help="colonne du résultat : deux valeurs, vide = inconnu")
    parser.add_argument("--group", help="colonne qui réunit les lignes d’une même entreprise")
    parser.add_argument("--id", help="colonne d’identifiant : ne sert pas de variable, réunit si --group manque")
    parser.add_argument("--time", help="colonne de date ou d’année")
    parser.add_argument("--test-from", help="première valeur de la partie de test (avec --time)")
    parser.add_argument("--calibrate-from", help="première valeur de la partie de calibration (avec --time)")
    parser.add_argument("--protocol", choices=("time", "folds", "holdout"), help="par défaut : selon ce qui est donné")
    parser.add_argument("--models", help="codes de modèles, séparés par des virgules (par défaut : tous)")
    parser.add_argument("--draws", type=int, default=500, help="retirages pour les intervalles")
    parser.add_argument("--seed", type=int, default=0, help="graine : même graine, mêmes chiffres")
    parser.add_argument("--json", action="store_true", help="écrire les chiffres en JSON au lieu du rapport")


def run(arguments: argparse.Namespace) -> int:
    """Prints the report; gives the exit code: 0, or 2 when the table cannot be used."""
    from vigie.detection.model.table_evaluation import LABELS, Request, evaluate_table
    from vigie.detection.model.table_reading import named, read_table, refuse
    from vigie.detection.model.table_report import text

    try:
        wanted = tuple(filter(None, (arguments.models or "").split(",")))
        if unknown := sorted(set(wanted) - set(LABELS)):
            raise refuse("models", f"Modèles inconnus : {', '.join(unknown)}. Connus : {', '.join(LABELS)}.")
        request = Request(
            arguments.seed, arguments.protocol, arguments.test_from, arguments.calibrate_from, wanted, arguments.draws
        )
        columns = named(read_table(arguments.table), arguments.label, arguments.time, arguments.group, arguments.id)
        report = evaluate_table(columns, request, _progress)
    except Refused as refused:
        sys.stderr.write(f"{refused.message_fr}\n")
        return 2
    except VigieError as error:
        sys.stderr.write(f"La table n’a pas pu être évaluée : {error}\n")
        return 2
    if arguments.json:
        sys.stdout.write(json.dumps(report.to_json(), ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(text(report))
    return 0


def _progress(said: str) -> None:
    """One line on a terminal, silence otherwise: the output may be read by a program."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{said}")
        sys.stderr.flush()
