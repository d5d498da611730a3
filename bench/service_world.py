"""The service side of the synthetic workload (quality-bars.md 2.2): a seeded directory, and needs at random.

Written in bulk into the database at hand, over the communes that it holds. Same seed, sizes and communes: same rows.
Everything is invented. A ``Case`` holds what registers and forms give: a differential test may ask it of two programs.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from vigie.accounts.models import Absence, Antenne, AntenneZone, Institution, User
from vigie.companies.models import Company, Establishment
from vigie.directory.models import (
    AnswerCondition,
    AnswerGrouping,
    CollectiveAgreement,
    Expert,
    ExpertMember,
    ExpertSubject,
    ExpertZone,
    InstitutionSubject,
    MatchFilter,
    Subject,
    SubjectQuestion,
    Theme,
)
from vigie.matching.queries.firm import Supposed, firm_facts
from vigie.territory.models import Commune

DAY = date(2026, 3, 18)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BATCH = 2_000

NATURES = (
    *("ACTIF_AGRICOLE", "AGENT_COMMERCIAL", "ARTISANALE", "ARTISANALE_REGLEMENTEE", "COMMERCIALE", "GESTION_DE_BIENS"),
    *("INDEPENDANTE", "LIBERALE_NON_REGLEMENTEE", "LIBERALE_REGLEMENTEE", "LOUEUR_MEUBLE"),
)
ANY_TRADE = ["INDEPENDANTE", "GESTION_DE_BIENS"]
CHAMBERS: tuple[dict[str, Any], ...] = (
    {"accepted_natures": ["ARTISANALE", "ARTISANALE_REGLEMENTEE", *ANY_TRADE], "accepts_craft_code": True},
    {"accepted_natures": ["COMMERCIALE", "AGENT_COMMERCIAL", *ANY_TRADE]},
    {"accepted_natures": ["LIBERALE_REGLEMENTEE", "LIBERALE_NON_REGLEMENTEE", *ANY_TRADE]},
    {"accepted_natures": ["ACTIF_AGRICOLE"], "accepts_unknown_nature": False},
)
OPERATORS = 11
MAYOTTE = "06"
_NAF = """
0111Z 0220Z 1071C 1071D 2511Z 3511Z 3811Z 4120A 4332A 4520A 4711A 4711B 4771Z 4941A 5610A 5510Z 6201Z 6420Z 6831Z 6920Z
7022Z 7490B 8121Z 8559A 8690D 9602A
"""
NAF_CODES = _NAF.split()
NAF_FAMILIES = ("47", "47.1", "47.71Z", "10", "1071c", "C", "G", "F", "43", "62", "56.10A", "I", "86", "96.02A", "4")
LEGAL_FORMS = ("1000", "5410", "5499", "5599", "5710", "5720", "6540", "9220", "6533", "5202")
LEGAL_FAMILIES = ("57", "5710", "54", "1000", "5", "92", "654")
CLASSES = ("NN", "00", "01", "02", "03", "11", "12", "21", "22", "31", "32", "41", "53", "NR", "")
AGREEMENTS = tuple(f"{number:04d}" for number in range(1, 67))


@dataclass(frozen=True)
class Sizes:
    """How many of each; the defaults are those of the bars."""

    institutions: int = 60
    antennes: int = 1_500
    experts: int = 12_000
    users: int = 10_000
    subjects: int = 200


SMALL = Sizes(institutions=24, antennes=70, experts=420, users=350, subjects=6)


SMALL_TERRITORY = {"84": ("01", "38", "69"), "93": ("06", "13"), "06": ("976",)}


@dataclass(frozen=True)
class Case:
    """A need at random, as registers and forms give it; no product dataclass."""

    subject_id: int
    commune_code: str
    naf: str
    legal_form: str
    workforce_code: str
    headcount: int | None
    created_on: date | None
    natures: tuple[str, ...]
    craft_codes: tuple[str, ...]
    agreements: tuple[str, ...]
    answers: dict[str, str] = field(default_factory=dict)


def build(sizes: Sizes = Sizes(), seed: int = 1) -> None:
    """Writes the directory, and has the engine count it: its plans would be those of an empty one."""
    world = _Builder(random.Random(seed), sizes)
    world.subjects()
    world.partners()
    world.people()
    world.experts()
    world.conditions()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def write_small_territory() -> None:
    """Ninety invented communes in six départements, one of them with a district, in EPCIs and employment areas."""
    rows: list[Commune] = []
    for region, departements in SMALL_TERRITORY.items():
        for departement in departements:
            for n in range(15):
                rows.append(
                    Commune(
                        code=f"{departement}{900 + n}" if len(departement) == 2 else f"{departement}{80 + n}",
                        name=f"Inventée {departement} {n}",
                        name_folded=f"INVENTEE {departement} {n}",
                        kind="municipal_district" if n == 14 else "commune",
                        parent_code=rows[-1].code if n == 14 else "",
                        departement_code=departement,
                        region_code=region,
                        epci_code=f"29000{departement:0>3}{n // 5}" if n else "",
                        employment_area_code=f"{region}{departement[-1]}{n // 8}" if n % 4 else "",
                        vintage=2026,
                    )
                )
    Commune.objects.bulk_create(rows)


def compose_employment_areas() -> None:
    """Employment areas made of EPCIs, where the official code gives none: four EPCIs of a région each."""
    regions: dict[str, list[str]] = {}
    rows = Commune.objects.exclude(epci_code="").order_by("region_code", "epci_code")
    for region, epci in rows.values_list("region_code", "epci_code").distinct():
        regions.setdefault(region[-2:], []).append(epci)
    for region, epcis in regions.items():
        for start in range(0, len(epcis), 4):
            area = f"{region}{start // 4:02d}"
            Commune.objects.filter(epci_code__in=epcis[start : start + 4]).update(employment_area_code=area)


def as_supposed(case: Case) -> Supposed:
    """The same need, as the registers' rows would give it to the product."""
    company = Company(legal_form_code=case.legal_form, created_on=case.created_on)
    establishment = Establishment(
        company=company,
        naf_code=case.naf,
        workforce_code=case.workforce_code,
        headcount=case.headcount,
        activity_natures=list(case.natures),
        craft_codes=list(case.craft_codes),
        agreements=list(case.agreements),
    )
    return Supposed(case.subject_id, case.commune_code, firm_facts(establishment), case.answers)


def cases(count: int, seed: int = 1) -> Iterator[Case]:
    """Needs on the subjects and communes of the database; one in fifty from an unknown commune."""
    draw = random.Random(f"cases {seed}")
    communes = list(Commune.objects.order_by("code").values_list("code", flat=True))
    subjects = list(Subject.objects.order_by("pk").values_list("pk", flat=True))
    questions: dict[int, list[str]] = {}
    for subject, key in SubjectQuestion.objects.order_by("pk").values_list("subject_id", "key"):
        questions.setdefault(subject, []).append(key)
    for _ in range(count):
        subject = draw.choice(subjects)
        yield Case(
            subject_id=subject,
            commune_code=draw.choice(communes) if draw.random() < 0.98 else draw.choice(("", "00000", "99132")),
            naf=draw.choice(NAF_CODES) if draw.random() < 0.93 else "",
            legal_form=draw.choice(LEGAL_FORMS) if draw.random() < 0.93 else "",
            workforce_code=draw.choice(CLASSES),
            headcount=draw.choice((0, 1, 5, 9, 10, 15, 19, 20, 49, 50, 51, 249, 250)) if draw.random() < 0.2 else None,
            created_on=DAY - timedelta(days=draw.randint(0, 9_000)) if draw.random() < 0.9 else None,
            natures=tuple(draw.sample(NATURES, draw.choice((0, 1, 1, 2)))),
            craft_codes=("1071CA",) if draw.random() < 0.15 else (),
            agreements=tuple(draw.sample((*AGREEMENTS, "9999"), draw.choice((0, 1, 1, 1, 2)))),
            answers={key: draw.choice(("true", "false")) for key in questions.get(subject, ()) if draw.random() < 0.85},
        )


class _Builder:
    """One table after the other; ``draw`` is the only source of chance."""

    def __init__(self, draw: random.Random, sizes: Sizes) -> None:
        self.draw = draw
        self.sizes = sizes
        communes = list(Commune.objects.order_by("code"))
        self.communes = [commune.code for commune in communes]
        self.wider: dict[str, list[str]] = {
            "epci": sorted({commune.epci_code for commune in communes} - {""}),
            "employment_area": sorted({commune.employment_area_code for commune in communes} - {""}),
            "departement": sorted({commune.departement_code for commune in communes}),
            "region": sorted({commune.region_code for commune in communes}),
        }

    def subjects(self) -> None:
        theme = Theme.objects.create(label="Thème inventé", slug="theme-invente")
        self.subject_rows = Subject.objects.bulk_create(
            Subject(theme=theme, label=f"Sujet inventé {n}", slug=f"sujet-invente-{n}")
            for n in range(self.sizes.subjects)
        )
        self.questions = SubjectQuestion.objects.bulk_create(
            SubjectQuestion(subject=subject, key=f"question_{n}", label=f"Question {n} ?", position=n)
            for subject in self.subject_rows
            if self.draw.random() < 0.4
            for n in range(self.draw.choice((1, 2)))
        )

    def partners(self) -> None:
        """Chambers and operators first; the operator of Mayotte; each tenth of the others limited by nothing."""
        kinds: list[dict[str, Any]] = [*CHAMBERS, *({"kind": Institution.Kind.OPCO} for _ in range(OPERATORS))]
        kinds.append({"kind": Institution.Kind.OPCO, "opco_region_codes": [MAYOTTE]})
        kinds += [{} for _ in range(self.sizes.institutions - len(kinds))]
        self.institutions = Institution.objects.bulk_create(
            Institution(
                name=f"Institution inventée {n}",
                slug=f"institution-inventee-{n}",
                deleted_at=LONG_AGO if n == self.sizes.institutions - 1 else None,
                **kind,
            )
            for n, kind in enumerate(kinds)
        )
        operators = [one for one in self.institutions if one.kind == Institution.Kind.OPCO][:OPERATORS]
        CollectiveAgreement.objects.bulk_create(
            CollectiveAgreement(idcc=idcc, opco=operators[n % OPERATORS]) for n, idcc in enumerate(AGREEMENTS)
        )
        self.antennes = Antenne.objects.bulk_create(
            [
                Antenne(
                    institution=self.institutions[n % len(self.institutions)],
                    name=f"Antenne inventée {n}",
                    level=Antenne.Level.NATIONAL if self.draw.random() < 0.02 else Antenne.Level.LOCAL,
                )
                for n in range(self.sizes.antennes)
            ],
            batch_size=BATCH,
        )
        AntenneZone.objects.bulk_create(
            [
                AntenneZone(antenne=antenne, zone_type=kind, code=code)
                for antenne in self.antennes
                for kind, code in self.zones(antenne.level == Antenne.Level.NATIONAL)
            ],
            batch_size=BATCH,
        )

    def zones(self, national: bool = False) -> list[tuple[str, str]]:
        """15 lists of 30 communes, 35 pairs of EPCI, 40 départements, 8 régions out of 98; some employment areas."""
        if national and self.draw.random() < 0.7:
            return []
        lot = self.draw.random()
        if lot < 0.15:
            start = self.draw.randrange(len(self.communes))
            chosen = self.communes[start : start + 30]
            return [("commune", code) for code in chosen]
        kind, count = self.draw.choices(
            (("epci", 2), ("departement", 1), ("region", 1), ("employment_area", 1)), (33, 40, 8, 2)
        )[0]
        codes = self.wider[kind] or self.wider["departement"]
        kind = kind if self.wider[kind] else "departement"
        return [(kind, code) for code in self.draw.sample(codes, min(count, len(codes)))]

    def people(self) -> None:
        gone = [self.draw.random() < 0.02 for _ in range(self.sizes.users)]
        self.users = User.objects.bulk_create(
            [
                User(
                    email=f"personne{n}@invente.example",
                    full_name=f"Personne {n}",
                    antenne=self.draw.choice(self.antennes),
                    is_active=not left and self.draw.random() > 0.03,
                    deleted_at=LONG_AGO if left else None,
                )
                for n, left in enumerate(gone)
            ],
            batch_size=BATCH,
        )
        away = [user for user in self.users if self.draw.random() < 0.15]
        Absence.objects.bulk_create(
            [
                Absence(user=user, starts_on=DAY + timedelta(days=start), ends_on=DAY + timedelta(days=start + length))
                for user in away
                for start, length in [(self.draw.randint(-6, 1), self.draw.randint(0, 8))]
            ],
            batch_size=BATCH,
        )

    def experts(self) -> None:
        """30 in 100 have their own territory; one to eleven subjects; one or two people, one in ten nobody."""
        rows = [
            Expert(
                antenne=self.draw.choice(self.antennes),
                full_name=f"Équipe inventée {n}",
                email=f"equipe{n}@invente.example",
                deleted_at=LONG_AGO if self.draw.random() < 0.03 else None,
            )
            for n in range(self.sizes.experts)
        ]
        self.expert_rows = Expert.objects.bulk_create(rows, batch_size=BATCH)
        owners = [expert for expert in self.expert_rows if self.draw.random() < 0.3]
        own = [ExpertZone(expert=expert, zone_type=k, code=c) for expert in owners for k, c in self.zones()]
        ExpertZone.objects.bulk_create(own, batch_size=BATCH)
        members = [
            ExpertMember(expert=expert, user=user)
            for expert in self.expert_rows
            for user in self.draw.sample(self.users, self.draw.choice((0, 1, 1, 1, 1, 1, 1, 1, 2, 2)))
        ]
        ExpertMember.objects.bulk_create(members, batch_size=BATCH)
        self.competences()

    def competences(self) -> None:
        """An institution splits one subject in ten into two competences; some experts have both."""
        split = {(i.pk, s.pk) for i in self.institutions for s in self.subject_rows if self.draw.random() < 0.1}
        wanted: dict[tuple[int, int, str], list[Expert]] = {}
        for expert in self.expert_rows:
            institution = expert.antenne.institution_id
            most = min(11, len(self.subject_rows))
            for subject in self.draw.sample(self.subject_rows, self.draw.randint(1, most)):
                names = ("volet A", "volet B") if (institution, subject.pk) in split else ("",)
                for name in self.draw.sample(names, self.draw.randint(1, len(names))):
                    wanted.setdefault((institution, subject.pk, name), []).append(expert)
        offered = InstitutionSubject.objects.bulk_create(
            [InstitutionSubject(institution_id=i, subject_id=s, description=d) for i, s, d in wanted],
            batch_size=BATCH,
        )
        ExpertSubject.objects.bulk_create(
            [
                ExpertSubject(expert=expert, institution_subject=one)
                for one, experts in zip(offered, wanted.values(), strict=True)
                for expert in experts
            ],
            batch_size=BATCH,
        )

    def conditions(self) -> None:
        """Filters and groupings on experts mostly, on some antennes and institutions."""
        owners = [
            *({"institution": one} for one in self.institutions if self.draw.random() < 0.2),
            *({"antenne": one} for one in self.antennes if self.draw.random() < 0.1),
            *({"expert": one} for one in self.expert_rows if self.draw.random() < 0.4),
        ]
        filters = [
            MatchFilter(**owner, **self.criteria()) for owner in owners for _ in range(self.draw.choice((1, 1, 2)))
        ]
        filters = MatchFilter.objects.bulk_create(filters, batch_size=BATCH)
        through = MatchFilter.subjects.through
        limited = [one for one in filters if self.draw.random() < 0.3]
        through.objects.bulk_create(
            [
                through(matchfilter_id=one.pk, subject_id=subject.pk)
                for one in limited
                for subject in self.draw.sample(self.subject_rows, min(3, len(self.subject_rows)))
            ],
            batch_size=BATCH,
        )
        self.groupings([owner for owner in owners if self.draw.random() < 0.6])

    def criteria(self) -> dict[str, Any]:
        chosen: dict[str, Any] = {"group": self.draw.choice(("", "", "a"))}
        odds = {
            "min_workforce": (0.3, lambda: self.draw.choice((0, 1, 10, 15, 20, 50))),
            "max_workforce": (0.3, lambda: self.draw.choice((10, 15, 20, 50, 250))),
            "accepted_naf": (0.2, lambda: self.draw.sample(NAF_FAMILIES, 3)),
            "excluded_naf": (0.1, lambda: self.draw.sample(NAF_FAMILIES, 2)),
            "accepted_legal_forms": (0.1, lambda: self.draw.sample(LEGAL_FAMILIES, 2)),
            "excluded_legal_forms": (0.1, lambda: self.draw.sample(LEGAL_FAMILIES, 1)),
            "min_years": (0.1, lambda: self.draw.choice((1, 3, 10))),
            "max_years": (0.1, lambda: self.draw.choice((3, 10))),
            "excluded_communes": (0.05, lambda: self.some_communes(40)),
        }
        return chosen | {name: value() for name, (odd, value) in odds.items() if self.draw.random() < odd}

    def some_communes(self, count: int) -> list[str]:
        """Some codes without their first zero, as spreadsheets write them."""
        return [code.removeprefix("0") for code in self.draw.sample(self.communes, min(count, len(self.communes)))]

    def groupings(self, owners: Sequence[dict[str, Any]]) -> None:
        if not self.questions:
            return
        rows = [(owner, self.draw.choice(self.questions)) for owner in owners for _ in range(self.draw.choice((1, 2)))]
        groupings = AnswerGrouping.objects.bulk_create([AnswerGrouping(**owner) for owner, _ in rows], batch_size=BATCH)
        conditions = []
        for grouping, (_owner, question) in zip(groupings, rows, strict=True):
            siblings = [other for other in self.questions if other.subject_id == question.subject_id]
            stranger = [self.draw.choice(self.questions)] if self.draw.random() < 0.2 else []
            for asked in {one.pk: one for one in (*siblings, *stranger)}.values():
                value = self.draw.choice(("true", "false"))
                conditions.append(AnswerCondition(grouping=grouping, question=asked, value=value))
        AnswerCondition.objects.bulk_create(conditions, batch_size=BATCH)
