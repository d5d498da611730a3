"""An export that waits for an expert of the small service, and one that waits for somebody else."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tests.exports.factories import ready_export
from vigie.accounts.queries import person_for

if TYPE_CHECKING:
    from tests.security.service import Service

CODE, OF_ANOTHER = "EXP-2345-6789", "EXP-6789-2345"


def name(service: Service, at: datetime) -> None:
    for code, who in ((CODE, "member"), (OF_ANOTHER, "unrelated")):
        user = service.world.users[who]
        ready_export(code, user, person_for(user, at), at)
