"""Monthly workforce per establishment: one column per month."""

from __future__ import annotations

from vigie.detection.sources.table import COMPLETE_CHECKS, Column, Source, Type, WideMonths, months_behind_at_most
from vigie.detection.sources.urssaf import URSSAF

SOURCE = Source(
    code="effectif",
    label_fr="Effectifs des établissements",
    **URSSAF,
    frequency="monthly to half-yearly",
    delay_months=6,
    grain="siret × account × month",
    key=("siret", "account", "month"),
    sort=("siret", "month"),
    period="month",
    several_files=True,
    file_names=(r"(?!sigfaible_effectif_siren\.).*effectif_.*",),
    checks=(*COMPLETE_CHECKS, months_behind_at_most(9)),
    columns=(
        Column("siret", "siret", Type.SIRET, "establishment", nullable=False),
        Column("compte", "account", Type.TEXT, "URSSAF account number", required=False),
    ),
    wide=WideMonths(
        r"eff(\d{4})([1-4])([1-3])", "workforce_count", "employees of the month; 0 is kept, empty is no row"
    ),
    notes=(
        "A column is `eff` + year + quarter + month of the quarter: `eff201842` is November 2018.",
        "12.0 is 12; a negative or unreadable cell rejects the line, never becomes 0.",
        "Several accounts of one establishment repeat its SIRET: the panel adds them up.",
    ),
)
