"""The fakes as a transport of httpx: no socket, and time that passes only if the caller wants it to.

A WSGI application called in process knows no time-out; here, a fake slower than the time-out of the request
raises it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import httpx

from vigie.connectors.fakes.application import WAIT, application
from vigie.connectors.fakes.modes import HEADER


def fake_url(service: str) -> str:
    """The base address to give to a client whose transport is the fake."""
    return f"http://fakes.invalid/fakes/{service}"


class FakeTransport(httpx.BaseTransport):
    """mode: what each request meets, instead of the board's. sleep: how waits are lived (default: not at
    all)."""

    def __init__(self, *, mode: str = "", sleep: Callable[[float], None] | None = None) -> None:
        self.mode = mode
        self.requests: list[str] = []  # the addresses asked, for tests
        self._sleep = sleep or (lambda seconds: None)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(str(request.url))
        if self.mode:
            request.headers.setdefault(HEADER, self.mode)
        limit = request.extensions.get("timeout", {}).get("read")

        def wait(seconds: float) -> None:
            self._sleep(seconds if limit is None else min(seconds, limit))
            if limit is not None and seconds > limit:
                raise httpx.ReadTimeout("the fake is slower than the time-out", request=request)

        def timed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            return application({**environ, WAIT: wait}, start_response)

        return httpx.WSGITransport(app=timed).handle_request(request)
