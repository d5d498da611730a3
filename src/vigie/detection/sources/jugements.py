"""Judgments recorded by the tax administration (DGFiP)."""

from __future__ import annotations

from vigie.detection.sources.table import COMPLETE_CHECKS, Column, Derived, Source, Type

SOURCE = Source(
    code="jugements",
    label_fr="Jugements (DGFiP)",
    producer="DGFiP",
    legal_basis="convention de partage de données ; secret fiscal",
    confidentiality="fiscal",
    frequency="monthly",
    delay_months=1,
    grain="siren × date × nature",
    key=("siren", "judged_on", "nature_code"),
    sort=("siren", "judged_on"),
    subject="siren",
    period="judged_on",
    separator="|",
    file_names=(r".*jugements?.*\.(csv|txt)",),
    checks=COMPLETE_CHECKS,
    optional=True,
    columns=(
        Column("siren", "siren", Type.SIREN, "firm", nullable=False),
        Column("djug", "judged_on", Type.DATE_ANY, "day of the judgment, AAAAMMJJ", nullable=False),
        Column(
            "najug",
            "nature_code",
            Type.CODE,
            "nature of the judgment",
            nullable=False,
            codes={
                "1": "liquidation de biens",
                "2": "règlement judiciaire",
                "3": "redressement judiciaire",
                "4": "liquidation judiciaire",
                "5": "plan de redressement",
                "6": "plan de cession",
                "7": "plan de continuation",
                "8": "sauvegarde",
                "A": "plan de sauvegarde",
            },
        ),
    ),
    derived=(
        Derived(
            "kind",
            "CASE WHEN nature_code IN ('1', '4') THEN 'liquidation' WHEN nature_code IN ('8', 'A') THEN 'sauvegarde' "
            "WHEN nature_code IN ('2', '3', '5', '6', '7') THEN 'redressement' END",
            "liquidation, redressement or sauvegarde",
        ),
        Derived(
            "is_failure",
            "nature_code IN ('1', '2', '3', '4', '8')",
            "opens a proceeding (a plan does not)",
            "BOOLEAN",
            nullable=False,
        ),
    ),
)
