from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from vigie.ui import gallery_samples as samples
from vigie.ui.fields import (
    RAW_LIMIT,
    CleanLineField,
    CleanTextField,
    EmailField,
    PersonNameField,
    PhoneField,
    SiretField,
)

BIDI = "\u202e"
FULL_WIDTH_SIRET = "２９００００"


def refused(field: forms.Field, typed: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        field.clean(typed)
    return " ".join(caught.value.messages)


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        (CleanLineField(), f"  Aux\tTrois{BIDI}\x00 \n Épis ", "Aux Trois Épis"),
        (CleanTextField(), f"ligne 1\r\nligne 2\u200b{BIDI}", "ligne 1\nligne 2"),
        (CleanTextField(), samples.HOSTILE, samples.HOSTILE),
        (PersonNameField(), "marie-claude PETIT", "Marie-Claude Petit"),
        (EmailField(), " Marie.Petit@Example,example ", "marie.petit@example.example"),
        (PhoneField(), "+33 1.39.98.12.34", "01 39 98 12 34"),
        (PhoneField(), "139981234", "01 39 98 12 34"),
        (PhoneField(), "+41 22 345 67 89", "+41223456789"),
        (SiretField(), f" {samples.FIRMS[0][1][:9]} {samples.FIRMS[0][1][9:]} ", samples.FIRMS[0][1]),
    ],
)
def test_what_is_typed_is_cleaned(field: forms.Field, typed: str, kept: str) -> None:
    assert field.clean(typed) == kept


@pytest.mark.parametrize("field", [CleanLineField, CleanTextField, EmailField, PhoneField, SiretField])
@pytest.mark.parametrize("typed", ["", None, "   ", "\u200b"])
def test_nothing_typed_is_said_once_and_in_french(field: type[CleanLineField], typed: str | None) -> None:
    if field is SiretField and typed:
        assert "14 chiffres" in refused(field(), typed)
        return
    assert refused(field(), typed) == "Remplissez ce champ."
    assert field(required=False).clean(typed) == ""


def test_length_is_counted_after_cleaning() -> None:
    field = CleanLineField(max_length=5)

    assert field.clean("  ab\u200b\u200b \n cd ") == "ab cd"
    assert refused(field, "abcdef") == (
        "Ce texte est trop long\u00a0: 6\u00a0caractères pour 5 au plus. Raccourcissez-le."
    )


def test_a_hundred_thousand_characters_are_refused_with_both_figures() -> None:
    assert "100\u202f000\u00a0caractères pour 5\u202f000 au plus" in refused(CleanTextField(), "é" * 100_000)


def test_beyond_what_is_read_the_text_is_not_even_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CleanTextField, "clean_value", lambda *_: pytest.fail("cleaned"))

    assert "trop long" in refused(CleanTextField(), "a" * (RAW_LIMIT + 1))


@pytest.mark.parametrize("typed", ["marie.petit", "a@b", "a b@c", "@example.example", "a@exa mple"])
def test_wrong_address_says_what_a_right_one_is(typed: str) -> None:
    assert "Exemple" in refused(EmailField(), typed)


@pytest.mark.parametrize("typed", ["12", "00 00 00 00 00", "+12", "abc", "01 39 98 12 3"])
def test_wrong_number_says_what_a_right_one_is(typed: str) -> None:
    assert "Exemple" in refused(PhoneField(), typed)
    assert "Exemple" in refused(PhoneField(required=False), typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("29000001", "14 chiffres"), ("29000000000000", "erreur de frappe"), (FULL_WIDTH_SIRET, "14 chiffres")],
)
def test_wrong_siret_says_what_to_do(typed: str, said: str) -> None:
    message = refused(SiretField(), typed)

    assert said in message
    assert "cherchez l’entreprise par son nom" in message


@pytest.mark.parametrize(
    ("field", "attribute", "value"),
    [
        (EmailField(), "autocomplete", "email"),
        (PhoneField(), "autocomplete", "tel"),
        (PersonNameField(), "autocomplete", "name"),
        (PersonNameField(autocomplete="given-name"), "autocomplete", "given-name"),
        (SiretField(), "inputmode", "numeric"),
    ],
)
def test_browser_is_told_what_is_asked(field: forms.Field, attribute: str, value: str) -> None:
    assert field.widget.attrs[attribute] == value


def test_browser_is_not_told_to_cut_a_pasted_text() -> None:
    assert "maxlength" not in CleanTextField(max_length=10).widget.attrs
