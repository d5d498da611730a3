"""The columns of the two files of the address book, and how their headers are recognised. Pure.

A column that the file does not have changes nothing. Headers are compared without accents, capitals or punctuation.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType

ANTENNES, ADVISERS = "antennes", "advisers"


@dataclass(frozen=True)
class FileColumn:
    """A column: its code, the header written by the export, other headers read. needed: the file must have it."""

    code: str
    label: str
    also: tuple[str, ...] = ()
    needed: bool = False


INSTITUTION = FileColumn("institution", "Institution", needed=True)
ANTENNE_COLUMNS = (
    INSTITUTION,
    FileColumn("name", "Nom", ("Antenne", "Nom de l’antenne"), needed=True),
    FileColumn("level", "Échelon", ("Niveau territorial",)),
    FileColumn("commune", "Codes INSEE", ("Codes communes",)),
    FileColumn("epci", "Codes EPCI"),
    FileColumn("employment_area", "Codes bassins d’emploi"),
    FileColumn("departement", "Codes départements"),
    FileColumn("region", "Codes régions"),
    FileColumn("manager_name", "Nom du responsable"),
    FileColumn("manager_email", "Email du responsable", ("Adresse du responsable", "E-mail du responsable")),
    FileColumn("manager_phone", "Téléphone du responsable"),
)
ADVISER_COLUMNS = (
    INSTITUTION,
    FileColumn("antenne", "Antenne", needed=True),
    FileColumn("name", "Prénom et nom", ("Nom",)),
    FileColumn("email", "Email", ("E-mail", "Adresse électronique")),
    FileColumn("phone", "Téléphone"),
    FileColumn("job", "Fonction"),
    FileColumn("person_antenne", "Antenne de la personne"),
    FileColumn("team_id", "Id de l’équipe"),
    FileColumn("team_name", "Nom de l’équipe"),
    FileColumn("team_email", "Email de l’équipe", ("E-mail de l’équipe",)),
    FileColumn("team_phone", "Téléphone de l’équipe"),
    FileColumn("team_job", "Fonction de l’équipe"),
    FileColumn("commune", "Communes spécifiques"),
    FileColumn("epci", "EPCI spécifiques"),
    FileColumn("employment_area", "Bassins d’emploi spécifiques"),
    FileColumn("departement", "Départements spécifiques"),
    FileColumn("region", "Régions spécifiques"),
    FileColumn("subject", "Sujet"),
)
COLUMNS: dict[str, tuple[FileColumn, ...]] = {ANTENNES: ANTENNE_COLUMNS, ADVISERS: ADVISER_COLUMNS}
KIND_LABELS = {ANTENNES: "Antennes", ADVISERS: "Conseillers et experts"}
ZONE_COLUMNS = tuple(kind.value for kind in ZoneType)


def known_headers(kind: str) -> dict[str, str]:
    """Folded header → code of the column."""
    return {fold(text): one.code for one in COLUMNS[kind] for text in (one.label, *one.also)}


def label_of(kind: str, code: str) -> str:
    """The header of a column, as the export writes it."""
    return next(one.label for one in COLUMNS[kind] if one.code == code)


def recognised(kind: str, headers: Sequence[str]) -> dict[str, int]:
    """Code of each fixed column → its place in the file. Twice the same column: the first place."""
    known = known_headers(kind)
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        code = known.get(fold(header))
        if code:
            found.setdefault(code, place)
    return found


def doubled(kind: str, headers: Sequence[str]) -> list[str]:
    """The headers that stand for a column already met."""
    known = known_headers(kind)
    seen: set[str] = set()
    twice = []
    for header in headers:
        key = known.get(fold(header), " ".join(header.split()).upper())
        if key and key in seen:
            twice.append(header)
        seen.add(key)
    return twice


def missing(kind: str, found: Iterable[str]) -> list[str]:
    """The headers that the file needs and does not have."""
    have = set(found)
    return [one.label for one in COLUMNS[kind] if one.needed and one.code not in have]


def nearest(text: str, among: Iterable[str]) -> str:
    """The one of these that looks most like the text; empty when none does."""
    by_fold = {fold(one): one for one in among}
    close = difflib.get_close_matches(fold(text), list(by_fold), n=1, cutoff=0.75)
    return by_fold[close[0]] if close else ""
