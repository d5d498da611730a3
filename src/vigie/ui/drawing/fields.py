"""What the field templates read of a bound field: which kind of control, its classes, its hints, its errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.utils.html import escape
from django.utils.safestring import SafeString

from vigie.ui.drawing.addresses import PLACE, changed, path, without
from vigie.ui.drawing.markup import format_html, format_html_join
from vigie.ui.formats import number
from vigie.ui.forms import error_lines
from vigie.ui.widgets import Several

_CHECKED = escape(" checked")
_NAMED = 2  # choices that are named where they are folded; more are counted


def kind(bound: BoundField) -> str:
    """How the field is laid out: radios, checkboxes, several, checkbox, select, fieldset or input."""
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, Several):
        return "several"
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checkboxes"
    if isinstance(widget, forms.RadioSelect):
        return "radios"
    return "select" if isinstance(widget, forms.Select) else "input"


def drawing(bound: BoundField, mention: bool = True) -> dict[str, Any]:
    """The context of ``ui/forms/field.html``."""
    layout = kind(bound)
    limit = getattr(bound.field.widget, "limit", 0)
    described = _described_by(bound, limit)
    attrs: dict[str, str | bool] = {"class": _classes(bound, layout)}
    if bound.field.required and layout != "checkboxes":
        attrs["aria-required"] = "true"
    if layout in {"input", "select", "checkbox"}:
        attrs["aria-describedby"] = described
    group = layout in {"radios", "checkboxes", "several"}
    return {
        "field": bound,
        "kind": layout,
        "control": "" if group else bound.as_widget(attrs=attrs),
        "options": _folded(bound) if layout == "several" else _options(bound, layout) if group else "",
        "id": bound.id_for_label,
        "label": bound.label,
        "help_text": bound.help_text,
        "errors": bound.errors,
        "optional": mention and _optional(bound) and layout != "checkbox",
        "limit": limit,
        "limit_text": f"{number(limit)} caractères au plus" if limit else "",
        "messages_id": f"{bound.auto_id}_error",
    }


def _optional(bound: BoundField) -> bool:
    """Whether nothing need be answered; a field that an answer above makes necessary (``conditional``) is not."""
    return not bound.field.required and not getattr(bound.field, "conditional", False)


def _options(bound: BoundField, layout: str) -> SafeString:
    """The options of a group, each with its label and its hint."""
    kind = "radio" if layout == "radios" else "checkbox"
    return format_html_join(
        "\n",
        '<div class="fr-fieldset__element"><div class="fr-{}-group">{}'
        '<label class="fr-label" for="{}">{}{}</label></div></div>',
        ((kind, one.tag(), one.id_for_label, one.choice_label, _hint(one.choice_label)) for one in bound.subwidgets),
    )


def _folded(bound: BoundField) -> SafeString:
    """What is chosen, and under it the boxes: their labels hold them, a hundred départements are read at each page."""
    chosen = {str(value) for value in bound.value() or ()}
    widget = bound.field.widget
    boxes = format_html_join(
        "",
        '<label><input type="checkbox" name="{}" value="{}"{}> {}</label>',
        ((bound.html_name, code, _CHECKED if str(code) in chosen else "", label) for code, label in widget.choices),
    )
    shown = _choice_labels(bound, sorted(chosen))
    text = f"{number(len(shown))} choix" if len(shown) > _NAMED else ", ".join(shown) or widget.none
    return format_html(
        '<details><summary id="{}_0" data-vg-none="{}">{}</summary><div class="vg-several__boxes">{}</div></details>',
        bound.auto_id,
        widget.none,
        text,
        boxes,
    )


def _hint(label: Any) -> str:
    hint = getattr(label, "hint", "")
    return format_html('<span class="fr-hint-text">{}</span>', hint) if hint else ""


def _described_by(bound: BoundField, limit: int) -> str:
    """The elements read after the label. Messages come even when empty: the script writes in them."""
    parts = [f"{bound.auto_id}_helptext"] if bound.help_text else []
    parts += [f"{bound.auto_id}_limit"] if limit else []
    parts += [f"{bound.auto_id}_error"]
    return " ".join(parts)


def _classes(bound: BoundField, layout: str) -> str:
    own = str(bound.field.widget.attrs.get("class", ""))
    base = {"select": "fr-select", "input": "fr-input"}.get(layout, "")
    error = f"{base}--error" if base and bound.errors else ""
    return " ".join(filter(None, (base, error, own)))


def summary(form: forms.BaseForm) -> dict[str, Any]:
    """The context of ``ui/forms/errors.html``; nothing is shown when there is no error."""
    lines = error_lines(form) if form.is_bound else ()
    title = "Une réponse est à corriger" if len(lines) == 1 else f"{number(len(lines))} réponses sont à corriger"
    return {"lines": lines, "title": title}


def traps(form: forms.BaseForm) -> list[BoundField]:
    """The fields that only robots fill."""
    return [form[name] for name in getattr(form, "trap_fields", ())]


@dataclass(frozen=True)
class Chip:
    """A filter in use and the address of the list without it."""

    label: str
    value: str
    href: str


def active_filters(form: forms.BaseForm, request: HttpRequest | None, whole: str = "") -> list[Chip]:
    """The filters that narrow the list, each with the address that takes it off.

    whole: the address without filters, for the last one, when it is not that of the page.
    """
    chips: list[Chip] = []
    for bound in form.visible_fields():
        value = bound.value()
        if value in (None, "", [], (), False) or bound.errors:
            continue
        if kind(bound) == "several":
            chips += _chips_of(bound, value, request)
            continue
        shown = ", ".join(_choice_labels(bound, value))
        chips.append(Chip(str(bound.label), shown, changed(request, **dict.fromkeys((bound.html_name, *PLACE)))))
    bare = path(request)
    return [replace(chip, href=whole) if whole and chip.href == bare else chip for chip in chips]


def _chips_of(bound: BoundField, values: Any, request: HttpRequest | None) -> list[Chip]:
    """One chip for each of the values of a filter, which is taken off alone."""
    codes = list(dict.fromkeys(str(value) for value in values))
    labels = _choice_labels(bound, codes)
    return [
        Chip(str(bound.label), label, without(request, bound.html_name, code))
        for code, label in zip(codes, labels, strict=True)
    ]


def filters_left_out(form: forms.BaseForm) -> list[str]:
    """The filters of the address that cannot be applied, and why: a saved view may name a territory since lost."""
    return [
        f"«\u00a0{bound.label}\u00a0»\u00a0: {message}" for bound in form.visible_fields() for message in bound.errors
    ]


def _choice_labels(bound: BoundField, value: Any) -> list[str]:
    """The labels of the options chosen; the value itself for a free field; « oui » for a box."""
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return ["oui"]
    chosen = [str(item) for item in value] if isinstance(value, (list, tuple)) else [str(value)]
    if not hasattr(bound.field, "choices"):
        return chosen
    labels = {str(code): str(label) for code, label in bound.field.widget.choices}
    return [labels.get(item, item) for item in chosen]
