"""What agents read in the last months, and what they think of the detections of the last list.

It comes after the example list, which names its firms. The dashboards of use and of impact then have something to show.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from vigie.accounts.models import Habilitation, User
from vigie.accounts.queries import person_for
from vigie.agents.queries.mails import LEVELS
from vigie.journal import audit
from vigie.journal.audit import Trace
from vigie.journal.models import AuditEvent
from vigie.kernel.period import PARIS, paris_day
from vigie.rights.person import Person
from vigie.watchlists.actions.opinions import give_opinion
from vigie.watchlists.models import Entry, Opinion, OpinionReason, Publication

READERS, MONTHS_BACK, DAYS_EACH = 48, 4, 7
SHEETS_A_DAY, TODAY = 3, 6  # today: sheets that some readers open once the list is there
GIVEN, USEFUL = 60, 0.65  # opinions, and the share of them that are favourable
ACTION, COMPANY = "view_company", "companies.Company"


def write(end: datetime, random: Random) -> int:
    """Reads and judges; gives how many sheets were opened. end: now. Again, or without the agents, it does nothing."""
    current = Publication.objects.current().first()
    if current is None or AuditEvent.objects.filter(action=ACTION).exists() or Opinion.objects.exists():
        return 0
    held = Habilitation.objects.in_force(paris_day(end)).filter(role__in=LEVELS)
    users = User.objects.living().filter(pk__in=held.values("user"), agent__isnull=False).order_by("pk")[:READERS]
    people = [person_for(user, end) for user in users]
    with transaction.atomic():
        alerts = {one.user_id: _alerts(one, current) for one in people}
        opened = sum(_months(one, [entry.siren for entry in alerts[one.user_id]], end, random) for one in people)
        opened += sum(_opened(one, [entry.siren for entry in alerts[one.user_id]][:TODAY], end) for one in people[::2])
        _judge(people, alerts, end, random)
    return opened


def _alerts(person: Person, current: Publication) -> list[Entry]:
    """The firms in alert that the person reads, in one order."""
    rows = Entry.objects.filter(publication=current).alerts().allowed(person, "entry.view")
    return list(rows.order_by("siren")[:200])


def _months(person: Person, firms: list[str], end: datetime, random: Random) -> int:
    """A few working days of the last months, some firms each."""
    count = 0
    for _rank in range(DAYS_EACH if firms else 0):
        day = (end - timedelta(days=random.randint(1, 30 * MONTHS_BACK))).astimezone(PARIS)
        at = day.replace(hour=random.randint(9, 16), minute=random.randrange(60), second=0, microsecond=0)
        chosen = random.sample(firms, min(len(firms), random.randint(1, SHEETS_A_DAY)))
        if at.weekday() < 5:
            count += _opened(person, chosen, at)
    return count


def _opened(person: Person, firms: list[str], at: datetime) -> int:
    audit.note_many([Trace(ACTION, COMPANY, siren, in_zone=True) for siren in firms], by=person, at=at)
    return len(firms)


def _judge(people: list[Person], alerts: dict[int | None, list[Entry]], end: datetime, random: Random) -> None:
    """Opinions by turns, each on a firm that its author reads."""
    offered = OpinionReason.objects.filter(archived_at=None).order_by("position", "pk")
    reasons = list(offered.values_list("code", flat=True))
    readers = [one for one in people if alerts[one.user_id]]
    for rank in range(GIVEN if readers and reasons else 0):
        person = readers[rank % len(readers)]
        entry = random.choice(alerts[person.user_id])
        useful = random.random() < USEFUL
        why = [] if useful else random.sample(reasons, 1 + rank % 2) if len(reasons) > 1 else reasons
        give_opinion(entry, useful=useful, reasons=why, by=person, at=end)
