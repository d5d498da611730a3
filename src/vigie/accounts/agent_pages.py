"""What the page of a person says of the agent, what changed of the account, and what a copy takes from it."""

from __future__ import annotations

from typing import Any

from vigie.accounts.account_changes import POWERS
from vigie.accounts.change_log import LABELS
from vigie.accounts.models import User
from vigie.accounts.models_agents import TIME_ZONES, AgentProfile
from vigie.accounts.models_changes import AccountChange
from vigie.accounts.queries import antenne_label
from vigie.accounts.states import GRANTED
from vigie.rights.table import Role
from vigie.ui.components import Column, Fact, Table
from vigie.ui.formats import day, exact

SHOWN = 50


def agent_facts(user: User) -> tuple[Fact, ...]:
    """Empty for who has no sheet of agent. 1 query."""
    row = AgentProfile.objects.select_related("entity", "segment").filter(user=user).first()
    if row is None:
        return ()
    return (
        Fact("Administration", row.entity.name),
        Fact("Profil de travail", row.segment.label),
        Fact("SIRET du lieu de travail", row.siret, missing="non renseigné"),
        Fact("Fuseau horaire", dict(TIME_ZONES).get(row.time_zone, row.time_zone)),
        Fact("Ambassadeur", "oui" if row.ambassador else "non"),
        Fact("Formé", "oui" if row.trained else "non"),
        Fact("Dernier échange", day(row.last_contact_on) if row.last_contact_on else "", missing="aucun noté"),
        Fact("Retours", row.feedbacks, missing="aucun noté"),
    )


def changes_table(user: User) -> Table:
    """Each change of the account, before and after, the last first. 1 query."""
    rows = AccountChange.objects.filter(user=user)[:SHOWN]
    return Table(
        caption="Changements du compte",
        columns=(Column("Quand", header=True), Column("Qui"), Column("Quoi")),
        rows=tuple((exact(row.at), row.author_name, _said(row)) for row in rows),
        empty="Rien n’a changé depuis que les changements sont gardés.",
        caption_hidden=True,
    )


def _said(row: AccountChange) -> str:
    parts = []
    for name, after in row.after.items():
        before = row.before.get(name, "")
        told = f"{before or 'rien'} → {after or 'rien'}"
        parts.append(f"{LABELS.get(name, name)}\u00a0: {told}")
    return "\u00a0; ".join(parts)


def duplicated(user: User) -> dict[str, Any]:
    """What an account made like this one begins with: what it opens, nothing that tells who the person is."""
    held = list(user.habilitations.filter(state=GRANTED).order_by("pk"))
    roles = [one.role for one in held if Role(one.role) not in POWERS]
    return {
        "roles": roles,
        "territory": next((one.territory for one in held if one.territory), ""),
        "antenne": antenne_label(user.antenne) if user.antenne else "",
    }
