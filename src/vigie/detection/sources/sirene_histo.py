"""Periods of activity and closure of the establishments."""

from __future__ import annotations

from vigie.detection.sources.insee import INSEE
from vigie.detection.sources.table import COMPLETE_CHECKS, Column, Derived, Rule, Source, Type

SOURCE = Source(
    code="sirene_histo",
    label_fr="Sirene, historique des établissements",
    **INSEE,
    frequency="monthly",
    delay_months=1,
    grain="siret × period",
    key=("siret", "valid_from"),
    sort=("siret", "valid_from"),
    separator=",",
    file_names=(r"StockEtablissementHistorique_utf8\.csv",),
    essential=True,
    checks=COMPLETE_CHECKS,
    columns=(
        Column("siret", "siret", Type.SIRET, "establishment", nullable=False),
        Column("dateDebut", "valid_from", Type.DATE_ISO, "first day of the period"),
        Column("dateFin", "valid_until", Type.DATE_ISO, "last day of the period; empty: still running"),
        Column(
            "etatAdministratifEtablissement",
            "state",
            Type.TEXT,
            "A active, F closed; empty before the first known state",
            kept=False,
            examples=("A", "F"),
        ),
        Column(
            "changementEtatAdministratifEtablissement",
            "state_changed",
            Type.BOOL,
            "the state changed at the start of the period",
            nullable=False,
        ),
    ),
    derived=(Derived("is_active", "state = 'A'", "active during the period", "BOOLEAN", nullable=False),),
    filters=(
        Rule("no_dates", "valid_from IS NULL AND valid_until IS NULL", "période sans date"),
        Rule("no_state", "state IS NULL OR state NOT IN ('A', 'F')", "période sans état connu"),
    ),
)
