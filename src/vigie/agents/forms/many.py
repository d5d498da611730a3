"""Which agents are changed at once, and what becomes of them."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.accounts.forms import date_field
from vigie.agents.queries.many import Narrowed, entity_choices, segment_choices
from vigie.ui.fields import CleanLineField
from vigie.ui.forms import DsfrForm


class NarrowForm(DsfrForm):
    """Kept in the address."""

    q = CleanLineField(label="Nom ou adresse", required=False, max_length=120)
    entity = forms.ChoiceField(label="Administration", required=False)
    segment = forms.ChoiceField(label="Profil de travail", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entity"].choices = entity_choices()  # type: ignore[attr-defined]
        self.fields["segment"].choices = segment_choices("Tous")  # type: ignore[attr-defined]

    def narrowed(self) -> Narrowed:
        """A filter that cannot be read narrows nothing."""
        self.is_valid()
        return Narrowed(**{name: self.cleaned_data.get(name, "") for name in ("q", "entity", "segment")})


class ManyForm(DsfrForm):
    """seen: the mark of the differences that were read."""

    who = forms.MultipleChoiceField(
        label="Agents", widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choisissez au moins un agent.",
            "invalid_choice": "Un agent choisi n’est plus habilité. Rechargez la page.",
        },
    )  # fmt: skip
    territory = CleanLineField(
        label="Nouveau territoire", required=False, max_length=1000,
        help_text="Vide\u00a0: inchangé. Départements (35, 2A), régions (R53), zones nommées (Z-OUTRE-MER) ou FR.",
    )  # fmt: skip
    segment = forms.ChoiceField(label="Nouveau profil de travail", required=False)
    ends_on = date_field("Nouveau dernier jour", required=False, help_text="Vide\u00a0: inchangé")
    suspend = forms.BooleanField(
        label="Suspendre leur habilitation", required=False, help_text="Le reste est alors laissé tel quel."
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    field_order = ("territory", "segment", "ends_on", "suspend", "who")

    def __init__(self, *args: Any, offered: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = offered  # type: ignore[attr-defined]
        self.fields["segment"].choices = segment_choices("Inchangé")  # type: ignore[attr-defined]

    def show(self, listed: list[tuple[str, str]]) -> None:
        """Draws these names, and those already chosen: any agent may be sent, not all are drawn."""
        field: Any = self.fields["who"]
        chosen = set(self.data.getlist("who")) if self.is_bound else set()  # type: ignore[attr-defined]
        names = {mail for mail, _label in listed}
        field.choices = [one for one in field.choices if one[0] in chosen - names] + listed
