"""What the lines of the Sirene stock mean: the columns used, and how a line becomes a row of ours or is rejected.

The Parquet and CSV files of the national institute have the same columns; unknown ones are left out. A line is rejected
when its number or its date of creation cannot be; any other value that cannot be understood is empty. Nothing that the
law keeps back passes here: a status other than O, or the mark [ND], empties names and addresses.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import NamedTuple

from vigie.companies.models import Source
from vigie.companies.registry import CompanyRow, EstablishmentRow, Names, company_row, establishment_row
from vigie.companies.stock_file import Layout
from vigie.kernel.nomenclature.workforce import WORKFORCE_BOUNDS
from vigie.kernel.siren import is_siren, is_siret
from vigie.kernel.text import clean_line
from vigie.kernel.zones import ZONE_CODE_SHAPES, ZoneType


class UnitLine(NamedTuple):
    """The columns read of a legal unit (StockUniteLegale)."""

    siren: str | None
    statutDiffusionUniteLegale: str | None
    etatAdministratifUniteLegale: str | None
    denominationUniteLegale: str | None
    nomUniteLegale: str | None
    categorieJuridiqueUniteLegale: str | None
    activitePrincipaleUniteLegale: str | None
    nomUsageUniteLegale: str | None = None
    prenomUsuelUniteLegale: str | None = None
    prenom1UniteLegale: str | None = None
    denominationUsuelle1UniteLegale: str | None = None
    sigleUniteLegale: str | None = None
    nomenclatureActivitePrincipaleUniteLegale: str | None = None
    trancheEffectifsUniteLegale: str | None = None
    anneeEffectifsUniteLegale: str | None = None
    dateCreationUniteLegale: str | None = None


class PlaceLine(NamedTuple):
    """The columns read of an establishment (StockEtablissement)."""

    siren: str | None
    nic: str | None
    statutDiffusionEtablissement: str | None
    etatAdministratifEtablissement: str | None
    etablissementSiege: str | None
    codeCommuneEtablissement: str | None
    libelleCommuneEtablissement: str | None
    codePostalEtablissement: str | None = None
    complementAdresseEtablissement: str | None = None
    numeroVoieEtablissement: str | None = None
    indiceRepetitionEtablissement: str | None = None
    typeVoieEtablissement: str | None = None
    libelleVoieEtablissement: str | None = None
    codePaysEtrangerEtablissement: str | None = None
    libellePaysEtrangerEtablissement: str | None = None
    enseigne1Etablissement: str | None = None
    denominationUsuelleEtablissement: str | None = None
    activitePrincipaleEtablissement: str | None = None
    nomenclatureActivitePrincipaleEtablissement: str | None = None
    trancheEffectifsEtablissement: str | None = None
    anneeEffectifsEtablissement: str | None = None
    dateCreationEtablissement: str | None = None
    dateDebut: str | None = None


UNITS = Layout("StockUniteLegale", UnitLine._fields[:7], UnitLine._fields[7:])
PLACES = Layout("StockEtablissement", PlaceLine._fields[:7], PlaceLine._fields[7:])

_FIRST_DAY = date(1900, 1, 1)
_YEARS_AHEAD = 2
_NAF = re.compile(r"(\d\d)\.?(\d{1,2})([A-Z]?)", re.ASCII)
_LEGAL_FORM = re.compile(r"\d{4}", re.ASCII)
_POSTAL_CODE = re.compile(r"\d{5}", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
_COMMUNE = ZONE_CODE_SHAPES[ZoneType.COMMUNE]
_KEPT_BACK = "[ND]"
_OPEN, _DIFFUSIBLE = "A", "O"


class Rejected(Exception):
    """This line is not used; the message says why, without any name of a person."""


# --- numbers ----------------------------------------------------------------------------------------------------------
def siren_of(line: UnitLine) -> tuple[str, str]:
    """The SIREN and a warning: « zero restored » when a spreadsheet ate it, « wrong key »; else empty."""
    siren, warning = _nine_digits(line.siren)
    return siren, warning or ("" if is_siren(siren) else "wrong key")


def _nine_digits(written: str | None) -> tuple[str, str]:
    siren = (written or "").replace(" ", "")
    if not _DIGITS.fullmatch(siren):
        raise Rejected(f"siren {siren[:20]!r} is not a number of 9 digits")
    if len(siren) == 8 and is_siren(siren.zfill(9)):
        return siren.zfill(9), "zero restored"
    if len(siren) != 9:
        raise Rejected(f"siren {siren[:20]!r} has {len(siren)} digits, 9 expected")
    return siren, ""


def siret_of(line: PlaceLine) -> tuple[str, str]:
    """The SIRET, made of SIREN and NIC (the file's own column is not to be relied on), and a warning."""
    siren, warning = _nine_digits(line.siren)
    nic = (line.nic or "").replace(" ", "")
    if not _DIGITS.fullmatch(nic) or len(nic) > 5:
        raise Rejected(f"nic {nic[:20]!r} is not a number of 5 digits")
    siret = siren + nic.zfill(5)
    return siret, warning or ("" if is_siret(siret) else "wrong key")


def is_open_unit(line: UnitLine) -> bool:
    return line.etatAdministratifUniteLegale == _OPEN


def is_open_place(line: PlaceLine) -> bool:
    return line.etatAdministratifEtablissement == _OPEN


# --- rows -------------------------------------------------------------------------------------------------------------
def read_unit(line: UnitLine, siren: str, at: datetime) -> CompanyRow:
    """The company of a line; raises Rejected."""
    return company_row(
        siren,
        name=_unit_name(line),
        usual_name=_text(line.denominationUsuelle1UniteLegale),
        acronym=_text(line.sigleUniteLegale),
        legal_form_code=_fit(_LEGAL_FORM, line.categorieJuridiqueUniteLegale),
        naf=_naf(line.activitePrincipaleUniteLegale, line.nomenclatureActivitePrincipaleUniteLegale),
        workforce=_workforce(line.trancheEffectifsUniteLegale, line.anneeEffectifsUniteLegale),
        created_on=_creation(line.dateCreationUniteLegale, "dateCreationUniteLegale", at),
        is_active=is_open_unit(line),
        diffusible=line.statutDiffusionUniteLegale == _DIFFUSIBLE,
        source=Source.SIRENE,
        seen_at=at,
    )


def _unit_name(line: UnitLine) -> str:
    """The corporate name; for a sole trader usual first name and usage name, with the « EI » that the law asks."""
    name = _text(line.denominationUniteLegale)
    if name:
        return name
    first = _text(line.prenomUsuelUniteLegale) or _text(line.prenom1UniteLegale)
    last = _text(line.nomUsageUniteLegale) or _text(line.nomUniteLegale)
    return f"{first} {last}".strip() + " EI" if last else ""


def read_place(line: PlaceLine, siret: str, names: Names, at: datetime) -> EstablishmentRow:
    """The establishment of a line, of the company that bears these names; raises Rejected."""
    commune = (line.codeCommuneEtablissement or "").strip().upper()
    country = line.codePaysEtrangerEtablissement or line.libellePaysEtrangerEtablissement
    abroad = bool(country) or commune.startswith("99")
    is_active = is_open_place(line)
    return establishment_row(
        siret,
        names,
        sign=_text(line.enseigne1Etablissement) or _text(line.denominationUsuelleEtablissement),
        is_head_office=(line.etablissementSiege or "").lower() in ("true", "1"),
        is_active=is_active,
        closed_on=None if is_active else _day(line.dateDebut),
        commune_code="" if abroad else _fit(_COMMUNE, commune),
        commune_name=_text(line.libelleCommuneEtablissement),
        postal_code="" if abroad else _fit(_POSTAL_CODE, line.codePostalEtablissement),
        address=_address(line),
        abroad=abroad,
        naf=_naf(line.activitePrincipaleEtablissement, line.nomenclatureActivitePrincipaleEtablissement),
        workforce=_workforce(line.trancheEffectifsEtablissement, line.anneeEffectifsEtablissement),
        created_on=_creation(line.dateCreationEtablissement, "dateCreationEtablissement", at),
        diffusible=line.statutDiffusionEtablissement == _DIFFUSIBLE,
        source=Source.SIRENE,
        seen_at=at,
    )


def _address(line: PlaceLine) -> str:
    parts = (
        line.complementAdresseEtablissement,
        line.numeroVoieEtablissement,
        line.indiceRepetitionEtablissement,
        line.typeVoieEtablissement,
        line.libelleVoieEtablissement,
    )
    return " ".join(filter(None, map(_text, parts)))


# --- cells ------------------------------------------------------------------------------------------------------------
def _text(value: str | None) -> str:
    """The text made safe to keep; empty when the law keeps it back."""
    if not value:
        return ""
    if _KEPT_BACK in value:
        return ""
    if value.isascii() and value.isprintable():  # nothing to remove: the long way is for the others
        return " ".join(value[:1000].split())
    return clean_line(value[:1000])


def _fit(shape: re.Pattern[str], value: str | None) -> str:
    return value if value and shape.fullmatch(value) else ""


def _naf(code: str | None, version: str | None) -> tuple[str, str]:
    found = _NAF.fullmatch((code or "").strip().upper())
    return ("".join(found.groups()), _text(version)[:10]) if found else ("", "")


def _workforce(code: str | None, year: str | None) -> tuple[str, int | None]:
    if code not in WORKFORCE_BOUNDS:
        return "", None
    return code, int(year[:4]) if year and _YEAR.match(year) else None


def _day(value: str | None) -> date | None:
    """The date, time of day left out; None when it is not one."""
    written = (value or "")[:10]
    if not _DAY.fullmatch(written):
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _creation(value: str | None, column: str, at: datetime) -> date | None:
    if not value:
        return None
    day = _day(value)
    if day is None or day < _FIRST_DAY or day.year > at.year + _YEARS_AHEAD:
        raise Rejected(f"{column} {value[:20]!r} is not a possible date")
    return day
