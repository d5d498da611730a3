"""The cards of a former board, as the file that holds them tells them: columns, words, dates, what is wrong. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from vigie.followup.states import COMPLETED, IN_PROGRESS, UNDER_SURVEILLANCE
from vigie.kernel.errors import InvalidInput
from vigie.kernel.siren import parse_siret
from vigie.kernel.text import clean_email, clean_line, fold

CARDS_AT_MOST = 300
PEOPLE_AT_MOST, TEXT_AT_MOST, LABEL_AT_MOST = 30, 20_000, 400
SKIPPED = "skipped"  # the list of the firms that were not accompanied: nothing to take up


@dataclass(frozen=True)
class CardColumn:
    """A column of the file. also: other headers by which it is known; many: several columns may be it."""

    code: str
    label: str
    also: tuple[str, ...] = ()
    told: str = ""
    needed: bool = False
    many: bool = False


COLUMNS = (
    CardColumn("siret", "SIRET", told="quatorze chiffres, seule colonne obligatoire", needed=True),
    CardColumn("card", "Identifiant", ("Id", "Carte", "Card id"), "celui de la carte, s’il y en a un"),
    CardColumn("title", "Entreprise", ("Titre", "Raison sociale", "Title"), "pour vous relire, rien n’en est gardé"),
    CardColumn(
        "column", "Liste", ("Colonne", "État", "Statut", "List"),
        "Analyse en cours, Accompagnement en cours, Sous surveillance, Accompagnement terminé, Pas d’accompagnement",
    ),
    CardColumn("begun", "Début", ("Date de début", "Start"), "31/12/2024 ou 2024-12-31"),
    CardColumn("ended", "Fin", ("Date de fin", "End"), "de même, pour une carte terminée"),
    CardColumn("referents", "Référents", ("Référent", "Responsables", "Assignees"), "adresses électroniques"),
    CardColumn("participants", "Participants", ("Membres", "Accompagnants", "Members"), "adresses électroniques"),
    CardColumn("criticality", "Criticité", (), "Pas de criticité, Modérée, Élevée"),
    CardColumn(
        "words", "Étiquettes", ("Labels", "Difficultés", "Actions", "Filières", "Instances", "Réorientations"),
        "séparées par des virgules ou des points-virgules\u00a0; celles que Vigie ne connaît pas sont laissées",
        many=True,
    ),
    CardColumn("text", "Description", ("Synthèse",), "devient la synthèse du réseau choisi"),
    CardColumn("comments", "Commentaires", ("Comments",), "deviennent un commentaire, à votre nom"),
)  # fmt: skip
_KNOWN = {fold(text): one for one in COLUMNS for text in (one.label, *one.also)}

_STATES = {
    "": IN_PROGRESS, "EN COURS": IN_PROGRESS, "ANALYSE EN COURS": IN_PROGRESS, "ACCOMPAGNEMENT EN COURS": IN_PROGRESS,
    "SURVEILLANCE": UNDER_SURVEILLANCE, "SOUS SURVEILLANCE": UNDER_SURVEILLANCE, "VEILLE": UNDER_SURVEILLANCE,
    "TERMINE": COMPLETED, "ACCOMPAGNEMENT TERMINE": COMPLETED, "PAS D ACCOMPAGNEMENT": SKIPPED,
}  # fmt: skip
_CRITICALITIES = {
    "": "none", "PAS DE CRITICITE": "none", "AUCUNE": "none", "NIVEAU VERT": "none", "VERT": "none",
    "MODEREE": "moderate", "CRITICITE MODEREE": "moderate", "NIVEAU ORANGE": "moderate", "ORANGE": "moderate",
    "ELEVEE": "high", "CRITICITE ELEVEE": "high", "NIVEAU ROUGE": "high", "ROUGE": "high",
}  # fmt: skip
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?|(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(frozen=True)
class Card:
    """A card as its line tells it. key: the same for the same card of any file. begun, ended: ISO, or empty."""

    line: int
    siret: str
    key: str
    title: str
    state: str
    begun: str
    ended: str
    criticality: str
    referents: tuple[str, ...]
    participants: tuple[str, ...]
    words: tuple[str, ...]
    text: str
    comments: str


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a line."""

    line: int
    title: str
    said: str


def places_of(headers: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Code of each column → its places in the file; of those that come once, the first. InvalidInput without SIRET."""
    found: dict[str, tuple[int, ...]] = {}
    for place, header in enumerate(headers):
        known = _KNOWN.get(fold(header))
        if known is not None and (known.many or known.code not in found):
            found[known.code] = (*found.get(known.code, ()), place)
    missing = [one.label for one in COLUMNS if one.needed and one.code not in found]
    if missing:
        raise InvalidInput(
            "column_missing",
            f"La colonne «\u00a0{missing[0]}\u00a0» manque\u00a0: c’est elle qui dit où.",
            field="file",
        )
    return found


def left_columns(headers: Sequence[str]) -> tuple[str, ...]:
    """The columns that nothing is read from."""
    return tuple(header for header in headers if fold(header) not in _KNOWN)


def read_cards(
    headers: Sequence[str], lines: Sequence[tuple[int, tuple[str, ...]]], today: date
) -> tuple[tuple[Card, ...], tuple[Wrong, ...]]:  # fmt: skip
    """The cards that can be read, and what is wrong with the other lines."""
    if len(lines) > CARDS_AT_MOST:
        raise InvalidInput(
            "too_many_cards", f"Ce fichier compte plus de {CARDS_AT_MOST} cartes. Découpez-le, par département par "
            "exemple.", field="file",
        )  # fmt: skip
    places = places_of(headers)
    cards: list[Card] = []
    wrong: list[Wrong] = []
    seen: dict[str, int] = {}
    for number, cells in lines:
        told = {code: ";".join(cells[place] for place in held if cells[place]) for code, held in places.items()}
        try:
            card = _card(number, told, today)
            if card.key in seen:
                raise _Fault(f"cette carte est déjà à la ligne {seen[card.key]}")
        except _Fault as fault:
            wrong.append(Wrong(number, _title(told), f"{str(fault)[:1].upper()}{str(fault)[1:]}."))
            continue
        seen[card.key] = number
        cards.append(card)
    return tuple(cards), tuple(wrong)


class _Fault(Exception):
    """What is wrong, in French."""


def _title(told: dict[str, str]) -> str:
    return clean_line(told.get("title", ""))[:120] or clean_line(told.get("siret", ""))[:40]


def _card(number: int, told: dict[str, str], today: date) -> Card:
    siret = _siret(told["siret"])
    state = _word(told, "column", _STATES, "la liste")
    begun, ended = (_day(told.get(name, ""), today) for name in ("begun", "ended"))
    if begun and ended and ended < begun:
        raise _Fault("la fin précède le début")
    if ended and state != COMPLETED and state != SKIPPED:
        raise _Fault("une fin est dite, mais la liste n’est pas «\u00a0Accompagnement terminé\u00a0»")
    for name, label, most in (("text", "description", TEXT_AT_MOST), ("comments", "commentaires", TEXT_AT_MOST)):
        if len(told.get(name, "")) > most:
            raise _Fault(f"la colonne «\u00a0{label}\u00a0» compte plus de {most} caractères")
    key = clean_line(told.get("card", "")) or begun
    return Card(
        line=number,
        siret=siret,
        key=f"carte-{siret}-{hashlib.sha256(key.encode()).hexdigest()[:32]}",
        title=_title(told),
        state=state,
        begun=begun,
        ended=ended,
        criticality=_word(told, "criticality", _CRITICALITIES, "la criticité"),
        referents=_people(told.get("referents", "")),
        participants=_people(told.get("participants", "")),
        words=_words(told.get("words", "")),
        text=told.get("text", "").strip(),
        comments=told.get("comments", "").strip(),
    )


def _siret(text: str) -> str:
    try:
        return parse_siret(text)
    except InvalidInput:
        said = f"«\u00a0{clean_line(text)[:40]}\u00a0» n’est pas un SIRET" if text else "le SIRET manque"
        raise _Fault(f"{said}\u00a0: quatorze chiffres") from None


def _word(told: dict[str, str], code: str, known: dict[str, str], what: str) -> str:
    text = told.get(code, "")
    found = known.get(fold(text))
    if found is None:
        raise _Fault(f"{what} «\u00a0{clean_line(text)[:60]}\u00a0» n’est pas connue")
    return found


def _day(text: str, today: date) -> str:
    """ISO, or empty."""
    if not text:
        return ""
    found = _DATE.fullmatch(clean_line(text))
    try:
        year, month, day = (found[1], found[2], found[3]) if found and found[1] else _french(found)
        read = date(int(year), int(month), int(day))
    except (ValueError, TypeError):
        raise _Fault(f"la date «\u00a0{clean_line(text)[:40]}\u00a0» ne se lit pas\u00a0: écrivez 31/12/2024") from None
    if read > today or read.year < 1990:
        raise _Fault(f"la date du {read:%d/%m/%Y} n’est pas possible")
    return read.isoformat()


def _french(found: re.Match[str] | None) -> tuple[str, str, str]:
    if found is None:
        raise ValueError
    return found[6], found[5], found[4]


def _people(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(clean_email(word) for word in re.split(r"[\s,;]+", text) if word))
    if len(found) > PEOPLE_AT_MOST:
        raise _Fault(f"plus de {PEOPLE_AT_MOST} personnes")
    return found


def _words(text: str) -> tuple[str, ...]:
    found = (clean_line(word)[:LABEL_AT_MOST] for word in re.split(r"[,;\n]+", text))
    return tuple(dict.fromkeys(word for word in found if word))


def example_lines() -> Iterator[tuple[str, ...]]:
    """The model of the file: its headers and one card, of an invented establishment."""
    yield tuple(one.label for one in COLUMNS)
    yield (
        "29000000900016", "carte-1", "MENUISERIE D’EXEMPLE", "Accompagnement en cours", "15/03/2024", "",
        "prenom.nom@administration.example", "", "Modérée", "Dette sociale; Urssaf",
        "Entreprise familiale, deux clients.", "Échéancier demandé.",
    )  # fmt: skip
