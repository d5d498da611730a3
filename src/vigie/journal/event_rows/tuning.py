"""Events of ``tuning``."""

from __future__ import annotations

from vigie.journal.event import Event

EVENTS = (Event("setting.changed", "tuning.SettingValue", "Un réglage du service a changé"),)
