"""A ProConnect that speaks the same protocol: strict parameters, PKCE, signed answers, levels of authentication.

Whoever may sign in is a persona; the page of ``/authorize`` lets one be chosen, and how he comes: with or without a
second factor, from his employer or another, by his usual identity provider or another. A code lives sixty seconds and
serves once. Codes, tokens and keys are kept in a store: the cache of the demo, whose web workers share it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from vigie.kernel import clock

PATH = "/api/v2"
CLIENT_ID, CLIENT_SECRET = "vigie-demonstration", "secret-de-demonstration-de-vigie"  # of the fake alone
CALLBACK, AFTER_LOGOUT = "/connexion/proconnect/retour/", "/deconnexion/proconnect/"
CODE_S, TOKEN_S, SHORTEST = 60, 3600, 32
ROLES = ("agent_public", "agent_public_etat")
MFA, SINGLE = "eidas1-mfa", "eidas1"
REQUIRED = frozenset({"response_type", "client_id", "redirect_uri", "scope", "state", "nonce"})
KNOWN = REQUIRED | {
    "claims", "prompt", "login_hint", "idp_hint", "siret_hint", "acr_values", "code_challenge", "code_challenge_method"
}  # fmt: skip
CLAIMS_OF = {
    "given_name": ("given_name",), "usual_name": ("usual_name",), "email": ("email",), "uid": ("uid",),
    "siret": ("siret",), "idp_id": ("idp_id",), "organization_label": ("organization_label",), "roles": ("roles",),
}  # fmt: skip
KEYS = "fakes:proconnect:keys"


class Store(Protocol):
    """Where codes, tokens and keys are kept; Django's caches fit."""

    def get(self, key: str, default: Any = None) -> Any: ...

    def set(self, key: str, value: Any, timeout: float | None = None) -> Any: ...

    def add(self, key: str, value: Any, timeout: float | None = None) -> bool: ...


class ProcessStore:
    """A store for one process."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        return self._values.get(key, default)

    def set(self, key: str, value: Any, timeout: float | None = None) -> None:
        self._values[key] = value

    def add(self, key: str, value: Any, timeout: float | None = None) -> bool:
        is_new = key not in self._values
        self._values.setdefault(key, value)
        return is_new


@dataclass(frozen=True)
class Persona:
    """Somebody whom the fake recognises, as his administration describes him."""

    email: str
    given_name: str
    usual_name: str
    organization_label: str
    siret: str
    idp_id: str = "fi-demonstration"

    @property
    def sub(self) -> str:
        """Proper to the identity provider, as the real one."""
        return hashlib.sha256(f"{self.idp_id}:{self.email}".encode()).hexdigest()


STRANGER = Persona(
    "camille.rivoire@ailleurs.example", "Camille", "Rivoire", "Établissement sans accès à Vigie", "90000000000015"
)
store: Store = ProcessStore()
_personas: Callable[[], list[Persona]] = list


def register(personas: Callable[[], list[Persona]]) -> None:
    """Says who can sign in; asked anew at each page."""
    global _personas
    _personas = personas


class Fault(Exception):
    """A refusal of the fake, with the code that the real service shows."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text


@dataclass(frozen=True)
class Sent:
    """An answer of the fake."""

    status: int
    body: Any = ""
    content_type: str = "application/json"
    location: str = ""


def answer(method: str, path: str, query: Mapping[str, str], form: Mapping[str, str], bearer: str, root: str) -> Sent:
    """What the service says. root: address under which it is mounted, without the path of the interface."""
    issuer = root + PATH
    routes: dict[tuple[str, str], Callable[[], Sent]] = {
        ("GET", "/.well-known/openid-configuration"): lambda: Sent(200, _discovery(issuer)),
        ("GET", "/jwks"): lambda: Sent(200, {"keys": [_public(pem) for pem in _keys()]}),
        ("GET", "/authorize"): lambda: _authorize(query),
        ("GET", "/interaction"): lambda: _interaction(query),
        ("POST", "/token"): lambda: _token(form, issuer),
        ("GET", "/userinfo"): lambda: _userinfo(bearer, issuer),
        ("GET", "/session/end"): lambda: _session_end(query, issuer),
    }
    route = routes.get((method, path.removeprefix(PATH))) if path.startswith(PATH) else None
    try:
        if route is None:
            raise Fault(404, "Y000404", "Not Found")
        return route()
    except Fault as fault:
        if path.endswith(("/token", "/userinfo")):
            return Sent(fault.status, {"error": fault.code, "error_description": fault.text})
        return _page(f"Erreur {fault.code}", f"<p>{html.escape(fault.text)}</p>", fault.status)


def rotate_keys() -> None:
    """A new signing key; the one before still verifies what it signed."""
    store.set(KEYS, [_new_key(), *_keys()][:2])


def sign(claims: dict[str, Any]) -> str:
    """A JWT of the fake (RS256), with its current key."""
    pem = _keys()[0]
    return jwt.encode(claims, pem, algorithm="RS256", headers={"kid": _kid(pem)})


def logout_token(issuer: str, *, sub: str = "", sid: str = "", client_id: str = CLIENT_ID) -> str:
    """What the provider posts to its clients when a session ends there (back-channel logout)."""
    at = int(clock.now().timestamp())
    events: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    told = {"iss": issuer, "aud": client_id, "iat": at, "exp": at + 120, "jti": secrets.token_hex(16), "events": events}
    return sign(told | ({"sub": sub} if sub else {}) | ({"sid": sid} if sid else {}))


# --- the browser's side -------------------------------------------------------------------------------------------
def _authorize(query: Mapping[str, str]) -> Sent:
    """The page on which a persona is chosen; the request is kept beside it."""
    unknown, missing = sorted(query.keys() - KNOWN), sorted(REQUIRED - query.keys())
    if unknown or missing:
        raise Fault(400, "Y000400", f"Bad Request Exception : {', '.join(unknown or missing)}")
    if query["client_id"] != CLIENT_ID:
        raise Fault(400, "Y04A586", "Mauvaise configuration : client inconnu")
    if urlsplit(query["redirect_uri"]).path != CALLBACK:
        raise Fault(400, "Y030031", "redirect_uri inconnue")
    if query["response_type"] != "code" or min(len(query["state"]), len(query["nonce"])) < SHORTEST:
        raise Fault(400, "Y000400", "Bad Request Exception : response_type, state, nonce")
    if query.get("prompt") == "none":
        return _back(query["redirect_uri"], {"error": "login_required", "state": query["state"]})
    _keys()  # made now rather than while a page waits for the tokens
    asked = secrets.token_urlsafe(24)
    store.set(f"fakes:proconnect:asked:{asked}", dict(query), timeout=900)
    return _page("ProConnect (démonstration)", _choices(asked))


def _choices(asked: str) -> str:
    people = [*_personas(), STRANGER]
    rows = "".join(
        f'<p><button class="fr-btn fr-btn--secondary" name="persona" value="{html.escape(one.email)}">'
        f"{html.escape(f'{one.given_name} {one.usual_name}')} – {html.escape(one.organization_label)}</button></p>"
        for one in people
    )
    boxes = "".join(
        f'<div class="fr-fieldset__element"><div class="fr-checkbox-group"><input type="checkbox" id="{name}" '
        f'name="{name}" value="1"><label class="fr-label" for="{name}">{label}</label></div></div>'
        for name, label in (
            ("single", "sans second facteur"),
            ("moved", "chez un autre employeur (autre SIRET)"),
            ("no_agent", "sans être encore agent public (autre statut)"),
            ("other_idp", "par un autre fournisseur d’identité (autre identifiant)"),
        )
    )
    return (
        "<p>Ce faux ProConnect parle le même protocole que le vrai. Personne n’y tape de mot de passe.</p>"
        f'<form method="get" action="interaction"><input type="hidden" name="asked" value="{asked}">'
        '<fieldset class="fr-fieldset"><legend class="fr-fieldset__legend">La personne vient</legend>'
        f"{boxes}</fieldset>"
        f'<h2 class="fr-h4">Qui s’identifie\u00a0?</h2>{rows}</form>'
    )


def _interaction(query: Mapping[str, str]) -> Sent:
    """The persona chosen: a code, and the way back to the service."""
    asked = store.get(f"fakes:proconnect:asked:{query.get('asked', '')}")
    persona = next((one for one in (*_personas(), STRANGER) if one.email == query.get("persona")), None)
    if asked is None or persona is None:
        raise Fault(400, "Y030110", "Cookie de connexion absent")
    if query.get("other_idp"):
        persona = Persona(**{**asdict(persona), "idp_id": "fi-nouveau"})
    if query.get("moved"):
        persona = Persona(**{**asdict(persona), "siret": "90000000100012"})
    roles = () if query.get("no_agent") else ROLES
    code = code_for(asked, persona, single=bool(query.get("single")), roles=roles)
    return _back(asked["redirect_uri"], {"code": code, "state": asked["state"]})


def code_for(
    asked: Mapping[str, str], persona: Persona, *, single: bool = False, roles: tuple[str, ...] = ROLES
) -> str:
    """The code given for a request of ``/authorize``. single: the demand of a second factor is not obeyed."""
    wanted = json.loads(asked.get("claims") or "{}").get("id_token", {})
    levels = (wanted.get("acr") or {}).get("values", [])
    at = int(clock.now().timestamp())
    told = {
        "asked": dict(asked),
        "person": {**asdict(persona), "sub": persona.sub, "uid": persona.email, "roles": list(roles)},
        "acr": MFA if MFA in levels and not single else SINGLE,
        "amr": ["pwd"] if single else ["pwd", "otp", "mfa"],
        "wanted": sorted(wanted),
        "at": at,
        "sid": secrets.token_hex(16),
    }
    code = secrets.token_urlsafe(32)
    store.set(f"fakes:proconnect:code:{code}", told, timeout=900)
    return code


def _session_end(query: Mapping[str, str], issuer: str) -> Sent:
    """Ends the session of the provider, then leads back to the service."""
    if unknown := sorted(query.keys() - {"id_token_hint", "state", "post_logout_redirect_uri"}):
        raise Fault(400, "Y000400", f"Bad Request Exception : {', '.join(unknown)}")
    if urlsplit(query.get("post_logout_redirect_uri", "")).path != AFTER_LOGOUT:
        raise Fault(400, "Y030111", "post_logout_redirect_uri inconnue")
    try:
        _read(query.get("id_token_hint", ""), issuer)
    except jwt.PyJWTError:
        raise Fault(400, "Y000400", "id_token_hint") from None
    return Sent(303, location=f"{query['post_logout_redirect_uri']}?{urlencode({'state': query.get('state', '')})}")


def _back(address: str, told: dict[str, str]) -> Sent:
    return Sent(302, location=f"{address}?{urlencode(told)}")


def _page(title: str, content: str, status: int = 200) -> Sent:
    body = (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="/static/ui/favicon.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/static/dsfr/dist/dsfr.main.min.css"></head>'
        f'<body><main class="fr-container fr-my-6w"><h1>{title}</h1>{content}</main></body></html>'
    )
    return Sent(status, body, "text/html; charset=utf-8")


# --- the server's side --------------------------------------------------------------------------------------------
def _discovery(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/session/end",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid", *CLAIMS_OF],
        "acr_values_supported": [SINGLE, MFA, "eidas0-mfa", "eidas2", "eidas3"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "userinfo_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }


def _token(form: Mapping[str, str], issuer: str) -> Sent:
    if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
        raise Fault(401, "invalid_client", "client authentication failed")
    code = form.get("code", "")
    told = store.get(f"fakes:proconnect:code:{code}")
    at = int(clock.now().timestamp())
    challenge = told["asked"].get("code_challenge") if told else None
    proved = challenge is None or challenge == _s256(form.get("code_verifier", ""))
    same = told is not None and form.get("redirect_uri") == told["asked"]["redirect_uri"]
    if form.get("grant_type") != "authorization_code" or not same or not proved or at - told["at"] > CODE_S:
        raise Fault(400, "invalid_grant", "grant request is invalid")
    if not store.add(f"fakes:proconnect:used:{code}", 1, timeout=900):
        raise Fault(400, "invalid_grant", "authorization code already consumed")
    access = secrets.token_urlsafe(32)
    store.set(f"fakes:proconnect:access:{access}", told, timeout=TOKEN_S)
    asked, person = told["asked"], told["person"]
    claims = {
        "iss": issuer, "aud": CLIENT_ID, "sub": person["sub"], "iat": at, "exp": at + 300, "nonce": asked["nonce"],
        "acr": told["acr"], "sid": told["sid"],
    }  # fmt: skip
    claims |= {name: told[source] for name, source in (("amr", "amr"), ("auth_time", "at")) if name in told["wanted"]}
    body = {
        "access_token": access, "token_type": "Bearer", "expires_in": TOKEN_S, "id_token": sign(claims),  # nosec B105
        "refresh_token": secrets.token_urlsafe(32), "scope": asked["scope"],
    }  # fmt: skip
    return Sent(200, body)


def _userinfo(bearer: str, issuer: str) -> Sent:
    told = store.get(f"fakes:proconnect:access:{bearer}") if bearer else None
    if told is None:
        raise Fault(401, "invalid_token", "invalid token provided")
    person, at = told["person"], int(clock.now().timestamp())
    opened = {name for scope in told["asked"]["scope"].split() for name in CLAIMS_OF.get(scope, ())}
    claims = {name: person[name] for name in sorted(opened)}
    claims |= {"sub": person["sub"], "iss": issuer, "aud": CLIENT_ID, "iat": at, "exp": at + 60}
    return Sent(200, sign(claims), "application/jwt")


# --- keys ---------------------------------------------------------------------------------------------------------
def _keys() -> list[str]:
    """The signing keys (PEM), the current one first; made at the first use."""
    kept: list[str] | None = store.get(KEYS)
    if not kept:
        store.add(KEYS, [_new_key()])
        kept = store.get(KEYS)
    return kept or []


def _new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public_key(pem: str) -> rsa.RSAPublicKey:
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the keys of the fake are RSA")
    return key.public_key()


def _kid(pem: str) -> str:
    return hashlib.sha256(pem.encode()).hexdigest()[:16]


def _public(pem: str) -> dict[str, Any]:
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(_public_key(pem), as_dict=True)
    return {**jwk, "kid": _kid(pem), "alg": "RS256", "use": "sig"}


def _read(token: str, issuer: str) -> dict[str, Any]:
    """The claims of a token of ours, even expired."""
    lenient: Any = {"verify_exp": False}
    for pem in _keys():
        try:
            return jwt.decode(
                token, _public_key(pem), algorithms=["RS256"], audience=CLIENT_ID, issuer=issuer, options=lenient
            )
        except jwt.InvalidSignatureError:
            continue
    raise jwt.InvalidTokenError("unknown key")


def _s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
