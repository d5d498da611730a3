"""The lines of a sheet that are many: a story, other objects. Drawn without a template, as the rows of a table are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.safestring import SafeString

from vigie.ui.components import Mention, Step
from vigie.ui.drawing import words
from vigie.ui.drawing.markup import format_html, format_html_join
from vigie.ui.formats import day

END = format_html('{}"', "")
CURRENT = format_html(' vg-timeline__step--current" aria-current="{}"', "step")
COMING = format_html('<span class="fr-sr-only"> {}</span>', "(à venir)")


def mentions(items: Sequence[Mention], style: str, now: datetime | None) -> SafeString:
    """Other objects, one a line: its name, its state, why it is listed and since when."""
    lines = (
        (
            style,
            one.href,
            one.label,
            words.badge(one.state.badge, one.state.label, small=True),
            format_html("{} · ", one.text) if one.text else "",
            words.moment(one.at, now),
        )
        for one in items
    )
    drawn = format_html_join("", '<li class="{}"><a href="{}">{}</a> {} <span class="vg-hint">{}{}</span></li>', lines)
    return format_html('<ul class="fr-raw-list">{}</ul>', drawn)


def timeline(steps: Sequence[Step], now: datetime | None) -> SafeString:
    """A story, the oldest first; what has not happened yet is dimmed."""
    drawn = format_html_join("\n  ", "{}", ((_step(one, now),) for one in steps))
    return format_html('<ol class="fr-raw-list vg-timeline">\n  {}\n</ol>', drawn)


def _step(step: Step, now: datetime | None) -> SafeString:
    when: str = ""
    if step.at:
        told = day(step.at) if step.whole_day else words.moment(step.at, now)
        when = format_html('<p class="vg-timeline__when">{}</p>', told)
    return format_html(
        '<li class="vg-timeline__step{}{}><p class="vg-timeline__title">{}{}</p> {} {}</li>',
        "" if step.at else " vg-timeline__step--coming",
        CURRENT if step.current else END,
        step.title,
        "" if step.at else COMING,
        when,
        format_html("<p>{}</p>", step.text) if step.text else "",
    )
