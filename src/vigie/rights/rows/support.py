"""« Besoin d’aide » and « Donner mon avis »: what people say of the service, and who answers."""

from __future__ import annotations

from vigie.rights.vocabulary import Action, Grant

ACTIONS: tuple[Action, ...] = ()

RIGHTS: tuple[Grant, ...] = ()
