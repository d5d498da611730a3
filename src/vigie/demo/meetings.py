"""Two meetings of the CODEFI of the Hérault: one held, with its decisions and its minutes, and the next one.

They come after the accompagnements, which are on their agenda. Nothing is done where the agents of the demo are not.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.demo import past
from vigie.demo.followup_stories import BEATRICE, KARIM, ODILE, RENAUD
from vigie.followup.actions import meetings
from vigie.followup.actions.meetings import Called, Decided
from vigie.followup.models import Followup, Meeting
from vigie.kernel.period import PARIS, paris_day

FORM = "demo meeting"
DEPARTEMENT = "34"
CALLED, HELD, NEXT = timedelta(days=20), timedelta(days=8), timedelta(days=13)
HOUR, LASTS = time(14, 30), timedelta(hours=2)
PLACE = "Préfecture, salle Rabelais"
GUESTS = "Mme Arnal, tribunal de commerce"
# What is decided, by turns, who contacts the firm, and within how many days.
DECISIONS = (
    ("Réunir l’Urssaf, la DGFiP et la banque autour d’un plan d’apurement commun.", RENAUD, 15),
    ("Appeler la dirigeante et proposer un délai sur les échéances à venir.", KARIM, 10),
    ("Attendre les comptes de l’exercice, puis revoir les lignes avec la banque.", BEATRICE, 30),
)


def write(end: datetime) -> int:
    """Lives both meetings; gives their number. end: now, nothing happens after it. Can be run again."""
    people = {user.email: user for user in User.objects.filter(email__in=(RENAUD, ODILE, KARIM, BEATRICE))}
    if len(people) < 4 or Meeting.objects.filter(form_token=FORM).exists():
        return 0
    begun = (end - CALLED).astimezone(PARIS).replace(hour=10, minute=0)
    called = (RENAUD, KARIM, BEATRICE)
    with transaction.atomic(), past.worker(begun, end) as worker:
        by = person_for(people[ODILE], begun)
        on = paris_day(end - HELD)
        made = meetings.plan_meeting(
            DEPARTEMENT, Called(on, HOUR, PLACE, called, GUESTS), form_token=FORM, by=by, at=begun
        )
        for siren in _others(made):
            meetings.add_point(made, siren, by=by, at=begun)
        worker.reach(datetime.combine(on, HOUR, PARIS) + LASTS)
        for point, (words, whose, days) in zip(made.points.order_by("position"), DECISIONS, strict=False):
            decided = Decided(words, people[whose], on + timedelta(days=days))
            meetings.decide(point, decided, version=point.version, by=by, at=worker.now)
        meetings.end_meeting(made, "hold", by=by, at=worker.now)
        worker.reach(worker.now + timedelta(days=2))
        first = made.points.exclude(decision="").order_by("position").first()
        if first is not None and first.contact is not None:
            meetings.carry_out(first, True, by=person_for(first.contact, worker.now), at=worker.now)
        coming = Called(paris_day(end + NEXT), HOUR, PLACE, called)
        meetings.plan_meeting(DEPARTEMENT, coming, form_token=f"{FORM} 2", by=by, at=worker.now)
    return 2


def _others(meeting: Meeting) -> list[str]:
    """Firms of the département that are followed and not on the agenda: the meeting speaks of three in all."""
    known = meeting.points.values("siren")
    files = Followup.objects.active().filter(departement=DEPARTEMENT).exclude(siren__in=known).order_by("pk")
    return list(files.values_list("siren", flat=True)[: len(DECISIONS) - meeting.points.count()])
