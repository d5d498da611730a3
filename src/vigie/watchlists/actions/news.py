"""Finds what is new of the firms that somebody follows, when a list opens or facts arrive; each is told once.

Read at once for all the firms followed: one reading of each table, whatever their number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from vigie.agents.models import Follow
from vigie.journal.actions import record
from vigie.kernel.errors import PublicationError
from vigie.kernel.period import paris_day
from vigie.rights.person import SYSTEM
from vigie.ui.formats import counted
from vigie.watchlists.models import Entry, FirmNews, NewsBatch, Publication
from vigie.watchlists.queries.freshness import Shown, shown
from vigie.watchlists.rules_news import COMPARED, NewsKind, alert_news, facts_news
from vigie.watchlists.states import OPEN, REPLACED, WITHDRAWN

LOOK_BACK = timedelta(days=2)  # a list opened before that says nothing new any more
KEPT = timedelta(days=395)  # thirteen months: the page shows three
Found = dict[str, set[NewsKind]]  # siren → what is new


def followed_firms(at: datetime) -> list[str]:
    """Those that somebody follows, by his own choice or through a file. 1 query."""
    return sorted(Follow.objects.running(at).order_by().values_list("siren", flat=True).distinct())


def find_list_news(*, at: datetime) -> str:
    """Looks for what the list just opened brings, once (job of every minute); gives the account."""
    row = Publication.objects.current().first()
    if row is None or row.opened_at is None or row.opened_at <= at - LOOK_BACK:
        return "Aucune liste nouvelle"
    if NewsBatch.objects.filter(code=row.code).exists():
        return "Aucune liste nouvelle"
    batch = write_news(row.code, _news_of_list(row, followed_firms(at), row.opened_at), at=at)
    return counted(batch.news.count() if batch else 0, "fait nouveau", "faits nouveaux")


def news_of_facts(followed: Iterable[str], before: Shown, after: Shown, today: date) -> Found:
    """What two readings of the files say. No query."""
    both = [name for name in COMPARED if name in before and name in after]
    found = {}
    for siren in followed:
        was, now = ({name: rows[name].get(siren, []) for name in both} for rows in (before, after))
        if kinds := facts_news(was, now, today):
            found[siren] = kinds
    return found


@transaction.atomic
def write_news(code: str, found: Found, *, at: datetime) -> NewsBatch | None:
    """Keeps what is new, with its event and the mails to those who want it at once; None when it was kept already."""
    batch, new = NewsBatch.objects.get_or_create(code=code, defaults={"at": at})
    if not new:
        return None
    rows = [
        FirmNews(batch=batch, siren=siren, kind=str(kind), at=at) for siren in found for kind in sorted(found[siren])
    ]
    FirmNews.objects.bulk_create(rows, batch_size=1000)
    NewsBatch.objects.filter(at__lt=at - KEPT).delete()
    if rows:
        record("firm_news.found", batch, by=SYSTEM, at=at, payload={"facts": len(rows)})
    return batch


def _news_of_list(row: Publication, followed: Collection[str], opened_at: datetime) -> Found:
    """Against the list that was read until then; nothing when there was none. 4 queries."""
    earlier = Publication.objects.filter(state__in=(OPEN, REPLACED, WITHDRAWN), opened_at__lt=opened_at)
    last = earlier.order_by("-batch", "-number").first()
    found: Found = defaultdict(set)
    if last is None or not followed:
        return found
    levels = [_levels(one, followed) for one in (last, row)]
    for siren, level in levels[1].items():
        found[siren] |= alert_news(levels[0].get(siren, "none"), level)
    try:
        before, after = (shown(one, followed, COMPARED, opened_at) for one in (last, row))
    except (PublicationError, OSError):  # the sheets say which file cannot be read; the alerts are told all the same
        before = after = {}
    for siren, kinds in news_of_facts(followed, before, after, paris_day(opened_at)).items():
        found[siren] |= kinds
    return {siren: kinds for siren, kinds in found.items() if kinds}


def _levels(publication: Publication, followed: Collection[str]) -> dict[str, str]:
    """siren → level of the firms followed. 1 query."""
    wanted = set(followed)
    rows = Entry.objects.filter(publication=publication, siren__in=Follow.objects.order_by().values("siren"))
    return {siren: level for siren, level in rows.values_list("siren", "level") if siren in wanted}
