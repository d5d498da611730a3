"""What the mails to the company say, built when they leave from the state of that moment.

Each content gives the template's context, or None when what was to be told is no longer true.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vigie.journal.registry import Recipient, register_content
from vigie.matching.links import fill_url, follow_url
from vigie.matching.models import Match, Solicitation
from vigie.matching.queries.answering import institutions_for, usual_wait
from vigie.matching.states import CANCELED, DONE, DONE_NO_HELP, DONE_NOT_REACHABLE, IN_PROGRESS, PROCESSED, TAKING_CARE

FOLDER = "matching/mail"


def solicitation_received(solicitation: Solicitation, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Said even when the experts already have it; not when it was taken back meanwhile."""
    if solicitation.state not in (IN_PROGRESS, PROCESSED):
        return None
    return {
        **_shared(solicitation),
        "description": solicitation.description,
        "company_name": solicitation.company_name,
        "institutions": institutions_for(solicitation.landing_subject.subject_id),
        "usual": usual_wait(at),
    }


def solicitation_refused(solicitation: Solicitation, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The standard answer that the team chose, as it is worded when it leaves."""
    template = solicitation.refusal_template
    if solicitation.state != CANCELED or template is None:
        return None
    context = {**_shared(solicitation), "mail_subject": template.mail_subject, "body": template.body}
    if template.lets_complete:
        context |= {"action_url": fill_url(solicitation), "action_label": "Compléter ma demande"}
    else:
        context |= {"action_url": "", "action_label": ""}
    return context


def solicitation_withdrawn(solicitation: Solicitation, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Confirms to the company that it took its request back."""
    withdrawn = solicitation.cancel_reason == Solicitation.CancelReason.WITHDRAWN
    return _shared(solicitation) if solicitation.state == CANCELED and withdrawn else None


def taken_in_charge(match: Match, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Who will call. Nothing when the expert has changed his mind within the hold."""
    return _of_match(match, TAKING_CARE)


def closed_helped(match: Match, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Which help was found, and who brings it."""
    context = _of_match(match, DONE)
    if context is not None:
        context |= {
            "help_name": match.help_name,
            "help_provider": match.help_provider,
            "help_level": match.get_help_level_display().lower(),
        }
    return context


def closed_no_help(match: Match, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The exchange took place; no public help exists for this."""
    return _of_match(match, DONE_NO_HELP)


def closed_unreachable(match: Match, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The expert called and nobody answered: how to reach him."""
    return _of_match(match, DONE_NOT_REACHABLE)


def _shared(solicitation: Solicitation) -> dict[str, Any]:
    return {
        "subject_title": solicitation.landing_subject.title,
        "action_url": follow_url(solicitation),
        "action_label": "Suivre ma demande",
    }


def _of_match(match: Match, state: str) -> dict[str, Any] | None:
    if match.state != state:
        return None
    antenne = match.expert.antenne
    context: dict[str, Any] = {
        "subject_title": match.subject.label,
        "institution": antenne.institution.name,
        "antenne": antenne.name,
        "booking_url": antenne.booking_url or antenne.institution.booking_url,
        "action_url": "",
        "action_label": "",
    }
    solicitation = match.need.diagnosis.solicitation
    return context if solicitation is None else {**context, **_shared(solicitation)}


def register() -> None:
    """Makes the contents known to the journal (called once, by apps.py)."""
    for content in (
        solicitation_received,
        solicitation_refused,
        solicitation_withdrawn,
        taken_in_charge,
        closed_helped,
        closed_no_help,
        closed_unreachable,
    ):
        register_content(f"{FOLDER}/{content.__name__}", content)
