"""What happened in a file: the thread of what was done for the firm, and every change, who made it and when."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils import timezone

from vigie.followup.models import Analysis, CampaignContact, FirmAction, Snapshot
from vigie.followup.queries.touch import person_words
from vigie.followup.states import FOLLOWUP
from vigie.journal.events import EVENTS_BY_NAME
from vigie.rights.statements import composed_once
from vigie.ui.components import Cell, Column, Step, Table
from vigie.ui.formats import day_and_hour, listed

PER_PAGE = 50


def thread_of(row: Any) -> tuple[Step, ...]:
    """Talks, contacts of campaigns and actions, the latest first. 3 queries."""
    found: list[tuple[date, int, Step]] = []
    for talk in _talks(row.pk):
        said = [talk.get_verdict_display(), talk.get_nature_display(), talk.get_intervention_display()]
        text = f"{' · '.join(part for part in said if part)}. Par {person_words(talk.author)}."
        title = f"Échange avec l’entreprise ({talk.get_channel_display().lower()})"
        found.append((talk.talked_on, 0, Step(title, _moment(talk.talked_on), text, whole_day=True)))
    for one in _campaign_contacts(row.pk):
        title = f"Contact de campagne ({one.get_channel_display().lower()})"
        text = f"{one.said}. Campagne «\u00a0{one.campaign}\u00a0». Par {person_words(one.author)}."
        found.append((one.contacted_on, 0, Step(title, _moment(one.contacted_on), text, whole_day=True)))
    for done in _actions(row.pk):
        text = f"Par {person_words(done.author)}."
        found.append((done.done_on, 1, Step(done.term.label, _moment(done.done_on), text, whole_day=True)))
    found.sort(key=lambda one: one[:2], reverse=True)
    return tuple(step for _on, _kind, step in found)


@composed_once
def _talks(file_pk: int) -> QuerySet[Analysis]:
    return Analysis.objects.filter(followup=file_pk).select_related("author__agent__entity")


@composed_once
def _campaign_contacts(file_pk: int) -> QuerySet[CampaignContact]:
    return CampaignContact.objects.filter(followup=file_pk).select_related("author__agent__entity")


@composed_once
def _actions(file_pk: int) -> QuerySet[FirmAction]:
    return FirmAction.objects.filter(followup=file_pk).select_related("term", "author__agent__entity")


def _moment(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time(12)))


def history_of(row: Any, number: str) -> tuple[Table, Page]:
    """What changed, by whom, a page of it. No text of a network is in it. 2 queries."""
    found = Paginator(Snapshot.objects.filter(followup=row).order_by("-at", "-pk"), PER_PAGE).get_page(number)
    table = Table(
        caption="Historique de l’accompagnement",
        caption_hidden=True,
        columns=(Column("Date", header=True), Column("Ce qui a changé"), Column("Par"), Column("État ensuite")),
        rows=tuple(
            (
                day_and_hour(one.at),
                _told(one),
                Cell(one.actor_name, who=True),
                FOLLOWUP.label(one.data["state"]),
            )
            for one in found
        ),
    )
    return table, found


def _told(snapshot: Snapshot) -> str:
    declared = EVENTS_BY_NAME.get(snapshot.event)
    people = [str(one.get("name", "")) for one in _people(snapshot.changes)]
    told = declared.sentence if declared else snapshot.event
    return f"{told}\u00a0: {listed(people)}" if people else told


def _people(changes: dict[str, Any]) -> list[dict[str, Any]]:
    named = [*changes.get("added", []), *changes.get("removed", []), *changes.get("who", [])]
    return [one for one in named if isinstance(one, dict)]
