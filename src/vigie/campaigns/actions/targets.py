"""What is done to a firm of a campaign: taken by one agent, contacted, given back, postponed, proposed to somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.campaigns.actions.campaigns import locked, refuse_closed
from vigie.campaigns.actions.told import tell_files
from vigie.campaigns.models import Contact, Target
from vigie.campaigns.rules import DELAYS, OUTCOME, RELEASES, refuse_call_back, refuse_future
from vigie.campaigns.states import OPEN, POSTPONED, TAKEN, TARGET
from vigie.followup.queries.touch import person_words
from vigie.journal.actions import perform, record
from vigie.kernel.errors import InvalidInput, TransitionRefused
from vigie.kernel.period import paris_day
from vigie.rights.person import SYSTEM, Person
from vigie.rights.reach import require
from vigie.ui.formats import day_and_hour


class AlreadyTaken(TransitionRefused):
    """Somebody was quicker; the message names him."""

    def __init__(self, held: Target) -> None:
        since = f" depuis le {day_and_hour(held.taken_at)}" if held.taken_at else ""
        super().__init__(
            "already_taken",
            f"{person_words(held.taken_by)} a pris cette entreprise{since}\u00a0: un seul agent la contacte. "
            "Choisissez-en une autre, ou voyez avec cette personne.",
        )


@dataclass(frozen=True)
class Called:
    """A contact as it is typed."""

    contacted_on: date
    channel: str
    outcome: str
    call_back_on: date | None = None


@transaction.atomic
def take(target: Target, *, by: Person, at: datetime) -> Target:
    """One agent takes the firm, whatever the number of those who ask; AlreadyTaken names him to the others.

    Taking twice is taking once. The firm may be taken in another campaign: it is refused here too.
    """
    row = _held(target)
    require(by, "target.take", row)
    refuse_closed(row.campaign)
    if row.state == TAKEN:
        if row.taken_by_id == by.user_id:
            return row
        raise AlreadyTaken(row)
    try:
        with transaction.atomic():
            taken: Target = perform(row, "take", by=by, at=at, changes={"taken_by_id": by.user_id, "released_for": ""})
            return taken
    except IntegrityError as error:
        other = Target.objects.select_related("taken_by__agent__entity").filter(firm_id=row.firm_id, state=TAKEN)
        held = other.exclude(pk=row.pk).first()
        if held is None:
            raise
        raise AlreadyTaken(held) from error


@transaction.atomic
def move(target: Target, transition: str, *, why: str = "", by: Person, at: datetime) -> Target:
    """Gives back, frees, postpones, puts back, takes up again. why: code of the reason or of the delay."""
    row = _held(target)
    require(by, TARGET.by_name[transition].right, row)
    refuse_closed(row.campaign)
    changes = _changes(transition, why, at)
    try:
        with transaction.atomic():
            moved: Target = perform(row, transition, by=by, at=at, changes=changes, payload={"why": why})
    except IntegrityError as error:  # taken in another campaign meanwhile
        held = Target.objects.select_related("taken_by__agent__entity").filter(firm_id=row.firm_id, state=TAKEN).first()
        if held is None:
            raise
        raise AlreadyTaken(held) from error
    return moved


@transaction.atomic
def record_contact(target: Target, called: Called, *, form_token: str, by: Person, at: datetime) -> Target:
    """Notes a contact; some outcomes end it, the others ask for a day to call back. Sent twice counts once."""
    row = _held(target)
    same = Contact.objects.filter(form_token=form_token, author_id=by.user_id, target=row).exists()
    if same:
        return row
    require(by, "target.contact", row)
    refuse_closed(row.campaign)
    if row.state != TAKEN:
        raise TransitionRefused("not_taken", "Prenez d’abord cette entreprise, puis notez le contact.")
    outcome = OUTCOME.get(called.outcome)
    if outcome is None:
        raise InvalidInput("outcome_missing", "Dites ce qu’a donné le contact.", field="outcome")
    today = paris_day(at)
    refuse_future(called.contacted_on, today, "contacted_on")
    refuse_call_back(called.outcome, called.call_back_on, today)
    again = None if outcome.ends else called.call_back_on
    noted = Contact.objects.create(
        target=row, author_id=by.user_id or 0, contacted_on=called.contacted_on, channel=called.channel,
        outcome=called.outcome, call_back_on=again, form_token=form_token, recorded_at=at,
    )  # fmt: skip
    record("target.contacted", row, by=by, at=at, payload={"outcome": called.outcome})
    tell_files(noted, by=by, at=at)
    if outcome.ends:
        return perform(row, "finish", by=by, at=at, changes={"outcome": called.outcome})  # type: ignore[no-any-return]
    row.outcome, row.call_back_on = called.outcome, again
    row.save(update_fields=["outcome", "call_back_on"])
    return row


@transaction.atomic
def assign(target: Target, user: User | None, *, by: Person, at: datetime) -> Target:
    """Proposes the firm to somebody of the campaign, or to nobody. InvalidInput when he may not take it."""
    row = _held(target)
    require(by, "target.share", row)
    refuse_closed(row.campaign)
    if user is not None:
        allowed = Target.objects.allowed(person_for(user, at), "target.take").filter(pk=row.pk)
        if not row.campaign.members.filter(user=user).exists() or not allowed.exists():
            raise InvalidInput("assignee_unfit", "Cette personne ne peut pas prendre cette entreprise.", field="who")
    if row.assignee_id != (user.pk if user else None):
        row.assignee = user
        row.save(update_fields=["assignee"])
        record("target.assigned", row, by=by, at=at, payload={"user": user.pk if user else None})
    return row


def bring_back_due(at: datetime) -> int:
    """Firms of open campaigns whose delay is over are to contact again; gives how many. Each in its transaction."""
    due = Target.objects.filter(campaign__state=OPEN, state=POSTPONED, postponed_until__lte=paris_day(at))
    told = 0
    for target in due.order_by("pk"):
        with transaction.atomic():
            row = _held(target)
            if row.state == POSTPONED and row.campaign.is_open:
                perform(row, "bring_back", by=SYSTEM, at=at, changes=_changes("bring_back", "", at))
                told += 1
    return told


def _held(target: Target) -> Target:
    """The firm and its campaign, locked in this order."""
    campaign = locked(target.campaign)
    row = Target.objects.select_for_update(of=("self",)).select_related("taken_by__agent__entity").get(pk=target.pk)
    row.campaign = campaign
    return row


def _changes(transition: str, why: str, at: datetime) -> dict[str, Any]:
    if transition == "release":
        return {"released_for": why if why in dict(RELEASES) else ""}
    if transition == "postpone":
        days = next((days for code, _words, days in DELAYS if code == why), None)
        if days is None:
            return {"postponed_for": ""}
        until = paris_day(at) + timedelta(days=days) if days else None
        return {"postponed_for": why, "postponed_until": until}
    return {"postponed_for": ""} if transition == "bring_back" else {}
