"""Events of ``audit``."""

from __future__ import annotations

from vigie.journal.event import Event, Message

EVENTS = (
    Event(
        "audit.day_closed",
        "audit.DayHead",
        "La chaîne de l’audit a été vérifiée pour la journée",
        (Message("auditors", "audit/mail/day_head"),),
    ),
    Event(
        "audit.anomalies_found",
        "audit.AnomalyReport",
        "Le relevé hebdomadaire des anomalies d’accès a été fait",
        (Message("auditors", "audit/mail/anomalies"),),
    ),
)
