"""`make bench`: every bar that needs a clock or a load, one after the other, and the table of the release notes.

    python -m bench                        # all, as the bars ask: half an hour on a calm machine
    python -m bench --quick                # all, reduced: a look, not a verdict
    python -m bench web routing            # these only

Each bar is a command of its own that prints its figure last. Exits 0 when every bar is met; a bar that the machine was
too busy to measure, or that was skipped, counts as not met.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measuring import MET, NOISY, NOT_MET, ROOT, load

FRENCH = {MET: "tenu", NOT_MET: "NON TENU", NOISY: "bruité"}
TIMEOUT_S = 3600


@dataclass(frozen=True)
class Bar:
    """A command, what it promises in French, its limit; shows: how many of its last lines are figures."""

    name: str
    bars: str
    promise: str
    limit: str
    command: tuple[str, ...]
    quick: tuple[str, ...] = ()
    shows: int = 1


def module(name: str) -> tuple[str, ...]:
    return ("-m", name)


BARS = (
    Bar(
        "routing", "W-01 W-02", "Un besoin est acheminé parmi 12 000 experts, exactement",
        "6 requêtes, p95 10 ms, 0 écart", module("bench.routing"), ("--needs", "200"),
    ),
    Bar(
        "coverage", "W-03", "Qui répondrait, pour 200 sujets × 35 000 communes, et après un changement", "10 s ; 1 s",
        module("bench.coverage"), ("--rounds", "1"),
    ),
    Bar(
        "web", "W-05 W-06", "Les pages sous charge, et l’attente d’une personne seule",
        "4 × la page limite ; 150 / 100 ms", module("bench.web"),
        ("--rounds", "1", "--each", "3", "--alone", "30", "--crowd", "1", "--wait", "5"), 4,
    ),
    Bar(
        "processor", "W-05", "Le temps de processeur de chaque page, une demande à la fois", "4 × la page limite",
        module("bench.processor"), ("--rounds", "2", "--each", "4"),
    ),
    Bar(
        "start", "W-16", "La première page après installation, et le redémarrage", "15 s ; 3 s",
        module("bench.start"), ("--again", "1", "--wait", "5"), 2,
    ),
    Bar(
        "search", "W-07", "La recherche pendant la frappe", "p95 50 ms ; numéro exact 10 ms",
        module("bench.search"), ("--firms", "30000"), 2,
    ),
    Bar(
        "import", "—", "L’import du répertoire Sirene, à mémoire constante", "mémoire + 64 Mo",
        module("bench.import_sirene"), ("--firms", "30000"),
    ),
    Bar(
        "directory", "—", "L’import de 10 000 experts par un fichier, lu, comparé et appliqué", "30 s",
        module("bench.directory_import"), ("--experts", "1000"),
    ),
    Bar(
        "list_export", "W-14", "Une liste de 50 000 entreprises exportée, masquée, à mémoire constante",
        "20 s ; mémoire + 24 Mo", module("bench.list_export"), ("--rows", "5000"),
    ),
    Bar(
        "exports", "W-14", "Un export de 50 000 lignes et 24 colonnes, à mémoire constante", "20 s ; mémoire + 24 Mo",
        module("bench.exports"), ("--rows", "5000"),
    ),
    Bar(
        "exporting", "R-03", "Un long export dont le travailleur meurt repart : un fichier, un courriel", "0 faute",
        module("bench.trials.exports"),
    ),
    Bar(
        "weights", "W-10", "Le poids d’une première visite", "350 ko, 15 requêtes",
        module("bench.weights"),
    ),
    Bar(
        "intake", "P-01 P-02", "Lire les fichiers du mois, vérifiés, en flux", "3 × le moteur nu ; 1,5 Gio",
        module("bench.intake"), ("--firms", "1000", "--rounds", "1"), 2,
    ),
    Bar(
        "outbox", "R-01 R-02 R-04", "Aucun courriel perdu ni doublé quand le travailleur meurt", "0 perdu, 0 doublé",
        module("bench.trials.outbox"), ("--trials", "6"),
    ),
    Bar(
        "transmission", "R-01", "Une transmission coupée repart sans perte ni double", "0 perdu, 0 doublé",
        module("bench.trials.transmission"), ("--trials", "3"),
    ),
    Bar(
        "reception", "P-13", "Recevoir une liste pendant que l’on lit et que l’on écrit", "30 s ; attentes 200 ms",
        module("bench.reception"), ("--firms", "35000"),
    ),
    Bar(
        "lists", "—", "La liste parmi 350 000 entrées, triée et filtrée", "p95 400 ms ; 200 ms sur PostgreSQL",
        module("bench.lists"), ("--firms", "10000"),
    ),
    Bar(
        "sheets", "—", "La fiche d’une entreprise, d’une liste de 350 000 entrées", "p95 200 ms",
        module("bench.sheets"), ("--firms", "10000"),
    ),
    Bar(
        "soak", "W-15", "Dix personnes pendant une demi-heure : mémoire et fichiers ouverts ne croissent pas", "5 %",
        module("bench.soak"), ("--minutes", "8"), 3,
    ),
    Bar(
        "audit", "S-10", "L’audit vérifié en entier, une trace écrite, les autres écritures qui n’attendent pas",
        "30 s ; p95 1 ms ; 20 %", module("bench.audit"), ("--rows", "20000", "--wait", "5"), 2,
    ),
    Bar(
        "audit_pages", "—", "Les pages des auditeurs, sur un million de traces", "p95 150 ms",
        module("bench.audit_pages"), ("--rows", "20000"),
    ),
    Bar(
        "audit-kills", "S-10", "La chaîne de l’audit après des arrêts brutaux", "0 faute, 0 trace perdue",
        module("bench.trials.audit"), ("--kills", "6"),
    ),
    Bar(
        "doctrine", "S-02", "Qui lit quoi de quelle entreprise, contre une seconde écriture des règles", "0 écart",
        module("bench.trials.doctrine"), ("--pairs", "1000"),
    ),
    Bar(
        "panel", "P-03 P-04 P-05", "Le panel près de la limite, juste au centime",
        "2,5 × par colonne ; 6 Gio ; 1,4 et 2,4 ×",
        module("bench.panel"), ("--firms", "1000", "--rounds", "1"), 3,
    ),
)  # fmt: skip


@dataclass
class Outcome:
    """What a bar gave."""

    bar: Bar
    verdict: str
    figures: list[str]
    seconds: float


def run(bar: Bar, *, quick: bool) -> Outcome:
    """Runs one command; its account is shown as it comes, its last lines are kept."""
    command = [sys.executable, *bar.command, *(bar.quick if quick else ())]
    print(f"\n— {bar.bars} : {' '.join(command[1:])}", flush=True)
    begun = time.monotonic()
    if bar.command[1].startswith("bench.") and not source(bar.command[1]).exists():
        return Outcome(bar, "absent", ["ce banc n’est pas dans cette version"], 0)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        try:
            ended = subprocess.run(
                command, cwd=ROOT, env=environment(), stdout=output, stderr=output, timeout=TIMEOUT_S, check=False
            )
            code = ended.returncode
        except subprocess.TimeoutExpired:
            code = NOT_MET
        output.seek(0)
        lines = [line.rstrip() for line in output if line.strip()]
    print("\n".join(lines[-40:]), flush=True)
    return Outcome(bar, FRENCH.get(code, f"en panne ({code})"), lines[-bar.shows :], time.monotonic() - begun)


def source(name: str) -> Path:
    """The file of a module."""
    return ROOT / f"{name.replace('.', '/')}.py"


def environment() -> dict[str, str]:
    """Sources at hand, French kept whatever the terminal."""
    paths = [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUTF8": "1"}


def table(outcomes: Sequence[Outcome]) -> str:
    """« Ce que cette version tient », ready for the release notes."""
    lines = ["| Barre | Promesse | Limite | Mesure | Verdict |", "| --- | --- | --- | --- | --- |"]
    for outcome in outcomes:
        bar, figures = outcome.bar, "<br>".join(line.replace("|", "/") for line in outcome.figures)
        lines.append(f"| {bar.bars} | {bar.promise} | {bar.limit} | {figures} | {outcome.verdict} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the bars asked for, one at a time; the table last."""
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bars", nargs="*", metavar="bar", help=f"among {', '.join(bar.name for bar in BARS)}")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, fewer trials")
    options = parser.parse_args(arguments)
    unknown = set(options.bars) - {bar.name for bar in BARS}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    chosen = [bar for bar in BARS if not options.bars or bar.name in options.bars]
    outcomes = [run(bar, quick=options.quick) for bar in chosen]
    print(f"\n## Ce que cette version tient\n\n{table(outcomes)}\n")
    kept = sum(outcome.verdict == FRENCH[MET] for outcome in outcomes)
    reduced = ", mesures réduites" if options.quick else ""
    print(f"{kept} barre(s) tenue(s) sur {len(outcomes)}, charge de la machine {load()}{reduced}.")
    return MET if kept == len(outcomes) else NOT_MET


if __name__ == "__main__":
    sys.exit(main())
