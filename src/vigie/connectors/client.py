"""The one way out: a bounded, patient, cached and accountable GET on an outside service.

Time-outs, at most three tries, circuit breaker, fresh cache, stale value when the service fails, provenance,
call log. What the service says is read through a pydantic model; an answer that does not fit is a BadAnswer
and is never kept. ``exchange`` is for what is neither kept nor asked twice: a form, a question in somebody's
name.

Call it outside a database transaction: when the cache is a table, a rolled-back failure would not be counted.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Generic, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from vigie.connectors.breaker import Breaker, Cache, ServiceHealth
from vigie.connectors.wire import NoReply, Question, Reply, Times, Wire
from vigie.kernel import clock as kernel_clock
from vigie.kernel.errors import BadAnswer, ConnectorError, NotFound, Unavailable
from vigie.kernel.text import clean_line

log = logging.getLogger("vigie.connectors")

RETRIED = frozenset({429, 502, 503, 504})
PAGE_BUDGET_S = 1.0  # a page answers within 1.5 s whatever happens outside (quality bar R-11)
_SECONDS = re.compile(r"\d{1,6}", re.ASCII)

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Policy:
    """How patient a client is. Seconds, tries, bytes."""

    connect_s: float = 3.0
    read_s: float = 10.0
    tries: int = 3
    backoff_s: float = 0.5
    longest_wait_s: float = 10.0  # a longer Retry-After is not waited for: the call gives up
    fresh: timedelta = timedelta(hours=12)
    stale: timedelta = timedelta(days=7)
    failures_to_open: int = 5
    open_s: float = 60.0
    max_bytes: int = 2_000_000


@dataclass(frozen=True)
class Fetched(Generic[T]):
    """A value and where it comes from. stale: the service failed and this is what it said at fetched_at."""

    value: T
    source: str
    fetched_at: datetime
    stale: bool
    status: int


@dataclass(frozen=True)
class Call:
    """One line of the call log; it never holds a parameter, a header or a body.

    outcome: ok, not_found, refused (our request), unavailable, bad_answer, breaker_open.
    """

    service: str
    purpose: str
    at: datetime
    status: int | None
    outcome: str
    tries: int
    duration_s: float


def log_call(call: Call) -> None:
    """Writes the call in the service's journal of lines."""
    log.info(
        "outbound call service=%s purpose=%s status=%s outcome=%s tries=%d duration=%.3f",
        call.service,
        call.purpose,
        call.status,
        call.outcome,
        call.tries,
        call.duration_s,
    )


def user_agent(version: str, contact_url: str) -> str:
    """Gives vigie/0.1.0 (+https://…), which the company search asks for."""
    contact = "".join(c for c in contact_url if c.isascii() and c.isprintable() and c not in " ()")
    return f"vigie/{version} (+{contact})"


@dataclass(frozen=True)
class _Kept:
    """A value of the cache."""

    body: str
    fetched_at: datetime
    fresh_s: float
    status: int


class ServiceClient:
    """A client of one service. ``source`` is the French name shown to people beside what it gave."""

    def __init__(
        self,
        service: str,
        base_url: str,
        *,
        source: str,
        cache: Cache,
        agent: str,
        active: bool = True,
        policy: Policy | None = None,
        transport: httpx.BaseTransport | None = None,
        threaded: bool | None = None,
        clock: Callable[[], datetime] = kernel_clock.now,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        on_call: Callable[[Call], None] = log_call,
    ) -> None:
        self.service = service
        self.source = source
        self.policy = policy or Policy()
        self._active = active
        self._cache = cache
        self._clock, self._timer, self._sleep, self._jitter = clock, timer, sleep, jitter
        self._on_call = on_call
        self._breaker = Breaker(service, cache, failures=self.policy.failures_to_open, open_s=self.policy.open_s)
        self._wire = Wire(
            service,
            base_url,
            user_agent=agent,
            max_bytes=self.policy.max_bytes,
            transport=transport,
            threaded=threaded,
            timer=timer,
        )

    def health(self) -> ServiceHealth:
        """The state of the service as this client knows it, without calling it."""
        return self._breaker.health(self._clock(), active=self._active)

    def get(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        model: type[M],
        purpose: str,
        budget_s: float | None = None,
        fresh: Callable[[M], timedelta] | None = None,
        refresh: bool = False,
        absent_on_404: bool = True,
    ) -> Fetched[M]:
        """What the service says, read as ``model``: fresh from the cache, else asked, else stale.

        purpose: short code for the call log. budget_s: the whole call may not take longer (inside a page).
        fresh: how long this very value stays fresh (default: the policy's); one that is given less than the
        policy is never served stale. refresh: ask even if fresh. absent_on_404: false for a service that
        never answers so about a thing (a 404 then means a wrong address). Raises NotFound, Unavailable,
        BadAnswer.
        """
        if not self._active:
            raise Unavailable(self.service, "switched off by its setting")
        key = self._key(path, params)
        kept = self._kept(key)
        now = self._clock()
        if kept and not refresh and timedelta(0) <= now - kept.fetched_at < timedelta(seconds=kept.fresh_s):
            found = self._from_cache(kept, model, stale=False)
            if found:
                return found
        try:
            value, status = self._ask(path, params, model, purpose, budget_s, absent_on_404)
        except NotFound:
            raise
        except ConnectorError:
            found = None
            lasting = kept is not None and kept.fresh_s >= self.policy.fresh.total_seconds()
            if kept and lasting and now - kept.fetched_at < self.policy.stale:
                found = self._from_cache(kept, model, stale=True)
            if found is None:
                raise
            return found
        fresh_for = fresh(value) if fresh else self.policy.fresh
        self._keep(key, _Kept(value.model_dump_json(), now, fresh_for.total_seconds(), status))
        return Fetched(value=value, source=self.source, fetched_at=now, stale=False, status=status)

    def exchange(self, question: Question, *, purpose: str, budget_s: float) -> Reply:
        """The good reply (200) to a question asked once, without cache: Unavailable, BadAnswer otherwise.

        RequestRefused when the service is well and does not accept what was sent.
        """
        if not self._active:
            raise Unavailable(self.service, "switched off by its setting")
        outcome, call, started = self._begin(
            purpose, lambda started: self._exchange(question, started + budget_s, tries=1)
        )
        return self._end(call, started, outcome, lambda: self._good(outcome, absent_on_404=False))

    # --- asking ---------------------------------------------------------------------------------------------
    def _ask(
        self,
        path: str,
        params: Mapping[str, str],
        model: type[M],
        purpose: str,
        budget_s: float | None,
        absent_on_404: bool,
    ) -> tuple[M, int]:
        outcome, call, started = self._begin(
            purpose, lambda started: self._tries(path, params, None if budget_s is None else started + budget_s)
        )
        value = self._end(call, started, outcome, lambda: self._read(outcome, model, absent_on_404))
        return value, outcome.status or 0

    def _begin(self, purpose: str, ask: Callable[[float], _Outcome]) -> tuple[_Outcome, Call, float]:
        """Asks, unless the breaker is open; gives how it ended, its line of the log, and when it began."""
        at, started = self._clock(), self._timer()
        call = Call(self.service, purpose, at, None, "breaker_open", 0, 0.0)
        if not self._breaker.allows(at):
            self._on_call(call)
            raise Unavailable(self.service, "not called: its last calls failed (breaker open)")
        outcome = ask(started)
        return outcome, replace(call, status=outcome.status, tries=outcome.tries), started

    def _end(self, call: Call, started: float, outcome: _Outcome, read: Callable[[], T]) -> T:
        """What was read of the answer; tells the breaker and the log in every case."""
        try:
            value = read()
        except ConnectorError as error:
            self._note(error, outcome)
            self._on_call(replace(call, outcome=_outcome(error), duration_s=self._timer() - started))
            raise
        self._breaker.succeeded(self._clock())
        self._on_call(replace(call, outcome="ok", duration_s=self._timer() - started))
        return value

    def _tries(self, path: str, params: Mapping[str, str], until: float | None) -> _Outcome:
        """The last of at most ``policy.tries`` exchanges, with waits between them."""
        policy, tries = self.policy, 0
        while True:
            tries += 1
            outcome = self._exchange(Question(path, params), until, tries)
            if not outcome.retryable or tries >= policy.tries:
                return outcome
            pause = policy.backoff_s * (2 ** (tries - 1) + self._jitter())
            if outcome.retry_after_s is not None:
                pause = outcome.retry_after_s
            if pause > policy.longest_wait_s or (until is not None and self._timer() + pause >= until):
                return outcome
            self._sleep(pause)

    def _exchange(self, question: Question, until: float | None, tries: int) -> _Outcome:
        policy = self.policy
        whole_s = policy.connect_s + policy.read_s
        if until is not None:
            whole_s = max(0.01, min(whole_s, until - self._timer()))
        times = Times(min(policy.connect_s, whole_s), min(policy.read_s, whole_s), whole_s)
        try:
            reply = self._wire.ask(question, times)
        except NoReply as error:
            return _Outcome(tries, error=error, retryable=error.retryable)
        except BadAnswer as error:
            return _Outcome(tries, error=error)
        return _Outcome(
            tries,
            reply=reply,
            retryable=reply.status in RETRIED,
            retry_after_s=_retry_after(reply, self._clock()),
        )

    def _good(self, outcome: _Outcome, absent_on_404: bool) -> Reply:
        """The reply of status 200; raises what any other outcome means."""
        if outcome.reply is None:
            raise outcome.error or Unavailable(self.service, "no reply")
        reply = outcome.reply
        if reply.status == 404:
            if absent_on_404:
                raise NotFound(self.service, "no such thing")
            raise BadAnswer(self.service, "no such path (status 404): check its address")
        if reply.status == 429 or reply.status >= 500:
            raise Unavailable(self.service, f"status {reply.status}")
        if reply.status in (401, 403):
            raise Unavailable(self.service, f"access refused (status {reply.status}): check its key")
        if 400 <= reply.status < 500:
            raise RequestRefused(self.service, f"request refused (status {reply.status}): {_excerpt(reply)}")
        if reply.status != 200:
            raise BadAnswer(self.service, f"unexpected status {reply.status}")
        return reply

    def _read(self, outcome: _Outcome, model: type[M], absent_on_404: bool) -> M:
        """The value of a good reply; raises what a bad one means."""
        reply = self._good(outcome, absent_on_404)
        try:
            return model.model_validate_json(reply.body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise BadAnswer(self.service, f"unexpected answer at {place or 'its start'}: {first['type']}") from None

    def _note(self, error: ConnectorError, outcome: _Outcome) -> None:
        """Tells the breaker. A service that refuses our request or knows no such thing is in good health."""
        if isinstance(error, (NotFound, RequestRefused)):
            self._breaker.succeeded(self._clock())
        else:
            self._breaker.failed(self._clock(), str(error), hold_s=outcome.retry_after_s)

    # --- keeping --------------------------------------------------------------------------------------------
    def _key(self, path: str, params: Mapping[str, str]) -> str:
        asked = json.dumps([path, sorted(params.items())], ensure_ascii=True)
        return f"connectors:{self.service}:{hashlib.sha256(asked.encode()).hexdigest()}"

    def _kept(self, key: str) -> _Kept | None:
        kept = self._cache.get(key)
        try:
            return _Kept(**kept) if kept else None
        except TypeError:  # written by another version of Vigie
            return None

    def _keep(self, key: str, kept: _Kept) -> None:
        self._cache.set(key, vars(kept), timeout=self.policy.stale.total_seconds())

    def _from_cache(self, kept: _Kept, model: type[M], *, stale: bool) -> Fetched[M] | None:
        try:
            value = model.model_validate_json(kept.body)
        except ValidationError:  # the model has changed since: as if nothing had been kept
            return None
        return Fetched(value=value, source=self.source, fetched_at=kept.fetched_at, stale=stale, status=kept.status)


class RequestRefused(BadAnswer):
    """The service is well but does not accept what we asked: a fault of ours."""


@dataclass(frozen=True)
class _Outcome:
    """How the tries of one call ended."""

    tries: int
    reply: Reply | None = None
    error: ConnectorError | None = None
    retryable: bool = False
    retry_after_s: float | None = None

    @property
    def status(self) -> int | None:
        return self.reply.status if self.reply else None


def _outcome(error: ConnectorError) -> str:
    if isinstance(error, NotFound):
        return "not_found"
    if isinstance(error, RequestRefused):
        return "refused"
    return "bad_answer" if isinstance(error, BadAnswer) else "unavailable"


def _retry_after(reply: Reply, at: datetime) -> float | None:
    """Seconds to wait, as the service says it (a number, or a date); None when it does not."""
    text = reply.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - at).total_seconds())
    except (TypeError, ValueError):  # not a date, or a date without its zone
        return None


def _excerpt(reply: Reply) -> str:
    return clean_line(reply.body.decode("utf-8", "replace"))[:120]
