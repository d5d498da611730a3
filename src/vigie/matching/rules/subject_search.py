"""Finding the public subject that a sentence speaks of (pure): the words of a head, not those of an administration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vigie.kernel.text import fold

LONGEST_QUERY = 150
MOST_WORDS = 12

# Words that say nothing of the need.
EMPTY_WORDS = frozenset(
    {
        "A", "AI", "AIDE", "AIDER", "AU", "AUX", "AVEC", "AVOIR", "BESOIN", "CA", "CE", "CES", "CHERCHE", "CHERCHER",
        "COMMENT", "D", "DANS", "DE", "DES", "DOIS", "DU", "ELLE", "EN", "EST", "ET", "ETRE", "EUX", "FAIRE", "IL",
        "J", "JE", "L", "LA", "LE", "LES", "LEUR", "M", "MA", "ME", "MES", "MON", "N", "NE", "NOS", "NOTRE", "NOUS",
        "ON", "OU", "PAR", "PAS", "PEUX", "PLUS", "POUR", "PROBLEME", "QU", "QUE", "QUEL", "QUELLE", "QUELS", "QUI",
        "S", "SA", "SE", "SES", "SON", "SOUHAITE", "SUIS", "SUR", "T", "TROUVER", "UN", "UNE", "VEUT", "VEUX",
        "VOUDRAIS", "VOUS", "Y",
    }
)  # fmt: skip

# What people say → a word of the subjects.
SAID_FOR = {
    "ALTERNANT": "APPRENTI", "APPRENTISSAGE": "APPRENTI", "ARNAQUE": "PIRATAGE", "BANQUE": "PRETS", "BANQUIER": "PRETS",
    "BOUTIQUE": "INTERNET", "CANDIDAT": "RECRUTER", "CHAUFFAGE": "ENERGIE", "CHOMAGE": "ACTIVITE PARTIELLE",
    "COTISATIONS": "DETTES", "CREDIT": "PRETS", "CYBER": "PIRATAGE", "ELECTRICITE": "ENERGIE",
    "EMBAUCHE": "RECRUTER", "EMBAUCHER": "RECRUTER", "EMPRUNT": "PRETS", "EMPLOI": "RECRUTER",
    "EXPORT": "ETRANGER", "EXPORTER": "ETRANGER", "FACEBOOK": "RESEAUX", "FAILLITE": "DETTES", "GAZ": "ENERGIE",
    "GOOGLE": "VISIBLE", "HACKER": "PIRATAGE", "IMPAYES": "DETTES", "INSTAGRAM": "RESEAUX", "LICENCIEMENT": "RUPTURE",
    "LICENCIER": "RUPTURE", "LOYER": "DETTES", "MUTUELLE": "CONDITIONS", "POUBELLES": "DECHETS",
    "PRUDHOMMES": "CONFLIT", "RACHETER": "REPRENDRE", "REDRESSEMENT": "DETTES", "RH": "RECRUTER",
    "SITE": "INTERNET", "STAGIAIRE": "RECRUTER", "SUBVENTION": "SUBVENTIONS", "TRANSMETTRE": "TRANSMETTRE VENDRE",
    "TRESO": "TRESORERIE", "URSSAF": "DETTES", "USINE": "LOCAL", "VOITURE": "VEHICULES", "WEB": "INTERNET",
}  # fmt: skip


@dataclass(frozen=True)
class Searched:
    """A subject as it is searched. texts: from what says most to what says least."""

    pk: int
    texts: tuple[str, ...]


def found(query: str, subjects: Iterable[Searched], *, most: int = 12) -> list[int]:
    """The subjects that answer, best first; every word asked counts, none is compulsory."""
    asked = _words(query)
    if not asked:
        return []
    scores = []
    for rank, subject in enumerate(subjects):
        score = _score(asked, subject)
        if score:
            scores.append((-score, rank, subject.pk))
    return [pk for _score_, _rank, pk in sorted(scores)[:most]]


def _words(query: str) -> list[str]:
    told = fold(query[:LONGEST_QUERY]).split()
    kept = [word for word in told if word not in EMPTY_WORDS and len(word) > 1][:MOST_WORDS]
    return [said for word in kept for said in SAID_FOR.get(word, word).split()]


def _score(asked: list[str], subject: Searched) -> int:
    """The number of words found, then where: a word of the first text is worth more than one of the last."""
    places = [fold(text).split() for text in subject.texts]
    total = 0
    for word in asked:
        weights = [
            (100 if exact else 70) + 20 * (len(places) - place)
            for place, words in enumerate(places)
            for exact in [_reads(word, words)]
            if exact is not None
        ]
        total += max(weights, default=0)
    return total


def _reads(asked: str, words: list[str]) -> bool | None:
    """True when a word begins so, False when one is of the same family (« recrutement », « recruter »), else None."""
    if any(word.startswith(asked) for word in words):
        return True
    stem = asked[: max(5, -(-len(asked) * 3 // 5))]
    if len(asked) >= 5 and any(word.startswith(stem) for word in words):
        return False
    return None
