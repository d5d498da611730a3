"""The quarter, semester or year of a partner: what its agents did, the files that they held, what came of the lists.

Read on screen, or given as a file.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404

from vigie.accounts.rules import named_places
from vigie.exports.documents import Document, Grid, Section
from vigie.followup.models import Term
from vigie.kernel.period import Month, paris_day
from vigie.kernel.zones import ZoneType
from vigie.rights.person import Person
from vigie.statistics import impact, usage
from vigie.statistics.followups import ORIGIN_DEFINITION, FileKey
from vigie.statistics.impact import EVERYBODY, HORIZONS
from vigie.statistics.indicators import SMALLEST_OF_DETECTION
from vigie.statistics.models import FollowupCount, ImpactCount, UsageCount
from vigie.statistics.periods import Kind, Period
from vigie.statistics.queries import followup_grids, partner_acts
from vigie.statistics.rules import quantile
from vigie.territory.models import Zone
from vigie.ui.formats import counted, number, percent

EVERY_BODY = "Toutes les administrations"
UNKNOWN, NONE, KEPT_BACK = "Inconnu", "sans objet", "masqué"
NOT_YET = "aucune liste n’est encore assez ancienne"
NOTE = (
    "Chiffres réservés à l’administration concernée et à l’équipe\u00a0: un petit nombre peut désigner une entreprise "
    "ou un agent. Comptés chaque nuit."
)
OFFERED = {Kind.SEMESTER: 4, Kind.QUARTER: 4, Kind.YEAR: 3}  # of each kind, the one in course first
MOST_PARTS = 10  # of a way of dividing the files
MOST_DEPARTEMENTS = 30  # beyond, the table is by région
Cells = Mapping[tuple[str, str], int]  # (family, part) → firms


@dataclass(frozen=True)
class Offered:
    """What a reader may ask for: (code, words) of each. regions: département → name of its région."""

    bodies: tuple[tuple[str, str], ...]
    departements: tuple[tuple[str, str], ...]
    periods: tuple[tuple[str, str], ...]
    regions: dict[str, str]


def offered(person: Person, at: datetime) -> Offered:
    """The bodies that this person reads, all together for who reads them all; the last periods. 4 queries."""
    used = UsageCount.objects.allowed(person, "usage.read").order_by().values_list("entity", flat=True).distinct()
    seen = ImpactCount.objects.allowed(person, "impact.read").order_by()
    bodies = sorted({*used, *seen.values_list("entity", flat=True).distinct()} - {EVERYBODY})
    whole = seen.filter(entity=EVERYBODY).exists()
    zones = Zone.objects.filter(zone_type__in=(ZoneType.DEPARTEMENT, ZoneType.REGION)).order_by("code")
    known = list(zones.values_list("zone_type", "code", "name", "region_code"))
    regions = {code: name for kind, code, name, _up in known if kind == ZoneType.REGION}
    inside = [(code, name, up) for kind, code, name, up in known if kind == ZoneType.DEPARTEMENT]
    periods = []
    for kind, count in OFFERED.items():
        one = Period.of(paris_day(at), kind)
        for _rank in range(count):
            periods.append((str(one), one.words.capitalize()))
            one = one.before()
    return Offered(
        bodies=(*((("*", EVERY_BODY),) if whole else ()), *((name, name) for name in bodies)),
        departements=tuple((code, f"{code} – {name}") for code, name, _up in inside),
        periods=tuple(periods),
        regions={code: regions.get(up, up) for code, _name, up in inside},
    )


def partner_document(person: Person, parameters: dict[str, Any], at: datetime) -> Document:
    """The builder of the export (``add-an-export``); Http404 for a body out of reach. 16 queries.

    parameters: administration (« * » for all), departement (empty for all), periode.
    """
    told = offered(person, at)
    body, where = str(parameters.get("administration", "")), str(parameters.get("departement", ""))
    one, names = Period.parse(str(parameters.get("periode", ""))), dict(told.departements)
    if one is None or body not in dict(told.bodies) or (where and where not in names):
        raise Http404
    lists = _lists(person, "" if body == "*" else body, one)
    places = {place: cells for place, cells in lists.listed.items() if where in ("", place)}
    uses, by_group = _uses(person, body, one)
    return Document(
        title=f"Bilan {one.told.adjective}\u00a0: {dict(told.bodies)[body]}",
        subtitle=f"{one.words.capitalize()}{f', {names[where]}' if where else ''}",
        about=dict(told.bodies)[body],
        file_name=f"bilan-{one.told.adjective}-{one}",
        sections=(
            Section("Ce que font les agents", (uses,)),
            Section("Accompagnements", _followups(person, body, where, one)),
            Section("Échanges avec les entreprises", partner_acts.talks(body, where, one)),
            Section("Campagnes", partner_acts.campaigns(body, where, one)),
            Section("Ce que deviennent les détections", (_impact(_sum(places.values()), one, everywhere=not where),)),
            Section("Utilité des détections", partner_acts.opinions(body, where, one)),
            *(
                Section(
                    f"{horizon} mois plus tard",
                    (impact.outcomes_definition(horizon), _outcomes(horizon, cells), *_by_action(horizon, cells)),
                )
                for horizon, cells in _later(lists, where).items()
            ),
            Section("Par territoire", (_by_place(places, told, one), by_group)),
        ),
    )


# --- use --------------------------------------------------------------------------------------------------------------
def _uses(person: Person, body: str, one: Period) -> tuple[Grid, Grid]:
    """The indicators of the period beside the one before; then each territory of agents, or each body. 1 query."""
    mine = UsageCount.objects.allowed(person, "usage.read").order_by()
    mine = mine.filter(month__gte=one.before().months[0].first_day, month__lte=one.months[-1].first_day)
    if body != "*":
        mine = mine.filter(entity=body)
    months: dict[str, dict[Month, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    group = "entity" if body == "*" else "zone"
    for day, name, code, count in mine.values_list("month", group, "indicator", "count"):
        told = named_places(name) if group == "zone" else name
        months[told or UNKNOWN][Month.of(day)][code] += count
        months[""][Month.of(day)][code] += count
    now, before = (_together(months[""], each) for each in (one, one.before()))
    rows = [(row.label, number(now[row.code]), number(before[row.code]), row.definition) for row in usage.INDICATORS]
    rate = "Agents activés rapportés aux agents habilités, le même jour."
    rows.insert(2, ("Taux d’activation", _share(now), _share(before), rate))
    shown = [row for row in usage.INDICATORS if row.code in ("agents", "activated", "sheets", "files", "talks", "acts")]
    return (
        Grid(
            caption=f"Usages {one.told.of}, tous territoires",
            headers=("Indicateur", one.told.this, one.told.before, "Définition"),
            rows=tuple(rows),
            numeric=frozenset({1, 2}),
            widths=(24, 12, 12, 52),
        ),
        Grid(
            caption=f"Usages {one.told.of}, par {'administration' if body == '*' else 'territoire des agents'}",
            headers=("Administration" if body == "*" else "Territoire", *(row.label for row in shown)),
            rows=tuple(
                (zone, *(number(_together(held, one)[row.code]) for row in shown))
                for zone, held in sorted(months.items())
                if zone
            ),
            numeric=frozenset(range(1, len(shown) + 1)),
            empty="Rien n’a été compté dans cette période.",
        ),
    )


def _together(held: Mapping[Month, Counter[str]], one: Period) -> dict[str, float]:
    return usage.together([held.get(each, Counter()) for each in one.months])


def _share(found: Mapping[str, float]) -> str:
    return percent(found["activated"] / found["agents"], 0) if found["agents"] else NONE


# --- files ------------------------------------------------------------------------------------------------------------
def _followups(person: Person, body: str, where: str, one: Period) -> tuple[Grid | str, ...]:
    """The files of the period beside the one before, and how they divide. 3 queries."""
    entity = EVERYBODY if body == "*" else body
    rows = FollowupCount.objects.allowed(person, "followup_count.read").order_by()
    rows = rows.filter(month__gte=one.before().months[0].first_day, month__lte=one.months[-1].first_day)
    rows = rows.filter(Q(entity=entity) | Q(family="") if body == "*" else Q(entity=entity))
    months: dict[Month, Counter[FileKey]] = defaultdict(Counter)
    columns = "month", "entity", "departement", "indicator", "family", "part", "count"
    for day, who, place, indicator, family, part, count in rows.values_list(*columns):
        if where in ("", place):
            months[Month.of(day)][FileKey(who, place, indicator, family, part)] += count
    known = {Month.of(day) for day in FollowupCount.objects.order_by().values_list("month", flat=True).distinct()}
    now, before = (
        followup_grids.together(
            {each: followup_grids.cells_of(months[each], entity) for each in period.months},
            max(known.intersection(period.months), default=None),
        )
        for period in (one, one.before())
    )
    caption = f"Répartition des accompagnements {one.told.of}"
    return (
        followup_grids.totals(now, before, one),
        followup_grids.spread(now, followup_grids.words_of_files(), MOST_PARTS, caption),
        f"{ORIGIN_DEFINITION} {followup_grids.SEVERAL}",
    )


# --- lists ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Lists:
    """Counts by département. listed: of the lists of the period. later: horizon → of the lists due in it."""

    listed: dict[str, Counter[tuple[str, str]]]
    later: dict[int, dict[str, Counter[tuple[str, str]]]]


def _lists(person: Person, entity: str, one: Period) -> Lists:
    """1 query."""
    due = {horizon: {each.plus(-horizon).first_day for each in one.months} for horizon in HORIZONS}
    own = {each.first_day for each in one.months}
    rows = ImpactCount.objects.allowed(person, "impact.read").filter(entity=entity).order_by()
    rows = rows.filter(month__in=own.union(*due.values()))
    found = Lists(defaultdict(Counter), {horizon: defaultdict(Counter) for horizon in HORIZONS})
    for day, place, family, part, count in rows.values_list("month", "departement", "family", "part", "count"):
        if day in own:
            found.listed[place][family, part] += count
        for horizon in HORIZONS:
            if day in due[horizon] and family in (impact.after(horizon), impact.acted(horizon)):
                found.later[horizon][place][family, part] += count
    return found


def _sum(held: Iterable[Counter[tuple[str, str]]]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for cells in held:
        found.update(cells)
    return found


def _later(lists: Lists, where: str) -> dict[int, Counter[tuple[str, str]]]:
    return {
        horizon: _sum(cells for place, cells in held.items() if where in ("", place))
        for horizon, held in lists.later.items()
    }


def _count(cells: Cells, code: str) -> int:
    return cells.get((code, "yes") if code != impact.LISTED else ("", ""), 0)


def _impact(cells: Cells, period: Period, *, everywhere: bool) -> Grid:
    """What rests on the payment plans of firms is told of all départements together, from eleven firms on.

    Elsewhere the reader, who may not hold these data, could tell which firm has one.
    """
    rows = []
    for one in impact.INDICATORS:
        count, over = _count(cells, one.code), _count(cells, one.over) if one.over else 0
        secret = one.code == impact.SELECTED and (not everywhere or count < SMALLEST_OF_DETECTION)
        share = f"{one.share}\u00a0: {percent(count / over, 0)}" if over and not secret else NONE
        rows.append((one.label, KEPT_BACK if secret else number(count), share, one.definition))
        if one.code == impact.CONTACTED:
            days = quantile({int(part): held for (family, part), held in cells.items() if family == impact.DELAY}, 50)
            told = NONE if days is None else counted(days, "jour")
            rows.append((impact.DELAY_LABEL, told, NONE, impact.DELAY_DEFINITION))
    return Grid(
        caption=f"Listes {period.told.of}",
        headers=("Indicateur", "Nombre", "Part", "Définition"),
        rows=tuple(rows),
        numeric=frozenset({1}),
        widths=(22, 10, 22, 46),
    )


def _by_place(places: Mapping[str, Counter[tuple[str, str]]], told: Offered, period: Period) -> Grid:
    """By département, or by région when they are many."""
    shown = [one for one in impact.INDICATORS if one.code not in (impact.SELECTED, impact.RATED, impact.USEFUL)]
    wide = len(places) > MOST_DEPARTEMENTS
    names = told.regions if wide else dict(told.departements)
    rows: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for place, cells in sorted(places.items()):
        rows[names.get(place) or UNKNOWN].update(cells)
    return Grid(
        caption=f"Listes {period.told.of}, par {'région' if wide else 'département'} du siège",
        headers=("Région" if wide else "Département", *(one.label for one in shown), "Taux de consultation"),
        rows=tuple(
            (
                name,
                *(number(_count(cells, one.code)) for one in shown),
                percent(_count(cells, impact.OPENED) / cells["", ""], 0) if cells["", ""] else NONE,
            )
            for name, cells in sorted(rows.items())
        ),
        numeric=frozenset(range(1, len(shown) + 2)),
        empty="Aucune liste de cette période n’a d’entreprise en alerte dans ce territoire.",
    )


def _outcomes(horizon: int, cells: Cells) -> Grid:
    family = impact.after(horizon)
    groups = [
        {what: cells.get((family, impact.outcome(helped, what)), 0) for what in impact.FATES}
        for helped in (True, False)
    ]
    wholes = [sum(group.values()) for group in groups]
    return Grid(
        caption=f"Entreprises dont la liste a eu {horizon} mois dans la période",
        headers=("Situation", "Accompagnées", "Part", "Non accompagnées", "Part"),
        rows=tuple(
            (
                words.capitalize(),
                *(cell for group, whole in zip(groups, wholes, strict=True) for cell in _pair(group[what], whole)),
            )
            for what, words in impact.FATES.items()
        )
        if any(wholes)
        else (),
        numeric=frozenset({1, 2, 3, 4}),
        empty=f"Rien encore\u00a0: {NOT_YET}.",
    )


def _by_action(horizon: int, cells: Cells) -> tuple[str | Grid, ...]:
    """What became of the firms for which each action was done; nothing when none was. 1 query then."""
    held: dict[int, Counter[str]] = defaultdict(Counter)
    for (family, part), count in cells.items():
        if family == impact.acted(horizon):
            term, _dash, what = part.partition("_")
            held[int(term)][what] += count
    if not held:
        return ()
    labels = dict(Term.objects.filter(pk__in=held).values_list("pk", "label"))
    order = sorted(held, key=lambda term: (-sum(held[term].values()), labels.get(term, UNKNOWN)))
    return impact.ACTED_DEFINITION, Grid(
        caption=f"Selon l’action réalisée, {horizon} mois après",
        headers=("Action", "Entreprises", *(words.capitalize() for words in impact.FATES.values())),
        rows=tuple(
            (
                labels.get(term, UNKNOWN),
                number(sum(held[term].values())),
                *(number(held[term][what.value]) for what in impact.FATES),
            )
            for term in order
        ),
        numeric=frozenset(range(1, 2 + len(impact.FATES))),
    )


def _pair(count: int, whole: int) -> tuple[str, str]:
    return number(count), percent(count / whole, 0) if whole else NONE
