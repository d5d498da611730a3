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


def team_mailbox(user: User, by: Person) -> Iterable[Recipient]:
    """The shared address of the team."""
    return [Recipient(settings.VIGIE.team_email, "L’équipe de Vigie")]


def identity_attached(user: User, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """What the holder of the account reads: it was he, or it must be told."""
    return {"name": user.full_name, "account": f"{settings.VIGIE.site_url}{reverse('accounts:me')}"}


def employer_changed(user: User, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """What the team reads: who, and where to decide."""
    page = reverse("accounts:person", args=[user.pk])
    return {"name": user.full_name, "email": user.email, "page": f"{settings.VIGIE.site_url}{page}"}


def register() -> None:
    """Called once, when the applications are ready."""
    register_audience("account_holder", account_holder)
    register_audience("team_mailbox", team_mailbox)
    register_content("accounts/mail/invitation", invitation)
    register_content("accounts/mail/identity_attached", identity_attached)
    register_content("accounts/mail/employer_changed", employer_changed)
