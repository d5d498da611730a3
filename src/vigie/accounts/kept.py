"""What was typed in a form sent after the session ended: found again after signing in, by the same account only.

The browser holds two cookies: which account was signed in here (signed), and the key of what was kept. The server
holds the text, encrypted with that key, for an hour: without the browser nobody reads it, without the account nobody
is shown it. Nothing is sent again by itself: the person reads his text in its form, and presses.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core import signing
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from vigie.rights.person import Person, PersonKind

View = Callable[[HttpRequest], HttpResponse]

LASTS = 3600  # seconds; signing in takes minutes
MOST = 200_000  # bytes: what is longer is not kept
ACCOUNT_LASTS = 30 * 24 * 3600  # seconds: as long as the longest session
SALT = "vigie.accounts.kept"
# Fresh in the form found again, or of no use there; codes are never kept.
_LEFT_OUT = {"csrfmiddlewaretoken", "form_token", "filled_from", "website", "code"}
_LONGEST_ADDRESS = 2000
SAID = "Rien n’a été envoyé. Ce que vous avez saisi est gardé une heure\u00a0: connectez-vous, vous le retrouverez."
LEFT = "Rien n’a été envoyé ni gardé de ce que vous veniez de saisir."
PROVE = (
    "Rien n’a été envoyé. Ce que vous avez saisi est gardé une heure\u00a0: confirmez que c’est bien vous, vous le "
    "retrouverez."
)
TOO_LONG = "Rien n’a été envoyé. Votre texte est trop long pour être gardé\u00a0: revenez en arrière pour le copier."


@dataclass(frozen=True)
class Line:
    """One value typed. text: whether it reads as something a person wrote, rather than the code of a choice."""

    name: str
    value: str

    @property
    def text(self) -> bool:
        return " " in self.value.strip() or len(self.value) > 20


@dataclass(frozen=True)
class Kept:
    """What was typed. page: where its form is; action: where it was sent; files: some were joined, and are lost.

    here: the page being drawn is that of the form.
    """

    page: str
    action: str
    lines: tuple[Line, ...]
    files: bool
    here: bool = False


@dataclass(frozen=True)
class Receipt:
    """What was kept: where its form is, and the key for the browser (empty: it was too long to be kept)."""

    page: str
    key: str


def keep(request: HttpRequest) -> Receipt | None:
    """Keeps what this form sent, when a known account sent it."""
    owner = _account(request)
    if request.method != "POST" or owner is None:
        return None
    page = _page_of(request)
    lines = [(name, value) for name, values in request.POST.lists() if name not in _LEFT_OUT for value in values]
    told = {"owner": owner, "page": page, "action": request.path, "lines": lines, "files": bool(request.FILES)}
    data = json.dumps(told).encode()
    if len(data) > MOST:
        return Receipt(page, "")
    key = Fernet.generate_key()
    caches["default"].set(_place(key.decode()), Fernet(key).encrypt(data), LASTS)
    return Receipt(page, key.decode())


def written(request: HttpRequest) -> tuple[str, ...]:
    """The sentences of a form that leads nowhere any more (a territory lost meanwhile), for who has just sent it."""
    person: Person | None = getattr(request, "person", None)
    if request.method != "POST" or person is None or person.kind is not PersonKind.USER:
        return ()
    told = (Line(name, value) for name, values in request.POST.lists() if name not in _LEFT_OUT for value in values)
    texts = [line.value for line in told if " " in line.value.strip()]
    return tuple(texts) if sum(map(len, texts)) <= MOST else ()


def give(response: HttpResponse, receipt: Receipt) -> None:
    """Gives the browser what it needs to find the text again."""
    if receipt.key:
        _set_cookie(response, _names()[1], receipt.key, LASTS)


def middleware(get_response: View) -> View:
    """Sets ``request.kept`` for the pages of who finds his text again; forgets it once sent, or at the sign-out."""

    def kept(request: HttpRequest) -> HttpResponse:
        person: Person = request.person  # type: ignore[attr-defined]
        request.kept = None  # type: ignore[attr-defined]
        if person.kind is not PersonKind.USER:
            return get_response(request)
        found = _find(request, person)
        if found is not None and request.method == "GET" and not request.headers.get("HX-Request"):
            request.kept = found  # type: ignore[attr-defined]
        response = get_response(request)
        _follow(request, response, person, found)
        return response

    return kept


def _follow(request: HttpRequest, response: HttpResponse, person: Person, found: Kept | None) -> None:
    """The cookies after a page: whose browser it is; nothing more to find once the form was sent, or at the end."""
    account, key = _names()
    if not request.user.is_authenticated:  # the person has just signed out
        _forget(request, response)
        if account in request.COOKIES:
            response.delete_cookie(account, samesite="Lax")
        return
    if account not in request.COOKIES or _account(request) != person.user_id:
        signed = signing.dumps(person.user_id, salt=SALT)
        _set_cookie(response, account, signed, ACCOUNT_LASTS)
    sent = found is not None and request.method == "POST" and request.path == found.action
    if key in request.COOKIES and (found is None or (sent and response.status_code < 400)):
        _forget(request, response)


def _find(request: HttpRequest, person: Person) -> Kept | None:
    """What this browser keeps for this account."""
    key = request.COOKIES.get(_names()[1], "")
    held = caches["default"].get(_place(key)) if key else None
    if held is None:
        return None
    try:
        told: dict[str, Any] = json.loads(Fernet(key).decrypt(held, ttl=LASTS))
    except (InvalidToken, ValueError):
        return None
    if told["owner"] != person.user_id:
        return None
    lines = tuple(Line(name, value) for name, value in told["lines"])
    here = urlsplit(told["page"]).path == request.path
    return Kept(told["page"], told["action"], lines, told["files"], here)


def _forget(request: HttpRequest, response: HttpResponse) -> None:
    name = _names()[1]
    key = request.COOKIES.get(name, "")
    if key:
        caches["default"].delete(_place(key))
        response.delete_cookie(name, samesite="Lax")


def _account(request: HttpRequest) -> int | None:
    """The account that was last signed in with this browser, as far as its signed cookie says."""
    try:
        found = signing.loads(request.COOKIES.get(_names()[0], ""), salt=SALT, max_age=ACCOUNT_LASTS)
    except signing.BadSignature:
        return None
    return found if isinstance(found, int) else None


def _page_of(request: HttpRequest) -> str:
    """The page on which the form was, as the browser says; else the address it was sent to."""
    told = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if len(told) > _LONGEST_ADDRESS or not url_has_allowed_host_and_scheme(told, {request.get_host()}):
        return request.path
    parts = urlsplit(told)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _place(key: str) -> str:
    return f"kept:{hashlib.sha256(key.encode()).hexdigest()}"


def _names() -> tuple[str, str]:
    """The two cookies: the account, the key."""
    prefix = "__Host-" if settings.SESSION_COOKIE_SECURE else ""
    return f"{prefix}account", f"{prefix}kept"


def _set_cookie(response: HttpResponse, name: str, value: str, lasts: int) -> None:
    response.set_cookie(
        name, value, max_age=lasts, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
