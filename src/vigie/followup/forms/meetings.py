"""What is typed of a meeting of the CODEFI."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.accounts.models import User
from vigie.followup.actions.meetings import Called, Decided
from vigie.followup.forms import day_field
from vigie.followup.models import Meeting, MeetingPoint
from vigie.followup.queries.colleagues import loads_of
from vigie.ui.fields import CleanLineField, CleanTextField
from vigie.ui.forms import DsfrForm, FormTokenMixin


class MeetingForm(FormTokenMixin, DsfrForm):
    """When, where, with whom."""

    held_on = day_field("Date")
    held_at = forms.TimeField(
        label="Heure", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Cette heure n’est pas valide. Exemple\u00a0: 14:30"},
    )  # fmt: skip
    place = CleanLineField(label="Lieu ou lien de visioconférence", max_length=200)
    participants = CleanTextField(
        label="Agents convoqués", required=False, max_length=6_000, rows=6,
        help_text="Une adresse électronique par ligne. Chacun reçoit la convocation par courriel. Sont proposés ceux "
        "qui participent aux accompagnements du département.",
    )  # fmt: skip
    guests = CleanTextField(
        label="Autres participants", required=False, max_length=1_000, rows=3,
        help_text="Un nom par ligne\u00a0: ceux qui n’ont pas de compte. Vigie ne leur écrit pas.",
    )  # fmt: skip

    def written(self) -> Called:
        """What was typed; the form must be valid."""
        data = self.cleaned_data
        addresses = data["participants"].replace(",", " ").replace(";", " ").split()
        return Called(data["held_on"], data["held_at"], data["place"], addresses, data["guests"])


def initial_of_meeting(meeting: Meeting) -> dict[str, Any]:
    """A meeting, as the form shows it."""
    addresses = meeting.participants.order_by("email").values_list("email", flat=True)
    kept = {name: getattr(meeting, name) for name in ("held_on", "held_at", "place", "guests")}
    return kept | {"participants": "\n".join(addresses)}


class DecisionForm(DsfrForm):
    """What is decided for a firm. version: the one that was read."""

    decision = CleanTextField(
        label="Décision", max_length=2_000, rows=5, help_text="Ce que le CODEFI décide pour cette entreprise"
    )
    contact = forms.ModelChoiceField(
        label="Qui contacte l’entreprise", required=False, queryset=User.objects.none(), empty_label="Personne",
        help_text="Avec ce que chacun a déjà en main",
    )  # fmt: skip
    due_on = day_field("Pour le", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, contacts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contact: Any = self.fields["contact"]
        contact.queryset = contacts
        loads = loads_of(contacts.values_list("pk", flat=True))
        contact.label_from_instance = lambda user: f"{user} · {loads[user.pk]}"

    def written(self) -> Decided:
        """What was typed; the form must be valid."""
        data = self.cleaned_data
        return Decided(data["decision"], data["contact"], data["due_on"])


def initial_of_point(point: MeetingPoint) -> dict[str, Any]:
    """A decision, as the form shows it."""
    return {name: getattr(point, name) for name in ("decision", "contact", "due_on", "version")}


class FirmForm(DsfrForm):
    """A firm to add to the agenda."""

    note = CleanLineField(label="SIREN", max_length=20, help_text="9\u00a0chiffres")

    def __init__(self, *args: Any, label: str = "SIREN", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = label
