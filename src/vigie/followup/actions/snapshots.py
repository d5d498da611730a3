"""Each change of a file leaves its event and the whole file as it became, in the transaction of the change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vigie.followup.models import Followup, Member, Snapshot, Term
from vigie.journal.actions import record
from vigie.rights.person import Person
from vigie.territory.models import Zone


def tell(
    event: str, followup: Followup, *, by: Person, at: datetime, changes: dict[str, Any] | None = None
) -> Snapshot:  # fmt: skip
    """Records the event of a file and keeps the file as it is now. changes: what moved, in codes and names."""
    record(event, followup, by=by, at=at)
    return keep(event, followup, by=by, at=at, changes=changes)


def keep(
    event: str, followup: Followup, *, by: Person, at: datetime, changes: dict[str, Any] | None = None
) -> Snapshot:  # fmt: skip
    """Keeps the file as it is now, beside an event that is already recorded. 5 queries."""
    return Snapshot.objects.create(
        followup=followup, at=at, event=event, actor_name=by.name, changes=changes or {}, data=picture(followup)
    )


def picture(followup: Followup) -> dict[str, Any]:
    """The file, denormalised: nothing of it needs another table to be read later. No text of a network."""
    terms: dict[str, list[str]] = {kind: [] for kind in Term.Kind.values if kind != Term.Kind.SIZE}
    for kind, code in followup.terms.order_by("kind", "code").values_list("kind", "code"):
        terms[kind].append(code)
    present = followup.members.present().select_related("user__agent__segment", "user__agent__entity")
    people: dict[str, list[dict[str, str]]] = {role: [] for role in Member.Role.values}
    for member in present:
        agent = getattr(member.user, "agent", None)
        people[member.role].append(
            {
                "email": member.user.email,
                "segment": agent.segment.code if agent else "",
                "entity": agent.entity.short_name if agent else "",
            }
        )
    codes = [followup.departement, followup.region]
    zones = Zone.objects.filter(zone_type__in=["departement", "region"], code__in=codes)
    names = {(kind, code): name for kind, code, name in zones.values_list("zone_type", "code", "name")}
    return {
        "state": followup.state,
        "started_on": followup.started_on.isoformat(),
        "ended_at": followup.ended_at.isoformat() if followup.ended_at else "",
        "deleted": followup.deleted_at is not None,
        "criticality": followup.criticality,
        "size": followup.size.code if followup.size else "",
        "terms": terms,
        "referents": people[Member.Role.REFERENT],
        "participants": people[Member.Role.PARTICIPANT],
        "creator": followup.creator.email,
        "siret": followup.siret,
        "departement": followup.departement,
        "departement_name": names.get(("departement", followup.departement), ""),
        "region": followup.region,
        "region_name": names.get(("region", followup.region), ""),
        "next_step_on": followup.next_step_on.isoformat() if followup.next_step_on else "",
    }
