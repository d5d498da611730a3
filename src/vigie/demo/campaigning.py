"""A campaign of contact that runs among the agents of the demo, and visits around it, lived through the real actions.

It comes after the example list, which names its firms. Nothing is done where the agents of the demo are not.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.models_agents import Network
from vigie.accounts.queries import person_for
from vigie.campaigns.actions import campaigns, targets, visits
from vigie.campaigns.actions.campaigns import Plan
from vigie.campaigns.actions.targets import Called
from vigie.campaigns.actions.visits import Appointment
from vigie.campaigns.models import Campaign, Target, Visit
from vigie.campaigns.queries.choosing import from_list
from vigie.campaigns.states import DONE, TAKEN
from vigie.demo import past
from vigie.demo.followup_stories import BEATRICE, KARIM, ODILE, RENAUD
from vigie.demo.meetings import DEPARTEMENT
from vigie.followup.models import Workplace
from vigie.kernel.errors import InvalidInput
from vigie.kernel.period import PARIS, paris_day
from vigie.watchlists.models import Firm, Publication
from vigie.watchlists.queries.filters import Filters

FORM = "demo campaign"
FIRMS = 24
BEGAN, STEP, OPENING = timedelta(days=12), timedelta(hours=3), 9
SAID = "La dirigeante nous a reçus. **Le carnet de commandes tient**\u00a0; un échéancier est demandé."
# What each firm lives, by turns: its outcome, « taken » only, « later », or nothing yet.
TURNS = ("support", "no_answer", "taken", "fine", "later", "", "call_back", "")
CALLED_BACK_IN = timedelta(days=3)
VISITS = (-2, 1, 4)  # days from today


def write(end: datetime) -> int:
    """Lives the campaign; gives its number of firms. end: now, nothing happens after it. Can be run again."""
    people = {user.email: user for user in User.objects.filter(email__in=(RENAUD, ODILE, KARIM, BEATRICE))}
    current = Publication.objects.current().first()
    if RENAUD not in people or current is None or Campaign.objects.filter(form_token=FORM).exists():
        return 0
    begun = (end - BEGAN).astimezone(PARIS).replace(hour=OPENING, minute=15)
    with transaction.atomic(), past.worker(begun, end) as worker:
        by = person_for(people[RENAUD], begun)
        firms = from_list(by, current, Filters())[:FIRMS]
        if not firms:
            return 0
        day = paris_day(begun)
        plan = Plan(
            "Appels d’automne", "Appeler chaque entreprise avant la fin du mois prochain, et proposer un échange.",
            day, day + timedelta(days=56),
        )  # fmt: skip
        made = campaigns.open_campaign(plan, firms, current, form_token=FORM, by=by, at=begun)
        for email in people:
            _join(made, email, people[RENAUD], begun)
        campaigns.share_out(made, by=by, at=begun)
        rows = list(made.targets.exclude(assignee=None).select_related("assignee").order_by("pk"))
        for rank, row in enumerate(rows):
            if worker.reach(min(begun + (rank + 1) * STEP, end)):
                _live(row, TURNS[rank % len(TURNS)], rank, worker.now)
        _visits(made, worker, end)
    return len(firms)


def _join(campaign: Campaign, email: str, by: User, at: datetime) -> None:
    """Adds somebody, if the firms of the campaign are open to him."""
    try:
        with transaction.atomic():
            campaigns.add_members(campaign, [email], by=person_for(by, at), at=at)
    except InvalidInput:
        return


def _live(row: Target, turn: str, rank: int, at: datetime) -> None:
    assert row.assignee is not None
    by, form = person_for(row.assignee, at), f"{FORM} contact {rank}"
    if turn == "later":
        targets.move(row, "postpone", why="3_months", by=by, at=at)
    elif turn:
        targets.take(row, by=by, at=at)
    if turn in ("", "taken", "later"):
        return
    day = paris_day(at)
    again = day + CALLED_BACK_IN if turn in ("no_answer", "call_back") else None
    targets.record_contact(row, Called(day, "phone", turn, again), form_token=form, by=by, at=at)


def _visits(campaign: Campaign, worker: past.Worker, end: datetime) -> None:
    """One held two days ago, two to come, each by who is in touch with the firm, with a colleague who reads it too.

    First where the agents of several administrations work together: each of them has a visit of his territory to see.
    """
    known = Workplace.objects.filter(company__in=_sirens(campaign), is_active=True).order_by("is_head_office")
    places = {place.company_id: place for place in known}
    rows = campaign.targets.filter(state__in=(TAKEN, DONE), firm_id__in=places).select_related("taken_by")
    shared = sorted(rows.order_by("pk"), key=lambda row: row.departement != DEPARTEMENT)
    for rank, (row, days) in enumerate(zip(shared, VISITS, strict=False)):
        if row.taken_by is None or not worker.reach(min(end, end + timedelta(days=days))):
            continue
        by, on = person_for(row.taken_by, worker.now), paris_day(end) + timedelta(days=days)
        asked = Appointment(places[row.firm_id], on, companions=_guest(row, worker.now))
        firm, form = Firm.objects.get(pk=row.firm_id), f"{FORM} visit {rank}"
        visit = visits.plan_visit(firm, asked, form_token=form, by=by, at=worker.now)
        if days < 0:
            _hold(visit, row.taken_by, worker.now + STEP)


def _sirens(campaign: Campaign) -> list[str]:
    return list(campaign.targets.values_list("firm_id", flat=True))


def _guest(row: Target, at: datetime) -> tuple[str, ...]:
    """The address of a colleague of the campaign who reads this firm, if there is one."""
    for member in row.campaign.members.exclude(user_id=row.taken_by_id or 0).select_related("user"):
        if Target.objects.allowed(person_for(member.user, at), "target.view").filter(pk=row.pk).exists():
            return (member.user.email,)
    return ()


def _hold(visit: Visit, user: User, at: datetime) -> None:
    person = person_for(user, at)
    network = Network.objects.filter(code__in=sorted(person.networks), is_active=True).order_by("-position").first()
    if network is not None:
        visits.hold_visit(visit, network, SAID, by=person, at=at)
