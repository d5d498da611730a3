"""Who is told of needs filed after a visit and of reported holes: the recipients of mails."""

from __future__ import annotations

from collections.abc import Iterable

from vigie.accounts.models import User
from vigie.journal.registry import Recipient, register_audience
from vigie.matching.models import Diagnosis, HoleReport, Match
from vigie.rights.person import Person


def _account(user: User | None, by: Person) -> list[Recipient]:
    """An account that is still open; nobody is told of what he did himself."""
    if user is None or not user.is_active or user.deleted_at is not None or user.pk == by.user_id:
        return []
    return [Recipient(user.email, user.full_name)]


def adviser_who_filed(match: Match, by: Person) -> Iterable[Recipient]:
    """The adviser or the expert who filed the need; nobody for a need that the company asked for itself."""
    diagnosis = match.need.diagnosis
    return [] if diagnosis.solicitation_id else _account(diagnosis.adviser, by)


def visit_author(visit: Diagnosis, by: Person) -> Iterable[Recipient]:
    """Who filed the visit."""
    return _account(visit.adviser, by)


def visited_contact(visit: Diagnosis, by: Person) -> Iterable[Recipient]:
    """The person met, when an address is known."""
    contact = visit.contact
    return [Recipient(contact.email, contact.full_name)] if contact.email else []


def hole_author(report: HoleReport, by: Person) -> Iterable[Recipient]:
    """Who reported the hole."""
    return _account(report.author, by)


def register() -> None:
    """Makes the audiences known to the journal (called once, by apps.py)."""
    for audience in (adviser_who_filed, visit_author, visited_contact, hole_author):
        register_audience(audience.__name__, audience)
