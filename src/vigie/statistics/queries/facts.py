"""The rows of a month as facts to count. The only place of the statistics that reads requests, needs and matches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import Max, Min, QuerySet

from vigie.directory.models import Theme
from vigie.kernel.nomenclature.naf import a10
from vigie.kernel.nomenclature.workforce import reporting_class
from vigie.kernel.period import PARIS, Month, paris_day
from vigie.matching.models import Diagnosis, Match, Need, Solicitation
from vigie.matching.states import CANCELED, IN_PROGRESS, NOT_COMPLETE, PROCESSED
from vigie.rights.statements import composed_once
from vigie.statistics.indicators import NOWHERE, origin
from vigie.statistics.rules import CompanyCounted, MatchFacts, NeedCounted, RequestCounted
from vigie.territory.queries import places_of

SENT = (IN_PROGRESS, PROCESSED, CANCELED)


def bounds(month: Month) -> tuple[datetime, datetime]:
    """The first moment of a month in Paris, and that of the next one."""
    start, end = (
        datetime.combine(day, datetime.min.time(), PARIS) for day in (month.first_day, month.plus(1).first_day)
    )
    return start.astimezone(UTC), end.astimezone(UTC)


def months_with_rows() -> list[Month]:
    """Every month from the first row counted to the last. 3 queries."""
    ends = [
        Solicitation.objects.aggregate(first=Min("completed_at"), last=Max("completed_at")),
        Need.objects.aggregate(first=Min("created_at"), last=Max("created_at")),
        Diagnosis.objects.aggregate(first=Min("completed_at"), last=Max("completed_at")),
    ]
    moments = [end[name] for end in ends for name in ("first", "last") if end[name] is not None]
    if not moments:
        return []
    month, last = Month.of(paris_day(min(moments))), Month.of(paris_day(max(moments)))
    found = []
    while month <= last:
        found.append(month)
        month = month.plus(1)
    return found


def requests_of(month: Month) -> list[RequestCounted]:
    """The requests sent in a month."""
    start, end = bounds(month)
    rows = list(
        Solicitation.objects.filter(state__in=SENT, completed_at__gte=start, completed_at__lt=end)
        .order_by("pk")
        .values_list("commune_code", "diagnosis__completed_at", "provenance")
    )
    regions = _regions(row[0] for row in rows)
    return [RequestCounted(regions[code], done is not None, origin(told)) for code, done, told in rows]


def needs_of(month: Month) -> list[NeedCounted]:
    """The needs of a month that came from a request and were put before an expert, with their matches."""
    start, end = bounds(month)
    wanted = Need.objects.exclude(status=NOT_COMPLETE).filter(
        created_at__gte=start, created_at__lt=end, sent_at__isnull=False, diagnosis__solicitation__isnull=False
    )
    columns = "pk", "diagnosis__commune_code", "status", "subject__theme__slug", "sent_at"
    rows = list(wanted.order_by("pk").values_list(*columns))
    matches: dict[int, list[MatchFacts]] = defaultdict(list)
    found = Match.objects.filter(need__in=wanted.order_by()).order_by("pk")
    columns = "need_id", "state", "sent_at", "taken_care_of_at", "closed_at"
    for need, state, sent, taken, closed in found.values_list(*columns):
        matches[need].append(MatchFacts(state, sent, taken, closed))
    regions = _regions(row[1] for row in rows)
    return [
        NeedCounted(regions[code], status, theme, sent_at, tuple(matches[pk]))
        for pk, code, status, theme, sent_at in rows
        if sent_at is not None
    ]


def companies_of(month: Month) -> list[CompanyCounted]:
    """The companies of which an analysis was completed in a month: once each, where the first of them was."""
    start, end = bounds(month)
    rows = Diagnosis.objects.filter(completed_at__gte=start, completed_at__lt=end, establishment__isnull=False)
    columns = "establishment__company_id", "commune_code", "establishment__workforce_code", "establishment__naf_code"
    first: dict[str, tuple[str, str, str]] = {}
    for siren, code, employees, naf in rows.order_by("completed_at", "pk").values_list(*columns):
        first.setdefault(str(siren), (code, employees or "", naf or ""))
    regions = _regions(code for code, _employees, _naf in first.values())
    return [
        CompanyCounted(regions[code], reporting_class(employees), a10(naf) or "unknown")
        for code, employees, naf in first.values()
    ]


def theme_labels() -> dict[str, str]:
    """Slug → name of every theme. 1 query."""
    return dict(_themes())


@composed_once
def _themes() -> QuerySet[Theme, tuple[str, str]]:
    return Theme.objects.order_by("position").values_list("slug", "label")


def _regions(codes: Iterable[str]) -> dict[str, str]:
    """Commune → région, through mergers; every code asked has one, if only the unknown."""
    asked = set(codes)
    places = places_of(asked - {""})
    return {code: places[code].region if code in places else NOWHERE for code in asked}
