"""The form of an expert correction: scope, type, points of the curve, months. Faults are told by the rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from vigie.kernel.period import Month
from vigie.ui.fields import CleanLineField, CleanTextField
from vigie.ui.forms import DsfrForm
from vigie.watchlists.queries.corrections import Choices
from vigie.watchlists.rules_corrections import (
    CONDITIONS,
    DEFAULT_MONTHS,
    FLOOR,
    HOLDS,
    KINDS,
    LONGEST_MONTHS,
    OPERATORS,
    POINTS,
    SHAPE,
    SIZE_BANDS,
    Asked,
    Content,
    faults,
    shown,
)

_NUMBER = re.compile(r"^[+-]?\d{1,15}([.,]\d{1,9})?$", re.ASCII)
_DIVISION = re.compile(r"^\d{2}$", re.ASCII)
_DEPARTEMENT = re.compile(r"^(\d{2}|2[AB]|\d{3})$", re.ASCII)


class NumberField(forms.CharField):
    """A number as the French type it: comma or point, thin spaces, any minus sign."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "size": 12}))
        super().__init__(required=False, max_length=40, **kwargs)

    def clean(self, value: Any) -> Any:
        text = re.sub(r"\s", "", str(super().clean(value) or "")).replace("−", "-")
        if not text:
            return None
        if not _NUMBER.match(text):
            raise ValidationError("Écrivez un nombre, comme 0,5 ou −12.", code="number")
        return float(text.replace(",", "."))

    def prepare_value(self, value: Any) -> Any:
        return shown(value) if isinstance(value, float | int) else value


class CodesField(forms.CharField):
    """Codes separated by spaces or commas, each of one shape."""

    def __init__(self, *, shape: re.Pattern[str], example: str, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=600, **kwargs)
        self.shape, self.example = shape, example

    def clean(self, value: Any) -> Any:
        codes = re.split(r"[\s,;]+", str(super().clean(value) or "").upper().strip(" ,;"))
        codes = [code for code in dict.fromkeys(codes) if code]
        if wrong := [code for code in codes if not self.shape.match(code)]:
            raise ValidationError(f"«\u00a0{wrong[0]}\u00a0» n’est pas un code. Exemple\u00a0: {self.example}.")
        return tuple(codes)

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list | tuple) else value


def _several(label: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, widget=forms.CheckboxSelectMultiple)


class CorrectionForm(DsfrForm):
    """A correction to write or to change."""

    wording = CleanLineField(
        label="Ce que lit l’agent", max_length=300, min_length=10,
        help_text="Une phrase courte, à côté du niveau d’alerte de l’entreprise",
    )  # fmt: skip
    reason = CleanTextField(label="Pourquoi", max_length=2000, min_length=10, rows=3)
    decision_reference = CleanLineField(
        label="Référence de la décision", max_length=200, help_text="Note, comité ou instruction, avec sa date"
    )
    first_month = CleanLineField(label="Premier mois", max_length=7, help_text="Mois de la liste, comme 2026-06")
    months = forms.IntegerField(
        label="Durée en mois", min_value=1, max_value=LONGEST_MONTHS, initial=DEFAULT_MONTHS,
        help_text=f"Le redressement s’éteint seul ensuite ({LONGEST_MONTHS} mois au plus)",
    )  # fmt: skip
    sections = _several("Sections d’activité")
    divisions = CodesField(
        label="Divisions NAF", shape=_DIVISION, example="10 56", help_text="Deux chiffres, séparés par des espaces"
    )
    regions = _several("Régions du siège")
    departements = CodesField(
        label="Départements du siège", shape=_DEPARTEMENT, example="38 69 2A", help_text="Séparés par des espaces"
    )
    size_bands = _several("Effectif")
    age_least = NumberField(label="Âge de l’entreprise, à partir de", help_text="En années")
    age_below = NumberField(label="Âge de l’entreprise, moins de", help_text="En années")
    holds = forms.ChoiceField(label="Les conditions doivent être", choices=list(HOLDS.items()), initial="all")
    kind = forms.ChoiceField(label="Type de redressement", choices=list(KINDS.items()), widget=forms.RadioSelect)
    feature = forms.ChoiceField(label="Donnée dont la courbe change", required=False)
    effect = NumberField(label="Effet", help_text="De −1 à 1. À 0,7, le rapport entre défaillir ou non double")
    family = forms.ChoiceField(label="Famille", required=False)
    factor = NumberField(label="Poids", help_text="0\u00a0: ne compte plus, 1\u00a0: inchangé, 3\u00a0: compte triple")
    minimum = NumberField(label="Plancher du risque", help_text="En pour cent")
    maximum = NumberField(label="Plafond du risque", help_text="En pour cent")

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("sections", choices.sections)
        self._offer("regions", choices.regions)
        self._offer("size_bands", tuple(SIZE_BANDS.items()))
        self._offer("feature", (("", "Choisir"), *choices.features))
        self._offer("family", (("", "Choisir"), *choices.families))
        for rank in range(1, POINTS + 1):
            self.fields[f"value_{rank}"] = NumberField(label=f"Point {rank}\u00a0: valeur")
            self.fields[f"effect_{rank}"] = NumberField(label=f"Point {rank}\u00a0: effet")
        for rank in range(1, CONDITIONS + 1):
            offered = (("", "Aucune"), *choices.features)
            self.fields[f"condition_{rank}"] = forms.ChoiceField(
                label=f"Condition {rank}\u00a0: donnée", required=False, choices=offered
            )
            self.fields[f"condition_operator_{rank}"] = forms.ChoiceField(
                label=f"Condition {rank}\u00a0: comparaison", required=False, choices=list(OPERATORS.items())
            )
            self.fields[f"condition_value_{rank}"] = NumberField(label=f"Condition {rank}\u00a0: valeur")

    def _offer(self, name: str, choices: tuple[tuple[str, str], ...]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_first_month(self) -> Month:
        try:
            return Month.parse(self.cleaned_data["first_month"])
        except ValueError:
            raise ValidationError("Écrivez le mois comme 2026-06.", code="month") from None

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not self.errors:
            for name, message in [*self._half_filled()]:
                self.add_error(name, message)
        if not self.errors:
            for fault in faults(self.content()):
                self.add_error(fault.field, fault.message)
        return found

    def content(self) -> Content:
        """What the form says."""
        data = self.cleaned_data
        share = {name: None if data[name] is None else data[name] / 100 for name in ("minimum", "maximum")}
        return Content(
            kind=data["kind"], sections=tuple(data["sections"]), divisions=data["divisions"],
            regions=tuple(data["regions"]), departements=data["departements"], size_bands=tuple(data["size_bands"]),
            age_least=data["age_least"], age_below=data["age_below"], conditions=tuple(self._conditions()),
            holds=data["holds"], feature=data["feature"], points=tuple(self._points()), effect=data["effect"],
            family=data["family"], factor=data["factor"], **share,
        )  # fmt: skip

    def _half_filled(self) -> Iterator[tuple[str, str]]:
        """What would be left out in silence: half a point of the curve, a condition on no datum."""
        data = self.cleaned_data
        for rank in range(1, POINTS + 1) if data["kind"] == SHAPE else ():
            value, effect = data[f"value_{rank}"], data[f"effect_{rank}"]
            if value is None and effect is not None:
                yield f"value_{rank}", "Donnez la valeur de ce point, ou effacez son effet."
            if effect is None and value is not None:
                yield f"effect_{rank}", "Donnez l’effet de ce point, ou effacez sa valeur."
        for rank in range(1, CONDITIONS + 1):
            if data[f"condition_value_{rank}"] is not None and not data[f"condition_{rank}"]:
                yield f"condition_{rank}", "Choisissez la donnée de cette condition, ou effacez sa valeur."

    def _points(self) -> Iterator[tuple[float, float]]:
        for rank in range(1, POINTS + 1):
            value, effect = self.cleaned_data[f"value_{rank}"], self.cleaned_data[f"effect_{rank}"]
            if value is not None and effect is not None:
                yield value, effect

    def _conditions(self) -> Iterator[Asked]:
        for rank in range(1, CONDITIONS + 1):
            if feature := self.cleaned_data[f"condition_{rank}"]:
                operator = self.cleaned_data[f"condition_operator_{rank}"]
                yield Asked(feature, operator, self.cleaned_data[f"condition_value_{rank}"])

    # --- the parts of the page, in its order
    def texts(self) -> list[BoundField]:
        return self._bound("wording", "reason", "decision_reference", "first_month", "months")

    def scope_fields(self) -> list[BoundField]:
        names = ("sections", "divisions", "regions", "departements", "size_bands", "age_least", "age_below")
        return self._bound(*names)

    def condition_rows(self) -> list[list[BoundField]]:
        parts = ("condition", "condition_operator", "condition_value")
        return [self._bound(*(f"{part}_{rank}" for part in parts)) for rank in range(1, CONDITIONS + 1)]

    def point_rows(self) -> list[list[BoundField]]:
        return [self._bound(f"value_{rank}", f"effect_{rank}") for rank in range(1, POINTS + 1)]

    def level_fields(self) -> list[BoundField]:
        return self._bound("effect")

    def family_fields(self) -> list[BoundField]:
        return self._bound("family", "factor")

    def floor_fields(self) -> list[BoundField]:
        return self._bound("minimum", "maximum")

    def _bound(self, *names: str) -> list[BoundField]:
        return [self[name] for name in names]


def initial_of(content: Content) -> Mapping[str, Any]:
    """The values of the form for a content."""
    found: dict[str, Any] = {
        name: getattr(content, name)
        for name in (
            "kind", "sections", "divisions", "regions", "departements", "size_bands", "age_least", "age_below",
            "holds", "feature", "effect", "family", "factor",
        )
    }  # fmt: skip
    if content.kind == FLOOR:
        found["minimum"] = None if content.minimum is None else 100 * content.minimum
        found["maximum"] = None if content.maximum is None else 100 * content.maximum
    for rank, (value, effect) in enumerate(content.points, 1):
        found |= {f"value_{rank}": value, f"effect_{rank}": effect}
    for rank, asked in enumerate(content.conditions, 1):
        found |= {
            f"condition_{rank}": asked.feature, f"condition_operator_{rank}": asked.operator,
            f"condition_value_{rank}": asked.value,
        }  # fmt: skip
    return found


class EndForm(DsfrForm):
    """Why a correction is refused or withdrawn."""

    reason = CleanLineField(
        label="Raison", max_length=500, help_text="Gardée avec le redressement",
        error_messages={"required": "Dites pourquoi\u00a0: cette raison est gardée."},
    )  # fmt: skip
