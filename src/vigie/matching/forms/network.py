"""What a local animator types: the filters of his territory, a hole of the address book; and the team's answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from vigie.directory.models import Subject
from vigie.matching.actions.holes import LONGEST
from vigie.matching.forms.team import subject_choices
from vigie.matching.queries.holes import ZoneLine
from vigie.matching.queries.network_page import TerritoryChoices, TerritoryFilters
from vigie.ui.fields import CleanLineField, CleanTextField
from vigie.ui.forms import DsfrForm, FormTokenMixin


class TerritoryFilterForm(DsfrForm):
    """The filters of the territory, kept in the address; what cannot be read does not filter."""

    q = CleanLineField(label="Rechercher", required=False, help_text="Entreprise, SIRET, contact, commune ou mots")
    sujet = forms.TypedChoiceField(label="Sujet", required=False, coerce=int, empty_value=None)
    zone = forms.ChoiceField(label="Zone", required=False)
    institution = forms.TypedChoiceField(label="Institution", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, choices: TerritoryChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, tuple[str, Sequence[tuple[Any, str]]]] = {
            "sujet": ("Tous", choices.subjects),
            "zone": ("Toutes", choices.zones),
            "institution": ("Toutes", choices.institutions),
        }
        for name, (every, lines) in named.items():
            self.fields[name].choices = [("", every), *lines]  # type: ignore[attr-defined]

    def filters(self) -> TerritoryFilters:
        """The filters that could be read."""
        self.is_valid()
        data = self.cleaned_data
        return TerritoryFilters(data.get("q", ""), data.get("sujet"), data.get("zone", ""), data.get("institution"))


class HoleForm(FormTokenMixin, DsfrForm):
    """« Personne ne répond pour ce sujet dans cette zone »"""

    sujet = forms.TypedChoiceField(
        label="Sujet",
        coerce=int,
        error_messages={"required": "Choisissez un sujet.", "invalid_choice": "Ce sujet n’est plus proposé."},
    )
    zone = forms.ChoiceField(
        label="Zone",
        error_messages={"required": "Choisissez une zone.", "invalid_choice": "Choisissez une zone de la liste."},
    )
    body = CleanTextField(
        label="Ce qui manque",
        required=False,
        max_length=LONGEST,
        rows=3,
        help_text="Qui pourrait répondre, ce que vous avez constaté",
    )

    def __init__(self, *args: Any, subjects: Iterable[Subject], zones: Sequence[ZoneLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sujet"].choices = [("", "Choisir"), *subject_choices(subjects)]  # type: ignore[attr-defined]
        lines = [(one.value, one.label) for one in zones]
        self.fields["zone"].choices = [("", "Choisir"), *lines]  # type: ignore[attr-defined]


class HoleAnswerForm(DsfrForm):
    """What the team answers to who reported a hole."""

    answer = CleanTextField(label="Réponse à la personne qui a signalé", required=False, max_length=LONGEST, rows=3)
