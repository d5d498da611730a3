"""How a session finds its account again. It recognises nobody by a password: there is none."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import QuerySet
from django.http import HttpRequest

from vigie.accounts.models import User
from vigie.rights.statements import composed_once


class SessionBackend(BaseBackend):
    """Gives the account of an open session, while it lives. Codes are checked by the sign-in pages."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        return None

    def get_user(self, user_id: Any) -> User | None:
        found: list[User] = _living(int(user_id))
        return found[0] if found else None


@composed_once
def _living(pk: int) -> QuerySet[User]:
    return User.objects.living().filter(pk=pk).order_by("pk")
