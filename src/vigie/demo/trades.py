"""What invented firms do: trade, activity code, what the registers say of it. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

CRAFT, TRADE = ("ARTISANALE",), ("COMMERCIALE",)
BOTH = (*CRAFT, *TRADE)
LIBERAL, REGULATED = ("LIBERALE_NON_REGLEMENTEE",), ("LIBERALE_REGLEMENTEE",)
ALONE, SMALL, LARGER = ("NN", "00", "01"), ("00", "01", "02", "03"), ("03", "11", "12", "21", "22")


@dataclass(frozen=True)
class Trade:
    """A trade. words: how its firms call themselves; idcc: its agreement; weight: how common it is."""

    words: tuple[str, ...]
    naf: str
    natures: tuple[str, ...]
    idcc: str
    workforce: tuple[str, ...]
    craft_code: str = ""
    weight: int = 4
    legal_forms: tuple[str, ...] = ("1000", "5499", "5710")


TRADES = (
    Trade(("BOULANGERIE", "FOURNIL", "BOULANGERIE PATISSERIE"), "10.71C", BOTH, "0843", SMALL, "1071CZ", 6),
    Trade(("SALON", "COIFFURE", "ATELIER COIFFURE"), "96.02A", CRAFT, "2596", ALONE, "9602AA", 6),
    Trade(("GARAGE", "CARROSSERIE"), "45.20A", CRAFT, "1090", SMALL, "4520AZ", 5),
    Trade(("MENUISERIE", "ATELIER BOIS"), "43.32A", CRAFT, "1596", SMALL, "4332AA", 5),
    Trade(("PLOMBERIE", "CHAUFFAGE"), "43.22A", CRAFT, "1596", SMALL, "4322AZ", 5),
    Trade(("MACONNERIE", "BATIMENT"), "43.99C", CRAFT, "1597", LARGER, "4399CA", 5),
    Trade(("ELECTRICITE",), "43.21A", CRAFT, "1596", SMALL, "4321AZ", 4),
    Trade(("COUVERTURE", "CHARPENTE"), "43.91B", CRAFT, "1596", SMALL, "4391BA", 3),
    Trade(("BOUCHERIE", "CHARCUTERIE"), "47.22Z", BOTH, "0992", SMALL, "4722ZA", 3),
    Trade(("RESTAURANT", "AUBERGE", "BRASSERIE", "LA TABLE"), "56.10A", TRADE, "1979", SMALL, weight=7),
    Trade(("HOTEL",), "55.10Z", TRADE, "1979", SMALL, weight=2),
    Trade(("EPICERIE", "PRIMEUR"), "47.11C", TRADE, "2216", SMALL, weight=4),
    Trade(("LIBRAIRIE",), "47.61Z", TRADE, "3013", ALONE, weight=2),
    Trade(("PRET A PORTER", "BOUTIQUE"), "47.71Z", TRADE, "1483", ALONE, weight=3),
    Trade(("PHARMACIE",), "47.73Z", TRADE, "1996", SMALL, weight=2, legal_forms=("5785", "5499")),
    Trade(("TRANSPORTS", "FRET"), "49.41A", TRADE, "0016", LARGER, weight=3, legal_forms=("5499", "5710")),
    Trade(("TAXI", "AMBULANCES"), "49.32Z", BOTH, "2219", ALONE, "4932ZZ", 3),
    Trade(("LOGICIELS", "ATELIER NUMERIQUE"), "62.01Z", TRADE, "1486", SMALL, weight=4, legal_forms=("5710", "5498")),
    Trade(("CONSEIL",), "70.22Z", LIBERAL, "1486", ALONE, weight=5),
    Trade(("CABINET COMPTABLE",), "69.20Z", REGULATED, "0787", LARGER, weight=2, legal_forms=("5710", "5485")),
    Trade(("CABINET INFIRMIER",), "86.90D", REGULATED, "", ("NN",), weight=4, legal_forms=("1000", "6540")),
    Trade(("CABINET DENTAIRE",), "86.23Z", REGULATED, "1619", ALONE, weight=2, legal_forms=("1000", "5485")),
    Trade(("ARCHITECTURE",), "71.11Z", REGULATED, "2332", ALONE, weight=2),
    Trade(("AGENCE IMMOBILIERE",), "68.31Z", TRADE, "1527", ALONE, weight=2),
    Trade(("NETTOYAGE", "PROPRETE"), "81.21Z", TRADE, "3043", LARGER, weight=3, legal_forms=("5499", "5710")),
    Trade(("MECANIQUE", "USINAGE"), "25.62B", TRADE, "3248", LARGER, weight=3, legal_forms=("5499", "5710")),
    Trade(("PLASTIQUES", "CONDITIONNEMENT"), "22.29A", TRADE, "0292", LARGER, weight=1, legal_forms=("5710", "5599")),
    Trade(("PAYSAGES", "JARDINS"), "81.30Z", CRAFT, "7018", SMALL, "8130ZZ", 3),
    Trade(("DOMAINE", "FERME"), "01.21Z", ("ACTIF_AGRICOLE",), "7024", ALONE, weight=4, legal_forms=("1000", "6598")),
    Trade(("FORMATION",), "85.59A", LIBERAL, "1516", ALONE, weight=2),
    Trade(("AGENCE COMMERCIALE",), "46.19B", ("AGENT_COMMERCIAL",), "", ("NN",), weight=1, legal_forms=("1000",)),
    Trade(("PATRIMOINE",), "68.20B", ("GESTION_DE_BIENS",), "", ("NN",), weight=3, legal_forms=("6540",)),
    Trade(("ASSOCIATION", "LES AMIS"), "88.99B", (), "1518", SMALL, weight=3, legal_forms=("9220",)),
)

# What follows the trade in a name.
TURNS = (
    "DU LAVOIR", "DES TROIS CHENES", "DU PONT", "DE LA HALLE", "DU VIEUX PUITS", "DES QUATRE VENTS", "DE LA COMBE",
    "DU GUE", "DES GLYCINES", "DE LA CROISEE", "DU GRAND PRE", "DES REMPARTS", "DE L ETANG", "DU BELVEDERE",
    "DE LA PASSERELLE", "DES SAULES", "DU VALLON", "DE LA ROSERAIE", "DES ARCADES", "DU CHEMIN CREUX",
)  # fmt: skip
