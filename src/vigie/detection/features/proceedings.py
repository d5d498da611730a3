"""Collective proceedings: the state at each month by the whole history, and what the past says.

Events are read by kind (liquidation, redressement, sauvegarde): the last stage of each kind speaks, the ended ones are
dropped, the gravest remains. « The last event » alone would be wrong: a redressement joined to a liquidation is the
last event, and the liquidation still runs.
"""

from __future__ import annotations

import ibis

from vigie.detection.engine import Table, attach, month_index
from vigie.detection.features import series
from vigie.detection.features.facts import Facts
from vigie.detection.features.feature import Feature

FAMILY = "proceedings"
KINDS = ("liquidation", "redressement", "sauvegarde")
# Stages in growing weight: of two events of one kind on one day, the heavier is kept.
STAGES = (
    "other", "ouverture", "plan_continuation", "cloture_insuffisance_actif", "inclusion_autre_procedure",
    "abandon_procedure", "fin_procedure",
)  # fmt: skip
ENDED = ("inclusion_autre_procedure", "abandon_procedure", "fin_procedure")
IGNORED = "solde_procedure"
PLAN = "plan_continuation"
PLAN_LASTS_MONTHS = 120
STAGE_BASE = 16
STATES = ("in_bonis", "plan", "sauvegarde", "redressement", "liquidation")


def events(rows: Table) -> Table:
    """The last event of each kind in each month: siren, kind, month, code (day and stage in one growing number)."""
    kept = rows.filter(rows.stage != IGNORED, rows.kind.isin(KINDS))
    weight = ibis.cases(*((kept.stage == name, place) for place, name in enumerate(STAGES)), else_=0)
    coded = kept.select(
        "siren", "kind",
        month=month_index(kept.effective_on),
        code=kept.effective_on.epoch_seconds().cast("int64") // 86_400 * STAGE_BASE + weight,
    )  # fmt: skip
    return coded.group_by(["siren", "kind", "month"]).agg(code=coded.code.max())


def openings(rows: Table) -> Table:
    """Openings of proceedings: siren, month, kind, one line per firm and month (the gravest kind)."""
    opened = rows.filter(rows.stage == "ouverture", rows.kind.isin(KINDS))
    place = ibis.cases(*((opened.kind == kind, number) for number, kind in enumerate(KINDS)), else_=9)
    dated = opened.select("siren", month=month_index(opened.effective_on), place=place)
    first = dated.group_by(["siren", "month"]).agg(place=dated.place.min())
    kind = ibis.cases(*((first.place == number, kind) for number, kind in enumerate(KINDS)), else_="other")
    return first.select("siren", "month", kind=kind)


def by_month(grid: Table, rows: Table, first: int) -> Table:
    """siren × month of the firms that ever had an event: state and plan_running at the month, and the past.

    rows: siren, effective_on, kind, stage. A firm that is absent is in bonis.
    """
    history = events(rows)
    begun = history.mutate(month=ibis.ifelse(history.month < first, first, history.month).cast("int32"))
    wide = begun.group_by(["siren", "month"]).agg(
        **{kind: ibis.ifelse(begun.kind == kind, begun.code, None).max() for kind in KINDS}
    )
    firms = history.select("siren").distinct()
    own = grid.semi_join(firms, "siren")
    joined = attach(own, wide, ["siren", "month"])
    last = joined.select("siren", "month", **{kind: series.highest_so_far(joined[kind]) for kind in KINDS})
    return last.select("siren", "month", state=state(last), plan_running=_any_plan(last))


def _stage(code: ibis.Value) -> ibis.Value:
    return code % STAGE_BASE


def _runs(table: Table, kind: str) -> ibis.Value:
    """Whether the last stage of a kind leaves it running at the month."""
    code = table[kind]
    ended = _stage(code).isin([STAGES.index(name) for name in ENDED])
    plan_over = (_stage(code) == STAGES.index(PLAN)) & (_age(table, kind) >= PLAN_LASTS_MONTHS)
    return (code.notnull() & ~ended & ~plan_over).fill_null(False)


def _age(table: Table, kind: str) -> ibis.Value:
    """Months since the last event of a kind, from its day."""
    day = (table[kind] // STAGE_BASE * 86_400).as_timestamp("s").cast("date")
    return table.month - month_index(day)


def _plan(table: Table, kind: str) -> ibis.Value:
    return _runs(table, kind) & (_stage(table[kind]) == STAGES.index(PLAN))


def _any_plan(table: Table) -> ibis.Value:
    grave = _runs(table, "liquidation") | (_runs(table, "redressement") & ~_plan(table, "redressement"))
    return ~grave & (_plan(table, "redressement") | _plan(table, "sauvegarde"))


def state(table: Table) -> ibis.Value:
    """The gravest proceeding that runs; a firm that executes a plan is « plan »."""
    return ibis.cases(
        (_runs(table, "liquidation"), "liquidation"),
        (_plan(table, "redressement"), "plan"),
        (_runs(table, "redressement"), "redressement"),
        (_plan(table, "sauvegarde"), "plan"),
        (_runs(table, "sauvegarde"), "sauvegarde"),
        else_="in_bonis",
    )


def features(facts: Facts, base: Table) -> Table:
    """The columns of the family: siren, month, features, and the context proceedings_state and plan_running."""
    rows = facts.table("procol")
    states = facts.engine.keep(by_month(facts.grid, rows, facts.first))
    opened = openings(rows)
    early = opened.mutate(
        opened_month=opened.month, month=ibis.ifelse(opened.month < facts.first, facts.first, opened.month)
    )
    counted = early.group_by(["siren", early.month.cast("int32").name("month")]).agg(
        opened_count=early.count(), opened_month=early.opened_month.max()
    )
    joined = attach(facts.grid, states, ["siren", "month"])
    joined = attach(joined, counted, ["siren", "month"], ["opened_count", "opened_month"])
    delivered = "procol" in facts.delivered
    count = series.so_far(joined.opened_count.fill_null(0)).cast("float64")
    return joined.select(
        "siren", "month",
        proceedings_past_count=count if delivered else ibis.null("float64"),
        proceedings_months_since=(joined.month - series.highest_so_far(joined.opened_month)).cast("float64"),
        proceedings_state=joined.state.fill_null("in_bonis"),
        plan_running=joined.plan_running.fill_null(False),
    )  # fmt: skip


# Notices of the BODACC and links between firms: known to matter, delivered by no source yet.
NOTICES = {
    "bodacc_capital_halved": ("Perte de la moitié du capital publiée", 1),
    "bodacc_head_changed": ("Changement de dirigeant publié", 0),
    "bodacc_business_sold": ("Vente du fonds publiée", 0),
    "bodacc_late_filing": ("Dépôt tardif des comptes publié", 1),
}
NOT_DELIVERED = "inconnu : source non livrée"
WAITED_FOR: tuple[Feature, ...] = (
    *(
        Feature(
            code, label, FAMILY, ("bodacc",), "oui/non", 12, 1, "toujours", NOT_DELIVERED, direction, "public",
            "Annonce parue au BODACC dans les douze derniers mois.", available=False, kind="flag",
        )
        for code, (label, direction) in NOTICES.items()
    ),
    Feature(
        "group_head_in_proceedings", "Tête de groupe en procédure collective", FAMILY, ("liens_capitalistiques",),
        "oui/non", 0, 2, "firme détenue par une autre", NOT_DELIVERED, 1, "public",
        "La société qui détient la firme est en procédure collective au mois considéré.", available=False, kind="flag",
    ),
)  # fmt: skip
FEATURES: tuple[Feature, ...] = (
    Feature(
        "proceedings_past_count", "Procédures collectives passées", FAMILY, ("procol",), "nombre", 0, 0, "0 ou plus",
        "0 : aucune ouverture connue", 1, "public", "Nombre d’ouvertures jusqu’au mois compris.",
    ),
    Feature(
        "proceedings_months_since", "Mois depuis la dernière ouverture de procédure", FAMILY, ("procol",), "mois", 0,
        0, "une ouverture connue", "inconnu : jamais de procédure", -1, "public",
        "Mois écoulés depuis la dernière ouverture de procédure collective.",
    ),
    *WAITED_FOR,
)  # fmt: skip
