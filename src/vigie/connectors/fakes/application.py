"""All fakes as one small WSGI application: called in process by httpx, or mounted in the demo.

Paths: ``/fakes/<service>/…`` as the real service, ``/fakes/_mode`` to make one misbehave (GET: the modes;
POST: ``{"service": "recherche-entreprises", "mode": "429", "nb": 3}``). A request may carry its own mode in
``X-Fake-Mode``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from vigie.connectors.fakes import data, modes, proconnect, recherche_entreprises

Environ = dict[str, Any]
WAIT = "vigie.fakes.wait"  # key of the environment: how to wait (in process, time is simulated)
SERVICES = ("recherche-entreprises", "proconnect")
_REASONS = {200: "OK", 302: "Found", 303: "See Other", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found",
            405: "Method Not Allowed", 429: "Too Many Requests", 500: "Internal Server Error"}  # fmt: skip
_LONGEST_BODY = 10_000


class Answer:
    """What is sent back."""

    def __init__(self, status: int, body: Any, **headers: str) -> None:
        is_text = isinstance(body, str)
        self.status = status
        self.body = (body if is_text else json.dumps(body, ensure_ascii=False)).encode()
        self.headers = {"Content-Type": "text/html; charset=utf-8" if is_text else "application/json", **headers}


def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI application."""
    answer = _answer(environ)
    head = environ["REQUEST_METHOD"] == "HEAD"
    headers = [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]
    start_response(f"{answer.status} {_REASONS[answer.status]}", headers)
    return [b"" if head else answer.body]


def _answer(environ: Environ) -> Answer:
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    if path == "/fakes/_mode":
        return _mode(environ)
    for service in SERVICES:
        if path.startswith(f"/fakes/{service}/"):
            return _service(environ, service, path.removeprefix(f"/fakes/{service}"))
    return Answer(404, {"erreur": "Ressource non trouvée."})


def _service(environ: Environ, service: str, path: str) -> Answer:
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") and service != "proconnect":
        return Answer(405, {"erreur": "Méthode non permise."}, Allow="GET, HEAD")
    mode = environ.get("HTTP_X_FAKE_MODE") or modes.board.take(service)
    fault = _fault(environ, mode)
    if fault:
        return fault
    if service == "proconnect":
        return _proconnect(environ, path)
    if path != "/search":
        return Answer(404, {"erreur": "Ressource non trouvée."})
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    return Answer(*recherche_entreprises.search(data.firms(), query, nothing=mode == "vide"))


def _proconnect(environ: Environ, path: str) -> Answer:
    method = "GET" if environ["REQUEST_METHOD"] == "HEAD" else environ["REQUEST_METHOD"]
    form = dict(parse_qsl(_body(environ).decode("utf-8", "replace"))) if method == "POST" else {}
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    bearer = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    root = f"{environ['wsgi.url_scheme']}://{host}/fakes/proconnect"
    sent = proconnect.answer(method, path, query, form, bearer, root)
    headers = {"Content-Type": sent.content_type} | ({"Location": sent.location} if sent.location else {})
    return Answer(sent.status, sent.body, **headers)


def _body(environ: Environ) -> bytes:
    length = min(int(environ.get("CONTENT_LENGTH") or _LONGEST_BODY), _LONGEST_BODY)
    read: bytes = environ["wsgi.input"].read(length)
    return read


def _fault(environ: Environ, mode: str) -> Answer | None:
    """The answer of a service that misbehaves, or None; waits first when the mode is slow."""
    if mode in modes.DELAYS_S:
        environ.get(WAIT, time.sleep)(modes.DELAYS_S[mode])
    if mode == "429":
        return Answer(429, "Trop de requêtes.", **{"Retry-After": "1"})
    if mode == "500":
        return Answer(500, "<html><body>Erreur interne</body></html>")
    if mode == "malforme":
        return Answer(200, '{"results": [{"siren": "29', **{"Content-Type": "application/json"})
    if mode == "jeton_expire":
        return Answer(401, {"erreur": "Jeton expiré."})
    return None


def _mode(environ: Environ) -> Answer:
    if environ["REQUEST_METHOD"] == "GET":
        return Answer(200, {service: modes.board.peek(service) for service in SERVICES})
    if environ["REQUEST_METHOD"] != "POST":
        return Answer(405, {"erreur": "Méthode non permise."}, Allow="GET, POST")
    try:
        order = json.loads(_body(environ))
        service, mode, count = order["service"], order["mode"], order.get("nb")
        if service not in SERVICES or not (count is None or (isinstance(count, int) and 0 <= count < 10**6)):
            raise ValueError("unknown service or bad count")
        modes.board.set(service, mode, count)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Answer(
            400, {"erreur": f"Attendu : service ({', '.join(SERVICES)}), mode ({', '.join(modes.MODES)}), nb."}
        )
    return Answer(200, {"service": service, "mode": mode, "nb": count})
