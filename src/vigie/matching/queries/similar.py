"""What the team should know of a request before it decides: the same one elsewhere, an intermediary, many set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from vigie.kernel.lifecycle import State
from vigie.matching.models import Need, Solicitation
from vigie.matching.rules.similar import alike, words_of
from vigie.matching.states import CANCELED, IN_PROGRESS, INCOMPLETE, PROCESSED, SOLICITATION
from vigie.rights.statements import composed_once
from vigie.ui.formats import counted

RELAUNCH_WITHIN = timedelta(weeks=3)
TEXT_WITHIN = timedelta(days=60)
TEXTS_READ = 400
ABANDONED_FROM = 4
# Accountants, advisers, business associations, training bodies: those who ask for others.
INTERMEDIARIES = ("7022Z", "6920Z", "9411Z", "8299Z", "7021Z", "9499Z", "8413Z")
_SHOWN = ("description", "company_name", "full_name", "state", "completed_at", "created_at", "landing_subject__title")


@dataclass(frozen=True)
class Warned:
    """A badge: its letter as the team knows it, and what it means here."""

    state: State
    text: str


@dataclass(frozen=True)
class AlikeLine:
    """Another request whose text is nearly the same."""

    href: str
    label: str
    state: State
    at: datetime


def warnings_of(request: Solicitation, need: Need | None) -> tuple[Warned, ...]:
    """The badges R, D, A and I of a request, each with its words. 1 query."""
    same = Q(email=request.email) if request.email else Q(pk__in=[])
    if request.siret:
        same |= Q(siret=request.siret)
    moment = request.completed_at or request.created_at
    counts = (
        Solicitation.objects.filter(same)
        .exclude(pk=request.pk)
        .aggregate(
            relaunched=Count("pk", filter=Q(
                state=PROCESSED, landing_subject=request.landing_subject_id,
                completed_at__gte=moment - RELAUNCH_WITHIN, completed_at__lte=moment + RELAUNCH_WITHIN)),
            doubled=Count("pk", filter=Q(state=IN_PROGRESS)),
            abandoned=Count("pk", filter=Q(state=CANCELED)),
        )
    )  # fmt: skip
    found = []
    if counts["relaunched"]:
        found.append(_warned("R", "Relance", "même sujet déjà transmis dans les trois semaines"))
    if counts["doubled"]:
        said = counted(counts["doubled"], "autre demande en attente", "autres demandes en attente")
        found.append(_warned("D", "Doublon", said))
    if counts["abandoned"] >= ABANDONED_FROM:
        found.append(_warned("A", "Abandons", f"{counts['abandoned']} demandes déjà abandonnées"))
    establishment = need.diagnosis.establishment if need else None
    if establishment is not None and establishment.naf_code in INTERMEDIARIES:
        found.append(_warned("I", "Intermédiaire", "l’activité de l’entreprise est de conseiller ou représenter"))
    return tuple(found)


def alike_requests(request: Solicitation) -> tuple[AlikeLine, ...]:
    """The requests of these weeks, of anybody, whose text is nearly the same. 1 query, of a bounded number of rows."""
    words = words_of(request.description)
    if not words:
        return ()
    moment = request.completed_at or request.created_at
    return tuple(
        AlikeLine(
            reverse("matching:solicitation", args=[pk]),
            f"{company or person or 'Sans nom'} – {title}",
            SOLICITATION.by_code[state],
            completed or created,
        )
        for pk, text, company, person, state, completed, created, title in _around(
            request.pk, moment - TEXT_WITHIN, moment + TEXT_WITHIN
        )
        if alike(words, words_of(text))
    )


@composed_once
def _around(pk: int, begin: datetime, end: datetime) -> QuerySet[Solicitation, tuple[Any, ...]]:
    """Plain values: most of these texts are only compared."""
    rows = Solicitation.objects.exclude(pk=pk).exclude(state__in=INCOMPLETE)
    rows = rows.filter(completed_at__gte=begin, completed_at__lte=end).order_by("-completed_at", "-pk")
    return rows.values_list("pk", *_SHOWN)[:TEXTS_READ]


def _warned(letter: str, word: str, text: str) -> Warned:
    return Warned(State(letter, f"{letter}\u00a0: {word}", "warning"), text)
