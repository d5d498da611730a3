"""The figures drawn for a report: SVG, the same bytes for the same numbers (no date, no random identifier)."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from vigie.detection.model.metrics import Measure

BLUE, RED, GREY = "#000091", "#c9191e", "#929292"
SIZE = (7.2, 4.2)


def _drawn(figure: Any) -> str:
    """The SVG text of a figure, without anything that changes from one run to the next."""
    target = io.StringIO()
    figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    text = target.getvalue()
    return text[text.index("<svg") :]


def _axes() -> tuple[Any, Any]:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib.figure import Figure

    matplotlib.rcParams.update({"svg.hashsalt": "vigie", "svg.fonttype": "none", "font.size": 10})
    figure = Figure(figsize=SIZE)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def reliability_plot(table: Sequence[Mapping[str, float]]) -> str:
    """Announced against observed, with the interval of each tenth."""
    figure, axes = _axes()
    announced = [100 * one["announced"] for one in table]
    observed = [100 * one["observed"] for one in table]
    below = [max(0.0, 100 * (one["observed"] - one["low"])) for one in table]
    above = [max(0.0, 100 * (one["high"] - one["observed"])) for one in table]
    limit = max([*announced, *observed, 1.0]) * 1.05
    axes.plot([0, limit], [0, limit], color=GREY, linewidth=1, label="accord parfait")
    axes.errorbar(
        announced, observed, yerr=[below, above], fmt="o", color=BLUE, capsize=3, label="dixièmes des entreprises"
    )
    axes.set_xlabel("Probabilité annoncée (%)")
    axes.set_ylabel("Défaillances observées (%)")
    axes.legend(frameon=False)
    return _drawn(figure)


def comparison_plot(names: Sequence[str], figures: Sequence[Measure], base_rate: float) -> str:
    """Average precision of each model with its interval, and the base rate."""
    figure, axes = _axes()
    places = range(len(names))
    values = [one.value for one in figures]
    spread = [[max(0.0, one.value - one.low) for one in figures], [max(0.0, one.high - one.value) for one in figures]]
    colours = [BLUE if index == 0 else GREY for index in places]
    axes.barh(list(places), values, xerr=spread, color=colours, height=0.6, error_kw={"capsize": 3})
    axes.axvline(base_rate, color=RED, linewidth=1, linestyle="--", label="taux de base")
    axes.set_yticks(list(places), list(names))
    axes.invert_yaxis()
    axes.set_xlabel("Précision moyenne (intervalle à 95 %)")
    axes.legend(frameon=False, loc="lower right")
    return _drawn(figure)


def origins_plot(months: Sequence[str], lines: Mapping[str, Sequence[float]]) -> str:
    """Average precision by origin, one line per model."""
    figure, axes = _axes()
    for (name, values), colour in zip(lines.items(), (BLUE, RED, GREY, "#6a6af4", "#b34000"), strict=False):
        axes.plot(list(months), list(values), marker="o", color=colour, label=name)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("Précision moyenne")
    axes.legend(frameon=False)
    return _drawn(figure)


def lead_plot(leads: Sequence[float]) -> str:
    """Months between the first alert and the event."""
    figure, axes = _axes()
    axes.hist(list(leads), bins=range(0, 20), color=BLUE, rwidth=0.9)
    axes.set_xlabel("Mois entre la première alerte et l’ouverture de la procédure")
    axes.set_ylabel("Entreprises défaillantes")
    return _drawn(figure)
