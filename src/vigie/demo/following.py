"""What the real job of every morning did during the year, and the labels and notes of the team.

The job is run, in the past, on each morning on which something was due; run again, it finds nothing left to say.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from vigie.demo import past
from vigie.demo.cast import Cast
from vigie.journal import running
from vigie.kernel.period import PARIS, paris_day
from vigie.matching.actions import notes, tags
from vigie.matching.models import Match, Need, Solicitation, Tag
from vigie.matching.queries.reminding import ASKED_AT
from vigie.matching.states import IN_PROGRESS, NOT_FOR_ME, QUO

MORNING = time(8, 30)
LABELS = ("À rappeler", "Apprentissage", "Entreprise fragile", "Saison")
SAID = (
    "Appelée ce matin\u00a0: la personne qui suit ce sujet rentre lundi.",
    "Deux antennes répondent sur ce sujet ici\u00a0: voir laquelle garde la zone.",
    "Le dirigeant préfère être appelé avant neuf heures.",
)


def write(cast: Cast, end: datetime, pause: Callable[[], None] = lambda: None) -> int:
    """Runs the mornings, then the last digest; gives how many mails left. Can be run again."""
    mails = 0
    for day in mornings(end):
        mails += _run("send_reminders", datetime.combine(day, MORNING, PARIS), end)
        pause()
    tuesday = paris_day(end) - timedelta(days=(paris_day(end).weekday() - 1) % 7 or 7)
    mails += _run("send_digests", datetime.combine(tuesday, time(9), PARIS), end)
    _label_and_note(cast, end)
    return mails


def mornings(end: datetime) -> list[date]:
    """The days on which an expert still silent came of an age, or a refusal had to be told."""
    known, found = settings.VIGIE, set()
    ages = (known.reminder_days, known.last_chance_days, known.abandon_days)
    silent = Match.objects.filter(state=QUO).annotate(asked_at=ASKED_AT)
    for asked in silent.values_list("asked_at", flat=True):
        found |= {paris_day(asked) + timedelta(days=age) for age in ages}
    for refused in Need.objects.filter(status=NOT_FOR_ME).annotate(at=Max("matches__closed_at")):
        found |= {paris_day(refused.at) + timedelta(days=gap) for gap in range(known.refusal_told_days, 6)}
    return sorted(day for day in found if datetime.combine(day, MORNING, PARIS) < end)


def _run(name: str, at: datetime, end: datetime) -> int:
    with transaction.atomic(), past.worker(at, end) as worker:
        running.run(name, now=lambda: at)
    return worker.mails


@transaction.atomic
def _label_and_note(cast: Cast, end: datetime) -> None:
    by, at = cast.team[0], end - timedelta(hours=20)
    for label in LABELS:
        if not Tag.objects.filter(label=label).exists():
            tags.create_tag(label, by=by, at=at)
    known = list(Tag.objects.filter(label__in=LABELS))
    waiting = list(Need.objects.filter(status=QUO).order_by("sent_at", "pk")[: len(known)])
    for need, tag, said in zip(waiting, known, (*SAID, SAID[0]), strict=False):
        tags.put_tag(need, tag, by=by, at=at)
        notes.write_note(need, said, form_token=f"history note {need.pk}", by=by, at=at)
    held = Solicitation.objects.filter(state=IN_PROGRESS).order_by("completed_at", "pk")[: len(known)]
    for request, tag in zip(held, known, strict=False):
        tags.put_tag(request, tag, by=by, at=at)
