"""Who is in copy of a need: the managers of an antenne whose only available expert is away (matching.md 4.9)."""

from __future__ import annotations

from vigie.accounts.models import Habilitation, User
from vigie.kernel.period import paris_day
from vigie.matching.models import Candidate, Match
from vigie.matching.rules.reasons import Reason
from vigie.rights.table import Role


def copied_managers(match: Match) -> list[User]:
    """Managers of the expert's antenne or, failing that, of the antenne above; nobody unless the trace says so."""
    line = Candidate.objects.filter(need=match.need_id, expert=match.expert_id).first()
    if line is None or not any(Reason.from_json(stored).code == "absent_but_alone" for stored in line.reasons):
        return []
    antenne = match.expert.antenne
    for office in filter(None, (antenne.pk, antenne.parent_id)):
        in_force = Habilitation.objects.in_force(paris_day(match.sent_at)).filter(role=Role.MANAGER, antenne=office)
        managers = list(User.objects.living().filter(pk__in=in_force.values("user")).order_by("pk"))
        if managers:
            return managers
    return []
