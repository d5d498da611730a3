"""Files before the commission des chefs des services financiers."""

from __future__ import annotations

from vigie.detection.sources.table import INCREMENTAL_CHECKS, AccountLookup, Column, Source, Type
from vigie.detection.sources.urssaf import URSSAF

SOURCE = Source(
    code="ccsf",
    label_fr="Commission des chefs des services financiers",
    **URSSAF,
    frequency="monthly",
    delay_months=0,
    grain="siret × account × treatment date × stage",
    key=("siret", "account", "treated_on", "stage", "action"),
    sort=("siret", "treated_on"),
    period="treated_on",
    file_names=(r"sigfaible_ccsf\.csv",),
    complete=False,
    accounts=AccountLookup("account", "treated_on"),
    checks=INCREMENTAL_CHECKS,
    columns=(
        Column("Siret", "siret", Type.SIRET, "establishment", nullable=False),
        Column("Compte", "account", Type.TEXT, "URSSAF account number", nullable=False),
        Column("Date_de_traitement", "treated_on", Type.URSSAF_DATE, "day of the treatment", nullable=False),
        Column(
            "Code_externe_stade",
            "stage",
            Type.CODE,
            "stage of the file",
            codes={"DEBUT": "ouvert", "REFUS": "refusé", "APPROB": "accordé", "FIN": "terminé", "REJ": "rejeté"},
        ),
        Column("Code_externe_action", "action", Type.TEXT, "always CCSF", required=False, examples=("CCSF",)),
    ),
)
