"""Whom accounts write to, and what the mails say when they leave."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.accounts.models import User
from vigie.accounts.queries import roles_in_force
from vigie.journal.registry import Recipient, register_audience, register_content
from vigie.rights.person import Person
from vigie.rights.table import ROLE_LABELS


def account_holder(user: User, by: Person) -> Iterable[Recipient]:
    """The person of the account."""
    return [Recipient(user.email, user.full_name)]


def invitation(user: User, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing when the account was closed or its habilitations taken back meanwhile."""
    roles = roles_in_force(user, at)
    if not roles:
        return None
    site = settings.VIGIE.site_url
    return {
        "name": user.full_name,
        "invited_by": user.invited_by.full_name if user.invited_by else "L’équipe de Vigie",
        "antenne": str(user.antenne) if user.antenne else "",
        "roles": [ROLE_LABELS[role] for role in roles],
        "sign_in": f"{site}{reverse('account_login')}",
        "email": user.email,
    }


def register() -> None:
    """Called once, when the applications are ready."""
    register_audience("account_holder", account_holder)
    register_content("accounts/mail/invitation", invitation)
