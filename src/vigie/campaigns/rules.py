"""What a contact gives, why a firm is given back or postponed, who is proposed which firm: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from vigie.kernel.errors import InvalidInput

FIRMS_AT_MOST = 500  # of a campaign: what a team can really call
MEMBERS_AT_MOST = 60
SLACK = 3  # an expert of the difficulty is preferred until he has this many firms more than the others


@dataclass(frozen=True)
class Outcome:
    """What a contact gave. ends: the firm needs no other call. leads: what is proposed next, empty: nothing."""

    code: str
    label: str
    ends: bool
    reached: bool
    leads: str = ""


FILE = "file"
OUTCOMES = (
    Outcome("support", "Jointe\u00a0: elle demande un accompagnement", True, True, FILE),
    Outcome("fine", "Jointe\u00a0: aucun besoin pour le moment", True, True),
    Outcome("declined", "Jointe\u00a0: elle ne souhaite pas d’aide", True, True),
    Outcome("call_back", "Jointe\u00a0: à rappeler", False, True),
    Outcome("no_answer", "Pas de réponse\u00a0: à rappeler", False, False),
    Outcome("unreachable", "Injoignable\u00a0: on n’appelle plus", True, False),
)
OUTCOME: dict[str, Outcome] = {one.code: one for one in OUTCOMES}
LEADING_TO_FILE = frozenset(one.code for one in OUTCOMES if one.leads == FILE)
CARRIED_DAYS = 90  # a file opened later than this after a contact does not come from it
CALL_BACK = frozenset(one.code for one in OUTCOMES if not one.ends)

RELEASES = (
    ("other_priority", "Je n’ai pas le temps"),
    ("somebody_else", "Quelqu’un d’autre s’en occupe"),
    ("mistake", "Je l’ai prise par erreur"),
)
# Code, words, days; 0: for good.
DELAYS = (
    ("3_months", "De trois mois", 91),
    ("6_months", "De six mois", 182),
    ("9_months", "De neuf mois", 274),
    ("for_good", "Sans la reprendre", 0),
)
FOR_GOOD = DELAYS[-1][0]

# Family of the facts that raise the risk most → the network that knows it best.
EXPERTS = {
    "urssaf_debt": "urssaf", "short_time_work": "dgefp", "workforce": "dgefp", "finance": "bdf",
    "supplier_delays": "bdf", "proceedings": "crp",
}  # fmt: skip


@dataclass(frozen=True)
class Helper:
    """Somebody who shares a campaign. load: the firms he already has; within: those that he may take."""

    user_id: int
    networks: frozenset[str]
    load: int
    within: frozenset[int]


def shared(firms: Iterable[tuple[int, str]], helpers: Iterable[Helper]) -> dict[int, int]:
    """Proposes somebody for each firm: of its territory, expert of its difficulty if possible, the least loaded.

    firms: (identifier, family). A firm that nobody may take is left out. The same question has the same answer.
    """
    people = list(helpers)
    loads = {one.user_id: one.load for one in people}
    given: dict[int, int] = {}
    for firm, family in firms:
        expert = EXPERTS.get(family, "")
        ranked = [
            (loads[one.user_id] + (0 if expert in one.networks else SLACK), one.user_id)
            for one in people
            if firm in one.within
        ]
        if ranked:
            _cost, chosen = min(ranked)
            given[firm] = chosen
            loads[chosen] += 1
    return given


def refuse_future(on: date, today: date, field: str) -> None:
    """What is recorded took place."""
    if on > today:
        raise InvalidInput("in_future", "Cette date est à venir. Indiquez le jour où cela s’est passé.", field=field)


def refuse_call_back(outcome: str, on: date | None, today: date) -> None:
    """A firm to call back has a day for it, from today on."""
    if outcome in CALL_BACK and (on is None or on < today):
        raise InvalidInput(
            "call_back_missing", "Indiquez quand rappeler, à partir d’aujourd’hui.", field="call_back_on"
        )


def refuse_dates(starts_on: date, ends_on: date) -> None:
    """A campaign ends after it begins."""
    if ends_on < starts_on:
        raise InvalidInput("dates_crossed", "La campagne finit avant de commencer. Corrigez une date.", field="ends_on")


def refuse_count(count: int) -> None:
    """A campaign has firms, and not more than a team can call."""
    if count == 0:
        raise InvalidInput("no_firm", "Aucune entreprise n’est choisie. Retirez un filtre ou ajoutez des numéros.")
    if count > FIRMS_AT_MOST:
        raise InvalidInput(
            "too_many_firms",
            f"Une campagne compte {FIRMS_AT_MOST}\u00a0entreprises au plus. Ajoutez un filtre\u00a0: un département, "
            "un risque, un secteur.",
        )


# Why a visit is cancelled.
CANCELLATIONS = (
    ("firm", "L’entreprise ne peut pas, ou ne veut pas"),
    ("agent", "Un agent est empêché"),
    ("useless", "Elle n’est plus utile"),
)
COMPANIONS_AT_MOST = 10
PLANNED_WITHIN = timedelta(days=366)


def refuse_day(on: date, today: date) -> None:
    """A visit is planned before it takes place, and not for years ahead: a slip of the year would hide it."""
    if on < today:
        raise InvalidInput("in_past", "Cette date est passée. Indiquez un jour à venir.", field="planned_on")
    if on - today > PLANNED_WITHIN:
        raise InvalidInput("too_far", "Indiquez un jour dans les douze mois qui viennent.", field="planned_on")
