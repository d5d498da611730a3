"""Reading accounts: who a person is on a given day, and what lies below an antenne."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from vigie.accounts.models import Antenne, Habilitation, User
from vigie.kernel.period import paris_day
from vigie.rights.person import Person, PersonKind
from vigie.rights.table import Role


def person_for(user: User, at: datetime) -> Person:
    """The person that rights know: the roles in force that day, and for a manager all the antennes he answers for.

    Someone without habilitation in force, suspended or deleted is a person without role. 1 query, 2 for a manager.
    """
    held: list[tuple[str, int | None]] = []
    if user.is_active and user.deleted_at is None:
        in_force = Habilitation.objects.filter(user_id=user.pk).in_force(paris_day(at))
        held = list(in_force.order_by("pk").values_list("role", "antenne_id"))
    managed = [antenne_id for role, antenne_id in held if role == Role.MANAGER and antenne_id is not None]
    return Person(
        PersonKind.USER,
        name=str(user),
        roles=frozenset(Role(role) for role, _antenne in held),
        user_id=user.pk,
        antenne_id=user.antenne_id,
        managed_antennes=antenne_descendants(managed),
    )


def antenne_descendants(antenne_ids: Iterable[int]) -> frozenset[int]:
    """These antennes and all those below them; below a national one, every antenne of its institution. 0 or 1 query."""
    roots = set(antenne_ids)
    if not roots:
        return frozenset()
    institutions = Antenne.objects.filter(pk__in=roots).order_by().values("institution_id")
    rows = Antenne.objects.filter(institution_id__in=institutions).order_by()
    below: dict[int, set[int]] = defaultdict(set)
    whole: dict[int, set[int]] = defaultdict(set)
    national: dict[int, int] = {}
    for pk, parent_id, institution_id, level in rows.values_list("pk", "parent_id", "institution_id", "level"):
        whole[institution_id].add(pk)
        if parent_id is not None:
            below[parent_id].add(pk)
        if level == Antenne.Level.NATIONAL:
            national[pk] = institution_id
    found: set[int] = set()
    todo = list(roots)
    while todo:
        here = todo.pop()
        if here in found:
            continue
        found.add(here)
        todo.extend(whole[national[here]] if here in national else below[here])
    return frozenset(found)
