"""A review that is late by thirty days is reported above the reviewer, to the administrators and the team (R-13)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from django.db import transaction

from vigie.agents.models import LateReport, LateReview
from vigie.agents.queries.reminding import late_reviews
from vigie.journal.actions import record
from vigie.kernel.period import paris_day
from vigie.rights.person import SYSTEM
from vigie.ui.formats import counted


def report_late(*, at: datetime) -> str:
    """One report for each body with something late that was not reported yet (job of the night); gives the account."""
    known = set(LateReview.objects.values_list("habilitation_id", "due_on"))
    by_body: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for entity, habilitation, due_on in late_reviews(paris_day(at)):
        if (habilitation, due_on) not in known:
            by_body[entity].append((habilitation, due_on))
    for entity, late in sorted(by_body.items()):
        _report(entity, late, at)
    return counted(len(by_body), "administration signalée", "administrations signalées")


@transaction.atomic
def _report(entity: int, late: list[tuple[int, date]], at: datetime) -> None:
    """The report, its event and its mails; two workers at once: the second is refused by the database."""
    report = LateReport.objects.create(entity_id=entity, at=at)
    LateReview.objects.bulk_create(
        [LateReview(report=report, habilitation_id=habilitation, due_on=due_on) for habilitation, due_on in late]
    )
    record("review.late", report, by=SYSTEM, at=at, payload={"habilitations": len(late)})
