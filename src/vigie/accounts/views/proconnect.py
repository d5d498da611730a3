"""Signing in with ProConnect: leaving for it, coming back, a code for a second identity, and the end of sessions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from vigie.accounts import identities, session, sign_in
from vigie.accounts.access import account_of, signed_in
from vigie.accounts.adapters import AccountAdapter
from vigie.accounts.forms import AttachCodeForm
from vigie.accounts.identity_rules import REASONS, CodeNeeded, NotAdmitted, Told
from vigie.accounts.models import User
from vigie.accounts.proconnect import extra_parameters, library_setting, proved_lately
from vigie.accounts.queries import has_second_factor
from vigie.accounts.rules import CODE_LASTS, CODE_TRIES
from vigie.connectors import proconnect
from vigie.connectors.client import RequestRefused
from vigie.journal.actions import record
from vigie.kernel.clock import now
from vigie.kernel.errors import ConnectorError
from vigie.rights.limits import client_ip
from vigie.ui.forms import status_of

LOST = "Cette connexion a expiré, ou elle a déjà servi. Recommencez."
MOVED = (
    "ProConnect annonce un autre employeur ou un autre statut\u00a0: votre habilitation de détection est suspendue, "
    "l’équipe est prévenue."
)
CONFIRMED = "Votre identité est confirmée. Refaites maintenant ce que vous vouliez faire."
AGAIN = "Confirmez votre identité avec le même compte, en vous identifiant de nouveau."


class _Leave(OIDCAuthenticationRequestView):  # type: ignore[misc]  # the library has no types
    """The library’s departure: state, nonce and code verifier kept in the session."""

    get_settings = staticmethod(library_setting)

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        return extra_parameters(again="confirmer" in request.GET)


class _Return(OIDCAuthenticationCallbackView):  # type: ignore[misc]
    """The library’s return: its state serves once; the account is given by the backend, the session by us."""

    get_settings = staticmethod(library_setting)

    def login_success(self) -> HttpResponse:
        return _enter(self.request, self.user)

    def login_failure(self) -> HttpResponse:
        return _not_verified(self.request, LOST)


@never_cache
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """``/connexion/proconnect/``: to ProConnect, unless it does not answer. ``confirmer``: it must ask anew."""
    if not proconnect.active():
        raise Http404
    provider = proconnect.configured()
    try:
        discovery = provider.discovery(provider.client.page_s, fresh_only=True)
    except ConnectorError:
        return _away(request)
    leave = _Leave()
    leave.setup(request)
    leave.OIDC_OP_AUTH_ENDPOINT = discovery.authorization_endpoint
    response: HttpResponse = leave.get(request)
    request.session["oidc_login_next"] = _safe(request.GET.get("next", ""))
    request.session["proconnect_again"] = "confirmer" in request.GET
    return response


@never_cache
@require_safe
def come_back(request: HttpRequest) -> HttpResponse:
    """``/connexion/proconnect/retour/``: the session opens, or a page says why not."""
    if not proconnect.active():
        raise Http404
    sign_in.count_return(client_ip(request), now())
    if error := request.GET.get("error", ""):
        request.session.get("oidc_states", {}).pop(request.GET.get("state", ""), None)
        request.session.modified = True
        return _not_verified(request, proconnect.error_fr(error, request.GET.get("error_description", "")))
    back = _Return()
    back.setup(request)
    try:
        response: HttpResponse = back.get(request)
    except NotAdmitted as refused:
        return _refusal(request, refused.code)
    except CodeNeeded as needed:
        return _ask_code(request, needed)
    except RequestRefused:
        return _not_verified(request, LOST)
    except ConnectorError:
        return _away(request)
    except SuspiciousOperation:
        return _not_verified(request, LOST)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def attach(request: HttpRequest) -> HttpResponse:
    """``/connexion/proconnect/rattacher/``: the code that attaches another identity. Three tries, ten minutes."""
    pending, at = session.pending(request), now()
    user = User.objects.living().filter(pk=pending["user"]).first() if pending else None
    if pending is None or user is None or at.timestamp() >= pending["until"] or pending["tries"] >= CODE_TRIES:
        session.keep_pending(request, None)
        messages.warning(request, "Ce code n’est plus valable. Identifiez-vous de nouveau avec ProConnect.")
        return redirect("account_login")
    form = AttachCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        attempt = sign_in.Attempt(user.email, client_ip(request), at)
        sign_in.count_attempt(attempt)
        if form.is_valid() and constant_time_compare(_hash(form.cleaned_data["code"]), pending["code"]):
            session.keep_pending(request, None)
            return _attached(request, user, Told(**pending["told"]))
        session.keep_pending(request, {**pending, "tries": pending["tries"] + 1})
        form.refuse()
        sign_in.failed(user, attempt, "identity")
    context = {"form": form, "email": user.email, "team_email": settings.VIGIE.team_email}
    return render(request, "accounts/proconnect_attach.html", context, status=status_of(form))


@csrf_exempt
@require_POST
def ended(request: HttpRequest) -> HttpResponse:
    """``/connexion/proconnect/fin-de-session/``: ProConnect says, signed, that a session ended there."""
    if not proconnect.active():
        raise Http404
    provider = proconnect.configured()
    try:
        claims = provider.logout_claims(request.POST.get("logout_token", ""), provider.client.page_s)
    except ConnectorError:
        return HttpResponse(status=400, headers={"Cache-Control": "no-store"})
    if cache.add(f"proconnect:ended:{claims['jti']}", 1, timeout=3600):
        identities.session_ended(sub=str(claims.get("sub", "")), sid=str(claims.get("sid", "")), at=now())
    return HttpResponse(status=200, headers={"Cache-Control": "no-store"})


@never_cache
@signed_in
@require_safe
def confirm(request: HttpRequest) -> HttpResponse:
    """``/mon-compte/confirmer/``: proving oneself again before a sensitive act, as the session was opened."""
    back = _safe(request.GET.get("next", "")) or settings.LOGIN_REDIRECT_URL
    user = account_of(request)
    if session.by_proconnect(request, user):
        query = f"?{urlencode({'confirmer': 1, 'next': back})}"
        return render(request, "accounts/proconnect_confirm.html", {"back": back, "query": query})
    name = "mfa_reauthenticate" if has_second_factor(user) else "account_logout"
    return redirect(f"{reverse(name)}?{urlencode({'next': back})}")


# --- the end of a session -----------------------------------------------------------------------------------------
def goodbye(request: HttpRequest, token: str) -> HttpResponse | None:
    """The page that ends the session of ProConnect too, in the session left after ours; None when it cannot.

    A page rather than a redirection: ProConnect leads through the agent’s own provider, where browsers let no
    redirection of a form of ours go (CSP form-action).
    """
    provider = proconnect.configured()
    try:
        address = provider.discovery(provider.client.page_s).end_session_endpoint
    except ConnectorError:
        return None
    state = request.session["proconnect_goodbye"] = get_random_string(43)
    after = request.build_absolute_uri(reverse("proconnect_after"))
    told = urlencode({"id_token_hint": token, "state": state, "post_logout_redirect_uri": after})
    return render(request, "accounts/proconnect_goodbye.html", {"address": f"{address}?{told}"})


@never_cache
@require_safe
def after(request: HttpRequest) -> HttpResponse:
    """``/deconnexion/proconnect/``: back from the end of the session there."""
    state = request.session.pop("proconnect_goodbye", "")
    if state and constant_time_compare(state, request.GET.get("state", "")):
        messages.success(request, "Vous êtes déconnecté de Vigie et de ProConnect.")
    return redirect("account_login")


# --- entering -----------------------------------------------------------------------------------------------------
def _enter(request: HttpRequest, user: User) -> HttpResponse:
    """Opens the session, or confirms the one that is open."""
    admission: identities.Admission = user.proconnect  # type: ignore[attr-defined]
    back = request.session.pop("oidc_login_next", "") or settings.LOGIN_REDIRECT_URL
    asked_again = request.session.pop("proconnect_again", False)
    if asked_again and request.user.is_authenticated:
        return _confirmed(request, user, admission, back)
    _open(request, user, admission.told)
    if admission.moved:
        messages.warning(request, MOVED)
    return redirect(back)


def _open(request: HttpRequest, user: User, told: Told) -> None:
    """A new session under a new key: nothing of the one before is kept but what ends it at ProConnect."""
    token = session.id_token(request)
    request.session.flush()
    session.note_proconnect(request, user, told.acr)
    user.backend = "vigie.accounts.backend.SessionBackend"  # type: ignore[attr-defined]
    AccountAdapter().login(request, user)
    session.keep_id_token(request, token)


def _confirmed(request: HttpRequest, user: User, admission: identities.Admission, back: str) -> HttpResponse:
    if user.pk != request.user.pk or not proved_lately(admission.told):
        messages.error(request, AGAIN)
        return redirect(f"{reverse('confirm_identity')}?{urlencode({'next': back})}")
    session.note_proconnect(request, user, admission.told.acr)
    record("account.identity_confirmed", user, by=request.person, at=now())  # type: ignore[attr-defined]
    messages.success(request, CONFIRMED)
    return redirect(back)


def _ask_code(request: HttpRequest, needed: CodeNeeded) -> HttpResponse:
    user, at = User.objects.get(pk=needed.user_id), now()
    code = identities.ask_code(user, at=at)
    until = (at + CODE_LASTS).timestamp()
    pending: dict[str, Any] = {"user": user.pk, "told": asdict(needed.told), "code": _hash(code), "tries": 0}
    session.keep_pending(request, {**pending, "until": until})
    return redirect("proconnect_attach")


def _attached(request: HttpRequest, user: User, told: Told) -> HttpResponse:
    try:
        admission = identities.admit(user, told, ip=client_ip(request), at=now())
    except NotAdmitted as refused:
        return _refusal(request, refused.code)
    user.proconnect = admission  # type: ignore[attr-defined]
    messages.success(request, "Cette identité ProConnect ouvre désormais votre compte.")
    return _enter(request, user)


# --- refusing -----------------------------------------------------------------------------------------------------
def _refusal(request: HttpRequest, code: str) -> HttpResponse:
    page = {"reason": REASONS[code], "team_email": settings.VIGIE.team_email, "back": bool(session.id_token(request))}
    return render(request, "accounts/proconnect_refused.html", page, status=403)


def _not_verified(request: HttpRequest, message: str) -> HttpResponse:
    return _stopped(request, "La connexion n’a pas abouti", message, 400)


def _away(request: HttpRequest) -> HttpResponse:
    message = "ProConnect ne répond pas en ce moment. Rien n’est perdu\u00a0: réessayez dans quelques minutes."
    return _stopped(request, "ProConnect ne répond pas", message, 503)


def _stopped(request: HttpRequest, title: str, message: str, status: int) -> HttpResponse:
    context = {
        "title": title, "message": message, "fallback": settings.VIGIE.local_sign_in_for_agents,
        "team_email": settings.VIGIE.team_email,
    }  # fmt: skip
    response = render(request, "accounts/proconnect_stopped.html", context, status=status)
    if status == 503:
        response["Retry-After"] = "60"
    return response


def _safe(address: str) -> str:
    """An address of this site without its host, or nothing."""
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else ""


def _hash(code: str) -> str:
    return salted_hmac("vigie.accounts.identity_code", "".join(filter(str.isdigit, code))).hexdigest()
