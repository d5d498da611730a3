"""What is late is told to operators: one mail for each list, one for each source and month, never twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings

from vigie.kernel.period import paris_day
from vigie.ui.formats import counted
from vigie.watchlists.actions.notices import tell_operators
from vigie.watchlists.models import Publication
from vigie.watchlists.queries.deliveries import next_sources, own_sources
from vigie.watchlists.rules import next_planned
from vigie.watchlists.states import CHECKED

_LATE_AFTER = timedelta(days=1)


def watch_calendar(*, at: datetime) -> str:
    """Tells operators of lists and sources that are late (job of every day); gives the account."""
    today = paris_day(at)
    last = Publication.objects.exclude(planned_on=None).order_by("-batch", "-number").first()
    lists = _late_lists(last, today)
    for code, planned_on in lists:
        line = f"Elle était prévue le {planned_on:%d/%m/%Y}. Voyez contrôles et sources sur la page des intégrations."
        tell_operators(f"late:{code}:{planned_on}", f"La liste {code} est en retard", [line], at=at)
    lake = settings.VIGIE.lake_folder
    awaited = [*own_sources(last, lake), *next_sources(last, lake)] if last is not None else []
    sources = [one for one in awaited if one.received_on is None and one.planned_on < today]
    for one in sources:
        lines = [
            f"Elle était attendue le {one.planned_on:%d/%m/%Y} pour la liste de {one.month}.",
            "Vérifiez le dépôt, sinon relancez le producteur. Sans elle, la liste se fera avec la livraison d’avant.",
        ]
        title = f"La source «\u00a0{one.label}\u00a0» est en retard"
        tell_operators(f"late-source:{one.month}:{one.name}", title, lines, at=at)
    return f"{counted(len(lists), 'liste')} et {counted(len(sources), 'source')} en retard"


def _late_lists(last: Publication | None, today: date) -> list[tuple[str, date]]:
    """Lists checked that wait after their day, and the next one when nothing has come for it."""
    late = [
        (publication.code, publication.planned_on)
        for publication in Publication.objects.filter(state=CHECKED, planned_on__lt=today)
        if publication.planned_on is not None
    ]
    if last is not None and last.planned_on is not None:
        expected = next_planned(last.planned_on)
        if expected + _LATE_AFTER <= today:
            late.append((str(last.month.plus(1)), expected))
    return late
