"""Which firms are followed, and why another is not: a dated, versioned object, evaluated at the month.

A perimeter is data. Its rules are looked at in order, the first that fails names the reason; the same expression serves
the panel, the count of firms removed by each rule and the answer given for one SIREN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis

from vigie.detection.engine import Engine, Table, attach, index_of, month_index
from vigie.detection.features import identity, workforce
from vigie.kernel.period import Month

PUBLIC_BODIES = frozenset({
    "4110", "4120", "4140", "4160", "7210", "7220", "7346", "7348", "7366", "7373", "7379", "7383", "7389", "7410",
    "7430", "7470", "7490",
})  # fmt: skip
EXCLUDED_ACTIVITIES = frozenset({
    "84.11Z", "84.12Z", "84.13Z", "84.21Z", "84.22Z", "84.23Z", "84.24Z", "84.25Z", "84.30A", "84.30B", "84.30C",
    "85.10Z", "85.20Z", "85.31Z", "85.32Z", "85.41Z", "85.42Z", "94.11Z", "94.12Z", "94.20Z", "94.91Z", "94.92Z",
    "64.11Z", "64.19Z", "64.30Z", "64.91Z", "64.92Z", "64.99Z", "65.11Z", "65.12Z", "65.20Z", "65.30Z", "66.11Z",
    "66.12Z", "66.19A", "66.19B", "66.21Z", "66.22Z", "66.29Z", "66.30Z", "99.00Z",
})  # fmt: skip


@dataclass(frozen=True)
class Perimeter:
    """The rules in force from a month on.

    workforce_at_least: reached at least once in the last window_months. recent_months: with a value, a workforce must
    be known in these last months. legal_categories, activities: excluded codes of the legal unit.
    """

    version: str
    valid_from: Month
    workforce_at_least: int = 10
    window_months: int = 36
    recent_months: int | None = None
    legal_categories: frozenset[str] = PUBLIC_BODIES
    activities: frozenset[str] = EXCLUDED_ACTIVITIES


PERIMETERS: tuple[Perimeter, ...] = (
    Perimeter("2025-10", Month(2025, 10), window_months=120),
    Perimeter("2026-03", Month(2026, 3), recent_months=3),
    Perimeter("2026-06", Month(2026, 6)),
)

# code: short label of the count, sentence of the answer. In the order in which the rules are looked at.
RULES: Mapping[str, tuple[str, str]] = {
    "unknown": (
        "Absente du répertoire Sirene",
        "ce numéro SIREN est absent du répertoire Sirene livré ce mois-ci",
    ),
    "workforce": (
        "Effectif insuffisant",
        "aucun effectif d’au moins {workforce_at_least} salariés n’est connu sur les {window_months} derniers mois",
    ),
    "recent_workforce": (
        "Effectif récent inconnu",
        "aucun effectif n’est connu sur les {recent_months} derniers mois",
    ),
    "legal_category": (
        "Organisme public",
        "sa catégorie juridique ({legal_category}) est celle d’un organisme public, hors du champ",
    ),
    "activity": ("Activité hors du champ", "son activité principale ({naf}) est hors du champ"),
    "head_office": ("Siège hors de France", "aucun siège situé en France n’est connu de Sirene"),
    "inactive": ("Cessée", "elle n’a aucun établissement en activité au premier jour du mois"),
}


def in_force(month: Month) -> Perimeter:
    """The perimeter of a month: the last one that began, or the oldest before all of them."""
    begun = [perimeter for perimeter in PERIMETERS if perimeter.valid_from <= month]
    return begun[-1] if begun else PERIMETERS[0]


def reason(facts: Table, perimeter: Perimeter) -> ibis.Value:
    """The code of the first rule that fails, null for a followed firm.

    facts: is_known, highest_workforce?, has_recent_workforce, legal_category?, naf?, departement? (of the head office),
    is_active.
    """
    return ibis.cases(
        (~facts.is_known, "unknown"),
        (facts.highest_workforce.fill_null(-1) < perimeter.workforce_at_least, "workforce"),
        (~facts.has_recent_workforce & ibis.literal(perimeter.recent_months is not None), "recent_workforce"),
        (facts.legal_category.isin(sorted(perimeter.legal_categories)).fill_null(False), "legal_category"),
        (facts.naf.isin(sorted(perimeter.activities)).fill_null(False), "activity"),
        (facts.departement.isnull() | (facts.departement == ""), "head_office"),
        (~facts.is_active, "inactive"),
        else_=ibis.null("string"),
    )


def latest_workforce_month(workforces: Table) -> ibis.Value:
    """The last month for which any firm has a workforce: windows count from it, for late columns come empty for all."""
    return month_index(workforces.filter(workforces.workforce_count.notnull()).month).max()


def anchor_of(latest: int | None, month: Month) -> int:
    """The last month of workforce that a perimeter may look at: known by the month, not after the last delivered."""
    known = index_of(month) - workforce.DELAY_MONTHS
    return known if latest is None else min(known, latest)


def workforce_facts(workforces: Table, perimeter: Perimeter, anchor: int) -> Table:
    """siren, highest_workforce (over the window that ends at the anchor), has_recent_workforce."""
    month = month_index(workforces.month)
    recent = perimeter.recent_months or perimeter.window_months
    inside = workforces.filter(
        workforces.workforce_count.notnull(), month <= anchor, month > anchor - max(perimeter.window_months, recent)
    )
    within = month_index(inside.month)
    return inside.group_by("siren").agg(
        highest_workforce=ibis.ifelse(
            within > anchor - perimeter.window_months, inside.workforce_count, None
        ).max(),
        has_recent_workforce=(within > anchor - recent).any(),
    )  # fmt: skip


def unit_facts(units: Table, establishments: Table) -> Table:
    """What Sirene says of a firm: siren, legal_category, naf, created_on, unit_state, departement (of its head
    office in France)."""
    places = establishments.filter(
        establishments.is_head_office, establishments.departement.notnull(), establishments.departement != ""
    )
    places = places.group_by("siren").agg(departement=places.departement.max())
    one = units.group_by("siren").agg(
        legal_category=units.legal_category.max(), naf=units.naf.max(), created_on=units.created_on.min(),
        unit_state=units.state.max(),
    )  # fmt: skip
    return attach(one, places, "siren", ["departement"])


def month_facts(
    engine: Engine, tables: Mapping[str, Table], month: Month, perimeter: Perimeter, siren: str | None = None
) -> Table:
    """The facts of every SIREN of Sirene or of the workforce files at a month, for `reason`; of one when asked.

    tables: sirene, sirene_ul, sirene_histo, effectif_ent, typed rows.
    """
    latest = engine.value(latest_workforce_month(tables["effectif_ent"]))
    chosen = {name: _only(table, siren) for name, table in tables.items()}
    employed = workforce_facts(chosen["effectif_ent"], perimeter, anchor_of(latest, month))
    units = unit_facts(chosen["sirene_ul"], chosen["sirene"]).mutate(is_known=True)
    history = chosen["sirene_histo"].mutate(siren=chosen["sirene_histo"].siret.substr(0, 9))
    grid = units.select("siren", month=ibis.literal(index_of(month), "int32"))
    active = identity.active_by_month(grid, history).select("siren", "is_active")
    every = units.select("siren").union(employed.select("siren"), distinct=True)
    joined = attach(every, units, "siren")
    joined = attach(joined, employed, "siren")
    joined = attach(joined, active, "siren", ["is_active"])
    return joined.mutate(
        is_known=joined.is_known.fill_null(False),
        has_recent_workforce=joined.has_recent_workforce.fill_null(False),
        is_active=joined.is_active.fill_null(False),
    )


def _only(table: Table, siren: str | None) -> Table:
    if siren is None:
        return table
    if "siren" in table.columns:
        return table.filter(table.siren == siren)
    return table.filter(table.siret.startswith(siren))


def counts(engine: Engine, tables: Mapping[str, Table], month: Month, perimeter: Perimeter) -> dict[str, int]:
    """Firms removed by each rule at a month, in the order of the rules, and those kept (`kept`)."""
    facts = month_facts(engine, tables, month, perimeter)
    found = facts.select(reason=reason(facts, perimeter).fill_null("kept"))
    rows = engine.arrow(found.group_by("reason").agg(number=ibis._.count())).to_pylist()
    numbers = {row["reason"]: int(row["number"]) for row in rows}
    return {code: numbers.get(code, 0) for code in (*RULES, "kept")}


def why(
    engine: Engine, tables: Mapping[str, Table], siren: str, month: Month, perimeter: Perimeter | None = None
) -> tuple[str | None, str]:
    """Why a firm is not followed at a month: the code of the rule (None when it is followed) and a French sentence."""
    rules = perimeter or in_force(month)
    facts = month_facts(engine, tables, month, rules, siren)
    rows = engine.arrow(facts.mutate(reason=reason(facts, rules))).to_pylist()
    row = rows[0] if rows else {"reason": "unknown"}
    code = row["reason"]
    if code is None:
        return None, f"Cette entreprise est suivie en {month} (périmètre {rules.version})."
    known = {
        "workforce_at_least": rules.workforce_at_least, "window_months": rules.window_months,
        "recent_months": rules.recent_months, "legal_category": row.get("legal_category"), "naf": row.get("naf"),
    }  # fmt: skip
    sentence = RULES[code][1].format(**known)
    return code, f"Cette entreprise n’est pas suivie en {month} : {sentence} (périmètre {rules.version})."
