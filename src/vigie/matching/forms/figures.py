"""The period of the figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django import forms

from vigie.ui.forms import DsfrForm

DAYS = {"7": 7, "30": 30, "90": 90, "365": 365}
USUAL = "30"


class PeriodForm(DsfrForm):
    """How far back the figures go, until now."""

    periode = forms.ChoiceField(
        label="Période",
        required=False,
        choices=[
            ("7", "7 derniers jours"),
            ("30", "30 derniers jours"),
            ("90", "90 derniers jours"),
            ("365", "Douze derniers mois"),
        ],
    )

    def __init__(self, data: Mapping[str, str]) -> None:
        super().__init__({"periode": data.get("periode") or USUAL})  # the list shows the period that is counted

    def bounds(self, at: datetime) -> tuple[datetime, datetime]:
        """From when, included, to when, excluded; thirty days when nothing is asked."""
        asked = self.cleaned_data.get("periode") if self.is_valid() else ""
        return at - timedelta(days=DAYS[asked or USUAL]), at
