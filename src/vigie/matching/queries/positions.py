"""How a need, its firm and the answers it received are named, the same on the desk, the sheet and in mails."""

from __future__ import annotations

from datetime import datetime

from vigie.kernel.nomenclature.workforce import workforce_label
from vigie.matching.models import Match, Need
from vigie.matching.states import MATCH, TAKING_CARE, UNANSWERED
from vigie.ui.formats import counted

UNNAMED = "Entreprise à préciser"


def company_name(need: Need) -> str:
    """The name under which the company is known to the need. No query when its analysis is loaded."""
    establishment, request = need.diagnosis.establishment, need.diagnosis.solicitation
    if establishment is not None and establishment.company.name:  # first: the rest may not be loaded
        return establishment.company.name
    return name_among(None, request.company_name if request else None, "" if request else need.diagnosis.company_name)


def name_among(registered: str | None, asked: str | None, visited: str) -> str:
    """The same from its columns: in the register, typed with the request (None: there is none), after a visit."""
    return registered or (visited if asked is None else asked) or UNNAMED


def workforce(code: str, headcount: int | None) -> str:
    """The exact head count when it is known, else the class; empty when nothing is."""
    if headcount is not None:
        return counted(headcount, "salarié") if headcount else "sans salarié"
    label = workforce_label(code)
    return "" if label == workforce_label("") else label


def since(match: Match) -> datetime:
    """The moment of the position shown: received, taken in charge, or closed."""
    if match.state in UNANSWERED:
        return match.sent_at
    moment = match.taken_care_of_at if match.state == TAKING_CARE else match.closed_at
    return moment or match.sent_at


def position(state: str) -> str:
    """The position as the end of a sentence: « en attente de réponse »."""
    label = MATCH.label(state)
    return label[:1].lower() + label[1:]


def version(match: Match) -> str:
    """What a page has seen of a match: sent back with a button, it tells a page that is out of date."""
    return f"{match.state}-{int(since(match).timestamp() * 1000)}-{match.expert_id}"
