"""The fake of the public company search: same parameters, same refusals, same traps, invented firms.

The words of the refusals are ours; their status and their shape are the service's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vigie.connectors.fakes.data import FakeEstablishment, FakeFirm, Firms
from vigie.kernel.text import fold
from vigie.kernel.zones import ZONE_CODE_SHAPES, ZoneType

MASK = "[NON-DIFFUSIBLE]"
LARGEST_RESULT = 10_000
_OPTIONAL = ("siege", "complements", "dirigeants", "finances", "matching_etablissements", "tva")
_INCLUDABLE = frozenset((*_OPTIONAL, "score"))
_PAGING = frozenset(
    ("page", "per_page", "minimal", "include", "limite_matching_etablissements", "page_etablissements", "mtm_campaign")
)
_STATES = ("A", "C")


class Refusal(Exception):
    """What makes the service answer 400."""


def search(firms: Firms, query: Mapping[str, str], *, nothing: bool = False) -> tuple[int, dict[str, Any]]:
    """(status, body) of ``GET /search``; nothing: as if no firm existed."""
    try:
        page, per_page = _number(query, "page", 1, 1000, 1), _number(query, "per_page", 1, 25, 10)
        if page * per_page > LARGEST_RESULT:
            raise Refusal("page × per_page dépasse 10 000.")
        matching_size = _number(query, "limite_matching_etablissements", 1, 100, 10)
        parts = _parts(query)
        found = [] if nothing else _found(firms, query)
    except Refusal as refusal:
        return 400, {"erreur": str(refusal)}
    shown = found[(page - 1) * per_page : page * per_page]
    total = min(len(found), LARGEST_RESULT)
    return 200, {
        "results": [_result(firm, places[:matching_size], parts) for firm, places in shown],
        "total_results": total,
        "page": page,
        "per_page": per_page,
        "total_pages": -(-total // per_page),
    }


# --- finding ------------------------------------------------------------------------------------------------
def _found(firms: Firms, query: Mapping[str, str]) -> list[tuple[FakeFirm, list[FakeEstablishment]]]:
    text = query.get("q", "").strip()
    filters = {name: value for name, value in query.items() if value and name != "q" and name not in _PAGING}
    if not text and not filters:
        raise Refusal("Indiquez au moins un paramètre de recherche.")
    wanted = _wanted(query)
    if text.isdigit() and len(text) in (9, 14):  # direct search: the filters are checked, then ignored
        return _direct(firms, text)
    if text and len(text) < 3 and not filters:
        raise Refusal("3 caractères au minimum (ou un filtre).")
    words = fold(text).split()
    found = []
    for firm, haystack in firms.rows():
        if any(f" {word}" not in haystack for word in words):
            continue
        if query.get("etat_administratif") and query["etat_administratif"] != ("A" if firm.is_open else "C"):
            continue
        places = [place for place in firm.establishments if _fits(place, wanted)]
        if places:
            found.append((firm, places))
    name = fold(text)
    found.sort(key=lambda pair: (not fold(pair[0].name).startswith(name), pair[0].name, pair[0].siren))
    return found


def _direct(firms: Firms, number: str) -> list[tuple[FakeFirm, list[FakeEstablishment]]]:
    firm = firms.find(number[:9])
    if firm is None:
        return []
    if len(number) == 9:
        return [(firm, [])]
    places = [place for place in firm.establishments if place.siret == number]
    return [(firm, places)] if places else []


def _wanted(query: Mapping[str, str]) -> dict[str, set[str]]:
    """The filters on establishments, checked."""
    state = query.get("etat_administratif", "")
    if state and state not in _STATES:
        raise Refusal(f"etat_administratif doit valoir {' ou '.join(_STATES)}.")
    shapes = {
        "code_commune": ZONE_CODE_SHAPES[ZoneType.COMMUNE],
        "departement": ZONE_CODE_SHAPES[ZoneType.DEPARTEMENT],
        "code_postal": ZONE_CODE_SHAPES[ZoneType.COMMUNE],
    }
    wanted = {}
    for name, shape in shapes.items():
        values = {value.strip().upper() for value in query.get(name, "").split(",") if value.strip()}
        if any(not shape.fullmatch(value) for value in values):
            raise Refusal(f"Au moins une valeur du paramètre {name} est non valide.")
        if values:
            wanted[name] = values
    return wanted


def _fits(place: FakeEstablishment, wanted: dict[str, set[str]]) -> bool:
    has = {"code_commune": place.commune, "departement": place.departement, "code_postal": place.postal_code}
    return all(has[name] in values for name, values in wanted.items())


def _number(query: Mapping[str, str], name: str, least: int, most: int, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most):
        raise Refusal(f"Indiquez un paramètre `{name}` entre `{least}` et `{most}`, par défaut `{default}`.")
    return int(text)


def _parts(query: Mapping[str, str]) -> frozenset[str]:
    """The secondary fields asked for: all but the score, unless ``minimal`` is true."""
    asked = frozenset(part.strip() for part in query.get("include", "").split(",") if part.strip())
    minimal = query.get("minimal", "false").lower()
    if minimal not in ("true", "false"):
        raise Refusal("minimal doit valoir true ou false.")
    if asked and minimal == "false":
        raise Refusal("Demandez une réponse minimale (`minimal=true`) avant de préciser les champs à inclure.")
    if asked - _INCLUDABLE:
        raise Refusal(f"Au moins un champ à inclure est non valide. Champs valides : {sorted(_INCLUDABLE)}.")
    return asked if minimal == "true" else frozenset(_OPTIONAL)


# --- writing ------------------------------------------------------------------------------------------------
def _result(firm: FakeFirm, places: list[FakeEstablishment], parts: frozenset[str]) -> dict[str, Any]:
    shown = firm.diffusion == "O"
    name = firm.name + (f" ({firm.acronym})" if firm.acronym else "")
    optional: dict[str, Any] = {
        "siege": _establishment(firm.headquarters, whole=True),
        "matching_etablissements": [_establishment(place, whole=False) for place in places],
        "dirigeants": _officers(firm),
        "finances": None,
        "complements": _complements(firm),
        "tva": [],
        "score": 1.0,
    }
    return {
        "siren": firm.siren,
        "nom_complet": name if shown else MASK,
        "nom_raison_sociale": None if firm.is_sole_trader else firm.name if shown else MASK,
        "sigle": firm.acronym or None,
        "nombre_etablissements": len(firm.establishments),
        "nombre_etablissements_ouverts": sum(place.is_open for place in firm.establishments),
        "activite_principale": firm.naf,
        "activite_principale_naf25": firm.naf25 or None,
        "categorie_entreprise": "PME",
        "annee_categorie_entreprise": "2023",
        "caractere_employeur": None,
        "date_creation": _day(firm.created_on),
        "date_fermeture": _day(firm.closed_on),
        "date_mise_a_jour": "2026-03-01T04:00:00",
        "date_mise_a_jour_insee": "2026-03-01T04:00:00",
        "date_mise_a_jour_rne": None,
        "etat_administratif": "A" if firm.is_open else "C",
        "nature_juridique": firm.legal_form,
        "section_activite_principale": None,
        "tranche_effectif_salarie": firm.workforce,
        "annee_tranche_effectif_salarie": None if firm.workforce == "NN" else "2023",
        "statut_diffusion": firm.diffusion,
        **{part: optional[part] for part in sorted(parts)},
    }


_NAMES = ("AUBERT", "BENALI", "CARON", "DELMAS", "ESTEVE", "FAVRE", "GIRAUD", "HUBERT", "IMBERT", "JOLY")
_GIVEN = ("AGATHE MARIE", "BAPTISTE", "CAMILLE", "DENIS PAUL", "FATIMA", "KARIM", "LÉA", "MATHILDE", "OLIVIER", "YANN")


def _officers(firm: FakeFirm) -> list[dict[str, Any]]:
    """Who directs, invented from the number: a person, for one firm in three a company too, and an auditor."""
    rank = int(firm.siren[:8])
    role = {"57": "Président de SAS", "54": "Gérant"}.get(firm.legal_form[:2], "Président")
    shown = firm.diffusion == "O"
    person = {
        "nom": _NAMES[rank % len(_NAMES)] if shown else MASK,
        "prenoms": _GIVEN[rank // 10 % len(_GIVEN)] if shown else MASK,
        "annee_de_naissance": str(1955 + rank % 40) if shown else None,
        "date_de_naissance": None,
        "qualite": role,
        "nationalite": "Française",
        "type_dirigeant": "personne physique",
    }
    company = {
        "siren": None, "denomination": f"{_NAMES[rank % 7]} PARTICIPATIONS", "qualite": "Directeur général",
        "type_dirigeant": "personne morale",
    }  # fmt: skip
    auditor = {
        "siren": None, "denomination": "AUDIT DES DEUX RIVES", "qualite": "Commissaire aux comptes titulaire",
        "type_dirigeant": "personne morale",
    }  # fmt: skip
    return [person, *([company] if rank % 3 == 0 else []), auditor]


def _complements(firm: FakeFirm) -> dict[str, Any]:
    idcc = sorted({code for place in firm.establishments for code in place.idcc})
    return {
        "convention_collective_renseignee": bool(idcc),
        "est_association": firm.legal_form.startswith("92"),
        "est_entrepreneur_individuel": firm.is_sole_trader,
        "est_ess": firm.legal_form.startswith("92"),
        "liste_idcc": idcc or None,
        # Not given by the service of today: see Complements in vigie.connectors.recherche_entreprises_answer.
        "natures_activites": list(firm.natures),
        "codes_nafa": list(firm.craft_codes),
    }


def _establishment(place: FakeEstablishment, *, whole: bool) -> dict[str, Any]:
    """whole: as ``siege`` (full address parts, country); else as a match, which has fewer fields."""
    shown = place.diffusion == "O"
    end = place.country or f"{place.postal_code} {place.commune_name}"
    fields: dict[str, Any] = {
        "siret": place.siret,
        "est_siege": place.is_headquarters,
        "ancien_siege": False,
        "etat_administratif": "A" if place.is_open else "F",
        "adresse": f"{place.street} {end}" if shown else f"{MASK} {end}",
        "code_postal": place.postal_code or None,
        "commune": place.commune or None,
        "libelle_commune": place.commune_name or None,
        "region": None,
        "epci": None,
        "latitude": None,
        "longitude": None,
        "activite_principale": place.naf,
        "activite_principale_naf25": place.naf25 or None,
        "tranche_effectif_salarie": place.workforce,
        "annee_tranche_effectif_salarie": None if place.workforce == "NN" else "2023",
        "caractere_employeur": "N" if place.workforce == "NN" else "O",
        "date_creation": _day(place.opened_on),
        "date_debut_activite": _day(place.opened_on),
        "date_fermeture": _day(place.closed_on),
        "liste_enseignes": list(place.signs) or None,
        "nom_commercial": place.name or None,
        "liste_idcc": list(place.idcc) or None,
        "liste_rge": None,
        "liste_finess": None,
        "liste_uai": None,
        "liste_id_bio": None,
        "liste_id_organisme_formation": None,
        "statut_diffusion_etablissement": place.diffusion,
    }
    if whole:
        fields |= {
            "departement": place.departement or None,
            "libelle_voie": place.street if shown else MASK,
            "code_pays_etranger": "99109" if place.country else None,
            "libelle_pays_etranger": place.country or None,
            "libelle_commune_etranger": None,
            "activite_principale_registre_metier": None,
        }
    return fields


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
