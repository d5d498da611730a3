"""What is typed to ask for help, to give an opinion, to answer, to name who answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.signing import BadSignature, Signer

from vigie.support.actions import LONGEST, Named
from vigie.support.rules import SCORES, TOPICS
from vigie.ui.fields import CleanTextField, EmailField, PersonNameField
from vigie.ui.forms import DsfrForm, FormTokenMixin, HoneypotMixin

SALT = "vigie.support.page"


def sign_page(address: str) -> str:
    """The address of the page as the form carries it, so that nobody writes one of his own."""
    return Signer(salt=SALT).sign(address)


class PageForm(FormTokenMixin, DsfrForm):
    """A form that knows from which page it was asked for; page: the address as it is kept."""

    page = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, page: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"page": sign_page(page), **self.initial}

    def clean_page(self) -> str:
        """What was not signed here is forgotten: the rest of the message counts more than its page."""
        try:
            return Signer(salt=SALT).unsign(self.cleaned_data.get("page") or "")
        except BadSignature:
            return ""


class HelpForm(PageForm):
    """The question of an account."""

    topic = forms.ChoiceField(
        label="Votre question porte sur",
        choices=[("", "Choisir"), *TOPICS.items()],
        error_messages={"required": "Dites sur quoi porte votre question."},
    )
    body = CleanTextField(
        label="Votre question",
        max_length=LONGEST,
        rows=6,
        help_text="Ce que vous vouliez faire, ce qui s’est passé. N’écrivez ni mot de passe ni code.",
    )


class VisitorHelpForm(HoneypotMixin, HelpForm):
    """The question of somebody without account: he says where to answer."""

    full_name = PersonNameField(label="Prénom et nom", max_length=150)
    email = EmailField(label="Adresse électronique", help_text="La réponse vous est envoyée à cette adresse.")

    field_order = ("full_name", "email", "topic", "body")


class OpinionForm(PageForm):
    """The opinion of an account."""

    score = forms.TypedChoiceField(
        label="Que pensez-vous de ce service\u00a0?",
        coerce=int,
        choices=sorted(SCORES.items(), reverse=True),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une réponse."},
    )
    text = CleanTextField(
        label="Une remarque",
        required=False,
        max_length=LONGEST,
        rows=4,
        help_text="Ce qui vous a aidé, ce qui manque. N’écrivez rien qui permette de reconnaître une entreprise.",
    )


class VisitorOpinionForm(HoneypotMixin, OpinionForm):
    """The opinion of somebody without account."""


class AnswerForm(DsfrForm):
    """What is answered."""

    answer = CleanTextField(label="Votre réponse", max_length=LONGEST, rows=8)


class ResponderForm(DsfrForm):
    """Who answers what, for whom. bodies: (code, label)."""

    email = EmailField(label="Adresse électronique de la personne", help_text="Celle de son compte.")
    topic = forms.ChoiceField(label="Sujet", required=False, choices=[("", "Tous les sujets"), *TOPICS.items()])
    body = forms.ChoiceField(label="Pour les personnes de", required=False)

    def __init__(self, *args: Any, bodies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].choices = bodies  # type: ignore[attr-defined]

    def named(self) -> Named:
        return Named(**self.cleaned_data)
