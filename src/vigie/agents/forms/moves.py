"""What a reviewer asks to change of an agent's habilitation."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.agents.actions.moves import Wanted
from vigie.rights.table import Role
from vigie.ui.fields import CleanLineField
from vigie.ui.forms import DsfrForm


class MoveForm(DsfrForm):
    """It begins with what the agent holds: what is not touched stays."""

    level = forms.ChoiceField(label="Niveau", choices=[(Role.LEVEL_A.value, "A"), (Role.LEVEL_B.value, "B")])
    territory = CleanLineField(
        label="Territoire", max_length=1000,
        help_text="Départements (35, 2A), régions (R53), zones nommées (Z-OUTRE-MER) ou FR pour la France entière.",
    )  # fmt: skip
    segment = forms.ChoiceField(label="Profil de travail", required=False)
    reason = CleanLineField(label="Pourquoi", max_length=300, help_text="L’équipe le lit avant de décider.")

    def __init__(self, *args: Any, segments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].choices = [("", "Inchangé"), *segments]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        return Wanted(**self.cleaned_data)
