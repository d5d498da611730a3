"""Signing in and out: the address, the code, the second factor. Built on django-allauth’s views, with our limits."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.account.views import ConfirmLoginCodeView, LogoutView, RequestLoginCodeView
from allauth.mfa.base.views import AuthenticateView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods
from django.views.generic.base import ContextMixin

from vigie.accounts import session, sign_in
from vigie.accounts.access import person_of
from vigie.accounts.adapters import AccountAdapter
from vigie.accounts.forms import SecondFactorForm, SignInCodeForm, SignInForm
from vigie.accounts.queries import account_to_sign_in
from vigie.accounts.views.proconnect import goodbye
from vigie.connectors import proconnect
from vigie.kernel.clock import now
from vigie.rights.limits import client_ip

EXPIRED = "Ce code n’est plus valable\u00a0: il dure 10 minutes. Demandez-en un nouveau."


class Helped(ContextMixin):
    """Tells whom to write to when nothing else helps."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "team_email": settings.VIGIE.team_email}


class AskCode(RequestLoginCodeView):
    """``/connexion/``: the address. What follows is the same whether it has an account or not."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        local = settings.VIGIE.local_sign_in_for_agents
        asked = {"proconnect": proconnect.active(), "agents_too": local, "next_query": self._next_query()}
        return {**super().get_context_data(**kwargs), **asked}

    def _next_query(self) -> str:
        back = self.get_next_url()
        return f"?{urlencode({'next': back})}" if back else ""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> None:
        """This page always begins anew: another address, another code."""
        return

    def form_valid(self, form: SignInForm) -> HttpResponse:
        attempt = sign_in.Attempt(form.cleaned_data["email"], client_ip(self.request), now())
        sign_in.count_attempt(attempt)
        sign_in.count_code(attempt)
        session.remember(self.request, form.cleaned_data["remember"])
        user = account_to_sign_in(attempt.email, attempt.at)
        LoginCodeVerificationProcess.initiate(request=self.request, user=user, email=attempt.email)
        if user is None:
            sign_in.code_asked_by_stranger(attempt, AccountAdapter().generate_login_code())
        return super(RequestLoginCodeView, self).form_valid(form)


class ConfirmCode(Helped, ConfirmLoginCodeView):
    """``/connexion/code/``: the code received. Three tries, ten minutes, once."""

    form_class = SignInCodeForm
    template_name = "accounts/sign_in_code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        stage = LoginStageController.enter(request, LoginByCodeStage.key)
        if stage is not None and LoginCodeVerificationProcess.resume(stage) is None:
            messages.warning(request, EXPIRED)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sign_in.count_attempt(self._attempt())
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: SignInCodeForm) -> HttpResponse:
        response = super().form_invalid(form)  # counts the try in the session before the limits can refuse
        sign_in.failed(self._process.user, self._attempt(), "code")
        return response

    def _attempt(self) -> sign_in.Attempt:
        return sign_in.Attempt(self._process.state["email"], client_ip(self.request), now())


class SecondFactor(Helped, AuthenticateView):
    """``/connexion/second-facteur/``: the code of the application, after the one received by e-mail."""

    form_class = SecondFactorForm
    template_name = "accounts/second_factor.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        stage = LoginStageController.enter(request, "mfa_authenticate")
        if stage is not None and request.method == "POST":
            sign_in.count_attempt(self._attempt(stage, request))
        return super().dispatch(request, *args, **kwargs)

    def form_invalid(self, form: SecondFactorForm) -> HttpResponse:
        sign_in.failed(self.stage.login.user, self._attempt(self.stage, self.request), "second_factor")
        return super().form_invalid(form)

    @staticmethod
    def _attempt(stage: Any, request: HttpRequest) -> sign_in.Attempt:
        return sign_in.Attempt(stage.login.user.email, client_ip(request), now())


class SignOut(LogoutView):
    """``/deconnexion/``: asks on a simple visit; the button closes the session, and that of ProConnect."""

    template_name = "accounts/sign_out.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        token = session.id_token(request)
        sign_in.ended(person_of(request), now())
        response: HttpResponse = super().post(request, *args, **kwargs)
        request.session.flush()  # of a visitor whom ProConnect brought and whom we refused, too
        return (goodbye(request, token) if token else None) or response


ask_code = require_http_methods(["GET", "HEAD", "POST"])(AskCode.as_view())
confirm_code = require_http_methods(["GET", "HEAD", "POST"])(ConfirmCode.as_view())
second_factor = require_http_methods(["GET", "HEAD", "POST"])(SecondFactor.as_view())
sign_out = require_http_methods(["GET", "HEAD", "POST"])(SignOut.as_view())
