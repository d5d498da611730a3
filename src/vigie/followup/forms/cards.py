"""The file of cards, as it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from vigie.accounts.models_agents import Network
from vigie.followup.forms import MotiveMixin
from vigie.followup.rules_cards import CARDS_AT_MOST
from vigie.ui.fields import FILE_ERRORS
from vigie.ui.forms import DsfrForm, FormTokenMixin


class CardsForm(MotiveMixin, FormTokenMixin, DsfrForm):
    """The file, why, and who will read its texts."""

    file = forms.FileField(
        label="Fichier CSV ou XLSX", max_length=150,
        help_text=f"Une carte par ligne, {CARDS_AT_MOST}\u00a0au plus. Rien n’est repris avant que vous l’ayez relu.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}), error_messages=FILE_ERRORS,
    )  # fmt: skip
    network = forms.ChoiceField(
        label="Réseau qui lira les descriptions et les commentaires", required=False,
        help_text="L’un des vôtres. Sans réseau, ces textes sont laissés.",
    )  # fmt: skip
    field_order = ("file", "network", "motive", "comment")

    def __init__(self, *args: Any, networks: Sequence[Network], **kwargs: Any) -> None:
        super().__init__(*args, motive=True, **kwargs)
        self.networks = {one.code: one for one in networks}
        choices = [("", "Aucun\u00a0: laisser les textes"), *((one.code, one.label) for one in networks)]
        self.fields["network"].choices = choices  # type: ignore[attr-defined]
        motive = self.fields["motive"]
        motive.label, motive.required = "Pourquoi ces accompagnements ont été ouverts", True
        motive.error_messages["required"] = "Choisissez un motif."

    @property
    def reader(self) -> Network | None:
        """The network chosen; the form must be valid."""
        return self.networks.get(self.cleaned_data["network"])


class SeenForm(DsfrForm):
    """What was shown of each card, when one presses."""

    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
