"""Insolvency proceedings, as the URSSAF records them."""

from __future__ import annotations

from vigie.detection.sources.table import COMPLETE_CHECKS, Column, Derived, Rule, Source, Type
from vigie.detection.sources.urssaf import URSSAF

_KINDS = "liquidation|redressement|sauvegarde"

SOURCE = Source(
    code="procol",
    label_fr="Procédures collectives",
    **URSSAF,
    frequency="monthly",
    delay_months=0,
    grain="siret × date × label",
    key=("siret", "effective_on", "kind", "stage", "category"),
    sort=("siren", "effective_on"),
    period="effective_on",
    file_names=(r"sigfaible_pcoll\.csv",),
    essential=True,
    refreshes_facts=True,
    checks=COMPLETE_CHECKS,
    columns=(
        Column("Siret", "siret", Type.SIRET, "establishment", nullable=False),
        Column("Siren", "delivered_siren", Type.SIREN, "firm, as delivered", required=False, kept=False),
        Column("Dt_effet", "effective_on", Type.SAS_DATE, "day of effect", nullable=False),
        Column("Cat_v2", "category", Type.TEXT, "category, undocumented", required=False, examples=("1",)),
        Column(
            "Lib_actx_stdx",
            "label",
            Type.TEXT,
            "kind and stage joined by _, in either order",
            nullable=False,
            examples=(
                "Ouverture_redressement",
                "redressement_plan_continuation",
                "liquidation_ouverture",
                "Solde_procedure_redressement",
                "sauvegarde_ouverture",
                "cloture_insuffisance_actif_liquidation",
            ),
        ),
    ),
    derived=(
        Derived("siren", "coalesce(delivered_siren, left(siret, 9))", "firm", nullable=False),
        Derived(
            "kind",
            f"nullif(regexp_extract(lower(label), '{_KINDS}'), '')",
            "liquidation, redressement or sauvegarde",
            nullable=False,
        ),
        Derived(
            "stage",
            "array_to_string(list_filter(string_split(lower(label), '_'), "
            f"lambda part: NOT regexp_matches(part, '{_KINDS}')), '_')",
            "the rest of the label (ouverture, plan_continuation, fin_procedure…); unknown ones are kept",
        ),
    ),
    rejects=(
        Rule(
            "unknown_kind",
            "label IS NOT NULL AND kind IS NULL",
            "le libellé ne nomme ni liquidation, ni redressement, ni sauvegarde",
        ),
    ),
)
