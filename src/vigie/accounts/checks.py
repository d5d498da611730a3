"""At the start: nothing in the service can set, keep or accept a password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_backends, get_user_model
from django.core.checks import CheckMessage, Error
from django.urls import NoReverseMatch, reverse

# What django-allauth would mount for passwords, signing up and several addresses.
SHUT = (
    "account_signup",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_email",
    "account_reauthenticate",
)


def check_no_password(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuses a password column, a backend that accepts one, a page that asks for one."""
    errors: list[CheckMessage] = []
    columns = {field.name for field in get_user_model()._meta.get_fields()}
    if "password" in columns:
        errors.append(Error("accounts: the account has a password column", id="accounts.E001"))
    for backend in get_backends():
        if backend.authenticate(None, email="nobody@vigie.example", password="x") is not None:  # noqa: S106
            errors.append(Error(f"accounts: {backend!r} accepts a password", id="accounts.E002"))
    if settings.ROOT_URLCONF:
        errors += [Error(f"accounts: {name} is mounted", id="accounts.E003") for name in SHUT if _is_mounted(name)]
    return errors


def _is_mounted(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True
