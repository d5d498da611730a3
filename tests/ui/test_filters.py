"""A bar of filters is drawn once for the same form and answers, and never for others."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string

from vigie.ui.drawing import filters
from vigie.ui.drawing.fields import drawing
from vigie.ui.fields import CleanLineField
from vigie.ui.forms import DsfrForm
from vigie.ui.widgets import Choice, Several


class Bar(DsfrForm):
    q = CleanLineField(label="Entreprise", required=False, max_length=20)
    level = forms.ChoiceField(label="Risque", required=False, choices=[("", "Tous"), ("strong", "fort")])
    place = forms.MultipleChoiceField(label="Département", required=False, widget=Several(none="Tous"))
    mine = forms.BooleanField(label="Les miennes", required=False)
    least = forms.IntegerField(label="Au moins", required=False, min_value=0)

    def __init__(self, *args: Any, places: tuple[tuple[str, str], ...] = (("30", "Gard"),), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]


def anew(form: forms.BaseForm) -> str:
    return "".join(render_to_string("ui/forms/field.html", drawing(bound, mention=False)) for bound in form)


BARS: dict[str, dict[str, Any]] = {
    "nothing": {"asked": ""},
    "name": {"asked": "q=boulange"},
    "name with a mark": {"asked": "q=%3Cb%3E"},
    "level": {"asked": "level=strong"},
    "one place": {"asked": "place=30"},
    "two places": {"asked": "place=30&place=34", "places": (("30", "Gard"), ("34", "Hérault"))},
    "other places": {"asked": "", "places": (("34", "Hérault"),)},
    "a place with a hint": {"asked": "", "places": (("34", Choice("Hérault", "Préfecture : Montpellier")),)},
    "mine": {"asked": "mine=on"},
    "a fault": {"asked": "least=-2"},
    "another fault": {"asked": "level=none"},
}


@pytest.mark.parametrize("name", BARS)
def test_a_bar_kept_is_the_one_that_would_be_drawn(name: str) -> None:
    def form() -> Bar:
        told = dict(BARS[name])
        return Bar(QueryDict(told.pop("asked")), **told)

    for other in BARS.values():  # all of them are kept first
        filters.bar(Bar(QueryDict(other["asked"]), **{k: v for k, v in other.items() if k != "asked"}))
    assert filters.bar(form()) == filters.bar(form()) == anew(form())


def test_labels_and_hints_of_this_form_are_read() -> None:
    one, other = Bar(QueryDict("")), Bar(QueryDict(""))
    filters.bar(one)
    other.fields["q"].label = "Nom de l’entreprise"
    other.fields["least"].help_text = "Salariés"
    del other.fields["mine"]

    assert filters.bar(other) == anew(other)
    assert "Salariés" in filters.bar(other)


def test_the_same_bar_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    filters.bar(Bar(QueryDict("q=une+fois")))
    monkeypatch.setattr(filters, "_draw", lambda form: pytest.fail("drawn again"))

    filters.bar(Bar(QueryDict("q=une+fois")))
