"""What agents type on the pages of lists: filters, views, columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from vigie.agents.forms.kept_views import ADDRESS_AT_MOST
from vigie.kernel.nomenclature.legal_forms import FAMILIES, legal_form_label
from vigie.ui.fields import CleanLineField, CleanTextField
from vigie.ui.forms import DsfrForm
from vigie.ui.widgets import Several
from vigie.watchlists.models import OpinionReason
from vigie.watchlists.queries.columns import ListColumn
from vigie.watchlists.queries.filters import PAYMENT_PLANS, PROCEDURES, STATES, Choices, Filters
from vigie.watchlists.queries.search import Narrowed
from vigie.watchlists.queries.words import LEVEL_STATES, SECTIONS

WORKFORCE_AT_MOST = 1_000_000
AMOUNT_AT_MOST = 10**12
LISTS_AT_MOST = 24
COMPANIES = ("10", "52", "53", "54", "55", "56", "57", "58", "62", "63", "65", "92", "93")  # families of legal forms
TURNOVER_KNOWN = "Des alertes que vous pouvez lire"
SHOWN, ALL = "affichees", "toutes"
_CATEGORY = re.compile(r"[0-9]{4}")
_BETWEEN = re.compile(r"[\s,;]+")


def several(
    label: str, choices: Iterable[tuple[str, str]] = (), none: str = "Tous"
) -> forms.MultipleChoiceField:  # fmt: skip
    """A filter that takes several values."""
    return forms.MultipleChoiceField(label=label, required=False, choices=list(choices), widget=Several(none=none))


class LegalFormsField(CleanLineField):
    """Codes of four digits of the nomenclature, kept with a space between them."""

    def clean(self, value: Any) -> str:
        codes = list(dict.fromkeys(_BETWEEN.split(super().clean(value))))
        unknown = [code for code in codes if code and not (_CATEGORY.fullmatch(code) and legal_form_label(code))]
        if unknown:
            raise ValidationError(f"«\u00a0{unknown[0]}\u00a0» n’est pas un code de forme juridique à quatre chiffres.")
        return " ".join(codes)


class ListFilterForm(DsfrForm):
    """The filters of the list, kept in the address; what cannot be read does not filter.

    reworked: whether a working list of the list exists.
    """

    q = CleanLineField(label="Entreprise", required=False, max_length=120, help_text="Nom ou SIREN")
    niveau = forms.ChoiceField(
        label="Risque",
        required=False,
        choices=[("", "Tous"), *((code, LEVEL_STATES[code].label) for code in ("strong", "moderate"))],
    )
    region = forms.ChoiceField(label="Région du siège", required=False)
    departement = several("Département d’un établissement")
    secteur = several("Secteur", SECTIONS.items())
    effectif_min = forms.IntegerField(label="Effectif, au moins", required=False, min_value=0)
    effectif_max = forms.IntegerField(label="Effectif, au plus", required=False, min_value=0)
    procedure = forms.ChoiceField(
        label="Procédure collective", required=False, choices=[("", "Sans importance"), *PROCEDURES]
    )
    delai = forms.ChoiceField(label="Délai Urssaf", required=False, choices=[("", "Sans importance"), *PAYMENT_PLANS])
    premiere = forms.BooleanField(label="1re alerte", required=False)
    aggravation = forms.BooleanField(label="Aggravation", required=False)
    sans_recentes = forms.BooleanField(label="Sans les entreprises récentes", required=False)
    ca_min = forms.IntegerField(label="Chiffre d’affaires, au moins (k€)", required=False, min_value=0)
    ca_max = forms.IntegerField(label="Chiffre d’affaires, au plus (k€)", required=False, min_value=0)
    dette_min = forms.IntegerField(label="Dette sociale, au moins (€)", required=False, min_value=0)
    forme = several("Forme juridique", ((code, FAMILIES[code]) for code in COMPANIES), none="Toutes")
    forme_code = LegalFormsField(
        label="Code de forme juridique", required=False, max_length=60, help_text="Quatre chiffres, comme 5499 5710"
    )
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Sans importance"), *STATES])
    frequence = forms.IntegerField(
        label="Listes en alerte sur 24 mois, au moins", required=False, min_value=1, max_value=LISTS_AT_MOST + 1
    )
    retraitee = forms.BooleanField(label="Dans la liste retraitée", required=False)
    suivies = forms.BooleanField(label="Que je suis", required=False)
    sans_suivies = forms.BooleanField(label="Que je ne suis pas", required=False)

    def __init__(self, *args: Any, choices: Choices, reworked: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", "Toutes"), *choices.regions]  # type: ignore[attr-defined]
        self.fields["departement"].choices = choices.departements  # type: ignore[attr-defined]
        for name in choices.refused:
            del self.fields[name]
        if not reworked and not self.data.get("retraitee"):  # asked all the same: no firm is in it
            del self.fields["retraitee"]

    def filters(self) -> Filters:
        """The filters that could be read."""
        self.is_valid()
        data = self.cleaned_data
        return Filters(
            q=data.get("q", ""),
            level=data.get("niveau", ""),
            region=data.get("region", ""),
            departements=tuple(data.get("departement", ())),
            sections=tuple(data.get("secteur", ())),
            workforce_min=_bounded(data.get("effectif_min")),
            workforce_max=_bounded(data.get("effectif_max")),
            proceedings=data.get("procedure", ""),
            payment_plan=data.get("delai", ""),
            first_alert=data.get("premiere", False),
            aggravation=data.get("aggravation", False),
            not_recent=data.get("sans_recentes", False),
            followed=data.get("suivies", False),
            not_followed=data.get("sans_suivies", False),
            legal_forms=(*data.get("forme", ()), *data.get("forme_code", "").split()),
            state=data.get("etat", ""),
            revenue_min=_bounded(data.get("ca_min"), AMOUNT_AT_MOST),
            revenue_max=_bounded(data.get("ca_max"), AMOUNT_AT_MOST),
            debt_min=_bounded(data.get("dette_min"), AMOUNT_AT_MOST),
            lists_min=data.get("frequence"),
            reworked=data.get("retraitee", False),
        )


class SearchForm(DsfrForm):
    """What is searched among all companies, kept in the address."""

    q = CleanLineField(
        label="Entreprise", required=False, max_length=120, help_text="Nom, enseigne, commune, SIREN ou SIRET"
    )
    departement = several("Département")
    secteur = several("Secteur", SECTIONS.items())
    effectif_min = forms.IntegerField(
        label="Effectif, au moins", required=False, min_value=0, help_text="Tranche de l’établissement"
    )
    effectif_max = forms.IntegerField(
        label="Effectif, au plus", required=False, min_value=0, help_text="Tranche de l’établissement"
    )
    ca_min = forms.IntegerField(
        label="Chiffre d’affaires, au moins (k€)", required=False, min_value=0, help_text=TURNOVER_KNOWN
    )
    ca_max = forms.IntegerField(
        label="Chiffre d’affaires, au plus (k€)", required=False, min_value=0, help_text=TURNOVER_KNOWN
    )
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "En activité"), ("fermee", "Fermée")])

    def __init__(
        self, *args: Any, departements: Iterable[tuple[str, str]], revenue: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departement"].choices = list(departements)  # type: ignore[attr-defined]
        if not revenue:
            del self.fields["ca_min"], self.fields["ca_max"]

    def narrowed(self) -> Narrowed:
        """The filters that could be read."""
        self.is_valid()
        data = self.cleaned_data
        return Narrowed(
            departements=tuple(data.get("departement", ())),
            sections=tuple(data.get("secteur", ())),
            workforce_min=_bounded(data.get("effectif_min")),
            workforce_max=_bounded(data.get("effectif_max")),
            revenue_min=_bounded(data.get("ca_min"), AMOUNT_AT_MOST),
            revenue_max=_bounded(data.get("ca_max"), AMOUNT_AT_MOST),
            closed=data.get("etat") == "fermee",
        )


class ColumnsForm(DsfrForm):
    """The columns that the agent keeps."""

    colonnes = forms.MultipleChoiceField(
        label="Colonnes affichées",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucune case cochée\u00a0: les colonnes habituelles",
    )

    adresse = forms.CharField(required=False, max_length=ADDRESS_AT_MOST, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, offered: Iterable[ListColumn], **kwargs: Any) -> None:
        super().__init__(data, auto_id="colonnes_%s", **kwargs)
        self.fields["colonnes"].choices = [  # type: ignore[attr-defined]
            (column.code, column.choice) for column in offered if column.code != "entreprise"
        ]


class ExportForm(DsfrForm):
    """Which columns the file of the list holds; the filters are those of the address."""

    colonnes = forms.ChoiceField(
        label="Colonnes du fichier",
        choices=[(SHOWN, "Celles que j’affiche"), (ALL, "Toutes")],
        widget=forms.RadioSelect,
        help_text="Ce que votre habilitation n’ouvre pas y est écrit «\u00a0verrouillé\u00a0»",
    )
    adresse = forms.CharField(required=False, max_length=ADDRESS_AT_MOST, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="export_%s", **kwargs)


class OpinionForm(DsfrForm):
    """Whether a detection was useful, and why not."""

    utile = forms.ChoiceField(
        label="Cette détection était",
        choices=[("oui", "Utile"), ("non", "Inutile")],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites si cette détection était utile."},
    )
    raisons = forms.MultipleChoiceField(
        label="Si elle était inutile, pourquoi",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Une raison au moins",
    )
    raisons.conditional = True  # type: ignore[attr-defined]
    precision = CleanTextField(label="Précision", required=False, max_length=1000, rows=3)

    def __init__(self, *args: Any, reasons: Iterable[OpinionReason], latest: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["raisons"].choices = [(one.code, one.label) for one in reasons]  # type: ignore[attr-defined]
        self.latest = latest

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("utile") == "non" and not data.get("raisons") and "raisons" not in self.errors:
            self.add_error("raisons", "Choisissez une raison au moins.")
        if self.data.get("liste", self.latest) != self.latest:  # the one that was on the page
            self.add_error(
                None, "La liste a changé depuis que cette page est ouverte. Relisez la fiche, puis enregistrez."
            )
        return data


class ReasonLabelForm(DsfrForm):
    """One more reason."""

    label = CleanLineField(
        label="Nouvelle raison", max_length=120, error_messages={"required": "Écrivez la raison à proposer."}
    )


def _bounded(count: int | None, most: int = WORKFORCE_AT_MOST) -> int | None:
    """A number of people, or of euros, that the database can compare."""
    return None if count is None else min(count, most)
