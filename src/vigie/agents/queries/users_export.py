"""The agents as a file, for the team: who they are, what they hold, what is noted of them. No firm is in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet

from vigie.accounts.models import AgentProfile, Habilitation, User
from vigie.accounts.rules import territory_words
from vigie.accounts.states import HABILITATION
from vigie.agents.queries.reviewing import reviews_of
from vigie.exports.tables import Column, Kind, Sheet
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.rights.table import DETECTION, ROLE_LABELS, STEWARDS, Role

CODE, RIGHT = "users", "users.export"
CONFIDENTIALITY = (
    "Données personnelles d’agents publics. Réservé à l’équipe du service. Effacez ce fichier après usage."
)
AT_ONCE = 500


def agents() -> QuerySet[User]:
    """Who has a sheet of agent, or holds or held a role of the detection side; closed accounts too."""
    held = Habilitation.objects.filter(user=OuterRef("pk"), role__in=DETECTION | STEWARDS)
    profile = AgentProfile.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(Q(Exists(held)) | Q(Exists(profile)), deleted_at__isnull=True).order_by("pk")


def users_sheet(person: Person, parameters: dict[str, Any], at: datetime) -> Sheet:
    """3 queries for each 500 rows, and one to count them."""
    require(person, RIGHT)
    found, today = agents(), paris_day(at)
    return Sheet(
        title="Agents du service", about="agents", name="Agents", columns=COLUMNS, rows=lambda: _rows(found, today),
        count=found.count(), confidentiality=CONFIDENTIALITY,
    )  # fmt: skip


def _rows(found: QuerySet[User], today: date) -> Iterator[User]:
    living = Habilitation.objects.exclude(state__in=HABILITATION.final_codes).order_by("pk")
    living = living.annotate(confirmed=Max("confirmations__day"))
    rows = found.select_related("agent__entity", "agent__segment").prefetch_related(
        Prefetch("habilitations", queryset=living, to_attr="living")
    )
    people = rows.iterator(chunk_size=AT_ONCE)
    while some := list(islice(people, AT_ONCE)):
        reviews = reviews_of([row.pk for row in some], today)
        for row in some:
            row.review = reviews.get(row.pk)  # type: ignore[attr-defined]
            yield row


def _of_agent(name: str, part: str = "") -> Any:
    """A value of the sheet of agent; empty for who has none."""

    def value(row: User) -> Any:
        profile = getattr(row, "agent", None)
        held = getattr(profile, name, None)
        return getattr(held, part, "") if part else held

    return value


def _list_of(name: str) -> Any:
    return lambda row: ", ".join(_of_agent(name)(row) or ())


def _held(row: Any) -> str:
    return ", ".join(ROLE_LABELS[Role(one.role)] for one in row.living)


def _where(row: Any) -> str:
    return ", ".join(territory_words(one.territory) for one in row.living if one.territory)


def _states(row: Any) -> str:
    return ", ".join(dict.fromkeys(HABILITATION.label(one.state) for one in row.living))


def _end(row: Any) -> Any:
    return min((one.ends_on for one in row.living if one.ends_on), default=None)


def _reviewed(row: Any) -> Any:
    """The last day on which his administration confirmed what he holds; of several habilitations, the oldest."""
    return min((one.confirmed for one in row.living if one.confirmed), default=None)


COLUMNS = (
    Column("Identifiant", lambda row: row.pk, Kind.NUMBER),
    Column("Adresse électronique", lambda row: row.email, width=32),
    Column("Nom", lambda row: row.full_name, width=28),
    Column("Fonction", lambda row: row.job, width=28),
    Column("Administration", lambda row: _of_agent("entity", "name")(row) or "", width=30),
    Column("Profil de travail", lambda row: _of_agent("segment", "label")(row) or "", width=30),
    Column("Habilitations", _held, width=30),
    Column("État", _states),
    Column("Territoire", _where, width=30),
    Column("Fin de l’habilitation", _end, Kind.DATE),
    Column("Dernière revue", _reviewed, Kind.DATE),
    Column("Prochaine revue", lambda row: row.review.due if row.review else None, Kind.DATE),
    Column("Revue en retard", lambda row: row.review.late if row.review else None, Kind.BOOLEAN),
    Column("Périmètres", _list_of("scopes")),
    Column("Tableaux", _list_of("boards")),
    Column("Groupes de travail", _list_of("taskforces")),
    Column("Ambassadeur", _of_agent("ambassador"), Kind.BOOLEAN),
    Column("Formé", _of_agent("trained"), Kind.BOOLEAN),
    Column("Retours", lambda row: _of_agent("feedbacks")(row) or "", width=40),
    Column("Dernier échange", _of_agent("last_contact_on"), Kind.DATE),
    Column("Fuseau horaire", lambda row: _of_agent("time_zone")(row) or ""),
    Column("Compte ouvert", lambda row: row.is_active, Kind.BOOLEAN),
    Column("Invité le", lambda row: row.invited_at, Kind.DATE),
    Column("Compte créé le", lambda row: row.created_at, Kind.DATE),
    Column("Compte archivé le", lambda row: row.archived_at, Kind.DATE),
    Column("Dernière connexion", lambda row: row.last_login, Kind.DATE),
    Column("Connexion précédente", lambda row: row.previous_login, Kind.DATE),
    Column("Connexions", lambda row: row.sign_in_count, Kind.NUMBER),
)
