"""Agents of several administrations, establishments of two départements, and files on them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.accounts.factories import person
from tests.companies.factories import EstablishmentFactory
from tests.watchlists.factories import agent
from vigie.accounts.models import User
from vigie.accounts.models_agents import AgentProfile, Entity, Network, Segment
from vigie.followup.actions.files import Fields, open_file
from vigie.followup.models import Followup, Workplace
from vigie.rights.table import Role
from vigie.territory.models import Commune

MOMENT = datetime(2026, 7, 8, 9, 0, tzinfo=UTC)
HERE, ELSEWHERE = "35238", "59350"
NETWORKS = {"codefi": "CODEFI", "crp": "CRP", "dgfip": "DGFiP"}
_COMMUNES = {HERE: ("Rennes", "35", "53"), ELSEWHERE: ("Lille", "59", "32")}


def communes() -> None:
    for code, (name, departement, region) in _COMMUNES.items():
        Commune.objects.get_or_create(
            code=code,
            defaults={
                "name": name, "name_folded": name.upper(), "kind": "commune", "departement_code": departement,
                "region_code": region, "vintage": 2026,
            },
        )  # fmt: skip


def network(code: str) -> Network:
    found, _new = Network.objects.get_or_create(
        code=code, defaults={"label": NETWORKS[code], "position": list(NETWORKS).index(code)}
    )
    return found


def colleague(
    name: str, of: str = "crp", *, territory: str = "35", level: Role = Role.LEVEL_A, codefi: bool = True
) -> User:
    """An agent of the administration of that network, in the CODEFI unless told otherwise."""
    network("codefi")
    user = agent(level, territory, full_name=name, email=f"{name.split()[0].lower()}@agents.example")
    entity, _new = Entity.objects.get_or_create(name=f"Direction {of}", defaults={"short_name": of.upper()})
    segment, _new = Segment.objects.get_or_create(
        code=f"{of}{'-codefi' if codefi else ''}",
        defaults={"label": of, "network": network(of), "in_codefi": codefi},
    )
    AgentProfile.objects.create(user=user, entity=entity, segment=segment)
    return user


def workplace(name: str = "Menuiserie Durand", commune: str = HERE, **values: Any) -> Workplace:
    communes()
    place = EstablishmentFactory(company__name=name, commune_code=commune, commune_name=_COMMUNES[commune][0], **values)
    return Workplace.objects.get(pk=place.pk)


def token(rank: int = 0) -> str:
    return f"jeton-du-formulaire-{rank:04d}"


def opened_file(by: User, place: Workplace | None = None, at: datetime = MOMENT, **fields: Any) -> Followup:
    """A file opened by this agent, who is its référent."""
    place = place or workplace()
    return open_file(
        place, Fields(**fields), motive="source_interne", form_token=token(Followup.objects.count()),
        by=person(by, at), at=at,
    )  # fmt: skip
