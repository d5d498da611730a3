"""Payment plans granted by the URSSAF (délais de paiement)."""

from __future__ import annotations

from vigie.detection.sources.table import COMPLETE_CHECKS, AccountLookup, Column, Source, Type
from vigie.detection.sources.urssaf import URSSAF

SOURCE = Source(
    code="delai",
    label_fr="Délais de paiement Urssaf",
    **URSSAF,
    frequency="monthly",
    delay_months=0,
    grain="siret × account × dispute × creation date",
    key=("siret", "account", "dispute_number", "created_on"),
    sort=("siret", "created_on"),
    period="created_on",
    file_names=(r"sigfaible_delais\.csv",),
    refreshes_facts=True,
    accounts=AccountLookup("account", "created_on"),
    checks=COMPLETE_CHECKS,
    columns=(
        Column("Siret", "siret", Type.SIRET, "establishment", nullable=False),
        Column("Numero_compte_externe", "account", Type.TEXT, "URSSAF account number", nullable=False),
        Column("Numero_structure", "dispute_number", Type.TEXT, "number of the litigation file", nullable=False),
        Column("Date_creation", "created_on", Type.DATE_FR, "day of the request", nullable=False),
        Column("Date_echeance", "due_on", Type.DATE_FR, "last instalment", nullable=False),
        Column("Duree_delai", "duration_days", Type.COUNT, "length in days", required=False, on_bad="null", low=1),
        Column("Montant_global_echeancier", "amount_eur", Type.EUR, "amount covered by the plan"),
        Column(
            "Indic_6M",
            "six_months",
            Type.CODE,
            "shorter or longer than six months",
            required=False,
            codes={"INF": "six mois au plus", "SUP": "plus de six mois"},
        ),
        Column("Annee_creation", "creation_year", Type.INT, "year of creation", required=False, on_bad="null"),
        Column(
            "Code_externe_stade",
            "stage",
            Type.CODE,
            "stage of the request",
            codes={
                "APPROB": "accordé",
                "PR": "en cours",
                "DEBUT": "demandé",
                "REFUS": "refusé",
                "REJ": "rejeté",
                "FIN": "terminé",
            },
        ),
        Column("Code_externe_action", "action", Type.TEXT, "kind of plan, free code", examples=("SUR PO", "SUR PP")),
        Column(
            "Denomination_premiere_ligne",
            "name",
            Type.TEXT,
            "name of the debtor",
            required=False,
            examples=("ATELIERS DU LAC",),
            personal=True,
        ),
    ),
    notes=("Dates are JJ/MM/AAAA, whatever the public description says.",),
)
