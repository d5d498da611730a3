"""Writes the accompagnements of each month. Can be run again: it writes the same."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vigie.kernel.period import Month, paris_day
from vigie.statistics.followups import EVERYBODY, RUNNING, FileKey, count_files
from vigie.statistics.models import FollowupCount
from vigie.statistics.queries.facts import bounds
from vigie.statistics.queries.followups import file_facts, first_month


def count_followups(at: datetime) -> int:
    """Counts the month in course, the one before, and those that never were; gives how many.

    A month that is over does not move any more: its snapshots are all written.
    """
    today, month = Month.of(paris_day(at)), first_month()
    counted = {Month.of(day) for day in FollowupCount.objects.order_by().values_list("month", flat=True).distinct()}
    found = 0
    while month is not None and month <= today:
        if month not in counted or month >= today.plus(-1):
            write_month(month, at)
            found += 1
        month = month.plus(1)
    return found


@transaction.atomic
def write_month(month: Month, at: datetime) -> None:
    """The counts of a month, as it is at its end, or now."""
    start, end = bounds(month)
    counts = count_files(file_facts(start, min(end, at)))
    counts.setdefault(FileKey(EVERYBODY, "", RUNNING), 0)
    FollowupCount.objects.filter(month=month.first_day).delete()
    rows = [FollowupCount(month=month.first_day, **key._asdict(), count=count) for key, count in sorted(counts.items())]
    FollowupCount.objects.bulk_create(rows, batch_size=1000)
