"""The people of the world: the few who sign in for a look, by the real invitation; all the members of teams, in bulk.

The bulk rows of accounts, habilitations and members are those that an invitation gives, without its mail and its trace
in the journal (a test compares them). Everybody arrived before the year of history.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings

from vigie.accounts.actions import invite, open_service
from vigie.accounts.models import Absence, Antenne, Habilitation, User
from vigie.accounts.queries import person_for
from vigie.accounts.rules import Invitation
from vigie.accounts.states import GRANTED
from vigie.demo import agents, names
from vigie.demo.firms import BAKERY_COMMUNE
from vigie.demo.institutions import BATCH, Network
from vigie.demo.known import Known as Known
from vigie.demo.sizes import ELSEWHERE, HOME
from vigie.directory.models import Expert, ExpertMember, ExpertSubject
from vigie.kernel.period import paris_day
from vigie.kernel.text import clean_email
from vigie.kernel.zones import ZoneType
from vigie.rights.person import Person
from vigie.rights.table import Role
from vigie.territory.models import Commune

# The second factor of the invented team, the same in every demo: written in the guide, refused in production.
DEMO_KEY = "VIGIEDEMONSTRATIONVIGIE234567ABC"
CODE_SECONDS = 30
ABSENT = 0.03
HIRING = "recruter"


TEAM = (
    Known(
        "agnes.valmont@vigie.example", "Agnès Valmont", "Équipe nationale", (Role.TEAM,),
        "la file des sollicitations, les besoins, «\u00a0Qui serait notifié\u00a0? », l’annuaire, les courriels", True,
    ),
    Known(
        "hakim.ferrero@vigie.example", "Hakim Ferrero", "Équipe nationale", (Role.TEAM,),
        "la même chose\u00a0: deux membres de l’équipe au même moment", True,
    ),
)  # fmt: skip
BAKER_ADVISER = Known(
    "maud.teyssier@cma.example", "Maud Teyssier", "Conseillère aux entreprises artisanales", (Role.EXPERT,),
    "les besoins reçus par la CMA de Lozère, dont les recrutements de boulangers",
)  # fmt: skip
JOB_ADVISER = Known(
    "yvan.coste@france-travail.example", "Yvan Coste", "Conseiller entreprises", (Role.EXPERT,),
    "les mêmes recrutements, vus de France Travail\u00a0: la prise en charge et la discussion",
)  # fmt: skip
STRANGER = Known(
    "ines.garnot@cma.example", "Inès Garnot", "Conseillère aux entreprises artisanales", (Role.EXPERT,),
    "un autre département\u00a0: les besoins de la Lozère n’existent pas pour elle",
)  # fmt: skip
MANAGER = Known(
    "solange.arnal@cma.example", "Solange Arnal", "Responsable des services aux entreprises", (Role.MANAGER,),
    "toute l’antenne de la CMA de Lozère",
)  # fmt: skip
ADVISER = Known(
    "paul.dufresne@cci.example", "Paul Dufresne", "Développeur économique", (Role.ADVISER,),
    "un conseiller sans équipe d’experts\u00a0: les besoins qu’il dépose après ses visites, et leur issue",
)  # fmt: skip
EPCI_ADVISER = Known(
    "claire.montel@intercommunalites.example", "Claire Montel", "Chargée de développement économique", (Role.ADVISER,),
    "une conseillère d’intercommunalité\u00a0: déposer un besoin après une visite, ce que d’autres ont déjà fait",
)  # fmt: skip
ANIMATOR = Known(
    "lea.combes@intercommunalites.example", "Léa Combes", "Animatrice du réseau local", (Role.ANIMATOR,),
    "le bassin d’emploi de la boulangerie\u00a0: qui attend, relancer, signaler un manque",
)  # fmt: skip
ANIMATOR_ELSEWHERE = Known(
    "malik.serrano@maisons-emploi.example", "Malik Serrano", "Animateur du réseau local", (Role.ANIMATOR,),
    "un bassin d’emploi du Rhône\u00a0: rien de celui de la Lozère n’existe pour lui",
)  # fmt: skip
# Advisers of other bodies who filed needs during the year; they sign in too, but are not shown first.
VISITORS = (
    (Known("denis.faure@ddets.example", "Denis Faure", "Service développement", (Role.ADVISER,), ""), "ddets"),
    (Known("awa.riviere@maisons-emploi.example", "Awa Rivière", "Chargée de projet", (Role.ADVISER,), ""),
     "maisons-emploi"),
    (Known("jean.aubrac@conseil-regional.example", "Jean Aubrac", "Chargé de mission", (Role.ADVISER,), ""),
     "conseil-regional"),
)  # fmt: skip
KNOWN = (
    *TEAM, BAKER_ADVISER, JOB_ADVISER, MANAGER, STRANGER, ADVISER, EPCI_ADVISER, ANIMATOR, ANIMATOR_ELSEWHERE,
    *(agent.known for agent in agents.AGENTS),
)  # fmt: skip


def build(network: Network, random: Random, *, at: datetime, day: date) -> None:
    """Writes everybody. at: when they are invited; day: the reference day, around which some are absent."""
    first = TEAM[0]
    opener = open_service(first.email, first.full_name, at=at)
    by = person_for(opener, at)
    User.objects.filter(pk=opener.pk).update(job=first.job, terms_accepted_at=at)
    _invite(TEAM[1], None, by, at)
    agents.bodies(at)
    for agent in agents.AGENTS:
        _invite(agent.known, None, by, at)
    for known in (*TEAM, *(agent.known for agent in agents.AGENTS)):
        TOTP.activate(User.objects.get(email=known.email), DEMO_KEY)
    taken = _people_of_the_story(network, by, at)
    network.experts.append(_second_team())
    members = _members([expert for expert in network.experts if expert.pk not in taken], random)
    write_members(members, by=by, at=at)
    agents.complete(at, by, datetime.combine(day, time(9), UTC) - agents.LATELY)
    _absences(random, day)


def current_code(at: datetime) -> str:
    """The code that the application of the invented team shows at that moment. Never in production."""
    if settings.VIGIE.production:
        raise RuntimeError("the invented team does not exist in production")
    return format_hotp_value(hotp_value(DEMO_KEY, int(at.timestamp()) // CODE_SECONDS))


# --- the story --------------------------------------------------------------------------------------------------------
def expert_at(slug: str, departement: str, subject: str) -> Expert | None:
    """The expert of this institution who answers this subject in the first commune of a département, or near it."""
    codes = _zones(departement)
    found = Expert.objects.filter(
        antenne__institution__slug=slug, competences__institution_subject__subject__slug=subject
    )
    for kind, code in codes:
        here = found.filter(antenne__zones__zone_type=kind, antenne__zones__code=code, zones__isnull=True)
        if expert := here.order_by("pk").first():
            return expert
    return None


def _second_team() -> Expert:
    """Elsewhere, two teams of France Travail answer for the same hirings: one at a time holds a need."""
    first = Expert.objects.filter(
        antenne__institution__slug="france-travail", antenne__zones__code__in=_areas(ELSEWHERE),
        competences__institution_subject__subject__slug=HIRING, zones__isnull=True,
    ).order_by("pk").first()  # fmt: skip
    if first is None:
        raise RuntimeError(f"no employment service in {ELSEWHERE}: the story cannot be told")
    second = Expert.objects.create(
        antenne=first.antenne, full_name=f"Équipe recrutement – {first.antenne.name}"[:150],
        email="recrutement.rhone@france-travail.example", phone=first.phone,
    )  # fmt: skip
    competence = first.competences.get(institution_subject__subject__slug=HIRING)
    ExpertSubject.objects.create(expert=second, institution_subject=competence.institution_subject)
    return second


def _areas(departement: str) -> list[str]:
    codes = Commune.objects.filter(departement_code=departement).values_list("employment_area_code", flat=True)
    return sorted(set(codes))


def _zones(departement: str) -> list[tuple[ZoneType, str]]:
    commune = Commune.objects.filter(code=BAKERY_COMMUNE).first() if departement == HOME else None
    area = [(ZoneType.EMPLOYMENT_AREA, commune.employment_area_code)] if commune else []
    return [(ZoneType.DEPARTEMENT, departement), *area]


def _people_of_the_story(network: Network, by: Person, at: datetime) -> set[int]:
    """The known people, each at his place; gives the experts who now have their member."""
    taken: set[int] = set()
    home = None
    for known, slug, departement in (
        (BAKER_ADVISER, "cma", HOME), (JOB_ADVISER, "france-travail", HOME), (STRANGER, "cma", ELSEWHERE),
    ):  # fmt: skip
        expert = expert_at(slug, departement, HIRING)
        if expert is None:
            raise RuntimeError(f"no expert of {slug} in {departement}: the story cannot be told")
        expert.full_name, expert.email, expert.job = known.full_name, known.email, known.job
        expert.save()
        user = _invite(known, expert.antenne_id, by, at)
        ExpertMember.objects.create(expert=expert, user=user)
        taken.add(expert.pk)
        home = home or expert.antenne_id
    _invite(MANAGER, home, by, at)
    chamber = next(a for a in network.antennes if a.institution_id == network.institutions["cci"].pk)
    _invite(ADVISER, chamber.pk, by, at)
    _people_of_the_network(network, by, at)
    return taken


def _people_of_the_network(network: Network, by: Person, at: datetime) -> None:
    """Advisers of several bodies, and two local animators, each with his employment area."""
    office = _office(network, "intercommunalites", HOME)
    home = _office(network, "maisons-emploi", ELSEWHERE)
    _invite(EPCI_ADVISER, office, by, at)
    bakery = Commune.objects.filter(code=BAKERY_COMMUNE).values_list("employment_area_code", flat=True).first()
    _invite(replace(ANIMATOR, territory=bakery or _areas(HOME)[0]), office, by, at)
    _invite(replace(ANIMATOR_ELSEWHERE, territory=_areas(ELSEWHERE)[0]), home, by, at)
    for known, slug in VISITORS:
        _invite(known, _office(network, slug, HOME), by, at)


def _office(network: Network, slug: str, departement: str) -> int:
    """An antenne of this institution in a département if it has one, else its first, else any antenne."""
    epcis = Commune.objects.filter(departement_code=departement).exclude(epci_code="").values("epci_code")
    own = Antenne.objects.filter(institution__slug=slug, deleted_at__isnull=True)
    here = own.filter(zones__zone_type=ZoneType.EPCI, zones__code__in=epcis)
    found = here.order_by("pk").first() or own.order_by("pk").first() or network.antennes[0]
    return found.pk


def _invite(known: Known, antenne_id: int | None, by: Person, at: datetime) -> User:
    user = invite(
        Invitation(known.email, known.full_name, known.roles, antenne_id, known.job, territory=known.territory),
        by=by, at=at,
    )  # fmt: skip
    User.objects.filter(pk=user.pk).update(terms_accepted_at=at)
    return user


# --- everybody else ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Member:
    """A member of an expert team, to be written."""

    expert: Expert
    full_name: str
    email: str
    job: str
    phone: str
    roles: tuple[Role, ...]


def _members(experts: Iterable[Expert], random: Random) -> list[Member]:
    """One member for a person, two for a team; now and then the first of an antenne is its manager."""
    members: list[Member] = []
    seen: set[int] = set()
    for rank, expert in enumerate(experts):
        domain = expert.email.partition("@")[2]
        leads = expert.antenne_id not in seen and random.random() < 0.3
        seen.add(expert.antenne_id)
        roles = (Role.EXPERT, Role.MANAGER) if leads else (Role.EXPERT,)
        if expert.job:
            members.append(Member(expert, expert.full_name, expert.email, expert.job, expert.phone, roles))
            continue
        for place in range(2):
            first, last = names.person(random)
            email = names.address(first, last, domain, 100_000 + 2 * rank + place)
            job, phone = random.choice(names.JOBS), names.phone(random)
            members.append(Member(expert, f"{first} {last}", email, job, phone, roles if place == 0 else roles[:1]))
    return members


def write_members(members: list[Member], *, by: Person, at: datetime) -> None:
    """Accounts, habilitations granted by that person, and places in the teams: in bulk."""
    day = paris_day(at)
    users = [
        User(
            email=clean_email(member.email), full_name=member.full_name, job=member.job, phone=member.phone,
            antenne_id=member.expert.antenne_id, invited_at=at, invited_by_id=by.user_id,
        )
        for member in members
    ]  # fmt: skip
    User.objects.bulk_create(users, BATCH)
    Habilitation.objects.bulk_create(
        [
            Habilitation(
                user=user, role=role.value, antenne_id=user.antenne_id if role is Role.MANAGER else None,
                state=GRANTED, starts_on=day, requested_at=at, granted_at=at, granted_by_id=by.user_id,
            )
            for user, member in zip(users, members, strict=True)
            for role in member.roles
        ],
        BATCH,
    )  # fmt: skip
    ExpertMember.objects.bulk_create(
        [ExpertMember(expert=member.expert, user=user) for user, member in zip(users, members, strict=True)], BATCH
    )


def _absences(random: Random, day: date) -> None:
    """Some members are away around the reference day, half of them replaced by a colleague of the same antenne."""
    known = [person.email for person in KNOWN]
    users = list(User.objects.filter(memberships__isnull=False).exclude(email__in=known).order_by("pk"))
    by_antenne: dict[int | None, list[User]] = {}
    for user in users:
        by_antenne.setdefault(user.antenne_id, []).append(user)
    rows = []
    for user in users:
        if random.random() < ABSENT:
            start = day - timedelta(days=random.randint(-20, 10))
            others = [other for other in by_antenne[user.antenne_id] if other.pk != user.pk]
            replacement = random.choice(others) if others and random.random() < 0.5 else None
            end = start + timedelta(days=random.randint(3, 21))
            rows.append(Absence(user=user, starts_on=start, ends_on=end, replacement=replacement))
    Absence.objects.bulk_create(rows, BATCH)
