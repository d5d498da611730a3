"""« Préparer l’échange »: one page to print before calling the head of a firm.

The part that is said to the firm is made of fixed words and of the directory: no score, no level, no list, no figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from vigie.campaigns.queries.contacts import outcome_words
from vigie.campaigns.states import VISIT
from vigie.companies.models import Company
from vigie.companies.officers import SOLE_TRADER
from vigie.connectors.recherche_entreprises import Officer
from vigie.directory.models import Subject
from vigie.followup.queries.touch import known_files, other_files_table, person_words
from vigie.kernel.errors import PublicationError
from vigie.kernel.siren import show_siren
from vigie.kernel.text import fold
from vigie.rights.person import Person
from vigie.sheets.queries.block import Part, Reading
from vigie.sheets.queries.faults import Fault, faults_of
from vigie.sheets.queries.panels.identity import company_facts, name_of
from vigie.sheets.queries.sheet import reading_of
from vigie.sheets.rules.talk import MAY_NOT_SAY, MAY_SAY, THEMES, themes_for
from vigie.ui.components import Column, Fact, Link, Table
from vigie.ui.formats import day, listed
from vigie.watchlists.rules_sight import Category

HELP_AT_MOST = 4  # subjects by theme: the page is printed on one sheet
WORST_FAMILIES = 3
CONTACTS_AT_MOST = 6
OFFICERS_AT_MOST = 4
DIRECTORY = "Annuaire des Entreprises"


@dataclass(frozen=True)
class Theme:
    """What to ask, and the help that exists."""

    label: str
    questions: tuple[str, ...]
    help: tuple[str, ...]


@dataclass(frozen=True)
class TalkPage:
    """opened: what the audit writes when the reasons chose the themes; faults: for the operators."""

    name: str
    siren: str
    facts: tuple[Fact, ...]
    director: str
    directory: Link | None
    followers: str
    contacts: Table | None
    files: Table | None
    themes: tuple[Theme, ...]
    words: tuple[Part, ...]
    chosen: bool
    opened: dict[str, Any]
    faults: tuple[Fault, ...] = ()


def talk_page(
    person: Person, company: Company, at: datetime, officers: Sequence[Officer] | None = None
) -> TalkPage:  # fmt: skip
    """officers: who directs, as the public register said it a moment ago; None when it was not asked or is silent. The
    themes follow the reasons when the reader may know them, else they are the usual ones. 15 queries at most."""
    reading = reading_of(person, company, at)
    families = _families(reading)
    living = Subject.objects.filter(archived_at=None, is_catch_all=False)
    subjects = [(fold(label).lower(), label) for label in living.values_list("label", flat=True)]
    wanted = themes_for(families) if families else tuple(THEMES)[:5]
    return TalkPage(
        name=name_of(company),
        siren=show_siren(company.siren),
        facts=tuple(fact for fact in company_facts(reading) if fact.label in ("Activité", "Création", "Siège")),
        director=_director(company, officers),
        directory=_directory(company),
        followers=_followers(reading),
        contacts=_contacts(reading),
        files=other_files_table(person, known_files(person, company.siren)),
        themes=tuple(_theme(code, subjects) for code in wanted),
        words=(Part("Ce qui peut être dit", MAY_SAY), Part("Ce qui ne se dit pas", MAY_NOT_SAY)),
        chosen=bool(families),
        opened={"details": {"block": "talk"}, "unlocked_by": str(reading.sight.by)} if families else {},
        faults=faults_of(reading),
    )


def _contacts(reading: Reading) -> Table | None:
    """What any administration did or planned with the firm: calls of campaigns and visits, for who reads its
    detection; the latest first.
    """
    rows = [
        (one.contacted_on, one.get_channel_display(), outcome_words(one), person_words(one.author))
        for one in reading.contacts
    ]
    rows += [(one.planned_on, "Visite", VISIT.label(one.state), person_words(one.organiser)) for one in reading.visits]
    if not rows:
        return None
    rows.sort(key=lambda row: row[0], reverse=True)
    return Table(
        caption="Contacts et visites, par toutes les administrations",
        columns=(Column("Date", header=True), Column("Moyen"), Column("Résultat"), Column("Par")),
        rows=tuple((day(on), *told) for on, *told in rows[:CONTACTS_AT_MOST]),
    )


def _followers(reading: Reading) -> str:
    """The colleagues who follow the firm, in words, for agents of its territory and those who follow it."""
    ground = reading.sight.ground
    if not (ground.visible or ground.followed):
        return ""
    people = {row.user_id: person_words(row.user) for row in reading.follows if row.user_id != reading.person.user_id}
    return listed(list(people.values()))


def _families(reading: Reading) -> list[str]:
    """The families of reasons that raise the risk most; none when the score is not open, or cannot be read."""
    if not reading.opens(Category.SCORE) or reading.dossier is None:
        return []
    try:
        rows = reading.series("contributions").rows
    except PublicationError as error:
        reading.faults["contributions"] = error
        return []
    kept = [row for row in rows if row["kind"] == "family" and row["contribution_log_odds"] > 0]
    kept.sort(key=lambda row: -row["contribution_log_odds"])
    return [row["family"] for row in kept[:WORST_FAMILIES]]


def _director(company: Company, officers: Sequence[Officer] | None) -> str:
    """Who directs, when the register says it publicly: the head of a sole trader's firm is the firm."""
    if not company.diffusible:
        return "non diffusible."
    if company.legal_form_code == SOLE_TRADER:
        return f"{company.name}."
    if not officers:
        return "le registre national des entreprises le dit."
    named = [f"{one.name} ({one.role[0].lower()}{one.role[1:]})" if one.role else one.name for one in officers]
    more = ", et d’autres" if len(named) > OFFICERS_AT_MOST else ""
    return f"{' ; '.join(named[:OFFICERS_AT_MOST])}{more}, selon le registre national des entreprises."


def _directory(company: Company) -> Link | None:
    """Where the public directory names who directs; none for a sole trader, nor when the setting has no such link."""
    if company.legal_form_code == SOLE_TRADER or not company.diffusible:
        return None
    known = dict(settings.VIGIE.external_links_list)
    address = known.get(DIRECTORY, "")
    return Link(DIRECTORY, address.replace("{siren}", company.siren)) if address else None


def _theme(code: str, subjects: list[tuple[str, str]]) -> Theme:
    label, questions, words = THEMES[code]
    found = [shown for folded, shown in subjects if any(word in folded for word in words)]
    return Theme(label, questions, tuple(found[:HELP_AT_MOST]))
