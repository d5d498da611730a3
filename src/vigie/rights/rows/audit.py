"""Reading the audit: who saw what, who was refused, what is out of the ordinary."""

from __future__ import annotations

from vigie.rights.vocabulary import Action, Grant, Reach, Role

ACTIONS = (
    Action("audit.read", "", "Lire l’audit, ses anomalies et l’état de sa chaîne"),
    Action("audit.export", "", "Exporter l’audit"),
)

# The auditor opens no firm: what he reads are traces, and they name a firm by its SIREN only.
RIGHTS = (
    Grant("audit.read", Role.AUDITOR, Reach.NATIONAL),
    Grant("audit.export", Role.AUDITOR, Reach.NATIONAL),
)
