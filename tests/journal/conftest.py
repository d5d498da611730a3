"""What the journal's tests share: an event of their own, a relay that obeys, a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from bench.trials import news as trial
from pytest_django import Settings

from vigie.connectors.mail import MemoryRelay
from vigie.journal import registry
from vigie.journal import relay as relays
from vigie.journal.events import EVENTS_BY_NAME


class Clock:
    """Gives ``at`` until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


@pytest.fixture
def clock(at: datetime) -> Clock:
    return Clock(at)


@pytest.fixture
def news(settings: Settings) -> Iterator[trial.News]:
    """The events of the trials, undone afterwards."""
    before = [dict(table) for table in (EVENTS_BY_NAME, registry._audiences, registry._contents)]
    settings.TEMPLATES = [{**engine, "DIRS": [trial.TEMPLATES]} for engine in settings.TEMPLATES]
    yield trial.install()
    for table, content in zip((EVENTS_BY_NAME, registry._audiences, registry._contents), before, strict=True):
        table.clear()
        table.update(content)


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> MemoryRelay:
    """The relay of the installation, in memory; it can be asked."""
    memory = MemoryRelay()
    monkeypatch.setitem(relays._relays, "demo", lambda: memory)
    return memory
