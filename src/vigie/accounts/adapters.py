"""Where django-allauth meets Vigie: its mails go through the outbox, its words are ours, its other doors are shut."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme

from vigie.accounts import session, sign_in
from vigie.accounts.identity_rules import GUARDED
from vigie.accounts.models import User
from vigie.accounts.queries import roles_in_force
from vigie.accounts.rules import CODE_DIGITS
from vigie.accounts.sealed import seal, unseal
from vigie.kernel.clock import now
from vigie.rights.limits import client_ip

CODE_MAIL = "account/email/login_code"
NO_ACCOUNT = "Votre compte n’est pas ouvert en ce moment. Écrivez à {team} pour savoir pourquoi."

PROCONNECT_ONLY = "Les agents de détection se connectent avec ProConnect."


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by a code sent by e-mail, and nothing else."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": "Ce code n’est pas le bon. Vérifiez-le dans le dernier courriel reçu.",
        "too_many_login_attempts": "Trois codes faux\u00a0: demandez un nouveau code.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        return None

    def set_password(self, user: Any, password: str) -> None:
        raise PermissionDenied

    def is_safe_url(self, url: str) -> bool:
        """Only an address of this site, without its host: nobody is sent elsewhere after signing in."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def generate_login_code(self) -> str:
        return get_random_string(CODE_DIGITS, "0123456789")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owes the code to the outbox; django-allauth has nothing else to write to anybody."""
        if template_prefix != CODE_MAIL:
            raise ValueError(f"unexpected mail: {template_prefix}")
        sign_in.code_asked(User.objects.with_address(email).get(), context["code"], now())

    def add_message(self, request: HttpRequest, level: int, *args: Any, message: str | None = None, **_: Any) -> None:
        """Ours only: those of django-allauth’s templates are not shown."""
        if message:
            messages.add_message(request, level, message)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request)

    def get_login_stages(self) -> list[str]:
        return ["allauth.account.stages.LoginByCodeStage", "allauth.mfa.stages.AuthenticateStage"]

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Stops whoever lost his role between the code asked and the code typed, or must use ProConnect."""
        roles = frozenset(roles_in_force(user, now()))
        if roles and (settings.VIGIE.local_sign_in_for_agents or roles - GUARDED):
            return None
        if roles:
            messages.error(request, PROCONNECT_ONLY)
            return redirect("account_login")
        messages.error(request, NO_ACCOUNT.format(team=settings.VIGIE.team_email))
        return redirect("account_login")

    def login(self, request: HttpRequest, user: Any) -> None:
        """A new session key, an end that is never put off, and the event."""
        at, previous = now(), user.last_login
        super().login(request, user)
        guarded = bool(GUARDED & set(roles_in_force(user, at)))
        remembered = session.open_until(request, at, guarded=guarded)
        attempt = sign_in.Attempt(user.email, client_ip(request), at)
        used, told = session.second_factor_used(request, user), session.by_proconnect(request, user)
        sign_in.succeeded(user, attempt, sign_in.Opening(remembered, used, told, previous))

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return "/"


class MFAAdapter(DefaultMFAAdapter):
    """The second factor: its name in the application, its words, and its secrets sealed at rest."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "Ce code n’est pas le bon. Attendez le code suivant de votre application, puis recopiez-le.",
        "cannot_generate_recovery_codes": "Installez d’abord un second facteur.",
    }

    def get_totp_issuer(self) -> str:
        return "Vigie"

    def get_totp_label(self, user: Any) -> str:
        return str(user.email)

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)
