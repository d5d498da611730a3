"""What the team types while it follows: filters, notes, labels, a reason, a standard answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from vigie.matching.actions import moving, notes, tags
from vigie.matching.models import RefusalTemplate
from vigie.matching.queries.following import FollowingChoices
from vigie.matching.queries.following_buckets import FollowingFilters
from vigie.ui.fields import CleanLineField, CleanTextField
from vigie.ui.forms import DsfrForm, FormTokenMixin


class FollowingFilterForm(DsfrForm):
    """The filters of the desk, kept in the address; what cannot be read does not filter."""

    region = forms.ChoiceField(label="Région", required=False)
    institution = forms.TypedChoiceField(label="Institution", required=False, coerce=int, empty_value=None)
    sujet = forms.TypedChoiceField(label="Sujet", required=False, coerce=int, empty_value=None)
    etiquette = forms.TypedChoiceField(label="Étiquette", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, choices: FollowingChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, tuple[str, Sequence[tuple[Any, str]]]] = {
            "region": ("Toutes", choices.regions),
            "institution": ("Toutes", choices.institutions),
            "sujet": ("Tous", choices.subjects),
            "etiquette": ("Toutes", choices.tags),
        }
        for name, (every, lines) in named.items():
            self.fields[name].choices = [("", every), *lines]  # type: ignore[attr-defined]

    def filters(self) -> FollowingFilters:
        """The filters that could be read."""
        self.is_valid()
        data = self.cleaned_data
        return FollowingFilters(
            region=data.get("region", ""),
            institution=data.get("institution"),
            subject=data.get("sujet"),
            tag=data.get("etiquette"),
        )


class NoteForm(FormTokenMixin, DsfrForm):
    """A note of the team to itself."""

    body = CleanTextField(
        label="Nouvelle note",
        max_length=notes.LONGEST,
        rows=3,
        help_text="Lue par l’équipe seule",
        error_messages={"required": "Écrivez votre note avant de l’enregistrer."},
    )


class TagForm(DsfrForm):
    """A label to put."""

    tag = forms.TypedChoiceField(
        label="Ajouter une étiquette",
        coerce=int,
        error_messages={
            "required": "Choisissez une étiquette.",
            "invalid_choice": "Cette étiquette n’est plus proposée. Choisissez-en une autre.",
        },
    )

    def __init__(self, *args: Any, offered: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tag"].choices = [("", "Choisir"), *offered]  # type: ignore[attr-defined]


class NewTagForm(DsfrForm):
    """A label to create."""

    label = CleanLineField(
        label="Nouvelle étiquette", max_length=tags.LONGEST, error_messages={"required": "Donnez un nom à l’étiquette."}
    )


class MoveForm(DsfrForm):
    """Why a need goes to another team."""

    reason = CleanTextField(
        label="Pourquoi\u00a0?",
        max_length=moving.LONGEST,
        rows=3,
        help_text="Les deux équipes lisent cette raison dans leur courriel",
        error_messages={"required": "Dites pourquoi\u00a0: les deux équipes le liront."},
    )


class RefusalTemplateForm(DsfrForm):
    """A standard answer."""

    title = CleanLineField(label="Intitulé", max_length=120, help_text="Lu par l’équipe seule")
    mail_subject = CleanLineField(label="Objet du courriel", max_length=150)
    body = CleanTextField(label="Texte du courriel", max_length=4000, rows=8)
    lets_complete = forms.BooleanField(label="Propose à l’entreprise de compléter sa demande", required=False)

    @classmethod
    def of(cls, template: RefusalTemplate | None, data: Any = None) -> RefusalTemplateForm:
        """The form of a template, or of a new one."""
        names = ("title", "mail_subject", "body", "lets_complete")
        return cls(data, initial={name: getattr(template, name) for name in names} if template else {})
