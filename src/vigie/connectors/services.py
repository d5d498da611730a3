"""The outside services of this installation, for the page of dependencies. A new connector adds its line
here."""

from __future__ import annotations

from vigie.connectors import recherche_entreprises
from vigie.connectors.breaker import ServiceHealth


def health() -> list[ServiceHealth]:
    """The state of each outside service, as its last calls left it; calls nobody."""
    return [recherche_entreprises.configured().client.health()]
