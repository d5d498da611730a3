"""Who receives a need, and why (matching.md 4): no ranking, no quota, no exclusivity.

``route`` looks at every competence it is given, even far away or deleted: it is the whole decision. The queries only
spare it the competences that it would drop for their subject or their territory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from vigie.kernel.zones import covering
from vigie.matching.rules.facts import CompetenceFacts, NeedFacts, Owner
from vigie.matching.rules.filters import filter_reasons
from vigie.matching.rules.institutions import institution_reasons
from vigie.matching.rules.questions import answer_reasons
from vigie.matching.rules.reasons import Reason, Side


@dataclass(frozen=True)
class Candidate:
    """An expert for a need. kept: the rules send him the need; ticked: he will receive it unless the team says no."""

    competence: CompetenceFacts
    kept: bool
    ticked: bool
    reasons: tuple[Reason, ...]

    @property
    def expert_id(self) -> int:
        return self.competence.expert.id

    @property
    def copies_manager(self) -> bool:
        return any(reason.code == "absent_but_alone" for reason in self.reasons)


def route(need: NeedFacts, competences: Iterable[CompetenceFacts]) -> list[Candidate]:
    """One candidate per expert, kept ones first, each with its reasons in the order of the rules.

    An expert with several competences for the subject is kept if one of them passes.
    """
    by_expert: dict[int, list[Candidate]] = {}
    for competence in competences:
        by_expert.setdefault(competence.expert.id, []).append(_judged(need, competence))
    candidates = _absences(need, [_merged(verdicts) for verdicts in by_expert.values()])
    return sorted(candidates, key=_place_in_list)


def _judged(need: NeedFacts, competence: CompetenceFacts) -> Candidate:
    reasons = tuple(
        [
            *_who(need, competence),
            *_where(need, competence),
            *institution_reasons(competence.institution, need),
            *filter_reasons(Owner.EXPERT, competence.expert.filters, need),
            *filter_reasons(Owner.ANTENNE, competence.antenne.filters, need),
            *filter_reasons(Owner.INSTITUTION, competence.institution.filters, need),
            *answer_reasons(Owner.EXPERT, competence.expert.groupings, need),
            *answer_reasons(Owner.ANTENNE, competence.antenne.groupings, need),
            *answer_reasons(Owner.INSTITUTION, competence.institution.groupings, need),
        ]
    )
    kept = all(reason.side is not Side.AGAINST for reason in reasons)
    return Candidate(competence, kept, kept, reasons)


def _who(need: NeedFacts, competence: CompetenceFacts) -> list[Reason]:
    reasons = []
    if competence.expert.deleted:
        reasons.append(Reason("expert_deleted"))
    if competence.subject_id == need.subject_id:
        reasons.append(Reason("competence", {"label": competence.label}))
    else:
        reasons.append(Reason("competence_missing"))
    return reasons


def _where(need: NeedFacts, competence: CompetenceFacts) -> list[Reason]:
    """Own zones replace those of the antenne, even national; an unknown commune is covered by nobody."""
    if need.place is None:
        return [Reason("place_unknown")]
    own = competence.expert.zones
    zones, holder = (own, Owner.EXPERT) if own else (competence.antenne.zones, Owner.ANTENNE)
    zone = covering(zones, need.place)
    if zone is not None:
        kind, code = zone
        name = need.zone_names.get(zone, code)
        return [Reason("covers_zone", {"zone_type": kind.value, "code": code, "name": name, "of": holder.value})]
    if own:
        return [Reason("outside_own_zones")]
    if competence.antenne.national:
        return [Reason("covers_country")]
    return [Reason("outside_antenne_zones" if competence.antenne.zones else "no_zone")]


def _merged(verdicts: list[Candidate]) -> Candidate:
    """The expert's best verdict; his other competences that pass are named too."""
    best, *others = sorted(verdicts, key=lambda verdict: (not verdict.kept, verdict.competence.id or 0))
    if not best.kept:
        return best
    told = tuple(reason for other in others if other.kept for reason in other.reasons if reason.code == "competence")
    return replace(best, reasons=best.reasons + tuple(reason for reason in told if reason not in best.reasons))


def _absences(need: NeedFacts, candidates: list[Candidate]) -> list[Candidate]:
    """Unticks the experts all of whose people are away, unless the institution would then receive nothing."""
    reached = {
        candidate.competence.institution.id
        for candidate in candidates
        if candidate.kept and candidate.competence.expert.absent_until is None
    }
    return [_remarked(candidate, candidate.competence.institution.id not in reached) for candidate in candidates]


def _remarked(candidate: Candidate, alone: bool) -> Candidate:
    expert = candidate.competence.expert
    if not candidate.kept:
        return candidate
    if expert.users == 0:
        return replace(candidate, reasons=(*candidate.reasons, Reason("no_user")))
    if expert.absent_until is None:
        return candidate
    remark = Reason("absent_but_alone" if alone else "absent", {"until": expert.absent_until.isoformat()})
    return replace(candidate, ticked=alone, reasons=(*candidate.reasons, remark))


def _place_in_list(candidate: Candidate) -> tuple[bool, str, str, int]:
    competence = candidate.competence
    return not candidate.kept, competence.institution.name, competence.expert.name, competence.expert.id
