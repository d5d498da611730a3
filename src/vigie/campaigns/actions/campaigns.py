"""Opening a campaign, adding firms and people to it, sharing it out, closing it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.campaigns.models import Campaign, CampaignMember, CampaignPlace, Target, TargetQuerySet
from vigie.campaigns.queries.choosing import Chosen
from vigie.campaigns.queries.loads import loads_of
from vigie.campaigns.rules import MEMBERS_AT_MOST, Helper, refuse_count, refuse_dates, shared
from vigie.campaigns.states import TAKEN, TO_CONTACT
from vigie.journal.actions import perform, record, record_each
from vigie.kernel.errors import InvalidInput, TransitionRefused
from vigie.rights.person import SYSTEM, Person
from vigie.rights.reach import require
from vigie.watchlists.models import Publication

BATCH = 500


@dataclass(frozen=True)
class Plan:
    """What is typed of a campaign."""

    name: str
    objective: str
    starts_on: date
    ends_on: date


def open_campaign(
    plan: Plan, firms: Collection[Chosen], publication: Publication | None, *, form_token: str, by: Person,
    at: datetime, like: Campaign | None = None,
) -> Campaign:  # fmt: skip
    """A new campaign; its author may share it out. The same form sent twice gives the same campaign.

    like: a former campaign, whose agents take part again if they may still take one of the firms.
    """
    require(by, "campaign.create")
    same = Campaign.objects.filter(form_token=form_token, created_by_id=by.user_id).first()
    if same is not None:
        return same
    refuse_dates(plan.starts_on, plan.ends_on)
    refuse_count(len(firms))
    try:
        with transaction.atomic():
            campaign = Campaign.objects.create(
                name=plan.name, objective=plan.objective, starts_on=plan.starts_on, ends_on=plan.ends_on,
                publication=publication, created_by_id=by.user_id or 0, created_at=at, form_token=form_token,
            )  # fmt: skip
            _put(campaign, firms)
            CampaignMember.objects.create(
                campaign=campaign, user_id=by.user_id or 0, added_by_id=by.user_id or 0, added_at=at
            )
            if like is not None:
                _bring_team(campaign, like, by, at)
            record("campaign.opened", campaign, by=by, at=at, payload={"firms": len(firms)})
    except IntegrityError:  # the same form, sent twice at once
        return Campaign.objects.get(form_token=form_token, created_by_id=by.user_id)
    return campaign


@transaction.atomic
def change_campaign(campaign: Campaign, plan: Plan, *, by: Person, at: datetime) -> Campaign:
    """Another name, objective or dates; nothing is recorded when nothing moves."""
    row = locked(campaign)
    require(by, "campaign.manage", row)
    refuse_closed(row)
    refuse_dates(plan.starts_on, plan.ends_on)
    moved = [name for name, value in vars(plan).items() if getattr(row, name) != value]
    if moved:
        for name in moved:
            setattr(row, name, getattr(plan, name))
        row.save(update_fields=moved)
        record("campaign.changed", row, by=by, at=at, payload={"fields": moved})
    return row


@transaction.atomic
def add_firms(campaign: Campaign, firms: Collection[Chosen], *, by: Person, at: datetime) -> int:
    """Adds firms, those already there once only; says how many are new."""
    row = locked(campaign)
    require(by, "campaign.manage", row)
    refuse_closed(row)
    known = set(row.targets.values_list("firm_id", flat=True))
    fresh = [one for one in firms if one.siren not in known]
    if fresh:
        refuse_count(len(known) + len(fresh))
        _put(row, fresh)
        record("campaign.grown", row, by=by, at=at, payload={"firms": len(fresh)})
    return len(fresh)


@transaction.atomic
def add_members(campaign: Campaign, addresses: Iterable[str], *, by: Person, at: datetime) -> int:
    """Adds agents by their addresses; says how many are new. InvalidInput names those who may take no firm of it."""
    row = locked(campaign)
    require(by, "campaign.manage", row)
    refuse_closed(row)
    wanted: dict[int, User] = {}
    for address in addresses:
        user = User.objects.living().with_address(address).first()
        if user is None or not _open_to(row, person_for(user, at)).exists():
            raise InvalidInput(
                "member_unknown",
                f"{address}\u00a0: aucun agent habilité sur le territoire de cette campagne n’a cette adresse.",
                field="who",
            )
        wanted[user.pk] = user
    present = set(row.members.values_list("user_id", flat=True))
    fresh = [user for pk, user in wanted.items() if pk not in present]
    if len(present) + len(fresh) > MEMBERS_AT_MOST:
        raise InvalidInput(
            "too_many_members", f"Une campagne compte {MEMBERS_AT_MOST}\u00a0agents au plus.", field="who"
        )
    CampaignMember.objects.bulk_create(
        CampaignMember(campaign=row, user=user, added_by_id=by.user_id or 0, added_at=at) for user in fresh
    )
    if fresh:
        record("campaign.joined", row, by=by, at=at, payload={"users": [user.pk for user in fresh]})
    return len(fresh)


@transaction.atomic
def share_out(campaign: Campaign, *, by: Person, at: datetime) -> int:
    """Proposes each firm that nobody has to somebody of the campaign; says how many. What was given by hand stays."""
    row = locked(campaign)
    require(by, "campaign.manage", row)
    refuse_closed(row)
    free = row.targets.filter(state=TO_CONTACT, assignee=None).order_by("pk")
    loads = loads_of(row.members.values_list("user_id", flat=True))
    helpers = []
    for member in row.members.select_related("user"):
        person = person_for(member.user, at)
        within = frozenset(_open_to(row, person).filter(state=TO_CONTACT).values_list("pk", flat=True))
        helpers.append(Helper(member.user_id, person.networks, loads.get(member.user_id, 0), within))
    given = shared(free.values_list("pk", "family"), helpers)
    by_user: dict[int, list[int]] = {}
    for pk, user_id in given.items():
        by_user.setdefault(user_id, []).append(pk)
    for user_id, pks in by_user.items():
        Target.objects.filter(pk__in=pks).update(assignee_id=user_id)
    if given:
        record("campaign.shared", row, by=by, at=at, payload={"firms": len(given), "users": sorted(by_user)})
        record_each("target.assigned", Target.objects.filter(pk__in=given), by=by, at=at)
    return len(given)


@transaction.atomic
def move_campaign(campaign: Campaign, transition: str, *, by: Person, at: datetime) -> Campaign:
    """Closes or reopens. Closing frees the firms that are still taken: another campaign may have them."""
    row = locked(campaign)
    require(by, "campaign.manage", row)
    freed = 0
    if transition == "close":
        for target in row.targets.filter(state=TAKEN):
            perform(target, "free", by=SYSTEM, at=at)
            freed += 1
    moved: Campaign = perform(row, transition, by=by, at=at, payload={"freed": freed})
    return moved


def locked(campaign: Campaign) -> Campaign:
    """The row, locked for the transaction."""
    return Campaign.objects.select_for_update().get(pk=campaign.pk)


def refuse_closed(campaign: Campaign) -> None:
    """TransitionRefused: nothing of a closed campaign changes."""
    if not campaign.is_open:
        raise TransitionRefused(
            "campaign_closed", "Cette campagne est close\u00a0: elle ne change plus. Rouvrez-la pour continuer."
        )


def _bring_team(campaign: Campaign, like: Campaign, by: Person, at: datetime) -> None:
    former = like.members.exclude(user_id=by.user_id or 0).filter(user__in=User.objects.living()).select_related("user")
    able = [one.user for one in former if _open_to(campaign, person_for(one.user, at)).exists()]
    CampaignMember.objects.bulk_create(
        CampaignMember(campaign=campaign, user=user, added_by_id=by.user_id or 0, added_at=at) for user in able
    )


def _open_to(campaign: Campaign, person: Person) -> TargetQuerySet:
    return Target.objects.allowed(person, "target.take").filter(campaign=campaign)


def _put(campaign: Campaign, firms: Iterable[Chosen]) -> None:
    rows = list({one.siren: one for one in firms}.values())
    Target.objects.bulk_create(
        (Target(campaign=campaign, firm_id=one.siren, departement=one.departement, family=one.family) for one in rows),
        batch_size=BATCH,
    )
    places = sorted({one.departement for one in rows})
    CampaignPlace.objects.bulk_create(
        (CampaignPlace(campaign=campaign, departement=code) for code in places), ignore_conflicts=True
    )
