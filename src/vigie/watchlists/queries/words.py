"""Words of lists: levels as badges, sections of the activity code, names of firms, months."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from vigie.companies.models import Company
from vigie.kernel.lifecycle import State
from vigie.kernel.period import Month
from vigie.ui.formats import month

LEVEL_STATES = {
    "strong": State("strong", "Risque fort", "error"),
    "moderate": State("moderate", "Risque modéré", "warning"),
    "none": State("none", "Pas d’alerte", "success"),
}
SECTIONS = {
    "A": "Agriculture, sylviculture et pêche",
    "B": "Industries extractives",
    "C": "Industrie manufacturière",
    "D": "Électricité, gaz, vapeur",
    "E": "Eau, assainissement, déchets",
    "F": "Construction",
    "G": "Commerce, réparation d’automobiles",
    "H": "Transports et entreposage",
    "I": "Hébergement et restauration",
    "J": "Information et communication",
    "K": "Finance et assurance",
    "L": "Activités immobilières",
    "M": "Activités spécialisées, scientifiques et techniques",
    "N": "Services administratifs et de soutien",
    "O": "Administration publique",
    "P": "Enseignement",
    "Q": "Santé humaine et action sociale",
    "R": "Arts, spectacles et activités récréatives",
    "S": "Autres activités de services",
    "T": "Activités des ménages",
    "U": "Activités extra-territoriales",
}
UNNAMED = "Entreprise non diffusible"
ABROAD = "99"  # firms whose département is unknown or abroad


def firm_names(given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """siren → name: the directory's, which keeps back what must be, else the one of the list. 1 query."""
    told = dict(given)
    known = dict(Company.objects.filter(siren__in=list(told)).values_list("siren", "name"))
    return {siren: known.get(siren) or name or UNNAMED for siren, name in told.items()}


def month_words(batch: date) -> str:
    """Gives « juin 2026 »."""
    return month(Month.of(batch))


def of_month(batch: date) -> str:
    """Gives « de juin 2026 », « d’avril 2026 »."""
    words = month_words(batch)
    return f"d’{words}" if words[0] in "ao" else f"de {words}"


def to_month(batch: date) -> str:
    """Gives « à avril 2026 »."""
    return f"à {month_words(batch)}"
