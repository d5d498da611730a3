"""What agents type in campaigns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from vigie.accounts.models_agents import Network
from vigie.campaigns.actions.visits import Appointment
from vigie.campaigns.models import Campaign
from vigie.campaigns.queries.choosing import left_over
from vigie.campaigns.queries.rows import FREE, MINE, OTHERS, Filters
from vigie.campaigns.rules import CANCELLATIONS, DELAYS, OUTCOMES, RELEASES
from vigie.campaigns.states import TARGET
from vigie.companies.models import Establishment
from vigie.followup.forms import day_field
from vigie.followup.models import Analysis
from vigie.followup.queries.touch import person_words
from vigie.kernel.siren import show_siret
from vigie.rights.person import Person
from vigie.ui.fields import CleanLineField, CleanTextField
from vigie.ui.forms import DsfrForm, FormTokenMixin

NUMBERS_HELP = "SIREN ou SIRET, un par ligne"


class TermsForm(DsfrForm):
    """What a campaign is called, why, and when."""

    name = CleanLineField(label="Nom de la campagne", max_length=120, error_messages={"required": "Donnez-lui un nom."})
    objective = CleanTextField(label="Objectif", required=False, max_length=1_000, rows=3)
    starts_on = day_field("Début")
    ends_on = day_field("Fin")


class PlanForm(FormTokenMixin, TermsForm):
    """A new campaign. from_list: takes the firms of the list as the filters above narrow it."""

    from_list = forms.BooleanField(label="Prendre les entreprises de la liste filtrée", required=False)
    numbers = CleanTextField(
        label="Autres entreprises", required=False, max_length=20_000, rows=4, help_text=NUMBERS_HELP
    )


def copied_from(person: Person, former: Campaign | None) -> dict[str, Any]:
    """What a new campaign takes from a former one; nothing without it."""
    if former is None:
        return {}
    return {
        "name": f"{former.name} (suite)"[:120], "objective": former.objective, "from_list": False,
        "numbers": "\n".join(left_over(person, former)),
    }  # fmt: skip


class NumbersForm(DsfrForm):
    """Firms to add, by their numbers."""

    numbers = CleanTextField(
        label="Entreprises à ajouter", max_length=20_000, rows=8, help_text=NUMBERS_HELP,
        error_messages={"required": "Indiquez un numéro au moins."},
    )  # fmt: skip


class MembersForm(DsfrForm):
    """Agents to add, by their addresses."""

    who = CleanTextField(
        label="Agents à ajouter", max_length=8_000, rows=4,
        help_text="Adresse électronique professionnelle, une par ligne",
        error_messages={"required": "Indiquez une adresse au moins."},
    )  # fmt: skip

    def addresses(self) -> list[str]:
        """What was typed; the form must be valid."""
        words = self.cleaned_data["who"].replace(",", " ").replace(";", " ").split()
        return list(dict.fromkeys(words))


class TargetsFilterForm(DsfrForm):
    """The filters of the firms of a campaign, kept in the address; what cannot be read does not filter."""

    q = CleanLineField(label="Entreprise", required=False, max_length=120, help_text="Nom ou SIREN")
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *TARGET.choices])
    departement = forms.ChoiceField(label="Département", required=False)
    qui = forms.ChoiceField(
        label="Qui", required=False,
        choices=[("", "Sans importance"), (MINE, "Moi"), (OTHERS, "Quelqu’un d’autre"), (FREE, "Personne")],
    )  # fmt: skip
    resultat = forms.ChoiceField(
        label="Résultat", required=False, choices=[("", "Tous"), *((one.code, one.label) for one in OUTCOMES)]
    )

    def __init__(self, *args: Any, departements: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departement"].choices = [("", "Tous"), *((code, code) for code in departements)]  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        """The filters that could be read."""
        self.is_valid()
        data = self.cleaned_data
        return Filters(
            q=data.get("q", ""),
            state=data.get("etat", ""),
            departement=data.get("departement", ""),
            who=data.get("qui", ""),
            outcome=data.get("resultat", ""),
        )


class ContactForm(FormTokenMixin, DsfrForm):
    """A contact and what it gave. What was said goes into the file of the firm, not here."""

    contacted_on = day_field("Date du contact")
    channel = forms.ChoiceField(label="Canal", choices=Analysis.Channel.choices)
    outcome = forms.ChoiceField(
        label="Ce qu’il a donné", widget=forms.RadioSelect, choices=[(one.code, one.label) for one in OUTCOMES],
        error_messages={"required": "Dites ce qu’a donné le contact."},
    )  # fmt: skip
    call_back_on = day_field("À rappeler le", required=False, help_text="Seulement si l’entreprise est à rappeler")


class ReleaseForm(DsfrForm):
    """Why a firm is given back."""

    why = forms.ChoiceField(label="Pourquoi la rendez-vous", choices=RELEASES)


class PostponeForm(DsfrForm):
    """For how long a firm is postponed."""

    why = forms.ChoiceField(label="Reporter", choices=[(code, words) for code, words, _days in DELAYS])


class AssignForm(DsfrForm):
    """To whom a firm is proposed."""

    who = forms.TypedChoiceField(label="Agent de la campagne", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = campaign.members.select_related("user__agent__entity").order_by("user__full_name")
        self.fields["who"].choices = [("", "Personne"), *((one.user_id, person_words(one.user)) for one in members)]  # type: ignore[attr-defined]


class VisitForm(FormTokenMixin, DsfrForm):
    """A visit to plan."""

    place = forms.ChoiceField(label="Établissement", error_messages={"required": "Choisissez un établissement."})
    planned_on = day_field("Date de la visite")
    planned_at = forms.TimeField(
        label="Heure", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Cette heure n’est pas valide. Exemple\u00a0: 14:30"},
    )  # fmt: skip
    companions = CleanTextField(
        label="Agents qui viennent aussi", required=False, max_length=3_000, rows=3,
        help_text="Adresse électronique professionnelle, une par ligne. Un courriel les prévient.",
    )  # fmt: skip

    def __init__(self, *args: Any, places: Sequence[Establishment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.siret: place for place in places}
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            (siret, f"{show_siret(siret)} {place.commune_name}".strip()) for siret, place in self.places.items()
        ]

    def written(self) -> Appointment:
        """What was typed; the form must be valid."""
        data = self.cleaned_data
        words = data["companions"].replace(",", " ").replace(";", " ").split()
        return Appointment(self.places[data["place"]], data["planned_on"], data["planned_at"], dict.fromkeys(words))


class ReportForm(DsfrForm):
    """What was said during a visit, and for whom; nothing to fill for who belongs to no network."""

    network = forms.ModelChoiceField(
        label="Réseau qui le lira", queryset=Network.objects.none(), empty_label=None,
        error_messages={"required": "Choisissez un de vos réseaux."},
    )  # fmt: skip
    text = CleanTextField(
        label="Ce qui s’est dit", required=False, max_length=10_000, rows=10,
        help_text="Mise en forme Markdown. Le texte enregistré ne se change plus.",
    )  # fmt: skip

    def __init__(self, *args: Any, networks: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Network.objects.filter(code__in=sorted(networks), is_active=True)
        self.fields["network"].queryset = own  # type: ignore[attr-defined]
        if not own.exists():
            del self.fields["network"], self.fields["text"]

    def written(self) -> tuple[Network | None, str]:
        """For whom, and the text; the form must be valid."""
        return self.cleaned_data.get("network"), self.cleaned_data.get("text", "")


class CancelForm(DsfrForm):
    """Why a visit is cancelled."""

    why = forms.ChoiceField(label="Pourquoi", choices=CANCELLATIONS)
