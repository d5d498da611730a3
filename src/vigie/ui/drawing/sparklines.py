"""A trend as a line a few letters wide: a small SVG whose name says what it shows."""

from __future__ import annotations

from django.utils.safestring import SafeString

from vigie.ui.components import Spark
from vigie.ui.drawing.markup import format_html

STEP, HEIGHT, EDGE = 6, 20, 2


def sparkline(spark: Spark) -> SafeString:
    """The line from the first figure to the last; where a figure is unknown it is cut."""
    path = _path(spark)
    width = STEP * (len(spark.values) - 1) + 2 * EDGE
    return format_html(
        '<svg class="vg-spark" viewBox="0 0 {} {}" role="img" aria-label="{}"><path d="{}"/></svg>',
        width, HEIGHT, spark.label, path,
    )  # fmt: skip


def _path(spark: Spark) -> str:
    """Zero is the ground: a line at the top of its drawing is its highest figure, not a rise."""
    top = max([value for value in spark.values if value is not None] or [0]) or 1
    drawn, pen = [], "M"
    for rank, value in enumerate(spark.values):
        if value is None:
            pen = "M"
            continue
        height = HEIGHT - EDGE - max(value, 0) * (HEIGHT - 2 * EDGE) / top
        drawn.append(f"{pen}{EDGE + rank * STEP} {height:.1f}")
        pen = "L"
    return "".join(drawn)
