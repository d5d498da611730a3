"""Events of ``followup``."""

from __future__ import annotations

from vigie.journal.event import Event

EVENTS: tuple[Event, ...] = ()
