"""Who is permanent secretary of the CODEFI, or in charge of its files, in a département: given and withdrawn.

A duty opens no firm. The permanent secretary keeps the meetings of his département, and is told of files that nobody
answers for; he loses both when his own territory no longer covers it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from vigie.accounts.models import User
from vigie.accounts.models_agents import Duty
from vigie.accounts.queries import person_for
from vigie.journal import audit
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.rights.table import DETECTION

RIGHT = "duty.edit"


def give(agent: User, kind: str, departement: str, *, by: Person, at: datetime) -> Duty:
    """The duty, held from now. The same given twice is one.

    InvalidInput for oneself, and for who has no habilitation in force that covers the département.
    """
    require(by, RIGHT)
    _refuse_unfit(agent, departement, by, at)
    try:
        with transaction.atomic():
            row, new = Duty.objects.get_or_create(user=agent, kind=kind, departement=departement)
            if new:
                _note("duty.given", row, by, at)
    except IntegrityError:  # given twice at once
        return Duty.objects.get(user=agent, kind=kind, departement=departement)
    return row


@transaction.atomic
def withdraw(row: Duty, *, by: Person, at: datetime) -> None:
    """The duty is no longer held. Withdrawn already: nothing."""
    require(by, RIGHT)
    held = Duty.objects.select_for_update().filter(pk=row.pk).first()
    if held is not None:
        _note("duty.withdrawn", held, by, at)
        held.delete()


def _refuse_unfit(agent: User, departement: str, by: Person, at: datetime) -> None:
    if agent.pk == by.user_id:
        raise InvalidInput("own_duty", "Demandez à un autre administrateur de vous donner une fonction.", field="agent")
    person = person_for(agent, at)
    if not person.roles & DETECTION:
        raise InvalidInput(
            "not_an_agent", "Cette personne n’a pas d’habilitation de niveau A ou B en cours.", field="agent"
        )
    if not person.nationwide and departement not in person.departements:
        raise InvalidInput("elsewhere", "Ce département n’est pas dans son territoire.", field="departement")


def _note(event: str, row: Duty, by: Person, at: datetime) -> None:
    told = {"kind": row.kind, "departement": row.departement}
    record(event, row, by=by, at=at, payload={"user": row.user_id, **told})
    details = {"decision": event.removeprefix("duty."), **told}
    audit.note("admin_duty", "accounts.User", str(row.user_id), by=by, at=at, details=details)
