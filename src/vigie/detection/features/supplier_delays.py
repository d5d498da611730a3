"""Late payments to suppliers (Paydex, FPI): kept in the registry, fed only if the paid source comes back."""

from __future__ import annotations

import ibis

from vigie.detection.engine import Table, attach, month_index
from vigie.detection.features import series
from vigie.detection.features.feature import Feature, lags

FAMILY = "supplier_delays"


def by_month(rows: Table) -> Table:
    """The last value of each month: siren, month, paydex_days, fpi_30_ratio, fpi_90_ratio (between 0 and 1).

    rows: siren, valued_on, late_days, fpi_30, fpi_90 (0 to 100).
    """
    last = ibis.window(group_by=["siren", month_index(rows.valued_on)], order_by=ibis.desc("valued_on"))
    one = rows.mutate(month=month_index(rows.valued_on), place=ibis.row_number().over(last))
    one = one.filter(one.place == 0)
    return one.select(
        "siren", "month",
        paydex_days=one.late_days.cast("float64"),
        fpi_30_ratio=one.fpi_30.clip(0, 100) / 100.0,
        fpi_90_ratio=one.fpi_90.clip(0, 100) / 100.0,
    )  # fmt: skip


def with_past(grid: Table, monthly: Table) -> Table:
    """On the grid: paydex_days, its lags of 3, 6 and 12 months and its change over a year."""
    joined = attach(grid, monthly, ["siren", "month"], ["paydex_days"])
    past = {f"paydex_days_lag{n}m": series.lag(joined.paydex_days, n) for n in (3, 6, 12)}
    return joined.select(
        "siren", "month", "paydex_days", **past,
        paydex_change_12m_days=joined.paydex_days - series.lag(joined.paydex_days, 12),
    )  # fmt: skip


def _feature(code: str, label: str, unit: str, definition: str, **rest: object) -> Feature:
    values: dict[str, object] = {"window_months": 1, "direction": 1, **rest}
    return Feature(
        code, label, FAMILY, ("paydex",), unit, delay_months=1, domain="trois fournisseurs au moins",
        missing="inconnu : source non livrée", confidentiality="altares", definition_fr=definition, available=False,
        **values,  # type: ignore[arg-type]
    )  # fmt: skip


PAYDEX = _feature("paydex_days", "Paydex : retards de paiement fournisseurs", "jours", "Jours moyens de retard.")
FEATURES: tuple[Feature, ...] = (
    PAYDEX,
    *lags(PAYDEX, (3, 6, 12)),
    _feature(
        "paydex_change_12m_days", "Variation du Paydex sur un an", "jours", "Paydex moins Paydex un an plus tôt.",
        window_months=13,
    ),
    _feature(
        "fpi_30_ratio", "FPI 30 : paiements de plus de 30 jours de retard", "ratio",
        "Part des paiements ayant plus de 30 jours de retard.",
    ),
    _feature(
        "fpi_90_ratio", "FPI 90 : paiements de plus de 90 jours de retard", "ratio",
        "Part des paiements ayant plus de 90 jours de retard.",
    ),
    _feature("paydex_available", "Paydex disponible", "oui/non", "Vrai si un Paydex est connu.", kind="flag"),
)  # fmt: skip
