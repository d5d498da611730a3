"""First alerts and aggravations of a list, from the lists that agents were given (L-01). Frozen afterwards.

The batch says its own: it also counts the lists that were withdrawn or never opened, and forgets those whose folder is
gone. As soon as the service knows an earlier published list, what agents read decides; until then the batch's word
stays, for its history is the longer one. Folders are received the oldest first, so the service misses none of them.
"""

from __future__ import annotations

from django.db.models import QuerySet

from vigie.watchlists.actions.bulk import in_turns, settle
from vigie.watchlists.models import Entry, EntryQuerySet, Publication
from vigie.watchlists.states import OPEN, REPLACED

CHUNK = 500  # rows of a statement at most


def mark_first_alerts(publication: Publication) -> int:
    """Writes ``first_alert`` and ``aggravation`` where they differ; gives how many first alerts did. Can be run again.

    first alert: in no alert in any earlier list. aggravation: strong, in alert before, never strong before.
    """
    earlier = Publication.objects.filter(batch__lt=publication.batch, state__in=(OPEN, REPLACED)).values("pk")
    if not earlier.exists():
        return 0
    before = Entry.objects.alerts().filter(publication__in=earlier)
    alerts = Entry.objects.filter(publication=publication).alerts()
    alerted, strong = before.values("siren"), before.filter(level="strong").values("siren")
    changed = _mark(alerts.exclude(siren__in=alerted), alerts.filter(siren__in=alerted), "first_alert")
    worse = alerts.filter(level="strong", siren__in=alerted).exclude(siren__in=strong)
    _mark(worse, alerts.exclude(pk__in=worse.values("pk")), "aggravation")
    return changed


def _mark(true: EntryQuerySet, false: EntryQuerySet, name: str) -> int:
    """Writes this mark where it is not yet what it should be; gives the number of lines written."""
    changes = [(true.filter(**{name: False}), True), (false.filter(**{name: True}), False)]
    return sum(_write(wrong, name, value) for wrong, value in changes)


def _write(wrong: QuerySet[Entry], name: str, value: bool) -> int:
    keys = list(wrong.order_by("pk").values_list("pk", flat=True))
    with in_turns() as turns:
        done = 0
        while done < len(keys):
            chunk = keys[done : done + min(turns.rows, CHUNK)]
            with turns.turn():
                Entry.objects.filter(pk__in=chunk).update(**{name: value})
            settle()
            done += len(chunk)
    return len(keys)
