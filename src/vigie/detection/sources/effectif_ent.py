"""Monthly workforce per firm: one column per month; the perimeter starts from it."""

from __future__ import annotations

from vigie.detection.sources.table import COMPLETE_CHECKS, Column, Source, Type, WideMonths, months_behind_at_most
from vigie.detection.sources.urssaf import URSSAF

SOURCE = Source(
    code="effectif_ent",
    label_fr="Effectifs des entreprises",
    **URSSAF,
    frequency="monthly to half-yearly",
    delay_months=6,
    grain="siren × month",
    key=("siren", "month"),
    sort=("siren", "month"),
    subject="siren",
    period="month",
    file_names=(r"sigfaible_effectif_siren\.csv",),
    essential=True,
    checks=(*COMPLETE_CHECKS, months_behind_at_most(9)),
    columns=(Column("siren", "siren", Type.SIREN, "firm", nullable=False),),
    wide=WideMonths(
        r"eff(\d{4})([1-4])([1-3])", "workforce_count", "employees of the month; 0 is kept, empty is no row"
    ),
)
