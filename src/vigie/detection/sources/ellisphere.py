"""Links between firms and the heads of their groups (spreadsheet, 2023)."""

from __future__ import annotations

from vigie.detection.sources.table import Column, Source, Type, rejected_at_most

_PERSONS = {"P": "personne physique", "M": "personne morale", "G": "groupe"}

SOURCE = Source(
    code="ellisphere",
    label_fr="Groupes (Ellisphère)",
    producer="Ellisphère",
    legal_basis="contrat ; usage interne",
    confidentiality="internal",
    frequency="yearly",
    delay_months=12,
    grain="siren × group",
    key=("siren", "group_code"),
    sort=("siren",),
    subject="siren",
    file_names=(),
    file_names_2023=(r"Ellisphère-Tête de groupe-[^.]*\.xlsx", r"ellisphere\.xlsx"),
    workbook=True,
    optional=True,
    complete=False,
    checks=(rejected_at_most(0.05),),
    columns=(
        Column("GRP Code", "group_code", Type.TEXT, "group", nullable=False, examples=("1234567",)),
        Column("GRP Personne PouM", "head_kind", Type.CODE, "kind of head", codes=_PERSONS),
        Column("GRP SIREN 9", "head_siren", Type.SIREN, "head of the group; a foreign one has none"),
        Column("GRP RefID", "group_reference", Type.TEXT, "reference of the group", required=False),
        Column("GRP Raison Sociale", "head_name", Type.TEXT, "name of the head", personal=True),
        Column("GRP Pays", "head_country", Type.TEXT, "country of the head", required=False),
        Column("Niveau de détention", "holding_level", Type.COUNT, "steps between the head and the firm"),
        Column("% Financier", "holding_percent", Type.FLOAT, "share held, percent", low=0, high=100),
        Column(
            "Tranche % Financier",
            "holding_band",
            Type.CODE,
            "band of the share",
            required=False,
            codes={"A": "plus de 50 %", "B": "25,01 à 50 %", "C": "25 % ou moins"},
        ),
        Column("FIL Code", "branch_code", Type.TEXT, "branch", required=False),
        Column("FIL Personne PouM", "branch_kind", Type.CODE, "kind of the firm", required=False, codes=_PERSONS),
        Column("FIL SIREN 9", "siren", Type.SIREN, "firm", nullable=False),
        Column("FIL RefID", "branch_reference", Type.TEXT, "reference of the branch", required=False),
    ),
    notes=("Exactly one sheet; the header is no data line (the reference counts it as a rejected one).",),
)
