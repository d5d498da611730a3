"""A company and an establishment as the outside register describes them, in Vigie's terms; and how its words
are read.

What cannot be understood is empty, never guessed; each value carries where and when it was had.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from vigie.connectors.client import Fetched
from vigie.connectors.recherche_entreprises_answer import Etablissement, SearchAnswer, UniteLegale
from vigie.kernel.period import paris_day
from vigie.kernel.zones import ZONE_CODE_SHAPES, ZoneType

NAF_2025_IN_FORCE_ON = date(2027, 1, 1)

ACTIVITY_NATURES = frozenset(
    [
        "ACTIF_AGRICOLE",
        "ACTIVITE_DE_PROSPECTION_UNIQUEMENT_NON_COMMERCIALE",
        "AGENT_COMMERCIAL",
        "AGRICOLE_NON_ACTIF",
        "ARTISANALE",
        "ARTISANALE_REGLEMENTEE",
        "COMMERCIALE",
        "GESTION_DE_BIENS",
        "INDEPENDANTE",
        "LIBERALE_NON_REGLEMENTEE",
        "LIBERALE_REGLEMENTEE",
        "LOUEUR_MEUBLE",
        "LOUEUR_TERRE_AGRICOLE",
        "SANS_ACTIVITE",
        "TOUTE_FORME_ACTIVITE",
    ]
)
WORKFORCE_CODES = frozenset(
    ["NN", "00", "01", "02", "03", "11", "12", "21", "22", "31", "32", "41", "42", "51", "52", "53"]
)
_NAF = re.compile(r"(\d\d)\.?(\d\d?)([A-Z])", re.ASCII)
_LEGAL_FORM = re.compile(r"\d{4}", re.ASCII)
_POSTAL_CODE = re.compile(r"\d{5}", re.ASCII)
_IDCC = re.compile(r"\d{1,4}", re.ASCII)
_CRAFT_CODE = re.compile(r"\d{4}[A-Z]{1,2}", re.ASCII)
_YEAR = re.compile(r"(19|20)\d\d", re.ASCII)


@dataclass(frozen=True)
class Provenance:
    """Where and when a value was had; stale: the service failed since and this is its last word."""

    source: str
    fetched_at: datetime
    stale: bool
    status: int


@dataclass(frozen=True)
class CompanyIdentity:
    """What the register says of a company. An empty text or tuple, or None, is unknown.

    name: empty for a firm partly shown (diffusion P). naf: without dot, of the nomenclature naf_version
    (NAFRev2, NAF2025, NAFRev1 for firms closed long ago). workforce_code: INSEE class (NN, 00, 01…).
    diffusion: O or P. idcc: collective agreements of the whole company, four digits. natures, craft_codes: of
    the register of companies.
    """

    siren: str
    name: str
    acronym: str
    is_active: bool
    legal_form_code: str
    naf: str
    naf_version: str
    naf25: str
    workforce_code: str
    workforce_year: str
    created_on: date | None
    closed_on: date | None
    diffusion: str
    is_sole_trader: bool | None
    establishment_count: int | None
    open_establishment_count: int | None
    idcc: tuple[str, ...]
    natures: tuple[str, ...]
    craft_codes: tuple[str, ...]
    provenance: Provenance


@dataclass(frozen=True)
class EstablishmentHit:
    """An establishment found, with its company. commune: INSEE code, empty abroad or unknown.

    idcc: its own collective agreements or, when it has none of its own, those of the company.
    """

    company: CompanyIdentity
    siret: str
    is_headquarters: bool
    is_active: bool
    is_abroad: bool
    name: str
    signs: tuple[str, ...]
    address: str
    postal_code: str
    commune: str
    commune_name: str
    country: str
    naf: str
    naf_version: str
    naf25: str
    workforce_code: str
    workforce_year: str
    created_on: date | None
    closed_on: date | None
    diffusion: str
    idcc: tuple[str, ...]

    @property
    def siren(self) -> str:
        return self.company.siren

    @property
    def natures(self) -> tuple[str, ...]:
        return self.company.natures

    @property
    def craft_codes(self) -> tuple[str, ...]:
        return self.company.craft_codes

    @property
    def provenance(self) -> Provenance:
        return self.company.provenance


@dataclass(frozen=True)
class CompanyHit:
    """A company found, its head office if known, and the establishments that match (never the full list)."""

    company: CompanyIdentity
    headquarters: EstablishmentHit | None
    establishments: tuple[EstablishmentHit, ...]

    @property
    def siren(self) -> str:
        return self.company.siren

    @property
    def name(self) -> str:
        return self.company.name

    @property
    def provenance(self) -> Provenance:
        return self.company.provenance


# --- from the service's words to ours -----------------------------------------------------------------------
def provenance_of(found: Fetched[SearchAnswer]) -> Provenance:
    return Provenance(found.source, found.fetched_at, found.stale, found.status)


def company_hit(result: UniteLegale, provenance: Provenance) -> CompanyHit:
    company = _identity(result, provenance)
    headquarters = _establishment(result.siege, company) if result.siege else None
    # The head office is described more fully under ``siege`` than among the matches (its country, for one).
    matches = (
        headquarters if headquarters and place.siret == headquarters.siret else _establishment(place, company)
        for place in result.matching_etablissements
    )
    return CompanyHit(company=company, headquarters=headquarters, establishments=tuple(matches))


def _identity(result: UniteLegale, provenance: Provenance) -> CompanyIdentity:
    naf, naf_version = naf_code(result.activite_principale, provenance.fetched_at)
    siege, more = result.siege, result.complements
    crafts = (*more.codes_nafa, *((siege.activite_principale_registre_metier,) if siege else ()))
    return CompanyIdentity(
        siren=result.siren,
        name=_name(result),
        acronym=result.sigle,
        is_active=result.etat_administratif == "A",
        legal_form_code=_fit(_LEGAL_FORM, result.nature_juridique),
        naf=naf,
        naf_version=naf_version,
        naf25=_naf25(result.activite_principale_naf25),
        workforce_code=_workforce(result.tranche_effectif_salarie),
        workforce_year=_fit(_YEAR, result.annee_tranche_effectif_salarie),
        created_on=result.date_creation,
        closed_on=result.date_fermeture,
        diffusion=_diffusion(result.statut_diffusion),
        is_sole_trader=more.est_entrepreneur_individuel,
        establishment_count=result.nombre_etablissements,
        open_establishment_count=result.nombre_etablissements_ouverts,
        idcc=_idcc(more.liste_idcc),
        natures=_unique(nature for nature in more.natures_activites if nature in ACTIVITY_NATURES),
        craft_codes=_unique(code for code in map(str.upper, crafts) if _CRAFT_CODE.fullmatch(code)),
        provenance=provenance,
    )


def _establishment(place: Etablissement, company: CompanyIdentity) -> EstablishmentHit:
    naf, naf_version = naf_code(place.activite_principale, company.provenance.fetched_at)
    is_abroad = bool(place.code_pays_etranger or place.libelle_pays_etranger or place.commune.startswith("99"))
    commune = "" if is_abroad else _fit(ZONE_CODE_SHAPES[ZoneType.COMMUNE], place.commune.upper())
    return EstablishmentHit(
        company=company,
        siret=place.siret,
        is_headquarters=bool(place.est_siege),
        is_active=place.etat_administratif == "A",
        is_abroad=is_abroad,
        name=place.nom_commercial,
        signs=_unique(place.liste_enseignes),
        address=place.adresse,
        postal_code="" if is_abroad else _fit(_POSTAL_CODE, place.code_postal),
        commune=commune,
        commune_name=place.libelle_commune,
        country=place.libelle_pays_etranger,
        naf=naf,
        naf_version=naf_version,
        naf25=_naf25(place.activite_principale_naf25),
        workforce_code=_workforce(place.tranche_effectif_salarie),
        workforce_year=_fit(_YEAR, place.annee_tranche_effectif_salarie),
        created_on=place.date_creation,
        closed_on=place.date_fermeture,
        diffusion=_diffusion(place.statut_diffusion_etablissement),
        idcc=_idcc(place.liste_idcc) or company.idcc,
    )


def naf_code(text: str, fetched_at: datetime) -> tuple[str, str]:
    """The code without dot, in capitals, and its nomenclature; two empty texts for what is not a code.

    A code on two digits and one (``52.4A``) is of the revision before; the service does not say more.
    """
    found = _NAF.fullmatch(text.strip().upper())
    if not found:
        return "", ""
    code = "".join(found.groups())
    if len(code) == 4:
        return code, "NAFRev1"
    return code, "NAF2025" if paris_day(fetched_at) >= NAF_2025_IN_FORCE_ON else "NAFRev2"


def _naf25(text: str) -> str:
    found = _NAF.fullmatch(text.strip().upper())
    return "".join(found.groups()) if found and len(found[2]) == 2 else ""


def _name(result: UniteLegale) -> str:
    """The corporate name, else the full one without the empty brackets that the service may leave after
    it."""
    return result.nom_raison_sociale or result.nom_complet.replace("()", "").strip()


def _fit(shape: re.Pattern[str], text: str) -> str:
    return text if shape.fullmatch(text) else ""


def _workforce(code: str) -> str:
    return code if code in WORKFORCE_CODES else ""


def _diffusion(status: str) -> str:
    """O only when the register says so: in doubt, partly shown."""
    return "O" if status == "O" else "P"


def _idcc(codes: tuple[str, ...]) -> tuple[str, ...]:
    return _unique(code.zfill(4) for code in codes if _IDCC.fullmatch(code))


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
