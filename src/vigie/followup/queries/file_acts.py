"""What may be done to a file, and by which buttons of its page: to the file, to those who take part in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.forms import BaseForm
from django.urls import reverse

from vigie.followup.models import Followup, Member
from vigie.followup.queries.touch import person_words
from vigie.followup.rules import REOPEN_DAYS
from vigie.followup.states import COMPLETED, FOLLOWUP
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.ui.components import ActButton
from vigie.ui.formats import day


@dataclass(frozen=True)
class May:
    """What the person may do to the file, as the rights table says."""

    edit: bool
    state: bool
    members: bool
    delete: bool
    duplicate: bool
    contacts: bool
    edit_contacts: bool


@dataclass(frozen=True)
class Asked:
    """What views give to the page: the forms of its acts."""

    reason: Callable[[str], BaseForm]
    token: str
    at: datetime
    number: str = "1"  # the page of a long tab


@dataclass(frozen=True)
class PersonRow:
    """Somebody who takes part. buttons: what may be done to it."""

    name: str
    role: str
    since: str
    buttons: tuple[ActButton, ...]


def may_of(person: Person, followup: Followup) -> May:
    """1 query."""
    [told] = _rights(person, followup.pk)
    return May(*map(bool, told))


@composed_once
def _rights(person: Person, pk: int) -> QuerySet[Followup, tuple[bool, ...]]:
    asked = {
        "edit": "file.edit", "moves": "file.manage_state", "people": "file.manage_members", "erase": "file.delete",
        "copy": "file.duplicate", "reads_contacts": "file.view_contacts", "writes_contacts": "file.edit_contacts",
    }  # fmt: skip
    return Followup.objects.filter(pk=pk).with_rights(person, **asked).values_list(*asked)


def buttons_of(row: Any, may: May, asked: Asked, *, locked: bool) -> list[ActButton]:
    """locked: the firm is not open to the person, who says why on a page before he continues its file."""
    action = reverse("followup:act", args=[row.pk])
    found = []
    if may.state:
        for step in FOLLOWUP.offered(row.state):
            if step.name == "reopen" and row.ended_at and (asked.at - row.ended_at).days < REOPEN_DAYS:
                found.append(
                    ActButton.of(
                        step, action, style="secondary", form=asked.reason("Pourquoi rouvrir"),
                        confirm="L’accompagnement reprend. Ses participants recevront un courriel.",
                    )
                )  # fmt: skip
            elif step.name not in ("reopen", "complete"):
                confirm = "Les référents et les participants recevront un courriel."
                if step.name == "start_surveillance":
                    confirm = f"L’entreprise reste suivie sans action régulière, et sort des statistiques. {confirm}"
                found.append(ActButton.of(step, action, style="secondary", confirm=confirm))
    if may.duplicate and row.state == COMPLETED and not locked:
        found.append(
            ActButton(
                "Dupliquer", action, "duplicate", "secondary", token=asked.token,
                confirm="Un nouvel accompagnement s’ouvre avec les mêmes personnes et les mêmes mots-clés\u00a0; "
                "les synthèses et les commentaires restent dans celui-ci.",
            )
        )  # fmt: skip
    if may.delete:
        found.append(
            ActButton(
                "Supprimer", action, "delete", "tertiary", form=asked.reason("Raison de la suppression"),
                confirm="L’accompagnement disparaît pour tous ses participants, prévenus par courriel. Vous pourrez le "
                "restaurer pendant 30\u00a0jours.",
            )
        )  # fmt: skip
    return found


def person_row(row: Any, member: Any, may: May) -> PersonRow:
    buttons: list[ActButton] = []
    if may.members and row.is_active:
        action, who = reverse("followup:member", args=[row.pk, member.pk]), str(member.user)
        other = "referent" if member.role == Member.Role.PARTICIPANT else "participant"
        label = "Rendre référent" if other == "referent" else "Rendre participant"
        buttons = [
            ActButton(label, action, other, "tertiary", about=who),
            ActButton(
                "Retirer", action, "remove", "tertiary", about=who,
                confirm=f"{who} ne lira plus cet accompagnement ni, par lui, les données de l’entreprise. Un courriel "
                "le lui dit.",
            ),
        ]  # fmt: skip
    return PersonRow(person_words(member.user), member.get_role_display(), day(member.added_at), tuple(buttons))


def join(row: Any, person: Person) -> ActButton | None:
    if any(member.user_id == person.user_id for member in row.present_members):
        return None
    return ActButton(
        "Participer à cet accompagnement", reverse("followup:members", args=[row.pk]), "join", "secondary",
        confirm="Les référents seront prévenus par courriel.",
    )  # fmt: skip
