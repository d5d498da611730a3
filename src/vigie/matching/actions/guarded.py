"""Acts of the team on a request that somebody else may be working on: what was read must still be what is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from vigie.journal.models import Event
from vigie.kernel.errors import TransitionRefused
from vigie.kernel.period import PARIS
from vigie.matching.models import Solicitation
from vigie.matching.states import IN_PROGRESS
from vigie.rights.person import Person

Result = TypeVar("Result")
VIGIE = "Vigie"


def on_what_was_read(solicitation: Solicitation, seen: str, act: Callable[[], Result], *, by: Person) -> Result:
    """Acts unless somebody else changed the request since the page was shown; TransitionRefused then, naming him.

    seen: the version of the page (``queries.team_sheet.version``). What the same person did since does not count: a
    second click reaches the act, which changes nothing by itself.
    """
    with transaction.atomic():
        row = Solicitation.objects.select_for_update().get(pk=solicitation.pk)
        if row.state == IN_PROGRESS:  # once it is transmitted or abandoned, the act itself says so better
            _refuse_if_changed(row, seen, by)
        return act()


def _refuse_if_changed(solicitation: Solicitation, seen: str, by: Person) -> None:
    if not (seen.isdecimal() and len(seen) <= 18):
        return
    since = Event.objects.about(solicitation).filter(pk__gt=int(seen))
    other = since.exclude(actor_kind=by.kind, actor_id=by.user_id).order_by("pk").last()
    if other is None:
        return
    raise TransitionRefused(
        "changed_meanwhile",
        f"{other.actor_name or VIGIE} a modifié cette demande à {other.at.astimezone(PARIS):%H h %M}. Rien n’est "
        "enregistré\u00a0: relisez-la ci-dessous, puis recommencez si besoin.",
    )
