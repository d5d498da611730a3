"""What is typed about a zone, a network, a profile of work, a body."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from vigie.agents.queries.references import departements_named, network_choices
from vigie.agents.reference_kinds import ENTITY, NETWORK, SEGMENT, ZONE, Kind, Values
from vigie.territory.models import ZoneGroup
from vigie.ui.fields import CleanLineField, SiretField
from vigie.ui.forms import DsfrForm, FormTokenMixin

CODE_HELP = "Dit une fois pour toutes\u00a0: c’est lui que l’on écrit dans une habilitation ou dans un fichier."


class ReferenceForm(FormTokenMixin, DsfrForm):
    """version: the one that was on the screen. seen: the mark of the effects that were read."""

    KIND: Kind
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, initial=1)
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = {**self.KIND.values(row), "version": row.version}
        super().__init__(*args, **kwargs)
        if row is not None:
            for name in self.KIND.fixed:
                del self.fields[name]

    def values(self) -> Values:
        """What was typed, field by field."""
        return {name: self.cleaned_data[name] for name in self.KIND.fields if name in self.cleaned_data}


class ZoneForm(ReferenceForm):
    KIND = ZONE
    code = CleanLineField(label="Code", max_length=40, help_text=f"Capitales, chiffres et tirets. {CODE_HELP}")
    label = CleanLineField(
        label="Nom", max_length=80, help_text="Le classeur des utilisateurs peut aussi nommer la zone ainsi."
    )
    kind = forms.ChoiceField(label="Nature", choices=ZoneGroup.Kind.choices, initial=ZoneGroup.Kind.CUSTOM)
    departements = CleanLineField(
        label="Départements", max_length=1000,
        help_text="Codes séparés par des espaces\u00a0: 35 2A 974. R53\u00a0: tous ceux de cette région.",
        error_messages={"required": "Une zone tient au moins un département."},
    )  # fmt: skip

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        if row is not None:
            self.initial["departements"] = " ".join(self.initial["departements"])

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).upper()

    def clean_departements(self) -> list[str]:
        codes = re.split(r"[\s,;]+", self.cleaned_data["departements"].upper().strip(" ,;"))
        return departements_named(code for code in codes if code)


class NetworkForm(ReferenceForm):
    KIND = NETWORK
    code = CleanLineField(label="Code", max_length=30, help_text=f"Minuscules, chiffres et tirets. {CODE_HELP}")
    label = CleanLineField(label="Nom", max_length=80)
    is_active = forms.BooleanField(
        label="Donne un onglet dans les accompagnements", required=False, initial=True,
        help_text="Sans onglet, personne ne lit plus ses textes. Rien n’est effacé.",
    )  # fmt: skip
    position = forms.IntegerField(
        label="Rang", min_value=0, max_value=999, initial=0, help_text="L’ordre des onglets, le plus petit d’abord.",
        error_messages={
            "required": "Indiquez un rang.", "invalid": "Indiquez un nombre entier.",
            "min_value": "Le rang va de 0 à 999.", "max_value": "Le rang va de 0 à 999.",
        },
    )  # fmt: skip

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).lower()


class SegmentForm(ReferenceForm):
    KIND = SEGMENT
    code = CleanLineField(label="Code", max_length=30, help_text=f"Minuscules, chiffres et tirets. {CODE_HELP}")
    label = CleanLineField(label="Nom", max_length=120)
    network = forms.ChoiceField(
        label="Réseau (facultatif)", required=False, help_text="Celui dont ses agents lisent et écrivent les textes."
    )
    in_codefi = forms.BooleanField(label="Membre du réseau CODEFI", required=False)
    usual_level = forms.ChoiceField(
        label="Niveau habituel (facultatif)", required=False,
        choices=[("", "Aucun"), ("level_a", "A"), ("level_b", "B")],
        help_text="Sans niveau, le profil n’est pas proposé à qui demande une habilitation.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["network"].choices = network_choices()  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).lower()


class EntityForm(ReferenceForm):
    KIND = ENTITY
    name = CleanLineField(label="Nom", max_length=150, help_text="Le classeur des utilisateurs la nomme ainsi.")
    short_name = CleanLineField(label="Sigle", max_length=40, help_text="Écrit après le nom de chaque agent.")
    siret = SiretField(label="SIRET", max_length=40, required=False)


FORMS: dict[str, type[ReferenceForm]] = {
    form.KIND.code: form for form in (ZoneForm, NetworkForm, SegmentForm, EntityForm)
}
