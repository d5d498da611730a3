"""Social contributions due and cashed, per account and period."""

from __future__ import annotations

from vigie.detection.sources.table import COMPLETE_CHECKS, AccountLookup, Column, Source, Type, months_behind_at_most
from vigie.detection.sources.urssaf import URSSAF

SOURCE = Source(
    code="cotisation",
    label_fr="Cotisations sociales",
    **URSSAF,
    frequency="monthly, around the 20th",
    delay_months=1,
    grain="siret × account × period",
    key=("siret", "account", "period_start", "period_end"),
    sort=("siret", "period_start"),
    period="period_start",
    file_names=(r"sigfaible_cotisdues\.csv",),
    essential=True,
    refreshes_facts=True,
    strict_quotes=False,
    accounts=AccountLookup("account", "period_start"),
    checks=(*COMPLETE_CHECKS, months_behind_at_most(3)),
    columns=(
        Column("Siret", "siret", Type.SIRET, "establishment", nullable=False),
        Column("Compte", "account", Type.TEXT, "URSSAF account number", nullable=False),
        Column("periode", "period", Type.URSSAF_PERIOD, "period of the contribution", nullable=False),
        Column("cotis_due", "due_eur", Type.EUR, "contribution due; negative: a regularisation"),
        Column("enc_direct", "cashed_eur", Type.EUR, "cashed directly"),
        Column("mer", "put_in_recovery_eur", Type.EUR, "put into recovery", required=False),
    ),
    notes=("A quarter or a year is spread over its months by the panel, not here.",),
)
