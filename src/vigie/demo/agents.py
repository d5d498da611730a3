"""The public agents of the world: those who sign in for a look, and enough others for more than two hundred profiles.

A profile is a combination of level, segment and territory; each of the others has his own. In bulk, as an invitation
would write them (``people.write_members``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from django.conf import settings

from vigie.accounts.actions import revoke
from vigie.accounts.models import AgentProfile, Charge, Habilitation, User
from vigie.accounts.models_agents import Duty, Entity, Segment
from vigie.accounts.states import GRANTED
from vigie.agents.actions.references import load_references
from vigie.agents.models import ConfidentialityText, Consent
from vigie.agents.models_review import Confirmation
from vigie.demo import names
from vigie.demo.known import Known
from vigie.followup.actions.terms import load_followup_terms
from vigie.kernel.period import paris_day
from vigie.kernel.text import clean_email
from vigie.rights.person import Person
from vigie.rights.table import Role
from vigie.territory.models import Zone, ZoneGroup

BATCH = 500


@dataclass(frozen=True)
class Agent:
    """An agent who signs in for a look. duties: départements where he is permanent secretary of the CODEFI."""

    known: Known
    entity: str
    segment: str
    duties: tuple[str, ...] = ()


# (name, short name) of the invented bodies.
ENTITIES = (
    ("DREETS Occitanie", "DREETS"), ("Direction générale des entreprises", "DGE"),
    ("Direction départementale des finances publiques de l’Hérault", "DDFiP 34"),
    ("Urssaf Languedoc-Roussillon", "Urssaf"),
    ("Banque de France, succursale de Montpellier", "BDF"), ("Préfecture de la Lozère", "Préfecture 48"),
    ("Caisse nationale des Urssaf", "Urssaf CN"), ("Équipe Vigie", "Vigie"),
    ("Délégation générale à l’emploi et à la formation professionnelle", "DGEFP"),
)  # fmt: skip
AGENTS = (
    Agent(
        Known(
            "renaud.keller@dreets.example", "Renaud Keller", "Commissaire aux restructurations", (Role.LEVEL_A,),
            "la liste de détection de l’Occitanie, ses raisons, une fiche avec les dettes Urssaf", True, "R76",
        ), "DREETS", "crp",
    ),
    Agent(
        Known(
            "odile.marchetti@ddfip.example", "Odile Marchetti", "Secrétaire permanente du CODEFI", (Role.LEVEL_A,),
            "l’Hérault seul\u00a0: la liste retraitée et la réunion du CODEFI", True, "34",
        ), "DDFiP 34", "dgfip", ("34",),
    ),
    Agent(
        Known(
            "karim.sellier@urssaf.example", "Karim Sellier", "Recouvrement amiable", (Role.LEVEL_A,),
            "le Gard et l’Hérault, vus de l’Urssaf\u00a0: un collègue d’une autre administration", True, "30 34",
        ), "Urssaf", "urssaf",
    ),
    Agent(
        Known(
            "beatrice.noel@banque.example", "Béatrice Noël", "Analyste entreprises en difficulté", (Role.LEVEL_A,),
            "l’ancienne région Languedoc-Roussillon, vue de la Banque de France", True, "Z-LANGUEDOC-ROUSSILLON",
        ), "BDF", "bdf",
    ),
    Agent(
        Known(
            "luc.barthe@prefecture.example", "Luc Barthe", "Chargé de mission économie", (Role.LEVEL_B,),
            "la Lozère sans les dettes Urssaf\u00a0: niveau B", True, "48",
        ), "Préfecture 48", "prefecture",
    ),
    Agent(
        Known(
            "nadia.thevenin@dge.example", "Nadia Thévenin", "Mission restructurations", (Role.LEVEL_B,),
            "la liste de toute la France, sans les dettes Urssaf\u00a0: niveau B", True, "FR",
        ), "DGE", "mire",
    ),
    Agent(
        Known(
            "yann.prigent@urssaf.example", "Yann Prigent", "Responsable des habilitations", (Role.REVIEWER,),
            "les agents de son administration\u00a0: qui est habilité, sur quoi, depuis quand", True,
        ), "Urssaf", "urssaf",
    ),
    Agent(
        Known(
            "helene.vasseur@controle.example", "Hélène Vasseur", "Auditrice", (Role.AUDITOR,),
            "les traces\u00a0: qui a lu quoi, et pourquoi c’était ouvert", True,
        ), "Vigie", "sf",
    ),
    Agent(
        Known(
            "tom.aguirre@vigie.example", "Tom Aguirre", "Administrateur de la détection", (Role.ADMINISTRATOR,),
            "les réglages de la détection, sans lire une seule entreprise", True,
        ), "Vigie", "sf",
    ),
    Agent(
        Known(
            "ines.carlier@vigie.example", "Inès Carlier", "Administratrice de la détection", (Role.ADMINISTRATOR,),
            "la même chose\u00a0: elle signe ce que l’autre demande", True,
        ), "Vigie", "sf",
    ),
    Agent(
        Known(
            "sarah.lemoine@dreets.example", "Sarah Lemoine", "Commissaire aux restructurations", (Role.LEVEL_A,),
            "une agente partie hier\u00a0: plus rien ne s’ouvre", True, "R76",
        ), "DREETS", "crp",
    ),
)  # fmt: skip
# Profile of work → the bodies that have it, by turns.
BODIES_OF = {
    "crp": ("DREETS",), "dreets_reseaucrp": ("DREETS",), "dreets": ("DREETS",), "darp": ("DREETS",),
    "muteco": ("DREETS",), "mire": ("DGE",), "centrale-dge": ("DGE",), "finances": ("DGE",), "dgefp": ("DGEFP",),
    "dgfip": ("DDFiP 34",), "bdf": ("BDF",), "urssaf": ("Urssaf", "Urssaf CN"), "prefecture": ("Préfecture 48",),
}  # fmt: skip
LEFT = "sarah.lemoine@dreets.example"
# Who has not accepted the rules yet meets them first.
NOT_YET = "luc.barthe@prefecture.example"
LEVELS = (Role.LEVEL_A, Role.LEVEL_B)
PROFILES = 240
TO_REVIEW = 12
LATELY = timedelta(days=1)  # before the reference day: when agents were last seen, and when one left


def bodies(at: datetime) -> None:
    """Networks, segments, rules of confidentiality and bodies; before anybody is invited."""
    load_references(at)
    load_followup_terms()
    Entity.objects.bulk_create([Entity(name=name, short_name=short) for name, short in ENTITIES])


def complete(at: datetime, by: Person, seen_at: datetime) -> None:
    """The profiles of those who were invited, their duties and undertakings; the others; who left. seen_at: lately."""
    entities = {row.short_name: row for row in Entity.objects.all()}
    segments = {row.code: row for row in Segment.objects.all()}
    text = ConfidentialityText.objects.order_by("-version").first()
    for agent in AGENTS:
        user = User.objects.get(email=agent.known.email)
        AgentProfile.objects.create(
            user=user,
            entity=entities[agent.entity],
            segment=segments[agent.segment],
            trained=True,
        )
        if Role.REVIEWER in agent.known.roles:
            Charge.objects.create(user=user, entity=entities[agent.entity])
        Duty.objects.bulk_create([Duty(user=user, kind=Duty.Kind.SP_CODEFI, departement=code) for code in agent.duties])
        if text is not None and agent.known.email != NOT_YET and agent.known.roles[0] in LEVELS:
            Consent.objects.create(user=user, text=text, at=seen_at)
    _others(at, by)
    _seen_and_reviewed(User.objects.get(pk=by.user_id), seen_at)
    left = Habilitation.objects.get(user__email=LEFT)
    revoke(left, by=by, at=seen_at)


def _seen_and_reviewed(by: User, seen_at: datetime) -> None:
    """Each signed in within the last weeks; their bodies confirmed them, one in TO_REVIEW too long ago."""
    held = list(Habilitation.objects.filter(role__in=LEVELS, state=GRANTED).select_related("user").order_by("pk"))
    confirmed = []
    for rank, habilitation in enumerate(held):
        habilitation.user.last_login = seen_at - timedelta(days=rank % 60)
        due = rank % TO_REVIEW == TO_REVIEW - 1
        days = settings.VIGIE.review_days + rank % 7 if due else 20 + rank % 120
        told = seen_at - timedelta(days=days)
        confirmed.append(Confirmation(habilitation=habilitation, day=paris_day(told), at=told, by=by))
    User.objects.bulk_update([one.user for one in held], ["last_login"], BATCH)
    Confirmation.objects.bulk_create(confirmed, BATCH)


def _others(at: datetime, by: Person) -> None:
    """One agent for each combination of level, segment and territory, up to PROFILES of them."""
    entities = {row.short_name: row for row in Entity.objects.all()}
    users, profiles, habilitations = [], [], []
    for rank, (territory, segment, level) in zip(range(PROFILES), _profiles(), strict=False):
        first = names.FIRST_NAMES[rank % len(names.FIRST_NAMES)]
        last = names.LAST_NAMES[(7 * rank) % len(names.LAST_NAMES)]
        user = User(
            email=clean_email(f"agent{rank:03d}@etat.example"), full_name=f"{first} {last}", job=segment.label[:120],
            invited_at=at, invited_by_id=by.user_id, terms_accepted_at=at,
        )  # fmt: skip
        users.append(user)
        having = BODIES_OF[segment.code]
        profiles.append(AgentProfile(user=user, entity=entities[having[rank % len(having)]], segment=segment))
        habilitations.append(
            Habilitation(
                user=user, role=level.value, territory=territory, state=GRANTED, starts_on=paris_day(at),
                requested_at=at, granted_at=at, granted_by_id=by.user_id,
            )
        )  # fmt: skip
    User.objects.bulk_create(users, BATCH)
    AgentProfile.objects.bulk_create(profiles, BATCH)
    Habilitation.objects.bulk_create(habilitations, BATCH)


def _profiles() -> Iterator[tuple[str, Segment, Role]]:
    """Territories by turns: départements, régions, former régions, overseas, France; every segment, both levels."""
    departements = list(Zone.objects.filter(zone_type="departement").order_by("code").values_list("code", flat=True))
    regions = list(Zone.objects.filter(zone_type="region").order_by("code").values_list("code", flat=True))
    groups = list(ZoneGroup.objects.order_by("code").values_list("code", flat=True))
    territories = ["FR", *(f"R{code}" for code in regions), *(f"Z-{code}" for code in groups), *departements]
    segments = list(Segment.objects.exclude(usual_level="").order_by("code"))
    for shift, level in product(range(len(segments)), LEVELS):
        for rank, territory in enumerate(territories):
            yield territory, segments[(rank + shift) % len(segments)], level
