"""Who uses a zone, a network, a profile or a body, and whom its change would give or take access to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from vigie.accounts.models import AgentProfile, Habilitation
from vigie.accounts.models_agents import Network, Segment
from vigie.accounts.rules import NAMED, Territory, parse_territory
from vigie.accounts.states import HABILITATION
from vigie.agents import registry
from vigie.agents.reference_kinds import ENTITY, NETWORK, SEGMENT, ZONE, Kind, Values
from vigie.agents.reference_rules import Effects, Move, Profile, Side, firms_moved, union, zone_moves
from vigie.kernel.period import paris_day
from vigie.kernel.zones import ZoneType
from vigie.rights.table import DETECTION
from vigie.territory.models import Zone, ZoneGroup
from vigie.territory.queries import zone_labels
from vigie.ui.formats import counted, listed, plural

ON_EDGE = 12  # names of départements written in a sentence; beyond, their number


# --- who uses it ------------------------------------------------------------------------------------------------------
def live_habilitations() -> QuerySet[Habilitation]:
    """Asked, granted or suspended: those that still give something, or could."""
    return Habilitation.objects.exclude(state__in=HABILITATION.final_codes)


def zone_uses() -> Counter[str]:
    """Code of a named zone → how many living habilitations name it. 1 query."""
    texts = live_habilitations().filter(territory__contains=NAMED).order_by().values_list("territory", flat=True)
    return Counter(code for text in texts for code in parse_territory(text).groups)


def _living_profiles() -> QuerySet[AgentProfile]:
    held = live_habilitations().filter(user=OuterRef("user_id"))
    return AgentProfile.objects.filter(Exists(held), user__is_active=True).order_by()


def uses(kind: Kind) -> dict[Any, int]:
    """Of each row (its code for a zone, else its key): how many things that live rest on it. 1 query."""
    if kind is ZONE:
        return dict(zone_uses())
    if kind is NETWORK:
        rows = Segment.objects.filter(archived_at=None, network__isnull=False).order_by().values_list("network_id")
        return dict(rows.annotate(count=Count("pk")))
    column = "segment_id" if kind is SEGMENT else "entity_id"
    return dict(_living_profiles().values_list(column).annotate(count=Count("pk")))


USED_BY = {
    ZONE.code: ("habilitation la nomme", "habilitations la nomment"),
    NETWORK.code: ("profil de travail en relève", "profils de travail en relèvent"),
    SEGMENT.code: ("agent habilité le porte", "agents habilités le portent"),
    ENTITY.code: ("personne habilitée en relève", "personnes habilitées en relèvent"),
}


def used_by(kind: Kind, row: Any) -> str:
    """« 3 habilitations la nomment »; empty when nothing living rests on it. 1 query."""
    count = uses(kind).get(row.code if kind is ZONE else row.pk, 0)
    return counted(count, *USED_BY[kind.code]) if count else ""


# --- whom a change moves ----------------------------------------------------------------------------------------------
def effects(kind: Kind, row: Any, after: Values, at: datetime) -> Effects:
    """What the new values give and take, by the habilitations in force that day. At most 6 queries."""
    if kind is ZONE and set(row.departements) != set(after["departements"]):
        return _zone_effects(row.code, frozenset(after["departements"]), at)
    if kind in (NETWORK, SEGMENT):
        return _network_effects(kind, row, after, at)
    return Effects()


def _in_force(at: datetime) -> QuerySet[Habilitation]:
    found = Habilitation.objects.in_force(paris_day(at)).filter(role__in=DETECTION, user__is_active=True)
    return found.order_by()


def _zone_effects(code: str, after: frozenset[str], at: datetime) -> Effects:
    naming = _in_force(at).filter(territory__contains=f"{NAMED}{code}").values("user_id")
    held: dict[int, tuple[Territory, ...]] = defaultdict(tuple)
    for user, text in _in_force(at).filter(user_id__in=naming).values_list("user_id", "territory"):
        held[user] += (parse_territory(text),)
    groups = ZoneGroup.objects.filter(archived_at=None).values_list("code", "departements")
    regions: dict[str, set[str]] = defaultdict(set)
    inside = Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT).order_by()
    for departement, region in inside.values_list("code", "region_code"):
        regions[region].add(departement)
    moves = zone_moves(
        held, code, after, {name: frozenset(codes) for name, codes in groups},
        {name: frozenset(codes) for name, codes in regions.items()},
    )  # fmt: skip
    if not moves:
        return Effects()
    return _of_departements(moves)


def _of_departements(moves: tuple[Move, ...]) -> Effects:
    gained, lost = union(move.gained for move in moves), union(move.lost for move in moves)
    places = registry.places_of(union(move.before | move.after for move in moves))
    lines, files = registry.lines_of(gained | lost), registry.files_of(gained | lost)
    opened, closed = firms_moved(moves, places)

    def side(agents: int, codes: frozenset[str], firms: frozenset[str]) -> Side:
        return Side(
            agents, tuple(sorted(codes)), len(firms), sum(lines.get(siren, 0) for siren in firms),
            sum(files.get(code, 0) for code in codes),
        )  # fmt: skip

    return Effects(
        "departements",
        side(sum(bool(move.gained) for move in moves), gained, opened),
        side(sum(bool(move.lost) for move in moves), lost, closed),
        frozenset(move.user_id for move in moves),
    )


def _network_effects(kind: Kind, row: Any, after: Values, at: datetime) -> Effects:
    tabs = dict(Network.objects.order_by().values_list("code", "is_active"))
    tabs_after = {**tabs, row.code: after["is_active"]} if kind is NETWORK else tabs
    profiles = {
        pk: Profile(code or "", codefi)
        for pk, code, codefi in Segment.objects.order_by().values_list("pk", "network__code", "in_codefi")
    }
    changed = {row.pk: Profile(after["network"], after["in_codefi"])} if kind is SEGMENT else {}
    agents = AgentProfile.objects.filter(user_id__in=_in_force(at).values("user_id")).order_by()
    moves = []
    for user, segment in agents.values_list("user_id", "segment_id"):
        now_reads = profiles[segment].reads(tabs, Network.CODEFI)
        then = {**profiles, **changed}[segment].reads(tabs_after, Network.CODEFI)
        if now_reads != then:
            moves.append(Move(user, now_reads, then))
    gained, lost = union(move.gained for move in moves), union(move.lost for move in moves)
    return Effects(
        "networks" if moves else "",
        Side(sum(bool(m.gained) for m in moves), tuple(sorted(gained)), files=registry.texts_of(gained)),
        Side(sum(bool(m.lost) for m in moves), tuple(sorted(lost)), files=registry.texts_of(lost)),
        frozenset(move.user_id for move in moves),
    )


# --- how it is said ---------------------------------------------------------------------------------------------------
def said(found: Effects) -> tuple[str, ...]:
    """What the change will do, and to whom, in sentences. At most 1 query."""
    names = _names(found.of, (*found.gives.codes, *found.takes.codes))
    lines = []
    if found.gives.agents:
        lines.append(f"{_agents(found.gives.agents, 'lira', 'liront')} en plus\u00a0: {_listed(found.gives, names)}.")
        lines.append(f"Cela leur ouvre {_what(found.of, found.gives)}.")
    if found.takes.agents:
        lines.append(
            f"{_agents(found.takes.agents, 'ne lira plus', 'ne liront plus')}\u00a0: {_listed(found.takes, names)}."
        )
        but = ", sauf ce qu’ils suivent ou accompagnent" if found.of == "departements" else ""
        lines.append(f"Cela leur ferme {_what(found.of, found.takes)}{but}.")
    return tuple(lines)


def in_short(told: dict[str, Any]) -> str:
    """The effects of a past change, as they were stored; empty when it moved nobody."""
    parts = []
    for name, words in (("gives", "accès donné à"), ("takes", "accès retiré à")):
        side = told.get(name) or {}
        if not side.get("agents"):
            continue
        what = counted(side["files"], "accompagnement")
        if told["of"] == "departements":
            what = counted(side["firms"], "entreprise")
        parts.append(f"{words} {counted(side['agents'], 'agent')} ({what})")
    return "\u00a0; ".join(parts)


def _agents(count: int, one: str, many: str) -> str:
    return f"{counted(count, 'agent')} {plural(count, one, many)}"


def _names(of: str, codes: Iterable[str]) -> dict[str, str]:
    if of == "networks":
        return {code: f"réseau {label}" for code, label in Network.objects.values_list("code", "label")}
    labels = zone_labels((ZoneType.DEPARTEMENT, code) for code in codes)
    return {code: label for (_kind, code), label in labels.items()}


def _listed(side: Side, names: dict[str, str]) -> str:
    if len(side.codes) > ON_EDGE:
        return counted(len(side.codes), "département")
    return listed([names[code] for code in side.codes])


def _what(of: str, side: Side) -> str:
    files = counted(side.files, "accompagnement") if side.files else "aucun accompagnement"
    if of == "networks":
        return f"les textes de {files}" if side.files else "un réseau qui n’a encore rien écrit"
    if not side.firms:
        return f"aucune entreprise en alerte et {files}"
    return (
        f"{counted(side.firms, 'entreprise')} qui {plural(side.firms, 'est ou a été', 'sont ou ont été')} en alerte "
        f"({counted(side.lines, 'ligne')} des listes ouvertes) et {files}"
    )
