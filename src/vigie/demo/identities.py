"""Whom the fake ProConnect recognises: the invented public agents and the team, read when its page is shown."""

from __future__ import annotations

import zlib

from vigie.connectors.fakes.proconnect import Persona
from vigie.demo import agents, people
from vigie.kernel.siren import with_key


def personas() -> list[Persona]:
    """One for each, employed by the body of his address."""
    names = {short: name for name, short in agents.ENTITIES}
    ours = names["Vigie"]
    return [
        *(_persona(agent.known, names[agent.entity]) for agent in agents.AGENTS),
        *(_persona(known, ours) for known in people.TEAM),
    ]


def _persona(known: people.Known, entity: str) -> Persona:
    given, _, usual = known.full_name.partition(" ")
    body = known.email.partition("@")[2].removesuffix(".example")
    siren = with_key(f"9{zlib.crc32(body.encode()) % 10**7:07d}")
    label = f"{known.job}, {entity}"
    return Persona(known.email, given, usual, label, with_key(f"{siren}0001"), idp_id=f"fi-{body}")
