"""A chart as the attributes of dsfr-chart's elements, and as the table that says the same."""

from __future__ import annotations

import json
from decimal import Decimal

from vigie.ui.components import Cell, Chart, Column, Series, Table
from vigie.ui.formats import NBSP, Number, number


def attributes(chart: Chart) -> dict[str, str]:
    """The JSON texts of an element of dsfr-chart: one list of labels and figures per series."""
    shared = chart.kind == "pie"
    figures = [[_plain(value) for value in series.values] for series in chart.series]
    labels = [list(chart.labels) for _ in chart.series]
    return {
        "x": _json(labels),
        "y": _json(figures),
        "name": _json(list(chart.labels) if shared else [series.name for series in chart.series]),
        "unit": chart.unit,
        "places": _json(dict(zip(chart.codes, figures[0], strict=True))) if chart.codes else "",
        "whole": "" if chart.whole is None else _json(_plain(chart.whole)),
    }


def table(chart: Chart) -> Table:
    """The figures of the chart, one row per label."""
    columns = (Column(chart.axis, header=True), *(Column(series.name, numeric=True) for series in chart.series))
    rows = tuple(
        (Cell(label), *(_shown(series, rank, chart) for series in chart.series))
        for rank, label in enumerate(chart.labels)
    )
    return Table(caption=chart.title, columns=columns, rows=rows, caption_hidden=True)


def _plain(value: Number | None) -> float | int | None:
    return float(value) if isinstance(value, Decimal) else value


def _shown(series: Series, rank: int, chart: Chart) -> Cell:
    value = series.values[rank]
    if value is None:
        return Cell(series.absent[rank] if series.absent else chart.missing)
    text = number(value, 0 if float(value).is_integer() else 1)
    return Cell(f"{text}{NBSP}{chart.unit}" if chart.unit else text)


def _json(value: list | dict | float | None) -> str:
    return json.dumps(value, ensure_ascii=False)
