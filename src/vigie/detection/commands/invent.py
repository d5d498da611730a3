"""vigie-batch invent: writes invented monthly deliveries in the official formats."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vigie.detection.commands.words import a_month
from vigie.detection.invent.options import DEFECTS, SCALES, Options
from vigie.detection.invent.writing import invent
from vigie.kernel.errors import Refused, SourceError
from vigie.kernel.period import Month

NAME = "invent"
HELP = "Invente les livraisons mensuelles, aux formats officiels."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--out", type=Path, required=True, help="dossier à remplir, un sous-dossier par mois")
    parser.add_argument("--scale", choices=sorted(SCALES), default="S", help="S 1 000, M 30 000, L 350 000 entreprises")
    parser.add_argument("--firms", type=int, help="nombre d’entreprises du périmètre, au lieu de l’échelle")
    parser.add_argument("--months", type=int, default=60, help="mois d’historique de la première livraison")
    parser.add_argument("--seed", type=int, default=1, help="graine : mêmes options, mêmes octets")
    parser.add_argument("--last-month", type=a_month, default=Month(2026, 10), help="mois de la dernière livraison")
    parser.add_argument("--batches", type=int, default=1, help="livraisons mensuelles successives")
    parser.add_argument("--establishments", type=float, default=1.4, help="établissements par entreprise, en moyenne")
    parser.add_argument("--outside-perimeter", type=int, help="entreprises hors périmètre (défaut : 3 pour 7)")
    parser.add_argument("--defects", choices=DEFECTS, default="none", help="erreurs à glisser dans les fichiers")
    parser.add_argument("--truth", action="store_true", help="écrire aussi la vérité, à part (dossier truth)")
    parser.add_argument("--gz", action="store_true", help="comprimer les fichiers qui le sont parfois")
    parser.add_argument("--degenerate", action="store_true", help="monde sans signal : rien ne prédit rien")
    parser.add_argument("--partner-score", action="store_true", help="ajouter le score d’un partenaire fictif")
    parser.add_argument("--groups", action="store_true", help="ajouter le classeur des groupes d’entreprises")
    parser.add_argument("--communes", type=Path, help="CSV code,departement,postcode,name au lieu de la table fournie")


def run(arguments: argparse.Namespace) -> int:
    """Writes the deliveries; gives the exit code."""
    try:
        options = Options(
            firms=SCALES[arguments.scale] if arguments.firms is None else arguments.firms,
            months=arguments.months,
            seed=arguments.seed,
            last_month=arguments.last_month,
            batches=arguments.batches,
            establishments=arguments.establishments,
            outside=arguments.outside_perimeter,
            defects=arguments.defects,
            truth=arguments.truth,
            gz=arguments.gz,
            degenerate=arguments.degenerate,
            partner_score=arguments.partner_score,
            groups=arguments.groups,
        )
        written = invent(options, arguments.out, arguments.communes)
    except Refused as refused:
        sys.stderr.write(f"{refused.message_fr}\n")
        return 2
    except SourceError as error:
        sys.stderr.write(f"Rien n’a été inventé : {error}\n")
        return 2
    for place in written:
        size = sum(file.stat().st_size for file in place.iterdir())
        sys.stdout.write(f"{place} : {len(list(place.iterdir()))} fichiers, {size / 1e6:.1f} Mo\n")
    return 0
