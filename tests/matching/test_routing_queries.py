"""What the queries of routing read, on a few rows: places, firms, operators, explanations, simulation, search."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.accounts.factories import AntenneFactory, InstitutionFactory, UserFactory
from tests.directory.factories import (
    AnswerGroupingFactory,
    CollectiveAgreementFactory,
    ExpertFactory,
    ExpertMemberFactory,
    ExpertSubjectFactory,
    MatchFilterFactory,
    SubjectFactory,
    SubjectQuestionFactory,
)
from tests.matching.factories import (
    AT,
    CandidateFactory,
    DiagnosisFactory,
    MatchFactory,
    NeedFactory,
    SolicitationAnswerFactory,
)
from tests.matching.requests import firm, request, subject_of
from vigie.accounts.models import Absence
from vigie.companies.models import Company, Establishment
from vigie.directory.models import Expert, Subject
from vigie.kernel.zones import ZoneType
from vigie.matching.models import Candidate, Match, Need
from vigie.matching.queries.experts_search import experts_for
from vigie.matching.queries.explaining import decision_trace, explain_expert, simulate
from vigie.matching.queries.firm import FirmFacts, Supposed, firm_facts, need_facts
from vigie.matching.queries.routing import competences_for
from vigie.matching.rules.facts import Workforce
from vigie.matching.rules.reasons import Reason

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]
DAY = date(2026, 3, 18)


def supposed(subject: Subject, commune: str = "69123", **firm: Any) -> Supposed:
    return Supposed(subject.pk, commune, FirmFacts(**firm))


def chosen(subject: Subject, commune: str = "69123") -> set[int]:
    return {one.expert.id for one in competences_for(need_facts(supposed(subject, commune), on=DAY))}


# --- facts


def test_place_is_found_with_the_names_of_its_zones() -> None:
    facts = need_facts(supposed(SubjectFactory(), "69383"), on=DAY)

    assert facts.place is not None
    assert facts.place.parent_commune == "69123"
    assert facts.zone_names[ZoneType.EPCI, "290000012"] == "Métropole inventée"
    assert facts.zone_names[ZoneType.EMPLOYMENT_AREA, "8421"] == "8421"


def test_merged_commune_gives_the_place_of_its_successor() -> None:
    facts = need_facts(supposed(SubjectFactory(), "69999"), on=DAY)

    assert facts.place is not None
    assert facts.place.commune == "69123"


@pytest.mark.parametrize("code", ["", "00000", "99132"])
def test_unknown_commune_has_no_place_and_no_candidate(code: str) -> None:
    subject = SubjectFactory()
    ExpertFactory(subject=subject, antenne=AntenneFactory(level="national"))

    assert need_facts(supposed(subject, code), on=DAY).place is None
    assert chosen(subject, code) == set()


def test_firm_facts_come_from_the_establishment_and_its_company() -> None:
    company = Company(siren="290000001", naf_code="4711A", legal_form_code="5710", created_on=date(2015, 1, 1))
    establishment = Establishment(
        company=company, naf_code="", workforce_code="11", activity_natures=["ARTISANALE"], agreements=["1486"]
    )

    facts = firm_facts(establishment)

    assert facts.naf == "4711A"
    assert facts.workforce == Workforce(10, 19)
    assert facts.natures == {"ARTISANALE"}
    assert facts.created_on == date(2015, 1, 1)


@pytest.mark.parametrize("code", ["NR", "", "ZZ"])
def test_unknown_workforce_class_has_no_bounds(code: str) -> None:
    assert firm_facts(Establishment(company=Company(), workforce_code=code)).workforce == Workforce()


def test_exact_headcount_is_kept_beside_the_class() -> None:
    establishment = Establishment(company=Company(), workforce_code="11", headcount=12)

    assert firm_facts(establishment).workforce == Workforce(10, 19, 12)


def test_operator_of_the_firm_comes_from_its_agreement_or_its_region() -> None:
    operator = CollectiveAgreementFactory(idcc="1486").opco
    mayotte = InstitutionFactory(kind="opco", opco_region_codes=["06"])
    deleted = InstitutionFactory(kind="opco", deleted_at=AT)
    CollectiveAgreementFactory(idcc="0016", opco=deleted)
    subject = SubjectFactory()

    def operator_of(commune: str, *agreements: str) -> int | None:
        return need_facts(supposed(subject, commune, agreements=agreements), on=DAY).opco_id

    assert operator_of("69123", "1486") == operator.pk
    assert operator_of("69123", "0016", "1486") == operator.pk
    assert operator_of("69123") is None
    assert operator_of("97611", "1486") == mayotte.pk


def test_facts_of_a_request_that_is_not_analysed_yet() -> None:
    firm(workforce_code="11")
    solicitation = request(commune_code="")
    question = SubjectQuestionFactory(subject=subject_of(solicitation), key="urgent")
    SolicitationAnswerFactory(solicitation=solicitation, question=question, value="true")

    facts = need_facts(solicitation, on=DAY)

    assert facts.subject_id == subject_of(solicitation).pk
    assert facts.place is not None
    assert facts.place.commune == "69123", "that of the establishment when none was typed"
    assert facts.workforce == Workforce(10, 19)
    assert facts.answers == {"urgent": "true"}
    assert need_facts(request(siret="", commune_code="01053"), on=DAY).naf == ""


# --- candidates


def test_candidates_cover_the_commune_for_the_subject() -> None:
    subject, local = SubjectFactory(), AntenneFactory(zones=[("departement", "69")])
    inside = ExpertFactory(subject=subject, antenne=local)
    own = ExpertFactory(subject=subject, antenne=AntenneFactory(), zones=[("epci", "290000012")])
    national = ExpertFactory(subject=subject, antenne=AntenneFactory(level="national"))
    ExpertFactory(subject=subject, antenne=local, zones=[("departement", "01")])
    ExpertFactory(subject=subject, antenne=AntenneFactory())
    ExpertFactory(subject=SubjectFactory(), antenne=local)
    ExpertFactory(subject=subject, antenne=local, deleted_at=AT)
    ExpertFactory(subject=subject, antenne=AntenneFactory(level="national", institution__deleted_at=AT))

    assert chosen(subject) == {inside.pk, own.pk, national.pk}
    assert chosen(subject, "59350") == {national.pk}


def test_zone_of_a_city_covers_its_districts() -> None:
    subject = SubjectFactory()
    expert = ExpertFactory(subject=subject, zones=[("commune", "69123")])

    assert chosen(subject, "69383") == {expert.pk}


def test_people_of_the_team_and_their_absences_are_read() -> None:
    subject = SubjectFactory()
    away, gone, there = UserFactory(), UserFactory(is_active=False), UserFactory()
    expert = ExpertFactory(subject=subject, zones=[("departement", "69")], members=[away, gone])
    for start, end in ((0, 3), (-1, 6), (-9, -1)):
        Absence.objects.create(user=away, starts_on=DAY + timedelta(start), ends_on=DAY + timedelta(end))

    facts = need_facts(supposed(subject), on=DAY)
    [competence] = competences_for(facts)
    assert (competence.expert.users, competence.expert.absent_until) == (1, DAY + timedelta(6))

    ExpertMemberFactory(expert=expert, user=there)
    [competence] = competences_for(facts)
    assert (competence.expert.users, competence.expert.absent_until) == (2, None)


def test_filters_and_groupings_of_the_three_owners_are_read() -> None:
    subject, other = SubjectFactory(), SubjectFactory()
    question = SubjectQuestionFactory(subject=subject, key="apprenti", short_label="Apprenti ?")
    expert = ExpertFactory(subject=subject, zones=[("departement", "69")])
    MatchFilterFactory(expert=expert, min_workforce=5, subjects=[subject, other])
    MatchFilterFactory(antenne=expert.antenne, accepted_naf=["47"], group="a")
    MatchFilterFactory(institution=expert.antenne.institution, excluded_communes=["69123"])
    MatchFilterFactory(institution=InstitutionFactory(), min_years=3)
    AnswerGroupingFactory(institution=expert.antenne.institution, answers={question: "true"})

    facts = need_facts(Supposed(subject.pk, "69123", answers={"apprenti": "true"}), on=DAY)
    [competence] = competences_for(facts)

    assert competence.expert.filters[0].subjects == {subject.pk, other.pk}
    assert competence.antenne.filters[0].accepted_naf == ("47",)
    assert competence.institution.filters[0].excluded_communes == ("69123",)
    [grouping] = competence.institution.groupings
    assert grouping.conditions[0].question == "Apprenti ?"


# --- explanations


def sent_need(subject: Subject, commune: str = "69123") -> Need:
    return NeedFactory(subject=subject, diagnosis=DiagnosisFactory(commune_code=commune))


def test_trace_says_in_words_what_was_stored() -> None:
    need = NeedFactory()
    reason = Reason("competence", {"label": "Recruter"}).as_json()
    CandidateFactory(need=need, kept=False, ticked=False, reasons=[reason, Reason("outside_own_zones").as_json()])
    CandidateFactory(need=need, reasons=[reason, Reason("no_user").as_json()], origin=Candidate.Origin.TEAM)

    with CaptureQueriesContext(connection) as queries:
        first, second = decision_trace(need)

    assert len(queries) == 1
    assert (first.kept, first.without_user, first.added_by_team) == (True, True, True)
    assert first.in_favour == ("compétence\u00a0: Recruter",)
    assert second.against == ("hors du territoire propre à l’équipe, qui remplace celui de son antenne",)


def test_any_expert_can_be_explained_even_far_away_or_without_the_competence() -> None:
    subject = SubjectFactory()
    far = ExpertFactory(subject=subject, zones=[("departement", "59")])
    stranger = ExpertFactory(antenne=AntenneFactory(zones=[("departement", "69")]), deleted_at=AT)
    need = sent_need(subject)

    assert explain_expert(need, far, on=DAY).against == (
        "hors du territoire propre à l’équipe, qui remplace celui de son antenne",
    )
    assert explain_expert(need, stranger, on=DAY).against == (
        "l’équipe ne figure plus dans l’annuaire",
        "n’a pas de compétence pour ce sujet",
    )


def test_simulation_lists_kept_dropped_and_nearby_and_writes_nothing() -> None:
    subject = SubjectFactory()
    kept = ExpertFactory(subject=subject, antenne=AntenneFactory(zones=[("departement", "69")]))
    dropped = ExpertFactory(subject=subject, antenne=AntenneFactory(zones=[("departement", "69")]))
    MatchFilterFactory(expert=dropped, min_workforce=50)
    nearby = ExpertFactory(subject=subject, zones=[("commune", "69264")])
    neighbour = ExpertFactory(subject=subject, antenne=AntenneFactory(zones=[("departement", "01")]))
    ExpertFactory(subject=subject, zones=[("departement", "59")])

    with CaptureQueriesContext(connection) as queries:
        simulation = simulate(supposed(subject, workforce=Workforce(10, 19)), on=DAY)

    assert [line.expert_id for line in simulation.kept] == [kept.pk]
    assert [line.expert_id for line in simulation.dropped] == [dropped.pk]
    assert {line.expert_id for line in simulation.nearby} == {nearby.pk, neighbour.pk}
    assert "effectif" not in simulation.dropped[0].against[0]
    assert "au moins 50 salariés" in simulation.dropped[0].against[0]
    assert len(queries) <= 12
    assert not Need.objects.exists()
    assert not Match.objects.exists()


def test_simulation_of_an_unknown_place_says_so() -> None:
    simulation = simulate(supposed(SubjectFactory(), "00000"), on=DAY)

    assert not simulation.place_known
    assert simulation.kept == simulation.nearby == ()


# --- search of an expert to add


def test_search_finds_by_name_antenne_institution_and_person_without_accents() -> None:
    institution = InstitutionFactory(name="Chambre des métiers inventée")
    antenne = AntenneFactory(institution=institution, name="Antenne de la Côte")
    expert = ExpertFactory(antenne=antenne, full_name="Équipe Création", members=[UserFactory(full_name="Zoé Lefèvre")])
    ExpertFactory(full_name="Autre")
    need = sent_need(SubjectFactory())

    for text in ("equipe creation", "METIERS", "cote creation", "lefevre", "zoé"):
        assert [one.expert_id for one in experts_for(need, text)] == [expert.pk], text
    assert experts_for(need, "introuvable") == []
    assert experts_for(need, "  ") == []


def test_search_gives_those_who_cover_the_commune_first_ten_at_most() -> None:
    subject = SubjectFactory()
    far = [ExpertFactory(full_name=f"Alpha {n}", zones=[("departement", "59")]) for n in range(8)]
    near = [ExpertFactory(full_name=f"Alpha proche {n}", zones=[("departement", "69")]) for n in range(4)]
    ExpertFactory(full_name="Alpha supprimé", zones=[("departement", "69")], deleted_at=AT)
    ExpertSubjectFactory(expert=near[0], subject=subject, description="Apprentissage")
    need = sent_need(subject)
    MatchFactory(need=need, expert=near[1])

    with CaptureQueriesContext(connection) as queries:
        found = experts_for(need, "alpha")

    assert [one.expert_id for one in found] == [one.pk for one in near] + [one.pk for one in far[:6]]
    assert [one.covers_place for one in found] == [True] * 4 + [False] * 6
    assert found[0].competence == "Apprentissage"
    assert found[1].already
    assert len(queries) <= 9


@pytest.mark.parametrize("text", ["'; DROP TABLE", "%%%", "\x00", "é" * 100_000, "\u202e\u200b"])
def test_search_takes_any_text(text: str) -> None:
    ExpertFactory()

    assert experts_for(sent_need(SubjectFactory()), text) == [] or Expert.objects.exists()
