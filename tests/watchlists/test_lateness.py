"""What is late is mailed to operators once: each list, each source of each month."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.accounts.factories import UserFactory
from tests.watchlists.factories import opened
from tests.watchlists.test_runs import record
from vigie.journal.models import OutgoingMessage
from vigie.publication.manifest import SourceFile
from vigie.watchlists.actions.lateness import watch_calendar
from vigie.watchlists.models import Notice
from vigie.watchlists.rules import days_late

pytestmark = pytest.mark.django_db
DUE = date(2026, 7, 1)
SOURCES = (
    SourceFile("debit", "Débits", planned_on=DUE, received_on=date(2026, 7, 2)),
    SourceFile("procol", "Procédures", planned_on=DUE, received_on=DUE),
    SourceFile("diane", "Diane", stale=True),
)


def on(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 9, 0, tzinfo=UTC)


def watched(month: int, day: int) -> str:
    """What the job says on this day."""
    return watch_calendar(at=on(month, day)).replace("\u00a0", " ")


def titles() -> list[str]:
    return sorted(Notice.objects.values_list("title", flat=True))


@pytest.mark.parametrize(
    ("received", "today", "expected"),
    [
        (None, date(2026, 6, 30), 0),
        (None, DUE, 0),
        (None, date(2026, 7, 4), 3),
        (DUE, date(2026, 7, 4), 0),
        (date(2026, 7, 3), date(2026, 7, 9), 2),
        (date(2026, 6, 20), date(2026, 7, 9), 0),
    ],
)
def test_days_late(received: date | None, today: date, expected: int) -> None:
    assert days_late(DUE, received, today) == expected


def test_planned_day_passed_without_list_is_told_once(folders: Path) -> None:
    opened(folders)
    assert watched(8, 6) == "0 liste et 0 source en retard"

    for _again in range(2):
        watched(8, 7)

    assert titles() == ["La liste 2026-07 est en retard"]


def test_each_late_source_is_mailed_once_for_its_month(folders: Path) -> None:
    UserFactory(team=True, email="garde@vigie.example")
    opened(folders, sources=SOURCES)

    assert watched(8, 1) == "0 liste et 0 source en retard"
    for day in (2, 3):
        assert watched(8, day) == "0 liste et 2 sources en retard"

    assert titles() == [
        "La source «\u00a0Débits\u00a0» est en retard",
        "La source «\u00a0Procédures\u00a0» est en retard",
    ]
    assert OutgoingMessage.objects.filter(recipient="garde@vigie.example").count() == 2


def test_source_that_has_come_for_the_next_list_is_not_late(folders: Path) -> None:
    opened(folders, sources=SOURCES)
    record(folders, "2026-07/001", facts_only=True, sources={"debit": {"state": "delivered"}, "procol": {"state": "x"}})

    watched(8, 3)

    assert titles() == ["La source «\u00a0Procédures\u00a0» est en retard"]


def test_list_made_without_a_source_says_that_it_is_still_awaited(folders: Path) -> None:
    late = SourceFile("ccsf", "Ccsf", planned_on=DUE, stale=True)
    opened(folders, sources=(*SOURCES, late))

    watched(7, 7)
    assert titles() == ["La source «\u00a0Ccsf\u00a0» est en retard"]

    record(folders, "2026-06/002", sources={"ccsf": {"state": "delivered"}})
    assert watched(7, 8) == "0 liste et 0 source en retard"


@pytest.mark.parametrize("sources", [3, {"debit": 3}, {"debit": {"state": ["delivered"]}}])
def test_strange_record_is_passed_over(folders: Path, sources: object) -> None:
    opened(folders, sources=SOURCES)
    record(folders, "2026-07/001", sources=sources, started_at="hier")

    assert watched(8, 3) == "0 liste et 2 sources en retard"
