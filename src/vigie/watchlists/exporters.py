"""What leaves a list as a file: the lines, the order and the columns that the reader has before his eyes.

The address of the page is read here as the page reads it: the same form, the same refusals, the same rights, and again
when a job makes a long one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404

from vigie.exports.registry import FOR_SHEETS, register_exporter
from vigie.exports.tables import Column, Kind, Sheet
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.watchlists.forms_lists import ListFilterForm
from vigie.watchlists.queries.columns import COLUMNS
from vigie.watchlists.queries.filters import choices_for, narrowed, require_offered
from vigie.watchlists.queries.list_file import file_columns, lines
from vigie.watchlists.queries.lists import LIST, SORT, lists_asked
from vigie.watchlists.queries.rework import file_lines, reworked_of, rules_said
from vigie.watchlists.queries.sight import sight_in_list
from vigie.watchlists.queries.sorting import ordered, readable
from vigie.watchlists.queries.words import LEVEL_STATES, of_month
from vigie.watchlists.rules_sight import Why

COLUMNS_ASKED = "colonnes"  # codes of columns of the screen, beside the parameters of the address
EVERY_COLUMN = [column.code for column in COLUMNS]


def list_sheet(person: Person, parameters: dict[str, Any], at: datetime) -> Sheet:
    """A list with the filters and the sort of an address. Http404 for a list that is not open, Forbidden for a filter
    that rests on what the reader does not hold.
    """
    require(person, "list.view")
    lists = lists_asked(str(parameters.get(LIST, "")))
    publication = lists.shown
    if publication is None:
        raise Http404
    sight = sight_in_list(person)
    choices = choices_for(person, sight)
    require_offered(parameters, choices)
    form = ListFilterForm(parameters, choices=choices)
    found = narrowed(person, publication, form.filters())
    return Sheet(
        title=f"Liste de détection {of_month(publication.batch)}",
        columns=file_columns(parameters.get(COLUMNS_ASKED, ()), sight),
        rows=lines(
            person,
            publication,
            ordered(found, readable(str(parameters.get(SORT, "")))),
            sight,
            latest=lists.shows_latest,
            wanted=parameters.get(COLUMNS_ASKED, ()),
        ),
        count=found.count(),
        name="Entreprises",
        version=publication.code,
        filters=_said(form, form.cleaned_data),
        about=publication.code,
        why_open=Why.ALERT,
    )


def _said(form: forms.Form, read: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The filters in use, as the page words them."""
    kept = []
    for name, field in form.fields.items():
        value = read.get(name)
        if value in (None, "", False, []):
            continue
        labels: dict[Any, Any] = dict(field.choices) if isinstance(field, forms.ChoiceField) else {}  # type: ignore[arg-type]
        several = value if isinstance(value, list) else [value]
        words = ", ".join(str(labels.get(one, one)) for one in several)
        kept.append((str(field.label), "oui" if value is True else words))
    return tuple(kept)


def reworked_sheet(person: Person, parameters: dict[str, Any], at: datetime) -> Sheet:
    """A working list whole, kept and dropped, with the reasons. Http404 out of reach."""
    require(person, "reworked.list")
    found = reworked_of(person, int(parameters["list"]))
    return Sheet(
        title=f"{found.name} ({found.departement})",
        columns=REWORKED,
        rows=lambda: file_lines(found),
        count=found.entries.count(),
        name="Entreprises",
        version=found.publication.code,
        filters=tuple(("Règle", said) for said in rules_said(found)),
        about=f"{found.publication.code} {found.departement}",
        why_open=Why.ALERT,
    )


REWORKED = (
    Column("Décision", lambda line: "Gardée" if line.one.stays else "Écartée", width=12),
    Column("Rang", lambda line: line.one.place, Kind.NUMBER),
    Column("Siren", lambda line: line.one.siren, width=12),
    Column("Raison sociale", lambda line: line.name, width=36),
    Column("Niveau d’alerte", lambda line: LEVEL_STATES[line.entry.level].label, width=16),
    Column("Commune du siège", lambda line: line.entry.commune_name or None),
    Column("Code NAF", lambda line: line.entry.naf or None, width=10),
    Column("Effectif", lambda line: line.entry.workforce_count, Kind.NUMBER),
    Column("Raison", lambda line: line.reason, width=48),
    Column("Correction", lambda line: line.corrected or "-", width=48),
)


def register() -> None:
    """Called once, when the applications are ready."""
    register_exporter("detection_list", list_sheet, formats=FOR_SHEETS)
    register_exporter("reworked_list", reworked_sheet, formats=FOR_SHEETS)
