"""Who and what the history needs, read once: firms by place, public subjects, questions, the people who act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.companies.models import Establishment
from vigie.demo.people import ADVISER, ANIMATOR, ANIMATOR_ELSEWHERE, EPCI_ADVISER, HIRING, TEAM, VISITORS, Known
from vigie.demo.sizes import ELSEWHERE, HOME
from vigie.directory.models import ExpertMember, SubjectQuestion
from vigie.matching.models import LandingSubject, RefusalTemplate
from vigie.matching.rules.guard_lists import INTERMEDIARY_NAF
from vigie.rights.person import Person
from vigie.territory.models import Commune


@dataclass
class Cast:
    """end: the hour at which the history ends. Firms are open establishments, in an order drawn once."""

    end: datetime
    subjects: dict[str, LandingSubject] = field(default_factory=dict)
    questions: dict[int, list[SubjectQuestion]] = field(default_factory=dict)
    templates: dict[str, RefusalTemplate] = field(default_factory=dict)
    team: list[Person] = field(default_factory=list)
    advisers: list[Person] = field(default_factory=list)
    animators: list[Person] = field(default_factory=list)
    firms: dict[str, list[tuple[str, date | None]]] = field(default_factory=dict)
    _persons: dict[int, Person | None] = field(default_factory=dict)

    def answering(self, expert_id: int) -> Person | None:
        """The member who answers for an expert; None for a team without anybody."""
        if expert_id not in self._persons:
            member = ExpertMember.objects.filter(expert=expert_id).select_related("user").order_by("pk").first()
            self._persons[expert_id] = person_for(member.user, self.end) if member else None
        return self._persons[expert_id]

    def firm(self, where: str, rank: int, before: date) -> Establishment:
        """The firm of this rank in a pool that existed that day; two ranks give two firms while there are enough."""
        pool = self.firms.get(where) or self.firms[""]
        for step in range(len(pool)):
            siret, born = pool[(rank + step) % len(pool)]
            if born is None or born < before:
                return Establishment.objects.select_related("company").get(siret=siret)
        raise LookupError(f"no firm existed on {before}")


def gather(end: datetime, random: Random) -> Cast:
    """The cast of the world that was built.

    Pools of firms: all; « home » and « covered » (where one team at a time holds a need), without those that a guard
    of automatic transmission would hold for what they are.
    """
    cast = Cast(end)
    landing = LandingSubject.objects.select_related("subject", "theme__landing").filter(archived_at=None)
    cast.subjects = {row.slug: row for row in landing.order_by("theme__position", "position")}
    questions = defaultdict(list)
    for question in SubjectQuestion.objects.order_by("subject", "position"):
        questions[question.subject_id].append(question)
    cast.questions = dict(questions)
    cast.templates = {row.code: row for row in RefusalTemplate.objects.all()}
    cast.team = _people(TEAM, end)
    cast.advisers = _people((EPCI_ADVISER, ADVISER, *(known for known, _slug in VISITORS)), end)
    cast.animators = _people((ANIMATOR, ANIMATOR_ELSEWHERE), end)
    cast.firms = _pools(random)
    return cast


def _people(known: Iterable[Known], end: datetime) -> list[Person]:
    """Those of them who are there. 1 query, and those of each person."""
    users = User.objects.filter(email__in=[one.email for one in known]).order_by("pk")
    return [person_for(user, end) for user in users]


def _pools(random: Random) -> dict[str, list[tuple[str, date | None]]]:
    places = {code: (home, area) for code, home, area in _communes()}
    double = double_area()
    rows = Establishment.objects.filter(is_active=True, abroad=False, company__is_active=True)
    plain = rows.exclude(company__legal_form_code__startswith="92").exclude(company__legal_form_code__startswith="654")
    plain = plain.exclude(naf_code__in=INTERMEDIARY_NAF).filter(diffusible=True)
    unhindered = set(plain.values_list("siret", flat=True))
    pools: dict[str, list[tuple[str, date | None]]] = {"": [], "home": [], "covered": []}
    found = list(rows.order_by("siret").values_list("siret", "commune_code", "company__created_on"))
    random.shuffle(found)
    for siret, commune, born in found:
        departement, area = places.get(commune, ("", ""))
        pools[""].append((siret, born))
        if siret not in unhindered:
            continue
        if departement == HOME:
            pools["home"].append((siret, born))
        if double and area == double:
            pools["covered"].append((siret, born))
    return pools


def _communes() -> list[tuple[str, str, str]]:
    return list(Commune.objects.values_list("code", "departement_code", "employment_area_code"))


def double_area() -> str:
    """The employment area, elsewhere, where two teams of France Travail answer for hiring; empty if there is none."""
    rows = ExpertMember.objects.filter(
        expert__antenne__institution__slug="france-travail",
        expert__competences__institution_subject__subject__slug=HIRING,
    ).values_list("expert__antenne__zones__code", "expert_id")
    experts: dict[str, set[int]] = defaultdict(set)
    here = set(Commune.objects.filter(departement_code=ELSEWHERE).values_list("employment_area_code", flat=True))
    for area, expert in rows:
        if area in here:
            experts[area].add(expert)
    return min((area for area, who in experts.items() if len(who) > 1), default="")
