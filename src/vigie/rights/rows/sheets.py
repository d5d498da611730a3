"""The sheet of a firm or of an establishment, assembled from the panels of each subject."""

from __future__ import annotations

from vigie.rights.vocabulary import Action, Grant

ACTIONS: tuple[Action, ...] = ()

RIGHTS: tuple[Grant, ...] = ()
