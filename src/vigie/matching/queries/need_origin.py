"""Where a need comes from when the company did not ask for it itself: a visit, or an exchange about another need."""

from __future__ import annotations

from vigie.accounts.models import User
from vigie.kernel.zones import ZONE_LABELS, ZoneType
from vigie.matching.models import Diagnosis
from vigie.ui.formats import day


def named(user: User | None) -> str:
    """« Paul Dufresne (CCI) »; no query when the antenne and its institution are loaded."""
    if user is None:
        return "Un conseiller"
    if user.antenne is None:
        return str(user)
    institution = user.antenne.institution
    return f"{user} ({institution.short_name or institution.name})"


def origin(diagnosis: Diagnosis) -> str:
    """« Déposé par Paul Dufresne (CCI) après un échange le 3 mars 2026, avec l’accord de l’entreprise. »

    Empty for a request of the company.
    """
    if diagnosis.solicitation_id is not None:
        return ""
    who = named(diagnosis.adviser)
    if diagnosis.passed_from_id is not None:
        return f"Confié par {who} à la suite d’un échange avec l’entreprise, avec son accord."
    when = f" le {day(diagnosis.visited_on)}" if diagnosis.visited_on else ""
    return f"Déposé par {who} après un échange{when}, avec l’accord de l’entreprise."


def waits_for_team(visit: Diagnosis) -> bool:
    """True when the institution of who files, or passes on, wants the team to validate before anything leaves."""
    antenne = visit.adviser.antenne if visit.adviser else None
    return antenne is not None and antenne.institution.validates_visits


def zone_named(kind: ZoneType, label: str) -> str:
    """« bassin d’emploi Langogne », « département Lozère »"""
    words = ZONE_LABELS[kind]
    return f"{words[0].lower()}{words[1:]} {label}"
