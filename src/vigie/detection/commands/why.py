"""`vigie-batch why SIREN`: whether a firm is followed at a month, and otherwise the rule that leaves it out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from vigie.detection import perimeter
from vigie.detection.commands.words import a_month
from vigie.detection.engine import engine
from vigie.detection.lake import Lake
from vigie.detection.panel import REQUIRED
from vigie.kernel.errors import Refused
from vigie.kernel.period import Month
from vigie.kernel.siren import compact, parse_siren

NAME = "why"
HELP = "Dit pourquoi une entreprise est suivie, ou ne l’est pas, un mois donné."
FOLLOWED, NOT_FOLLOWED, UNANSWERED = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("siren", metavar="SIREN", help="numéro SIREN, avec ou sans espaces")
    parser.add_argument("--lake", type=Path, required=True, help="dossier du lac")
    parser.add_argument("--month", type=a_month, help="mois (par défaut : la dernière livraison)")


def run(arguments: argparse.Namespace) -> int:
    """Prints one sentence; 0 when the firm is followed, 1 when it is not, 2 when nobody can tell."""
    try:
        siren = _siren(arguments.siren)
    except Refused as refused:
        sys.stderr.write(f"{refused.message_fr}\n")
        return UNANSWERED
    found = deliveries(Lake(arguments.lake), arguments.month)
    missing = [source for source in REQUIRED if source not in found]
    if missing:
        sys.stderr.write(f"Ce lac ne contient aucune livraison de {', '.join(missing)} : intégrez-la d’abord.\n")
        return UNANSWERED
    month = arguments.month or max(batch for batch, _ in found.values())
    with engine(temp_directory=arguments.lake / "tmp" / "why") as opened:
        tables = {source: opened.read(path) for source, (_, path) in found.items()}
        code, sentence = perimeter.why(opened, tables, siren, month)
    sys.stdout.write(f"{sentence}\n")
    return FOLLOWED if code is None else NOT_FOLLOWED


def deliveries(lake: Lake, month: Month | None) -> Mapping[str, tuple[Month, Path]]:
    """The typed rows in hand at a month, by source; the newest of all without month."""
    until = month or Month(9999, 12)
    found = {}
    for source in REQUIRED:
        batches = lake.deliveries(source, until) or dict(list(lake.deliveries(source, Month(9999, 12)).items())[:1])
        if batches:
            batch = max(batches)
            found[source] = (batch, batches[batch] / "rows.parquet")
    return found


def _siren(text: str) -> str:
    """Nine digits; a number with a wrong key is asked for all the same, for a delivery may hold it."""
    siren = compact(text)
    return siren if len(siren) == 9 and siren.isdigit() else parse_siren(text)
