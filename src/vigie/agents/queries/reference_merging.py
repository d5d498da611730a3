"""What becoming one would change of two bodies, or of two profiles of work: who moves, and why it may not be done."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, QuerySet

from vigie.accounts.models import AgentProfile, Charge, Habilitation, User
from vigie.accounts.models_agents import Segment
from vigie.accounts.states import HABILITATION
from vigie.agents.models import AskedMove, LateReport
from vigie.agents.reference_kinds import ENTITY, SEGMENT, Kind
from vigie.rights.table import Role
from vigie.ui.formats import counted, listed

MOVED = (AgentProfile, Charge, AskedMove)  # what is said of the one is then said of the other
KEPT = (LateReport,)  # what was reported stays as it was
NAMES = 6  # people named in a sentence; beyond, their number


@dataclass(frozen=True)
class Merging:
    """agents: whose sheet changes. refused: why it may not be done, in sentences; nothing then is written."""

    agents: int
    charges: int
    asked: int
    readers: tuple[str, ...]
    refused: tuple[str, ...]
    versions: tuple[int, int]

    @property
    def mark(self) -> str:
        """Of what was read on the screen."""
        told = f"{self.agents} {self.charges} {self.asked} {self.readers} {self.versions}"
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def column_of(kind: Kind) -> str:
    return "entity" if kind is ENTITY else "segment"


def merging(kind: Kind, source: Any, target: Any) -> Merging:
    """At most 9 queries, whatever the agents."""
    column = column_of(kind)
    refused = [*_networks(source, target)] if isinstance(source, Segment) else []
    refused += _reviewers(kind, source, target) + _named_elsewhere(source)
    asked = AskedMove.objects.filter(segment=source).count() if kind is SEGMENT else 0
    return Merging(
        agents=AgentProfile.objects.filter(**{column: source}).count(),
        charges=Charge.objects.filter(**{column: source}).count(),
        asked=asked,
        readers=_readers(source) if kind is ENTITY else (),
        refused=tuple(refused),
        versions=(source.version, target.version),
    )


def _networks(source: Segment, target: Segment) -> list[str]:
    """The networks whose texts an agent reads come from his profile: two that differ are not one."""
    if source.network_codes() == target.network_codes():
        return []
    people = User.objects.filter(agent__segment=source, is_active=True).order_by("full_name")
    names = _named(list(people.values_list("full_name", flat=True)))
    if not names:
        return ["Les deux profils ne donnent pas les mêmes réseaux\u00a0: donnez-leur d’abord les mêmes."]
    return [f"Les deux profils ne donnent pas les mêmes réseaux\u00a0: les textes que lisent {names} changeraient."]


def _reviewers(kind: Kind, source: Any, target: Any) -> list[str]:
    """Who answers for the agents of the one must answer for those of the other, in the same way."""
    column = column_of(kind)
    other = "segment_id" if kind is ENTITY else "entity_id"
    living = Charge.objects.filter(user_id__in=_living_reviewers().values("user_id")).order_by("pk")
    one, two = (
        set(living.filter(**{column: row}).values_list("user__full_name", other, "user_id")) for row in (source, target)
    )
    alone = sorted({name for name, _other, _user in one ^ two})
    if not alone:
        return []
    return [
        f"Les mêmes personnes ne répondent pas des deux\u00a0: {_named(alone)} répondrait d’autres agents sans qu’on "
        "le dise. Confiez d’abord les deux aux mêmes («\u00a0Responsables d’agents\u00a0»)."
    ]


def _named_elsewhere(source: Any) -> list[str]:
    """Other tables that name it: what they mean is for those who keep them to say."""
    found = []
    for field in source._meta.get_fields(include_hidden=True):
        model = field.related_model
        if not (field.auto_created and field.is_relation) or model in (*MOVED, *KEPT):
            continue
        column = field.field
        if isinstance(column, ForeignKey) and (count := model._base_manager.filter(**{column.name: source}).count()):
            found.append(f"{counted(count, 'autre ligne la nomme', 'autres lignes la nomment')}\u00a0: "
                         f"«\u00a0{model._meta.verbose_name}\u00a0». Changez-les d’abord.")  # fmt: skip
    return found


def _readers(source: Any) -> tuple[str, ...]:
    """The reviewers who answer for it as a whole: the figures of use that they read become those of the other."""
    held = Charge.objects.filter(entity=source, segment=None).values("user_id")
    people = User.objects.filter(pk__in=held).filter(pk__in=_living_reviewers().values("user_id"))
    return tuple(people.order_by("full_name").values_list("full_name", flat=True))


def _living_reviewers() -> QuerySet[Habilitation]:
    return Habilitation.objects.filter(role=Role.REVIEWER).exclude(state__in=HABILITATION.final_codes)


def _named(names: list[str]) -> str:
    if len(names) > NAMES:
        return counted(len(names), "personne")
    return listed(names) if names else ""


def merging_said(source: Any, target: Any, found: Merging) -> tuple[str, ...]:
    """What it does, in sentences."""
    into = target.label if isinstance(target, Segment) else target.name
    said = [f"{counted(found.agents, 'fiche d’agent portera', 'fiches d’agents porteront')} «\u00a0{into}\u00a0»."]
    if found.asked:
        said.append(f"{counted(found.asked, 'demande de changement', 'demandes de changement')} aussi.")
    if found.charges:
        said.append("Les mêmes responsables répondent de leurs agents.")
    if found.readers:
        said.append(f"{_named(list(found.readers))}\u00a0: les usages lus seront ceux de «\u00a0{into}\u00a0».")
    said.append("Personne ne lira une entreprise ni un texte de plus, ou de moins.")
    return tuple(said)


def targets(kind: Kind, row: Any) -> list[tuple[str, str]]:
    """(key, name) of those it may join. 1 query."""
    rows = kind.model.objects.filter(archived_at=None).exclude(pk=row.pk)
    return [(str(one.pk), one.label if kind is SEGMENT else one.name) for one in rows]
