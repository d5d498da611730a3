"""One exchange with an outside service: bounded in time, in bytes and in number.

A socket time-out bounds neither the resolution of a name, nor several addresses tried in turn, nor a body
sent one byte at a time. So a real exchange runs in a thread that its caller stops waiting for; the thread
ends by its own time-outs, and a fixed number of them may be under way. A transport given by the caller (a
fake) is called in the caller's thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitedEnough
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from time import monotonic
from typing import Any

import httpx

from vigie.kernel.errors import BadAnswer, Unavailable

ERROR_BODY_BYTES = 10_000  # what is read of the body of a refusal: enough for its message


class NoReply(Unavailable):
    """Nothing came back. ``retryable`` is true for a time-out, false for a service that is not there."""

    def __init__(self, service: str, message: str, *, retryable: bool) -> None:
        super().__init__(service, message)
        self.retryable = retryable


@dataclass(frozen=True)
class Reply:
    """What came back, whatever its status; header names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Times:
    """Limits of one exchange, in seconds; ``whole_s`` bounds everything, name resolution included."""

    connect_s: float
    read_s: float
    whole_s: float


@dataclass(frozen=True)
class Question:
    """What is sent: GET with parameters, or POST of a form. bearer: the access token of who it is asked for."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    bearer: str = field(default="", repr=False)


class Wire:
    """Exchanges with one service. Redirections are not followed: only the configured address is ever called."""

    def __init__(
        self,
        service: str,
        base_url: str,
        *,
        user_agent: str,
        max_bytes: int,
        transport: httpx.BaseTransport | None = None,
        threaded: bool | None = None,
        under_way: int = 8,
        timer: Callable[[], float] = monotonic,
    ) -> None:
        self._service = service
        self._base_url = base_url.rstrip("/")
        # No compression: a small compressed body can hide a huge one.
        self._headers = {
            "User-Agent": user_agent,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        self._max_bytes = max_bytes
        self._transport = transport
        self._threaded = transport is None if threaded is None else threaded
        self._slots = threading.BoundedSemaphore(under_way)
        self._timer = timer
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def get(self, path: str, params: Mapping[str, str], times: Times) -> Reply:
        """The reply of the service to a GET; raises NoReply, or BadAnswer for a body too large."""
        return self.ask(Question(path, params), times)

    def ask(self, question: Question, times: Times) -> Reply:
        """The reply of the service; raises NoReply, or BadAnswer for a body too large."""
        if not self._threaded:
            return self._exchange(question, times)
        if not self._slots.acquire(blocking=False):
            raise NoReply(self._service, "too many calls under way", retryable=False)
        future: Future[Reply] = Future()
        threading.Thread(target=self._work, args=(future, question, times), daemon=True).start()
        try:
            return future.result(timeout=times.whole_s)
        except WaitedEnough:
            raise NoReply(self._service, f"no answer within {times.whole_s:.1f} s", retryable=True) from None

    def _work(self, future: Future[Reply], question: Question, times: Times) -> None:
        try:
            future.set_result(self._exchange(question, times))
        except BaseException as error:  # handed to the waiting caller, who raises it
            future.set_exception(error)
        finally:
            self._slots.release()

    def _exchange(self, question: Question, times: Times) -> Reply:
        limits = httpx.Timeout(times.read_s, connect=times.connect_s, pool=times.connect_s)
        until = self._timer() + times.whole_s
        sent: dict[str, Any] = {"params": question.params, "timeout": limits}
        if question.form is not None:
            sent["data"] = dict(question.form)
        if question.bearer:
            sent["headers"] = {"Authorization": f"Bearer {question.bearer}"}
        method = "GET" if question.form is None else "POST"
        try:
            with self._http().stream(method, self._base_url + question.path, **sent) as response:
                body = self._body(response, until)
        except httpx.TimeoutException as error:
            raise NoReply(self._service, f"time-out ({type(error).__name__})", retryable=True) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoReply(self._service, f"no connection ({type(error).__name__})", retryable=False) from error
        return Reply(response.status_code, body, {name.lower(): value for name, value in response.headers.items()})

    def _body(self, response: httpx.Response, until: float) -> bytes:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise BadAnswer(self._service, "compressed body, which was not asked for")
        wanted = self._max_bytes if response.is_success else ERROR_BODY_BYTES
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > wanted:
                if response.is_success:
                    raise BadAnswer(self._service, f"body of more than {wanted} bytes")
                break
            if self._timer() > until:
                raise NoReply(self._service, "body too slow", retryable=True)
        return bytes(body[:wanted])

    def _http(self) -> httpx.Client:
        """The connection pool, made at the first call so that each worker process has its own."""
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(
                    headers=self._headers,
                    transport=self._transport,
                    follow_redirects=False,
                    cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none is kept
                )
            return self._client
