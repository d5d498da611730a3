"""The filters of the anomalies and of the antennes."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.accounts.models import Antenne
from vigie.directory.queries.anomalies_page import anomaly_choices
from vigie.ui.forms import DsfrForm

ALL = [("", "Toutes")]


class AnomaliesForm(DsfrForm):
    """By kind and by institution."""

    nature = forms.ChoiceField(label="Nature", required=False)
    institution = forms.ChoiceField(label="Institution", required=False)

    def __init__(self, *args: Any, institutions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nature"].choices = [*ALL, *anomaly_choices()]  # type: ignore[attr-defined]
        self.fields["institution"].choices = [*ALL, *institutions]  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """The filters that can be read; the others are none."""
        good: dict[str, str] = self.cleaned_data if self.is_valid() else {}
        institution = good.get("institution", "")
        return {"code": good.get("nature", ""), "institution": int(institution) if institution else None}


class AntennesForm(DsfrForm):
    """By institution, level and région."""

    institution = forms.ChoiceField(label="Institution", required=False)
    echelon = forms.ChoiceField(label="Échelon", required=False, choices=[("", "Tous"), *Antenne.Level.choices])
    region = forms.ChoiceField(label="Région", required=False)
    anomalie = forms.ChoiceField(label="Anomalie", required=False)

    def __init__(
        self, *args: Any, institutions: list[tuple[str, str]], regions: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["institution"].choices = [*ALL, *institutions]  # type: ignore[attr-defined]
        self.fields["region"].choices = [*ALL, *regions]  # type: ignore[attr-defined]
        kinds = [(code, label) for code, label in anomaly_choices() if code.startswith(("antenne", "national"))]
        self.fields["anomalie"].choices = [("", "Peu importe"), *kinds]  # type: ignore[attr-defined]

    def asked(self) -> dict[str, str]:
        """The filters that can be read; the others are none."""
        return dict(self.cleaned_data) if self.is_valid() else {}
