"""What invented firms are called and do. Common words put together by a seeded draw; no real firm is meant."""

from __future__ import annotations

from typing import NamedTuple


class Trade(NamedTuple):
    """A trade: how its firms call themselves, NAF code, NAF section, NAF 2025 code, sales per person (kEUR)."""

    word: str
    naf: str
    section: str
    naf25: str
    sales: int


TRADES = (
    Trade("CONSERVERIE", "10.39B", "C", "10.39H", 210),
    Trade("BISCUITERIE", "10.72Z", "C", "10.72Y", 170),
    Trade("TISSAGES", "13.20Z", "C", "13.20Y", 130),
    Trade("SCIERIE", "16.10A", "C", "16.11Y", 180),
    Trade("IMPRIMERIE", "18.12Z", "C", "18.12Y", 140),
    Trade("PLASTIQUES", "22.29A", "C", "22.26Y", 160),
    Trade("FONDERIE", "24.51Z", "C", "24.51Y", 150),
    Trade("CHAUDRONNERIE", "25.11Z", "C", "25.11Y", 135),
    Trade("USINAGE", "25.62B", "C", "25.53Y", 125),
    Trade("MECANIQUE", "28.99B", "C", "28.99Y", 165),
    Trade("CARROSSERIE INDUSTRIELLE", "29.20Z", "C", "29.20Y", 190),
    Trade("MEUBLES", "31.09B", "C", "31.00H", 120),
    Trade("RECYCLAGE", "38.32Z", "E", "38.21Y", 260),
    Trade("CONSTRUCTIONS", "41.20B", "F", "41.00H", 150),
    Trade("TRAVAUX PUBLICS", "42.11Z", "F", "42.11Y", 165),
    Trade("ELECTRICITE", "43.21A", "F", "43.21H", 110),
    Trade("CHAUFFAGE", "43.22B", "F", "43.22H", 115),
    Trade("MENUISERIE", "43.32A", "F", "43.32G", 105),
    Trade("COUVERTURE", "43.91B", "F", "43.41G", 110),
    Trade("MACONNERIE", "43.99C", "F", "43.91Y", 105),
    Trade("GARAGES", "45.11Z", "G", "47.81Y", 420),
    Trade("NEGOCE", "46.90Z", "G", "46.90Y", 520),
    Trade("MATERIAUX", "46.73A", "G", "46.83H", 380),
    Trade("DISTRIBUTION", "47.11F", "G", "47.11H", 290),
    Trade("BOUTIQUES", "47.71Z", "G", "47.71Y", 160),
    Trade("TRANSPORTS", "49.41A", "H", "49.41H", 120),
    Trade("LOGISTIQUE", "52.29B", "H", "52.31Y", 150),
    Trade("HOTEL", "55.10Z", "I", "55.10Y", 95),
    Trade("RESTAURANT", "56.10A", "I", "56.11H", 80),
    Trade("TRAITEUR", "56.21Z", "I", "56.21Y", 90),
    Trade("LOGICIELS", "62.01Z", "J", "62.10Y", 130),
    Trade("STUDIO", "59.11B", "J", "59.11H", 140),
    Trade("HOLDING", "64.20Z", "K", "64.21Y", 300),
    Trade("GESTION IMMOBILIERE", "68.32A", "L", "68.32H", 110),
    Trade("INGENIERIE", "71.12B", "M", "71.12Y", 115),
    Trade("PUBLICITE", "73.11Z", "M", "73.11Y", 125),
    Trade("PROPRETE", "81.21Z", "N", "81.21Y", 40),
    Trade("SECURITE", "80.10Z", "N", "80.01Y", 45),
    Trade("INTERIM", "78.20Z", "N", "78.20G", 60),
    Trade("PAYSAGES", "81.30Z", "N", "81.30Y", 75),
    Trade("CLINIQUE", "86.10Z", "Q", "86.10Y", 95),
    Trade("MAISON DE RETRAITE", "87.10A", "Q", "87.10G", 60),
    Trade("SALLE DE SPORT", "93.13Z", "R", "93.13Y", 70),
    Trade("BLANCHISSERIE", "96.01A", "S", "96.10H", 65),
)
# Activities that the perimeter leaves out (detection-data.md 3.2).
LEFT_OUT = (
    Trade("REGIE", "84.11Z", "O", "84.11Y", 60),
    Trade("ECOLE", "85.31Z", "P", "85.31Y", 55),
    Trade("LYCEE", "85.32Z", "P", "85.32Y", 55),
    Trade("SYNDICAT", "94.20Z", "S", "94.20Y", 60),
    Trade("CREDIT", "64.19Z", "K", "64.19Y", 250),
    Trade("ASSURANCES", "65.12Z", "K", "65.12Y", 300),
    Trade("COURTAGE", "66.22Z", "K", "66.22Y", 140),
)
ALL_TRADES = (*TRADES, *LEFT_OUT)
SECTIONS = tuple(sorted({trade.section for trade in ALL_TRADES}))

FAMILIES = (
    "ABADIE", "ALLARD", "AUBERT", "BARBIER", "BARON", "BAZIN", "BENALI", "BERTIN", "BESSON", "BLANC", "BONNET",
    "BOUCHER", "BOUVIER", "BRUN", "CARON", "CHEVALLIER", "COLIN", "CORDIER", "DA SILVA", "DELATTRE", "DESCAMPS",
    "DIALLO", "DUBOIS", "DUMAS", "DUPUIS", "ÉTIENNE", "FAURE", "FERRAND", "FLEURY", "FONTAINE", "GAILLARD", "GARNIER",
    "GAUTIER", "GIRAUD", "GUÉRIN", "GUILLOT", "HADDAD", "HAMEL", "HERVÉ", "HUET", "JACQUET", "JOLY", "KLEIN",
    "LACOMBE", "LAMBERT", "LANGLOIS", "LE GOFF", "LEBRUN", "LEGRAND", "LEMOINE", "LEROUX", "MAILLARD", "MARCHAL",
    "MASSON", "MERCIER", "MEUNIER", "MICHAUD", "MONNIER", "MOREL", "N’DIAYE", "NAVARRO", "NOËL", "PAGES", "PASQUIER",
    "PÉLISSIER", "PERRIN", "PICARD", "POIRIER", "PRÉVOST", "RENAUD", "REY", "RIVIÈRE", "ROCHE", "ROLLAND", "ROUSSEL",
    "ROY", "ROYER", "SALMON", "TESSIER", "TEXIER", "TRAN", "VASSEUR", "VIDAL", "WEBER",
)  # fmt: skip
TURNS = (
    "", " ET FILS", " FRÈRES", " SERVICES", " ET CIE", " DU CENTRE", " DE L’OUEST", " DE L’EST", " DU LITTORAL",
    " DES ALPES", " DU MIDI", " INDUSTRIES", " GROUPE", " DÉVELOPPEMENT", " ASSOCIÉS", " NOUVELLE", " ATLANTIQUE",
    " DU RHÔNE", " DES FLANDRES", " DE GASCOGNE",
)  # fmt: skip
# Turns that a careless reader of separated text would break on.
HARD_TURNS = (" ; NÉGOCE", ", SUCCESSEURS", ' "LE COMPTOIR"', " & CIE ; DÉPÔT")
FIRST_NAMES = (
    "AGATHE", "ALAIN", "AMÉLIE", "BAPTISTE", "CAMILLE", "CÉLINE", "DENIS", "ÉLODIE", "FATIMA", "FRANÇOIS", "HÉLÈNE",
    "INÈS", "JÉRÔME", "KARIM", "LÉA", "MATHILDE", "NADIA", "OLIVIER", "RACHID", "SOPHIE", "YANN", "ZOÉ",
)  # fmt: skip
STREETS = (
    "DES TILLEULS", "DU MARCHÉ", "DE LA GARE", "DU MOULIN", "DE LA VALLÉE", "DE L’ÉGLISE", "DES VIGNES",
    "DES ARTISANS", "DE LA RÉPUBLIQUE", "DU FOUR", "DES PRÉS", "DES LAVOIRS", "DE LA FONTAINE", "DES BATELIERS",
)  # fmt: skip
STREET_TYPES = ("RUE", "AV", "BD", "CHE", "RTE", "PL", "IMP", "ALL", "QUAI", "LOT")
ABROAD = (("99109", "ALLEMAGNE", "FRIBOURG"), ("99131", "BELGIQUE", "MONS"), ("99134", "ESPAGNE", "GERONE"))
LEGAL = ("5710", "5499", "5599", "5505", "9220", "6598", "1000")
LEGAL_WEIGHTS = (0.46, 0.36, 0.06, 0.02, 0.05, 0.02, 0.03)
PUBLIC_LEGAL = ("4110", "4120", "4140", "7210", "7346", "7366", "7389", "7410")
