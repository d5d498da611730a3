"""What the sheets of the address book are made of: lines, conditions in words, buttons, history."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import models
from django.urls import reverse

from vigie.accounts.models import Antenne, Institution
from vigie.directory.models import AnswerGrouping, Change, Expert, MatchFilter, Subject
from vigie.journal.models import Event
from vigie.kernel.nomenclature.legal_forms import legal_form_label
from vigie.kernel.nomenclature.naf import naf_label
from vigie.kernel.zones import ZoneType
from vigie.territory.queries import zone_labels
from vigie.ui.components import ActButton, Fact, Link, Step, Table
from vigie.ui.formats import counted, day_short, listed

HISTORY = 20


@dataclass(frozen=True)
class Line:
    """A line of a sheet: what it says, and what can be done to it."""

    title: str
    detail: str = ""
    href: str = ""
    edit: str = ""
    remove: ActButton | None = None


@dataclass(frozen=True)
class Section:
    """A titled group of lines; add: the address of the form that adds one."""

    title: str
    lines: tuple[Line, ...]
    empty: str
    add: str = ""
    add_label: str = ""


@dataclass(frozen=True)
class Sheet:
    """A page of the address book."""

    title: str
    kind: str
    back: tuple[Link, ...]
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    history: tuple[Step, ...]
    edit: str
    zones: str = ""
    remove: ActButton | None = None
    child: Link | None = None
    close: Link | None = None
    files: tuple[Link, ...] = ()


def closed_if_removed(sheet: Sheet, deleted_at: datetime | None) -> Sheet:
    """The sheet of a row that left the book: it says since when, and nothing on it changes any more."""
    if deleted_at is None:
        return sheet
    sections = tuple(
        replace(one, add="", lines=tuple(replace(line, edit="", remove=None) for line in one.lines))
        for one in sheet.sections
    )
    warnings = (f"Retiré de l’annuaire le {day_short(deleted_at)}.", *sheet.warnings)
    nothing: dict[str, Any] = {"edit": "", "zones": "", "remove": None, "child": None, "close": None, "files": ()}
    return replace(sheet, warnings=warnings, sections=sections, **nothing)


def conditions_of(owner: Institution | Antenne | Expert) -> tuple[Section, Section]:
    """The filters and the expected answers of an owner."""
    filters = list(owner.matchfilters.prefetch_related("subjects").order_by("pk"))
    communes = _commune_names(filters)
    groupings = owner.answergroupings.prefetch_related("conditions__question").order_by("pk")
    return (
        Section(
            "Conditions sur l’entreprise",
            tuple(
                Line(
                    filter_sentence(one, communes),
                    _scope(one),
                    edit=edit_link("filtre", one),
                    remove=remove_button("filtre", one),
                )
                for one in filters
            ),
            "Aucune condition\u00a0: toutes les entreprises sont acceptées.",
            add_link("filtre", owner),
            "Ajouter une condition",
        ),
        Section(
            "Réponses attendues aux questions",
            tuple(
                Line(
                    _grouping_sentence(one),
                    one.label,
                    edit=edit_link("reponses", one),
                    remove=remove_button("reponses", one),
                )
                for one in groupings
            ),
            "Aucune réponse n’est attendue\u00a0: toutes sont acceptées.",
            add_link("reponses", owner),
            "Ajouter un groupe de réponses",
        ),
    )


def _commune_names(filters: list[MatchFilter]) -> dict[str, str]:
    """Code → name of the communes that the filters leave out; 1 query, none when there is no code."""
    asked = {code for one in filters for code in one.excluded_communes}
    labels = zone_labels([(ZoneType.COMMUNE, code) for code in asked])
    return {code: label for (_kind, code), label in labels.items()}


def filter_sentence(row: MatchFilter, communes: dict[str, str]) -> str:
    """A filter in words: « plus de 3 ans d’existence, moins de 50 salariés ». communes: names by code."""
    parts = []
    if row.min_years is not None:
        parts.append(f"plus de {counted(row.min_years, 'an')} d’existence")
    if row.max_years is not None:
        parts.append(f"moins de {counted(row.max_years, 'an')} d’existence")
    if row.min_workforce is not None:
        parts.append(f"au moins {counted(row.min_workforce, 'salarié')}")
    if row.max_workforce is not None:
        parts.append(f"moins de {counted(row.max_workforce, 'salarié')}")
    parts += _codes("activités\u00a0:", [_activity(code) for code in row.accepted_naf])
    parts += _codes("sauf les activités\u00a0:", [_activity(code) for code in row.excluded_naf])
    parts += _codes("catégories juridiques\u00a0:", [_legal_form(code) for code in row.accepted_legal_forms])
    parts += _codes("sauf les catégories juridiques\u00a0:", [_legal_form(code) for code in row.excluded_legal_forms])
    parts += _codes("sauf les communes\u00a0:", [communes.get(code, code) for code in row.excluded_communes])
    sentence = listed(parts)
    return sentence[:1].upper() + sentence[1:] if parts else "Aucune condition"


def _codes(words: str, labels: list[str]) -> list[str]:
    return [f"{words} {', '.join(labels)}"] if labels else []


def _activity(code: str) -> str:
    if len(code) == 1:
        return f"section {code}"
    label = naf_label(code)
    return f"{label} ({code})" if label else f"{code}…"


def _legal_form(code: str) -> str:
    label = legal_form_label(code)
    return f"{label} ({code})" if label else f"{code}…"


def _scope(row: MatchFilter) -> str:
    labels = [subject.label for subject in row.subjects.all()]
    scope = f"Pour\u00a0: {', '.join(labels)}" if labels else "Pour tous les sujets"
    return f"{scope}. Alternative «\u00a0{row.group}\u00a0»." if row.group else f"{scope}."


def _grouping_sentence(row: AnswerGrouping) -> str:
    words = []
    for one in row.conditions.all():
        answers = dict((str(value), str(label)) for value, label in one.question.answers)
        words.append(f"{one.question.short_label or one.question.label}\u00a0: {answers.get(one.value, one.value)}")
    return listed(words) if words else "Aucune réponse"


def history_of(obj: models.Model) -> tuple[Step, ...]:
    """The last edits of the row, and who made them; 2 queries."""
    changes = list(
        Change.objects.filter(sheet_type=obj._meta.label, sheet_id=str(obj.pk)).order_by("-at", "-pk")[:HISTORY]
    )
    events = Event.objects.filter(subject_type=Change._meta.label, subject_id__in=[str(one.pk) for one in changes])
    authors = {event.subject_id: event.actor_name for event in events}
    return tuple(Step(_change_title(one), one.at, authors.get(str(one.pk), "")) for one in reversed(changes))


def _change_title(change: Change) -> str:
    line = "" if change.target_type == change.sheet_type else f"\u00a0: {change.target_label}"
    if not change.before:
        return f"Ajout{line}"
    touched = [name for name, value in change.after.items() if change.before.get(name) != value]
    if not change.after or "retrait" in touched:
        return f"Retrait{line}"
    return f"Modification{line} ({listed(touched)})" if touched else f"Modification{line}"


def add_link(kind: str, parent: models.Model) -> str:
    """The form of a new line under this row."""
    return reverse("directory:add_under", args=[kind, _owner_kind(parent), parent.pk])


def _owner_kind(parent: models.Model) -> str:
    names = {Institution: "institution", Antenne: "antenne", Expert: "expert", Subject: "sujet"}
    return names[type(parent)]


def edit_link(kind: str, obj: models.Model) -> str:
    """The form of this row."""
    return reverse("directory:edit", args=[kind, obj.pk])


def remove_button(kind: str, obj: models.Model) -> ActButton:
    """The button that takes the row away, after a sentence."""
    return ActButton(
        "Retirer",
        reverse("directory:remove", args=[kind, obj.pk]),
        style="tertiary",
        confirm=f"«\u00a0{obj}\u00a0» sera retiré de l’annuaire. L’historique est gardé.",
        about=f"«\u00a0{obj}\u00a0»",
    )
