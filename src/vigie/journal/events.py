"""What can happen, the sentence that tells it, and who is told. Pure data.

An event happens to one object (``subject``). Each ``Message`` names an audience (who), registered by the subject's
package in its ``apps.py``, and a template folder name: ``<template>.subject.txt``, ``.txt`` and ``.html``.
The rows are in ``event_rows/``, a file per subject; docs/reference/events.md is generated from them.
"""

from __future__ import annotations

from vigie.journal.event import Event as Event
from vigie.journal.event import Message as Message
from vigie.journal.event_rows import (
    accounts,
    agents,
    audit,
    campaigns,
    directory,
    exports,
    followup,
    journal,
    matching,
    sheets,
    support,
    tuning,
    watchlists,
)

_SUBJECTS = (
    matching, accounts, agents, audit, exports, directory, watchlists, followup, campaigns, sheets, support, tuning,
    journal
)  # fmt: skip

EVENTS: tuple[Event, ...] = tuple(event for subject in _SUBJECTS for event in subject.EVENTS)

EVENTS_BY_NAME: dict[str, Event] = {event.name: event for event in EVENTS}
