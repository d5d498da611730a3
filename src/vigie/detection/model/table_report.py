"""The French report of an evaluated table, as text for a terminal or a file."""

from __future__ import annotations

from vigie.detection.model.metrics import Measure
from vigie.detection.model.table_evaluation import TableReport

COLUMNS = (
    ("auc", "AUC ROC"), ("average_precision", "Précision moy."), ("brier", "Brier"), ("ece", "Err. calibration"),
    ("f05", "F0,5 (fort)"), ("f2", "F2 (modéré)"),
)  # fmt: skip
NBSP = "\u00a0"


def french(value: float, decimals: int = 3) -> str:
    """A figure with a decimal comma; « — » when it cannot be computed."""
    return "—" if value != value else f"{value:.{decimals}f}".replace(".", ",")


def with_interval(figure: Measure, decimals: int = 3) -> str:
    """« 0,912 [0,901 ; 0,923] »."""
    return f"{french(figure.value, decimals)} [{french(figure.low, decimals)}{NBSP}; {french(figure.high, decimals)}]"


def text(report: TableReport) -> str:
    """Protocol, base rate, one line per model, reliability of the production model, what was left out."""
    lines = ["Évaluation du modèle sur la table", "", *_protocol(report), "", *_models(report), ""]
    first = report.models[0]
    lines += [f"Fiabilité par dixième — {first.label}", "  lignes   annoncé   observé   intervalle à 95 %"]
    for one in first.reliability:
        announced, observed, low, high = (
            french(100 * one[name], 2) for name in ("announced", "observed", "low", "high")
        )
        lines.append(f"  {int(one['rows']):>6}   {announced:>6} %  {observed:>6} %   [{low} ; {high}] %")
    if report.left_out:
        lines += ["", "Colonnes qui ne servent pas de variables :"]
        lines += [f"  - {name}{NBSP}: {reason}" for name, reason in report.left_out.items()]
    return "\n".join(lines) + "\n"


def _protocol(report: TableReport) -> list[str]:
    protocol = report.protocol
    lines = [f"Protocole{NBSP}: {protocol['label']} (graine {protocol['seed']})."]
    if protocol["name"] == "time":
        lines.append(
            f"Apprentissage sur {protocol['rows_learning']} lignes avant {protocol['calibrate_from']}, calibration sur "
            f"{protocol['rows_calibration']}, test sur {protocol['rows_test']} à partir de {protocol['test_from']}."
        )
    lines.append(
        f"Lignes jugées{NBSP}: {report.judged}, dont {report.positives} positives (valeur « {report.positive_value} »)"
        f"{NBSP}; taux de base {french(100 * report.base_rate, 2)} %."
    )
    if report.unknown:
        lines.append(f"{report.unknown} lignes sans résultat connu sont laissées de côté.")
    lines.append("Intervalles à 95 %, par retirage des groupes entiers. Seuils choisis sur les lignes de calibration.")
    return lines


def _models(report: TableReport) -> list[str]:
    heads = ["Modèle", *(title for _, title in COLUMNS)]
    rows = [[one.label, *(with_interval(one.measures[name]) for name, _ in COLUMNS)] for one in report.models]
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [heads, *rows]
    ]
