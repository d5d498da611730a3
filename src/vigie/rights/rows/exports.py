"""Files given to people: workbooks, texts, pages to print; each is written down before it is made."""

from __future__ import annotations

from vigie.rights.vocabulary import GRANTABLE, Action, Grant, Reach, Role

ACTIONS = (
    Action("export.own", "exports.ExportRecord", "Retrouver et reprendre un export que l’on a demandé"),
    Action("export.produce", "exports.ExportRecord", "Produire un export demandé, et l’effacer à son terme"),
)

# What may be exported is asked of each subject's own action; the file is its author's, whoever he is.
RIGHTS = (
    *(Grant("export.own", role, Reach.OWN) for role in GRANTABLE),
    Grant("export.produce", Role.SYSTEM, Reach.NATIONAL),
)
