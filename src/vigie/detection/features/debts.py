"""Social debt: contributions called, debt stock, ratios between them.

Amounts are added as whole numbers (cents for debts, millionths of euro for contributions spread over their months), so
that a sum is exact and the same whatever the order of the rows.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from vigie.detection.engine import Table, attach, month_index
from vigie.detection.features import series
from vigie.detection.features.facts import Facts
from vigie.detection.features.feature import Feature, lags, means

DEBT_LAGS = (1, 2, 3, 6, 12, 24, 36)
YEARLY_LAGS = (12, 24, 36)
MEANS = (3, 6, 12)
PARTS = ("employee_cents", "employer_cents")
GRAVE_EMPLOYEE_DEBT_EUR = 100
FAMILY = "urssaf_debt"
ZERO = "0 : aucune dette n’est enregistrée à l’Urssaf"


def contributions_by_month(rows: Table, *, as_known: bool) -> Table:
    """Contributions due, spread equally over the months of their period: siren, month, due_micro (millionths of euro).

    rows: siren, period_start, period_end (excluded), due_eur. A month without any row has no line: unknown, not zero.
    as_known: each amount is placed one period later, month for month: a quarter is known when it is over, so the months
    of July to September speak from October to December.
    """
    length = month_index(rows.period_end) - month_index(rows.period_start)
    spread = rows.filter(rows.due_eur.notnull(), length > 0).select(
        "siren",
        start=month_index(rows.period_start) + (length if as_known else 0),
        length=length,
        due_micro=(rows.due_eur.cast("float64") * series.MICRO / length).round().cast("int64"),
    )
    single = spread.filter(spread.length == 1).select("siren", "due_micro", month=spread.start.cast("int32"))
    several = spread.filter(spread.length > 1)
    several = several.select(
        "siren", "due_micro", month=ibis.range(several.start, several.start + several.length).unnest().cast("int32")
    )
    return single.union(several, distinct=False).group_by(["siren", "month"]).agg(due_micro=ibis._.due_micro.sum())


def debt_events(rows: Table) -> Table:
    """Changes of the debt stock: siren, month, employee_cents, employer_cents (differences, whole cents).

    rows: one line per operation on a debt (account, period, ecn_number); each states the new amount, from counted_month
    on. An operation that a later one of the same month, or of an earlier month, replaces never counts. The work grows
    with the operations, never with the months that follow them.
    """
    debt = ["siren", "siret", "account", "period_start", "period_end", "ecn_number"]
    order = ["history_number", "line"]
    operations = rows.select(
        *debt, *order,
        month=month_index(rows.counted_month),
        employee_cents=(rows.employee_debt_eur.cast("float64") * 100).round().cast("int64"),
        employer_cents=(rows.employer_debt_eur.cast("float64") * 100).round().cast("int64"),
    )  # fmt: skip
    later = ibis.window(group_by=debt, order_by=order, following=(1, None))
    seen = operations.mutate(replaced_from=operations.month.min().over(later))
    current = seen.filter(seen.replaced_from.isnull() | (seen.month < seen.replaced_from))
    history = ibis.window(group_by=debt, order_by=order)
    changes = current.select(
        "siren", "month",
        **{
            name: current[name] - current[name].lag(1).over(history).fill_null(0)
            for name in PARTS
        },
    )  # fmt: skip
    return changes.group_by(["siren", "month"]).agg(
        employee_cents=changes.employee_cents.sum(), employer_cents=changes.employer_cents.sum()
    )


def debt_stock(grid: Table, events: Table, first: int) -> Table:
    """The stock at each month of the grid: siren, month, employee_cents, employer_cents; 0 without any operation.

    Operations older than the grid are counted at its first month.
    """
    early = events.mutate(month=ibis.ifelse(events.month < first, first, events.month).cast("int32"))
    events = early.group_by(["siren", "month"]).agg(
        employee_cents=early.employee_cents.sum(), employer_cents=early.employer_cents.sum()
    )
    joined = attach(grid, events, ["siren", "month"])
    return joined.select(
        "siren", "month",
        **{name: series.so_far(joined[name].fill_null(0)).cast("int64") for name in PARTS},
    )  # fmt: skip


def default_tag(debt_ratio: ir.Value) -> ir.Value:
    """True from the third month in a row with a debt above one month of contributions; strict: a month apart resets."""
    above = ibis.ifelse(debt_ratio > 1, 1, 0)
    return series.total(above, 3) == 3


def ratio_columns(base: Table) -> Table:
    """Base columns with debt_cents, due_mean12_micro and debt_ratio (1.0 = one month of contributions).

    base: siren, month, due_micro?, employee_cents?, employer_cents?; a missing part of the debt counts as zero, a
    missing contribution makes the mean unknown, and the ratio has a value where that mean is positive.
    """
    table = base.mutate(
        debt_cents=base.employee_cents.fill_null(0) + base.employer_cents.fill_null(0),
        due_mean12_micro=series.mean(base.due_micro, 12),
    )
    return table.mutate(debt_ratio=series.ratio(table.debt_cents * 10_000, table.due_mean12_micro))


def features(facts: Facts, base: Table) -> Table:
    """The columns of the family but the payment plans: siren, month, and one per feature."""
    table = facts.engine.keep(ratio_columns(base))
    euros = {
        "contributions_due_eur": (table.due_micro, series.MICRO),
        "employee_debt_eur": (table.employee_cents, 100),
        "employer_debt_eur": (table.employer_cents, 100),
    }
    columns: dict[str, ir.Value] = {}
    for name, (value, unit) in euros.items():
        columns[name] = value / unit
        columns |= {f"{name}_mean{n}m": series.mean(value, n) / unit for n in MEANS}
        chosen = YEARLY_LAGS if name == "contributions_due_eur" else DEBT_LAGS
        columns |= {f"{name}_lag{n}m": series.lag(value, n) / unit for n in chosen}
    columns |= _per_head(table) | _dynamics(facts, table)
    result = table.select("siren", "month", **columns)
    return result.mutate(
        months_since_debt_free=series.capped(result.month - result.last_free_month.fill_null(facts.first - 1)),
    ).drop("last_free_month")


def _per_head(table: Table) -> dict[str, ir.Value]:
    """Debt per employee and its past; the change over three months uses the current workforce on both sides."""
    head = table.workforce_count
    value = series.ratio(table.debt_cents / 100, head)
    past = series.lag(table.debt_cents, 3)
    columns = {
        "debt_per_head_eur": value,
        "debt_per_head_change_3m_eur": series.ratio((table.debt_cents - past) / 300, head),
    }
    for n in YEARLY_LAGS:
        columns[f"debt_per_head_eur_lag{n}m"] = series.ratio(series.lag(table.debt_cents, n) / 100, series.lag(head, n))
    return columns


def _dynamics(facts: Facts, table: Table) -> dict[str, ir.Value]:
    indebted = ibis.ifelse(table.debt_cents > 0, 1, 0)
    return {
        "debt_to_dues_ratio": table.debt_ratio,
        "debt_months_12m_count": series.total(indebted, 12).cast("float64"),
        "last_free_month": series.highest_so_far(ibis.ifelse(table.debt_cents <= 0, table.month, None)),
        "employee_debt_grave": table.employee_cents >= GRAVE_EMPLOYEE_DEBT_EUR * 100,
        "urssaf_default": default_tag(table.debt_ratio),
        "urssaf_history_months": series.capped(
            table.month - series.lowest_so_far(ibis.ifelse(table.due_micro.notnull(), table.month, None))
        ),
    }  # fmt: skip


def _feature(code: str, label: str, sources: tuple[str, ...], unit: str, definition: str, **rest: object) -> Feature:
    values: dict[str, object] = {
        "window_months": 1, "delay_months": 0, "domain": "tout montant", "missing": ZERO, "direction": 1,
        "confidentiality": "urssaf", **rest,
    }  # fmt: skip
    return Feature(code, label, FAMILY, sources, unit, definition_fr=definition, **values)  # type: ignore[arg-type]


DUES = _feature(
    "contributions_due_eur", "Cotisations sociales appelées", ("cotisation",), "eur",
    "Cotisations dues, réparties également sur les mois de leur période, connues une période plus tard.",
    delay_months=1, direction=0, domain="tout montant, négatif en cas de régularisation",
    missing="inconnu : aucune cotisation appelée pour le mois",
)  # fmt: skip
EMPLOYEE = _feature(
    "employee_debt_eur", "Part salariale de la dette sociale", ("debit",), "eur",
    "Reste dû à l’Urssaf au titre de la part salariale, après la dernière opération prise en compte.",
)  # fmt: skip
EMPLOYER = _feature(
    "employer_debt_eur", "Part patronale de la dette sociale", ("debit",), "eur",
    "Reste dû à l’Urssaf au titre de la part patronale, après la dernière opération prise en compte.",
)  # fmt: skip
PER_HEAD = _feature(
    "debt_per_head_eur", "Dette sociale rapportée à l’effectif", ("debit", "effectif_ent"), "eur/personne",
    "Parts salariale et patronale de la dette, divisées par l’effectif.",
    domain="effectif connu et non nul", missing="inconnu : effectif inconnu ou nul", delay_months=0,
)  # fmt: skip
FEATURES: tuple[Feature, ...] = (
    DUES, *means(DUES, MEANS), *lags(DUES, YEARLY_LAGS),
    EMPLOYEE, *means(EMPLOYEE, MEANS), *lags(EMPLOYEE, DEBT_LAGS),
    EMPLOYER, *means(EMPLOYER, MEANS), *lags(EMPLOYER, DEBT_LAGS),
    PER_HEAD, *lags(PER_HEAD, YEARLY_LAGS),
    _feature(
        "debt_per_head_change_3m_eur", "Variation mensuelle de la dette par salarié", ("debit", "effectif_ent"),
        "eur/personne", "Dette moins dette trois mois plus tôt, divisée par trois fois l’effectif courant.",
        window_months=4, domain="effectif connu et non nul", missing="inconnu : effectif ou passé inconnu",
    ),
    _feature(
        "debt_to_dues_ratio", "Dette sociale rapportée à la cotisation mensuelle moyenne", ("debit", "cotisation"),
        "mois de cotisations", "Dette divisée par la moyenne des cotisations de douze mois.", window_months=12,
        domain="moyenne des cotisations positive", missing="inconnu : moins de douze mois de cotisations",
    ),
    _feature(
        "debt_months_12m_count", "Mois en dette sur douze mois", ("debit",), "mois",
        "Nombre de mois où la dette est positive, parmi les douze derniers.", window_months=12,
    ),
    _feature(
        "months_since_debt_free", "Mois écoulés depuis le dernier mois sans dette", ("debit",), "mois",
        "Zéro si l’entreprise ne doit rien ce mois-ci ; 36 au plus, compté depuis le début de l’historique à défaut.",
        window_months=36,
    ),
    _feature(
        "employee_debt_grave", "Dette salariale de 100 € ou plus", ("debit",), "oui/non",
        "Vrai si la part salariale de la dette atteint 100 €.", kind="flag",
    ),
    _feature(
        "urssaf_default", "Défaut Urssaf de trois mois", ("debit", "cotisation"), "oui/non",
        "Vrai à partir du troisième mois consécutif où la dette dépasse un mois de cotisations.",
        window_months=14, kind="flag", missing="non : rapport inconnu",
    ),
    _feature(
        "urssaf_history_months", "Ancienneté à l’Urssaf", ("cotisation",), "mois",
        "Mois écoulés depuis la première cotisation connue dans l’historique, 36 au plus.", window_months=36,
        delay_months=1,
        direction=0, missing="inconnu : aucune cotisation connue",
    ),
)  # fmt: skip
