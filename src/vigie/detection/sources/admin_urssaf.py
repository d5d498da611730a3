"""The URSSAF accounts: which establishment an account belongs to, until when (deliveries of 2023)."""

from __future__ import annotations

from vigie.detection.sources.table import Column, Source, Type
from vigie.detection.sources.urssaf import ACCOUNT_STATES, URSSAF

SOURCE = Source(
    code="admin_urssaf",
    label_fr="Comptes Urssaf",
    **URSSAF,
    frequency="monthly",
    delay_months=1,
    grain="account × siret",
    key=("account", "siret"),
    file_names=(),
    file_names_2023=(r"sigfaible_etablissement_utf8\.csv",),
    complete=False,
    checks=(),
    columns=(
        Column("Compte", "account", Type.TEXT, "URSSAF account number", nullable=False),
        Column("Siret", "siret", Type.SIRET, "establishment of the account", nullable=False),
        Column("Date_crea_siret", "created_on", Type.URSSAF_DATE, "first day of the link", required=False),
        Column(
            "Date_disp_siret",
            "vanished_on",
            Type.URSSAF_DATE,
            "day from which the account has left the establishment; empty: still there",
            high="2899-12-31",
            on_bad="fatal",
        ),
        Column("Etat_compte", "account_state", Type.CODE, "state of the account", required=False, codes=ACCOUNT_STATES),
    ),
    notes=(
        "The establishment of an account at a date is the first one whose disappearance is strictly after the date; "
        "without one, the line that asks is filtered.",
    ),
)
