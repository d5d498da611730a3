from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.kernel.period import Month
from vigie.ui import formats

NB, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (12345, 0, f"12{NARROW}345"),
        (1234567.5, 1, f"1{NARROW}234{NARROW}567,5"),
        (-12345, 0, f"{MINUS}12{NARROW}345"),
        (0.5, 0, "1"),
        (-0.4, 0, "0"),
        (2.675, 2, "2,68"),
        (Decimal("1234.50"), 2, f"1{NARROW}234,50"),
    ],
)
def test_number(value: formats.Number, decimals: int, shown: str) -> None:
    assert formats.number(value, decimals) == shown


def test_euros_hold_to_their_sign() -> None:
    assert formats.euros(12345) == f"12{NARROW}345{NB}€"
    assert formats.euros(Decimal("0.05"), 2) == f"0,05{NB}€"


def test_percent_reads_a_ratio() -> None:
    assert formats.percent(0.032) == f"3,2{NB}%"
    assert formats.percent(1, 0) == f"100{NB}%"
    assert formats.percent(-0.015) == f"{MINUS}1,5{NB}%"


@given(st.integers(-(10**12), 10**12))
def test_a_number_can_be_read_back(value: int) -> None:
    assert int(formats.number(value).replace(NARROW, "").replace(MINUS, "-")) == value


@pytest.mark.parametrize(
    ("count", "word"), [(0, "besoin"), (1, "besoin"), (1.5, "besoin"), (2, "besoins"), (1204, "besoins")]
)
def test_zero_and_one_are_singular(count: int, word: str) -> None:
    assert formats.plural(count, "besoin") == word


@pytest.mark.parametrize(("text", "said"), [
    ("Deux mots", "Deux mots"),
    ("Un commerce de village avec mon conjoint. Merci", "Un commerce de village avec mon conjoint…"),
    ("Le chiffre d’affaires baisse, puis remonte beaucoup", "Le chiffre d’affaires baisse, puis remonte…"),
])  # fmt: skip
def test_a_text_is_cut_after_a_word_without_its_full_stop(text: str, said: str) -> None:
    assert formats.shortened(text, 46) == said


def test_plural_of_a_word_that_does_not_take_an_s() -> None:
    assert formats.counted(1204, "travail", "travaux") == f"1{NARROW}204{NB}travaux"


def test_list_of_words() -> None:
    assert formats.listed([]) == ""
    assert formats.listed(["a"]) == "a"
    assert formats.listed(["a", "b", "c"]) == "a, b et c"
    assert formats.listed(["a", "b"], last="ou") == "a ou b"


def test_dates() -> None:
    assert formats.day(date(2025, 3, 4)) == f"4{NB}mars 2025"
    assert formats.day(date(2025, 3, 1)) == f"1er{NB}mars 2025"
    assert formats.day_short(date(2025, 3, 4)) == "04/03/2025"
    assert formats.month(Month(2026, 10)) == "octobre 2026"


def test_moments_are_shown_in_paris() -> None:
    late = datetime(2025, 6, 30, 22, 2, tzinfo=UTC)

    assert formats.day(late) == f"1er{NB}juillet 2025"
    assert formats.hour(late) == f"0{NB}h{NB}02"
    assert formats.exact(late) == "01/07/2025 00:02"
    assert formats.day_and_hour(datetime(2025, 3, 4, 13, 2, tzinfo=UTC)) == f"4{NB}mars 2025 à 14{NB}h{NB}02"


@pytest.mark.parametrize(
    ("gap", "past", "future"),
    [
        (timedelta(seconds=20), "à l’instant", "dans un instant"),
        (timedelta(minutes=1), f"il y a 1{NB}min", f"dans 1{NB}min"),
        (timedelta(minutes=59, seconds=59), f"il y a 59{NB}min", f"dans 59{NB}min"),
        (timedelta(hours=3, minutes=50), f"il y a 3{NB}h", f"dans 3{NB}h"),
        (timedelta(hours=23, minutes=59), f"il y a 23{NB}h", f"dans 23{NB}h"),
        (timedelta(days=1), "hier", "demain"),
        (timedelta(days=6), f"il y a 6{NB}jours", f"dans 6{NB}jours"),
    ],
)
def test_relative_time(at: datetime, gap: timedelta, past: str, future: str) -> None:
    assert formats.relative(at - gap, at) == past
    assert formats.relative(at + gap, at) == future


def test_relative_time_beyond_a_week_is_a_date(at: datetime) -> None:
    assert formats.relative(at - timedelta(days=8), at) == f"le 10{NB}mars 2026"


def test_a_day_of_twenty_five_hours_is_yesterday_not_zero_days_ago() -> None:
    midnight = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)  # 25 October, 00:00 in Paris

    assert formats.relative(midnight, midnight + timedelta(hours=24)) == "hier"


def test_identifiers_are_grouped() -> None:
    assert formats.siren("290000017") == f"290{NB}000{NB}017"
    assert formats.siret("29000001700019") == f"290{NB}000{NB}017{NB}00019"


@pytest.mark.parametrize(
    ("typed", "shown", "href"),
    [
        ("0139981234", "01 39 98 12 34", "tel:+33139981234"),
        ("+33 1 39 98 12 34", "01 39 98 12 34", "tel:+33139981234"),
        ("+41 22 345 67 89", "+41223456789", "tel:+41223456789"),
        ("3949", "3949", "tel:3949"),
        ("inconnu", "inconnu", ""),
        ("", "", ""),
    ],
)
def test_phone(typed: str, shown: str, href: str) -> None:
    assert formats.phone(typed).replace(NB, " ") == shown
    assert formats.phone_href(typed) == href


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (date(2025, 3, 3), date(2025, 3, 9), "3 au 9 mars 2025"),
        (date(2025, 3, 31), date(2025, 4, 6), "31 mars au 6 avril 2025"),
        (date(2025, 9, 1), date(2025, 9, 7), "1er au 7 septembre 2025"),
        (date(2025, 12, 29), date(2026, 1, 4), "29 décembre 2025 au 4 janvier 2026"),
    ],
)
def test_days_that_follow_each_other_say_once_what_they_share(first: date, last: date, told: str) -> None:
    assert formats.days(first, last).replace("\u00a0", " ") == told
