"""Whom files write to. A mail gives the name of the firm and the way to the page, no confidential value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.followup.models import Followup, Member
from vigie.followup.states import FOLLOWUP
from vigie.journal.registry import Recipient, register_audience, register_content
from vigie.rights.person import Person


def file_members(followup: Followup, by: Person) -> Iterable[Recipient]:
    """All who take part, but who did it."""
    return _recipients(followup.members.present().exclude(user_id=by.user_id))


def file_member(member: Member, by: Person) -> Iterable[Recipient]:
    """The person added, changed or removed, unless he did it himself."""
    return [] if member.user_id == by.user_id else _recipients([member])


def file_referents(member: Member, by: Person) -> Iterable[Recipient]:
    """The référents of a file that somebody joined of himself."""
    held = member.followup.members.present().filter(role=Member.Role.REFERENT)
    return _recipients(held.exclude(user_id=by.user_id))


def _recipients(members: Iterable[Member]) -> list[Recipient]:
    wanted = [member.user_id for member in members]
    people = User.objects.living().filter(pk__in=wanted).order_by("pk")
    return [Recipient(user.email, user.full_name) for user in people]


def page_of(followup: Followup) -> str:
    """The address of the file, whole."""
    return f"{settings.VIGIE.site_url}{reverse('followup:file', args=[followup.pk])}"


def moved_content(followup: Followup, recipient: Recipient, at: datetime) -> dict[str, Any]:
    """The state of today; of a deleted file, that it is."""
    state = "supprimé" if followup.deleted_at else FOLLOWUP.label(followup.state).lower()
    return {
        "name": recipient.name,
        "firm": followup.workplace.company.name,
        "state": state,
        "page": "" if followup.deleted_at else page_of(followup),
    }


def member_content(member: Member, recipient: Recipient, at: datetime) -> dict[str, Any]:
    """What the person is in the file today."""
    followup = member.followup
    return {
        "name": recipient.name,
        "firm": followup.workplace.company.name,
        "role": "" if member.removed_at else member.get_role_display().lower(),
        "page": "" if member.removed_at or followup.deleted_at else page_of(followup),
    }


def joined_content(member: Member, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Nothing once the person left, or for who may no longer read the file."""
    user = User.objects.living().with_address(recipient.email).first()
    if user is None or member.removed_at is not None:
        return None
    if not Followup.objects.allowed(person_for(user, at), "file.view").filter(pk=member.followup_id).exists():
        return None
    followup = member.followup
    return {
        "name": recipient.name,
        "who": str(member.user),
        "role": member.get_role_display().lower(),
        "firm": followup.workplace.company.name,
        "page": page_of(followup),
    }


def register() -> None:
    """Called once, when the applications are ready."""
    register_audience("file_members", file_members)
    register_audience("file_member", file_member)
    register_audience("file_referents", file_referents)
    register_content("followup/mail/moved", moved_content)
    register_content("followup/mail/member", member_content)
    register_content("followup/mail/joined", joined_content)
