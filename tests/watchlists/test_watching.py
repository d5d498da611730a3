"""A delivery starts its batch once, when it no longer changes: the whole month, or the facts alone."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests.watchlists.test_runs import record
from vigie.detection.sources.registry import SOURCES
from vigie.journal.models import Event
from vigie.watchlists.actions import batch_process, watching
from vigie.watchlists.models import Delivery
from vigie.watchlists.rules import REFRESHING_FILES

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 7, 2, 8, 0, tzinfo=UTC)
DUE = datetime(2026, 7, 20, 8, 0, tzinfo=UTC)
NO_PROCESS = 4_194_303  # no process has this number


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was started: « 2026-06 », or « 2026-06 facts »; no process."""
    found: list[str] = []

    def start(month: str, *, facts_only: bool) -> int:
        found.append(f"{month} facts" if facts_only else month)
        return NO_PROCESS

    monkeypatch.setattr(watching, "start_batch", start)
    return found


def deliver(folders: Path, text: str = "a", name: str = "sireneUL.csv") -> Path:
    folder = folders.parent / "incoming" / "2026-06"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder


def looked(*minutes: int, day: datetime | None = None) -> list[str]:
    """What the job says at these minutes of the day."""
    return [watching.watch_incoming(at=(day or DAY) + timedelta(minutes=minute)) for minute in minutes]


def test_stable_delivery_starts_its_batch_once(folders: Path, started: list[str]) -> None:
    deliver(folders)

    for minute in range(0, 40, 2):
        watching.watch_incoming(at=DAY + timedelta(minutes=minute))

    assert started == ["2026-06"]
    assert Delivery.objects.get().started_at == DAY + timedelta(minutes=10)
    assert Event.objects.filter(name="batch.started").count() == 1


def test_delivery_that_grows_waits(folders: Path, started: list[str]) -> None:
    for minute in range(30):
        deliver(folders, "a" * (minute + 1))
        watching.watch_incoming(at=DAY + timedelta(minutes=minute))

    assert started == []


def test_delivery_still_growing_on_its_day_is_computed(folders: Path, started: list[str]) -> None:
    deliver(folders)

    watching.watch_incoming(at=DUE)

    assert started == ["2026-06"]


def test_late_file_starts_the_month_again(folders: Path, started: list[str]) -> None:
    deliver(folders)
    for minute in (0, 10):
        watching.watch_incoming(at=DAY + timedelta(minutes=minute))
    deliver(folders, "more")
    for minute in (60, 70):
        watching.watch_incoming(at=DAY + timedelta(minutes=minute))

    assert started == ["2026-06", "2026-06"]


def test_month_that_was_run_already_is_left_alone(folders: Path, started: list[str]) -> None:
    deliver(folders)
    record(folders)

    watching.watch_incoming(at=datetime(2026, 11, 20, 8, 0, tzinfo=UTC))

    assert started == []


def test_interrupted_run_is_taken_up_again(folders: Path, started: list[str]) -> None:
    deliver(folders)
    for minute in (0, 10):
        watching.watch_incoming(at=DAY + timedelta(minutes=minute))
    record(folders, state="running", ended_at=None, pid=NO_PROCESS)

    for minute in (12, 15, 21, 22):
        watching.watch_incoming(at=DAY + timedelta(minutes=minute))

    assert started == ["2026-06", "2026-06"]


def test_nothing_starts_beside_a_run(folders: Path, started: list[str]) -> None:
    deliver(folders)
    record(folders, "2026-05/001", state="running", pid=os.getpid())

    watching.watch_incoming(at=DUE)

    assert started == []


def test_strange_folders_are_no_delivery(folders: Path, started: list[str]) -> None:
    for name in ("2026-6", "2026-13", "..x", "2026-06.bak"):
        (folders.parent / "incoming" / name).mkdir(parents=True)
        (folders.parent / "incoming" / name / "a.csv").write_text("a")
    (folders.parent / "incoming" / "2026-07").mkdir()

    watching.watch_incoming(at=datetime(2027, 1, 1, tzinfo=UTC))

    assert started == []


# --- facts alone


def test_proceedings_alone_refresh_the_facts_once(folders: Path, started: list[str]) -> None:
    deliver(folders, name="sigfaible_pcoll.csv")

    said = looked(*range(0, 40, 2))

    assert started == ["2026-06 facts"]
    assert said.count("Faits de 2026-06 lancé") == 1
    assert Event.objects.get(name="batch.started").payload["what"] == "facts"


def test_another_refreshing_file_refreshes_again(folders: Path, started: list[str]) -> None:
    deliver(folders, name="sigfaible_pcoll.csv")
    looked(0, 10)
    deliver(folders, name="demande_ap.csv.gz")
    looked(60, 70, 80)

    assert started == ["2026-06 facts", "2026-06 facts"]


def test_the_rest_of_the_delivery_makes_the_month(folders: Path, started: list[str]) -> None:
    deliver(folders, name="sigfaible_debits.csv")
    looked(0, 10)
    deliver(folders)
    looked(60, 70, 80)

    assert started == ["2026-06 facts", "2026-06"]


def test_on_its_day_the_month_is_computed_even_from_facts_alone(folders: Path, started: list[str]) -> None:
    deliver(folders, name="sigfaible_debits.csv")
    looked(0, 10)
    looked(0, 15, day=DUE)

    assert started == ["2026-06 facts", "2026-06"]


def test_refreshed_facts_that_this_base_has_not_seen_are_not_refreshed_again(folders: Path, started: list[str]) -> None:
    deliver(folders, name="sigfaible_debits.csv")
    record(folders, facts_only=True)

    looked(0, 10, 20)
    assert started == []
    looked(0, day=DUE)
    assert started == ["2026-06"]


def test_nothing_starts_beside_a_process_that_has_not_written_its_record_yet(
    folders: Path, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "is_alive", lambda process_id: process_id == NO_PROCESS)
    deliver(folders)
    other = folders.parent / "incoming" / "2026-07"
    other.mkdir()
    (other / "demande_ap.csv").write_text("a")

    assert looked(0, 10, 11) == ["Aucun dépôt à calculer", "Calcul de 2026-06 lancé", "Un calcul est en cours"]


@pytest.mark.parametrize("facts_only", [True, False])
def test_process_is_started_with_what_it_must_do(
    folders: Path, monkeypatch: pytest.MonkeyPatch, facts_only: bool
) -> None:
    asked: list[str] = []

    class Process:
        pid = NO_PROCESS

    monkeypatch.setattr(batch_process, "start", lambda *given, log: asked.extend(given) or Process())

    assert watching.start_batch("2026-06", facts_only=facts_only) == NO_PROCESS

    assert asked[0] == "run"
    assert asked[asked.index("--month") + 1] == "2026-06"
    assert ("--facts-only" in asked) is facts_only
    assert asked[asked.index("--feedback") + 1] == str(Path(settings.VIGIE.var) / "feedback")


def test_files_that_refresh_are_those_of_the_source_tables() -> None:
    told = {source.code: source.file_names for source in SOURCES if source.refreshes_facts}

    assert {code: (pattern,) for code, pattern in REFRESHING_FILES.items()} == told
