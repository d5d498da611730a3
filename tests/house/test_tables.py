"""The tables of the house agree with each other and with the database; the reference pages say what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core import checks
from django.core.management import call_command

from vigie.journal.events import EVENTS, EVENTS_BY_NAME
from vigie.rights.checks import check_table
from vigie.rights.table import ACTIONS, ACTIONS_BY_CODE, RIGHTS

SOURCE = Path(__file__).resolve().parents[2] / "src" / "vigie"


def test_system_checks_find_nothing() -> None:
    assert [str(fault) for fault in checks.run_checks()] == []


def test_rights_have_no_double_row() -> None:
    assert len(set(RIGHTS)) == len(RIGHTS)
    assert len(ACTIONS_BY_CODE) == len(ACTIONS)


def test_check_sees_a_reach_that_no_table_explains(monkeypatch: pytest.MonkeyPatch) -> None:
    from vigie.rights import checks as module
    from vigie.rights.table import Grant, Reach, Role

    monkeypatch.setattr(module, "RIGHTS", (*RIGHTS, Grant("match.answer", Role.TEAM, Reach.OWN)))

    assert [fault.id for fault in check_table(None)] == ["rights.E005"]


def test_every_action_of_the_table_is_asked_somewhere() -> None:
    source = "\n".join(p.read_text(encoding="utf-8") for p in SOURCE.rglob("*.py") if p.parent.name != "rows")
    source += "\n".join(p.read_text(encoding="utf-8") for p in SOURCE.rglob("*.html"))

    assert [a.code for a in ACTIONS if f'"{a.code}"' not in source] == []


def test_event_names_are_unique_and_each_is_recorded_somewhere() -> None:
    files = [p for p in SOURCE.rglob("*.py") if p.parent.name != "event_rows"]
    source = "\n".join(p.read_text(encoding="utf-8") for p in files)

    assert len(EVENTS_BY_NAME) == len(EVENTS)
    assert [e.name for e in EVENTS if f'"{e.name}"' not in source] == []


@pytest.mark.django_db
def test_reference_pages_are_current() -> None:
    call_command("build_reference", "--check")


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
