"""The firm itself: age, place, sector, establishments, and how often firms of its sector and département failed."""

from __future__ import annotations

import ibis

from vigie.detection.engine import Table, attach, month_index
from vigie.detection.features import series
from vigie.detection.features.facts import Facts
from vigie.detection.features.feature import Feature

FAMILY = "identity"
RATE_LAG_MONTHS = 18
RATE_WINDOW_MONTHS = 12
# A cell of few firms leans on the whole country, as if it held this many more firms failing at the national rate.
RATE_PRIOR_FIRMS = 100

SECTIONS = {
    "A": range(1, 4), "B": range(5, 10), "C": range(10, 34), "D": range(35, 36), "E": range(36, 40),
    "F": range(41, 44), "G": range(45, 48), "H": range(49, 54), "I": range(55, 57), "J": range(58, 64),
    "K": range(64, 67), "L": range(68, 69), "M": range(69, 76), "N": range(77, 83), "O": range(84, 85),
    "P": range(85, 86), "Q": range(86, 89), "R": range(90, 94), "S": range(94, 97), "T": range(97, 99),
    "U": range(99, 100),
}  # fmt: skip
REGIONS = {
    "01": "971", "02": "972", "03": "973", "04": "974", "06": "976",
    "11": "75 77 78 91 92 93 94 95", "24": "18 28 36 37 41 45", "27": "21 25 39 58 70 71 89 90",
    "28": "14 27 50 61 76", "32": "02 59 60 62 80", "44": "08 10 51 52 54 55 57 67 68 88", "52": "44 49 53 72 85",
    "53": "22 29 35 56", "75": "16 17 19 23 24 33 40 47 64 79 86 87", "76": "09 11 12 30 31 32 34 46 48 65 66 81 82",
    "84": "01 03 07 15 26 38 42 43 63 69 73 74", "93": "04 05 06 13 83 84", "94": "2A 2B",
}  # fmt: skip
BANDS = ((0, "below_10"), (10, "10-19"), (20, "20-49"), (50, "50-249"), (250, "250+"))


def naf_section(naf: ibis.Value) -> ibis.Value:
    """The section (one letter) of an activity code « 43.21A »; null when it has none."""
    division = naf.substr(0, 2)
    pairs = ((f"{number:02d}", letter) for letter, numbers in SECTIONS.items() for number in numbers)
    return division.cases(*pairs, else_=ibis.null("string"))


def region(departement: ibis.Value) -> ibis.Value:
    """The région (official code of two digits) of a département."""
    pairs = ((place, code) for code, places in REGIONS.items() for place in places.split())
    return departement.cases(*pairs, else_=ibis.null("string"))


def size_band(workforce: ibis.Value) -> ibis.Value:
    """10-19, 20-49, 50-249, 250+, below_10, or unknown."""
    steps = [(workforce >= low, name) for low, name in reversed(BANDS)]
    return ibis.cases(*steps, else_="unknown")


def establishment_events(rows: Table) -> Table:
    """Openings and closings by firm and month: siren, month, opened_count, closed_count.

    rows: siren, siret, valid_from, valid_until, is_active, state_changed. An establishment opens where its first active
    period begins, or where it becomes active again; it closes where an inactive period begins by a change.
    """
    dated = rows.filter(rows.valid_from.notnull())
    first = ibis.window(group_by=["siren", "siret"], order_by=["valid_from"])
    ranked = dated.mutate(place=ibis.row_number().over(first))
    opened = ranked.is_active & (ranked.state_changed.fill_null(False) | (ranked.place == 0))
    closed = ~ranked.is_active & ranked.state_changed.fill_null(False)
    marked = ranked.select(
        "siren", month=month_index(ranked.valid_from),
        opened=opened.cast("int32"), closed=closed.cast("int32"),
    )  # fmt: skip
    return marked.group_by(["siren", "month"]).agg(opened_count=marked.opened.sum(), closed_count=marked.closed.sum())


def active_by_month(grid: Table, rows: Table) -> Table:
    """Firms and months with at least one active establishment by the history: siren, month, is_active.

    rows: siren, valid_from, valid_until, is_active. A period covers a month when it holds its first day.
    """
    lived = rows.filter(rows.is_active)
    start = ibis.ifelse(lived.valid_from.isnull(), -1, _first_day_on_or_after(lived.valid_from))
    end = ibis.ifelse(lived.valid_until.isnull(), 1_000_000, _first_day_on_or_after(lived.valid_until))
    spans = lived.select("siren", start=start, end=end)
    changes = (
        spans.select("siren", month="start", change=ibis.literal(1))
        .union(spans.select("siren", month="end", change=ibis.literal(-1)), distinct=False)
    )  # fmt: skip
    bounds = grid.agg(first=grid.month.min())
    early = changes.cross_join(bounds)
    early = early.select(
        "siren", "change", month=ibis.ifelse(early.month < early.first, early.first, early.month).cast("int32")
    )
    events = early.group_by(["siren", "month"]).agg(change=early.change.sum())
    joined = attach(grid, events, ["siren", "month"])
    return joined.select("siren", "month", is_active=series.so_far(joined.change.fill_null(0)) > 0)


def _first_day_on_or_after(day: ibis.Value) -> ibis.Value:
    """The first month whose first day is this day or later."""
    return month_index(day) + ibis.ifelse(day.day() > 1, 1, 0)


def failure_rates(firms: Table, openings: Table, months: Table) -> Table:
    """Yearly failure rate by section and département, 18 months before: naf_section, departement, month, failure_rate.

    firms: siren, created_on?, naf, departement. openings: siren, month. months: month (whole numbers, from 30 months
    before the first one asked). Failures of the twelve months that end 18 months before, over the firms created then.
    """
    cells = ["naf_section", "departement"]
    known = firms.select("siren", "departement", created_on=firms.created_on, naf_section=naf_section(firms.naf))
    known = known.filter(known.naf_section.notnull(), known.departement.notnull())
    failed = openings.inner_join(known, "siren").group_by([*cells, "month"]).agg(failed=ibis._.count())
    born = known.mutate(month=month_index(known.created_on).fill_null(0)).cross_join(months.agg(low=months.month.min()))
    born = born.mutate(month=ibis.ifelse(born.month < born.low, born.low, born.month).cast("int32"))
    born = born.group_by([*cells, "month"]).agg(born=ibis._.count())
    grid = known.select(*cells).distinct().cross_join(months)
    table = attach(grid, failed, [*cells, "month"], ["failed"])
    table = attach(table, born, [*cells, "month"], ["born"])
    in_cell = ibis.window(group_by=cells, order_by="month", preceding=None, following=0)
    year = ibis.window(group_by=cells, order_by="month", preceding=RATE_WINDOW_MONTHS - 1, following=0)
    counted = table.mutate(
        failures=table.failed.fill_null(0).sum().over(year), firms=table.born.fill_null(0).sum().over(in_cell)
    )
    whole = ibis.window(group_by="month")
    national = counted.failures.sum().over(whole) / ibis.ifelse(counted["firms"].sum().over(whole) > 0,
                                                                counted["firms"].sum().over(whole), None)  # fmt: skip
    leaning = counted.mutate(national=national)
    rate = (leaning.failures + RATE_PRIOR_FIRMS * leaning.national) / (leaning["firms"] + RATE_PRIOR_FIRMS)
    return leaning.select(*cells, month=(leaning.month + RATE_LAG_MONTHS).cast("int32"), failure_rate=rate.round(9))


def features(facts: Facts, base: Table) -> Table:
    """The columns of the family and the context columns of the firm: siren, month, and the rest."""
    firms, rates = facts.table("firms"), facts.table("failure_rates")
    changes = establishment_events(facts.table("sirene_histo"))
    early = changes.mutate(month=ibis.ifelse(changes.month < facts.first, facts.first - 1, changes.month))
    stock = early.filter(early.month < facts.first).group_by("siren").agg(
        before=early.opened_count.sum() - early.closed_count.sum()
    )  # fmt: skip
    table = base.select("siren", "month", "workforce_count")
    joined = attach(table, changes, ["siren", "month"], ["opened_count", "closed_count"])
    joined = attach(joined, stock, "siren", ["before"])
    described = firms.mutate(
        naf_section=naf_section(firms.naf), naf_division=firms.naf.substr(0, 2), region=region(firms.departement),
        created=month_index(firms.created_on),
    )  # fmt: skip
    joined = attach(joined, described.drop("naf", "created_on", "legal_category"), "siren")
    joined = attach(joined, rates, ["naf_section", "departement", "month"], ["failure_rate"])
    opened, closed = joined.opened_count.fill_null(0), joined.closed_count.fill_null(0)
    count = joined.before.fill_null(0) + series.so_far(opened - closed)
    age = joined.month // 12 - joined.created // 12
    lists_them = "sirene_histo" in facts.delivered
    return joined.select(
        "siren", "month", "naf_section", "naf_division", "region", "departement",
        size_band=size_band(joined.workforce_count),
        age_years=ibis.ifelse((joined.created >= 1901 * 12) & (age >= 0), age, None).cast("float64"),
        establishments_count=_if(lists_them, ibis.ifelse(count > 0, count, 0)),
        establishments_opened_12m_count=_if(lists_them, series.total(opened, 12)),
        establishments_closed_12m_count=_if(lists_them, series.total(closed, 12)),
        sector_failure_rate=joined.failure_rate,
    )  # fmt: skip


def _if(delivered: bool, value: ibis.Value) -> ibis.Value:
    return value.cast("float64") if delivered else ibis.null("float64")


def _feature(code: str, label: str, sources: tuple[str, ...], unit: str, definition: str, **rest: object) -> Feature:
    values: dict[str, object] = {
        "window_months": 0, "delay_months": 0, "domain": "0 ou plus", "missing": "inconnu : absent de Sirene",
        "direction": 0, **rest,
    }  # fmt: skip
    return Feature(
        code, label, FAMILY, sources, unit, confidentiality="public", definition_fr=definition,
        **values,  # type: ignore[arg-type]
    )  # fmt: skip


FEATURES: tuple[Feature, ...] = (
    _feature(
        "age_years", "Âge de l’entreprise", ("sirene_ul",), "années",
        "Année du mois moins année de création.", domain="création depuis 1901",
    ),
    _feature(
        "establishments_count", "Établissements en activité", ("sirene_histo",), "nombre",
        "Ouvertures moins fermetures d’établissements jusqu’au mois.",
    ),
    _feature(
        "establishments_opened_12m_count", "Établissements ouverts sur un an", ("sirene_histo",), "nombre",
        "Ouvertures ou reprises d’établissements dans les douze derniers mois.", window_months=12,
    ),
    _feature(
        "establishments_closed_12m_count", "Établissements fermés sur un an", ("sirene_histo",), "nombre",
        "Fermetures d’établissements dans les douze derniers mois.", window_months=12, direction=1,
    ),
    _feature(
        "sector_failure_rate", "Défaillances du secteur dans le département", ("procol", "sirene", "sirene_ul"),
        "ratio", "Ouvertures de procédure sur douze mois, dix-huit mois plus tôt, rapportées aux entreprises de la "
        "même section d’activité et du même département ; une petite cellule est rapprochée du taux national.",
        window_months=RATE_WINDOW_MONTHS, delay_months=RATE_LAG_MONTHS, direction=1, domain="0 à 1",
        missing="inconnu : secteur, département ou passé inconnu",
    ),
)  # fmt: skip
