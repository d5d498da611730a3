"""What the public company search answers (``GET /search``), reduced to what Vigie uses, in the service's own
words.

Reading is forgiving for one value (what is not understood is empty) and strict for identity: a result without
a valid SIREN, or whose shape is wrong, is left out and counted in ``unreadable``; an answer of which nothing
can be read is refused. Officers are read by an answer of their own, that is never kept (``OfficersAnswer``).

Contract: tests/connectors/contracts/recherche_entreprises_search.json.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from vigie.kernel.siren import is_siren, is_siret
from vigie.kernel.text import clean_line

LONGEST_TEXT = 300
LONGEST_LIST = 50
MASKED = ("[NON-DIFFUSIBLE]", "[ND]")  # what stands for a value that the law keeps back


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise ValueError("text expected")
    text = clean_line(str(value)[: 4 * LONGEST_TEXT])[:LONGEST_TEXT]
    return "" if any(mask in text for mask in MASKED) else text


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        raise ValueError("list expected")
    return tuple(text for text in map(_text, value[:LONGEST_LIST]) if text)


def _day(value: Any) -> date | None:
    """The date, or None for what is not one (the register holds impossible dates)."""
    if isinstance(value, date):
        return value
    try:
        day = date.fromisoformat(str(value or "")[:10])
    except ValueError:
        return None
    return day if 1700 <= day.year <= 2200 else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**7 else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Day = Annotated[date | None, BeforeValidator(_day)]
Count = Annotated[int | None, BeforeValidator(_count)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Etablissement(_Part):
    """One establishment: ``siege`` or an item of ``matching_etablissements`` (which has fewer fields)."""

    siret: Text
    est_siege: Flag = None
    etat_administratif: Text = ""
    adresse: Text = ""
    code_postal: Text = ""
    commune: Text = ""
    libelle_commune: Text = ""
    code_pays_etranger: Text = ""
    libelle_pays_etranger: Text = ""
    activite_principale: Text = ""
    activite_principale_naf25: Text = ""
    activite_principale_registre_metier: Text = ""
    tranche_effectif_salarie: Text = ""
    annee_tranche_effectif_salarie: Text = ""
    date_creation: Day = None
    date_fermeture: Day = None
    nom_commercial: Text = ""
    liste_enseignes: Texts = ()
    liste_idcc: Texts = ()
    statut_diffusion_etablissement: Text = ""

    @model_validator(mode="after")
    def _identified(self) -> Self:
        if not is_siret(self.siret):
            raise ValueError("not a SIRET")
        return self


class Complements(_Part):
    """Facts about the company. ``natures_activites`` and ``codes_nafa`` are not given by the service of today
    (they come from the national register of companies): absent means unknown.
    """

    est_entrepreneur_individuel: Flag = None
    liste_idcc: Texts = ()
    natures_activites: Texts = ()
    codes_nafa: Texts = ()


class UniteLegale(_Part):
    """One result: a company."""

    siren: Text
    nom_complet: Text = ""
    nom_raison_sociale: Text = ""
    sigle: Text = ""
    etat_administratif: Text = ""
    nature_juridique: Text = ""
    activite_principale: Text = ""
    activite_principale_naf25: Text = ""
    tranche_effectif_salarie: Text = ""
    annee_tranche_effectif_salarie: Text = ""
    date_creation: Day = None
    date_fermeture: Day = None
    statut_diffusion: Text = ""
    nombre_etablissements: Count = None
    nombre_etablissements_ouverts: Count = None
    siege: Etablissement | None = None
    matching_etablissements: tuple[Etablissement, ...] = ()
    complements: Complements = Field(default_factory=Complements)

    @model_validator(mode="before")
    @classmethod
    def _absent_parts(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        raw = {name: value for name, value in raw.items() if value is not None}
        if isinstance(raw.get("siege"), dict) and not raw["siege"].get("siret"):
            del raw["siege"]  # a company whose head office is not known has an empty one
        return raw

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if not is_siren(self.siren):
            raise ValueError("not a SIREN")
        places = (*self.matching_etablissements, *((self.siege,) if self.siege else ()))
        if any(place.siret[:9] != self.siren for place in places):
            raise ValueError("an establishment of another company")
        return self


class SearchAnswer(_Part):
    """The whole answer. ``unreadable``: results that were left out."""

    results: tuple[UniteLegale, ...]
    total_results: int = Field(ge=0)
    unreadable: int = 0

    @model_validator(mode="before")
    @classmethod
    def _one_by_one(cls, raw: Any) -> Any:
        if not isinstance(raw, dict) or not isinstance(raw.get("results"), list):
            return raw
        readable, unreadable = [], 0
        for result in raw["results"][:LONGEST_LIST]:
            try:
                readable.append(UniteLegale.model_validate(result))
            except ValidationError:
                unreadable += 1
        if unreadable and not readable:
            raise ValueError("no result can be read")
        return {**raw, "results": readable, "unreadable": unreadable + (_count(raw.get("unreadable")) or 0)}


class Dirigeant(_Part):
    """One officer: a person, or a company. What the register keeps back is empty."""

    nom: Text = ""
    prenoms: Text = ""
    denomination: Text = ""
    qualite: Text = ""


class OfficersResult(_Part):
    """One company, and who directs it."""

    siren: Text
    dirigeants: tuple[Dirigeant, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _short(cls, raw: Any) -> Any:
        if isinstance(raw, dict):
            known = raw.get("dirigeants")
            raw = {**raw, "dirigeants": known[:LONGEST_LIST] if isinstance(known, list) else ()}
        return raw


class OfficersAnswer(_Part):
    """The answer to « who directs this company »: asked once for a page, and neither kept nor logged."""

    results: tuple[OfficersResult, ...]
