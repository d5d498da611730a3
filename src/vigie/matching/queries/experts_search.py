"""Searching an expert to add to a need: by his name, his antenne, his institution, or somebody of his team."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Prefetch, Q, QuerySet

from vigie.accounts.models import Antenne, User
from vigie.directory.models import Expert, ExpertMember, ExpertSubject
from vigie.kernel.text import fold
from vigie.matching.models import Candidate, Match, Need
from vigie.matching.queries.coverage import covers
from vigie.territory.queries import place_of

SHOWN = 10
TYPED_MAX = 100
WORDS_MAX = 6


@dataclass(frozen=True)
class ExpertFound:
    """A result. covers_place: he covers the commune of the need. already: he received it or is about to.

    competence: his competence for the need's subject, empty when he has none.
    """

    expert_id: int
    name: str
    antenne: str
    institution: str
    covers_place: bool
    already: bool
    competence: str


def experts_for(need: Need, text: str) -> list[ExpertFound]:
    """At most ten experts: those who cover the commune first, then others to fill up. At most 9 queries."""
    words = fold(text[:TYPED_MAX]).split()[:WORDS_MAX]
    if not words:
        return []
    place = place_of(need.diagnosis.commune_code)
    found = _named(words, need)
    near = list(found.filter(covers(place))[:SHOWN])
    others = list(found.filter(~covers(place))[: SHOWN - len(near)]) if len(near) < SHOWN else []
    close = {expert.pk for expert in near}
    already = {*Match.objects.filter(need=need).values_list("expert_id", flat=True)}
    already |= {*Candidate.objects.filter(need=need, ticked=True).values_list("expert_id", flat=True)}
    return [_result(expert, expert.pk in close, expert.pk in already) for expert in (*near, *others)]


def experts_named(text: str) -> QuerySet[Expert]:
    """The living experts who answer a text, in no order; nobody for an empty one. One query to prepare it."""
    words = fold(text[:TYPED_MAX]).split()[:WORDS_MAX]
    return _answering(words) if words else Expert.objects.none()


def _answering(words: list[str]) -> QuerySet[Expert]:
    """Every word is found in the expert's name or address, his antenne, his institution, or a person of the team."""
    found = Expert.objects.filter(deleted_at__isnull=True, antenne__institution__deleted_at__isnull=True)
    offices = _offices()
    for word in words:
        named = [pk for pk, text in offices.items() if word in text]
        people = User.objects.living().filter(search_text__contains=word)
        of_team = ExpertMember.objects.filter(user__in=people).values("expert_id")
        found = found.filter(Q(search_text__contains=word) | Q(antenne__in=named) | Q(pk__in=of_team))
    return found


def _named(words: list[str], need: Need) -> QuerySet[Expert]:
    """The same in order, each with his competence for the need."""
    of_subject = ExpertSubject.objects.filter(institution_subject__subject=need.subject_id)
    return (
        _answering(words)
        .order_by("full_name", "pk")
        .select_related("antenne__institution")
        .prefetch_related(
            Prefetch("competences", of_subject.select_related("institution_subject__subject"), to_attr="for_subject")
        )
    )


def _offices() -> dict[int, str]:
    """Antenne → its name and its institution's, made comparable. One query."""
    rows = Antenne.objects.order_by().values_list("pk", "name", "institution__name", "institution__short_name")
    return {pk: " ".join(_folded(name) for name in names) for pk, *names in rows}


@lru_cache(maxsize=8192)
def _folded(name: str) -> str:
    return fold(name)


def _result(expert: Expert, covers_place: bool, already: bool) -> ExpertFound:
    competences = [str(one.institution_subject) for one in expert.for_subject]  # type: ignore[attr-defined]
    return ExpertFound(
        expert_id=expert.pk,
        name=expert.full_name,
        antenne=expert.antenne.name,
        institution=expert.antenne.institution.name,
        covers_place=covers_place,
        already=already,
        competence=competences[0] if competences else "",
    )
