"""Public agents: who they are, what they were given, what they accepted, which firms they follow."""

from __future__ import annotations

from vigie.rights.vocabulary import Action, Grant

ACTIONS: tuple[Action, ...] = ()

RIGHTS: tuple[Grant, ...] = ()
