"""Reading the audit: who saw what, who was refused, what is out of the ordinary."""

from __future__ import annotations

from vigie.rights.vocabulary import Action, Grant

ACTIONS: tuple[Action, ...] = ()

RIGHTS: tuple[Grant, ...] = ()
