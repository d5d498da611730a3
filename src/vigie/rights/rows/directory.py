"""The address book."""

from __future__ import annotations

from vigie.rights.vocabulary import Action, Grant, Reach, Role

ACTIONS = (
    Action("directory.view", "", "Lire l’annuaire"),
    Action("directory.edit", "", "Modifier l’annuaire"),
    Action("directory.export", "", "Exporter l’annuaire"),
    Action("import.read", "directory.DirectoryImport", "Lire un fichier d’annuaire"),
    Action("import.decide", "directory.DirectoryImport", "Appliquer ou abandonner un fichier d’annuaire"),
)

RIGHTS = (
    Grant("directory.view", Role.TEAM, Reach.NATIONAL),
    Grant("directory.edit", Role.TEAM, Reach.NATIONAL),
    Grant("directory.export", Role.TEAM, Reach.NATIONAL),
    Grant("import.read", Role.TEAM, Reach.NATIONAL),
    Grant("import.read", Role.SYSTEM, Reach.NATIONAL),
    Grant("import.decide", Role.TEAM, Reach.NATIONAL),
)
