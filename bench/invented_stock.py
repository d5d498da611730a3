"""Writes Sirene stock files of invented firms, official format, any size: `python -m bench.invented_stock FOLDER`.

Names are made of invented family names, first names and trades; communes are the real ones, drawn by population. Shares
(sole traders, closed, without employee, non-diffusible, several establishments) are near those of the register.
Same count and seed: same bytes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, TextIO

from vigie.kernel.siren import INVENTED_PREFIX, with_key

ROOT = Path(__file__).resolve().parents[1]
COMMUNES = ROOT / "src" / "vigie" / "territory" / "data" / "communes.csv.gz"


def _split(text: str) -> list[str]:
    return text.split()


UNIT_COLUMNS = _split(
    "siren statutDiffusionUniteLegale dateCreationUniteLegale sigleUniteLegale prenom1UniteLegale "
    "prenomUsuelUniteLegale trancheEffectifsUniteLegale anneeEffectifsUniteLegale etatAdministratifUniteLegale "
    "nomUniteLegale nomUsageUniteLegale denominationUniteLegale denominationUsuelle1UniteLegale "
    "categorieJuridiqueUniteLegale activitePrincipaleUniteLegale nomenclatureActivitePrincipaleUniteLegale "
    "nicSiegeUniteLegale"
)
PLACE_COLUMNS = _split(
    "siren nic siret statutDiffusionEtablissement dateCreationEtablissement trancheEffectifsEtablissement "
    "anneeEffectifsEtablissement etablissementSiege complementAdresseEtablissement numeroVoieEtablissement "
    "indiceRepetitionEtablissement typeVoieEtablissement libelleVoieEtablissement codePostalEtablissement "
    "libelleCommuneEtablissement codeCommuneEtablissement codePaysEtrangerEtablissement "
    "libellePaysEtrangerEtablissement dateDebut etatAdministratifEtablissement enseigne1Etablissement "
    "denominationUsuelleEtablissement activitePrincipaleEtablissement "
    "nomenclatureActivitePrincipaleEtablissement"
)
FIRST_NAMES = _split(
    "MARIE JEAN PIERRE MICHEL ANDRE PHILIPPE NATHALIE ISABELLE SYLVIE CATHERINE NICOLAS CELINE JULIEN THOMAS "
    "CAMILLE LEA MANON CHLOE HUGO LUCAS ENZO KARIM FATIMA MOHAMED AICHA SOPHIE LAURENT STEPHANE CHRISTOPHE "
    "VALERIE SANDRINE OLIVIER"
)
TRADES = _split(
    "BOULANGERIE COIFFURE PLOMBERIE MENUISERIE GARAGE RESTAURANT PHARMACIE TRANSPORTS TAXI MACONNERIE "
    "ELECTRICITE PEINTURE BOUCHERIE FLEURS CONSEIL INFORMATIQUE IMMOBILIER NETTOYAGE PAYSAGE ATELIER CAVES "
    "DOMAINE FERME AMBULANCES CARROSSERIE CHARPENTE COUVERTURE ISOLATION LIBRAIRIE TRAITEUR PIZZERIA CREPERIE "
    "BRASSERIE"
)
TURNS = (
    "DU MARCHE",
    "DE LA GARE",
    "DU PORT",
    "DES ALPES",
    "DE L'OUEST",
    "DU CENTRE",
    "ET FILS",
    "FRERES",
    "SERVICES",
    "ET CIE",
)
SYLLABLES = _split(
    "BA BE BO CHA DU FA GUI JO KER LA LE MAR MO NA PI QUE RO SA THI TRE VI VER BRI COR DAN FOU GRA LOU MAI PER"
)
ENDINGS = ("", "N", "T", "RD", "LLE", "UX", "IN", "ET", "ON", "EL", "IER", "OT", "AC", "EC", "Y")
FORMS = (("1000", 62), ("5710", 12), ("5499", 10), ("6540", 8), ("9220", 6), ("5599", 2))
WORKFORCE = (
    ("NN", 62),
    ("", 18),
    ("00", 5),
    ("01", 7),
    ("02", 4),
    ("03", 2),
    ("11", 1.2),
    ("12", 0.8),
    ("21", 0.3),
    ("32", 0.1),
)
NAF = ("10.71C", "43.22A", "47.11A", "49.32Z", "56.10A", "62.01Z", "68.20B", "69.10Z", "86.21Z", "96.02A")


def family_names(rng: random.Random, count: int) -> list[str]:
    names = {
        "".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 2, 2, 3)))) + rng.choice(ENDINGS) for _ in range(count * 2)
    }
    return sorted(name for name in names if len(name) > 3)[:count]


class Stock:
    """Draws firms one after the other."""

    def __init__(self, seed: int, prefix: str = INVENTED_PREFIX) -> None:
        self.rng = random.Random(seed)
        self.prefix = prefix
        self.names = family_names(self.rng, 30_000)
        self.rng.shuffle(self.names)
        self.name_weights = list(accumulate(1 / (rank + 20) for rank in range(len(self.names))))
        with gzip.open(COMMUNES, "rt", encoding="utf-8", newline="") as lines:
            self.communes = [row for row in csv.DictReader(lines) if row["postal_codes"]]
        self.commune_weights = list(accumulate(int(row["population"] or 1) for row in self.communes))

    def pick(self, weighted: tuple[tuple[str, float], ...]) -> str:
        return self.rng.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]

    def family_name(self) -> str:
        return self.rng.choices(self.names, cum_weights=self.name_weights)[0]

    def siren(self, number: int) -> str:
        width = 8 - len(self.prefix)
        # A stride prime to the range spreads the numbers: neighbours in the file are not neighbours in the key.
        return with_key(self.prefix + str(number * 7919 % 10**width).zfill(width))

    def day(self) -> str:
        return f"{self.rng.randint(1950, 2025)}-{self.rng.randint(1, 12):02d}-{self.rng.randint(1, 28):02d}"

    def trade_name(self) -> str:
        shape, trade, name = self.rng.random(), self.rng.choice(TRADES), self.family_name()
        if shape < 0.35:
            return f"{trade} {name}"
        if shape < 0.6:
            return f"{trade} {self.rng.choice(TURNS)}"
        return f"{name} {self.rng.choice(TURNS)}" if shape < 0.8 else f"{name} {self.rng.choice(TRADES)}"

    def unit(self, number: int) -> dict[str, str]:
        form = self.pick(FORMS)
        hidden = self.rng.random() < 0.06
        row = {
            "siren": self.siren(number),
            "statutDiffusionUniteLegale": "P" if hidden else "O",
            "dateCreationUniteLegale": self.day(),
            "trancheEffectifsUniteLegale": self.pick(WORKFORCE),
            "anneeEffectifsUniteLegale": "2023",
            "etatAdministratifUniteLegale": "C" if self.rng.random() < 0.02 else "A",
            "categorieJuridiqueUniteLegale": form,
            "activitePrincipaleUniteLegale": self.rng.choice(NAF),
            "nomenclatureActivitePrincipaleUniteLegale": "NAFRev2",
            "nicSiegeUniteLegale": "00001",
        }
        if form == "1000":
            row |= {"nomUniteLegale": self.family_name(), "prenom1UniteLegale": self.rng.choice(FIRST_NAMES)}
            if self.rng.random() < 0.25:
                row["denominationUsuelle1UniteLegale"] = self.trade_name()
        else:
            row["denominationUniteLegale"] = self.trade_name()
            if self.rng.random() < 0.05:
                row["sigleUniteLegale"] = "".join(self.rng.choices("ABCDEFGHILMNOPRST", k=self.rng.randint(3, 5)))
        if hidden:
            row |= {name: "[ND]" for name in row if name.startswith(("nom", "prenom", "denom", "sigle")) and row[name]}
            row["nomenclatureActivitePrincipaleUniteLegale"] = "NAFRev2"
        return row

    def place(self, unit: dict[str, str], rank: int) -> dict[str, str]:
        nic = f"{rank:04d}"
        commune = self.rng.choices(self.communes, cum_weights=self.commune_weights)[0]
        hidden = unit["statutDiffusionUniteLegale"] == "P"
        closed = unit["etatAdministratifUniteLegale"] == "C" or self.rng.random() < 0.03
        siret = with_key(unit["siren"] + nic)
        row = {
            "siren": unit["siren"],
            "nic": siret[9:],
            "siret": siret,
            "statutDiffusionEtablissement": unit["statutDiffusionUniteLegale"],
            "dateCreationEtablissement": self.day(),
            "trancheEffectifsEtablissement": unit["trancheEffectifsUniteLegale"] if rank == 1 else self.pick(WORKFORCE),
            "anneeEffectifsEtablissement": "2023",
            "etablissementSiege": "true" if rank == 1 else "false",
            "numeroVoieEtablissement": "[ND]" if hidden else str(self.rng.randint(1, 150)),
            "typeVoieEtablissement": "[ND]" if hidden else "RUE",
            "libelleVoieEtablissement": "[ND]" if hidden else f"DE {self.family_name()}",
            "codePostalEtablissement": "[ND]" if hidden else commune["postal_codes"].split()[0][:5],
            "libelleCommuneEtablissement": commune["name"].upper(),
            "codeCommuneEtablissement": commune["code"],
            "dateDebut": self.day(),
            "etatAdministratifEtablissement": "F" if closed else "A",
            "activitePrincipaleEtablissement": unit["activitePrincipaleUniteLegale"],
            "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
        }
        if self.rng.random() < 0.15:
            row["enseigne1Etablissement"] = "[ND]" if hidden else self.trade_name()
        return row

    def establishments_of(self, number: int) -> int:
        if number == 1:
            return 1600
        draw = self.rng.random()
        return 1 if draw < 0.8 else self.rng.randint(2, 3) if draw < 0.99 else self.rng.randint(4, 12)


def write(folder: Path, firms: int, seed: int = 1, prefix: str = INVENTED_PREFIX) -> tuple[Path, Path, int]:
    """Writes both files; gives their paths and how many establishments there are."""
    stock = Stock(seed, prefix)
    units, places = folder / "StockUniteLegale_utf8.csv", folder / "StockEtablissement_utf8.csv"
    count = 0
    with _opened(units) as unit_file, _opened(places) as place_file:
        unit_rows = _writer(unit_file, UNIT_COLUMNS)
        place_rows = _writer(place_file, PLACE_COLUMNS)
        for number in range(1, firms + 1):
            unit = stock.unit(number)
            unit_rows.writerow(unit)
            rows = [stock.place(unit, rank) for rank in range(1, stock.establishments_of(number) + 1)]
            place_rows.writerows(rows)
            count += len(rows)
    return units, places, count


def _opened(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", newline="")


def _writer(file: TextIO, columns: list[str]) -> csv.DictWriter[Any]:
    writer: csv.DictWriter[Any] = csv.DictWriter(file, columns, restval="", lineterminator="\n")
    writer.writeheader()
    return writer


def prefixes(seed: int, count: int = 150) -> Iterator[str]:
    """What people type: beginnings of three letters and more of names, trades, communes, alone or two together."""
    stock = Stock(seed)
    rng = stock.rng
    accents = str.maketrans({"E": "é", "A": "à", "C": "ç", "U": "ù", "O": "ô"})
    for _ in range(count):
        parts = [stock.trade_name() if rng.random() < 0.5 else stock.family_name()]
        if rng.random() < 0.3:
            parts.append(rng.choices(stock.communes, cum_weights=stock.commune_weights)[0]["name"])
        text = " ".join(parts)
        text = text[: rng.choice((3, 3, 4, 5, 6, 8, 12, 20, 40))].lower()
        yield text.upper().translate(accents) if rng.random() < 0.3 else text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--firms", type=int, default=350_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print(*write(options.folder, options.firms, options.seed))


if __name__ == "__main__":
    main()
