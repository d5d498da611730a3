"""What is written about the audit: the head of each day, the weekly report. Both are told to the auditors by mail."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction

from vigie.audit.models import AnomalyReport, DayHead
from vigie.audit.queries.anomalies import monday_of, weeks_of
from vigie.audit.rules import findings
from vigie.journal.actions import record
from vigie.journal.audit_chain import ChainBroken, seal
from vigie.journal.audit_verify import verify
from vigie.kernel.period import paris_day
from vigie.rights.person import SYSTEM


def close_day(at: datetime) -> DayHead:
    """Seals what is left, verifies the whole chain and writes the head of the day before; once a day."""
    ended = paris_day(at) - timedelta(days=1)
    known = DayHead.objects.filter(day=ended).first()
    if known is not None:
        return known
    broken = ""
    try:
        seal(at, whole=True)
    except ChainBroken as error:
        broken = str(error)
    verdict = verify(at)
    fault = verdict.fault.text if verdict.fault is not None else broken
    with transaction.atomic():
        head, created = DayHead.objects.get_or_create(
            day=ended,
            defaults={
                "seq": verdict.last, "hash": verdict.head, "links": verdict.links, "fault": fault[:400],
                "verified_at": at,
            },
        )  # fmt: skip
        if created:
            record("audit.day_closed", head, by=SYSTEM, at=at, payload={"seq": head.seq, "intact": not fault})
    return head


def report_anomalies(at: datetime) -> AnomalyReport:
    """The report of the week that ended last Sunday; once a week."""
    monday = monday_of(paris_day(at)) - timedelta(weeks=1)
    known = AnomalyReport.objects.filter(monday=monday).first()
    if known is not None:
        return known
    weeks = weeks_of(monday)
    found = [asdict(one) for one in findings(weeks)]
    with transaction.atomic():
        told = {"made_at": at, "agents": len(weeks), "findings": found}
        report, created = AnomalyReport.objects.get_or_create(monday=monday, defaults=told)
        if created:
            record("audit.anomalies_found", report, by=SYSTEM, at=at, payload={"findings": len(found)})
    return report
