"""The establishments of Sirene, with their address and place."""

from __future__ import annotations

from vigie.detection.sources.insee import INSEE, NAF, OTHER_NOMENCLATURE
from vigie.detection.sources.table import COMPLETE_CHECKS, Column, Derived, Source, Type

STREET_TYPES = {
    "ALL": "ALLÉE", "AV": "AVENUE", "BD": "BOULEVARD", "CAR": "CARREFOUR", "CHE": "CHEMIN", "CHS": "CHAUSSÉE",
    "CITE": "CITÉ", "COR": "CORNICHE", "CRS": "COURS", "DOM": "DOMAINE", "DSC": "DESCENTE", "ECA": "ECART",
    "ESP": "ESPLANADE", "FG": "FAUBOURG", "GR": "GRANDE RUE", "HAM": "HAMEAU", "HLE": "HALLE", "IMP": "IMPASSE",
    "LD": "LIEU DIT", "LOT": "LOTISSEMENT", "MAR": "MARCHÉ", "MTE": "MONTÉE", "PAS": "PASSAGE", "PL": "PLACE",
    "PLN": "PLAINE", "PLT": "PLATEAU", "PRO": "PROMENADE", "PRV": "PARVIS", "QUA": "QUARTIER", "QUAI": "QUAI",
    "RES": "RÉSIDENCE", "RLE": "RUELLE", "ROC": "ROCADE", "RPT": "ROND POINT", "RTE": "ROUTE", "RUE": "RUE",
    "SEN": "SENTE - SENTIER", "SQ": "SQUARE", "TPL": "TERRE-PLEIN", "TRA": "TRAVERSE", "VLA": "VILLA",
    "VLGE": "VILLAGE",
}  # fmt: skip
REPETITIONS = {"B": "BIS", "T": "TER", "Q": "QUATER", "C": "QUINQUIES"}


def _expanded(labels: dict[str, str]) -> str:
    cases = " ".join(f"WHEN '{short}' THEN '{long}'" for short, long in labels.items())
    return f"CASE upper({{raw}}) {cases} END"


def _text(raw: str, name: str, meaning: str, **more: str) -> Column:
    return Column(f"{raw}Etablissement", name, Type.TEXT, meaning, required=False, clean=more.get("clean", ""))


SOURCE = Source(
    code="sirene",
    label_fr="Sirene, établissements",
    **INSEE,
    frequency="monthly",
    delay_months=1,
    grain="siret",
    key=("siret",),
    sort=("siret",),
    separator=",",
    file_names=(r"StockEtablissement_utf8_geo\.csv", r"StockEtablissement_utf8\.csv"),
    essential=True,
    checks=COMPLETE_CHECKS,
    columns=(
        Column("siren", "siren", Type.SIREN, "firm", nullable=False),
        Column(
            "nic",
            "nic",
            Type.TEXT,
            "rank of the establishment, five digits",
            nullable=False,
            pattern=r"[0-9]{5}",
            examples=("00018",),
        ),
        Column("etablissementSiege", "is_head_office", Type.BOOL, "head office", nullable=False),
        _text("complementAdresse", "address_complement", "address complement"),
        _text("numeroVoie", "street_number", "number in the street"),
        _text("indiceRepetition", "street_repetition", "BIS, TER, QUATER or QUINQUIES", clean=_expanded(REPETITIONS)),
        _text("typeVoie", "street_type", "kind of street, in full", clean=_expanded(STREET_TYPES)),
        _text("libelleVoie", "street_name", "street"),
        _text("distributionSpeciale", "special_distribution", "special distribution"),
        Column(
            "codePostalEtablissement",
            "postcode",
            Type.TEXT,
            "postcode",
            required=False,
            pattern=r"[0-9]{5}",
            on_bad="null",
            examples=("63000",),
        ),
        _text("libelleCommune", "commune_name", "commune"),
        Column(
            "codeCommuneEtablissement",
            "commune",
            Type.TEXT,
            "INSEE code of the commune; none: abroad",
            pattern=r"[0-9][0-9A-B][0-9]{3}",
            on_bad="null",
            examples=("63113", "2A004", "97411"),
        ),
        _text("codeCedex", "cedex_code", "cedex code"),
        _text("libelleCedex", "cedex_name", "cedex"),
        _text("codePaysEtranger", "foreign_country_code", "country, when abroad"),
        _text("libellePaysEtranger", "foreign_country", "country, when abroad"),
        _text("libelleCommuneEtranger", "foreign_commune_name", "place, when abroad"),
        Column(
            "activitePrincipaleEtablissement",
            "raw_naf",
            Type.TEXT,
            "main activity, as delivered",
            kept=False,
            examples=("62.01Z", "10.71C"),
        ),
        Column(
            "nomenclatureActivitePrincipaleEtablissement",
            "nomenclature",
            Type.TEXT,
            "nomenclature of the activity",
            kept=False,
            examples=("NAFRev2",),
        ),
        Column("dateCreationEtablissement", "created_on", Type.DATE_ISO, "creation", on_bad="null"),
        Column("longitude", "longitude", Type.FLOAT, "longitude", required=False, on_bad="null", low=-180, high=180),
        Column("latitude", "latitude", Type.FLOAT, "latitude", required=False, on_bad="null", low=-90, high=90),
        Column(
            "etatAdministratifEtablissement",
            "state",
            Type.CODE,
            "A active, F closed",
            nullable=False,
            codes={"A": "actif", "F": "fermé"},
            closed=True,
        ),
    ),
    derived=(
        Derived(
            "siret",
            "siren || nic",
            "establishment: siren and nic (the file’s own siret column is not read)",
            nullable=False,
        ),
        Derived(
            "departement",
            "CASE WHEN left(commune, 2) IN ('97', '98') THEN left(commune, 3) ELSE left(commune, 2) END",
            "département of the commune; none: abroad",
        ),
        Derived("naf", f"CASE WHEN regexp_full_match(raw_naf, '{NAF}') THEN raw_naf END", "main activity, NAF rév. 2"),
        Derived(
            "is_pseudo_siret",
            "left(nic, 1) IN ('5', '6', '7', '9')",
            "number forged by the ACOSS: counts for the firm, is no establishment to show",
            "BOOLEAN",
            nullable=False,
        ),
    ),
    filters=(OTHER_NOMENCLATURE,),
    notes=("A bad or missing coordinate is null (never 0), the line is kept and a warning counted.",),
)
