"""What an administrator types to say which agents a reviewer answers for."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.accounts.models_agents import Entity, Segment
from vigie.agents.forms.looks import AgentField
from vigie.ui.forms import DsfrForm


class ChargeForm(DsfrForm):
    """Who, which body, which profile of work; an empty choice says « any »."""

    reviewer = AgentField(label="Adresse électronique du responsable")
    entity = forms.ModelChoiceField(
        Entity.objects.filter(archived_at=None),
        label="Administration",
        required=False,
        empty_label="Toutes les administrations",
        error_messages={"invalid_choice": "Choisissez une administration de la liste."},
    )
    segment = forms.ModelChoiceField(
        Segment.objects.filter(archived_at=None),
        label="Profil de travail",
        required=False,
        empty_label="Tous les profils de travail",
        error_messages={"invalid_choice": "Choisissez un profil de travail de la liste."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entity"].label_from_instance = lambda row: row.name  # type: ignore[attr-defined]
