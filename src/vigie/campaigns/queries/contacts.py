"""The contacts of campaigns with a firm, for its sheet: those of the campaigns that the reader sees."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from vigie.campaigns.models import Contact, Target
from vigie.followup.queries.touch import person_words
from vigie.kernel.period import PARIS
from vigie.rights.person import Person
from vigie.rights.statements import composed_once
from vigie.ui.components import Cell, Column, Step, Table
from vigie.ui.formats import day

OF_FIRM = 20


@composed_once
def open_contacts(person: Person, siren: str) -> QuerySet[Contact]:
    """Of a firm whose detection the person is known to read, the latest first. 1 query."""
    seen = Target.objects.seen_once_open(person).filter(firm_id=siren)
    rows = Contact.objects.filter(target__in=seen.values("pk"))
    return rows.select_related("author__agent__entity", "target__campaign")[:OF_FIRM]


def contacts_table(rows: Iterable[Any]) -> Table:
    return Table(
        caption="Derniers contacts",
        columns=(Column("Date", header=True), Column("Canal"), Column("Résultat"), Column("Par"), Column("Campagne")),
        rows=tuple(
            (
                Cell(day(one.contacted_on), href=reverse("campaigns:target", args=[one.target_id])),
                one.get_channel_display(),
                outcome_words(one),
                person_words(one.author),
                one.target.campaign.name,
            )
            for one in rows
        ),
        caption_hidden=True,
    )


def contact_steps(rows: Iterable[Any]) -> list[Step]:
    """The same, in a timeline."""
    return [
        Step(
            "Contact de campagne",
            datetime.combine(one.contacted_on, time(0), PARIS),
            f"{outcome_words(one)} ({one.get_channel_display().lower()}). Campagne «\u00a0{one.target.campaign.name}"
            f"\u00a0», par {person_words(one.author)}.",
            whole_day=True,
        )
        for one in rows
    ]


def outcome_words(one: Contact) -> str:
    """« Jointe : à rappeler le 20 juillet 2026 »"""
    return one.get_outcome_display() + (f" le {day(one.call_back_on)}" if one.call_back_on else "")
