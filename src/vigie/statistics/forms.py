"""The filters of the statistics, kept in the address."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from vigie.kernel.period import Month
from vigie.statistics.queries.page import Asked, Choices
from vigie.statistics.queries.partner import Offered
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


class ReportForm(DsfrForm):
    """A département and a period; the last three months unless told otherwise.

    Who reads one département only is shown it at once, without asking.
    """

    departement = forms.ChoiceField(
        label="Département",
        error_messages={"required": "Choisissez un département.", "invalid_choice": "Choisissez votre département."},
    )
    du = forms.DateField(label="Du", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    au = forms.DateField(label="Au", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data: QueryDict, *, departements: list[tuple[str, str]], today: date, **kwargs: Any) -> None:
        first = Month.of(today).plus(-2).first_day
        own = departements[0][0] if len(departements) == 1 else ""
        usual = {"departement": own, "du": first.isoformat(), "au": today.isoformat()}
        super().__init__(data or (usual if own else None), initial=usual, **kwargs)
        self.fields["departement"].choices = [("", "Choisir"), *departements]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("du") and data.get("au") and data["du"] > data["au"]:
            self.add_error("au", "Cette date précède le début de la période.")
        return data

    def parameters(self) -> dict[str, str]:
        """What was asked, as it is kept with an export."""
        data = self.cleaned_data
        return {"departement": data["departement"], "du": data["du"].isoformat(), "au": data["au"].isoformat()}

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.parameters().items())


class PartnerForm(DsfrForm):
    """A body, a département, a period; the first body and the semester in course unless told."""

    administration = forms.ChoiceField(
        label="Administration",
        error_messages={"required": "Choisissez.", "invalid_choice": "Choisissez-en une de la liste."},
    )
    departement = forms.ChoiceField(label="Département", required=False)
    periode = forms.ChoiceField(label="Période")

    def __init__(self, *args: Any, offered: Offered, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "administration": offered.bodies[0][0] if offered.bodies else "", "periode": offered.periods[0][0],
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.nothing = not offered.bodies
        self.fields["administration"].choices = list(offered.bodies)  # type: ignore[attr-defined]
        self.fields["departement"].choices = [("", "Tous"), *offered.departements]  # type: ignore[attr-defined]
        self.fields["periode"].choices = list(offered.periods)  # type: ignore[attr-defined]

    def parameters(self) -> dict[str, str]:
        """What was asked, as it is kept with an export; what is shown first when nothing was."""
        return dict(self.cleaned_data) if self.is_bound else {"departement": "", **self.initial}

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.parameters().items())
