"""The common form controls, drawn without a template.

Django draws an input through three templates, and each option of a list through two more: a page of filters spent half
of its time there. The context is that of Django's own templates; ``format_html`` escapes each value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString

from vigie.ui.drawing.markup import format_html, format_html_join

_NO_ATTRIBUTE = escape("")
_OF_DJANGO = "django/forms/widgets/"
# An option of a group comes without its label, which « ui/forms/options.html » writes.
_INPUTS = (
    "text", "number", "email", "tel", "password", "hidden", "date", "checkbox", "radio_option", "checkbox_option",
)  # fmt: skip


def input_(widget: Mapping[str, Any]) -> SafeString:
    """An input of any type."""
    value = "" if widget["value"] is None else format_html(' value="{}"', widget["value"])
    return format_html(
        '<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, _attributes(widget["attrs"])
    )


def textarea(widget: Mapping[str, Any]) -> SafeString:
    """A text of several lines; browsers drop the first line end."""
    return format_html(
        '<textarea name="{}"{}>\n{}</textarea>', widget["name"], _attributes(widget["attrs"]), widget["value"] or ""
    )


def select(widget: Mapping[str, Any]) -> SafeString:
    """A list to choose from, in groups when the choices are."""
    return format_html(
        '<select name="{}"{}>{}</select>',
        widget["name"],
        _attributes(widget["attrs"]),
        format_html_join("", "{}", ((group,) for group in _groups(widget["optgroups"]))),
    )


def _groups(given: Iterable[tuple[str | None, list[dict[str, Any]], int]]) -> Iterator[SafeString]:
    """The options; Django gives each of those that are in no group as a group of its own."""
    for (name, _), groups in groupby(given, lambda one: (one[0], one[0] and one[2])):
        drawn = format_html_join(
            "",
            '\n<option value="{}"{}>{}</option>',
            ((one["value"], _attributes(one["attrs"]), one["label"]) for _, options, _ in groups for one in options),
        )
        yield format_html('\n<optgroup label="{}">{}</optgroup>', name, drawn) if name else drawn


def _attributes(attrs: Mapping[str, Any]) -> SafeString:
    if not attrs:  # most options
        return _NO_ATTRIBUTE
    shown = [(name, value) for name, value in attrs.items() if value is not False]
    return format_html_join(
        "", "{}{}", ((f" {name}", "" if value is True else format_html('="{}"', value)) for name, value in shown)
    )


DRAWN: dict[str, Callable[[Mapping[str, Any]], SafeString]] = {
    **{f"{_OF_DJANGO}{name}.html": input_ for name in _INPUTS},
    f"{_OF_DJANGO}textarea.html": textarea,
    f"{_OF_DJANGO}select.html": select,
}
