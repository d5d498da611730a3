"""What was done with a list of detection and what became of its firms, read from the rows and from a later list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min, Q, QuerySet

from vigie.accounts.models import AgentProfile, Habilitation
from vigie.accounts.rules import parse_territory
from vigie.campaigns.models import Contact, Visit
from vigie.campaigns.rules import OUTCOMES as CONTACTS
from vigie.campaigns.states import HELD
from vigie.followup.models import Analysis, FirmAction, Followup, Member
from vigie.journal.audit import ALLOWED
from vigie.journal.models import AuditEvent
from vigie.kernel.errors import PublicationError
from vigie.kernel.period import Month, paris_day
from vigie.kernel.zones import ZoneType
from vigie.rights.table import DETECTION
from vigie.statistics.impact import (
    CONTACTED,
    FOLLOWED,
    HORIZONS,
    LATEST,
    OPENED,
    RATED,
    USEFUL,
    WINDOW_DAYS,
    Fate,
    ListFacts,
    Pairs,
    fate,
)
from vigie.territory.models import Zone, ZoneGroup
from vigie.watchlists.models import Entry, Opinion, Publication
from vigie.watchlists.queries.door import list_folder
from vigie.watchlists.queries.filters import proceedings_known
from vigie.watchlists.states import OPEN, REPLACED

# The « Sélection CODEFI » of the list; a test holds that it keeps the same firms.
USUAL_FILTERS = Q(first_alert=True, in_bonis=True, payment_plan_running=False, recent_company=False)
SHEETS = ("view_company", "view_establishment")
REACHED = [one.code for one in CONTACTS if one.reached]
Covered = dict[str, frozenset[str] | None]


@dataclass(frozen=True)
class Holder:
    """An agent in force today. departements: of his territory as it is today, None for France as a whole."""

    user_id: int
    entity: str
    departements: frozenset[str] | None


def holders(today: date) -> list[Holder]:
    """Every agent in force, once each. 4 queries."""
    bodies = bodies_of_agents()
    held = Habilitation.objects.in_force(today).filter(role__in=DETECTION).order_by("user_id")
    texts: dict[int, list[str]] = defaultdict(list)
    for user, where in held.values_list("user_id", "territory"):
        texts[user].append(where)
    inside: dict[str, set[str]] = defaultdict(set)
    for code, region in Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT).values_list("code", "region_code"):
        inside[region].add(code)
    groups = dict(ZoneGroup.objects.filter(archived_at=None).values_list("code", "departements"))
    read = {text: _departements(text, inside, groups) for held in texts.values() for text in held}
    return [
        Holder(user, bodies.get(user, ""), _together([read[text] for text in held])) for user, held in texts.items()
    ]


def bodies_of_agents() -> dict[int, str]:
    """Agent → the short name of the body that employs him today. 1 query."""
    return dict(AgentProfile.objects.values_list("user_id", "entity__short_name"))


def _departements(text: str, inside: dict[str, set[str]], groups: dict[str, list[str]]) -> frozenset[str] | None:
    found = parse_territory(text)
    if found.whole:
        return None
    codes = set(found.codes(ZoneType.DEPARTEMENT))
    codes.update(*(inside[region] for region in found.codes(ZoneType.REGION)))
    codes.update(*(groups.get(code, []) for code in found.groups))
    return frozenset(codes)


def _together(held: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    whole: frozenset[str] = frozenset()
    for one in held:
        if one is None:
            return None
        whole |= one
    return whole


def covered_by(agents: Iterable[Holder]) -> Covered:
    """Body → the départements that its agents cover."""
    found: dict[str, list[frozenset[str] | None]] = defaultdict(list)
    for one in agents:
        if one.entity:
            found[one.entity].append(one.departements)
    return {entity: _together(held) for entity, held in found.items()}


def lists_since(month: Month) -> list[Publication]:
    """The list that agents read for each month from this one on, the oldest first. 1 query."""
    return list(Publication.objects.filter(state=OPEN, batch__gte=month.first_day).order_by("batch"))


def list_facts(publication: Publication, bodies: dict[int, str], covered: Covered) -> ListFacts:
    """A list and what was done with it until now. 11 queries, and 4 for each horizon that has come."""
    alerts = Entry.objects.filter(publication=publication).alerts()
    firms = dict(alerts.values_list("siren", "departement"))
    start = _opened(publication)
    contacts = _contacted(paris_day(start), paris_day(start + timedelta(days=WINDOW_DAYS)), bodies)
    fates = {horizon: found for horizon in HORIZONS if (found := _fates(publication, horizon, firms)) is not None}
    return ListFacts(
        firms=firms,
        selected=set(alerts.filter(USUAL_FILTERS).values_list("siren", flat=True))
        if proceedings_known(publication)
        else (),
        contact_days={pair: (day - paris_day(start)).days for pair, day in contacts.items()},
        touched=_touched(publication, start, bodies) | {CONTACTED: contacts.keys()},
        helped={horizon: _helped(start, _months_later(start, horizon)) for horizon in fates},
        acted={horizon: _acted(start, _months_later(start, horizon)) for horizon in fates},
        fates=fates,
        covered=covered,
    )


def _opened(publication: Publication) -> datetime:
    """When agents first read a list of this month, were it replaced since. 1 query."""
    known = Publication.objects.filter(batch=publication.batch, state__in=(OPEN, REPLACED))
    found = known.aggregate(first=Min("opened_at"))["first"]
    assert found is not None  # an open list has its date: the database holds it
    return found


def _months_later(start: datetime, months: int) -> datetime:
    """The same day so many months later, or the last of the month."""
    day, month = paris_day(start), Month.of(paris_day(start)).plus(months)
    last = (month.plus(1).first_day - timedelta(days=1)).day
    return start + (month.first_day.replace(day=min(day.day, last)) - day)


def _touched(publication: Publication, start: datetime, bodies: dict[int, str]) -> dict[str, Pairs]:
    end = start + timedelta(days=WINDOW_DAYS)
    opened = AuditEvent.objects.filter(
        action__in=SHEETS, result=ALLOWED, on_behalf_of=None, at__gte=start, at__lt=end
    ).exclude(siren="")
    opinions = Opinion.objects.filter(publication=publication).order_by()
    judged = list(opinions.values_list("siren", "user_id", "useful"))
    return {
        OPENED: set(opened.order_by().values_list("siren", "entity").distinct()),
        FOLLOWED: _helped(start, end),
        RATED: {(siren, bodies.get(user, "")) for siren, user, _useful in judged},
        USEFUL: {(siren, bodies.get(user, "")) for siren, user, useful in judged if useful},
    }


def _contacted(first: date, end: date, bodies: dict[int, str]) -> dict[tuple[str, str], date]:
    """Talks, calls that reached somebody, visits held: (firm, body) → the first day. 3 queries."""
    talks = Analysis.objects.filter(talked_on__gte=first, talked_on__lt=end, followup__deleted_at=None)
    calls = Contact.objects.filter(contacted_on__gte=first, contacted_on__lt=end, outcome__in=REACHED)
    visits = Visit.objects.filter(planned_on__gte=first, planned_on__lt=end, state=HELD)
    rows: list[tuple[QuerySet, str, str, str]] = [
        (talks, "followup__siren", "author_id", "talked_on"),
        (calls, "target__firm_id", "author_id", "contacted_on"),
        (visits, "firm_id", "organiser_id", "planned_on"),
    ]
    days: dict[tuple[str, str], date] = {}
    for found, firm, who, when in rows:
        for siren, user, day in found.order_by().values_list(firm, who, when):
            pair = siren, bodies.get(user, "")
            days[pair] = min(day, days.get(pair, day))
    return days


def _helped(start: datetime, end: datetime) -> Pairs:
    """Firms of which a file ran between two moments, with the bodies of those who took part in it then. 1 query."""
    files = Followup.objects.filter(Q(ended_at=None) | Q(ended_at__gte=start), created_at__lt=end, deleted_at=None)
    members = Member.objects.filter(Q(removed_at=None) | Q(removed_at__gte=start), followup__in=files, added_at__lt=end)
    return set(members.order_by().values_list("followup__siren", "user__agent__entity__short_name").distinct())


def _acted(start: datetime, end: datetime) -> set[tuple[str, str, int]]:
    """The actions done for firms between two moments, with the bodies of their authors. 1 query."""
    rows = FirmAction.objects.filter(
        done_on__gte=paris_day(start), done_on__lt=paris_day(end), followup__deleted_at=None
    ).order_by()
    told = rows.values_list("followup__siren", "author__agent__entity__short_name", "term_id").distinct()
    return {(siren, who or "", term) for siren, who, term in told}


def _fates(publication: Publication, horizon: int, firms: dict[str, str]) -> dict[str, Fate] | None:
    """What a later list says of each firm; None when there is none yet, or its file cannot be read. 2 queries."""
    wanted = publication.month.plus(horizon)
    later = Publication.objects.filter(
        state=OPEN, batch__gte=wanted.first_day, batch__lte=wanted.plus(LATEST).first_day
    )
    found = later.order_by("batch").first()
    if found is None:
        return None
    mine = Entry.objects.filter(publication=publication).alerts().values("siren")
    present = dict(Entry.objects.filter(publication=found, siren__in=mine).values_list("siren", "in_bonis"))
    try:
        folder = list_folder(found.code, found.fingerprint)
        if "left_out" not in folder.tables:
            return None
        folder.require("left_out")
        rules = {siren: rule for siren, rule in folder.column_pairs("left_out", "siren", "rule") if siren in firms}
    except (PublicationError, OSError):
        return None
    return {siren: fate(rules.get(siren), present.get(siren)) for siren in firms}
