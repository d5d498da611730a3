"""What an agent types on a sheet: why he follows a firm, and why he stops."""

from __future__ import annotations

from django import forms

from vigie.agents.models import Follow
from vigie.ui.fields import CleanTextField
from vigie.ui.forms import DsfrForm


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
