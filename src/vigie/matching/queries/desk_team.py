"""Why an expert's desk stays empty: he is in no team of the directory, and what became of the one he was in."""

from __future__ import annotations

from datetime import datetime

from vigie.accounts.models import Antenne
from vigie.directory.models import Expert, ExpertMember
from vigie.journal.models import Event
from vigie.rights.person import Person
from vigie.rights.table import Role
from vigie.ui.formats import NBSP, day

_NO_NEED = "Aucun nouveau besoin ne vous sera envoyé tant que vous n’êtes dans aucune équipe d’experts."
_ASK = (
    "Demandez à votre responsable d’antenne de vous y ajouter, ou écrivez à l’équipe de Vigie par «\u00a0Besoin "
    "d’aide\u00a0?\u00a0», en bas de page."
)


def without_team(person: Person) -> tuple[str, str] | None:
    """A title and a text for an expert whose teams have all left the directory, the latest to leave being told of.

    None for the others. At most 4 queries.
    """
    if Role.EXPERT not in person.roles or person.is_team or person.managed_antennes:
        return None
    rows = ExpertMember.objects.filter(user=person.user_id).select_related("expert__antenne__institution")
    left = [(_left(one.expert), one.expert.pk, one.expert) for one in rows]
    if not left:
        return "Vous n’êtes dans aucune équipe", f"{_NO_NEED} {_ASK}"
    known = [(at, pk, team) for at, pk, team in left if at is not None]
    if len(known) < len(left):
        return None
    at, _pk, team = max(known, key=lambda one: one[:2])
    title, happened = _what_happened(team, at)
    return title, " ".join((happened, *_who_took_over(team), *_his_antenne(person, team), _NO_NEED, _ASK))


def _left(team: Expert) -> datetime | None:
    """When the team, its antenne or its institution left the directory, the first of them; None: it is there."""
    office = team.antenne
    moments = [at for at in (team.deleted_at, office.deleted_at, office.institution.deleted_at) if at is not None]
    return min(moments, default=None)


def _what_happened(team: Expert, at: datetime) -> tuple[str, str]:
    office = team.antenne
    since = f"depuis le {day(at)}."
    if office.institution.deleted_at is not None:
        return "Votre institution a quitté Vigie", f"{office.institution.name} n’y répond plus {since}"
    if office.deleted_at is not None:
        return "Votre antenne est fermée", f"L’antenne {office.name} est fermée {since}"
    return "Votre équipe a quitté l’annuaire", f"«{NBSP}{team.full_name}{NBSP}» n’y figure plus {since}"


def _who_took_over(team: Expert) -> tuple[str, ...]:
    """The team to which what waited was handed at the moment it left: the journal says so. 2 queries."""
    if team.deleted_at is None:
        return ()
    moved = Event.objects.filter(name="match.moved", at=team.deleted_at, payload__from_expert=team.pk).last()
    heir = Expert.objects.select_related("antenne").filter(pk=moved.payload["to_expert"]).first() if moved else None
    return (f"Ses besoins en cours sont repris par {heir.full_name} ({heir.antenne.name}).",) if heir else ()


def _his_antenne(person: Person, team: Expert) -> tuple[str, ...]:
    """The antenne that his account went to. 1 query."""
    if person.antenne_id in (None, team.antenne_id):
        return ()
    office = Antenne.objects.filter(pk=person.antenne_id, deleted_at__isnull=True).first()
    return (f"Votre antenne est maintenant {office.name}.",) if office else ()
