"""Who contacts which firm of a list, and when it is visited."""

from __future__ import annotations

from vigie.rights.vocabulary import Action, Grant

ACTIONS: tuple[Action, ...] = ()

RIGHTS: tuple[Grant, ...] = ()
