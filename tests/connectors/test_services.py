"""The page of dependencies: one line for each outside service, without calling any."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache

from vigie.connectors import mail, proconnect, recherche_entreprises, services
from vigie.connectors.breaker import Breaker
from vigie.connectors.fakes.builtin_firms import invented_siren


def states() -> dict[str, tuple[str, str]]:
    return {line.service: (line.state, line.breaker) for line in services.health()}


def test_service_never_called_is_unknown() -> None:
    assert set(states()) == {"recherche-entreprises", "proconnect", "mail"}
    assert set(states().values()) == {("unknown", "closed")}


def test_each_service_has_the_state_its_last_calls_left(at: datetime) -> None:
    recherche_entreprises.by_siren(invented_siren(2))
    Breaker(mail.SERVICE, cache).failed(at, "relais injoignable")

    proconnect.configured().discovery(1.0)

    assert states() == {
        "recherche-entreprises": ("ok", "closed"), "proconnect": ("ok", "closed"), "mail": ("degraded", "closed"),
    }  # fmt: skip
