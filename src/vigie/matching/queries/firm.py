"""What routing asks of a need, gathered: the place, the firm, the answers, its skills operator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from vigie.companies.models import Establishment
from vigie.kernel.nomenclature.naf import naf_code
from vigie.kernel.nomenclature.workforce import workforce_bounds
from vigie.kernel.zones import Place, ZoneType
from vigie.matching.models import Need, Solicitation
from vigie.matching.queries.routing_rows import codes, operator_rows, place_rows
from vigie.matching.rules.facts import NeedFacts, Workforce, Zone
from vigie.matching.rules.institutions import OperatorFacts, skills_operator
from vigie.territory.queries import resolve_commune


@dataclass(frozen=True)
class FirmFacts:
    """What routing asks of a firm; everything may be unknown. agreements: IDCC, the main one first.

    opco_id: its skills operator when it is told; else the région and the agreements say it.
    """

    naf: str = ""
    legal_form: str = ""
    workforce: Workforce = field(default_factory=Workforce)
    created_on: date | None = None
    natures: frozenset[str] = frozenset()
    craft_codes: frozenset[str] = frozenset()
    agreements: tuple[str, ...] = ()
    opco_id: int | None = None


@dataclass(frozen=True)
class Supposed:
    """A need that does not exist, for « Qui serait notifié ? »."""

    subject_id: int
    commune_code: str
    firm: FirmFacts = field(default_factory=FirmFacts)
    answers: Mapping[str, str] = field(default_factory=dict)


def firm_facts(establishment: Establishment | None) -> FirmFacts:
    """The firm as the registers give it; no query when its company is loaded."""
    if establishment is None:
        return FirmFacts()
    company = establishment.company
    low, high = workforce_bounds(establishment.workforce_code) or (None, None)
    return FirmFacts(
        naf=naf_code(establishment.naf_code or company.naf_code),
        legal_form=company.legal_form_code,
        workforce=Workforce(low, high, establishment.headcount),
        created_on=company.created_on,
        natures=frozenset(establishment.activity_natures),
        craft_codes=frozenset(establishment.craft_codes),
        agreements=tuple(establishment.agreements),
    )


def need_facts(source: Need | Solicitation | Supposed, *, on: date) -> NeedFacts:
    """The facts of a need, of a request not analysed yet, or of a supposition. 2 queries when the firm is loaded.

    A request's firm is the establishment of its SIRET, if the tables hold it (one query more).
    """
    supposed = _supposed(source)
    place, names = place_and_names(supposed.commune_code)
    firm = supposed.firm
    return NeedFacts(
        subject_id=supposed.subject_id,
        place=place,
        on=on,
        naf=firm.naf,
        legal_form=firm.legal_form,
        workforce=firm.workforce,
        created_on=firm.created_on,
        natures=firm.natures,
        craft_codes=firm.craft_codes,
        opco_id=firm.opco_id or _operator(place, firm.agreements),
        answers={key: value for key, value in supposed.answers.items() if value},
        zone_names=names,
    )


def _supposed(source: Need | Solicitation | Supposed) -> Supposed:
    if isinstance(source, Supposed):
        return source
    if isinstance(source, Need):
        diagnosis = source.diagnosis
        return Supposed(source.subject_id, diagnosis.commune_code, firm_facts(diagnosis.establishment), source.answers)
    establishment = Establishment.objects.select_related("company").filter(siret=source.siret).first()
    commune = source.commune_code or (establishment.commune_code if establishment else "")
    answers = dict(source.answers.values_list("question__key", "value"))
    return Supposed(source.landing_subject.subject_id, commune, firm_facts(establishment), answers)


def place_and_names(commune_code: str) -> tuple[Place | None, dict[Zone, str]]:
    """The zones of a commune with their names; an old code gives its successor's. One query when it is current."""
    rows = place_rows(commune_code) if commune_code else []
    if not rows and commune_code and (successor := resolve_commune(commune_code)):
        rows = place_rows(successor.code)
    if not rows:
        return None, {}
    row = rows[0]
    place = Place(row.code, row.epci, row.employment_area, row.departement, row.region, row.parent)
    named = {one.zone_type: one.zone_name for one in rows}
    named[ZoneType.COMMUNE] = row.name  # also for the city of a municipal district
    return place, {(kind, code): named.get(kind) or code for kind, code in place.zones()}


def _operator(place: Place | None, agreements: Sequence[str]) -> int | None:
    """The skills operator of the firm. One query, of one row per operator and agreement."""
    operators = [
        OperatorFacts(pk, frozenset([idcc] if idcc else []), frozenset(codes(regions)))
        for pk, regions, idcc in operator_rows(agreements)
    ]
    return skills_operator(operators, place.region if place else "", agreements)
