"""Reading accounts: who a person is on a given day, what lies below an antenne, whom one can choose.

What the pages show is in ``pages.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet

from vigie.accounts.models import AgentProfile, Antenne, Habilitation, User, UserQuerySet
from vigie.accounts.rules import parse_territory, territory_key
from vigie.kernel.period import paris_day
from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType
from vigie.rights.person import Person, PersonKind
from vigie.rights.statements import composed_once
from vigie.rights.table import DETECTION, STEWARDS, Role
from vigie.territory.models import Zone, ZoneGroup


def person_for(user: User, at: datetime) -> Person:
    """The person that rights know: the roles in force that day, and for a manager all the antennes he answers for.

    Someone without habilitation in force, suspended or deleted is a person without role. 1 query, 2 for a manager, and
    for a public agent those of his profile and of the régions or named zones of his territory.
    """
    held = _in_force(user, at)
    roles = frozenset(Role(role) for role, _antenne, _where in held)
    managed = [antenne_id for role, antenne_id, _where in held if role == Role.MANAGER and antenne_id is not None]
    texts = [where for role, _antenne, where in held if role in DETECTION]
    nationwide, departements = _territory(texts)
    followed = [parse_territory(where).zones for role, _antenne, where in held if role == Role.ANIMATOR]
    return Person(
        PersonKind.USER,
        name=str(user),
        roles=roles,
        user_id=user.pk,
        antenne_id=user.antenne_id,
        managed_antennes=antenne_descendants(managed),
        departements=departements,
        nationwide=nationwide,
        zones=frozenset((kind.value, code) for zones in followed for kind, code in zones),
        email=user.email,
        zone_label=", ".join(territory_key(text) for text in texts)[:200],
        **(_profile(user) if roles & (DETECTION | STEWARDS) else {}),
    )


def _profile(user: User) -> dict[str, Any]:
    """What rights and audit need of a public agent: his body, his profile of work, his networks. 1 query."""
    for found in _profiles(user.pk):
        return {
            "entity_id": found.entity_id,
            "entity": found.entity.short_name,
            "segment": found.segment.code,
            "networks": found.segment.network_codes(),
        }
    return {}


@composed_once
def _profiles(user_pk: int) -> QuerySet[AgentProfile]:
    return AgentProfile.objects.filter(user_id=user_pk).select_related("entity", "segment__network")


def roles_in_force(user: User, at: datetime) -> tuple[Role, ...]:
    """The roles of that day, in the order of the table; none for an account closed. 1 query."""
    held = {role for role, _antenne, _where in _in_force(user, at)}
    return tuple(role for role in Role if role in held)


def _in_force(user: User, at: datetime) -> list[tuple[str, int | None, str]]:
    if not user.is_active:
        return []
    return _held(user.pk, paris_day(at))


@composed_once
def _held(user_pk: int, day: date) -> QuerySet[Habilitation, tuple[str, int | None, str]]:
    in_force = Habilitation.objects.filter(user_id=user_pk).in_force(day)
    return in_force.order_by("pk").values_list("role", "antenne_id", "territory")


def _territory(texts: list[str]) -> tuple[bool, frozenset[str]]:
    """Whether it is France as a whole, else its départements: those of its régions and named zones as they are today.

    0 to 2 queries.
    """
    read = [parse_territory(text) for text in texts]
    regions = {code for one in read for code in one.codes(ZoneType.REGION)}
    departements = {code for one in read for code in one.codes(ZoneType.DEPARTEMENT)}
    groups = {code for one in read for code in one.groups}
    if any(one.whole for one in read):
        return True, frozenset()
    if groups:
        named = ZoneGroup.objects.filter(code__in=groups, archived_at=None).values_list("departements", flat=True)
        departements |= {code for held in named for code in held}
    if regions:
        inside = Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT, region_code__in=regions)
        departements |= set(inside.values_list("code", flat=True))
    return False, frozenset(departements)


def account_to_sign_in(address: str, at: datetime) -> User | None:
    """The account that this address may open: living, with a role in force that day. 1 query."""
    in_force = Habilitation.objects.in_force(paris_day(at)).filter(user=OuterRef("pk"))
    return User.objects.living().with_address(address).filter(Exists(in_force)).first()


def has_second_factor(user: User) -> bool:
    """True when an application shows codes for this account. 1 query."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def live_antenne(antenne_id: int) -> Antenne | None:
    """The antenne, unless it was deleted. 1 query."""
    living = Antenne.objects.filter(deleted_at__isnull=True, institution__deleted_at__isnull=True)
    return living.select_related("institution").filter(pk=antenne_id).first()


def antennes_named(text: str, limit: int = 20) -> list[Antenne]:
    """The living antennes whose name or institution holds every word of the text. 1 query.

    Read in memory (some hundreds of antennes): the same letters on both data engines, whatever the accents.
    """
    words = fold(text).split()
    living = Antenne.objects.filter(deleted_at__isnull=True, institution__deleted_at__isnull=True)
    rows = living.select_related("institution").order_by("institution__name", "name", "pk")
    found = (row for row in rows if all(word in fold(f"{row.name} {row.institution.name}") for word in words))
    return list(islice(found, limit))


def antenne_label(antenne: Antenne) -> str:
    """How an antenne is written where one is chosen."""
    return f"{antenne.name} ({antenne.institution.name})"


def replacements(user: User) -> UserQuerySet:
    """Who can answer in place of this person: his living colleagues of the same institution, by name."""
    if user.antenne_id is None:
        return User.objects.none()
    institution = Antenne.objects.filter(pk=user.antenne_id).order_by().values("institution_id")
    colleagues = User.objects.living().filter(antenne__institution_id__in=institution).exclude(pk=user.pk)
    return colleagues.order_by("full_name", "pk")


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
