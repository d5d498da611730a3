"""What the mails to experts say, built when they leave from the state of that moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.companies.models import Establishment
from vigie.journal.registry import Recipient, register_content
from vigie.kernel.nomenclature.workforce import workforce_label
from vigie.kernel.siren import show_siret
from vigie.matching.models import Match, Need, Precision, Solicitation, ThreadMessage
from vigie.matching.queries.need_origin import origin
from vigie.matching.queries.positions import company_name
from vigie.matching.states import DONE_NOT_REACHABLE, OPEN, QUO

FOLDER = "matching/mail"
MAY_CALL = (*OPEN, DONE_NOT_REACHABLE)  # an expert who could not reach the company may call again


def match_sent(match: Match, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """A new need: everything that lets the expert call without opening the site."""
    if match.state != QUO:
        return None
    first_ever = not Match.objects.filter(expert=match.expert_id).exclude(pk=match.pk).exists()
    return {**of_need(match), "first_ever": first_ever}


def match_reassigned(match: Match, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """A colleague hands a need over."""
    return of_need(match) if match.state == QUO else None


def thread_message(message: ThreadMessage, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Somebody wrote in the discussion; nothing when the author took it back."""
    if message.deleted_at is not None:
        return None
    return {**_link(message.need), "author": message.author.full_name, "body": message.body,
            "subject_label": message.need.subject.label}  # fmt: skip


def withdrawn_to_experts(solicitation: Solicitation, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The company took its request back: do not call."""
    need = _need_of(solicitation)
    if need is None:
        return None
    return {**_link(need), "subject_label": need.subject.label, "company": company_name(need)}


def precision_added(solicitation: Solicitation, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The company added words, or says that nobody called it."""
    need = _need_of(solicitation)
    precision = solicitation.precisions.filter(at__lte=at).last()
    if need is None or precision is None or not need.matches.filter(state__in=MAY_CALL).exists():
        return None
    return {
        **_link(need),
        "subject_label": need.subject.label,
        "company": company_name(need),
        "body": precision.body,
        "not_called": precision.kind == Precision.Kind.NOT_CALLED,
    }


def _need_of(solicitation: Solicitation) -> Need | None:
    return Need.objects.filter(diagnosis__solicitation=solicitation).order_by("pk").first()


def _link(need: Need) -> dict[str, str]:
    address = settings.VIGIE.site_url + reverse("matching:need", args=[need.pk])
    return {"action_url": address, "action_label": "Ouvrir le besoin"}


def of_need(match: Match) -> dict[str, Any]:
    """What every mail that puts a need before an expert shows: enough to call without opening the site."""
    need = match.need
    contact = need.diagnosis.contact
    link = _link(need)
    return {
        **link,
        "take_url": f"{link['action_url']}?reponse=take_charge",
        "decline_url": f"{link['action_url']}?reponse=decline",
        "subject_label": need.subject.label,
        "description": need.content,
        "origin": origin(need.diagnosis),
        "company": company_name(need),
        "facts": _facts(need.diagnosis.establishment),
        "contact_name": contact.full_name,
        "contact_phone": contact.phone,
        "contact_email": contact.email,
    }


def _facts(establishment: Establishment | None) -> list[str]:
    """SIRET, commune and workforce, in one line each; what is unknown is left to the sheet."""
    if establishment is None:
        return []
    lines = [f"SIRET {show_siret(establishment.siret)}"]
    place = f"{establishment.postal_code} {establishment.commune_name}".strip()
    if place:
        lines.append(place)
    if establishment.workforce_code:
        lines.append(workforce_label(establishment.workforce_code))
    return lines


def register() -> None:
    """Makes the contents known to the journal (called once, by apps.py)."""
    for content in (match_sent, match_reassigned, thread_message, withdrawn_to_experts, precision_added):
        register_content(f"{FOLDER}/{content.__name__}", content)
