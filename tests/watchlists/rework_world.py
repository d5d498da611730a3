"""A working list made as the page makes it."""

from __future__ import annotations

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.kernel.clock import now
from vigie.watchlists.actions.rework import make_reworked
from vigie.watchlists.models import Publication, ReworkedList
from vigie.watchlists.rules_rework import Settings

RULES = {"departement": "35", "no_plan": "on", "age_n": "3", "workforce_n": "10", "au_plus": "200", "au_moins": "0"}


def reworked(
    code: str, user: User, name: str = "Liste de juin", settings: Settings | None = None, departement: str = "35"
) -> ReworkedList:
    publication = Publication.objects.get(code=code)
    at = now()
    wanted = settings or Settings({"no_plan": 0})
    return make_reworked(publication, departement, name, wanted, by=person_for(user, at), at=at)
