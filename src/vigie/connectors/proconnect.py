"""ProConnect, the identity of public agents: what the server asks of the provider while somebody signs in.

The addresses come from its discovery document, and none outside the configured issuer is ever called. Nothing of what
it says is kept but that document (a minute, or longer when the provider is away) and its public keys (an hour).
Tokens are read and verified here; what they are worth to an account is decided in ``vigie.accounts``.

Its traps: any parameter that it does not know is an error (Y000400); ``redirect_uri`` counts its last slash; the
identity (``sub``) is proper to each identity provider and changes with it; a level (``acr``) asked for may not be
given, so it is checked again; ``session/end`` leads through the agent's own provider.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import jwt
from django.conf import settings
from django.core.cache import cache
from pydantic import BaseModel, ValidationError

from vigie.connectors.client import Policy, ServiceClient, user_agent
from vigie.connectors.wire import Question
from vigie.kernel.errors import BadAnswer, Unavailable

SERVICE, SOURCE = "proconnect", "ProConnect"
SCOPES = "openid given_name usual_name email siret idp_id organization_label roles"
ALGORITHMS = ("RS256", "ES256")
LEEWAY_S = 30  # two clocks are never quite the same
KEYS_STAY_FRESH = timedelta(hours=1)
FAKE_PAGE_S = 5.0
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_CODE = re.compile(r"Y[0-9A-F]{6}", re.ASCII)
# What the provider's own codes mean to the person who reads them.
ERRORS = {
    "Y000400": "ProConnect n’a pas compris notre demande. Recommencez\u00a0; si cela se répète, prévenez-nous.",
    "Y000404": "L’adresse demandée à ProConnect n’existe pas. Prévenez-nous.",
    "Y030031": "ProConnect ne connaît pas l’adresse de retour de Vigie. Prévenez-nous.",
    "Y030110": "Votre navigateur a perdu le fil de la connexion\u00a0: acceptez les cookies, puis recommencez.",
    "Y030111": "ProConnect ne connaît pas l’adresse de Vigie après la déconnexion. Fermez votre navigateur.",
    "Y04A586": "Le raccordement de Vigie à ProConnect est mal réglé. Prévenez-nous.",
    "Y500015": "ProConnect réserve cet accès aux agents publics\u00a0: votre compte est celui du secteur privé.",
    "login_required": "ProConnect ne vous reconnaît plus. Identifiez-vous de nouveau.",
    "access_denied": "Vous avez renoncé, ou votre administration n’a pas permis cette connexion.",
}


class Discovery(BaseModel):
    """Where the provider answers."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str


class Tokens(BaseModel):
    """What a code is exchanged for."""

    access_token: str
    id_token: str


class Keys(BaseModel):
    """The provider's public keys, as it writes them."""

    keys: list[dict[str, Any]]


@dataclass(frozen=True)
class Client:
    """How Vigie is known to the provider."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    acr_values: tuple[str, ...]
    page_s: float  # the longest a page waits for the provider, all its questions together


class ProConnect:
    """The provider through one client. ``within_s`` bounds each question."""

    def __init__(self, client: Client, service: ServiceClient) -> None:
        self.client = client
        self.service = service

    def discovery(self, within_s: float, *, fresh_only: bool = False) -> Discovery:
        """The addresses of the provider; raises Unavailable, BadAnswer. fresh_only: a document of the past will not do,
        because somebody is about to be sent there."""
        path = "/.well-known/openid-configuration"
        found = self.service.get(path, {}, model=Discovery, purpose="discovery", budget_s=within_s, absent_on_404=False)
        if fresh_only and found.stale:
            raise Unavailable(SERVICE, "does not answer: its addresses are those of the past")
        value = found.value
        if value.issuer.rstrip("/") != self.client.issuer:
            raise BadAnswer(SERVICE, "the document is that of another issuer")
        for address in (value.authorization_endpoint, value.end_session_endpoint):
            self._path(address)
        return value

    def tokens(self, form: Mapping[str, str], within_s: float) -> Tokens:
        """Exchanges a code, once. RequestRefused when it has expired or has already served."""
        path = self._path(self.discovery(within_s).token_endpoint)
        reply = self.service.exchange(Question(path, form=form), purpose="token", budget_s=within_s)
        try:
            return Tokens.model_validate_json(reply.body)
        except ValidationError:
            raise BadAnswer(SERVICE, "no tokens in its answer") from None

    def userinfo(self, access_token: str, within_s: float) -> str:
        """What the provider tells of the person: a signed text (JWT), not read yet."""
        path = self._path(self.discovery(within_s).userinfo_endpoint)
        reply = self.service.exchange(Question(path, bearer=access_token), purpose="userinfo", budget_s=within_s)
        if not reply.headers.get("content-type", "").lower().startswith("application/jwt"):
            raise BadAnswer(SERVICE, "its account of the person is not signed")
        return reply.body.decode("ascii", "replace")

    def key(self, token: str, within_s: float) -> jwt.PyJWK:
        """The public key that a token names; the keys are asked again when it is not among those known."""
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise BadAnswer(SERVICE, "not a signed text") from None
        path = self._path(self.discovery(within_s).jwks_uri)
        for refresh in (False, True):
            found = self.service.get(
                path, {}, model=Keys, purpose="keys", budget_s=within_s, refresh=refresh,
                fresh=lambda keys: KEYS_STAY_FRESH, absent_on_404=False,
            )  # fmt: skip
            for key in found.value.keys:
                if key.get("kid") == header.get("kid") and header.get("alg") in ALGORITHMS:
                    return jwt.PyJWK(key, algorithm=header["alg"])
        raise BadAnswer(SERVICE, "signed with a key that it does not publish")

    def read(self, token: str, key: jwt.PyJWK, *, required: tuple[str, ...]) -> dict[str, Any]:
        """The claims of a token: signature, issuer, audience and dates verified. BadAnswer otherwise."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=list(ALGORITHMS), audience=self.client.client_id, issuer=self.client.issuer,
                leeway=LEEWAY_S, options={"require": ["iss", "aud", *required]},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise BadAnswer(SERVICE, f"unacceptable token ({type(error).__name__})") from None
        return claims

    def logout_claims(self, token: str, within_s: float) -> dict[str, Any]:
        """The claims of a back-channel logout token: BadAnswer unless it is one."""
        claims = self.read(token, self.key(token, within_s), required=("iat", "jti", "events"))
        if LOGOUT_EVENT not in claims["events"] or "nonce" in claims or not (claims.get("sub") or claims.get("sid")):
            raise BadAnswer(SERVICE, "not a logout token")
        return claims

    def _path(self, address: str) -> str:
        """The address within the issuer; any other is never called."""
        path = address.removeprefix(self.client.issuer)
        if path == address or not path.startswith("/") or urlsplit(path).netloc:
            raise BadAnswer(SERVICE, "an address outside its issuer")
        return path


def error_fr(code: str, description: str = "") -> str:
    """What an error that the provider sent back means; codes are found in its description too."""
    found = _CODE.search(f"{code} {description}")
    return ERRORS.get(found.group() if found else code, "ProConnect a interrompu la connexion. Recommencez.")


# --- the provider of this installation --------------------------------------------------------------------------
def active() -> bool:
    """Whether agents can sign in with ProConnect here."""
    return bool(settings.VIGIE.proconnect_issuer)


def configured() -> ProConnect:
    """The provider as the settings describe it; ``fake:`` is the one delivered with Vigie, under this very site."""
    environment = settings.VIGIE
    return _built(
        Client(
            issuer=environment.proconnect_issuer.rstrip("/"),
            client_id=environment.proconnect_client_id,
            client_secret=environment.proconnect_client_secret,
            acr_values=tuple(environment.proconnect_acr_values.split()),
            page_s=environment.proconnect_seconds,
        ),
        environment.site_url,
        user_agent(settings.VERSION, environment.contact_url),
    )


@lru_cache(maxsize=4)
def _built(client: Client, site_url: str, agent: str) -> ProConnect:
    transport = None
    if client.issuer.startswith("fake:"):
        # not loaded where the real service is called
        from vigie.connectors.fakes import proconnect as fake
        from vigie.connectors.fakes.transport import FakeTransport

        issuer = f"{site_url}/fakes/{SERVICE}{fake.PATH}"
        client = replace(client, issuer=issuer, client_id=fake.CLIENT_ID, client_secret=fake.CLIENT_SECRET)
        # Its slowness is simulated; that of a busy machine must not pass for it.
        client = replace(client, page_s=max(client.page_s, FAKE_PAGE_S))
        transport = FakeTransport()
    policy = Policy(connect_s=client.page_s, read_s=client.page_s, tries=1, fresh=timedelta(minutes=1))
    service = ServiceClient(
        SERVICE, client.issuer, source=SOURCE, cache=cache, agent=agent, active=bool(client.issuer), policy=policy,
        transport=transport,
    )  # fmt: skip
    return ProConnect(client, service)
