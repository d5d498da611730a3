"""The client over the fakes: each failure × retry × breaker × cache. No real wait: the hands move the time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from pydantic import BaseModel

from tests.connectors.conftest import HandCache, Hands, Scripted, Service
from vigie.connectors.client import PAGE_BUDGET_S, Policy, ServiceClient, log_call, user_agent
from vigie.connectors.fakes.builtin_firms import invented_siren
from vigie.connectors.fakes.transport import FakeTransport
from vigie.kernel.errors import BadAnswer, ConnectorError, NotFound, Unavailable

BAKERY = invented_siren(1)
FAULTS = ["429", "500", "timeout", "malforme", "jeton_expire"]  # not "lent": a job waits for it, a page does not
RETRIED = {"429": 3, "500": 1, "timeout": 3, "malforme": 1, "jeton_expire": 1}
ERRORS = {
    "429": Unavailable,
    "500": Unavailable,
    "timeout": Unavailable,
    "malforme": BadAnswer,
    "jeton_expire": Unavailable,
}
STATUSES = {"429": 429, "500": 500, "timeout": None, "malforme": 200, "jeton_expire": 401}


class Thing(BaseModel):
    name: str


def ok(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"name": "thing"})


def get(service: Service, **more: object) -> object:
    return service.client.get("/thing", {"id": "1"}, model=Thing, purpose="test", **more).value.name  # type: ignore[arg-type]


# --- tries ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", FAULTS)
def test_each_fault_is_a_clear_error_after_the_right_number_of_tries(
    service: Service, fake: FakeTransport, mode: str
) -> None:
    fake.mode = mode

    with pytest.raises(ConnectorError) as caught:
        service.directory.by_siren(BAKERY)

    assert type(caught.value).__mro__.index(ERRORS[mode]) >= 0
    assert len(fake.requests) == RETRIED[mode]
    [call] = service.calls
    assert (call.status, call.tries) == (STATUSES[mode], RETRIED[mode])
    assert call.outcome == ("bad_answer" if mode == "malforme" else "unavailable")


def test_slow_service_is_waited_for_outside_pages(service: Service, fake: FakeTransport) -> None:
    fake.mode = "lent"

    assert service.directory.by_siren(BAKERY).siren == BAKERY
    assert service.calls[0].duration_s == pytest.approx(8.0)


@pytest.mark.parametrize("mode", ["lent", *FAULTS, "vide"])
def test_call_inside_a_page_takes_one_second_at_most(
    service: Service, fake: FakeTransport, hands: Hands, mode: str
) -> None:
    fake.mode = mode
    before = hands.timer()

    with pytest.raises(ConnectorError):
        service.directory.by_siren(BAKERY, within_s=PAGE_BUDGET_S)

    assert hands.timer() - before <= PAGE_BUDGET_S + 0.001


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_retries_wait_longer_each_time(answering: Callable[..., Service], hands: Hands, status: int) -> None:
    service = answering(lambda request: httpx.Response(status))

    with pytest.raises(Unavailable):
        get(service)

    assert hands.waits == [0.5, 1.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 500, 501])
def test_other_statuses_are_not_retried(answering: Callable[..., Service], hands: Hands, status: int) -> None:
    service = answering(lambda request: httpx.Response(status))

    with pytest.raises(ConnectorError):
        get(service)

    assert (hands.waits, service.calls[0].tries) == ([], 1)


def test_refused_connection_is_not_retried(answering: Callable[..., Service]) -> None:
    def refused(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    service = answering(refused)

    with pytest.raises(Unavailable):
        get(service)
    assert service.calls[0].tries == 1


def test_second_try_may_succeed(answering: Callable[..., Service], hands: Hands) -> None:
    replies = iter([httpx.Response(503), httpx.Response(200, json={"name": "thing"})])
    service = answering(lambda request: next(replies))

    assert get(service) == "thing"
    assert hands.waits == [0.5]
    assert service.client.health().state == "ok"


@pytest.mark.parametrize(
    ("value", "waited"),
    [
        ("2", 2.0),
        ("0", 0.0),
        ("Wed, 18 Mar 2026 09:30:04 GMT", 4.0),
        ("Wed, 18 Mar 2026 09:00:00 GMT", 0.0),
        ("soon", 0.5),
        ("-3", 0.5),
        ("", 0.5),
        ("Wed, 18 Mar 2026 09:30:04", 0.5),
    ],
)
def test_waits_as_the_service_says(answering: Callable[..., Service], hands: Hands, value: str, waited: float) -> None:
    replies = iter([httpx.Response(429, headers={"Retry-After": value}), httpx.Response(200, json={"name": "thing"})])
    service = answering(lambda request: next(replies))

    assert get(service) == "thing"
    assert hands.waits == [waited]


def test_too_long_a_wait_is_not_waited_for(answering: Callable[..., Service], hands: Hands) -> None:
    service = answering(lambda request: httpx.Response(429, headers={"Retry-After": "120"}))

    for _ in range(5):
        with pytest.raises(Unavailable):
            get(service)
    assert (hands.waits, service.calls[0].tries) == ([], 1)

    hands.move(seconds=119)  # the breaker, once open, keeps the patience that was asked for
    assert service.client.health().breaker == "open"


def test_jitter_spreads_the_tries(hands: Hands, cache_by_hand: HandCache) -> None:
    transport = Scripted(lambda request: httpx.Response(503))
    client = ServiceClient(
        "thing", "http://fakes.invalid", source="Thing", cache=cache_by_hand, agent="vigie/test", transport=transport,
        clock=hands.clock, timer=hands.timer, sleep=hands.sleep, jitter=lambda: 1.0,
    )  # fmt: skip

    with pytest.raises(Unavailable):
        client.get("/", {}, model=Thing, purpose="test")

    assert hands.waits == [1.0, 1.5]


# --- breaker ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", FAULTS)
def test_breaker_opens_after_five_failures_then_tries_once(
    service: Service, fake: FakeTransport, hands: Hands, mode: str
) -> None:
    fake.mode = mode
    for _ in range(5):
        with pytest.raises(ConnectorError):
            service.directory.by_siren(BAKERY)
    asked = len(fake.requests)

    with pytest.raises(Unavailable, match="breaker open"):
        service.directory.by_siren(BAKERY)
    assert len(fake.requests) == asked
    assert service.calls[-1].outcome == "breaker_open"
    assert service.client.health().breaker == "open"

    hands.move(seconds=60)
    fake.mode = ""
    assert service.directory.by_siren(BAKERY).siren == BAKERY
    assert service.client.health().state == "ok"


def test_trial_that_fails_reopens(service: Service, fake: FakeTransport, hands: Hands) -> None:
    fake.mode = "500"
    for _ in range(5):
        with pytest.raises(Unavailable):
            service.directory.by_siren(BAKERY)
    hands.move(seconds=60)
    asked = len(fake.requests)

    for _ in range(3):
        with pytest.raises(Unavailable):
            service.directory.by_siren(BAKERY)

    assert len(fake.requests) == asked + 1


def test_slow_pages_open_the_breaker_too(service: Service, fake: FakeTransport) -> None:
    fake.mode = "lent"
    for _ in range(5):
        with pytest.raises(Unavailable):
            service.directory.by_siren(BAKERY, within_s=PAGE_BUDGET_S)

    assert service.client.health().breaker == "open"


@pytest.mark.parametrize("status", [400, 404, 422])
def test_service_that_refuses_our_request_is_in_good_health(answering: Callable[..., Service], status: int) -> None:
    service = answering(lambda request: httpx.Response(status, json={"erreur": "Paramètre non valide."}))

    for _ in range(10):
        with pytest.raises(NotFound if status == 404 else BadAnswer):
            get(service)

    assert service.client.health().state == "ok"


def test_refusal_says_what_the_service_said(answering: Callable[..., Service]) -> None:
    service = answering(lambda request: httpx.Response(400, json={"erreur": "Paramètre non valide."}))

    with pytest.raises(BadAnswer, match="Paramètre non valide"):
        get(service)
    assert service.calls[0].outcome == "refused"


def test_switched_off_service_is_never_called(answering: Callable[..., Service]) -> None:
    service = answering(ok, active=False)

    with pytest.raises(Unavailable, match="switched off"):
        get(service)
    assert service.calls == []
    assert service.client.health().state == "off"


# --- cache ------------------------------------------------------------------------------------------------------------
def test_fresh_value_is_not_asked_again(service: Service, fake: FakeTransport, hands: Hands) -> None:
    first = service.directory.by_siren(BAKERY).provenance
    hands.move(hours=11, minutes=59)
    second = service.directory.by_siren(BAKERY).provenance
    hands.move(minutes=2)
    third = service.directory.by_siren(BAKERY).provenance

    assert len(fake.requests) == 2
    assert first == second
    assert (third.fetched_at - first.fetched_at) > timedelta(hours=12)
    assert (first.source, first.status, first.stale) == ("API Recherche d’entreprises", 200, False)


@pytest.mark.parametrize("mode", FAULTS)
def test_stale_value_is_given_when_the_service_fails(
    service: Service, fake: FakeTransport, hands: Hands, mode: str
) -> None:
    first = service.directory.by_siren(BAKERY)
    hands.move(days=6)
    fake.mode = mode

    second = service.directory.by_siren(BAKERY)

    assert second.name == first.name
    assert second.provenance.stale
    assert second.provenance.fetched_at == first.provenance.fetched_at


def test_stale_value_is_given_while_the_breaker_is_open(service: Service, fake: FakeTransport, hands: Hands) -> None:
    service.directory.by_siren(BAKERY)
    hands.move(hours=13)
    fake.mode = "500"
    for _ in range(5):
        service.directory.by_siren(BAKERY)
    asked = len(fake.requests)

    assert service.directory.by_siren(BAKERY).provenance.stale
    assert len(fake.requests) == asked


def test_week_old_value_is_not_given(service: Service, fake: FakeTransport, hands: Hands) -> None:
    service.directory.by_siren(BAKERY)
    hands.move(days=7)
    fake.mode = "500"

    with pytest.raises(Unavailable):
        service.directory.by_siren(BAKERY)


def test_refresh_asks_even_if_fresh_and_falls_back(service: Service, fake: FakeTransport) -> None:
    service.directory.by_siren(BAKERY)
    service.directory.by_siren(BAKERY, refresh=True)
    assert len(fake.requests) == 2

    fake.mode = "500"
    assert service.directory.by_siren(BAKERY, refresh=True).provenance.stale


def test_bad_answer_is_never_kept(service: Service, fake: FakeTransport) -> None:
    fake.mode = "malforme"
    with pytest.raises(BadAnswer):
        service.directory.by_siren(BAKERY)
    fake.mode = ""

    assert service.directory.by_siren(BAKERY).siren == BAKERY


def test_absence_is_believed_ten_minutes_only(service: Service, fake: FakeTransport, hands: Hands) -> None:
    fake.mode = "vide"
    with pytest.raises(NotFound):
        service.directory.by_siren(BAKERY)
    fake.mode = ""
    with pytest.raises(NotFound):
        service.directory.by_siren(BAKERY)

    hands.move(minutes=10)
    assert service.directory.by_siren(BAKERY).siren == BAKERY


def test_absence_is_never_served_stale(service: Service, fake: FakeTransport, hands: Hands) -> None:
    fake.mode = "vide"
    with pytest.raises(NotFound):
        service.directory.by_siren(BAKERY)
    hands.move(hours=1)
    fake.mode = "500"

    with pytest.raises(Unavailable):
        service.directory.by_siren(BAKERY)


def test_clock_set_back_makes_values_old_not_eternal(service: Service, fake: FakeTransport, hands: Hands) -> None:
    service.directory.by_siren(BAKERY)
    hands.move(hours=-1)
    service.directory.by_siren(BAKERY)

    assert len(fake.requests) == 2


def test_value_that_no_longer_fits_the_model_is_asked_again(answering: Callable[..., Service]) -> None:
    class Richer(BaseModel):
        name: str
        colour: str

    service = answering(lambda request: httpx.Response(200, json={"name": "thing", "colour": "blue"}))
    get(service)

    found = service.client.get("/thing", {"id": "1"}, model=Richer, purpose="test")

    assert (found.value.colour, len(service.calls)) == ("blue", 2)


def test_kept_value_of_another_version_is_ignored(
    service: Service, fake: FakeTransport, cache_by_hand: HandCache
) -> None:
    service.directory.by_siren(BAKERY)
    for key in list(cache_by_hand.values):
        cache_by_hand.set(key, {"former": "shape"})

    assert service.directory.by_siren(BAKERY).siren == BAKERY
    assert len(fake.requests) == 2


def test_keys_hold_nothing_of_what_was_asked(service: Service, cache_by_hand: HandCache) -> None:
    service.directory.search("Jeanne Rouvelin")

    assert not any("ouvelin" in key for key in cache_by_hand.values)
    assert all(len(key) < 200 for key in cache_by_hand.values)


# --- hostile answers --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b'"x"', b"{", b"<html>maintenance</html>", b"\xff\xfe\x00", b'{"name": 5}',
        b'{"name": null}', b'{"name": "\\ud800"}', b"[" * 100_000, b'{"name": ' * 10_000, b'{"name": [1,2,3]}',
        b'{"nom": "thing"}', b"NaN",
    ],
)  # fmt: skip
def test_body_that_does_not_fit_is_a_bad_answer(answering: Callable[..., Service], body: bytes) -> None:
    service = answering(lambda request: httpx.Response(200, content=body))

    with pytest.raises(BadAnswer):
        get(service)
    assert service.client.health().failures == 1


def test_huge_body_is_cut_off(answering: Callable[..., Service]) -> None:
    sent = 0

    def flood() -> object:
        nonlocal sent
        for _ in range(10_000):
            sent += 100_000
            yield b"x" * 100_000

    service = answering(lambda request: httpx.Response(200, content=flood()))

    with pytest.raises(BadAnswer, match="more than"):
        get(service)
    assert sent <= Policy().max_bytes + 200_000


def test_huge_error_page_is_not_read_whole(answering: Callable[..., Service]) -> None:
    service = answering(lambda request: httpx.Response(400, content=(b"x" * 100_000 for _ in range(1000))))

    with pytest.raises(BadAnswer) as caught:
        get(service)
    assert len(str(caught.value)) < 250


def test_compressed_body_is_refused(answering: Callable[..., Service]) -> None:
    service = answering(
        lambda request: httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=iter([b"bomb"]))
    )

    with pytest.raises(BadAnswer, match="compressed"):
        get(service)


def test_slow_body_is_abandoned(answering: Callable[..., Service], hands: Hands) -> None:
    def drip() -> object:
        while True:
            hands.move(seconds=1)
            yield b" "

    service = answering(lambda request: httpx.Response(200, content=drip()))
    before = hands.timer()

    with pytest.raises(Unavailable, match="too slow"):
        get(service)
    assert hands.timer() - before <= 3 * 15


@pytest.mark.parametrize("place", ["http://evil.example/", "//evil.example/x", "https:evil"])
def test_redirection_is_not_followed(answering: Callable[..., Service], place: str) -> None:
    asked: list[str] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"Location": place})

    service = answering(elsewhere)

    with pytest.raises(ConnectorError):
        get(service)
    assert asked == ["fakes.invalid"]


def test_cookies_of_a_service_are_not_kept(answering: Callable[..., Service]) -> None:
    seen: list[str] = []

    def tracking(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("Cookie", ""))
        return httpx.Response(200, json={"name": "thing"}, headers={"Set-Cookie": "track=1; Path=/"})

    service = answering(tracking)
    get(service)
    get(service, refresh=True)

    assert seen == ["", ""]


# --- accounts ---------------------------------------------------------------------------------------------------------
def test_service_is_told_who_calls(answering: Callable[..., Service]) -> None:
    seen: list[httpx.Headers] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return ok(request)

    get(answering(note))

    assert seen[0]["User-Agent"] == "vigie/test (+https://vigie.example/contact)"
    assert seen[0]["Accept-Encoding"] == "identity"


def test_agent_cannot_break_its_header() -> None:
    assert user_agent("0.1.0", "https://a.example/\r\nX-Evil: (é)") == "vigie/0.1.0 (+https://a.example/X-Evil:)"


def test_call_log_holds_no_parameter(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    service.directory.search("Jeanne Rouvelin")
    with caplog.at_level(logging.INFO, logger="vigie.connectors"):
        log_call(service.calls[0])

    assert "purpose=search" in caplog.text
    assert "ouvelin" not in caplog.text + repr(service.calls)
    assert service.calls[0].at == service.hands.moment


def test_value_from_the_cache_is_not_an_outbound_call(service: Service) -> None:
    service.directory.by_siren(BAKERY)
    service.directory.by_siren(BAKERY)

    assert [call.outcome for call in service.calls] == ["ok"]
