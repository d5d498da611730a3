import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.kernel import siren as s
from vigie.kernel.errors import InvalidInput


@given(st.from_regex(r"[0-9]{8}", fullmatch=True))
def test_key_makes_a_valid_siren(payload: str) -> None:
    assert s.is_siren(s.with_key(payload))


@given(st.from_regex(r"[0-9]{8}", fullmatch=True), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(payload: str, rank: int, shift: int) -> None:
    good = s.with_key(payload)

    wrong = good[:rank] + str((int(good[rank]) + shift) % 10) + good[rank + 1 :]

    assert not s.is_siren(wrong)


@pytest.mark.parametrize(
    "typed",
    [
        "732 829 320 00074",
        "732.829.320.00074",
        "732829320-00074",
        "\u00a0732829320\u202f00074 ",
        "SIRET 73282932000074"[6:],
    ],
)
def test_siret_is_read_whatever_its_separators(typed: str) -> None:
    assert s.parse_siret(typed) == "73282932000074"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "siret_length"),
        ("7328293200007", "siret_length"),
        ("732829320000745", "siret_length"),
        ("1,23E+13", "siret_length"),
        ("７３２８２９３２００００７４", "siret_length"),
        ("73282932000075", "siret_key"),
        ("73282932100074", "siret_key"),
    ],
)
def test_wrong_siret_is_refused_with_what_to_do(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        s.parse_siret(typed)

    assert caught.value.code == code
    assert "par son nom" in caught.value.message_fr


def test_establishments_of_la_poste_follow_their_own_rule() -> None:
    assert s.is_siret("35600000000048")
    assert s.is_siret("35600000049837")  # digits add up to 45; Luhn does not hold
    assert not s.is_siret("35600000049838")


def test_shown_in_groups() -> None:
    assert s.show_siret("73282932000074") == "732\u00a0829\u00a0320\u00a000074"


@pytest.mark.parametrize("text", ["", "73282932", "7328293200", "73282932A", "٧٣٢٨٢٩٣٢٠"])
def test_not_a_siren(text: str) -> None:
    """Flaw 18: the reference cut a SIREN to eight digits and asked for it all the same."""
    assert not s.is_siren(text)
