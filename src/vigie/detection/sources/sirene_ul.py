"""The legal units of Sirene: names, legal category, activity, state."""

from __future__ import annotations

from vigie.detection.sources.insee import INSEE, NAF, OTHER_NOMENCLATURE
from vigie.detection.sources.table import COMPLETE_CHECKS, Column, Derived, Source, Type

_HIDDEN = "coalesce(diffusion_status, '') IN ('P', 'N')"
_NAMES = "raw_last_name, raw_usage_name, raw_first_name_1, raw_first_name_2, raw_first_name_3, raw_first_name_4"


def _first_name(rank: int) -> Column:
    return Column(
        f"prenom{rank}UniteLegale",
        f"raw_first_name_{rank}",
        Type.TEXT,
        f"first name {rank} of a sole trader",
        required=False,
        kept=False,
        examples=("Alix",),
        personal=True,
    )


SOURCE = Source(
    code="sirene_ul",
    label_fr="Sirene, unités légales",
    **INSEE,
    frequency="monthly",
    delay_months=1,
    grain="siren",
    key=("siren",),
    sort=("siren",),
    subject="siren",
    separator=",",
    file_names=(r"sireneUL\.csv", r"StockUniteLegale_utf8\.csv"),
    essential=True,
    checks=COMPLETE_CHECKS,
    columns=(
        Column("siren", "siren", Type.SIREN, "firm", nullable=False),
        Column(
            "denominationUniteLegale",
            "denomination",
            Type.TEXT,
            "name of a legal person",
            examples=("ATELIERS DU LAC",),
        ),
        Column(
            "nomUniteLegale",
            "raw_last_name",
            Type.TEXT,
            "name of a sole trader",
            kept=False,
            examples=("MARTIN",),
            personal=True,
        ),
        Column(
            "nomUsageUniteLegale",
            "raw_usage_name",
            Type.TEXT,
            "usage name of a sole trader",
            required=False,
            kept=False,
            examples=("",),
            personal=True,
        ),
        *(_first_name(rank) for rank in (1, 2, 3, 4)),
        Column(
            "categorieJuridiqueUniteLegale",
            "legal_category",
            Type.TEXT,
            "legal category, four digits",
            pattern=r"[0-9]{4}",
            on_bad="null",
            examples=("5499", "5710"),
        ),
        Column(
            "activitePrincipaleUniteLegale",
            "raw_naf",
            Type.TEXT,
            "main activity, as delivered",
            kept=False,
            examples=("62.01Z", "10.71C"),
        ),
        Column(
            "nomenclatureActivitePrincipaleUniteLegale",
            "nomenclature",
            Type.TEXT,
            "nomenclature of the activity",
            kept=False,
            examples=("NAFRev2",),
        ),
        Column(
            "activitePrincipaleNAF25UniteLegale",
            "naf25",
            Type.TEXT,
            "main activity, NAF 2025",
            required=False,
            pattern=NAF,
            on_bad="null",
            examples=("62.10Y",),
        ),
        Column("dateCreationUniteLegale", "created_on", Type.DATE_ISO, "creation", on_bad="null"),
        Column(
            "etatAdministratifUniteLegale",
            "state",
            Type.CODE,
            "A active, C ceased",
            nullable=False,
            codes={"A": "active", "C": "cessée"},
            closed=True,
        ),
        Column(
            "nicSiegeUniteLegale",
            "head_office_nic",
            Type.TEXT,
            "NIC of the head office",
            required=False,
            pattern=r"[0-9]{5}",
            on_bad="null",
            examples=("00018",),
        ),
        Column(
            "statutDiffusionUniteLegale",
            "diffusion_status",
            Type.CODE,
            "diffusion status",
            required=False,
            codes={"O": "diffusible", "P": "partiellement diffusible", "N": "non diffusible"},
        ),
    ),
    derived=(
        Derived("naf", f"CASE WHEN regexp_full_match(raw_naf, '{NAF}') THEN raw_naf END", "main activity, NAF rév. 2"),
        Derived(
            "last_name", f"CASE WHEN NOT {_HIDDEN} THEN raw_last_name END", "name of a sole trader, when diffusible"
        ),
        Derived("usage_name", f"CASE WHEN NOT {_HIDDEN} THEN raw_usage_name END", "usage name, when diffusible"),
        Derived(
            "first_names",
            f"CASE WHEN {_HIDDEN} THEN [] ELSE list_filter("
            "[raw_first_name_1, raw_first_name_2, raw_first_name_3, raw_first_name_4], "
            "lambda name: name IS NOT NULL) END",
            "first names, when diffusible",
            "VARCHAR[]",
        ),
        Derived(
            "display_name",
            f"coalesce(denomination, CASE WHEN {_HIDDEN} THEN 'Entreprise non diffusible' "
            f"WHEN raw_last_name IS NULL AND raw_usage_name IS NULL THEN '' "
            f"ELSE concat_ws(' ', {_NAMES}) || ' EI' END)",
            "what screens show: the denomination, otherwise the names and EI",
            nullable=False,
        ),
    ),
    filters=(OTHER_NOMENCLATURE,),
    notes=("The names of a firm that asked not to be diffused (status P or N) are dropped at reading.",),
)
