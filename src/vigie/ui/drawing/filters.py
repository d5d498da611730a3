"""The fields of a bar of filters, drawn once for the same form with the same answers.

A list bears twenty of them and a hundred boxes, in a bar that is closed: a sixth of its page.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from vigie.ui.drawing.fields import drawing
from vigie.ui.drawing.markup import format_html_join

MOST = 200  # bars; a name that is looked for makes one of its own


class _Bar:
    """A form, the same as any other that would be drawn alike."""

    def __init__(self, form: BaseForm) -> None:
        self.form = form
        self.key = (type(form), form.auto_id, form.prefix, tuple(_key(bound) for bound in form))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bar) and self.key == other.key


def bar(form: BaseForm) -> SafeString:
    """Its fields, one under the other, without « (facultatif) »: no filter is due."""
    return _draw(form) if form.errors else _drawn(_Bar(form))


@lru_cache(maxsize=MOST)
def _drawn(bar: _Bar) -> SafeString:
    return _draw(bar.form)


def _draw(form: BaseForm) -> SafeString:
    drawings = (render_to_string("ui/forms/field.html", drawing(bound, mention=False)) for bound in form)
    return format_html_join("", "{}", ((one,) for one in drawings))


def _key(bound: BoundField) -> Hashable:
    """All that the drawing of a field reads."""
    field: Any = bound.field
    value = bound.value()
    return (
        bound.html_name,
        str(bound.label),
        str(field.help_text),
        field.required,
        field.disabled,
        type(field.widget),
        tuple(sorted((name, str(one)) for name, one in field.widget.attrs.items())),
        getattr(field.widget, "limit", 0),
        getattr(field.widget, "none", ""),
        tuple(map(str, value)) if isinstance(value, list | tuple) else str(value),
        _choices(getattr(field, "choices", ())),
    )


def _choices(offered: Any) -> Hashable:
    return tuple(
        (str(code), _choices(label) if isinstance(label, list | tuple) else _words(label)) for code, label in offered
    )


def _words(label: Any) -> Hashable:
    """A choice may bear a hint."""
    return str(label), str(getattr(label, "hint", ""))
