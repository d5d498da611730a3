"""« Pourquoi cet expert ? », « Pourquoi pas ? », « Qui serait notifié ? »: decisions of routing, in words.

The trace of a need is what was decided when its candidates were computed. An expert looked at afterwards and a
simulation go through the same rules, on the directory of the day. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db.models import QuerySet

from vigie.directory.models import Expert
from vigie.matching.models import Candidate, Need
from vigie.matching.queries import routing_rows
from vigie.matching.queries.firm import Supposed, need_facts
from vigie.matching.queries.routing import competences_for, competences_of
from vigie.matching.rules import routing
from vigie.matching.rules.facts import NeedFacts
from vigie.matching.rules.reasons import Reason, Side, say
from vigie.rights.statements import composed_once

NEARBY_SHOWN = 20
_SHOWN = (
    "kept", "ticked", "origin", "reasons", "expert__full_name", "expert__antenne__name",
    "expert__antenne__institution__name",
)  # fmt: skip


@dataclass(frozen=True)
class ExpertLine:
    """An expert for a need, and why. candidate_id: the stored line, when there is one.

    without_user: nobody of the team has an account; copies_manager: absent but alone, his antenne's manager is copied.
    """

    expert_id: int
    expert: str
    antenne: str
    institution: str
    kept: bool
    ticked: bool
    in_favour: tuple[str, ...]
    against: tuple[str, ...]
    remarks: tuple[str, ...]
    without_user: bool = False
    copies_manager: bool = False
    added_by_team: bool = False
    candidate_id: int | None = None

    @property
    def place(self) -> str:
        return f"{self.institution} – {self.antenne}"

    @property
    def marks(self) -> list[tuple[str, str]]:
        """What is said beside the name: (kind of badge, word)."""
        said = (
            (self.kept and not self.ticked, "warning", "Non coché"),
            (self.without_user, "warning", "Sans compte"),
            (self.added_by_team, "info", "Ajouté par l’équipe"),
        )
        return [(kind, word) for true, kind, word in said if true]


@dataclass(frozen=True)
class Simulation:
    """Who would receive a need, who would not, and who is just outside. place_known: False → nobody can."""

    facts: NeedFacts
    kept: tuple[ExpertLine, ...]
    dropped: tuple[ExpertLine, ...]
    nearby: tuple[ExpertLine, ...]

    @property
    def place_known(self) -> bool:
        return self.facts.place is not None


def decision_trace(need: Need) -> list[ExpertLine]:
    """The stored candidates of a need, kept ones first. One query."""
    return [
        _line(
            [Reason.from_json(stored) for stored in row.reasons],
            expert_id=row.expert_id,
            expert=row.expert.full_name,
            antenne=row.expert.antenne.name,
            institution=row.expert.antenne.institution.name,
            kept=row.kept,
            ticked=row.ticked,
            added_by_team=row.origin == Candidate.Origin.TEAM,
            candidate_id=row.pk,
        )
        for row in _candidates(need.pk)
    ]


@composed_once
def _candidates(need_pk: int) -> QuerySet[Candidate]:
    rows = Candidate.objects.filter(need=need_pk).select_related("expert__antenne__institution").only(*_SHOWN)
    return rows.order_by("-kept", "expert__antenne__institution__name", "expert__full_name", "pk")


def explain_expert(need: Need | Supposed, expert: Expert, *, on: date) -> ExpertLine:
    """What the rules say that day of any expert for this need, even far away, deleted or without the competence."""
    facts = need_facts(need, on=on)
    [candidate] = routing.route(facts, competences_of(facts, [expert.pk]))
    return _of_rule(candidate)


def simulate(supposed: Supposed, *, on: date) -> Simulation:
    """« Qui serait notifié ? »: nothing is written nor sent. At most 12 queries, whatever the number of experts."""
    facts = need_facts(supposed, on=on)
    competences = competences_for(facts)
    lines = [_of_rule(candidate) for candidate in routing.route(facts, competences)]
    return Simulation(
        facts=facts,
        kept=tuple(line for line in lines if line.kept),
        dropped=tuple(line for line in lines if not line.kept),
        nearby=_nearby(facts, {competence.expert.id for competence in competences}),
    )


def _nearby(facts: NeedFacts, covering: set[int]) -> tuple[ExpertLine, ...]:
    """Live experts of the subject who cover something of the same département, but not this commune; bounded."""
    if facts.place is None or not facts.place.departement:
        return ()
    close = (pk for pk in routing_rows.experts_near(facts.subject_id, facts.place) if pk not in covering)
    competences = competences_of(facts, islice(close, NEARBY_SHOWN))
    return tuple(_of_rule(candidate) for candidate in routing.route(facts, competences))


def _of_rule(candidate: routing.Candidate) -> ExpertLine:
    competence = candidate.competence
    return _line(
        candidate.reasons,
        expert_id=competence.expert.id,
        expert=competence.expert.name,
        antenne=competence.antenne.name,
        institution=competence.institution.name,
        kept=candidate.kept,
        ticked=candidate.ticked,
    )


def _line(
    reasons: Iterable[Reason],
    *,
    expert_id: int,
    expert: str,
    antenne: str,
    institution: str,
    kept: bool,
    ticked: bool,
    added_by_team: bool = False,
    candidate_id: int | None = None,
) -> ExpertLine:
    held = list(reasons)
    codes = {reason.code for reason in held}

    def said(side: Side) -> tuple[str, ...]:
        return tuple(say(reason) for reason in held if reason.side is side)

    return ExpertLine(
        expert_id=expert_id,
        expert=expert,
        antenne=antenne,
        institution=institution,
        kept=kept,
        ticked=ticked,
        in_favour=said(Side.FOR),
        against=said(Side.AGAINST),
        remarks=said(Side.REMARK),
        without_user="no_user" in codes,
        copies_manager="absent_but_alone" in codes,
        added_by_team=added_by_team,
        candidate_id=candidate_id,
    )
