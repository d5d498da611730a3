"""What auditors type."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from vigie.audit.queries.register import Asked
from vigie.kernel.period import PARIS
from vigie.ui.fields import CleanLineField
from vigie.ui.forms import DsfrForm

USUAL_DAYS = 30
FIRST_YEAR, LAST_YEAR = 2020, 2100


class RegisterForm(DsfrForm):
    """The filters of the register, kept in the address; without dates, the last thirty days."""

    agent = CleanLineField(label="Agent", required=False, max_length=120, help_text="Nom ou adresse électronique")
    siren = CleanLineField(label="Entreprise", required=False, max_length=20, help_text="Numéro SIREN")
    entite = CleanLineField(label="Administration", required=False, max_length=120, help_text="Début de son nom")
    du = forms.DateField(label="Du", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    au = forms.DateField(label="Au", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def asked(self, view: str, today: date) -> Asked:
        """The filters that could be read."""
        self.is_valid()
        data: dict[str, Any] = self.cleaned_data
        last = _readable(data.get("au")) or today
        first = _readable(data.get("du")) or last - timedelta(days=USUAL_DAYS - 1)
        return Asked(
            view=view,
            agent=data.get("agent", ""),
            siren=data.get("siren", "").replace(" ", "").replace("\u00a0", ""),
            entity=data.get("entite", ""),
            since=_start(first),
            until=_start(last) + timedelta(days=1),
        )


class ReplayForm(DsfrForm):
    """Who, and which day."""

    agent = CleanLineField(label="Agent", max_length=254, help_text="Adresse électronique, en entier")
    jour = forms.DateField(
        label="Jour",
        validators=[MinValueValidator(date(FIRST_YEAR, 1, 1)), MaxValueValidator(date(LAST_YEAR, 12, 31))],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _readable(day: date | None) -> date | None:
    """A day that a register may hold; what is typed beyond does not filter."""
    return day if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=PARIS)
