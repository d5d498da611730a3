"""Where mozilla-django-oidc meets Vigie: its flow (state, nonce, PKCE), our transport, our rules of recognition.

The library asks with ``requests`` and believes any audience; here every question goes through the connector, bounded
for the page as a whole, and a token is read only with its issuer, its audience and its dates.
"""

from __future__ import annotations

import json
from time import monotonic
from typing import Any

import jwt
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from vigie.accounts import identities
from vigie.accounts.backend import SessionBackend
from vigie.accounts.identity_rules import RECENT, Told
from vigie.accounts.models import User
from vigie.connectors import proconnect
from vigie.kernel.clock import now
from vigie.kernel.errors import BadAnswer
from vigie.rights.limits import client_ip

_LIBRARY: dict[str, Any] = {
    "OIDC_RP_SCOPES": proconnect.SCOPES,
    "OIDC_RP_SIGN_ALGO": "RS256",
    "OIDC_OP_JWKS_ENDPOINT": "the connector knows it",
    "OIDC_USE_NONCE": True,
    "OIDC_USE_PKCE": True,
    "OIDC_STATE_SIZE": 43,
    "OIDC_NONCE_SIZE": 43,
    "OIDC_STORE_ID_TOKEN": True,  # nosec B105  # asked back by the provider when the session ends
    "OIDC_STORE_ACCESS_TOKEN": False,  # nosec B105
    "OIDC_AUTHENTICATION_CALLBACK_URL": "proconnect_callback",
}


def library_setting(name: str, *default: Any) -> Any:
    """What the library reads in place of Django’s settings; its endpoints are asked of the connector when needed."""
    if name in _LIBRARY:
        return _LIBRARY[name]
    client = proconnect.configured().client
    known = {"OIDC_RP_CLIENT_ID": client.client_id, "OIDC_RP_CLIENT_SECRET": client.client_secret}
    return known.get(name, default[0] if default else "")


def extra_parameters(*, again: bool) -> dict[str, str]:
    """What is asked beyond the usual: the second factor, and when the person must prove himself again, since when."""
    values = list(proconnect.configured().client.acr_values)
    asked: dict[str, Any] = {"acr": {"essential": True, "values": values}, "amr": {"essential": True}}
    if again:
        asked["auth_time"] = {"essential": True}
    told = {"claims": json.dumps({"id_token": asked}, separators=(",", ":"))}
    return told | ({"prompt": "login"} if again else {})


def proved_lately(told: Told) -> bool:
    """True when the provider says that the person proved himself within the last minutes, not by an old session."""
    return 0 <= now().timestamp() - told.auth_time + proconnect.LEEWAY_S < RECENT.total_seconds()


class ProConnectBackend(OIDCAuthenticationBackend):  # type: ignore[misc]  # the library has no types
    """Turns the code of a return from ProConnect into an account. It keeps no session: SessionBackend does."""

    get_settings = staticmethod(library_setting)
    request: HttpRequest

    def __init__(self) -> None:
        super().__init__()
        self._until = 0.0

    def get_user(self, user_id: Any) -> User | None:
        return SessionBackend().get_user(user_id)

    def authenticate(self, request: HttpRequest | None, **kwargs: Any) -> User | None:
        """The account; NotAdmitted, CodeNeeded, ConnectorError or SuspiciousOperation otherwise."""
        if "nonce" not in kwargs:  # somebody tries a password
            return None
        self._until = monotonic() + proconnect.configured().client.page_s
        user: User | None = super().authenticate(request, **kwargs)
        return user

    def get_token(self, payload: dict[str, str]) -> dict[str, str]:
        return proconnect.configured().tokens(payload, self._left()).model_dump()

    def retrieve_matching_jwk(self, token: str) -> jwt.PyJWK:
        return proconnect.configured().key(token, self._left())

    def _verify_jws(self, payload: str, key: jwt.PyJWK) -> dict[str, Any]:
        return proconnect.configured().read(payload, key, required=("sub",))

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        """The claims of the identity token, tied to this browser by the nonce."""
        claims: dict[str, Any] = super().verify_token(token, **kwargs)
        if "exp" not in claims or "iat" not in claims:
            raise SuspiciousOperation("a token without dates")
        return claims

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, Any]) -> dict[str, Any]:
        """What is told of the person, signed too, and about the same person."""
        text = proconnect.configured().userinfo(access_token, self._left())
        claims = self._verify_jws(text, self.retrieve_matching_jwk(text))
        if claims["sub"] != payload["sub"]:
            raise SuspiciousOperation("the account is that of somebody else")
        return claims

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User:
        """The account that our rules recognise; none is ever created, and no claim gives a right."""
        claims = self.get_userinfo(access_token, id_token, payload)
        self.told = told = _told(payload, claims)
        admission = identities.recognise(told, ip=client_ip(self.request), at=now())
        user = admission.user
        user.proconnect = admission  # type: ignore[attr-defined]  # for the page that opens the session
        return user

    def _left(self) -> float:
        """Seconds left to the page for its next question."""
        return max(0.05, self._until - monotonic())


def _told(payload: dict[str, Any], claims: dict[str, Any]) -> Told:
    """What counts of both accounts; BadAnswer when it is not written as announced."""
    texts = {name: claims.get(name) or "" for name in ("idp_id", "email", "siret")}
    texts |= {name: payload.get(name) or "" for name in ("acr", "sid")}
    auth_time = payload.get("auth_time") or 0
    if not all(isinstance(text, str) for text in (*texts.values(), payload["sub"])) or not isinstance(auth_time, int):
        raise BadAnswer(proconnect.SERVICE, "unreadable claims")
    siret = texts["siret"] if len(texts["siret"]) == 14 and texts["siret"].isdigit() else ""
    return Told(
        idp_id=texts["idp_id"][:100], sub=str(payload["sub"])[:255], email=texts["email"], siret=siret,
        acr=texts["acr"], sid=texts["sid"][:255], auth_time=auth_time, roles=_roles(claims.get("roles")),
    )  # fmt: skip


def _roles(said: object) -> str | None:
    """What the person is, in order; None when the provider does not say it as announced."""
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        return None
    return " ".join(sorted({one for one in said if one.isidentifier()}))[:200]
