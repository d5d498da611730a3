"""Several agents changed at once: all of them, or none. Nobody changes himself, and the safety valve holds."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vigie.accounts.account_changes import describe_agent, reschedule
from vigie.accounts.actions import checked_territory, give_habilitation, revoke, suspend
from vigie.accounts.change_log import keep_change
from vigie.accounts.models import Habilitation, User
from vigie.accounts.models_agents import Segment
from vigie.accounts.states import GRANTED
from vigie.agents.queries.many import Wanted, agents_in_force, found_differences, mark, why_not
from vigie.agents.users_diff import CLOSE, Difference
from vigie.journal import audit
from vigie.kernel.errors import Refused
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.rights.table import DETECTION, Role

RIGHT = "users.many"


class DifferencesUnseen(Refused):
    """Its author has not read these differences."""

    def __init__(self, found: tuple[Difference, ...]) -> None:
        super().__init__("effects_unseen", "Relisez ce qui change, agent par agent, puis confirmez.")
        self.found = found


def asked_territory(typed: str) -> str:
    """The territory as it is stored; InvalidInput names a code that is nobody's."""
    return checked_territory(Role.LEVEL_A, typed) if typed.strip() else ""


@transaction.atomic
def change_many(chosen: list[str], wanted: Wanted, *, seen: str, by: Person, at: datetime) -> tuple[Difference, ...]:
    """Does it to all those chosen. DifferencesUnseen when what changes is not what was on the screen."""
    require(by, RIGHT)
    if wanted.nothing:
        raise Refused(
            "nothing_asked", "Dites ce qui change\u00a0: un territoire, un profil, une date ou la suspension."
        )
    if wanted.ends_on is not None and wanted.ends_on < paris_day(at):
        raise Refused("end_past", "Cette date est passée. Pour fermer aussitôt, choisissez la suspension.")
    held = agents_in_force()
    found = found_differences(held, chosen, wanted)
    if why := why_not(found, held, wanted, by.email):
        raise Refused("many_refused", why)
    if seen != mark(found):
        raise DifferencesUnseen(found)
    users = {user.email: user for user in User.objects.filter(email__in=[one.email for one in found])}
    for one in found:
        _change(users[one.email], one, wanted, by, at)
        details = {"kind": one.kind, "fields": [name for name, _before, _after in one.changes], "many": len(found)}
        audit.note("admin_users", "accounts.User", str(users[one.email].pk), by=by, at=at, details=details)
    return found


def _change(user: User, one: Difference, wanted: Wanted, by: Person, at: datetime) -> None:
    levels = Habilitation.objects.filter(user=user, role__in=DETECTION, state=GRANTED).order_by("pk")
    if one.kind == CLOSE:
        for held in levels:
            suspend(held, by=by, at=at)
        return
    moved = {name for name, _before, _after in one.changes}
    for held in levels:
        if "territory" in moved and held.territory != wanted.territory:
            _move(held, wanted, by, at)
        elif "ends_on" in moved:
            reschedule(held, wanted.ends_on, by=by, at=at)
    if "segment" in moved:
        describe_agent(user, {"segment_id": Segment.objects.get(code=wanted.segment).pk}, by=by, at=at)


def _move(held: Habilitation, wanted: Wanted, by: Person, at: datetime) -> None:
    """A territory is never rewritten: the habilitation ends, and another begins with its last day."""
    user, ends_on = held.user, wanted.ends_on or held.ends_on
    revoke(held, by=by, at=at)
    give_habilitation(user, Role(held.role), territory=wanted.territory, ends_on=ends_on, by=by, at=at)
    keep_change(user, {"territory": held.territory}, {"territory": wanted.territory}, by=by, at=at)
