"""What the tests of connectors share: a clock that is moved by hand, a cache that obeys it, the fakes, no real wait."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from vigie.connectors.client import Call, Policy, ServiceClient
from vigie.connectors.fakes import data, modes
from vigie.connectors.fakes.transport import FakeTransport, fake_url
from vigie.connectors.recherche_entreprises import SERVICE, SOURCE, RechercheEntreprises


class Hands:
    """The hands of a clock: the moment, the stopwatch and the waits move together."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
        self.waits: list[float] = []

    def clock(self) -> datetime:
        return self.moment

    def timer(self) -> float:
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.move(seconds=seconds)

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


class HandCache:
    """A cache whose values die by the hands' clock; values are copied, as a real cache does."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self.values: dict[str, tuple[Any, float | None]] = {}
        self.writes = 0

    def get(self, key: str, default: Any = None) -> Any:
        value, until = self.values.get(key, (None, None))
        if key not in self.values or (until is not None and self._hands.timer() >= until):
            return default
        return copy.deepcopy(value)

    def set(self, key: str, value: Any, timeout: float | None = None) -> None:
        self.writes += 1
        self.values[key] = (copy.deepcopy(value), None if timeout is None else self._hands.timer() + timeout)

    def add(self, key: str, value: Any, timeout: float | None = None) -> bool:
        if self.get(key) is not None:
            return False
        self.set(key, value, timeout)
        return True


class Scripted(httpx.BaseTransport):
    """A transport whose responses are written by a test, and read as a stream like those of a network."""

    def __init__(self, handler: Callable[[httpx.Request], httpx.Response]) -> None:
        self._handler = handler

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._handler(request)
        if not response.is_stream_consumed:
            return response
        return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(response.content))


class Service:
    """The company search over a fake transport, with everything that can be looked at."""

    def __init__(self, hands: Hands, cache: HandCache, transport: httpx.BaseTransport, **more: Any) -> None:
        self.hands, self.cache, self.transport = hands, cache, transport
        self.calls: list[Call] = []
        self.client = ServiceClient(
            SERVICE,
            fake_url(SERVICE),
            source=SOURCE,
            cache=cache,
            agent="vigie/test (+https://vigie.example/contact)",
            transport=transport,
            clock=hands.clock,
            timer=hands.timer,
            sleep=hands.sleep,
            jitter=lambda: 0.0,
            on_call=self.calls.append,
            **{"policy": Policy(), **more},
        )
        self.directory = RechercheEntreprises(self.client)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def cache_by_hand(hands: Hands) -> HandCache:
    return HandCache(hands)


@pytest.fixture
def fake(hands: Hands) -> FakeTransport:
    return FakeTransport(sleep=hands.sleep)


@pytest.fixture
def service(hands: Hands, cache_by_hand: HandCache, fake: FakeTransport) -> Service:
    return Service(hands, cache_by_hand, fake)


@pytest.fixture
def answering(hands: Hands, cache_by_hand: HandCache) -> Callable[..., Service]:
    """A service whose answers are written by the test."""

    def build(handler: Callable[[httpx.Request], httpx.Response], **more: Any) -> Service:
        return Service(hands, cache_by_hand, Scripted(handler), **more)

    return build


@pytest.fixture(autouse=True)
def _fakes_as_delivered() -> Iterator[None]:
    yield
    data.register(None)
    modes.board.store = modes.ProcessStore()
