"""What the team types about a public agent: his body, his profile of work, what it notes of him."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from vigie.accounts.forms import date_field
from vigie.accounts.models_agents import TIME_ZONES, AgentProfile, Entity, Segment
from vigie.ui.fields import CleanTextField, SiretField
from vigie.ui.forms import DsfrForm

NAMES = ("entity", "segment", "siret", "time_zone", "ambassador", "trained", "last_contact_on", "feedbacks")


class AgentForm(DsfrForm):
    """A body or a profile of work that was withdrawn is offered only to who bears it."""

    entity = forms.ModelChoiceField(
        label="Administration", queryset=Entity.objects.none(), empty_label="Choisissez",
        error_messages={"required": "Choisissez une administration."},
    )  # fmt: skip
    segment = forms.ModelChoiceField(
        label="Profil de travail", queryset=Segment.objects.none(), empty_label="Choisissez",
        help_text="Il donne le réseau, donc les synthèses et les commentaires que la personne lit.",
        error_messages={"required": "Choisissez un profil de travail."},
    )  # fmt: skip
    siret = SiretField(label="SIRET du lieu de travail", max_length=40, required=False)
    time_zone = forms.ChoiceField(label="Fuseau horaire", choices=TIME_ZONES, initial="Europe/Paris")
    ambassador = forms.BooleanField(label="Ambassadeur du service", required=False)
    trained = forms.BooleanField(label="Formé au service", required=False)
    last_contact_on = date_field("Dernier échange avec l’équipe", required=False)
    feedbacks = CleanTextField(
        label="Retours", required=False, max_length=2000, rows=3,
        help_text="Ce que la personne dit du service. Elle peut demander à lire ces lignes.",
    )  # fmt: skip

    def __init__(self, *args: Any, profile: AgentProfile | None, **kwargs: Any) -> None:
        if profile is not None:
            kwargs["initial"] = {name: getattr(profile, name) for name in NAMES}
        super().__init__(*args, **kwargs)
        self.fields["entity"].label_from_instance = lambda row: row.name  # type: ignore[attr-defined]
        for name, model in (("entity", Entity), ("segment", Segment)):
            held = Q(pk=getattr(profile, f"{name}_id", None))
            self.fields[name].queryset = model.objects.filter(held | Q(archived_at=None))  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """The columns and their new values."""
        data = self.cleaned_data
        told = {name: data[name] for name in NAMES if name not in ("entity", "segment")}
        return {"entity_id": data["entity"].pk, "segment_id": data["segment"].pk, **told}
