"""vigie-batch evaluate: rolling backtests of every model, the report and the model card, in French."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vigie.detection.commands.words import a_month
from vigie.kernel.errors import VigieError
from vigie.kernel.period import Month

if TYPE_CHECKING:
    from vigie.detection.lake import Lake
    from vigie.detection.model.report import Results

NAME = "evaluate"
HELP = "Juge le modèle sur les mois passés et écrit le rapport et la carte."
SOURCES = ("procol", "sirene_histo")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--lake", type=Path, required=True, help="dossier de travail du calcul (panel déjà construit)")
    parser.add_argument("--month", type=a_month, required=True, help="dernier mois intégré, comme 2026-06")
    parser.add_argument("--out", type=Path, required=True, help="dossier du rapport")
    parser.add_argument("--origins", type=int, default=4, help="mois jugés au plus, de six en six")
    parser.add_argument(
        "--rows", type=int, help="lignes d’apprentissage au plus (par défaut : celles de la production)"
    )
    parser.add_argument("--models", default="", help="codes de modèles, séparés par des virgules (par défaut : tous)")
    parser.add_argument(
        "--splits", default="A,B", help="découpages : A (comme en production), B (entreprises nouvelles)"
    )
    parser.add_argument("--draws", type=int, default=500, help="retirages pour les intervalles")
    parser.add_argument(
        "--partner-weight", type=weight, default=0.5,
        help="poids du score d’un partenaire, s’il est livré, dans la moyenne des log-cotes : de 0 à 1",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, help="graine : même graine, mêmes chiffres")


def run(arguments: argparse.Namespace) -> int:
    """Writes rapport.md, rapport.html, CARD.md, the drawings and figures.json; gives the exit code."""
    from vigie.detection.lake import Lake

    try:
        results = evaluate(Lake(arguments.lake), arguments, _say)
    except VigieError as error:
        sys.stderr.write(f"L’évaluation n’a pas pu se faire : {error}\n")
        return 2
    write(results, arguments.out)
    sys.stdout.write(f"Rapport : {arguments.out / 'rapport.html'}\nCarte : {arguments.out / 'CARD.md'}\n")
    return 0


def evaluate(lake: Lake, arguments: argparse.Namespace, say: Callable[[str], None]) -> Results:
    """The whole evaluation of a lake at a month."""
    from vigie.detection import panel
    from vigie.detection.engine import engine
    from vigie.detection.features.registry import available
    from vigie.detection.feedback import accompanied_between, by_list
    from vigie.detection.model.columns import model_features
    from vigie.detection.model.evaluate import Options
    from vigie.detection.model.results import results_of
    from vigie.detection.model.train import Parameters

    folder = lake.panel / panel.version()
    months = panel_months(folder, arguments.month)
    sources = {name: path for name in SOURCES if (path := _rows(lake, name, arguments.month)) is not None}
    features = model_features(available())
    usual = Parameters()
    said = said_of(lake, arguments.month)
    options = Options(
        seed=arguments.seed, origins=arguments.origins, draws=arguments.draws,
        splits=_names(arguments.splits), models=_names(arguments.models),
        parameters=replace(usual, max_rows=arguments.rows or usual.max_rows),
        partner=partner_of(lake, arguments.month), partner_weight=arguments.partner_weight,
        followed=None if said is None else partial(accompanied_between, said),
    )  # fmt: skip
    with engine(temp_directory=lake.tmp / "evaluate") as opened:
        read = reader(opened, folder, sources, [one.code for one in features], options)
        in_force, lists = rules(lake, arguments.month, options), None if said is None else by_list(said)
        return results_of(read, months, arguments.month, features, options, in_force, lists, say)


def weight(text: str) -> float:
    """A share between 0 and 1."""
    found = float(text)
    if not 0 <= found <= 1:
        raise argparse.ArgumentTypeError(f"{text} : de 0 à 1")
    return found


def partner_of(lake: Lake, month: Month) -> Any:
    """Partners' scores as known at a past month; None when none was delivered."""
    from vigie.detection.release.partner import SOURCE, known_log_odds

    rows = [folder / "rows.parquet" for folder in lake.deliveries(SOURCE.code, month).values()]
    return (lambda at, sirens: known_log_odds(rows, sirens, at)) if rows else None


def said_of(lake: Lake, month: Month) -> Any:
    """What agents recorded by the last day of the month; None when nothing came back from the service."""
    from vigie.detection.feedback import known
    from vigie.detection.sources.feedback import SOURCE

    rows = _rows(lake, SOURCE.code, month)
    return None if rows is None else known(rows, month)


def _names(listed: str) -> tuple[str, ...]:
    """Names separated by commas."""
    return tuple(filter(None, (one.strip() for one in listed.split(","))))


def panel_months(folder: Path, until: Month) -> list[Month]:
    """The months that the panel holds, in order."""
    from vigie.detection.model.evaluate import EvaluationRefused

    months = sorted(Month.parse(path.stem.removeprefix("month=")) for path in folder.glob("month=*.parquet"))
    months = [one for one in months if one <= until]
    if not months:
        raise EvaluationRefused(f"{folder} : aucun mois du panel jusqu’à {until} ; lancez d’abord vigie-batch run.")
    return months


def _rows(lake: Lake, source: str, month: Month) -> Path | None:
    folders = lake.deliveries(source, month)
    return folders[max(folders)] / "rows.parquet" if folders else None


def reader(opened: Any, folder: Path, sources: dict[str, Path], columns: list[str], options: Any) -> Any:
    """Rows of the panel, thinned as the production thins its sample when asked."""
    from vigie.detection import training_set

    def read(months: Sequence[Month], known_until: Month, *, thin: bool) -> Any:
        parameters = options.parameters
        large = thin and training_set_rows(folder, months) > parameters.max_rows
        return training_set.read(
            opened, folder, months, sources, columns, known_until=known_until, seed=options.seed,
            thinning=parameters.thinning if large else 1, max_rows=parameters.max_rows if large else None,
        )  # fmt: skip

    return read


def training_set_rows(folder: Path, months: Sequence[Month]) -> int:
    """Rows of some months of the panel."""
    import pyarrow.parquet as pq

    from vigie.detection.panel import month_file

    return sum(pq.read_metadata(month_file(folder, month)).num_rows for month in months)


def rules(lake: Lake, month: Month, options: Any) -> dict[str, Any] | None:
    """The effect of the corrections in force on the last month whose outcome is known; None when there is none."""
    from vigie.detection.corrections.backtest import backtest
    from vigie.detection.corrections.files import active, read_folder
    from vigie.detection.corrections.simulation import Pair
    from vigie.detection.corrections.stored import cohort

    if not (lake.root / "corrections").is_dir():
        return None
    in_force = active(read_folder(lake.root / "corrections").corrections, month)
    if not in_force:
        return None
    return backtest(cohort(lake, month), Pair((), in_force), seed=options.seed, draws=options.draws)


def write(results: Results, out: Path) -> None:
    """The report in both forms, the card, the drawings and the figures."""
    from vigie.detection.features.registry import FAMILIES
    from vigie.detection.lake import write_json
    from vigie.detection.model import card, report
    from vigie.detection.model.document import Figure, html, markdown
    from vigie.detection.model.results import figures

    out.mkdir(parents=True, exist_ok=True)
    blocks = report.blocks(results)
    (out / "rapport.md").write_text(markdown(blocks), encoding="utf-8")
    (out / "rapport.html").write_text(html("Ce que vaut le modèle", blocks), encoding="utf-8")
    (out / "CARD.md").write_text(
        markdown(card.blocks(results, {one.code: one.label_fr for one in FAMILIES})), encoding="utf-8"
    )
    for block in blocks:
        if isinstance(block, Figure):
            (out / f"{block.name}.svg").write_text(block.svg, encoding="utf-8")
    write_json(out / "figures.json", figures(results))


def _say(said: str) -> None:
    """A moving line on a terminal, otherwise one line per step: twenty minutes of silence look like a breakdown."""
    sys.stderr.write(f"\r\x1b[K{said}" if sys.stderr.isatty() else f"step={said}\n")
    sys.stderr.flush()
