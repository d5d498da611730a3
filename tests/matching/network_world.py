"""Two employment areas side by side, an adviser, two animators, experts: for visits, animation and needs passed on.

Lyon and Villeurbanne are in the area 8421, Villefranche-sur-Saône in the area 8425 (``conftest.PLACES``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client

from tests.accounts.factories import (
    AntenneFactory,
    HabilitationFactory,
    InstitutionFactory,
    UserFactory,
    person,
    sign_in,
)
from tests.directory.factories import ExpertFactory, SubjectFactory
from tests.matching.desk_world import establishment
from tests.matching.factories import AT, DiagnosisFactory, MatchFactory, NeedFactory
from vigie.accounts.models import User
from vigie.companies.models import Establishment
from vigie.directory.models import Expert, Subject
from vigie.matching.actions.visit_draft import Met, begin
from vigie.matching.models import Diagnosis, Match, Need
from vigie.matching.queries.need import matches_of, visible_need
from vigie.matching.queries.need_network import NeedNetwork, need_network
from vigie.rights.person import Person
from vigie.rights.table import Role

VISITED = date(2026, 3, 12)
TOKEN = "jeton-de-la-visite-1"
LYON, VILLEURBANNE, VILLEFRANCHE = "69123", "69266", "69264"


@dataclass
class Network:
    """hiring, cash: subjects, each with one expert in the Rhône; energy: nobody answers it."""

    hiring: Subject
    cash: Subject
    energy: Subject
    recruiter: Expert
    banker: Expert
    firm: Establishment
    users: dict[str, User] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        return person(self.users[name])

    def client(self, name: str) -> Client:
        return sign_in(Client(), self.users[name])


def animator(zones: str, **values: Any) -> User:
    user = UserFactory(**values)
    HabilitationFactory(user=user, role=Role.ANIMATOR, territory=zones)
    return user


def network() -> Network:
    """The world; the small territory is written already (fixture ``territory``)."""
    epci = AntenneFactory(institution=InstitutionFactory(name="Communauté de communes", short_name="CC"))
    rhone = [("departement", "69")]
    work = AntenneFactory(institution=InstitutionFactory(name="Service de l’emploi", short_name="SE"), zones=rhone)
    bank = AntenneFactory(institution=InstitutionFactory(name="Banque publique", short_name="BP"), zones=rhone)
    hiring, cash, energy = (SubjectFactory(label=label) for label in ("Recruter", "Trésorerie", "Énergie"))
    users = {
        "adviser": UserFactory(adviser=True, antenne=epci, full_name="Alix Terrain"),
        "other": UserFactory(adviser=True, full_name="Omar Ailleurs"),
        "recruiter": UserFactory(expert=True, antenne=work, full_name="Rosa Emploi"),
        "banker": UserFactory(expert=True, antenne=bank, full_name="Bruno Prêt"),
        "team": UserFactory(team=True, full_name="Odile Brun"),
        "here": animator("8421", antenne=epci, full_name="Lina Relais"),
        "beside": animator("8425", full_name="Noé Voisin"),
    }
    recruiter = ExpertFactory(antenne=work, full_name="Équipe emploi", subject=hiring, members=[users["recruiter"]])
    banker = ExpertFactory(antenne=bank, full_name="Équipe prêts", subject=cash, members=[users["banker"]])
    firm = establishment(7, name="SCIERIE DU VAL", commune_code=LYON, commune_name="LYON", postal_code="69003")
    return Network(hiring, cash, energy, recruiter, banker, firm, users)


def met(world: Network, **values: Any) -> Met:
    usual = {
        "full_name": "Camille Fournil", "visited_on": VISITED, "phone": "01 23 45 67 89",
        "email": "camille@scierie.example", "establishment": world.firm,
    }  # fmt: skip
    return Met(**{**usual, **values})


def draft(world: Network, *, token: str = TOKEN, by: str = "adviser", **values: Any) -> Diagnosis:
    return begin(met(world, **values), consent=True, form_token=token, by=world.person(by), at=AT)


def waiting(world: Network, commune: str = LYON, **values: Any) -> Match:
    """A need of a firm of this commune, before the expert for hiring."""
    diagnosis = DiagnosisFactory(completed=True, with_sent_request=True, commune_code=commune)
    need: Need = NeedFactory(sent=True, diagnosis=diagnosis, subject=world.hiring, **values)
    match: Match = MatchFactory(need=need, expert=world.recruiter, sent_at=need.sent_at or AT)
    return match


LATER = AT + timedelta(hours=1)


def block_of(need: Need, person: Person, at: datetime) -> NeedNetwork:
    """The block of the network on the sheet of a need, as this person reads it."""
    found = visible_need(person, need.pk)
    return need_network(found, matches_of(found, person), person, at, TOKEN)
