"""To whom a need may be handed: those whom the rules would choose first, then who covers the place, then the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Case, Q, QuerySet, When

from vigie.accounts.models import Antenne
from vigie.directory.models import Expert, ExpertSubject
from vigie.kernel.zones import ZoneType
from vigie.matching.models import Match
from vigie.matching.queries.experts_search import experts_named
from vigie.matching.queries.firm import need_facts
from vigie.matching.queries.reminding import reachable
from vigie.matching.queries.routing import competences_for, competences_of
from vigie.matching.queries.routing_rows import experts_near
from vigie.matching.rules import routing
from vigie.matching.rules.facts import NeedFacts
from vigie.matching.rules.reasons import Side, say
from vigie.ui.formats import day

SHOWN, FEW = 15, 5  # of a group, and of those that suit least while nothing is searched; the search finds the others
FAR = frozenset({"outside_own_zones", "outside_antenne_zones", "no_zone"})
_LEVELS = (Antenne.Level.LOCAL, Antenne.Level.REGIONAL, Antenne.Level.NATIONAL)


@dataclass(frozen=True)
class Taker:
    """A team that answers for the subject of a need. note: what the rules say of it; empty: nothing."""

    pk: int
    name: str
    where: str
    note: str


@dataclass(frozen=True)
class TakerGroup:
    """Teams that suit alike. more: how many others the search would find."""

    title: str
    takers: tuple[Taker, ...]
    more: int


@dataclass(frozen=True)
class Takers:
    """nobody: what is said when the rules would choose none of them; empty when they would."""

    groups: tuple[TakerGroup, ...]
    nobody: str


def takers(match: Match, text: str, on: date) -> Takers:
    """Those to whom the need may go: they answer for its subject, can be written to and have not received it.

    text: narrows them. In each group his own institution comes first, then who is nearest. At most 18 queries.
    """
    facts = replace(need_facts(match.need, on=on), subject_id=match.subject_id)
    place = _place(facts)
    judged = _judged(facts)
    known = _reachable(match, text)
    found = sorted(known.filter(pk__in=judged), key=_own_and_local_first(match))
    chosen = [one for one in found if judged[one.pk].kept]
    close = [one for one in found if not judged[one.pk].kept and not _against(judged[one.pk]) - FAR]
    refused = [one for one in found if _against(judged[one.pk]) - FAR]

    def said(one: Expert) -> str:
        return _said(judged[one.pk])

    most = SHOWN if text else FEW
    groups = (
        _group(f"Couvrent {place} et conviennent à cette entreprise", chosen, said),
        _group(f"Ne couvrent pas {place}, mais interviennent dans la région", close, said),
        _group("Ne conviennent pas à cette entreprise", refused, said, most),
        _elsewhere(match, known.exclude(pk__in=judged), most),
    )
    nobody = "" if chosen or text else f"Aucune autre équipe ne couvre {place} et ne convient à cette entreprise."
    return Takers(tuple(group for group in groups if group.takers), nobody)


def _judged(facts: NeedFacts) -> dict[int, routing.Candidate]:
    """What the rules say of who covers the place, and of who covers another one of the région."""
    covering = competences_for(facts)
    near = experts_near(facts.subject_id, facts.place) if facts.place else []
    more = sorted(set(near) - {one.expert.id for one in covering})
    judged = routing.route(facts, [*covering, *competences_of(facts, more)])
    return {one.expert_id: one for one in judged}


def _against(candidate: routing.Candidate) -> set[str]:
    return {reason.code for reason in candidate.reasons if reason.side is Side.AGAINST}


def _reachable(match: Match, text: str) -> QuerySet[Expert]:
    competent = ExpertSubject.objects.filter(institution_subject__subject=match.subject_id).values("expert")
    found = experts_named(text) if text else Expert.objects.all()
    received = Match.objects.filter(need=match.need_id).values("expert")
    return found.filter(reachable(), pk__in=competent).exclude(pk__in=received).select_related("antenne__institution")


def _own_and_local_first(match: Match) -> Callable[[Expert], tuple[object, ...]]:
    own = match.expert.antenne.institution_id

    def place(one: Expert) -> tuple[object, ...]:
        office = one.antenne
        level = _LEVELS.index(Antenne.Level(office.level))
        return office.institution_id != own, level, office.institution.name, one.full_name, one.pk

    return place


def _place(facts: NeedFacts) -> str:
    if facts.place is None:
        return "la commune"
    return facts.zone_names.get((ZoneType.COMMUNE, facts.place.commune), "la commune")


def _elsewhere(match: Match, known: QuerySet[Expert], most: int) -> TakerGroup:
    """Thousands may answer for a subject: the base puts them in order."""
    own = Q(antenne__institution=match.expert.antenne.institution_id)
    levels = (When(antenne__level=level, then=rank) for rank, level in enumerate(_LEVELS))
    ordered = known.order_by(
        Case(When(own, then=0), default=1),
        Case(*levels, default=len(_LEVELS)),
        "antenne__institution__name",
        "full_name",
        "pk",
    )
    shown = list(ordered[: most + 1])
    more = known.count() - most if len(shown) > most else 0
    return _group("Répondent sur ce sujet ailleurs", shown, lambda one: "", most, more)


def _group(
    title: str, found: list[Expert], note: Callable[[Expert], str], most: int = SHOWN, more: int | None = None
) -> TakerGroup:
    """more: how many are beyond, when ``found`` does not hold them."""
    return TakerGroup(
        title,
        tuple(
            Taker(one.pk, one.full_name, f"{one.antenne.institution.name} – {one.antenne.name}", note(one))
            for one in found[:most]
        ),
        max(len(found) - most, 0) if more is None else more,
    )


def _said(candidate: routing.Candidate) -> str:
    """What goes against him besides the distance, and until when nobody of his team is there."""
    told = [say(one) for one in candidate.reasons if one.side is Side.AGAINST and one.code not in FAR]
    until = candidate.competence.expert.absent_until
    return "\u00a0; ".join([*told, *([f"absence jusqu’au {day(until)}"] if until else [])])
