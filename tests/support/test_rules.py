"""Who answers, what is kept of a page, when an answer is late: without a database."""

from __future__ import annotations

from datetime import date

import pytest

from vigie.support.rules import Candidate, choose, days_taken, is_late, masked_address

ALL = Candidate(1)
SITE = Candidate(2, topic="site")
OF_BODY = Candidate(3, entity_id=7)
OF_BODY_SITE = Candidate(4, topic="site", entity_id=7)
OF_INSTITUTION = Candidate(5, institution_id=7)
TABLE = (ALL, SITE, OF_BODY, OF_BODY_SITE, OF_INSTITUTION)


@pytest.mark.parametrize(
    ("topic", "institution", "entity", "expected"),
    [
        ("site", None, 7, OF_BODY_SITE),
        ("request", None, 7, OF_BODY),
        ("site", None, 8, SITE),
        ("request", None, None, ALL),
        ("site", 7, None, OF_INSTITUTION),
    ],
)
def test_the_body_of_who_asks_comes_first_then_the_topic(
    topic: str, institution: int | None, entity: int | None, expected: Candidate
) -> None:
    assert choose(TABLE, topic, institution_id=institution, entity_id=entity) == expected


def test_among_equals_who_has_the_least_waiting_answers() -> None:
    busy, free = Candidate(1, waiting=3), Candidate(2, waiting=1)

    assert choose((busy, free), "site", institution_id=None, entity_id=None) == free
    assert choose((SITE,), "request", institution_id=None, entity_id=None) is None


@pytest.mark.parametrize(
    ("route", "values", "kept"),
    [
        ("besoins/<int:pk>/", {"pk": 12}, "/besoins/12/"),
        ("entreprises/<str:siren>/", {"siren": "732829320"}, "/entreprises/…/"),
        ("besoins/<int:pk>/", {"pk": 732829320}, "/besoins/…/"),
        ("ma-demande/<str:token>/", {"token": "secret"}, "/ma-demande/…/"),
        ("aide/", {}, "/aide/"),
    ],
)
def test_a_page_is_kept_with_its_reference_and_without_firm_nor_link(
    route: str, values: dict[str, object], kept: str
) -> None:
    assert masked_address(route, values) == kept


def test_delays_count_working_days_and_two_of_them_are_promised() -> None:
    friday, monday, tuesday, wednesday = (date(2026, 3, day) for day in (13, 16, 17, 18))

    assert days_taken(friday, monday) == 1
    assert not is_late(friday, tuesday)
    assert is_late(friday, wednesday)
