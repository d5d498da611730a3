"""What the pages on accounts show: one frozen dataclass per page, made from a person, a moment and the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.urls import reverse

from vigie.accounts.agent_pages import agent_facts, changes_table
from vigie.accounts.agent_pages import duplicated as duplicated
from vigie.accounts.models import Absence, Habilitation, Institution, User, UserQuerySet
from vigie.accounts.queries import has_second_factor
from vigie.accounts.reviews import Review, late_habilitations, reviews_of
from vigie.accounts.rules import territory_words
from vigie.accounts.states import GRANTED, HABILITATION, REQUESTED, SUSPENDED
from vigie.accounts.teams import Team, teams_of
from vigie.journal.events import EVENTS_BY_NAME
from vigie.journal.models import Event
from vigie.kernel.lifecycle import State
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.rights.table import GRANTABLE, ROLE_LABELS, SECOND_FACTOR, Role
from vigie.ui.components import ActButton, Cell, Column, Fact, Step, Table
from vigie.ui.formats import counted, day, exact, number

PER_PAGE = 25
HISTORY = 60
SITUATIONS = (
    ("in_force", "Habilitation en cours"),
    ("requested", "Habilitation à accorder"),
    ("suspended", "Habilitation suspendue"),
    ("none", "Sans habilitation en cours"),
    ("late", "Habilitation à revoir"),
    ("absent", "Absente aujourd’hui"),
    ("never", "Jamais connectée"),
    ("closed", "Compte fermé"),
)
_NO_HABILITATION = State("none", "Sans habilitation", "new")
_CONFIRM = {
    "grant": "{name} pourra se connecter comme {role}. Votre nom sera gardé comme celui qui a accordé l’habilitation.",
    "suspend": "{name} ne pourra plus agir comme {role} jusqu’à nouvel ordre. Ses sessions seront fermées.",
    "revoke": "{name} ne pourra plus agir comme {role}. Cette habilitation sera close et ses sessions fermées.",
}


@dataclass(frozen=True)
class PeopleFilters:
    """What narrows the list of people; empty: nothing."""

    q: str = ""
    role: str = ""
    situation: str = ""
    institution: int | None = None


@dataclass(frozen=True)
class PeoplePage:
    """The list of people: how many, who, on which page."""

    count: str
    table: Table
    people: Page
    invite: str


@dataclass(frozen=True)
class HabilitationLine:
    """A habilitation as it is read: role, state, days, who answers for it, what can be done."""

    title: str
    state: State
    period: str
    granted: str
    buttons: tuple[ActButton, ...] = ()


@dataclass(frozen=True)
class AbsenceLine:
    """An absence as it is read, and the button that takes it back."""

    text: str
    button: ActButton


@dataclass(frozen=True)
class PersonPage:
    """One person, as the team sees him."""

    name: str
    facts: tuple[Fact, ...]
    habilitations: tuple[HabilitationLine, ...]
    absences: tuple[str, ...]
    history: tuple[Step, ...]
    secure: tuple[ActButton, ...]
    change: str
    add: str
    agent: tuple[Fact, ...]
    agent_href: str
    duplicate: str
    changes: Table


@dataclass(frozen=True)
class MyPage:
    """One’s own account."""

    name: str
    facts: tuple[Fact, ...]
    habilitations: tuple[HabilitationLine, ...]
    teams: tuple[Team, ...]
    absences: tuple[AbsenceLine, ...]
    second_factor: str
    second_factor_set: bool
    second_factor_required: bool
    can_be_replaced: bool


# --- the list -------------------------------------------------------------------------------------------------------
def people_page(person: Person, filters: PeopleFilters, number: str, at: datetime) -> PeoplePage:
    """The people this person may see, filtered; 5 queries (count, rows, their habilitations and reviews)."""
    today = paris_day(at)
    found = _situation(_narrowed(User.objects.allowed(person, "account.view"), filters), filters.situation, today)
    rows = found.select_related("antenne__institution").prefetch_related("habilitations")
    people = Paginator(rows.order_by("full_name", "pk"), PER_PAGE).get_page(number)
    reviews = reviews_of([user.pk for user in people], today)
    return PeoplePage(
        count=counted(people.paginator.count, "personne"),
        table=Table(
            caption="Personnes qui ont un compte",
            columns=(
                Column("Nom", header=True),
                Column("Antenne"),
                Column("Rôles"),
                Column("Habilitation"),
                Column("Revue"),
                Column("Dernière connexion"),
            ),
            rows=tuple(_row(user, today, reviews.get(user.pk)) for user in people),
            empty="Aucune personne ne répond à ces critères. Retirez un filtre, ou invitez la personne.",
            caption_hidden=True,
            keys=True,
        ),
        people=people,
        invite=reverse("accounts:invite") if may(person, "account.invite") else "",
    )


def institution_choices() -> list[tuple[int, str]]:
    """The institutions to filter by. 1 query."""
    return list(Institution.objects.filter(deleted_at__isnull=True).values_list("pk", "name"))


def _narrowed(people: UserQuerySet, filters: PeopleFilters) -> UserQuerySet:
    found = people.named(filters.q).filter(deleted_at__isnull=True)
    if filters.role:
        held = Habilitation.objects.filter(user=OuterRef("pk"), role=filters.role)
        found = found.filter(Exists(held.exclude(state__in=HABILITATION.final_codes)))
    if filters.institution is not None:
        found = found.filter(antenne__institution_id=filters.institution)
    return found


def _situation(people: UserQuerySet, situation: str, today: date) -> UserQuerySet:
    own = Habilitation.objects.filter(user=OuterRef("pk"))
    conditions = {
        "in_force": Q(Exists(own.in_force(today)), is_active=True),
        "requested": Q(Exists(own.filter(state=REQUESTED))),
        "suspended": Q(Exists(own.filter(state=SUSPENDED))),
        "none": ~Q(Exists(own.in_force(today))),
        "late": Q(pk__in=late_habilitations(today).values("user_id")) if situation == "late" else Q(),
        "absent": Q(Exists(Absence.objects.filter(user=OuterRef("pk"), starts_on__lte=today, ends_on__gte=today))),
        "never": Q(last_login__isnull=True),
        "closed": Q(is_active=False),
    }
    return people.filter(conditions.get(situation, Q()))


def _row(user: User, today: date, review: Review | None) -> tuple[Cell | str, ...]:
    held = [one for one in user.habilitations.all() if one.state not in HABILITATION.final_codes]
    antenne = user.antenne
    return (
        Cell(str(user), href=reverse("accounts:person", args=[user.pk]), hint=user.email),
        Cell(antenne.name, hint=antenne.institution.name) if antenne else "Aucune",
        ", ".join(label for role, label in ROLE_LABELS.items() if role in {one.role for one in held}) or "Aucun",
        Cell(state=_overall(held, today)),
        _review(review),
        Cell(at=user.last_login) if user.last_login else "Jamais",
    )


def _review(review: Review | None) -> Cell | str:
    """By what day what he holds must be confirmed; nothing to review: said as such."""
    if review is None:
        return "Sans objet"
    return Cell("À revoir", hint=f"depuis le {day(review.due)}") if review.late else Cell(f"Le {day(review.due)}")


def _overall(held: list[Habilitation], today: date) -> State:
    """The state that matters most: what is in force, else what was stopped, else what waits."""
    codes = {one.state for one in held if one.ends_on is None or one.ends_on >= today}
    code = next((code for code in (GRANTED, SUSPENDED, REQUESTED) if code in codes), "")
    return HABILITATION.by_code[code] if code else _NO_HABILITATION


# --- one person -----------------------------------------------------------------------------------------------------
def visible_person(person: Person, pk: int) -> User:
    """The account, if this person may see it; else 404. 1 query."""
    found = User.objects.allowed(person, "account.view").filter(deleted_at__isnull=True)
    user = found.select_related("antenne__institution", "invited_by").filter(pk=pk).first()
    if user is None:
        raise Http404
    return user


def person_page(person: Person, user: User, at: datetime) -> PersonPage:
    """The sheet of a person; 8 queries."""
    held = list(user.habilitations.select_related("antenne", "granted_by").order_by("-requested_at", "-pk"))
    decidable = Habilitation.objects.allowed(person, "habilitation.decide").filter(user=user)
    mine = set(decidable.values_list("pk", flat=True)) if user.pk != person.user_id else set()
    factor = has_second_factor(user)
    return PersonPage(
        name=str(user),
        facts=(*_identity(user), Fact("Second facteur", "installé" if factor else "", missing="non installé")),
        habilitations=tuple(_line(user, one, offered=one.pk in mine) for one in held),
        absences=tuple(_absence(one) for one in _absences(user, at)),
        history=_history(user, {str(one.pk): one for one in held}),
        secure=(*(_secure_buttons(person, user) if factor else ()), *_archive_buttons(person, user)),
        change=reverse("accounts:change", args=[user.pk]),
        add=reverse("accounts:add_habilitation", args=[user.pk]),
        agent=agent_facts(user),
        agent_href=reverse("accounts:agent", args=[user.pk]),
        duplicate=f"{reverse('accounts:invite')}?comme={user.pk}",
        changes=changes_table(user),
    )


def _identity(user: User) -> tuple[Fact, ...]:
    antenne = user.antenne
    return (
        Fact("Adresse électronique", user.email, href=f"mailto:{user.email}"),
        Fact("Fonction", user.job, missing="non renseignée"),
        Fact("Téléphone", phone=user.phone, missing="non renseigné"),
        Fact("Antenne", f"{antenne.name} ({antenne.institution.name})" if antenne else "", missing="aucune"),
        Fact("Invitation", _invitation(user), missing="sans invitation"),
        Fact("Dernière connexion", day(user.last_login) if user.last_login else "", missing="jamais connectée"),
        Fact("Connexions", number(user.sign_in_count)),
        *((Fact("Compte archivé", f"le {day(user.archived_at)}"),) if user.archived_at else ()),
    )


def _invitation(user: User) -> str:
    if user.invited_at is None:
        return ""
    return f"le {day(user.invited_at)}" + (f" par {user.invited_by}" if user.invited_by else "")


def _line(user: User, one: Habilitation, *, offered: bool) -> HabilitationLine:
    role = ROLE_LABELS[Role(one.role)]
    where = one.antenne.name if one.antenne else territory_words(one.territory)
    href = reverse("accounts:decide", args=[user.pk, one.pk])
    buttons = [
        ActButton.of(
            step,
            href,
            style="primary" if step.name == "grant" else "secondary",
            confirm=_CONFIRM[step.name].format(name=user, role=role.lower()),
        )
        for step in HABILITATION.offered(one.state)
        if step.button and (user.is_active or step.name != "grant")
    ]
    return HabilitationLine(
        title=f"{role} – {where}" if where else role,
        state=HABILITATION.by_code[one.state],
        period=_period(one),
        granted=f"Accordée par {one.granted_by} le {day(one.granted_at)}" if one.granted_by and one.granted_at else "",
        buttons=tuple(buttons) if offered else (),
    )


def _period(one: Habilitation) -> str:
    if one.ends_on is None:
        return f"Depuis le {day(one.starts_on)}, sans date de fin"
    return f"Du {day(one.starts_on)} au {day(one.ends_on)}"


def _absences(user: User, at: datetime) -> list[Absence]:
    return list(user.absences.filter(ends_on__gte=paris_day(at)).select_related("replacement"))


def _absence(one: Absence) -> str:
    text = f"Du {day(one.starts_on)} au {day(one.ends_on)}"
    return f"{text}, remplacement par {one.replacement}" if one.replacement else f"{text}, sans remplacement"


def _history(user: User, habilitations: dict[str, Habilitation]) -> tuple[Step, ...]:
    """What happened to the account and its habilitations, the oldest first. 1 query."""
    about = Q(subject_type=User._meta.label, subject_id=str(user.pk))
    about |= Q(subject_type=Habilitation._meta.label, subject_id__in=list(habilitations))
    latest = list(Event.objects.filter(about).order_by("-at", "-pk")[:HISTORY])
    return tuple(_step(event, habilitations) for event in reversed(latest))


def _step(event: Event, habilitations: dict[str, Habilitation]) -> Step:
    parts = [f"par {event.actor_name}"] if event.actor_name else []
    one = habilitations.get(event.subject_id) if event.subject_type == Habilitation._meta.label else None
    if one is not None:
        parts.insert(0, ROLE_LABELS[Role(one.role)])
    known = EVENTS_BY_NAME.get(event.name)
    return Step(known.sentence if known else event.name, at=event.at, text=" · ".join(parts))


def _secure_buttons(person: Person, user: User) -> tuple[ActButton, ...]:
    if user.pk == person.user_id or not may(person, "account.secure", user):
        return ()
    confirm = f"{user} devra installer un nouveau second facteur à sa prochaine connexion. Ses sessions seront fermées."
    href = reverse("accounts:remove_second_factor", args=[user.pk])
    return (ActButton("Retirer le second facteur", href, style="secondary", confirm=confirm),)


def _archive_buttons(person: Person, user: User) -> tuple[ActButton, ...]:
    if user.pk == person.user_id or not may(person, "account.archive", user):
        return ()
    href = reverse("accounts:archive", args=[user.pk])
    if user.is_active:
        confirm = (
            f"{user} ne pourra plus se connecter\u00a0: ses habilitations seront suspendues et ses sessions fermées. "
            "Son nom reste sur ses écrits."
        )
        return (ActButton("Archiver le compte", href, "archive", "tertiary", confirm=confirm),)
    return (ActButton("Rouvrir le compte", href, "reopen", "secondary"),)


# --- one’s own account ----------------------------------------------------------------------------------------------
def my_page(person: Person, user: User, at: datetime) -> MyPage:
    """One’s own sheet; 4 queries and those of the teams."""
    held = user.habilitations.select_related("antenne", "granted_by").order_by("-requested_at", "-pk")
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    absences = _absences(user, at)
    return MyPage(
        name=str(user),
        facts=(Fact("Adresse électronique", user.email), *_identity(user)[1:4], _before(user)),
        habilitations=tuple(_line(user, one, offered=False) for one in held),
        teams=teams_of(user),
        absences=tuple(_absence_line(one) for one in absences),
        second_factor=f"Installé le {day(factor.created_at)}." if factor else "Vous n’avez pas de second facteur.",
        second_factor_set=factor is not None,
        second_factor_required=bool(person.roles & SECOND_FACTOR),
        can_be_replaced=user.antenne_id is not None,
    )


def _before(user: User) -> Fact:
    """The sign-in before this one: its owner knows whether it was him."""
    said = exact(user.previous_login) if user.previous_login else ""
    return Fact("Connexion précédente", said, missing="aucune")


def _absence_line(one: Absence) -> AbsenceLine:
    button = ActButton("Annuler cette absence", reverse("accounts:cancel_absence", args=[one.pk]), style="secondary")
    return AbsenceLine(_absence(one), button)


def role_choices() -> list[tuple[str, str]]:
    """The roles that can be given, with their labels."""
    return [(role.value, ROLE_LABELS[role]) for role in GRANTABLE]
