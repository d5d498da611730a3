"""What a new reviewer answers for until somebody says otherwise: the agents of his own body, and nobody else."""

from __future__ import annotations

from datetime import datetime

from vigie.accounts.change_log import keep_change
from vigie.accounts.models import AgentProfile, Charge, Habilitation, User
from vigie.accounts.states import HABILITATION
from vigie.journal.actions import record
from vigie.rights.person import Person
from vigie.rights.table import Role


def said_of(user: User) -> list[str]:
    """What his charges say, to be kept before and after a change. 1 query."""
    return [row.words() for row in Charge.objects.filter(user=user).select_related("entity", "segment")]


def is_reviewer(user: User) -> bool:
    """Whether a habilitation of reviewer lives, asked or stopped ones with the others. 1 query."""
    held = Habilitation.objects.filter(user=user, role=Role.REVIEWER)
    return held.exclude(state__in=HABILITATION.final_codes).exists()


def restart_charges(user: User, *, by: Person, at: datetime) -> None:
    """Of who becomes a reviewer, or changes body: former charges end, that of his body begins. Inside a transaction.

    Charges of an earlier habilitation, or of a former employer, must not come back unsaid.
    """
    if not is_reviewer(user):
        return
    profile = AgentProfile.objects.filter(user=user).first()
    own = {(profile.entity_id, None)} if profile else set()
    held = {(row.entity_id, row.segment_id): row for row in Charge.objects.filter(user=user)}
    if set(held) == own:
        return
    before = said_of(user)
    for key, row in held.items():
        if key not in own:
            record("charge.withdrawn", row, by=by, at=at, payload={"user": user.pk, **told(row)})
            row.delete()
    for entity_id, _segment in own - set(held):
        made = Charge.objects.create(user=user, entity_id=entity_id)
        record("charge.given", made, by=by, at=at, payload={"user": user.pk, **told(made)})
    keep_change(user, {"charges": before}, {"charges": said_of(user)}, by=by, at=at)


def told(row: Charge) -> dict[str, int]:
    """What the journal and the audit keep of a charge."""
    return {name: key for name, key in (("entity", row.entity_id), ("segment", row.segment_id)) if key is not None}
