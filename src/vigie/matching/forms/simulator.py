"""« Qui serait notifié ? »: a company or the facts of one, a subject, answers; all of it in the address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from vigie.directory.models import Subject
from vigie.kernel.text import clean_line
from vigie.matching.forms.public import COMMUNES, COMPANIES
from vigie.matching.forms.team import subject_choices
from vigie.matching.queries.simulator import Typed
from vigie.matching.rules.reasons import NATURES
from vigie.territory.queries import resolve_commune, search_communes
from vigie.ui.fields import CleanLineField
from vigie.ui.forms import DsfrForm
from vigie.ui.widgets import Combobox

OLDEST = 300  # years
LARGEST = 1_000_000
_NOT_A_NUMBER = "Écrivez un nombre entier."


class SimulatorForm(DsfrForm):
    """Every field may be left empty but the subject; a fact that is typed replaces that of the register."""

    sujet = forms.TypedChoiceField(
        label="Sujet",
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": "Ce sujet n’est plus proposé. Choisissez-en un autre."},
    )
    entreprise = CleanLineField(
        label="Entreprise",
        required=False,
        help_text="Nom, SIREN ou SIRET",
        widget=Combobox(source=COMPANIES, value_name="siret"),
    )
    commune = CleanLineField(
        label="Commune",
        required=False,
        max_length=100,
        help_text="Nom ou code postal",
        widget=Combobox(source=COMMUNES, value_name="commune_code"),
    )
    effectif = forms.IntegerField(
        label="Salariés",
        required=False,
        min_value=0,
        max_value=LARGEST,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _NOT_A_NUMBER},
    )
    naf = CleanLineField(label="Code d’activité", required=False, max_length=8, help_text="Exemple\u00a0: 10.71C")
    forme = CleanLineField(
        label="Catégorie juridique", required=False, max_length=4, help_text="Exemple\u00a0: 5710, ou 57"
    )
    age = forms.IntegerField(
        label="Années d’existence",
        required=False,
        min_value=0,
        max_value=OLDEST,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _NOT_A_NUMBER},
    )
    opco = forms.TypedChoiceField(label="Opérateur de compétences (OPCO)", required=False, coerce=int, empty_value=None)
    natures = forms.MultipleChoiceField(
        label="Nature d’activité",
        required=False,
        choices=[(code, label.capitalize()) for code, label in NATURES.items()],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, subjects: Iterable[Subject], operators: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sujet"].choices = [("", "Choisir"), *subject_choices(subjects)]  # type: ignore[attr-defined]
        self.fields["opco"].choices = [("", "Selon le répertoire"), *operators]  # type: ignore[attr-defined]
        for name, hidden, limit in (("entreprise", "siret", 14), ("commune", "commune_code", 5)):
            widget: Any = self.fields[name].widget
            widget.value = clean_line(str(self.data.get(hidden, ""))[:60])[:limit]

    def typed(self) -> Typed:
        """What could be read of it; a commune that no register knows is left out, and said."""
        self.is_valid()
        data = self.cleaned_data
        code = self._commune(data.get("commune", ""))
        if data.get("commune") and not code:
            self.add_error("commune", "Aucune commune de France ne répond à ce nom ni à ce code postal.")
        widget: Any = self.fields["entreprise"].widget
        return Typed(
            company=data.get("entreprise", ""),
            number=widget.value,
            commune_code=code,
            headcount=data.get("effectif"),
            naf=data.get("naf", ""),
            legal_form=data.get("forme", ""),
            age=data.get("age"),
            opco_id=data.get("opco"),
            natures=tuple(data.get("natures", ())),
        )

    def _commune(self, text: str) -> str:
        """The commune picked in the list, else the first that answers what was typed."""
        widget: Any = self.fields["commune"].widget
        picked = resolve_commune(widget.value) if widget.value else None
        if picked is not None:
            return picked.code
        found = search_communes(text, 1) if text else []
        return found[0].code if found else ""
