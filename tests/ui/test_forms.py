from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.http import QueryDict

from tests.ui.drawn import Node, draw, read
from vigie.ui import gallery_samples as samples
from vigie.ui.fields import CleanLineField, CleanTextField
from vigie.ui.forms import DsfrForm, FormTokenMixin, HoneypotMixin, error_lines, new_form_token, sign_moment
from vigie.ui.widgets import Choice, Combobox

TOKEN = "a" * 32


class GuardedForm(HoneypotMixin, FormTokenMixin, DsfrForm):
    name = CleanLineField(label="Nom")
    topics = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], required=False)


def sent(at: datetime, *, after: float = 60, **changed: str) -> GuardedForm:
    data = {"name": "Aux Trois Épis", "form_token": TOKEN, "filled_from": sign_moment(at), "website": "", **changed}
    return GuardedForm(data, at=at + timedelta(seconds=after), token=new_form_token())


# --- guards ---------------------------------------------------------------------------------------------------------
def test_a_person_passes(at: datetime) -> None:
    form = sent(at)

    assert form.is_valid()
    assert form.cleaned_data["form_token"] == TOKEN


def test_the_trap_catches_who_fills_everything(at: datetime) -> None:
    form = sent(at, website="https://spam.example")

    assert form.has_error("website", "trap")


@pytest.mark.parametrize(("after", "fast"), [(0, True), (2.9, True), (3.1, False), (90_000, False)])
def test_a_form_filled_in_no_time_is_refused(at: datetime, after: float, fast: bool) -> None:
    assert sent(at, after=after).has_error("filled_from", "too_fast") is fast


def test_too_fast_then_sent_again_passes(at: datetime) -> None:
    first = sent(at, after=1)
    assert not first.is_valid()

    again = GuardedForm({**first.data, "name": "Aux Trois Épis"}, at=at + timedelta(seconds=9), token=new_form_token())

    assert again.is_valid()


@pytest.mark.parametrize("forged", ["", "1", "1700000000:forged", "x" * 500])
def test_a_forged_moment_is_refused_and_the_form_shown_again_can_be_sent(at: datetime, forged: str) -> None:
    form = sent(at, filled_from=forged)

    assert form.has_error("filled_from", "filled_from")
    fresh = form["filled_from"].value()
    assert sent(at, filled_from=fresh, after=120).is_valid()


@pytest.mark.parametrize("forged", ["", "short", "a" * 65, "é" * 20, "a b c d e f g h i j"])
def test_a_forged_token_is_refused_and_replaced(at: datetime, forged: str) -> None:
    form = sent(at, form_token=forged)

    assert form.has_error("form_token", "form_token")
    assert form["form_token"].value() == form.token


def test_replacing_a_hidden_field_keeps_the_boxes_ticked(at: datetime) -> None:
    data = QueryDict("name=a&topics=a&topics=b&form_token=x")

    form = GuardedForm(data, at=at, token=TOKEN)
    form.is_valid()

    assert form["topics"].value() == ["a", "b"]


def test_tokens_are_all_different_and_well_shaped(at: datetime) -> None:
    tokens = {new_form_token() for _ in range(100)}

    assert len(tokens) == 100
    assert all(sent(at, form_token=token).is_valid() for token in tokens)


def test_initial_values_of_the_page_are_kept_and_not_changed(at: datetime) -> None:
    initial = {"name": "Aux Trois Épis"}

    form = GuardedForm(initial=initial, at=at, token=TOKEN)

    assert form["name"].value() == "Aux Trois Épis"
    assert form["form_token"].value() == TOKEN
    assert initial == {"name": "Aux Trois Épis"}


def test_trap_is_out_of_sight_and_of_the_tab_order(at: datetime) -> None:
    form = GuardedForm(at=at, token=TOKEN)

    drawn = draw("{% form_fields form %}{% form_hidden form %}", form=form)

    trap = drawn.one("div", "vg-trap").one("input")
    assert (trap.attrs["tabindex"], trap.attrs["autocomplete"]) == ("-1", "off")
    assert {field.attrs["name"] for field in drawn.all("input", type="hidden")} == {"form_token", "filled_from"}


def test_trap_that_caught_a_person_is_shown(at: datetime) -> None:
    form = sent(at, website="rempli par le navigateur")
    form.is_valid()

    drawn = draw("{% form_hidden form %}", form=form)

    assert drawn.all("div", "vg-trap") == []
    assert "Videz ce champ" in drawn.text


# --- drawing --------------------------------------------------------------------------------------------------------
class OneOfEach(DsfrForm):
    line = CleanLineField(label="Ligne", help_text="Une aide")
    text = CleanTextField(label="Texte", required=False, max_length=2000)
    choice = forms.ChoiceField(label="Liste", choices=[("a", "A")])
    radio = forms.ChoiceField(
        label="Boutons", widget=forms.RadioSelect, choices=[("a", Choice("A", "Aide A")), ("b", "B")]
    )
    boxes = forms.MultipleChoiceField(label="Cases", widget=forms.CheckboxSelectMultiple, choices=[("a", "A")])
    box = forms.BooleanField(label="Accord", required=False)
    company = CleanLineField(
        label="Entreprise", widget=Combobox(source="/entreprises/", value_name="siret", value="1", submit=True)
    )


@pytest.fixture
def wrong() -> OneOfEach:
    form = OneOfEach({"line": "", "text": "é" * 2001, "choice": "z"})
    form.is_valid()
    return form


def _field(form: forms.BaseForm, name: str) -> Node:
    return draw("{% field bound %}", bound=form[name])


pytestmark = pytest.mark.usefixtures("strict_templates")


def test_line_is_named_described_and_required_without_the_browser_s_own_message() -> None:
    drawn = _field(OneOfEach(), "line")

    control = drawn.one("input")
    assert drawn.one("label").attrs["for"] == control.attrs["id"]
    assert control.attrs["aria-required"] == "true"
    assert "required" not in control.attrs
    assert control.attrs["aria-describedby"].split() == ["id_line_helptext", "id_line_error"]
    assert {node.attrs["id"] for node in drawn.all() if "id" in node.attrs} >= {"id_line_helptext", "id_line_error"}


def test_wrong_line_says_so_beside_the_field(wrong: OneOfEach) -> None:
    drawn = _field(wrong, "line")

    assert drawn.one("input").attrs["aria-invalid"] == "true"
    assert {"fr-input", "fr-input--error"} <= drawn.one("input").classes
    assert drawn.all("div", "fr-input-group--error")
    assert drawn.one("p", "fr-message--error").text == "Remplissez ce champ."


def test_text_keeps_what_was_typed_and_counts_it(wrong: OneOfEach) -> None:
    drawn = _field(wrong, "text")

    assert drawn.one("textarea").text == "é" * 2001
    counter = drawn.one("p", "vg-counter")
    assert counter.text == "2 000 caractères au plus"
    assert counter.attrs["data-vg-counter"] == drawn.one("textarea").attrs["id"]
    assert counter.attrs["id"] in drawn.one("textarea").attrs["aria-describedby"]
    assert "(facultatif)" in drawn.one("label").text


def test_list(wrong: OneOfEach) -> None:
    drawn = _field(wrong, "choice")

    assert "fr-select" in drawn.one("select").classes
    assert drawn.all("div", "fr-select-group--error")


@pytest.mark.parametrize(("name", "role"), [("radio", "radiogroup"), ("boxes", None)])
def test_options_are_grouped_under_their_question(wrong: OneOfEach, name: str, role: str | None) -> None:
    drawn = _field(wrong, name).one("fieldset")

    assert drawn.attrs.get("role") == role
    labelled = drawn.attrs["aria-labelledby"].split()
    assert labelled == [drawn.one("legend").attrs["id"], f"id_{name}_error"]
    assert [label.attrs["for"] for label in drawn.all("label")] == [box.attrs["id"] for box in drawn.all("input")]
    assert drawn.one("p", "fr-message--error").text


def test_option_may_have_a_hint() -> None:
    hints = [hint.text for hint in _field(OneOfEach(), "radio").all("span", "fr-hint-text")]

    assert hints == ["Aide A"]


def test_box_has_its_label_after_it() -> None:
    drawn = _field(OneOfEach(), "box").one("div", "fr-checkbox-group")

    assert [child.tag for child in drawn.children] == ["input", "label", "div"]
    assert drawn.one("label").text == "Accord"


def test_combobox_is_a_plain_input_without_script() -> None:
    drawn = _field(OneOfEach(), "company")

    box = drawn.one("div", "vg-combobox")
    assert box.attrs["data-vg-combobox"] == "/entreprises/"
    assert "data-vg-submit" in box.attrs
    assert drawn.one("input", type="text").attrs["name"] == "company"
    hidden = drawn.one("input", type="hidden")
    assert (hidden.attrs["name"], hidden.attrs["value"]) == ("siret", "1")


def test_summary_leads_to_each_field_at_fault_and_nowhere_else(wrong: OneOfEach) -> None:
    wrong.add_error(None, "Cette demande existe déjà.")

    drawn = read(str(wrong))

    summary = drawn.one("div", "vg-errors")
    assert summary.one("h2").text == "7 réponses sont à corriger"
    assert summary.all("li")[0].text == "Cette demande existe déjà."
    ids = {node.attrs["id"] for node in drawn.all() if "id" in node.attrs}
    targets = [link.attrs["href"] for link in summary.all("a")]
    assert targets == ["#id_line", "#id_text", "#id_choice", "#id_radio_0", "#id_boxes_0", "#id_company"]
    assert all(target[1:] in ids for target in targets)


def test_summary_of_one_error_and_of_none(wrong: OneOfEach) -> None:
    one = DsfrForm({})
    one.add_error(None, "Non.")

    assert draw("{% form_errors form %}", form=one).one("h2").text == "Une réponse est à corriger"
    assert draw("{% form_errors form %}", form=OneOfEach()).children == []


def test_errors_of_hidden_fields_are_not_lost(at: datetime) -> None:
    form = sent(at, after=0)
    form.is_valid()

    lines = error_lines(form)

    assert [line.href for line in lines] == [""]
    assert "trop vite" in lines[0].message


def test_whole_form_draws_every_field_once(wrong: OneOfEach) -> None:
    drawn = read(str(wrong))

    names = [node.attrs["name"] for node in drawn.all() if node.tag in {"input", "select", "textarea"}]
    assert [name for name in dict.fromkeys(names)] == [
        "line",
        "text",
        "choice",
        "radio",
        "boxes",
        "box",
        "company",
        "siret",
    ]


def test_fields_of_another_form_are_drawn_too() -> None:
    class Plain(forms.Form):
        login = forms.EmailField(label="Adresse", widget=forms.EmailInput(attrs={"class": "x", "autofocus": True}))

    drawn: Any = draw("{% field bound %}", bound=Plain()["login"])

    assert drawn.one("input").classes == {"fr-input", "x"}


def test_hostile_text_comes_back_as_text() -> None:
    drawn = draw("{% field bound %}", bound=OneOfEach({"line": samples.HOSTILE})["line"])

    assert drawn.one("input").attrs["value"] == samples.HOSTILE
    assert drawn.all("script") == []
