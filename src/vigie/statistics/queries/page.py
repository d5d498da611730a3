"""The public page of statistics, and what its files hold: from the counts only, never from needs nor matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from vigie.kernel.nomenclature.naf import A10_LABELS, A10_UNKNOWN
from vigie.kernel.nomenclature.workforce import REPORTING_CLASSES
from vigie.kernel.period import Month
from vigie.kernel.zones import ZoneType
from vigie.rights.statements import composed_once
from vigie.statistics import impact
from vigie.statistics.indicators import (
    IN_REGIONS,
    NOWHERE,
    ORIGINS,
    PUBLIC,
    SMALLEST,
    SMALLEST_OF_DETECTION,
    WHOLE,
    Base,
    Indicator,
    Kind,
)
from vigie.statistics.models import Freshness
from vigie.statistics.queries.facts import theme_labels
from vigie.statistics.queries.figures import (
    Figures,
    Regional,
    Row,
    Value,
    all_cells,
    by_region,
    cells,
    known_months,
    table_cells,
)
from vigie.territory.models import Zone
from vigie.ui.components import Cell, Chart, Column, Link, Series, Table
from vigie.ui.formats import MINUS, NBSP, day_and_hour, month, number

KEPT_PAGES, MOST_KEPT_ROWS = 8, 4_000  # by a process: some megabytes, however long the history
USUAL_MONTHS = 6  # the present one and the five before: as many again make the trend
MASKED = "masqué"
NOTHING = "sans objet"
NOT_TAKEN = "non relevé"
LEFT_OUT = "sans les mois masqués"
MASKED_NOTE = (
    f"Un nombre inférieur à {SMALLEST} n’est pas publié quand il décrit des entreprises (par région, thème, effectif, "
    "secteur ou origine), ni ceux qui permettraient de le retrouver\u00a0: ils ne sont pas comptés dans les totaux "
    "affichés. Les autres chiffres nationaux (réponses, délais, clôtures) sont publiés tels quels, sauf s’ils "
    "permettaient de retrouver un nombre masqué. Pour la détection (agents, entreprises détectées), aucun nombre "
    f"inférieur à {SMALLEST_OF_DETECTION} n’est publié."
)
NOT_YET = (
    "Les statistiques n’ont pas encore été calculées. Elles paraîtront ici, chaque chiffre avec sa définition, dès la "
    "fin du premier calcul."
)


@dataclass(frozen=True)
class Asked:
    """What is looked at: a région (or the country), and months that follow each other."""

    region: str
    months: tuple[Month, ...]
    before: tuple[Month, ...] = ()  # as many months, just before; none when they were not all counted

    def address(self, name: str) -> str:
        query = {"region": self.region if self.region != WHOLE else None}
        if self.months:
            query |= {"debut": str(self.months[0]), "fin": str(self.months[-1])}
        return f"{reverse(name)}?{urlencode({key: value for key, value in query.items() if value})}"


@dataclass(frozen=True)
class Choices:
    """What can be looked at: the months counted, the régions."""

    months: tuple[Month, ...]
    regions: tuple[tuple[str, str], ...]

    def asked(self, region: str, start: str, end: str) -> Asked:
        """What could be read of an address; six months by default, and never an end before its start."""
        known = {str(one): one for one in self.months}
        where = region if region in dict(self.regions) else WHOLE
        if not known:
            return Asked(where, ())
        last = known.get(end, self.months[-1])
        usual = self.months[max(0, self.months.index(last) - USUAL_MONTHS + 1)]
        first = min(known.get(start, usual), last)
        months = tuple(one for one in self.months if first <= one <= last)
        before = tuple(one.plus(-len(months)) for one in months)
        return Asked(where, months, before if before[0] in self.months else ())


@dataclass(frozen=True)
class Headline:
    """One of the four figures. trend: against as many months before, or that some months are left out; may be empty."""

    label: str
    value: str
    trend: str
    definition: str


@dataclass(frozen=True)
class Part:
    """An indicator on the page. chart: None when there is nothing to draw."""

    label: str
    chart: Chart | None
    definition: str
    empty: str


@dataclass(frozen=True)
class Read:
    """All that the page is worked out from: what is asked, and the rows just read."""

    asked: Asked
    regions: tuple[tuple[str, str], ...]
    themes: tuple[tuple[str, str], ...]
    counted_at: datetime | None
    cells: tuple[Row, ...]
    table: tuple[Regional, ...]


@dataclass(frozen=True, eq=False)
class StatisticsPage:
    """``/statistiques/``. parts: none as long as no month was counted; the page then says it, and nothing else."""

    period: str
    as_of: str
    headlines: tuple[Headline, ...]
    parts: tuple[Part, ...]
    regions: Table | None
    masked_note: str
    files: tuple[Link, ...]


def choices() -> Choices:
    """2 queries."""
    return Choices(tuple(known_months()), tuple(_region_names()))


@composed_once
def _region_names() -> QuerySet[Zone, tuple[str, str]]:
    return Zone.objects.filter(zone_type=ZoneType.REGION).order_by("name").values_list("code", "name")


def statistics_page(asked: Asked, offered: Choices) -> StatisticsPage:
    """What is asked, against the months before. 4 queries.

    The counts are read each time; when they are those that a page was worked out from, it is the same object, so that
    what is drawn of it may be kept too. Nothing here depends on who asks.
    """
    read = Read(
        asked=asked,
        regions=offered.regions,
        themes=tuple(theme_labels().items()),
        counted_at=next(iter(_counted_at()), None),
        cells=cells(asked.region, (*asked.before, *asked.months)),
        table=table_cells(asked.months) if asked.region == WHOLE else (),
    )
    return _page(read) if len(read.cells) + len(read.table) > MOST_KEPT_ROWS else _kept_page(read)


@composed_once
def _counted_at() -> QuerySet[Freshness, datetime]:
    return Freshness.objects.filter(pk="counts").values_list("at", flat=True)


def _page(read: Read) -> StatisticsPage:
    asked, names = read.asked, _part_labels(read.themes)
    seen = Figures(read.cells)
    shown = [one for one in PUBLIC if one.regional or asked.region == WHOLE]
    where = dict(read.regions).get(asked.region, "France entière")
    return StatisticsPage(
        period=f"{where}, {_period(asked.months)}" if asked.months else where,
        as_of=_as_of(read.counted_at),
        headlines=tuple(_headline(one, seen, asked) for one in shown if one.headline),
        parts=tuple(_part(one, seen, asked, names) for one in shown) if asked.months else (),
        regions=_regions(read) if asked.region == WHOLE and asked.months else None,
        masked_note=MASKED_NOTE,
        files=(
            Link("Télécharger en CSV", asked.address("statistics:csv")),
            Link("Télécharger en JSON", asked.address("statistics:json")),
        ),
    )


_kept_page = lru_cache(maxsize=KEPT_PAGES)(_page)


def _as_of(fresh: datetime | None) -> str:
    return f"Au {day_and_hour(fresh)}" if fresh else NOT_YET


def _period(months: Sequence[Month]) -> str:
    if len(months) == 1:
        return month(months[0])
    return f"de {month(months[0])} à {month(months[-1])}".replace("de avril", "d’avril").replace("de août", "d’août") \
        .replace("de octobre", "d’octobre")  # fmt: skip


def _headline(one: Indicator, seen: Figures, asked: Asked) -> Headline:
    value, before = seen.value(one, asked.months), seen.value(one, asked.before)
    told = LEFT_OUT.capitalize() if value.masked else _trend(one, value, before, asked)
    return Headline(one.label, _shown(value.number, one.unit), told, one.definition)


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    text = number(value, 0 if float(value).is_integer() else 1)
    return f"{text}{NBSP}{unit}" if unit else text


def _trend(one: Indicator, value: Value, before: Value, asked: Asked) -> str:
    """« +12 % » of a count, « +3,5 points » of a share; nothing to tell after nothing, or beside what is masked."""
    if not asked.before or value.number is None or not before.number or before.masked or value.masked:
        return ""
    if one.unit == "%":
        gap, unit, decimals = value.number - before.number, f"{NBSP}points", 1
    else:
        gap, unit, decimals = 100 * (value.number - before.number) / before.number, f"{NBSP}%", 0
    sign = "+" if gap >= 0 else MINUS
    count = len(asked.months)
    than = f"aux {count}{NBSP}mois précédents" if count > 1 else "au mois précédent"
    return f"{sign}{number(abs(gap), decimals)}{unit} par rapport {than}"


def _part(one: Indicator, seen: Figures, asked: Asked, names: Mapping[str, Mapping[str, str]]) -> Part:
    chart = _distribution(one, seen, asked, names) if one.kind is Kind.PARTS else _series(one, seen, asked)
    return Part(one.label, chart, one.definition, "Rien à montrer dans cette période, ou trop peu pour être publié.")


def _series(one: Indicator, seen: Figures, asked: Asked) -> Chart | None:
    found = [seen.value(one, [each]) for each in asked.months]
    values = tuple(each.number for each in found)
    if not any(values):
        return None
    over = seen.value(one, asked.months)
    told = f"{_shown(over.number, one.unit)} sur la période"
    if over.part is not None and over.whole:
        told += f" ({number(over.part)} sur {number(over.whole)})"
    elif one.kind is Kind.DELAY and over.whole:
        told += f", pour {number(over.whole)} besoins pris en charge"
    if over.masked:
        told += f", {LEFT_OUT}"
    return Chart(
        kind=one.chart,
        title=one.label,
        sentence=f"{told}.",
        labels=tuple(month(each) for each in asked.months),
        series=(Series(one.label, values, absent=tuple(_absent(one, each) for each in found)),),
        axis="Mois",
        unit=one.unit,
    )


def _absent(one: Indicator, value: Value) -> str:
    """What is read where a month has no figure: kept back, never taken down, or nothing to make a share of."""
    if value.masked:
        return MASKED
    return NOT_TAKEN if one.of.base == Base.COVERAGE else NOTHING


def _distribution(one: Indicator, seen: Figures, asked: Asked, names: Mapping[str, Mapping[str, str]]) -> Chart | None:
    found = seen.parts(one.of, asked.months)
    labels = names[one.of.family]
    order = [part for part in labels if part in found] + sorted(part for part in found if part not in labels)
    whole = sum(value.number or 0 for value in found.values())
    if not whole:
        return None
    first = max(order, key=lambda part: found[part].number or 0)
    share = 100 * (found[first].number or 0) / whole
    return Chart(
        kind="bar",
        title=one.label,
        sentence=f"En tête\u00a0: {labels.get(first, first)}, {number(share)}{NBSP}% des {number(whole)} comptés.",
        labels=tuple(labels.get(part, part) for part in order),
        series=(Series("Nombre", tuple(found[part].number for part in order)),),
        axis="Catégorie",
        missing=MASKED,
    )


def _part_labels(themes: Iterable[tuple[str, str]]) -> dict[str, Mapping[str, str]]:
    """Family → the names of its parts, in their order."""
    return {
        "theme": dict(themes),
        "origin": dict(ORIGINS),
        "employees": {
            label: f"{label} salariés" if label != "0" else "0 salarié ou inconnu"
            for label, _codes in REPORTING_CLASSES
        },
        "naf": {**A10_LABELS, "unknown": A10_UNKNOWN},
        **{impact.after(horizon): impact.OUTCOMES for horizon in impact.HORIZONS},
    }


def _regions(read: Read) -> Table:
    """The main figures of each région."""
    found, months = by_region(read.table), read.asked.months
    names = (*read.regions, (NOWHERE, "Commune inconnue"))
    return Table(
        caption="Par région",
        caption_hidden=True,  # the heading above says it
        columns=(Column("Région", header=True), *(Column(one.label, numeric=True) for one in IN_REGIONS)),
        rows=tuple(
            (Cell(name), *(_regional(found[code].value(one, months), one) for one in IN_REGIONS))
            for code, name in names
            if code in found
        ),
        empty="Rien dans cette période.",
    )


def _regional(value: Value, one: Indicator) -> str:
    if value.number is None or (value.masked and not value.number):
        return MASKED if value.masked else NOTHING
    return f"{_shown(value.number, one.unit)}{'*' if value.masked else ''}"


# --- files ----------------------------------------------------------------------------------------------------------
COLUMNS = (
    "mois", "code_region", "region", "indicateur", "libelle", "part", "libelle_part", "valeur", "unite", "numerateur",
    "denominateur", "masque",
)  # fmt: skip


def data_lines(asked: Asked, offered: Choices) -> Iterator[dict[str, Any]]:
    """A line per month, région, indicator and part: what the page shows, month by month. 2 queries."""
    names = _part_labels(theme_labels().items())
    found = by_region(all_cells(asked.months))
    places = {**dict(offered.regions), WHOLE: "France entière", NOWHERE: "Commune inconnue"}
    for code in sorted(found, key=lambda one: (one != WHOLE, one)):
        if asked.region not in (WHOLE, code):
            continue
        for each in asked.months:
            for one in PUBLIC:
                if one.regional or code == WHOLE:
                    for part, label, value in _values(one, found[code], each, names):
                        where = str(each), code, places.get(code, code)
                        whole = value.whole if one.kind is Kind.SHARE else None
                        told = value.number, one.unit, value.part, whole, value.masked
                        yield dict(zip(COLUMNS, (*where, one.code, one.label, part, label, *told), strict=True))


def _values(
    one: Indicator, seen: Figures, each: Month, names: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, str, Value]]:
    if one.kind is not Kind.PARTS:
        value = seen.value(one, [each])
        if value.number is not None or value.masked:
            yield "", "", value
        return
    for part, value in sorted(seen.parts(one.of, [each]).items()):
        yield part, names[one.of.family].get(part, part), value
