"""What the mails about visits and reported holes say, built when they leave."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from vigie.journal.registry import Recipient, register_content
from vigie.kernel.zones import ZoneType
from vigie.matching.models import Diagnosis, HoleReport, Match, Need
from vigie.matching.queries.need_origin import named, zone_named
from vigie.matching.queries.positions import UNNAMED, company_name, position
from vigie.matching.states import CLOSED_BY_EXPERT, HOLE, TAKING_CARE
from vigie.territory.queries import zone_label
from vigie.ui.formats import day

FOLDER = "matching/mail"


def filed_taken_in_charge(match: Match, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Who calls the company; nothing when he changed his mind within the hold."""
    return _of_filed(match) if match.state == TAKING_CARE else None


def filed_closed(match: Match, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """The outcome of a need that somebody filed; nothing when it was taken back."""
    if match.state not in CLOSED_BY_EXPERT:
        return None
    return {
        **_of_filed(match),
        "outcome": position(match.state),
        "help_name": match.help_name,
        "help_provider": match.help_provider,
    }


def visit_sent(visit: Diagnosis, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Tells the company who transmitted what to whom, and how to object; nothing when nothing is before anybody."""
    sent = visit.needs.filter(sent_at__isnull=False).select_related("subject").prefetch_related(
        "matches__expert__antenne__institution"
    )  # fmt: skip
    needs = [{"subject": need.subject.label, "content": need.content, "to": _who(need)} for need in sent.order_by("pk")]
    if not needs:
        return None
    return {
        "author": named(visit.adviser),
        "visited_on": day(visit.visited_on) if visit.visited_on else "",
        "needs": needs,
        "phone": visit.contact.phone,
        "action_url": "",
        "action_label": "",
    }


def visit_returned(visit: Diagnosis, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """Why the team gave a visit back; nothing when it was filed again."""
    if visit.submitted_at is not None or not visit.return_reason:
        return None
    place = visit.establishment
    address = settings.VIGIE.site_url + reverse("matching:visit_needs", args=[visit.pk])
    return {
        "company": (place.company.name if place else visit.company_name) or UNNAMED,
        "reason": visit.return_reason,
        "action_url": address,
        "action_label": "Reprendre ce dépôt",
    }


def hole_answered(report: HoleReport, recipient: Recipient, at: datetime) -> dict[str, Any] | None:
    """What the team did of a reported hole."""
    if report.state not in HOLE.final_codes:
        return None
    return {
        "subject_label": report.subject.label,
        "zone": zone_named(ZoneType(report.zone_type), zone_label(report.zone_type, report.code)),
        "filled": report.state == "filled",
        "answer": report.answer,
        "action_url": settings.VIGIE.site_url + reverse("matching:holes"),
        "action_label": "Voir mes signalements",
    }


def _of_filed(match: Match) -> dict[str, Any]:
    need = match.need
    return {
        "subject_label": match.subject.label,
        "company": company_name(need),
        "expert": match.expert.full_name,
        "institution": match.expert.antenne.institution.name,
        "action_url": settings.VIGIE.site_url + reverse("matching:need", args=[need.pk]),
        "action_label": "Ouvrir le besoin",
    }


def _who(need: Need) -> list[str]:
    return [f"{one.expert.full_name} ({one.expert.antenne.institution.name})" for one in need.matches.all()]


def register() -> None:
    """Makes the contents known to the journal (called once, by apps.py)."""
    for content in (filed_taken_in_charge, filed_closed, visit_sent, visit_returned, hole_answered):
        register_content(f"{FOLDER}/{content.__name__}", content)
