"""Rules carried by the institution as data: chambers (matching.md 4.3) and skills operators (4.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vigie.matching.rules.facts import InstitutionFacts, NeedFacts
from vigie.matching.rules.reasons import Reason


@dataclass(frozen=True)
class OperatorFacts:
    """A skills operator: the agreements (IDCC) that designate it, the régions whose establishments are all its own."""

    id: int
    agreements: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()


def skills_operator(operators: Iterable[OperatorFacts], region: str, agreements: Sequence[str]) -> int | None:
    """The operator of an establishment: that of its région if there is one, else of its first known agreement."""
    known = sorted(operators, key=lambda operator: operator.id)
    for operator in known:
        if region and region in operator.regions:
            return operator.id
    for agreement in agreements:
        for operator in known:
            if agreement in operator.agreements:
                return operator.id
    return None


def institution_reasons(institution: InstitutionFacts, need: NeedFacts) -> list[Reason]:
    """What the institution's own rules say of the firm; nothing when it has none."""
    reasons = [Reason("institution_deleted", {"name": institution.name})] if institution.deleted else []
    return [*reasons, *_chamber(institution, need), *_operator(institution, need)]


def _chamber(institution: InstitutionFacts, need: NeedFacts) -> list[Reason]:
    if not institution.accepted_natures:
        return []
    common = sorted(need.natures & institution.accepted_natures)
    if common:
        return [Reason("nature_accepted", {"natures": common})]
    if institution.accepts_craft_code and need.craft_codes:
        return [Reason("craft_code_accepted", {"code": min(need.craft_codes)})]
    if not need.natures:
        code = "nature_unknown_accepted" if institution.accepts_unknown_nature else "nature_unknown_refused"
        return [Reason(code, {"name": institution.name})]
    return [Reason("nature_refused", {"name": institution.name, "natures": sorted(need.natures)})]


def _operator(institution: InstitutionFacts, need: NeedFacts) -> list[Reason]:
    if not institution.is_opco:
        return []
    if need.opco_id is None:
        return [Reason("opco_unknown")]
    return [Reason("opco_of_firm" if institution.id == need.opco_id else "opco_of_another")]
