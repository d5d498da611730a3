"""Match filters (matching.md 4.5): what a partner asks of the firm.

Filters that name subjects count for these only. The filters of one owner that share a group are alternatives: one of
them is enough. All the others must pass; inside a filter every criterion must. A missing datum fails what accepts or
bounds, and passes what excludes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from vigie.kernel.nomenclature.naf import falls_under
from vigie.kernel.period import years_before
from vigie.matching.rules.facts import FilterFacts, NeedFacts, Owner
from vigie.matching.rules.reasons import Reason


def filter_reasons(owner: Owner, filters: Iterable[FilterFacts], need: NeedFacts) -> list[Reason]:
    """One reason per filter or group of alternatives of this owner, for or against."""
    verdicts = [_verdict(owner, alternatives, need) for alternatives in _alternatives(filters, need.subject_id)]
    return [verdict for verdict in verdicts if verdict is not None]


def _alternatives(filters: Iterable[FilterFacts], subject_id: int) -> list[list[FilterFacts]]:
    """The filters that count for the subject, those of one group together, in the order in which they come."""
    groups: dict[str | int, list[FilterFacts]] = {}
    for rank, one in enumerate(filters):
        if not one.subjects or subject_id in one.subjects:
            groups.setdefault(one.group or rank, []).append(one)
    return list(groups.values())


def _verdict(owner: Owner, alternatives: list[FilterFacts], need: NeedFacts) -> Reason | None:
    """For, against, or nothing to say: a filter that asks nothing passes."""
    tried = []
    for one in alternatives:
        wanted = list(_wanted(one))
        failed = [(name, value) for name, value in wanted if not _passes(name, value, need)]
        if not wanted:
            return None
        if not failed:
            criteria = [{"criterion": name, "wanted": value} for name, value in wanted]
            return Reason("filter_passed", {"owner": owner.value, "criteria": criteria})
        tried.append([{"criterion": name, "wanted": value, "got": _shown(name, need)} for name, value in failed])
    return Reason("filter_failed", {"owner": owner.value, "tried": tried})


def _wanted(one: FilterFacts) -> Iterator[tuple[str, Any]]:
    """The criteria that the filter fills in."""
    for name in ("min_years", "max_years", "min_workforce", "max_workforce"):
        if (bound := getattr(one, name)) is not None:
            yield name, bound
    for name in ("accepted_naf", "excluded_naf", "accepted_legal_forms", "excluded_legal_forms", "excluded_communes"):
        if codes := [code for code in getattr(one, name) if code.strip()]:
            yield name, codes


def _passes(name: str, wanted: Any, need: NeedFacts) -> bool:
    match name:
        case "min_years" | "max_years":
            return _age_passes(name, wanted, need)
        case "min_workforce":
            return need.workforce.at_least is not None and need.workforce.at_least >= wanted
        case "max_workforce":
            return need.workforce.at_most is not None and need.workforce.at_most < wanted
        case "accepted_naf":
            return falls_under(need.naf, wanted)
        case "excluded_naf":
            return not falls_under(need.naf, wanted)
        case "accepted_legal_forms":
            return _legal_form_among(wanted, need)
        case "excluded_legal_forms":
            return not _legal_form_among(wanted, need)
    return not _commune_among(wanted, need)


def _legal_form_among(beginnings: Iterable[str], need: NeedFacts) -> bool:
    return bool(need.legal_form) and need.legal_form.startswith(tuple(beginning.strip() for beginning in beginnings))


def _age_passes(name: str, years: int, need: NeedFacts) -> bool:
    """Strictly older (min_years) or strictly younger (max_years) than so many years."""
    if need.created_on is None:
        return False
    limit = years_before(need.on, years)
    return need.created_on < limit if name == "min_years" else need.created_on > limit


def _commune_among(codes: Iterable[str], need: NeedFacts) -> bool:
    """Naming a city names its municipal districts; spreadsheets eat the first zero of a code."""
    if need.place is None:
        return False
    named = {code.strip().upper().zfill(5) for code in codes}
    return need.place.commune in named or need.place.parent_commune in named


def _shown(name: str, need: NeedFacts) -> str:
    """What is known of the firm about a criterion, in words; empty when nothing is."""
    if name in ("min_years", "max_years"):
        return need.created_on.strftime("créée le %d/%m/%Y") if need.created_on else ""
    if name in ("min_workforce", "max_workforce"):
        low, high = need.workforce.at_least, need.workforce.at_most
        return "" if low is None else str(low) if low == high else f"{low} à {high}"
    if name.endswith("naf"):
        return need.naf
    if name.endswith("legal_forms"):
        return need.legal_form
    return need.place.commune if need.place else ""
