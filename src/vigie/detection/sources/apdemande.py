"""Requests for short-time work (activité partielle)."""

from __future__ import annotations

from vigie.detection.sources.table import COMPLETE_CHECKS, Column, Source, Type

REASONS = {
    "1": "conjoncture économique",
    "2": "difficultés d’approvisionnement en matières premières ou en énergie",
    "3": "sinistre ou intempéries de caractère exceptionnel",
    "4": "transformation, restructuration ou modernisation",
    "5": "autres circonstances exceptionnelles",
    "6": "motif 6, inconnu",
    "7": "motif 7, inconnu",
}

SOURCE = Source(
    code="apdemande",
    label_fr="Demandes d’activité partielle",
    producer="Dares et DGEFP",
    legal_basis="convention de partage de données",
    confidentiality="dgefp",
    frequency="monthly",
    delay_months=0,
    grain="request",
    key=("request_id",),
    sort=("siret", "start_on"),
    period="start_on",
    separator=",",
    file_names=(r"demande_ap\.csv",),
    refreshes_facts=True,
    checks=COMPLETE_CHECKS,
    columns=(
        Column("ID_DA", "request_id", Type.TEXT, "request", nullable=False),
        Column("ETAB_SIRET", "siret", Type.SIRET, "establishment", nullable=False),
        Column("EFF_ENT", "company_workforce_count", Type.COUNT, "employees of the firm", required=False),
        Column("EFF_ETAB", "workforce_count", Type.COUNT, "employees of the establishment", required=False),
        Column("DATE_STATUT", "decided_on", Type.DATE_ANY, "day of the decision"),
        Column("DATE_DEB", "start_on", Type.DATE_ANY, "first day asked for", nullable=False),
        Column("DATE_FIN", "end_on", Type.DATE_ANY, "last day asked for", nullable=False),
        Column("HTA", "authorised_hours", Type.FLOAT, "hours authorised", low=0),
        Column("MTA", "authorised_amount_eur", Type.EUR, "amount authorised", required=False),
        Column("EFF_AUTO", "authorised_workforce_count", Type.COUNT, "employees authorised", required=False),
        Column("MOTIF_RECOURS_SE", "reason_code", Type.CODE, "reason", nullable=False, codes=REASONS, closed=True),
        Column(
            "PERIMETRE_AP",
            "scope_code",
            Type.CODE,
            "scope",
            required=False,
            codes={
                "1": "réduction horaire, tout l’établissement",
                "2": "réduction horaire, partie",
                "3": "fermeture temporaire, tout l’établissement",
                "4": "fermeture temporaire, partie",
            },
        ),
        Column(
            "RECOURS_ANTERIEUR",
            "former_use_code",
            Type.CODE,
            "earlier use",
            required=False,
            codes={"1": "aucun depuis trois ans", "2": "recours dans les trois ans", "3": "non renseigné"},
        ),
        Column(
            "AVIS_CE",
            "works_council_code",
            Type.CODE,
            "opinion of the works council",
            required=False,
            codes={"0": "non renseigné", "1": "favorable", "2": "défavorable", "3": "sans objet"},
        ),
        Column("S_HEURE_CONSOM_TOT", "used_hours", Type.FLOAT, "hours used so far", required=False),
        Column("S_EFF_CONSOM_TOT", "used_workforce_count", Type.COUNT, "employees concerned so far", required=False),
        Column("S_MONTANT_CONSOM_TOT", "used_amount_eur", Type.EUR, "amount paid so far", required=False),
    ),
)
