"""The firms of campaigns, with what every table says of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, OuterRef, Q, Subquery, Value, When

from vigie.campaigns.models import Contact, Target, TargetQuerySet
from vigie.campaigns.rules import OUTCOME
from vigie.campaigns.states import DONE, POSTPONED, TAKEN, TARGET
from vigie.followup.queries.opened import files_in_words
from vigie.followup.queries.touch import person_words
from vigie.kernel.text import fold
from vigie.rights.person import Person
from vigie.ui.formats import day, listed
from vigie.watchlists.queries.sight import sights

ORDER = {TAKEN: 1, POSTPONED: 2, DONE: 3}
FREE, MINE, OTHERS = "personne", "moi", "autres"


@dataclass(frozen=True)
class Filters:
    """What was asked of the firms of a campaign; empty: all of them."""

    q: str = ""
    state: str = ""
    departement: str = ""
    who: str = ""
    outcome: str = ""

    @property
    def any(self) -> bool:
        return self != Filters()


def seen(person: Person, campaign_id: int) -> TargetQuerySet:
    """The firms of a campaign that the person may know of."""
    return Target.objects.allowed(person, "target.view").filter(campaign_id=campaign_id)


def filtered(targets: TargetQuerySet, filters: Filters, person: Person) -> TargetQuerySet:
    """Those that answer to all the filters."""
    if filters.q:
        asked = filters.q.replace(" ", "")
        by_number = Q(firm_id__startswith=asked[:9]) if asked.isdecimal() else Q()
        name = Q(firm__name__icontains=filters.q) | Q(firm__name_key__icontains=fold(filters.q))
        targets = targets.filter(by_number or name)
    for column in ("state", "departement", "outcome"):
        if value := getattr(filters, column):
            targets = targets.filter(**{column: value})
    mine = Q(taken_by_id=person.user_id) | Q(taken_by=None, assignee_id=person.user_id)
    if filters.who == MINE:
        targets = targets.filter(mine)
    elif filters.who == FREE:
        targets = targets.filter(taken_by=None, assignee=None)
    elif filters.who == OTHERS:
        targets = targets.exclude(mine).exclude(taken_by=None, assignee=None)
    return targets


def told(targets: TargetQuerySet) -> Any:
    """With the firm, the people and the last contact, those to contact first, the postponed ones near the end."""
    last = Contact.objects.filter(target=OuterRef("pk"))
    place = Case(
        *(When(state=code, then=Value(rank)) for code, rank in ORDER.items()),
        default=Value(0), output_field=IntegerField(),
    )  # fmt: skip
    return (
        targets.select_related("firm", "assignee__agent__entity", "taken_by__agent__entity")
        .annotate(
            place=place,
            last_on=Subquery(last.values("contacted_on")[:1]),
            last_channel=Subquery(last.values("channel")[:1]),
        )
        .order_by("place", "call_back_on", "firm__name", "pk")
    )


def who(row: Any) -> str:
    """« Ada Liste (CRP) » who took it, « proposée à … », or nobody."""
    if row.taken_by is not None:
        return person_words(row.taken_by)
    return f"Confiée à {person_words(row.assignee)}" if row.assignee is not None else "Personne"


def when(row: Any) -> str:
    """What the state does not say: a day to call back, until when, what it gave."""
    if row.state == DONE:
        return OUTCOME[row.outcome].label
    if row.state == TAKEN and row.call_back_on is not None:
        return f"À rappeler le {day(row.call_back_on)}"
    if row.state == POSTPONED:
        return f"Jusqu’au {day(row.postponed_until)}" if row.postponed_until else "Sans la reprendre"
    return ""


def state_of(row: Any) -> Any:
    return TARGET.by_code[row.state]


def touched(person: Person, rows: Iterable[Any]) -> dict[str, str]:
    """siren → who else is already in touch, for those entitled to know: files that run, other campaigns. 3 queries."""
    found = list(rows)
    known = sights(person, {row.firm_id for row in found})
    near = [siren for siren, sight in known.items() if sight.ground.visible]
    words: dict[str, list[str]] = {}
    for siren, said in files_in_words(near).items():
        words.setdefault(siren, []).append(said)
    elsewhere = Target.objects.filter(firm_id__in=near, state=TAKEN).exclude(pk__in=[row.pk for row in found])
    here = {row.campaign_id for row in found}
    for row in elsewhere.exclude(campaign_id__in=here).select_related("taken_by__agent__entity"):
        words.setdefault(row.firm_id, []).append(f"{person_words(row.taken_by)}, autre campagne")
    return {siren: listed(parts) for siren, parts in words.items()}
