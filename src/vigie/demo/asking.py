"""Firms in difficulty that ask for help themselves: what becomes of their request on the agents' side (decision 0031).

Three stories, lived through the real actions: one joins the accompagnement that runs, one opens another, one waits.
They come after the accompagnements. Nothing is done where the people, the team or the firms are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from vigie.accounts.actions import give_habilitation
from vigie.accounts.models import Habilitation, User
from vigie.accounts.queries import person_for
from vigie.companies.models import Establishment
from vigie.demo import past
from vigie.demo.cast import gather
from vigie.demo.firms import BAKERY
from vigie.demo.followup_stories import BEATRICE, KARIM, ODILE
from vigie.demo.life import HOUR, Life
from vigie.directory.models import Expert, ExpertMember
from vigie.followup.models import Followup
from vigie.kernel.period import PARIS
from vigie.matching.actions import matches
from vigie.matching.models import Diagnosis, Solicitation
from vigie.matching.states import QUO
from vigie.rights.table import Role
from vigie.territory.models import Commune
from vigie.watchlists.models import Entry

SUBJECT = "tresorerie"
# Institution → the known agent who is of its teams.
AGENTS = {"urssaf": KARIM, "dgfip": ODILE, "mediation-credit": BEATRICE}
RANK = 9_000  # the requests of the history come before
MORNING = 10  # of Paris


@dataclass(frozen=True)
class Asked:
    """ago: days before the end. story: rank of the accompagnement whose firm asks; None: nobody accompanies it."""

    ago: int
    departement: str
    text: str
    story: int | None = None
    taken: bool = True


REQUESTS = (
    Asked(
        9, "34",
        "Deux gros clients paient à quatre-vingt-dix jours et nous ne pourrons pas régler les salaires de décembre. "
        "Nous voudrions étaler nos échéances et savoir à qui nous adresser.",
        story=2,
    ),
    Asked(
        5, "34",
        "Notre découvert est plein depuis trois mois et la banque ne répond plus. Nous cherchons quelqu’un qui nous "
        "aide à négocier avant la fin de l’année.",
    ),
    Asked(
        2, "34",
        "Un impayé important nous met en difficulté\u00a0: nous avons du travail mais plus de trésorerie pour acheter "
        "les matières.",
        taken=False,
    ),
)  # fmt: skip


def write(end: datetime, random: Random) -> int:
    """Lives them; gives how many asked. end: now, nothing happens after it. Can be run again."""
    agents = {user.email: user for user in User.objects.filter(email__in=AGENTS.values())}
    if len(agents) < len(AGENTS) or Solicitation.objects.filter(form_token=f"history {RANK}").exists():
        return 0
    cast, told = gather(end, random), 0
    with transaction.atomic():
        for rank, one in enumerate(REQUESTS):
            place = _place(one)
            if place is None:
                continue
            begun = (end - timedelta(days=one.ago)).astimezone(PARIS).replace(hour=MORNING, minute=7 * rank)
            with past.worker(begun, end) as worker:
                life = Life(cast, worker, random, RANK + rank, SUBJECT, place)
                life.request(one.text)
                told += 1
                if life.leave() and one.taken and worker.reach(life.now + 3 * HOUR):
                    _take(life, agents)
    return told


def _place(one: Asked) -> Establishment | None:
    if one.story is not None:
        held = Followup.objects.active().filter(form_token=f"demo file {one.story}").first()
        return Establishment.objects.select_related("company").get(pk=held.siret) if held is not None else None
    communes = Commune.objects.filter(departement_code=one.departement).values("code")
    offices = Establishment.objects.select_related("company").filter(
        is_head_office=True, is_active=True, diffusible=True, company__is_active=True, company__diffusible=True,
        commune_code__in=communes,
    )  # fmt: skip
    known = offices.exclude(company__in=Followup.objects.values("siren")).exclude(company__name=BAKERY)
    quiet = known.exclude(company__in=Entry.objects.alerts().values("siren"))
    spoken = Diagnosis.objects.filter(establishment__isnull=False).values("establishment")
    return quiet.exclude(pk__in=spoken).order_by("-siret").first()


def _take(life: Life, agents: dict[str, User]) -> None:
    """The first expert team whose body is that of a known agent: he is of it, and calls."""
    for match in life.matches():
        user = agents.get(AGENTS.get(match.expert.antenne.institution.slug, ""))
        if user is not None and match.state == QUO:
            _joins(user, match.expert, life)
            matches.take_charge(match, by=person_for(user, life.now), at=life.now)
            return


def _joins(user: User, team: Expert, life: Life) -> None:
    """The agent answers firms too, as a member of the team of his body."""
    if not Habilitation.objects.filter(user=user, role=Role.EXPERT).exists():
        give_habilitation(user, Role.EXPERT, antenne=team.antenne, by=life.cast.team[0], at=life.now)
    ExpertMember.objects.get_or_create(expert=team, user=user)
