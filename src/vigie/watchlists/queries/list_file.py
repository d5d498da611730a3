"""A list as a file: what each column of the screen becomes there, and its lines, read by pages of keys.

The cells follow the same ``Sight`` as the screen: what it does not open is LOCKED, and never read into the file.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from vigie.companies.models import Establishment
from vigie.exports.tables import LOCKED, Column, Kind
from vigie.kernel.nomenclature.legal_forms import legal_form_label
from vigie.kernel.nomenclature.naf import naf_label
from vigie.rights.person import Person
from vigie.watchlists.models import Entry, EntryQuerySet, Publication
from vigie.watchlists.queries.columns import COLUMNS, PLACE, UNKNOWN_STATUS, Around, around, badges, status
from vigie.watchlists.queries.figure_cells import debt_months
from vigie.watchlists.queries.reasons import shown
from vigie.watchlists.queries.words import LEVEL_STATES, SECTIONS, month_words
from vigie.watchlists.rules import SHOWN_REASONS
from vigie.watchlists.rules_sight import Sight

LINES = 500  # read at a time


@dataclass(frozen=True)
class Line:
    """A firm of the list, and what its cells need beside it."""

    entry: Entry
    near: Around


def lines(
    person: Person,
    publication: Publication,
    found: EntryQuerySet,
    sight: Sight,
    *,
    latest: bool = False,
    wanted: Collection[str] = (),
) -> Callable[[], Iterator[Line]]:
    """The lines of a list, in the order of ``found``. 1 query for the keys (8 bytes each), then 3 per LINES, 1 more for
    the files when there are, 1 for the head offices, 1 for the working lists and 1 for each source of contacts, when
    they are wanted: ``wanted`` holds the codes of the columns of the screen.
    """

    def rows() -> Iterator[Line]:
        keys = array("q", found.values_list("pk", flat=True).iterator(chunk_size=10_000))
        for start in range(0, len(keys), LINES):
            page = list(keys[start : start + LINES])
            known = Entry.objects.select_related("figures").in_bulk(page)
            entries = [known[key] for key in page if key in known]
            near = around(person, publication, entries, sight, latest=latest, wanted=wanted)
            near = replace(near, offices=_offices(entries)) if PLACE in wanted else near
            yield from (Line(entry, near) for entry in entries)

    return rows


def _offices(entries: list[Entry]) -> dict[str, str]:
    """siren → SIRET of the head office, the open one when there are two. 1 query."""
    found = Establishment.objects.filter(company_id__in=[entry.siren for entry in entries], is_head_office=True)
    return dict(found.order_by("is_active", "siret").values_list("company_id", "siret"))


def file_columns(codes: Iterable[str], sight: Sight) -> tuple[Column, ...]:
    """The columns of the file for these columns of the screen, in the order of the screen."""
    wanted = set(codes) | {"entreprise"}
    return tuple(
        column if one.rests_on is None or sight.opens(one.rests_on) else _locked(column)
        for one in COLUMNS
        if one.code in wanted
        for column in FILE_COLUMNS[one.code]
    )


def _locked(column: Column) -> Column:
    return Column(column.header, lambda line: LOCKED, column.kind)


def _of(name: str) -> Callable[[Line], Any]:
    """What the list says; None when it says nothing."""

    def value(line: Line) -> Any:
        said = getattr(line.entry, name)
        return None if said == "" else said

    return value


def _figure(name: str) -> Callable[[Line], Any]:
    """What the list says of the accounts, the debt or the short-time work; None when it says nothing."""
    return lambda line: getattr(line.entry.known_figures, name)


def _debts(line: Line) -> str | None:
    """« avril 2026 : 300 · mai 2026 : 57 », in euros."""
    debts = line.entry.known_figures.debts_eur
    months = debt_months(line.near.publication)[-len(debts) :] if debts else []
    return (
        " · ".join(
            f"{month_words(when)} : {'inconnu' if value is None else value}"
            for when, value in zip(months, debts, strict=True)
        )
        or None
    )


def _contact(line: Line, name: str) -> Any:
    return getattr(line.near.contacts.get(line.entry.siren), name, None)


def _reasons(line: Line) -> str | None:
    told = line.near.publication.told
    reasons = shown(line.entry.reasons, told["features"], line.near.sight, SHOWN_REASONS)
    return " · ".join(reasons) or told["families"].get(line.entry.main_family) or None


def _year(line: Line) -> int | None:
    on = line.near.created.get(line.entry.siren)
    return on.year if on else None


def _kept_by_hand(line: Line) -> Any:
    """Whether a working list that the reader may read keeps the firm; locked for who may read none."""
    return LOCKED if line.near.reworked is None else line.entry.siren in line.near.reworked


def _status(line: Line) -> str | None:
    said = status(line.entry, line.near.publication)
    return None if said == UNKNOWN_STATUS else said


_OPINIONS = {None: "aucun", True: "Détection utile", False: "Détection inutile"}
# Code of a column of the screen → the columns of the file.
FILE_COLUMNS: dict[str, tuple[Column, ...]] = {
    "niveau": (Column("Niveau d’alerte", lambda line: LEVEL_STATES[line.entry.level].label, width=16),),
    "entreprise": (
        Column("Siren", _of("siren"), width=12),
        Column("Raison sociale", lambda line: line.near.names[line.entry.siren], width=36),
    ),
    "lieu": (
        Column("Siret du siège", lambda line: line.near.offices.get(line.entry.siren), width=16),
        Column("Commune du siège", _of("commune_name")),
        Column("Département du siège", _of("departement")),
    ),
    "secteur": (
        Column("Code NAF", _of("naf"), width=10),
        Column("Libellé NAF", lambda line: naf_label(line.entry.naf) if line.entry.naf else None, width=36),
        Column("Section", lambda line: SECTIONS.get(line.entry.section)),
    ),
    "effectif": (Column("Effectif", _of("workforce_count"), Kind.NUMBER),),
    "tendance": (Column("Effectif sur un an", _of("workforce_change_ratio"), Kind.PERCENT),),
    "ca": (
        Column("Chiffre d’affaires", _figure("revenue_eur"), Kind.EUROS),
        Column("Exercice clos le", _figure("closed_on"), Kind.DATE),
        Column("Chiffre d’affaires, en un an", _figure("revenue_change_ratio"), Kind.PERCENT),
    ),
    "resultat": (Column("Résultat d’exploitation", _figure("ebit_eur"), Kind.EUROS),),
    "ebe": (Column("EBE", _figure("ebitda_eur"), Kind.EUROS),),
    "dette": (
        Column("Dette sociale", _figure("debt_eur"), Kind.EUROS),
        Column("Dette sociale, mois par mois (€)", _debts, width=60),
    ),
    "ap": (Column("Activité partielle, ETP en moyenne sur 12 mois", _figure("used_fte"), Kind.NUMBER),),
    "forme": (Column("Forme juridique", lambda line: legal_form_label(line.entry.known_figures.legal_form) or None),),
    "creation": (Column("Année de création", _year, Kind.NUMBER),),
    "etat": (Column("Fermée", _figure("is_closed"), Kind.BOOLEAN),),
    "groupe": (
        Column("Tête de groupe", lambda line: line.entry.known_figures.group_head or "aucune connue", width=36),
        Column("Siren de la tête de groupe", lambda line: line.entry.known_figures.group_head_siren or None, width=12),
    ),
    "contact": (
        Column("Dernier contact", lambda line: _contact(line, "on"), Kind.DATE),
        Column("Moyen du dernier contact", lambda line: _contact(line, "how")),
    ),
    "raison": (Column("Ce qui fait monter le risque", _reasons, width=60),),
    "alerte": (
        Column("Première alerte", _of("first_alert"), Kind.BOOLEAN),
        Column("Aggravation", _of("aggravation"), Kind.BOOLEAN),
    ),
    "delai": (Column("Délai Urssaf", _of("payment_plan_running"), Kind.BOOLEAN),),
    "procedure": (Column("Procédure collective", _status),),
    "frequence": (Column("Listes en alerte sur 24 mois", lambda line: line.entry.alerts_before + 1, Kind.NUMBER),),
    "avis": (Column("Votre avis", lambda line: _OPINIONS[(line.near.opinions or {}).get(line.entry.siren)]),),
    "retraitee": (Column("Liste retraitée", _kept_by_hand, Kind.BOOLEAN),),
    "suivi": (Column("Suivi", lambda line: line.near.followed.get(line.entry.siren) or "Personne"),),
    "notes": (
        Column(
            "À noter", lambda line: ", ".join(badges(line.entry, line.near.sight)) or "rien de particulier", width=36
        ),
    ),
}
