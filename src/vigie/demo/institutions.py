"""Institutions, their offices and their experts, over the official geography (written in bulk: nothing lives yet)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random

from vigie.accounts.models import Antenne, AntenneZone, Institution
from vigie.demo import names
from vigie.demo.network import (
    BODIES,
    MAYOTTE_OPCO,
    MAYOTTE_REGION,
    OPCO_GROUPINGS,
    OPCO_SUBJECTS,
    OPCOS,
    BodySeed,
    FilterSeed,
)
from vigie.demo.sizes import HOME, Size
from vigie.directory.agreements import STARTER, read_agreements
from vigie.directory.models import (
    AnswerCondition,
    AnswerGrouping,
    CollectiveAgreement,
    Expert,
    ExpertSubject,
    ExpertZone,
    InstitutionSubject,
    MatchFilter,
    Subject,
    SubjectQuestion,
)
from vigie.kernel.zones import ZoneType
from vigie.territory.models import Commune, Zone

BATCH = 500
DENSE = 0.6  # from this share of places on, a network is in the département of the story

SMALLER = 250  # employees, the ceiling of the teams that answer small and middle-sized firms only
CRITERIA = (
    "Premier échange par téléphone, puis rendez-vous dans l’entreprise.",
    "Après un premier diagnostic avec l’expert-comptable de l’entreprise.",
    "Projets qui commencent dans les six mois.",
)


@dataclass
class Places:
    """Where offices can stand: zones by kind, each with its name; EPCIs by département, the largest first.

    An EPCI or an employment area that spans several départements stands in its main one only.
    """

    regions: dict[str, str] = field(default_factory=dict)
    departements: dict[str, str] = field(default_factory=dict)
    region_of: dict[str, str] = field(default_factory=dict)
    epcis: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    areas: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


def places(size: Size) -> Places:
    """The places of this size of world, from the loaded geography."""
    found = Places()
    population: dict[str, int] = defaultdict(int)
    rows = Commune.objects.values_list("departement_code", "region_code", "epci_code", "population")
    for departement, region, epci, people in rows:
        if region and not (size.departements and departement not in size.departements):
            found.region_of[departement] = region
            population[epci] += people or 0
    zones = list(Zone.objects.order_by("zone_type", "code"))
    labels = {(zone.zone_type, zone.code): zone.name for zone in zones}
    for departement, region in sorted(found.region_of.items()):
        if (ZoneType.DEPARTEMENT, departement) not in labels or (ZoneType.REGION, region) not in labels:
            continue  # overseas collectivities have neither
        found.departements[departement] = labels[(ZoneType.DEPARTEMENT, departement)]
        found.regions[region] = labels[(ZoneType.REGION, region)]
        here = [zone for zone in zones if zone.departement_code == departement]
        epcis = [zone for zone in here if zone.zone_type == ZoneType.EPCI and population[zone.code]]
        epcis.sort(key=lambda zone: (-population[zone.code], zone.code))
        found.epcis[departement] = [(zone.code, zone.name) for zone in epcis]
        found.areas[departement] = [
            (zone.code, zone.name) for zone in here if zone.zone_type == ZoneType.EMPLOYMENT_AREA
        ]
    return found


@dataclass
class Network:
    """What was built, by institution slug."""

    institutions: dict[str, Institution] = field(default_factory=dict)
    antennes: list[Antenne] = field(default_factory=list)
    experts: list[Expert] = field(default_factory=list)


def build(size: Size, random: Random) -> Network:
    """Writes the whole address book of the size; gives it."""
    network = Network()
    where = places(size)
    subjects = {subject.slug: subject for subject in Subject.objects.all()}
    bodies = [*BODIES, *_operators()]
    for body in bodies:
        network.institutions[body.slug] = _institution(body)
    Institution.objects.bulk_create(network.institutions.values())
    for body in bodies:
        institution = network.institutions[body.slug]
        competences = _competences(institution, body, subjects, size)
        _rules(institution, body, subjects)
        antennes = _offices(institution, body, where, random)
        network.antennes += antennes
        network.experts += _experts(body, antennes, competences, size, where, random)
    CollectiveAgreement.objects.bulk_create(
        CollectiveAgreement(idcc=one.idcc, label=one.label, opco=network.institutions[one.opco])
        for one in read_agreements(STARTER)
    )
    return network


def _operators() -> list[BodySeed]:
    return [
        BodySeed(
            slug,
            name,
            name,
            OPCO_SUBJECTS,
            "region",
            with_national=True,
            opco=True,
            groupings=OPCO_GROUPINGS,
            opco_regions=(MAYOTTE_REGION,) if slug == MAYOTTE_OPCO else (),
        )
        for slug, name in OPCOS
    ]


def _institution(body: BodySeed) -> Institution:
    return Institution(
        name=body.name,
        short_name=body.short_name,
        slug=body.slug,
        kind=Institution.Kind.OPCO if body.opco else Institution.Kind.EXPERT_PROVIDER,
        accepted_natures=list(body.natures),
        accepts_craft_code=body.craft_code,
        one_team_at_a_time=body.one_team,
        opco_region_codes=list(body.opco_regions),
        booking_url=f"https://rendez-vous.{body.slug}.example/" if body.booking else "",
    )


def _competences(
    institution: Institution, body: BodySeed, subjects: dict[str, Subject], size: Size
) -> list[InstitutionSubject]:
    wanted = [subjects[slug] for slug in body.subjects]
    wanted += [s for slug, s in subjects.items() if slug.startswith("sujet-") and hash_share(slug, body.slug, 6)]
    rows = [InstitutionSubject(institution=institution, subject=subject) for subject in wanted]
    return InstitutionSubject.objects.bulk_create(rows)


def hash_share(first: str, second: str, one_in: int) -> bool:
    """True for about one pair in ``one_in``, always the same ones."""
    return sum(map(ord, first + second)) % one_in == 0


def _rules(institution: Institution, body: BodySeed, subjects: dict[str, Subject]) -> None:
    for seed in body.filters:
        _filter(institution, seed, subjects)
    for conditions in body.groupings:
        grouping = AnswerGrouping.objects.create(institution=institution)
        for key, value in conditions:
            for question in SubjectQuestion.objects.filter(key=key, subject__slug__in=body.subjects):
                AnswerCondition.objects.create(grouping=grouping, question=question, value=value)


def _filter(institution: Institution, seed: FilterSeed, subjects: dict[str, Subject]) -> None:
    row = MatchFilter.objects.create(
        institution=institution,
        min_years=seed.min_years,
        max_years=seed.max_years,
        min_workforce=seed.min_workforce,
        max_workforce=seed.max_workforce,
        accepted_naf=list(seed.accepted_naf),
        excluded_naf=list(seed.excluded_naf),
        excluded_legal_forms=list(seed.excluded_legal_forms),
    )
    row.subjects.set([subjects[slug] for slug in seed.subjects])


def _offices(institution: Institution, body: BodySeed, where: Places, random: Random) -> list[Antenne]:
    """The antennes of a body with their zones: one per place of its level, and a national one above if it has one."""
    level = Antenne.Level.REGIONAL if body.offices == "region" else Antenne.Level.LOCAL
    national = None
    if body.with_national:
        national = Antenne(institution=institution, name=f"{institution.short_name} national", level="national")
        national.save()
    rows: list[tuple[Antenne, ZoneType, str]] = []
    for zone_type, code, label, departement in _sites(body, where):
        drawn = random.random() <= body.share
        if body.share >= DENSE if departement == HOME else drawn:
            name = f"{institution.short_name} {label}"[:150]
            rows.append((Antenne(institution=institution, name=name, level=level, parent=national), zone_type, code))
    Antenne.objects.bulk_create([row[0] for row in rows], BATCH)
    AntenneZone.objects.bulk_create(
        [AntenneZone(antenne=antenne, zone_type=kind, code=code) for antenne, kind, code in rows], BATCH
    )
    return [*([national] if national else []), *(row[0] for row in rows)]


def _sites(body: BodySeed, where: Places) -> list[tuple[ZoneType, str, str, str]]:
    """(zone type, code, name, département or nothing) of each place of the level of the body."""
    if body.offices == "region":
        return [(ZoneType.REGION, code, label, "") for code, label in where.regions.items()]
    if body.offices == "departement":
        return [(ZoneType.DEPARTEMENT, code, label, code) for code, label in where.departements.items()]
    if body.offices == "area":
        return [(ZoneType.EMPLOYMENT_AREA, *area, home) for home, areas in where.areas.items() for area in areas]
    return [(ZoneType.EPCI, *epci, home) for home, epcis in where.epcis.items() for epci in epcis[:3]]


def _experts(
    body: BodySeed,
    antennes: list[Antenne],
    competences: list[InstitutionSubject],
    size: Size,
    where: Places,
    random: Random,
) -> list[Expert]:
    """One to several teams per antenne; together they hold all the competences of the body there."""
    experts: list[Expert] = []
    shares: list[tuple[Expert, list[InstitutionSubject]]] = []
    for antenne in antennes:
        for rank, share in enumerate(_split(competences, _team_count(size, random), random)):
            expert = _expert(antenne, body, len(experts), rank, random)
            experts.append(expert)
            shares.append((expert, share))
    Expert.objects.bulk_create(experts, BATCH)
    ExpertSubject.objects.bulk_create(
        [
            ExpertSubject(expert=expert, institution_subject=item, criteria=_criteria(expert, item))
            for expert, share in shares
            for item in share
        ],
        BATCH,
    )
    MatchFilter.objects.bulk_create(
        [MatchFilter(expert=one, max_workforce=SMALLER) for one in experts if _only_small(one)], BATCH
    )
    ExpertZone.objects.bulk_create(_own_zones(antennes, experts, where, size, random), BATCH)
    return experts


def _only_small(expert: Expert) -> bool:
    """Some teams answer small and middle-sized firms only: a filter of their own, beside those of the institution."""
    return hash_share(expert.email, "small", 10)


def _criteria(expert: Expert, competence: InstitutionSubject) -> str:
    """What some teams add in words to their competence."""
    if _only_small(expert):
        return f"Entreprises de moins de {SMALLER} salariés."
    return CRITERIA[len(expert.email) % len(CRITERIA)] if hash_share(expert.email, competence.subject.slug, 8) else ""


def _team_count(size: Size, random: Random) -> int:
    mean = size.experts_per_office
    return max(1, round(random.expovariate(1 / mean))) if mean > 2 else (2 if random.random() < mean - 1 else 1)


def _split(items: list[InstitutionSubject], parts: int, random: Random) -> list[list[InstitutionSubject]]:
    """Parts that cover all items, each with at least one; a few items are shared by two teams."""
    parts = min(parts, max(1, len(items)))
    shuffled = random.sample(items, len(items))
    split = [shuffled[rank::parts] for rank in range(parts)]
    if parts > 1 and random.random() < 0.2:
        split[0] = [*split[0], *(item for item in split[1][:1])]
    return split


def _expert(antenne: Antenne, body: BodySeed, total: int, rank: int, random: Random) -> Expert:
    first, last = names.person(random)
    team = rank == 0 and random.random() < 0.5
    return Expert(
        antenne=antenne,
        full_name=f"Service entreprises – {antenne.name}"[:150] if team else f"{first} {last}",
        email=f"entreprises.{total}@{body.slug}.example"
        if team
        else names.address(first, last, f"{body.slug}.example", total),
        phone=names.phone(random),
        job="" if team else random.choice(names.JOBS),
    )


def _own_zones(
    antennes: list[Antenne], experts: list[Expert], where: Places, size: Size, random: Random
) -> list[ExpertZone]:
    """Some experts of departmental offices answer for one or two EPCIs only."""
    home = dict(
        AntenneZone.objects.filter(antenne__in=[a.pk for a in antennes], zone_type=ZoneType.DEPARTEMENT).values_list(
            "antenne_id", "code"
        )
    )
    rows = []
    for expert in experts:
        epcis = where.epcis.get(home.get(expert.antenne_id, ""), [])
        if len(epcis) > 2 and random.random() < size.own_zone_share:
            for code, _label in random.sample(epcis, 2):
                rows.append(ExpertZone(expert=expert, zone_type=ZoneType.EPCI, code=code))
    return rows
