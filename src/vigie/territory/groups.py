"""Zones that agents still work with: the 22 former régions of metropolitan France, and overseas.

Source: law no. 2015-29 of 16 January 2015 (régions before 1 January 2016), official geographic code for départements.
"""

from __future__ import annotations

FORMER_REGIONS: dict[str, tuple[str, str]] = {
    "ALSACE": ("Alsace", "67 68"),
    "AQUITAINE": ("Aquitaine", "24 33 40 47 64"),
    "AUVERGNE": ("Auvergne", "03 15 43 63"),
    "BASSE-NORMANDIE": ("Basse-Normandie", "14 50 61"),
    "BOURGOGNE": ("Bourgogne", "21 58 71 89"),
    "BRETAGNE": ("Bretagne", "22 29 35 56"),
    "CENTRE": ("Centre", "18 28 36 37 41 45"),
    "CHAMPAGNE-ARDENNE": ("Champagne-Ardenne", "08 10 51 52"),
    "CORSE": ("Corse", "2A 2B"),
    "FRANCHE-COMTE": ("Franche-Comté", "25 39 70 90"),
    "HAUTE-NORMANDIE": ("Haute-Normandie", "27 76"),
    "ILE-DE-FRANCE": ("Île-de-France", "75 77 78 91 92 93 94 95"),
    "LANGUEDOC-ROUSSILLON": ("Languedoc-Roussillon", "11 30 34 48 66"),
    "LIMOUSIN": ("Limousin", "19 23 87"),
    "LORRAINE": ("Lorraine", "54 55 57 88"),
    "MIDI-PYRENEES": ("Midi-Pyrénées", "09 12 31 32 46 65 81 82"),
    "NORD-PAS-DE-CALAIS": ("Nord-Pas-de-Calais", "59 62"),
    "PAYS-DE-LA-LOIRE": ("Pays de la Loire", "44 49 53 72 85"),
    "PICARDIE": ("Picardie", "02 60 80"),
    "POITOU-CHARENTES": ("Poitou-Charentes", "16 17 79 86"),
    "PROVENCE-ALPES-COTE-D-AZUR": ("Provence-Alpes-Côte d’Azur", "04 05 06 13 83 84"),
    "RHONE-ALPES": ("Rhône-Alpes", "01 07 26 38 42 69 73 74"),
}
OVERSEAS: dict[str, tuple[str, str]] = {
    "ANTILLES": ("Guadeloupe, Saint-Barthélemy et Saint-Martin", "971 977 978"),
    "OUTRE-MER": ("Outre-mer", "971 972 973 974 975 976 977 978"),
}
