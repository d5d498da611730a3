"""The views that an agent keeps of a list, as its page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vigie.ui.components import ActButton


@dataclass(frozen=True)
class KeptView:
    """A view, and what its agent can do with it. first: it opens first. current: it is what the page shows."""

    label: str
    href: str
    first: bool
    acts: tuple[ActButton, ...]
    current: bool = False


def first_href(views: Iterable[KeptView]) -> str:
    """The address of the view that opens first; empty when there is none."""
    return next((view.href for view in views if view.first), "")


def acts_on(name: str, action: str, *, first: bool) -> tuple[ActButton, ...]:
    """The buttons of a view. action: the address that they are sent to, which names the view."""
    other = ("undefault", "Ne plus ouvrir en premier") if first else ("default", "Ouvrir en premier")
    return tuple(
        ActButton(label, action, code, style="tertiary", about=name) for code, label in (other, ("delete", "Supprimer"))
    )
