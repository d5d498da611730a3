"""Which agents a partner's reviewer answers for: given and withdrawn by an administrator, never to oneself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vigie.accounts.change_log import keep_change
from vigie.accounts.charges import is_reviewer, said_of, told
from vigie.accounts.models import Charge, User
from vigie.accounts.models_agents import Entity, Segment
from vigie.journal import audit
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput
from vigie.rights.person import Person
from vigie.rights.reach import require

RIGHT = "charge.edit"


@transaction.atomic
def give(reviewer: User, entity: Entity | None, segment: Segment | None, *, by: Person, at: datetime) -> Charge:
    """He answers for the agents of this body, of this profile of work, or of both at once. Given twice, once.

    InvalidInput for oneself, for who is no reviewer, for neither body nor profile.
    """
    require(by, RIGHT)
    if entity is None and segment is None:
        raise InvalidInput(
            "nobody", "Choisissez une administration, un profil de travail, ou les deux.", field="entity"
        )
    row = User.objects.select_for_update().get(pk=reviewer.pk)  # two of the same come one after the other
    if row.pk == by.user_id:
        raise InvalidInput(
            "own_charge", "Demandez à un autre administrateur de vous confier des agents.", field="reviewer"
        )
    if not is_reviewer(row):
        raise InvalidInput(
            "not_a_reviewer",
            "Cette personne n’est pas responsable des habilitations\u00a0: l’équipe lui accorde d’abord ce rôle.",
            field="reviewer",
        )
    known = Charge.objects.filter(user=row, entity=entity, segment=segment).first()
    if known is not None:
        return known
    before = said_of(row)
    made = Charge.objects.create(user=row, entity=entity, segment=segment)
    _note("charge.given", made, before, by, at)
    return made


@transaction.atomic
def withdraw(charge: Charge, *, by: Person, at: datetime) -> None:
    """He answers for them no more, at his next page. Withdrawn already: nothing."""
    require(by, RIGHT)
    user = User.objects.select_for_update().get(pk=charge.user_id)
    held = Charge.objects.filter(pk=charge.pk).first()
    if held is None:
        return
    if user.pk == by.user_id:
        raise InvalidInput("own_charge", "Demandez à un autre administrateur de changer ce dont vous répondez.")
    before = said_of(user)
    Charge.objects.filter(pk=held.pk).delete()
    _note("charge.withdrawn", held, before, by, at)


def _note(event: str, row: Charge, before: list[str], by: Person, at: datetime) -> None:
    user, details = row.user, told(row)
    record(event, row, by=by, at=at, payload={"user": user.pk, **details})
    keep_change(user, {"charges": before}, {"charges": said_of(user)}, by=by, at=at)
    decision = {"decision": event.removeprefix("charge."), **details}
    audit.note("admin_charge", "accounts.User", str(user.pk), by=by, at=at, details=decision)
