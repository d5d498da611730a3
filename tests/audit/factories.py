"""An auditor, and traces at chosen moments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.accounts.factories import HabilitationFactory, UserFactory
from vigie.accounts.models import User
from vigie.journal import audit
from vigie.journal.models import AuditEvent
from vigie.rights.person import Person, PersonKind
from vigie.rights.table import Role


def auditor(**values: Any) -> User:
    """Somebody who reads the audit, and no firm."""
    user = UserFactory(**values)
    HabilitationFactory(user=user, role=Role.AUDITOR)
    return user


def person_of(user: User, **values: Any) -> Person:
    told = {"entity": "Urssaf Bretagne", "departements": frozenset({"35"}), "roles": frozenset({Role.LEVEL_A})}
    return Person(PersonKind.USER, name=user.full_name, user_id=user.pk, email=user.email, **(told | values))


def sheet_opened(by: Person, number: str, at: datetime, **told: Any) -> AuditEvent:
    return noted("view_company", "companies.Company", number, by=by, at=at, **told)


def noted(action: str, kind: str, number: str, **told: Any) -> AuditEvent:
    """A trace, as it was kept."""
    audit.note(action, kind, number, **told)
    return AuditEvent.objects.latest("pk")
