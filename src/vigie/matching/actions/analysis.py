"""The analysis of a request: its contact, its need, and who should receive it, with the reasons of each one.

Written in the caller's transaction. Done again, it keeps the rows (their addresses stay), the subject chosen by the
team, and the experts that it added by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from vigie.companies.models import Contact, Establishment, Source
from vigie.journal.crash import crash_point
from vigie.kernel.period import paris_day
from vigie.kernel.siren import is_siret
from vigie.matching.actions.firms import Firm
from vigie.matching.models import Candidate, Diagnosis, LandingSubject, Need, Solicitation
from vigie.matching.queries.earlier import abandoned_count, similar_count
from vigie.matching.queries.firm import need_facts
from vigie.matching.queries.routing import competences_for
from vigie.matching.rules import routing
from vigie.matching.rules.facts import NeedFacts
from vigie.matching.rules.guards import GuardFacts, guard_results
from vigie.matching.rules.missing import missing_facts


@dataclass(frozen=True)
class Analysis:
    """What an analysis wrote. failed: codes of the guards that do not let it leave by itself."""

    need: Need
    experts: int
    failed: tuple[str, ...]


def analyse(request: Solicitation, firm: Firm, *, at: datetime) -> Analysis:
    """Writes or renews the analysis of a locked request that was not transmitted."""
    diagnosis = _diagnosis(request, firm, at)
    crash_point("analysis.after_diagnosis")
    need = _need(request, diagnosis, at)
    crash_point("analysis.after_need")
    return choose(request, need, firm_known=firm.establishment is not None, register_down=firm.register_down, at=at)


def choose(
    request: Solicitation, need: Need, *, firm_known: bool, register_down: bool = False, at: datetime
) -> Analysis:
    """Computes the candidates of a need anew, and what its guards say."""
    facts = need_facts(need, on=paris_day(at))
    need.facts = facts.as_json()
    need.save()
    diagnosis = need.diagnosis
    diagnosis.missing_facts = missing_facts(facts, company_known=firm_known, register_down=register_down)
    diagnosis.save(update_fields=["missing_facts"])
    found = [] if need.subject.is_catch_all else routing.route(facts, competences_for(facts))
    write_candidates(need, found)
    crash_point("analysis.after_candidates")
    guards = guard_results(_guard_facts(request, need, facts))
    return Analysis(
        need=need,
        experts=sum(one.kept for one in found),
        failed=tuple(result.code for result in guards if not result.passed),
    )


def _diagnosis(request: Solicitation, firm: Firm, at: datetime) -> Diagnosis:
    establishment = firm.establishment
    company = establishment.company if establishment else None
    person = {"company": company, "full_name": request.full_name, "email": request.email, "phone": request.phone}
    contact = Contact.objects.filter(**person).order_by("pk").first() or Contact.objects.create(**person, created_at=at)
    diagnosis = Diagnosis.objects.filter(solicitation=request).first() or Diagnosis(solicitation=request, created_at=at)
    diagnosis.establishment = establishment
    diagnosis.contact = contact
    diagnosis.commune_code = request.commune_code or (establishment.commune_code if establishment else "")
    diagnosis.content = request.description
    diagnosis.save()
    return diagnosis


def _need(request: Solicitation, diagnosis: Diagnosis, at: datetime) -> Need:
    """The need of the request; a requalified one keeps the subject and the answers that the team chose."""
    asked = request.landing_subject.subject
    need = Need.objects.select_related("subject").filter(diagnosis=diagnosis).order_by("pk").first()
    if need is None:
        need = Need(diagnosis=diagnosis, subject=asked, created_at=at)
    need.diagnosis = diagnosis
    need.content = request.description
    if need.subject_id == asked.pk:
        need.answers = dict(request.answers.values_list("question__key", "value"))
    need.save()
    return need


def write_candidates(need: Need, found: Iterable[routing.Candidate]) -> None:
    """Replaces what the rules had said; an expert added by hand stays as the team left him."""
    need.candidates.filter(origin=Candidate.Origin.ROUTING).delete()
    by_hand = set(need.candidates.values_list("expert_id", flat=True))
    Candidate.objects.bulk_create(
        Candidate(
            need=need,
            expert_id=one.expert_id,
            competence_id=one.competence.id,
            kept=one.kept,
            ticked=one.ticked,
            reasons=[reason.as_json() for reason in one.reasons],
        )
        for one in found
        if one.expert_id not in by_hand
    )


def _guard_facts(request: Solicitation, need: Need, facts: NeedFacts) -> GuardFacts:
    place = need.diagnosis.establishment
    ticked = Candidate.objects.filter(need=need, ticked=True)
    living = {"expert__members__user__is_active": True, "expert__members__user__deleted_at__isnull": True}
    return GuardFacts(
        automatic=request.mode == LandingSubject.Mode.AUTOMATIC,
        catch_all=need.subject.is_catch_all,
        about_a_place=request.landing_subject.fields_mode == LandingSubject.Fields.LOCATION,
        siret_valid=is_siret(request.siret),
        company_active=_active(place),
        duplicates=similar_count(request, need.subject_id),
        abandoned=abandoned_count(request),
        naf=facts.naf,
        legal_form=facts.legal_form,
        description=need.content,
        place_known=facts.place is not None,
        experts=ticked.count(),
        experts_with_user=ticked.filter(**living).values("expert").distinct().count(),
    )


def _active(place: Establishment | None) -> bool | None:
    """None when no register told of it: what somebody typed proves nothing."""
    if place is None or place.source == Source.MANUAL:
        return None
    return place.is_active and place.company.is_active and not place.abroad
