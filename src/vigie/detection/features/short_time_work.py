"""Short-time work: hours authorised and used, months of use, large requests."""

from __future__ import annotations

import ibis

from vigie.detection.engine import Table, attach, month_index
from vigie.detection.features import series
from vigie.detection.features.facts import Facts
from vigie.detection.features.feature import Feature, lags

FAMILY = "short_time_work"
LEGAL_MONTHLY_HOURS = 151.67
USED_DELAY_MONTHS = 1
YEARLY_LAGS = (12, 24, 36)
LEARNING_REASONS = ("1", "2", "3", "4", "5")
LARGE_SHARE = 0.5


def used_by_month(rows: Table, *, delay_months: int = USED_DELAY_MONTHS) -> Table:
    """Hours used by firm and month of availability: siren, month, used_micro (millionths of hour)."""
    dated = rows.filter(rows.hours.notnull()).select(
        "siren",
        month=(month_index(rows.month) + delay_months).cast("int32"),
        micro=(rows.hours * series.MICRO).round().cast("int64"),
    )
    return dated.group_by(["siren", "month"]).agg(used_micro=dated.micro.sum().cast("int64"))


def authorised_by_month(rows: Table) -> Table:
    """Hours authorised, spread by day over the request: siren, month, authorised_micro.

    Reasons 6 and 7 are left out. The days of the months before the decision are not counted: they were not known then.
    """
    kept = rows.filter(rows.reason_code.isin(LEARNING_REASONS), rows.authorised_hours.notnull())
    kept = kept.filter(kept.end_on >= kept.start_on)
    spread = kept.mutate(
        start=month_index(kept.start_on),
        end=month_index(kept.end_on),
        decided=month_index(ibis.coalesce(kept.decided_on, kept.start_on)),
        days=kept.end_on.delta(kept.start_on, unit="day") + 1,
    )
    months = spread.mutate(month=ibis.range(spread.start, spread.end + 1).unnest().cast("int32"))
    months = months.filter(months.month >= months.decided)
    opening = ibis.date(months.month // 12, months.month % 12 + 1, 1)
    closing = ibis.date((months.month + 1) // 12, (months.month + 1) % 12 + 1, 1)
    from_day = ibis.ifelse(months.start_on > opening, months.start_on, opening)
    to_day = ibis.ifelse(months.end_on < closing, months.end_on.cast("date") + ibis.interval(days=1), closing)
    days = to_day.cast("date").delta(from_day, unit="day")
    shares = months.select(
        "siren", "month",
        micro=(months.authorised_hours * days / months.days * series.MICRO).round().cast("int64"),
    )  # fmt: skip
    return shares.group_by(["siren", "month"]).agg(authorised_micro=shares.micro.sum().cast("int64"))


def large_requests(rows: Table) -> Table:
    """Months of decision of requests for more than half of the staff: siren, month, large_month."""
    staff = ibis.coalesce(rows.company_workforce_count, rows.workforce_count)
    kept = rows.filter(
        rows.reason_code.isin(LEARNING_REASONS), staff > 0, rows.authorised_workforce_count > LARGE_SHARE * staff
    )
    dated = kept.select("siren", month=month_index(ibis.coalesce(kept.decided_on, kept.start_on)))
    return dated.group_by(["siren", "month"]).agg(large_month=dated.month.max())


def features(facts: Facts, base: Table) -> Table:
    """The columns of the family: siren, month, and one per feature."""
    used = used_by_month(facts.table("apconso"))
    authorised = authorised_by_month(facts.table("apdemande"))
    large = large_requests(facts.table("apdemande"))
    joined = attach(base, used, ["siren", "month"], ["used_micro"])
    joined = attach(joined, authorised, ["siren", "month"], ["authorised_micro"])
    joined = attach(joined, large, ["siren", "month"], ["large_month"])
    hours = _when_delivered(facts, "apconso", joined.used_micro)
    allowed = _when_delivered(facts, "apdemande", joined.authorised_micro)
    return joined.select(
        "siren", "month",
        ap_used_hours=hours / series.MICRO,
        **{f"ap_used_hours_lag{n}m": series.lag(hours, n) / series.MICRO for n in YEARLY_LAGS},
        ap_authorised_hours=allowed / series.MICRO,
        ap_used_ratio=series.ratio(hours / series.MICRO, joined.workforce_count * LEGAL_MONTHLY_HOURS),
        ap_months_24m_count=series.total(ibis.ifelse(hours > 0, 1, 0), 24).cast("float64"),
        ap_large_request_12m=(joined.month - series.highest_so_far(joined.large_month) < 12).fill_null(False),
    )  # fmt: skip


def _when_delivered(facts: Facts, source: str, value: ibis.Value) -> ibis.Value:
    """The sources of short-time work list every use: no row is zero once they are delivered, unknown otherwise."""
    return value.fill_null(0) if source in facts.delivered else value


NONE = "0 : aucune heure, la base est complète"
USED = Feature(
    "ap_used_hours", "Heures consommées en activité partielle", FAMILY, ("apconso",), "heures", 1, USED_DELAY_MONTHS,
    "0 ou plus", NONE, 1, "dgefp", "Heures chômées indemnisées du dernier mois connu, tous établissements.",
)  # fmt: skip
FEATURES: tuple[Feature, ...] = (
    USED,
    *lags(USED, YEARLY_LAGS),
    Feature(
        "ap_authorised_hours", "Heures autorisées en activité partielle", FAMILY, ("apdemande",), "heures", 1, 0,
        "0 ou plus", NONE, 1, "dgefp",
        "Heures autorisées, réparties par jour sur la durée de la demande, à partir de la décision.",
    ),
    Feature(
        "ap_used_ratio", "Part du temps de travail en activité partielle", FAMILY, ("apconso", "effectif_ent"),
        "ratio", 1, USED_DELAY_MONTHS, "effectif connu et non nul", "inconnu : effectif inconnu ou nul", 1, "dgefp",
        "Heures consommées divisées par l’effectif et par 151,67 heures.",
    ),
    Feature(
        "ap_months_24m_count", "Mois d’activité partielle sur deux ans", FAMILY, ("apconso",), "mois", 24,
        USED_DELAY_MONTHS, "0 à 24", NONE, 1, "dgefp",
        "Nombre de mois avec des heures consommées, parmi les vingt-quatre derniers.",
    ),
    Feature(
        "ap_large_request_12m", "Demande d’activité partielle pour plus de la moitié du personnel", FAMILY,
        ("apdemande",), "oui/non", 12, 0, "", "non : aucune demande de cette ampleur", 1, "dgefp",
        "Vrai si une demande décidée depuis moins de douze mois couvre plus de la moitié du personnel.", kind="flag",
    ),
)  # fmt: skip
