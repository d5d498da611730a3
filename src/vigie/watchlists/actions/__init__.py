"""What is done to lists. ``receive`` and ``open_due`` are what commands, jobs and the invented world call."""

from vigie.watchlists.actions.opening import open_due
from vigie.watchlists.actions.reception import receive

__all__ = ["open_due", "receive"]
