"""Every constraint of the lists has a row that the database refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.accounts.factories import UserFactory
from vigie.watchlists.models import Approval, Entry, FirmPlace, Publication

pytestmark = pytest.mark.django_db
AT = datetime(2026, 7, 6, tzinfo=UTC)


def publication(**values: Any) -> Publication:
    whole = {
        "code": "2026-06.1", "batch": date(2026, 6, 1), "number": 1, "fingerprint": "0" * 64, "received_at": AT,
        "entries_expected": 0,
    }  # fmt: skip
    return Publication.objects.create(**(whole | values))


CHECKED = {"state": "checked", "checked_at": AT, "all_green": True}
OPEN = CHECKED | {"state": "open", "opened_at": AT}


def refused(make: Callable[[], object], name: str) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        make()
    assert name in str(refusal.value) or "UNIQUE" in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("publication_checked_before_anything", {"state": "checked"}),
        ("publication_open_has_date", CHECKED | {"state": "open"}),
        ("publication_ended_iff_final", OPEN | {"state": "replaced"}),
        ("publication_ended_iff_final", OPEN | {"ended_at": AT}),
        ("publication_withdrawn_says_why", OPEN | {"state": "withdrawn", "ended_at": AT}),
        ("publication_whole_before_checked", CHECKED | {"entries_expected": 3, "entries_loaded": 2}),
    ],
)
def test_publication_that_cannot_be(name: str, values: dict[str, Any]) -> None:
    refused(lambda: publication(**values), name)


def test_one_list_of_a_month_is_open_and_numbers_are_once() -> None:
    publication(**OPEN)

    refused(lambda: publication(code="2026-06.2", number=2, **OPEN), "publication_one_open_per_month")
    refused(lambda: publication(code="2026-06.9"), "publication_number_in_month")


def test_firm_once_in_a_list_with_a_probability() -> None:
    here = publication()

    def entry(pk: int, score: float = 0.5) -> Entry:
        return Entry.objects.create(id=pk, publication=here, siren="290000017", level="none", score=score, rank=1)

    entry(1)
    refused(lambda: entry(2), "entry_once_per_list")
    with transaction.atomic():
        Entry.objects.all().delete()
    refused(lambda: entry(3, score=1.5), "entry_score_is_a_probability")


def test_approval_and_subscription_are_once_each() -> None:
    here, user = publication(), UserFactory()
    Approval.objects.create(publication=here, user=user, at=AT)
    FirmPlace.objects.create(siren="290000017", departement="35")

    refused(lambda: Approval.objects.create(publication=here, user=user, at=AT), "approval_by_two_persons")
    refused(lambda: FirmPlace.objects.create(siren="290000017", departement="35"), "firm_place_once")
