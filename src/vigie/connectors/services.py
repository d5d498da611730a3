"""The outside services of this installation, for the page of dependencies. A new connector adds its line here."""

from __future__ import annotations

from django.core.cache import cache

from vigie.connectors import mail, proconnect, recherche_entreprises
from vigie.connectors.breaker import Breaker, ServiceHealth
from vigie.kernel import clock


def health() -> list[ServiceHealth]:
    """The state of each outside service, as its last calls left it; calls nobody."""
    return [
        recherche_entreprises.configured().client.health(),
        proconnect.configured().service.health(),
        Breaker(mail.SERVICE, cache).health(clock.now(), active=True),  # the outbox tells it how its deliveries end
    ]
