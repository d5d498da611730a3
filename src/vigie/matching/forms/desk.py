"""What experts type: the filters of the desk, a reason, the help that was found, a colleague, a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from vigie.matching.actions.thread import LONGEST
from vigie.matching.models import Match
from vigie.matching.queries.desk import DeskChoices, Filters
from vigie.matching.queries.need import Colleague
from vigie.ui.fields import CleanLineField, CleanTextField
from vigie.ui.forms import DsfrForm, FormTokenMixin


def _date_field(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={"invalid": "Cette date n’est pas valide. Exemple\u00a0: 31/12/2026"},
    )


class DeskFilterForm(DsfrForm):
    """The filters of the desk, kept in the address; what cannot be read does not filter."""

    q = CleanLineField(label="Rechercher", required=False, help_text="Entreprise, SIRET, contact, commune ou mots")
    theme = forms.TypedChoiceField(label="Thème", required=False, coerce=int, empty_value=None)
    sujet = forms.TypedChoiceField(label="Sujet", required=False, coerce=int, empty_value=None)
    antenne = forms.TypedChoiceField(label="Antenne", required=False, coerce=int, empty_value=None)
    depuis = _date_field("Reçu à partir du")
    jusqu_au = _date_field("Reçu jusqu’au")

    def __init__(self, *args: Any, choices: DeskChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Sequence[tuple[int, str]]] = {
            "theme": choices.themes,
            "sujet": choices.subjects,
            "antenne": choices.antennes,
        }
        for name, lines in named.items():
            self.fields[name].choices = [("", "Tous" if name != "antenne" else "Toutes"), *lines]  # type: ignore[attr-defined]
        if not choices.antennes:
            del self.fields["antenne"]

    def filters(self) -> Filters:
        """The filters that could be read."""
        self.is_valid()
        data = self.cleaned_data
        return Filters(
            q=data.get("q", ""),
            theme=data.get("theme"),
            subject=data.get("sujet"),
            since=data.get("depuis"),
            until=data.get("jusqu_au"),
            antenne=data.get("antenne"),
        )


class DeclineForm(DsfrForm):
    """« Ce n’est pas pour moi » : why."""

    reason = forms.ChoiceField(
        label="Pourquoi\u00a0?",
        choices=Match.RefusalReason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez la raison\u00a0: elle aide l’équipe à mieux orienter les prochaines demandes.",
            "invalid_choice": "Choisissez une raison de la liste.",
        },
    )
    comment = CleanTextField(
        label="Précision", required=False, max_length=2000, rows=2, help_text="L’entreprise ne la lit jamais"
    )


class HelpForm(DsfrForm):
    """The help that was offered: the company's page and the figures name it."""

    name = CleanLineField(
        label="Aide proposée",
        help_text="Exemple\u00a0: aide unique à l’apprentissage",
        error_messages={"required": "Nommez l’aide proposée."},
    )
    provider = CleanLineField(
        label="Organisme qui l’apporte", error_messages={"required": "Indiquez qui apporte cette aide."}
    )
    level = forms.ChoiceField(
        label="Cette aide est",
        choices=Match.HelpLevel.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Indiquez si cette aide est nationale, régionale ou locale.",
            "invalid_choice": "Choisissez un niveau de la liste.",
        },
    )


def answer_form(transition: str, match: Match, data: Mapping[str, Any] | None = None) -> DsfrForm | None:
    """What must be told with a button, empty or as it was sent; None for a button that asks nothing."""
    if transition == "decline":
        return DeclineForm(data)
    if transition == "close_helped":
        antenne = match.expert.antenne
        return HelpForm(data, initial={"provider": antenne.institution.name, "level": antenne.level})
    return None


class ReassignForm(DsfrForm):
    """The colleague who will have the need."""

    expert = forms.TypedChoiceField(
        label="Collègue",
        coerce=int,
        error_messages={
            "required": "Choisissez un collègue.",
            "invalid_choice": "Ce collègue n’est plus disponible. Choisissez-en un autre.",
        },
    )

    def __init__(self, *args: Any, colleagues: Sequence[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = [(one.pk, one.label) for one in colleagues]
        self.fields["expert"].choices = [("", "Choisir"), *lines]  # type: ignore[attr-defined]
        self.has_colleagues = bool(lines)


class CommentForm(FormTokenMixin, DsfrForm):
    """A message of the discussion."""

    body = CleanTextField(
        label="Votre message",
        max_length=LONGEST,
        rows=3,
        error_messages={"required": "Écrivez votre message avant de l’envoyer."},
    )
