"""What happened in the files of a firm, for its timeline: only those that the reader may open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db.models import CharField, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from vigie.followup.models import Analysis, Followup, Snapshot
from vigie.followup.states import IN_PROGRESS, UNDER_SURVEILLANCE
from vigie.kernel.period import PARIS
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.ui.components import Step

TALK, MOVED, CONTACTED = "talk", "file.moved", "file.contacted"
# Event, or state after a move → what the timeline says.
TITLES = {
    "file.opened": "Accompagnement ouvert",
    "file.imported": "Accompagnement repris d’un ancien tableau",
    "file.completed": "Accompagnement terminé",
    "file.reopened": "Accompagnement rouvert",
    "file.requested": "Demande d’aide de l’entreprise prise en charge",
    "file.referred": "Besoin confié à un conseiller",
}
MOVES = {UNDER_SURVEILLANCE: "Entreprise mise sous surveillance", IN_PROGRESS: "Accompagnement repris"}


class _Told(NamedTuple):
    """A row: an event of a file, or a talk. on, said, code: its day, its words, its state or contact; null without."""

    file: int
    what: str
    at: datetime
    on: str
    said: str
    code: str


def file_moments(person: Person, siren: str, *, told: Collection[int] = ()) -> list[Step]:
    """Files opened, watched, taken up again, ended, talks and contacts with the firm, needs filed and asked for.

    told: the contacts of campaigns that the reader already has. In no order. 1 query.
    """
    known = {str(source) for source in told}
    kept, seen = [], set()
    for one in map(_Told._make, _rows(person, siren)):
        again = one in seen and one.what != TALK  # a file that continues another says twice that it opened
        step = None if again or (one.what == CONTACTED and one.code in known) else _step(one)
        seen.add(one)
        kept += [step] if step is not None else []
    return kept


@composed_once
def _rows(person: Person, siren: str) -> QuerySet[Any, Any]:
    """The events and the talks of the files that the person reads, in no order."""
    files = Followup.objects.allowed(person, "file.view").filter(siren=siren).order_by().values("pk")
    events = Snapshot.objects.filter(followup__in=files, event__in=[*TITLES, MOVED, CONTACTED]).order_by()
    talks = Analysis.objects.filter(followup__in=files).order_by()
    said, code = KT("changes__said"), Coalesce(KT("changes__state"), KT("changes__contact"))
    told: QuerySet[Any, Any] = events.values_list(
        "followup_id", "event", "at", KT("changes__contacted_on"), said, code
    ).union(
        talks.values_list(
            "followup_id", Value(TALK), "recorded_at", Cast("talked_on", CharField()), "channel", "verdict"
        ),
        all=True,
    )
    return told


def _step(one: _Told) -> Step | None:
    if one.what == TALK:
        said = f"{Analysis.Channel(one.said).label}\u00a0: {Analysis.Verdict(one.code).label.lower()}"
        return Step("Échange avec l’entreprise", _day(one.on), said, whole_day=True)
    if one.what == CONTACTED:
        return Step("Contact de campagne", _day(one.on), f"{one.said}.", whole_day=True)
    title = TITLES.get(one.what) or MOVES.get(one.code, "")
    return Step(title, one.at) if title else None


def _day(on: str) -> datetime:
    return datetime.combine(date.fromisoformat(on), time(0), PARIS)
