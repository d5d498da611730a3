"""One exchange over a real (Unix) socket: what socket time-outs do not bound is bounded all the same."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.connectors.conftest import Scripted
from vigie.connectors.wire import NoReply, Times, Wire

TIMES = Times(connect_s=5, read_s=5, whole_s=10)
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Talk = Callable[[socket.socket], None]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[[Talk], httpx.HTTPTransport]]:
    """Gives a transport to a server that reads a request and then talks as it is told."""
    done = threading.Event()
    path = str(tmp_path / "s")
    listener = socket.socket(socket.AF_UNIX)
    transports: list[httpx.HTTPTransport] = []
    threads: list[threading.Thread] = []

    def serve(talk: Talk) -> None:
        while not done.is_set():
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    talk(connection)

    def start(talk: Talk) -> httpx.HTTPTransport:
        listener.bind(path)
        listener.listen()
        threads.append(threading.Thread(target=serve, args=(talk,), daemon=True))
        threads[0].start()
        transports.append(httpx.HTTPTransport(uds=path))
        return transports[0]

    yield start
    done.set()
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for thread in threads:
        thread.join(2)
    for transport in transports:
        transport.close()


def wire(transport: httpx.BaseTransport, **more: int) -> Wire:
    return Wire(
        "thing", "http://thing.invalid/api/", user_agent="vigie/test", max_bytes=1000, transport=transport,
        threaded=True, **more,
    )  # fmt: skip


def test_good_answer_comes_through(served: Callable[[Talk], httpx.HTTPTransport]) -> None:
    reply = wire(served(lambda connection: connection.sendall(GOOD))).get("/x", {"q": "é&="}, TIMES)

    assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"{}", "2")


def test_header_sent_byte_by_byte_is_not_waited_for(served: Callable[[Talk], httpx.HTTPTransport]) -> None:
    finished = threading.Event()

    def drip(connection: socket.socket) -> None:  # each byte comes before the read time-out: only the whole is bounded
        for byte in b"HTTP/1.1 200 OK\r\nX-Padding: xxx":
            connection.sendall(bytes([byte]))
            time.sleep(0.03)
        finished.set()

    with pytest.raises(NoReply, match=r"no answer within 0\.2 s") as caught:
        wire(served(drip)).get("/x", {}, Times(connect_s=5, read_s=5, whole_s=0.2))

    assert not finished.is_set()
    assert caught.value.retryable


def test_connection_closed_without_a_word_is_no_reply(served: Callable[[Talk], httpx.HTTPTransport]) -> None:
    with pytest.raises(NoReply, match="no connection") as caught:
        wire(served(lambda connection: None)).get("/x", {}, TIMES)

    assert not caught.value.retryable


def test_words_that_are_not_http_are_no_reply(served: Callable[[Talk], httpx.HTTPTransport]) -> None:
    with pytest.raises(NoReply):
        wire(served(lambda connection: connection.sendall(b"220 mail.example ESMTP\r\n"))).get("/x", {}, TIMES)


def test_too_many_calls_under_way_are_refused_at_once() -> None:
    release = threading.Event()

    def block(request: httpx.Request) -> httpx.Response:
        release.wait(2)
        return httpx.Response(200, json={})

    narrow = wire(Scripted(block), under_way=1)
    instant = Times(0.01, 0.01, 0.01)

    with pytest.raises(NoReply, match="no answer"):
        narrow.get("/x", {}, instant)
    with pytest.raises(NoReply, match="too many"):
        narrow.get("/x", {}, instant)
    release.set()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:  # the abandoned call ends and gives its place back
        with contextlib.suppress(NoReply):
            assert narrow.get("/x", {}, TIMES).status == 200
            return
    pytest.fail("the place was never given back")


def test_fault_of_ours_in_the_thread_is_not_hidden() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        wire(Scripted(broken)).get("/x", {}, TIMES)
