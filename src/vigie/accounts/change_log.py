"""The columns of an account kept before and after each change, in the words of that day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from vigie.accounts.models import Antenne, User
from vigie.accounts.models_agents import Entity, Segment
from vigie.accounts.models_changes import AccountChange
from vigie.rights.person import Person

LABELS: dict[str, str] = {
    "full_name": "Nom", "email": "Adresse", "job": "Fonction", "phone": "Téléphone", "antenne_id": "Antenne",
    "entity_id": "Administration", "segment_id": "Profil de travail", "siret": "SIRET du lieu de travail",
    "scopes": "Périmètres", "boards": "Tableaux", "taskforces": "Groupes de travail", "ambassador": "Ambassadeur",
    "trained": "Formé", "feedbacks": "Retours", "last_contact_on": "Dernier échange", "time_zone": "Fuseau horaire",
    "territory": "Territoire", "ends_on": "Fin de l’habilitation", "is_active": "Compte ouvert",
    "charges": "Agents dont il répond",
}  # fmt: skip
_NAMED: dict[str, type[Any]] = {"antenne_id": Antenne, "entity_id": Entity, "segment_id": Segment}


def keep_change(user: User, before: Mapping[str, Any], after: Mapping[str, Any], *, by: Person, at: datetime) -> None:
    """Keeps what the columns said and what they say; both hold the same names."""
    AccountChange.objects.create(
        user=user, author_id=by.user_id, author_name=by.name, at=at,
        before={name: as_read(name, value) for name, value in before.items()},
        after={name: as_read(name, value) for name, value in after.items()},
    )  # fmt: skip


def as_read(name: str, value: Any) -> str:
    """A value as it is read, so that a name that changes later leaves this one as it was."""
    if name in _NAMED:
        found = _NAMED[name].objects.filter(pk=value).first() if value is not None else None
        return str(getattr(found, "label", "") or getattr(found, "name", ""))
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value or "")
