"""The forms that name somebody: who is added to a file, who takes the files of who leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from vigie.followup.models import Member
from vigie.followup.queries.colleagues import Colleague
from vigie.ui.fields import CleanLineField, EmailField
from vigie.ui.forms import DsfrForm


class ColleagueMixin(forms.Form):
    """One of the agents of a territory, with what each has in hand, or anybody by his address."""

    colleague = forms.ChoiceField(
        label="Un agent du territoire", required=False,
        help_text="Ses réseaux, puis ce qu’il a déjà en main. Les moins chargés de chaque administration d’abord.",
    )  # fmt: skip
    who = CleanLineField(
        label="Ou son adresse électronique professionnelle", required=False, max_length=254,
        help_text="Pour un agent d’un autre territoire ou d’un service national",
    )  # fmt: skip
    colleague.conditional = who.conditional = True  # type: ignore[attr-defined]

    def __init__(self, *args: Any, colleagues: Sequence[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in colleagues:
            groups.setdefault(one.body, []).append((one.email, str(one)))
        self.fields["colleague"].choices = [("", "Choisissez"), *groups.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        told = [data[name] for name in ("colleague", "who") if data.get(name)]
        if not told and not self.errors and self.names_somebody:
            self.add_error("colleague", "Choisissez un agent, ou écrivez son adresse.")
        elif len(told) == 2 and told[0] != told[1]:
            self.add_error("who", "Choisissez un agent ou écrivez une adresse, pas les deux.")
        return data

    @property
    def names_somebody(self) -> bool:
        return True

    @property
    def address(self) -> str:
        """Whom it names; the form must be valid."""
        return str(self.cleaned_data["colleague"] or self.cleaned_data["who"])


class PersonForm(ColleagueMixin, DsfrForm):
    """Who is added to a file."""

    role = forms.ChoiceField(label="Rôle", choices=Member.Role.choices)


class HandoverForm(ColleagueMixin, DsfrForm):
    """Who leaves his files, and who takes them: asked for only to hand over."""

    giver = EmailField(label="Adresse électronique de celui qui les mène")
    field_order = ("giver", "colleague", "who")

    @property
    def names_somebody(self) -> bool:
        return self.data.get("transition") == "give"
