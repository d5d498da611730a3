"""Who is concerned by a request, a match or a message of the thread: the recipients of mails."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from vigie.accounts.models import Absence
from vigie.directory.models import Expert, ExpertMember
from vigie.journal.registry import Recipient, register_audience
from vigie.kernel.period import paris_day
from vigie.matching.models import Match, Need, Solicitation, ThreadMessage
from vigie.matching.queries.copied import copied_managers
from vigie.matching.queries.reminding import is_reachable
from vigie.matching.states import DONE_NOT_REACHABLE, OPEN, QUO, TAKING_CARE
from vigie.rights.person import Person, PersonKind


def _solicitation(subject: Solicitation | Match) -> Solicitation | None:
    return subject if isinstance(subject, Solicitation) else subject.need.diagnosis.solicitation


def _mailbox(expert: Expert) -> Recipient:
    return Recipient(expert.email, expert.full_name)


def company_contact(subject: Solicitation | Match, by: Person) -> Iterable[Recipient]:
    """The company head who wrote the request; the contact met, for a need filed after a visit."""
    solicitation = _solicitation(subject)
    if solicitation is not None:
        return [Recipient(solicitation.email, solicitation.full_name)] if solicitation.email else []
    assert isinstance(subject, Match)
    contact = subject.need.diagnosis.contact
    return [Recipient(contact.email, contact.full_name)] if contact.email else []


def company_contact_unless_team(match: Match, by: Person) -> Iterable[Recipient]:
    """Same, only when the act comes from a member of the expert team: acting on behalf writes to no company."""
    member = (
        by.kind is PersonKind.USER and ExpertMember.objects.filter(expert=match.expert_id, user=by.user_id).exists()
    )
    return company_contact(match, by) if member else []


def invited_experts(match: Match, by: Person) -> Iterable[Recipient]:
    """The mailbox of the expert of a match, and his managers when he is away and alone; nobody for a deleted expert."""
    if match.expert.deleted_at:
        return []
    mailbox = _mailbox(match.expert)
    managers = [Recipient(user.email, user.full_name) for user in copied_managers(match)]
    return [mailbox, *(manager for manager in managers if manager.email != mailbox.email)]


def _experts(solicitation: Solicitation, states: Iterable[str]) -> list[Recipient]:
    found = Expert.objects.filter(
        matches__need__diagnosis__solicitation=solicitation,
        matches__state__in=list(states),
        deleted_at__isnull=True,
    )
    return [_mailbox(expert) for expert in found.order_by("pk").distinct()]


def active_experts(solicitation: Solicitation, by: Person) -> Iterable[Recipient]:
    """The experts who have yet to answer, are in charge, or could not reach the company: it may say when to call."""
    return _experts(solicitation, [*OPEN, DONE_NOT_REACHABLE])


def experts_in_charge(solicitation: Solicitation, by: Person) -> Iterable[Recipient]:
    """The experts in charge when the company withdraws; the others only see it on their desk."""
    return _experts(solicitation, [TAKING_CARE])


def company_of_need(need: Need, by: Person) -> Iterable[Recipient]:
    """Who wrote the request; the contact met, for a need filed after a visit."""
    request = need.diagnosis.solicitation
    if request is not None:
        return [Recipient(request.email, request.full_name)] if request.email else []
    contact = need.diagnosis.contact
    return [Recipient(contact.email, contact.full_name)] if contact.email else []


def silent_experts(match: Match, by: Person) -> Iterable[Recipient]:
    """The mailbox of an expert who has not answered, his managers as for the sending, and who replaces the absent.

    Nobody when he or his antenne has left the directory.
    """
    if not is_reachable(match.expert):
        return []
    said = match.need.reminders.filter(expert=match.expert_id).last()
    found = [*invited_experts(match, by), *(_replacements(match.expert, said.at) if said else ())]
    return list({one.email: one for one in reversed(found)}.values())[::-1]


def _replacements(expert: Expert, at: datetime) -> list[Recipient]:
    today = paris_day(at)
    absences = Absence.objects.filter(
        user__memberships__expert=expert, starts_on__lte=today, ends_on__gte=today, replacement__deleted_at__isnull=True
    ).select_related("replacement")
    people = [absence.replacement for absence in absences.order_by("pk") if absence.replacement is not None]
    return [Recipient(user.email, user.full_name) for user in people if user.is_active]


def match_mailbox(match: Match, by: Person) -> Iterable[Recipient]:
    """The mailbox of the expert of a match, unless he left the directory."""
    return [_mailbox(match.expert)] if is_reachable(match.expert) else []


def expert_mailbox(expert: Expert, by: Person) -> Iterable[Recipient]:
    """The mailbox of an expert."""
    return [_mailbox(expert)] if is_reachable(expert) else []


def thread_audience(message: ThreadMessage, by: Person) -> Iterable[Recipient]:
    """A word of the team reaches those who have not closed; a word of an expert, those in charge or who could not
    reach the company. Never the author's own teams.
    """
    states = [QUO, TAKING_CARE] if by.is_team else [TAKING_CARE, DONE_NOT_REACHABLE]
    own = ExpertMember.objects.filter(user_id=by.user_id or 0).values("expert_id")
    found = Expert.objects.filter(
        matches__need_id=message.need_id, matches__state__in=states, deleted_at__isnull=True
    ).exclude(pk__in=own)
    return [_mailbox(expert) for expert in found.order_by("pk").distinct()]


def register() -> None:
    """Makes the audiences known to the journal (called once, by apps.py)."""
    for audience in (
        company_contact,
        company_contact_unless_team,
        invited_experts,
        active_experts,
        experts_in_charge,
        thread_audience,
        company_of_need,
        silent_experts,
        match_mailbox,
        expert_mailbox,
    ):
        register_audience(audience.__name__, audience)
