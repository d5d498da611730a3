"""The filters of the statistics, kept in the address."""

from __future__ import annotations

from django import forms

from vigie.statistics.queries.page import Asked, Choices
from vigie.ui.formats import month
from vigie.ui.forms import DsfrForm


class StatisticsForm(DsfrForm):
    """Where, and from which month to which; what cannot be read does not filter."""

    region = forms.ChoiceField(label="Région", required=False)
    debut = forms.ChoiceField(label="Premier mois", required=False)
    fin = forms.ChoiceField(label="Dernier mois", required=False)

    def __init__(self, *args: object, choices: Choices, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.offered = choices
        months = [(str(one), month(one)) for one in reversed(choices.months)]
        self.fields["region"].choices = [("", "France entière"), *choices.regions]  # type: ignore[attr-defined]
        self.fields["debut"].choices = [("", "Cinq mois avant le dernier"), *months]  # type: ignore[attr-defined]
        self.fields["fin"].choices = [("", "Le plus récent"), *months]  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """What could be read."""
        self.is_valid()
        data = self.cleaned_data
        return self.offered.asked(data.get("region", ""), data.get("debut", ""), data.get("fin", ""))
