"""What the slices of the report are called: a reader knows Bretagne and construction, not 53 and F."""

from __future__ import annotations

REGIONS = {
    "01": "Guadeloupe", "02": "Martinique", "03": "Guyane", "04": "La Réunion", "06": "Mayotte", "11": "Île-de-France",
    "24": "Centre-Val de Loire", "27": "Bourgogne-Franche-Comté", "28": "Normandie", "32": "Hauts-de-France",
    "44": "Grand Est", "52": "Pays de la Loire", "53": "Bretagne", "75": "Nouvelle-Aquitaine", "76": "Occitanie",
    "84": "Auvergne-Rhône-Alpes", "93": "Provence-Alpes-Côte d’Azur", "94": "Corse",
}  # fmt: skip
SECTIONS = {
    "A": "agriculture", "B": "industries extractives", "C": "industrie manufacturière", "D": "énergie",
    "E": "eau et déchets", "F": "construction", "G": "commerce", "H": "transports", "I": "hébergement et restauration",
    "J": "information et communication", "K": "finance et assurance", "L": "immobilier",
    "M": "activités spécialisées et techniques", "N": "services administratifs et de soutien",
    "O": "administration publique", "P": "enseignement", "Q": "santé et action sociale",
    "R": "arts, spectacles et loisirs", "S": "autres services", "T": "ménages employeurs",
    "U": "activités extraterritoriales",
}  # fmt: skip
SIZES = {
    "below_10": "moins de 10 salariés", "10-19": "10 à 19 salariés", "20-49": "20 à 49 salariés",
    "50-249": "50 à 249 salariés", "250+": "250 salariés et plus", "unknown": "effectif inconnu",
}  # fmt: skip
NAMES = {"region": REGIONS, "naf_section": SECTIONS, "size_band": SIZES}


def slice_name(dimension: str, value: str) -> str:
    """The French name of a slice; the value itself where it is already words."""
    return NAMES.get(dimension, {}).get(value, value)
