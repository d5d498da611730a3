"""What an agent types on a sheet: why he follows a firm, and why he stops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from vigie.agents.models import Follow
from vigie.ui.fields import CleanLineField, CleanTextField
from vigie.ui.forms import DsfrForm, FormTokenMixin


class FollowForm(DsfrForm):
    """The motive is checked again by the action, which alone knows when none is needed."""

    motive = forms.ChoiceField(
        label="Pourquoi suivez-vous cette entreprise\u00a0?",
        choices=Follow.Motive.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un motif."},
    )
    comment = CleanTextField(
        label="Précision",
        required=False,
        max_length=500,
        rows=3,
        help_text="Dix caractères au moins pour un autre motif",
    )


class ReportForm(FormTokenMixin, DsfrForm):
    """A datum of a sheet that seems wrong."""

    bloc = forms.ChoiceField(label="Bloc de la fiche", error_messages={"invalid_choice": "Choisissez un bloc."})
    month = CleanLineField(
        label="Mois ou date concernés", required=False, max_length=60, help_text="Par exemple\u00a0: mars 2026"
    )
    body = CleanTextField(
        label="Ce qui paraît faux", max_length=2_000, rows=5,
        help_text="Dites ce que vous attendiez et pourquoi. N’écrivez aucun montant confidentiel\u00a0: qui répond "
        "ouvre la fiche.",
    )  # fmt: skip

    def __init__(self, *args: Any, blocks: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bloc"].choices = list(blocks)  # type: ignore[attr-defined]


class UnfollowForm(DsfrForm):
    """Why a follow ends."""

    ending = forms.ChoiceField(
        label="Que s’est-il passé\u00a0?",
        choices=Follow.Ending.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une réponse."},
    )
    comment = CleanTextField(
        label="Précision",
        required=False,
        max_length=500,
        rows=3,
        help_text="Dites-nous pourquoi, en particulier si la détection vous paraît fausse",
    )
