"""Writes the invented firms: the two official files of the Sirene stock, and what the company-search fake knows."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from vigie.companies.models import Establishment
from vigie.connectors.fakes.builtin_firms import builtin_firms
from vigie.connectors.fakes.data import FakeEstablishment, FakeFirm
from vigie.demo.firms import World

UNITS_FILE, PLACES_FILE = "StockUniteLegale_utf8.csv", "StockEtablissement_utf8.csv"
SERVICE_FILE = "recherche_entreprises.jsonl"
KEPT_BACK = "[ND]"
_YEAR = "2023"

UNIT_COLUMNS = (
    "siren", "statutDiffusionUniteLegale", "unitePurgeeUniteLegale", "dateCreationUniteLegale", "sigleUniteLegale",
    "sexeUniteLegale", "prenom1UniteLegale", "prenomUsuelUniteLegale", "trancheEffectifsUniteLegale",
    "anneeEffectifsUniteLegale", "nombrePeriodesUniteLegale", "categorieEntreprise", "dateDebut",
    "etatAdministratifUniteLegale", "nomUniteLegale", "nomUsageUniteLegale", "denominationUniteLegale",
    "denominationUsuelle1UniteLegale", "categorieJuridiqueUniteLegale", "activitePrincipaleUniteLegale",
    "nomenclatureActivitePrincipaleUniteLegale", "nicSiegeUniteLegale", "economieSocialeSolidaireUniteLegale",
    "caractereEmployeurUniteLegale",
)  # fmt: skip
PLACE_COLUMNS = (
    "siren", "nic", "siret", "statutDiffusionEtablissement", "dateCreationEtablissement",
    "trancheEffectifsEtablissement", "anneeEffectifsEtablissement", "etablissementSiege",
    "nombrePeriodesEtablissement", "complementAdresseEtablissement", "numeroVoieEtablissement",
    "indiceRepetitionEtablissement", "typeVoieEtablissement", "libelleVoieEtablissement",
    "codePostalEtablissement", "libelleCommuneEtablissement", "libelleCommuneEtrangerEtablissement",
    "codeCommuneEtablissement", "codePaysEtrangerEtablissement", "libellePaysEtrangerEtablissement", "dateDebut",
    "etatAdministratifEtablissement", "enseigne1Etablissement", "denominationUsuelleEtablissement",
    "activitePrincipaleEtablissement", "nomenclatureActivitePrincipaleEtablissement",
    "caractereEmployeurEtablissement",
)  # fmt: skip


def write(world: World, folder: Path) -> None:
    """Writes the three files of the world. Same world: same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = [firm for firm in world.firms if firm.siren not in world.only_in_service]
    _table(folder / UNITS_FILE, UNIT_COLUMNS, (_unit(firm) for firm in shown))
    _table(
        folder / PLACES_FILE, PLACE_COLUMNS, (_place(firm, place) for firm in shown for place in firm.establishments)
    )
    with (folder / SERVICE_FILE).open("w", encoding="utf-8", newline="\n") as file:
        for firm in world.firms:
            file.write(json.dumps(vars(firm), default=_plain) + "\n")


def provider(folder: Path) -> Callable[[], Iterable[FakeFirm]]:
    """The firms of the company-search fake: those of the world, its built-in ones when no world is built."""

    def firms() -> Iterable[FakeFirm]:
        file = folder / SERVICE_FILE
        if not file.exists():
            return builtin_firms()
        return [_read(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]

    return firms


def of_the_register(siren: str) -> FakeFirm | None:
    """A firm of the example list, which the world does not tell of: the fake answers by number what our register holds.

    1 or 2 queries; None for an unknown number.
    """
    place = Establishment.objects.filter(company_id=siren, is_head_office=True).select_related("company").first()
    if place is None:
        return None
    firm = place.company
    held = FakeEstablishment(
        place.siret, place.commune_code, place.commune_name, place.postal_code, _dotted(firm.naf_code), place.address,
        is_headquarters=True, is_open=place.is_active, diffusion="O" if firm.diffusible else "P",
    )  # fmt: skip
    return FakeFirm(
        siren, firm.name, _dotted(firm.naf_code), firm.legal_form_code, (held,), is_open=firm.is_active,
        created_on=firm.created_on, diffusion="O" if firm.diffusible else "P",
    )  # fmt: skip


def _dotted(naf: str) -> str:
    return f"{naf[:2]}.{naf[2:]}" if naf else ""


def _plain(value: date | FakeEstablishment) -> Any:
    return value.isoformat() if isinstance(value, date) else vars(value)


def _read(values: dict[str, Any]) -> FakeFirm:
    places = tuple(
        FakeEstablishment(
            **{**place, "signs": tuple(place["signs"]), "idcc": tuple(place["idcc"])}
            | {name: _day(place[name]) for name in ("opened_on", "closed_on")}
        )
        for place in values["establishments"]
    )
    return FakeFirm(
        **{**values, "establishments": places}
        | {name: _day(values[name]) for name in ("created_on", "closed_on")}
        | {name: tuple(values[name]) for name in ("natures", "craft_codes")}
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _table(path: Path, columns: Sequence[str], rows: Iterable[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer: csv.DictWriter[str] = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _unit(firm: FakeFirm) -> dict[str, str]:
    masked = firm.diffusion != "O"
    first, _space, last = firm.name.partition(" ")
    alone = firm.is_sole_trader
    named = {
        "prenom1UniteLegale": first if alone else "",
        "prenomUsuelUniteLegale": first if alone else "",
        "nomUniteLegale": last if alone else "",
        "denominationUniteLegale": "" if alone else firm.name,
        "sigleUniteLegale": firm.acronym,
    }
    return {
        "siren": firm.siren,
        "statutDiffusionUniteLegale": firm.diffusion,
        "dateCreationUniteLegale": _text(firm.created_on),
        "trancheEffectifsUniteLegale": firm.workforce,
        "anneeEffectifsUniteLegale": "" if firm.workforce == "NN" else _YEAR,
        "nombrePeriodesUniteLegale": "1",
        "dateDebut": _text(firm.closed_on or firm.created_on),
        "etatAdministratifUniteLegale": "A" if firm.is_open else "C",
        "categorieJuridiqueUniteLegale": firm.legal_form,
        "activitePrincipaleUniteLegale": firm.naf,
        "nomenclatureActivitePrincipaleUniteLegale": "NAFRev2",
        "nicSiegeUniteLegale": firm.headquarters.siret[9:],
        "economieSocialeSolidaireUniteLegale": "O" if firm.legal_form.startswith("92") else "N",
        **{name: KEPT_BACK if masked and value else value for name, value in named.items()},
    }


def _place(firm: FakeFirm, place: FakeEstablishment) -> dict[str, str]:
    masked = place.diffusion != "O"
    number, _space, street = place.street.partition(" ")
    kept = {
        "numeroVoieEtablissement": number,
        "libelleVoieEtablissement": street,
        "codePostalEtablissement": place.postal_code,
        "enseigne1Etablissement": place.signs[0] if place.signs else "",
    }
    return {
        "siren": firm.siren,
        "nic": place.siret[9:],
        "siret": place.siret,
        "statutDiffusionEtablissement": place.diffusion,
        "dateCreationEtablissement": _text(place.opened_on),
        "trancheEffectifsEtablissement": place.workforce,
        "anneeEffectifsEtablissement": "" if place.workforce == "NN" else _YEAR,
        "etablissementSiege": "true" if place.is_headquarters else "false",
        "nombrePeriodesEtablissement": "1",
        "libelleCommuneEtablissement": place.commune_name,
        "codeCommuneEtablissement": place.commune,
        "codePaysEtrangerEtablissement": "99109" if place.country else "",
        "libellePaysEtrangerEtablissement": place.country,
        "dateDebut": _text(place.closed_on or place.opened_on),
        "etatAdministratifEtablissement": "A" if place.is_open else "F",
        "activitePrincipaleEtablissement": place.naf,
        "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
        **{name: KEPT_BACK if masked and value else value for name, value in kept.items()},
    }


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
