"""What accounts obey, without a database: how long things last, who may change what, what is refused and why."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.zones import ZONE_CODE_SHAPES, ZoneType
from vigie.rights.table import DETECTION, TERRITORIAL, Role
from vigie.territory.groups import FORMER_REGIONS, OVERSEAS
from vigie.territory.names import departement_names, region_names

CODE_DIGITS = 8
CODE_LASTS = timedelta(minutes=10)
CODE_TRIES = 3
SESSION_LASTS = timedelta(hours=12)
REMEMBERED_LASTS = timedelta(days=30)
# On the detection side: what nobody touches closes, and nothing stays open through the night.
GUARDED_LASTS = timedelta(hours=10)
GUARDED_IDLE = timedelta(minutes=30)
# A second identical sending within this time is the same click, not a second wish.
SAME_CLICK = timedelta(minutes=10)
LONGEST_ABSENCE = timedelta(days=366)
LONGEST_HABILITATION = timedelta(days=5 * 366)

# What each may change of an account; the address is who one is, so only the team changes it.
OWN_FIELDS = ("full_name", "job", "phone")
TEAM_FIELDS = (*OWN_FIELDS, "email", "antenne_id")

# Roles that answer companies or speak for an office: they belong somewhere.
# Those of detection and their stewards belong to a body of the State, named in their profile.
ROLES_WITH_ANTENNE = frozenset({Role.ADVISER, Role.EXPERT, Role.MANAGER, Role.ANIMATOR})
FRANCE = "FR"
NAMED = "Z-"  # what the code of a named zone begins with
WIDEST_FIRST = tuple(reversed(ZoneType))
ZONE_WORDS: dict[ZoneType, tuple[str, str]] = {
    ZoneType.REGION: ("région", "régions"),
    ZoneType.DEPARTEMENT: ("département", "départements"),
    ZoneType.EMPLOYMENT_AREA: ("bassin d’emploi", "bassins d’emploi"),
    ZoneType.EPCI: ("intercommunalité", "intercommunalités"),
    ZoneType.COMMUNE: ("commune", "communes"),
}


@dataclass(frozen=True)
class Invitation:
    """A person to invite, as the form gives it: texts already cleaned."""

    email: str
    full_name: str
    roles: tuple[Role, ...]
    antenne_id: int | None = None
    job: str = ""
    phone: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    territory: str = ""  # of the roles that have one, as typed


@dataclass(frozen=True)
class Territory:
    """The territory of a habilitation. whole: France, abroad and overseas collectivities included.

    groups: zones that have a name and départements of their own (former régions, overseas), read when asked for.
    """

    whole: bool = False
    groups: frozenset[str] = frozenset()  # named zones, Z-OUTRE-MER without its Z-
    zones: frozenset[tuple[ZoneType, str]] = frozenset()

    def __str__(self) -> str:
        """The stored text: FR, or R53 22 2A 5301 243500139 35238, the widest first."""
        if self.whole:
            return FRANCE
        named = [f"{NAMED}{slug}" for slug in sorted(self.groups)]
        return " ".join([*named, *(code for kind in WIDEST_FIRST for code in self._texts(kind))])

    def codes(self, kind: ZoneType) -> frozenset[str]:
        """The codes of one kind of zone."""
        return frozenset(code for held, code in self.zones if held is kind)

    def _texts(self, kind: ZoneType) -> list[str]:
        mark = "R" if kind is ZoneType.REGION else ""
        return sorted(f"{mark}{code}" for code in self.codes(kind))


def parse_territory(text: str) -> Territory:
    """Reads « FR », « R53 », « 35, 2A », « 5301 », « 243500139 », « 35238 »; raises InvalidInput for anything else."""
    words = [word for word in re.split(r"[\s,;]+", text.strip().upper()) if word]
    if words == [FRANCE]:
        return Territory(whole=True)
    groups = frozenset(word.removeprefix(NAMED) for word in words if _NAMED_ZONE.fullmatch(word))
    zones = [_zone(word) for word in words if not _NAMED_ZONE.fullmatch(word)]
    if not words or None in zones:
        raise InvalidInput(
            "territory_unreadable",
            "Indiquez des départements (35, 2A), des régions (R53), des bassins d’emploi (5301), des EPCI (243500139), "
            "des communes (35238), des zones nommées (Z-OUTRE-MER), ou FR pour la France entière.",
            field="territory",
        )
    return Territory(groups=groups, zones=frozenset(zone for zone in zones if zone is not None))


_NAMED_ZONE = re.compile(r"Z-[A-Z0-9]+(?:-[A-Z0-9]+)*")


def _zone(word: str) -> tuple[ZoneType, str] | None:
    """A région has its R; the other kinds are told apart by the length of their codes."""
    if word.startswith("R"):
        kind, code = ZoneType.REGION, word[1:]
        return (kind, code) if ZONE_CODE_SHAPES[kind].match(code) else None
    kinds = (kind for kind in WIDEST_FIRST if kind is not ZoneType.REGION)
    return next(((kind, word) for kind in kinds if ZONE_CODE_SHAPES[kind].match(word)), None)


def territory_words(stored: str) -> str:
    """How a stored territory is read: « France entière », « région Bretagne, départements Gard (30), Lot (46) »."""
    return named_places(territory_key(stored))


def named_places(key: str) -> str:
    """What ``territory_key`` wrote, once, in a trace or a count, with the names of today."""
    told = _FORMER.sub(r"ancienne région \1", key)
    return _CODED.sub(lambda found: f"{found[1]} {', '.join(map(_name_of(found[1]), found[2].split(', ')))}", told)


def _name_of(word: str) -> Callable[[str], str]:
    names = region_names() if word.startswith("région") else departement_names()
    return lambda code: names.get(code, code)


_CODED = re.compile(r"\b(régions?|départements?) ((?:\d{2,3}|2[AB])(?:, (?:\d{2,3}|2[AB]))*)(?=$|, )")
_FORMER = re.compile(rf"\bzone ({'|'.join(re.escape(label) for label, _held in FORMER_REGIONS.values())})(?=$|, )")


def territory_key(stored: str) -> str:
    """The same by codes, « région 53, départements 22, 2A »: what traces and counts keep, so that a name that changes
    does not make two territories of one."""
    if not stored:
        return ""
    found = parse_territory(stored)
    if found.whole:
        return "France entière"
    named = [f"zone {_group_words(slug)}" for slug in sorted(found.groups)]
    held = [(ZONE_WORDS[kind], sorted(found.codes(kind))) for kind in WIDEST_FIRST if found.codes(kind)]
    return ", ".join([*named, *(f"{words[len(codes) > 1]} {', '.join(codes)}" for words, codes in held)])


def _group_words(slug: str) -> str:
    """The name that a former région is known by; of another zone, its code in small letters."""
    known = FORMER_REGIONS.get(slug) or OVERSEAS.get(slug)
    return known[0] if known else slug.replace("-", " ").capitalize()


def territory_for(role: Role, text: str) -> str:
    """The stored territory of a habilitation: read for a role that has one, empty for the others.

    Raises InvalidInput: a detection role is held on départements and régions, an animator follows zones of France.
    """
    if role not in TERRITORIAL:
        return ""
    found = parse_territory(text)
    if role in DETECTION and not {kind for kind, _code in found.zones} <= {ZoneType.REGION, ZoneType.DEPARTEMENT}:
        raise InvalidInput(
            "territory_too_fine",
            "Un agent de détection a des départements (35, 2A), des régions (R53) ou la France entière (FR).",
            field="territory",
        )
    if role is Role.ANIMATOR and (found.whole or found.groups):
        raise InvalidInput(
            "territory_too_wide",
            "Un animateur local suit des zones précises, pas la France entière.",
            field="territory",
        )
    return str(found)


def session_lasts(remembered: bool, guarded: bool = False) -> timedelta:
    """How long a session lasts from its opening, whatever is done meanwhile. guarded: of the detection side."""
    if guarded:
        return GUARDED_LASTS
    return REMEMBERED_LASTS if remembered else SESSION_LASTS


def network_of(address: str) -> str:
    """The network of an address (/24, or /48 for IPv6), which is all that the journal keeps; empty when unreadable."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    length = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network(f"{found}/{length}", strict=False))


def editable_fields(by_team: bool) -> tuple[str, ...]:
    """The columns of an account that one may change."""
    return TEAM_FIELDS if by_team else OWN_FIELDS


def refuse_roles(roles: Iterable[Role], antenne_id: int | None) -> None:
    """Raises InvalidInput when nobody could hold these roles so."""
    wanted = frozenset(roles)
    if not wanted:
        raise InvalidInput("role_missing", "Choisissez au moins un rôle.", field="roles")
    if wanted & ROLES_WITH_ANTENNE and antenne_id is None:
        raise InvalidInput(
            "antenne_missing", "Indiquez l’antenne\u00a0: seuls les membres de l’équipe n’en ont pas.", field="antenne"
        )


def refuse_period(starts_on: date, ends_on: date | None) -> None:
    """Raises InvalidInput when a habilitation could not be in force over this period."""
    if ends_on is None:
        return
    if ends_on < starts_on:
        raise InvalidInput("period_reversed", "La fin précède le début.", field="ends_on")
    if ends_on - starts_on > LONGEST_HABILITATION:
        raise InvalidInput("period_too_long", "Une habilitation dure cinq ans au plus.", field="ends_on")


def refuse_absence(starts_on: date, ends_on: date, today: date) -> None:
    """Raises InvalidInput when the absence is over, reversed or endless."""
    if ends_on < starts_on:
        raise InvalidInput("absence_reversed", "La fin de l’absence précède son début.", field="ends_on")
    if ends_on < today:
        raise InvalidInput("absence_over", "Cette absence est déjà terminée.", field="ends_on")
    if ends_on - starts_on > LONGEST_ABSENCE:
        raise InvalidInput(
            "absence_too_long",
            "Une absence dure un an au plus. Pour un départ, prévenez l’équipe.",
            field="ends_on",
        )


def refuse_on_oneself(user_id: int, by_user_id: int | None) -> None:
    """Raises Refused when somebody would take away his own habilitation: the team must never lock itself out."""
    if user_id == by_user_id:
        raise Refused(
            "own_habilitation",
            "Vous ne pouvez pas retirer votre propre habilitation. Demandez-le à un collègue de l’équipe.",
        )
