"""What the team should know of a request before it decides: the same one elsewhere, an intermediary, many set aside."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from vigie.kernel.lifecycle import State
from vigie.matching.models import Need, Solicitation
from vigie.matching.rules.similar import alike, words_of
from vigie.matching.states import CANCELED, IN_PROGRESS, INCOMPLETE, PROCESSED, SOLICITATION
from vigie.rights.statements import composed_once
from vigie.ui.components import Mention
from vigie.ui.formats import counted
from vigie.ui.hrefs import href

RELAUNCH_WITHIN = timedelta(weeks=3)
TEXT_WITHIN = timedelta(days=60)
TEXTS_READ = 400
ABANDONED_FROM = 4
# Accountants, advisers, business associations, training bodies: those who ask for others.
INTERMEDIARIES = ("7022Z", "6920Z", "9411Z", "8299Z", "7021Z", "9499Z", "8413Z")
COMPLETE = tuple(state.code for state in SOLICITATION.states if state.code not in INCOMPLETE)
_SHOWN = ("company_name", "full_name", "state", "completed_at", "created_at", "landing_subject__title")


@dataclass(frozen=True)
class Warned:
    """A badge: its letter as the team knows it, and what it means here."""

    state: State
    text: str


def warnings_of(request: Solicitation, need: Need | None) -> tuple[Warned, ...]:
    """The badges R, D, A and I of a request, each with its words. 1 query."""
    counts = Counter[str]()
    moment = request.completed_at or request.created_at
    around = moment - RELAUNCH_WITHIN, moment + RELAUNCH_WITHIN
    for state, whole, near in _same(request.pk, request.email, request.siret, request.landing_subject_id, *around):
        counts[state] += whole
        counts["relaunched"] += near
    found = []
    if counts["relaunched"]:
        found.append(_warned("R", "Relance", "même sujet déjà transmis dans les trois semaines"))
    if counts[IN_PROGRESS]:
        said = counted(counts[IN_PROGRESS], "autre demande en attente", "autres demandes en attente")
        found.append(_warned("D", "Doublon", said))
    if counts[CANCELED] >= ABANDONED_FROM:
        found.append(_warned("A", "Abandons", f"{counts[CANCELED]} demandes déjà abandonnées"))
    establishment = need.diagnosis.establishment if need else None
    if establishment is not None and establishment.naf_code in INTERMEDIARIES:
        found.append(_warned("I", "Intermédiaire", "l’activité de l’entreprise est de conseiller ou représenter"))
    return tuple(found)


@composed_once
def _same(
    pk: int, email: str, siret: str, subject: int, begin: datetime, end: datetime
) -> QuerySet[Solicitation, tuple[str, int, int]]:
    """The other requests of this address or establishment: how many in each state, and those of a relaunch."""
    same = Q(email=email) if email else Q(pk__in=[])
    if siret:
        same |= Q(siret=siret)
    near = Q(state=PROCESSED, landing_subject=subject, completed_at__gte=begin, completed_at__lte=end)
    rows = Solicitation.objects.filter(same).exclude(pk=pk).order_by().values("state")
    counted_rows = rows.annotate(whole=Count("pk"), near=Count("pk", filter=near))
    return counted_rows.values_list("state", "whole", "near")


def alike_requests(request: Solicitation) -> tuple[Mention, ...]:
    """The requests of these weeks, of anybody, whose text is nearly the same. 1 query, of a bounded number of rows;
    one more when there are some.
    """
    words = words_of(request.description)
    if not words:
        return ()
    moment = request.completed_at or request.created_at
    around = _texts_around(request.pk, moment - TEXT_WITHIN, moment + TEXT_WITHIN)
    found = frozenset(pk for pk, text in around if alike(words, words_of(text)))
    return tuple(
        Mention(
            href("matching:solicitation", pk),
            f"{company or person or 'Sans nom'} – {title}",
            SOLICITATION.by_code[state],
            completed or created,
        )
        for pk, company, person, state, completed, created, title in (_requests(found) if found else ())
    )


@composed_once
def _texts_around(pk: int, begin: datetime, end: datetime) -> QuerySet[Solicitation, tuple[int, str]]:
    """Most of these texts are only compared; the states are named for the index of the queue."""
    rows = Solicitation.objects.exclude(pk=pk).filter(state__in=COMPLETE)
    rows = rows.filter(completed_at__gte=begin, completed_at__lte=end).order_by("-completed_at", "-pk")
    return rows.values_list("pk", "description")[:TEXTS_READ]


@composed_once
def _requests(pks: frozenset[int]) -> QuerySet[Solicitation, tuple[Any, ...]]:
    rows = Solicitation.objects.filter(pk__in=pks).order_by("-completed_at", "-pk")
    return rows.values_list("pk", *_SHOWN)


def _warned(letter: str, word: str, text: str) -> Warned:
    return Warned(State(letter, f"{letter}\u00a0: {word}", "warning"), text)
