"""A need before two teams of two institutions, and the people who may or may not see it.

    world = desk_world()
    world.client("member")      # a session of that person; "visitor" for nobody

member is of the team in front; colleague is of its antenne only; manager answers for the antenne; other is of the
second
team; unrelated is an expert elsewhere; team is of the team of Vigie.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from tests.accounts.factories import AntenneFactory, InstitutionFactory, UserFactory, person, sign_in
from tests.directory.factories import ExpertFactory
from tests.matching.factories import AT, MatchFactory, NeedFactory
from vigie.accounts.models import User
from vigie.companies.models import Company, Establishment
from vigie.kernel.siren import INVENTED_PREFIX, with_key
from vigie.matching.models import Match, Need
from vigie.rights.person import VISITOR, Person

PEOPLE = ("visitor", "unrelated", "member", "colleague", "other", "manager", "team")
READERS = ("member", "colleague", "other", "manager", "team")
ACTORS = ("member", "manager", "team")  # those who may act on the match in front


@dataclass
class World:
    """The need, the match in front, the match of the second team, and people by name."""

    need: Need
    match: Match
    second: Match
    users: dict[str, User] = field(default_factory=dict)

    def person(self, name: str, at: datetime = AT) -> Person:
        return VISITOR if name == "visitor" else person(self.users[name], at)

    def client(self, name: str) -> Client:
        return Client() if name == "visitor" else sign_in(Client(), self.users[name])


def invented_siret(rank: int) -> str:
    """A SIRET that nobody has, valid."""
    siren = with_key(f"{INVENTED_PREFIX}{rank:0{8 - len(INVENTED_PREFIX)}d}")
    return with_key(f"{siren}0001")


def establishment(rank: int = 1, **values: Any) -> Establishment:
    """A bakery of Montbrison with twelve employees, as Sirene gives it."""
    siret = invented_siret(rank)
    name = values.pop("name", "Fournil des Halles")
    company = Company.objects.create(
        siren=siret[:9], name=name, source="sirene", seen_at=AT, legal_form_code="5710", naf_code="1071C"
    )
    usual = {"commune_name": "Montbrison", "postal_code": "42600", "commune_code": "42147", "naf_code": "1071C"}
    usual |= {"workforce_code": "11", "source": "sirene", "seen_at": AT}
    return Establishment.objects.create(siret=siret, company=company, **{**usual, **values})


def desk_world(*, sent_at: datetime = AT, one_team: bool = False, **match: Any) -> World:
    """The world; ``match``: traits and columns of the match in front."""
    institution = InstitutionFactory(name="Chambre de métiers", short_name="CMA", one_team_at_a_time=one_team)
    antenne = AntenneFactory(institution=institution, name="CMA Loire")
    region = AntenneFactory(institution=InstitutionFactory(name="Conseil régional"), name="Région Est")
    users = {
        "member": UserFactory(expert=True, antenne=antenne, full_name="Paul Petit"),
        "colleague": UserFactory(expert=True, antenne=antenne, full_name="Nadia Colin"),
        "manager": UserFactory(manager=True, antenne=antenne, full_name="Marc Duret"),
        "other": UserFactory(expert=True, antenne=region, full_name="Lucie Otero"),
        "unrelated": UserFactory(expert=True, full_name="Hugo Ailleurs"),
        "team": UserFactory(team=True, full_name="Odile Brun"),
    }
    need = NeedFactory(sent=True, sent_at=sent_at)
    front = ExpertFactory(antenne=antenne, full_name="Équipe artisanat", members=[users["member"]])
    back = ExpertFactory(antenne=region, full_name="Équipe Région", members=[users["other"]])
    first = MatchFactory(need=need, expert=front, sent_at=sent_at, **match)
    return World(need, first, MatchFactory(need=need, expert=back, sent_at=sent_at), users)


STAMPS: dict[str, dict[str, Any]] = {
    "quo": {},
    "taking_care": {"taken_care_of_at": AT + timedelta(hours=2)},
    "not_for_me": {"closed_at": AT + timedelta(hours=2), "refusal_reason": "territory"},
    "done": {
        "taken_care_of_at": AT + timedelta(hours=2),
        "closed_at": AT + timedelta(days=3),
        "help_name": "Aide à l’embauche",
        "help_provider": "Région",
        "help_level": "regional",
    },
    "done_no_help": {"taken_care_of_at": AT + timedelta(hours=2), "closed_at": AT + timedelta(days=3)},
    "done_not_reachable": {"taken_care_of_at": AT + timedelta(hours=2), "closed_at": AT + timedelta(days=3)},
    "covered_by_colleague": {"closed_at": AT + timedelta(hours=2)},
    "withdrawn": {"closed_at": AT + timedelta(hours=2)},
    "expired": {},
}
