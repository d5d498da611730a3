"""Each indicator a second time, straight from the rows and from its definition, one row after the other.

Nothing of ``vigie.statistics`` is imported. Gives plain numbers: a count, a percentage, hours, or parts.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vigie.matching.models import Diagnosis, Need, Solicitation
from vigie.territory.models import Commune, CommuneMovement

PARIS = ZoneInfo("Europe/Paris")
CLASSES = {
    "": "0", "NR": "0", "NN": "0", "00": "0", "01": "1-5", "02": "1-5", "03": "6-9", "11": "10-19", "12": "20-49",
    "21": "50-249", "22": "50-249", "31": "50-249",
}  # fmt: skip
GROUPS = (
    (1, 3, "AZ"), (5, 39, "BE"), (41, 43, "FZ"), (45, 56, "GI"), (58, 63, "JZ"), (64, 66, "KZ"), (68, 68, "LZ"),
    (69, 82, "MN"), (84, 88, "OQ"), (90, 99, "RU"),
)  # fmt: skip


class Book:
    """Every row, read once."""

    def __init__(self) -> None:
        sent = ["in_progress", "processed", "canceled"]
        self.requests = list(Solicitation.objects.filter(state__in=sent).select_related("diagnosis").order_by("pk"))
        needs = Need.objects.exclude(status="diagnosis_not_complete").select_related("diagnosis", "subject__theme")
        self.needs = list(needs.prefetch_related("matches").order_by("pk"))
        done = Diagnosis.objects.filter(completed_at__isnull=False, establishment__isnull=False)
        self.analyses = list(done.select_related("establishment").order_by("completed_at", "pk"))
        self.regions = dict(Commune.objects.values_list("code", "region_code"))
        self.moves = dict(CommuneMovement.objects.values_list("old_code", "new_code"))

    def region_of(self, code: str) -> str:
        for _step in range(10):
            if code in self.regions:
                return self.regions[code]
            code = self.moves.get(code, "")
        return "ZZ"


@dataclass
class Rows:
    """What is counted, in a région (None: everywhere) and a month."""

    book: Book
    month: date
    region: str | None

    def requests(self) -> list[Solicitation]:
        return [one for one in self.book.requests if self._in(one.completed_at) and self._at(one.commune_code)]

    def needs(self) -> list[Need]:
        return [
            one
            for one in self.book.needs
            if one.diagnosis.solicitation_id and self._in(one.created_at) and self._at(one.diagnosis.commune_code)
        ]

    def exchanges(self) -> list[Need]:
        return [one for one in self.needs() if one.status in ("done", "done_no_help")]

    def companies(self) -> list[Diagnosis]:
        """The first analysis of each company in the month, when it was in the région."""
        first: dict[str, Diagnosis] = {}
        for one in self.book.analyses:
            if self._in(one.completed_at) and one.establishment is not None:
                first.setdefault(one.establishment.company_id, one)
        return [one for one in first.values() if self._at(one.commune_code)]

    def _in(self, moment: Any) -> bool:
        day = moment.astimezone(PARIS).date() if moment else None
        return day is not None and (day.year, day.month) == (self.month.year, self.month.month)

    def _at(self, code: str) -> bool:
        return self.region is None or self.book.region_of(code) == self.region


def within(need: Need, days: int, states: tuple[str, ...] = ()) -> bool:
    limit = timedelta(days=days)
    return any(
        match.taken_care_of_at is not None and match.taken_care_of_at - match.sent_at < limit
        for match in need.matches.all()
        if not states or match.state in states
    )


def share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def hours(rows: Rows, percent: int) -> int | None:
    found = []
    for need in rows.needs():
        taken = [match.taken_care_of_at for match in need.matches.all() if match.taken_care_of_at]
        if taken and need.sent_at is not None:
            found.append(max(0, math.floor((min(taken) - need.sent_at) / timedelta(hours=1))))
    found.sort()
    return found[math.ceil(len(found) * percent / 100) - 1] if found else None


def origin(request: Solicitation) -> str:
    campaign = str(request.provenance.get("mtm_campaign") or request.provenance.get("pk_campaign") or "").lower()
    for code, words in (
        ("entreprendre", ["entreprendre"]),
        ("ads", ["googleads"]),
        ("partner", ["orientation-partenaire", "compartenaire"]),
    ):
        if any(word in campaign for word in words):
            return code
    return "campaign" if campaign else "direct"


def group(code: str) -> str:
    division = code[:2]
    if not division.isdigit():
        return "unknown"
    return next((name for first, last, name in GROUPS if first <= int(division) <= last), "unknown")


EXCHANGED = ("done", "done_no_help")
NAIVE: dict[str, Callable[[Rows], Any]] = {
    "done_with_help": lambda rows: sum(need.status == "done" for need in rows.needs()),
    "solicitations_completed": lambda rows: len(rows.requests()),
    "needs_answered_in_five_days": lambda rows: share(sum(within(need, 5) for need in rows.needs()), len(rows.needs())),
    "needs_taken_care_in_five_days": lambda rows: share(
        sum(within(need, 5, EXCHANGED) for need in rows.exchanges()), len(rows.exchanges())
    ),
    "needs_taken_care_in_three_days": lambda rows: share(
        sum(within(need, 3, EXCHANGED) for need in rows.exchanges()), len(rows.exchanges())
    ),
    "take_charge_median": lambda rows: hours(rows, 50),
    "take_charge_p90": lambda rows: hours(rows, 90),
    "solicitations_diagnoses": lambda rows: share(
        sum(hasattr(one, "diagnosis") and one.diagnosis.completed_at is not None for one in rows.requests()),
        len(rows.requests()),
    ),
    "needs_exchange_with_expert": lambda rows: share(len(rows.exchanges()), len(rows.needs())),
    "needs_done": lambda rows: share(sum(need.status == "done" for need in rows.needs()), len(rows.needs())),
    "needs_transmitted": lambda rows: len(rows.needs()),
    "needs_themes_all": lambda rows: Counter(need.subject.theme.slug for need in rows.needs()),
    "needs_origins": lambda rows: Counter(origin(request) for request in rows.requests()),
    "companies_by_employees": lambda rows: Counter(
        CLASSES.get(one.establishment.workforce_code, "250+")
        for one in rows.companies()  # type: ignore[union-attr]
    ),
    "companies_by_naf": lambda rows: Counter(
        group(one.establishment.naf_code)
        for one in rows.companies()  # type: ignore[union-attr]
    ),
}
