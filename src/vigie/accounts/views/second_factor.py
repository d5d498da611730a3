"""Installing, replacing and confirming the second factor, and its recovery codes."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.views import ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vigie.accounts import session, sign_in
from vigie.accounts.access import signed_in
from vigie.accounts.actions import forget_second_factor, second_factor_set
from vigie.accounts.forms import ConfirmSecondFactorForm, ReplaceSecondFactorForm, SetUpSecondFactorForm
from vigie.kernel.clock import now
from vigie.rights.limits import client_ip


class SetUp(ActivateTOTPView):
    """``/mon-compte/second-facteur/``: the drawing to scan, and the first code."""

    form_class = SetUpSecondFactorForm
    template_name = "accounts/second_factor_set_up.html"

    def form_valid(self, form: SetUpSecondFactorForm) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            user = self.request.user
            authenticator = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
            second_factor_set(authenticator, form.cleaned_data["code"], at=now())
        session.note_second_factor(self.request, user, authenticator.pk)
        session.close_others(self.request, user)
        messages.success(self.request, "Votre second facteur est installé. Gardez vos codes de secours.")
        return response


class Replace(DeactivateTOTPView):
    """``/mon-compte/second-facteur/changer/``: removes the application; the next page asks for another."""

    form_class = ReplaceSecondFactorForm
    template_name = "accounts/second_factor_replace.html"

    def form_valid(self, form: ReplaceSecondFactorForm) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            forget_second_factor(self.request.user, at=now())
        session.forget_second_factor(self.request)
        session.close_others(self.request, self.request.user)
        messages.success(self.request, "L’ancien second facteur ne sert plus.")
        return response


class Confirm(ReauthenticateView):
    """``/mon-compte/second-facteur/confirmer/``: the code again, before a sensitive act."""

    form_class = ConfirmSecondFactorForm
    template_name = "accounts/second_factor_confirm.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        sign_in.count_attempt(self._attempt())
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: ConfirmSecondFactorForm) -> HttpResponse:
        sign_in.failed(self.request.user, self._attempt(), "second_factor")
        return super().form_invalid(form)

    def _attempt(self) -> sign_in.Attempt:
        return sign_in.Attempt(self.request.user.email, client_ip(self.request), now())


class RecoveryCodes(ViewRecoveryCodesView):
    """``/mon-compte/codes-de-secours/``: shown once. Who has a second factor but no code yet is led to ask for some."""

    template_name = "accounts/recovery_codes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        held = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
        if Authenticator.Type.TOTP in held and Authenticator.Type.RECOVERY_CODES not in held:
            return redirect("mfa_generate_recovery_codes")
        return super().get(request, *args, **kwargs)


class RenewRecoveryCodes(GenerateRecoveryCodesView):
    """``/mon-compte/codes-de-secours/renouveler/``: the former ones no longer serve."""

    template_name = "accounts/recovery_codes_renew.html"


def _page(view: Any) -> Any:
    return require_http_methods(["GET", "HEAD", "POST"])(never_cache(signed_in(view)))


set_up = _page(SetUp.as_view())
replace = _page(Replace.as_view())
confirm = _page(Confirm.as_view())
recovery_codes = _page(RecoveryCodes.as_view())
renew_recovery_codes = _page(RenewRecoveryCodes.as_view())
