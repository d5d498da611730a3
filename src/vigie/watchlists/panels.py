"""What other subjects show of the lists."""

from __future__ import annotations

from vigie.rights.person import Person
from vigie.watchlists.queries.opinions import OpinionPanel, opinion_panel


def opinion(person: Person, siren: str) -> OpinionPanel | None:
    """For ``watchlists/opinion_panel.html`` (``with panel=…``); None: nothing to judge. 3 queries at most."""
    return opinion_panel(person, siren)
