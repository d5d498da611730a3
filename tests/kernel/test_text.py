import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.kernel.text import clean_email, clean_line, clean_person_name, clean_phone, clean_text, fold, is_plain


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),  # text stays text; pages escape
        ("pay\u202eesrever\u202c", "payesrever"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("a\x00b\x07c", "abc"),
        ("ligne 1\r\nligne 2\rligne 3", "ligne 1\nligne 2\nligne 3"),
        ("e\u0301", "é"),
        ("{{7*7}} %s ../", "{{7*7}} %s ../"),
        ("café 🥐", "café 🥐"),
        ("lone \ud800 surrogate", "lone  surrogate"),
    ],
)
def test_clean_text(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


def test_ten_thousand_accents_on_one_letter_are_cut() -> None:
    assert len(clean_text("a" + "\u0316" * 10_000)) <= 4


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_text(text)

    assert clean_text(once) == once
    assert "\n" not in clean_line(text)


@pytest.mark.parametrize(
    ("name", "folded"),
    [("Boulangerie de l’Œuf", "BOULANGERIE DE L OEUF"), ("ÉTS. Müller & Fils", "ETS MULLER FILS"), ("  ", "")],
)
def test_fold(name: str, folded: str) -> None:
    assert fold(name) == folded


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" Jean.Dupont@Exemple,FR ", "jean.dupont@exemple.fr"), ("éric@a;b", "eric@a.b"), ("a..b@c.fr", "a.b@c.fr")],
)
def test_clean_email(typed: str, kept: str) -> None:
    assert clean_email(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0123456789", "01 23 45 67 89"),
        ("1 23 45 67 89", "01 23 45 67 89"),
        ("+33 1 23 45 67 89", "01 23 45 67 89"),
        ("+41 22 123 45 67", "+41221234567"),
        ("3949", "3949"),
    ],
)
def test_clean_phone(typed: str, kept: str) -> None:
    assert clean_phone(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("jean-paul MARTIN", "Jean-Paul Martin"), ("  anne   de La Tour ", "Anne De La Tour"), ("", "")],
)
def test_clean_person_name(typed: str, kept: str) -> None:
    assert clean_person_name(typed) == kept


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_is_read_as_beside_an_accent(text: str) -> None:
    """Plain characters take a shorter way, which must lead to the same place."""
    assert fold(f"{text} é") == f"{fold(text)} E".strip()
    assert clean_text(f"é{clean_text(text)}é") == f"é{clean_text(text)}é"
    assert clean_text(text) == clean_text(f"{text}\u200b")


PLAIN = [chr(code) for code in range(0x2100) if is_plain(chr(code))]


@given(st.text(st.sampled_from(PLAIN)))
def test_a_line_of_french_is_read_as_the_long_way_would(text: str) -> None:
    assert is_plain(text)
    assert clean_text(text) == clean_text(f"{text}\u200b")


def test_plain_lines_hold_french_and_nothing_that_hides() -> None:
    assert is_plain("L’Œuf d’Élodie – 12\u00a0000\u202f€ « net »")
    assert len(PLAIN) > 600
    assert not any(is_plain(text) for text in ("a\u200b", "a\u202e", "e\u0301", "a\x00", "a\n", "a\u2028", "a\ufffe"))
    assert all(clean_text(f"a{one}\u200bb") == f"a{one}b" for one in PLAIN)
