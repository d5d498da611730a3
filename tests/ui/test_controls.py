"""Controls drawn without a template: the same as Django's own, and nothing typed gets out of its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting

from tests.ui.drawn import read
from vigie.ui.forms import DsfrRenderer

HOSTILE = "\"><script>alert('x')</script> & {{ 7 }}"
CHOICES = [("", "Toutes"), ("Groupe < 1", [("a", "A & B"), (HOSTILE, HOSTILE)]), ("b", "B")]
WIDGETS: list[tuple[forms.Widget, Any]] = [
    (forms.TextInput({"class": "fr-input", "aria-required": "true"}), HOSTILE),
    (forms.TextInput({"hidden": True, "disabled": False}), None),
    (forms.NumberInput({"min": 0}), 0),
    (forms.EmailInput(), "une.personne@antenne.example"),
    (forms.HiddenInput(), HOSTILE),
    (forms.CheckboxInput(), True),
    (forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), "2026-11-22"),
    (forms.Textarea({"rows": 3}), f"\n{HOSTILE}\n"),
    (forms.Textarea(), None),
    (forms.Select(choices=CHOICES), HOSTILE),
    (forms.SelectMultiple(choices=CHOICES), ["a", "b"]),
]


def shape(html: str) -> list[tuple[str, Mapping[str, str], str]]:
    return [(node.tag, node.attrs, node.text) for node in read(html).all()]


@pytest.mark.parametrize(("widget", "value"), WIDGETS)
def test_a_control_is_the_one_django_draws(widget: forms.Widget, value: Any) -> None:
    attrs = {"id": "id_champ", "title": HOSTILE}

    ours = widget.render("champ", value, attrs, DsfrRenderer())
    django = widget.render("champ", value, attrs, TemplatesSetting())

    assert shape(ours) == shape(django)
    assert "<script" not in ours
    if isinstance(widget, forms.Textarea):
        assert ours == django  # to the line end: a text that begins with an empty line keeps it


@pytest.mark.parametrize("kind", [forms.RadioSelect, forms.CheckboxSelectMultiple])
def test_the_options_of_a_group_are_drawn_one_by_one(kind: type[forms.ChoiceWidget]) -> None:
    widget = kind(choices=[("a", "A"), (HOSTILE, HOSTILE)])

    drawn = [
        forms.boundfield.BoundWidget(widget, data, DsfrRenderer()).tag()
        for data in widget.subwidgets("choix", ["a"], {"id": "id_choix"})
    ]

    assert [read(one).one("input").attrs["value"] for one in drawn] == ["a", HOSTILE]
    assert [one.count("checked") for one in drawn] == [1, 0]
    assert "<script" not in "".join(drawn)
