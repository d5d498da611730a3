"""Payment plans (délais) granted by the Urssaf, and referrals to the CCSF."""

from __future__ import annotations

import ibis

from vigie.detection.engine import Table, attach, month_index
from vigie.detection.features import series
from vigie.detection.features.facts import Facts
from vigie.detection.features.feature import Feature

FAMILY = "urssaf_debt"
NEW_MONTHS = 6
BROKEN_DEVIATION = 0.2
RUNNING_STAGES = ("APPROB", "PR")


def plans_by_month(rows: Table, *, delivered: int) -> Table:
    """Plans running at each month, from that of creation (included) to that of the due date (excluded).

    rows: siren, created_on, due_on, duration_days, amount_eur, stage. Overlapping plans are added: siren, month,
    plans_days_left (the last to end), plans_days_total (the longest), plans_amount_eur, plans_left_eur (what a linear
    repayment leaves), plans_running. The stage is only known since the delivery in hand: not looked at before.
    """
    wanted = rows.filter(rows.duration_days > 0, rows.due_on.notnull(), rows.created_on.notnull())
    start, end = month_index(wanted.created_on), month_index(wanted.due_on)
    spread = wanted.mutate(start=start, end=end).filter(lambda t: t.end > t.start)
    months = spread.mutate(month=ibis.range(spread.start, spread.end).unnest().cast("int32"))
    first_day = ibis.date(months.month // 12, months.month % 12 + 1, 1)
    dated = months.mutate(
        left=months.due_on.delta(first_day, unit="day").cast("float64"),
        amount=months.amount_eur.cast("float64").fill_null(0.0),
        is_running=months.stage.isin(RUNNING_STAGES) | (months.month < delivered),
    )
    return dated.group_by(["siren", "month"]).agg(
        plans_days_left=dated.left.max(),
        plans_days_total=dated.duration_days.max().cast("float64"),
        plans_amount_eur=dated.amount.round(2).cast("decimal(18,2)").sum().cast("float64"),
        plans_left_eur=(dated.amount * dated.left / dated.duration_days).cast("decimal(18,4)").sum().cast("float64"),
        plans_running=dated.is_running.any(),
    )


def new_plans(rows: Table) -> Table:
    """Firms and months where a plan was created: siren, month, plan_month."""
    dated = rows.filter(rows.duration_days > 0, rows.created_on.notnull())
    dated = dated.select("siren", month=month_index(dated.created_on))
    return dated.group_by(["siren", "month"]).agg(plan_month=dated.month.max())


def ccsf_before(rows: Table) -> Table:
    """CCSF treatments by the first month that begins after them: siren, month, ccsf_on."""
    dated = rows.select("siren", "treated_on", month=(month_index(rows.treated_on) + 1).cast("int32"))
    return dated.group_by(["siren", "month"]).agg(ccsf_on=dated.treated_on.max())


def deviation(debt_eur: ibis.Value, plans: Table) -> ibis.Value:
    """Debt above what a linear repayment would leave, over the plan's amount; positive is slower."""
    return series.ratio(debt_eur - plans.plans_left_eur, plans.plans_amount_eur)


def features(facts: Facts, base: Table) -> Table:
    """The columns of the plans: siren, month, one per feature, and the context column payment_plan_running."""
    plans = plans_by_month(facts.table("delai"), delivered=facts.delivery_months.get("delai", facts.last + 1))
    created = new_plans(facts.table("delai"))
    ccsf = ccsf_before(facts.table("ccsf")).select("siren", "month", ccsf_month=ibis._.month - 1)
    joined = attach(base, plans, ["siren", "month"])
    joined = attach(joined, created, ["siren", "month"], ["plan_month"])
    joined = attach(joined, ccsf, ["siren", "month"], ["ccsf_month"])
    gap = deviation((joined.employee_cents + joined.employer_cents) / 100, joined)
    return joined.select(
        "siren", "month",
        payment_plan_running=joined.plans_running.fill_null(False),
        payment_plan_days_left=joined.plans_days_left,
        payment_plan_total_days=joined.plans_days_total,
        payment_plan_amount_eur=joined.plans_amount_eur,
        payment_plan_deviation_ratio=gap,
        payment_plan_broken=(gap > BROKEN_DEVIATION).fill_null(False),
        payment_plan_new_6m=(joined.month - series.highest_so_far(joined.plan_month) < NEW_MONTHS).fill_null(False),
        ccsf_months_since=series.within_history(joined.month - series.highest_so_far(joined.ccsf_month)),
    )  # fmt: skip


def _feature(code: str, label: str, unit: str, definition: str, direction: int, **rest: object) -> Feature:
    values: dict[str, object] = {
        "window_months": 1, "delay_months": 0, "domain": "délai en cours", "missing": "inconnu : aucun délai en cours",
        **rest,
    }  # fmt: skip
    sources = values.pop("sources", ("delai",))
    return Feature(
        code, label, FAMILY, sources, unit, direction=direction,  # type: ignore[arg-type]
        confidentiality="urssaf", definition_fr=definition, **values,  # type: ignore[arg-type]
    )  # fmt: skip


FEATURES: tuple[Feature, ...] = (
    _feature(
        "payment_plan_days_left", "Jours restants du délai de paiement", "jours",
        "Jours du premier du mois à l’échéance du dernier délai en cours.", 0,
    ),
    _feature(
        "payment_plan_total_days", "Durée du délai de paiement", "jours",
        "Durée accordée, la plus longue s’il y a plusieurs délais en cours.", 0,
    ),
    _feature(
        "payment_plan_amount_eur", "Montant des délais de paiement en cours", "eur",
        "Somme des échéanciers en cours.", 0,
    ),
    _feature(
        "payment_plan_deviation_ratio", "Retard sur l’échéancier", "ratio",
        "Dette moins le reste d’un remboursement linéaire, divisée par le montant de l’échéancier.", 1,
        sources=("delai", "debit"), domain="délai en cours de montant positif",
    ),
    _feature(
        "payment_plan_broken", "Délai de paiement non tenu", "oui/non",
        "Vrai si le retard sur l’échéancier dépasse 20 % de son montant.", 1, sources=("delai", "debit"),
        missing="non : aucun délai en cours", kind="flag",
    ),
    _feature(
        "payment_plan_new_6m", "Délai de paiement accordé depuis moins de six mois", "oui/non",
        "Vrai si un délai a été créé dans les six derniers mois.", 0, window_months=6, domain="",
        missing="non : aucun délai créé", kind="flag",
    ),
    _feature(
        "ccsf_months_since", "Mois depuis la dernière saisine de la CCSF", "mois",
        "Mois écoulés depuis la dernière date de traitement antérieure au mois, sur trois ans.", 0, sources=("ccsf",),
        window_months=36, delay_months=1, domain="dossier CCSF connu", missing="inconnu : aucun dossier CCSF",
    ),
)  # fmt: skip
