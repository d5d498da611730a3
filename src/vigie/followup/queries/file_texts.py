"""What a network writes on a file: its summary and its comments, drawn for one of its members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.urls import reverse

from vigie.accounts.models_agents import Network
from vigie.followup.models import Comment, Meeting, MeetingPoint, Member, Summary, SummaryDraft
from vigie.followup.queries.file_acts import Asked
from vigie.followup.queries.touch import person_words
from vigie.followup.rules import lock_holds
from vigie.kernel.period import PARIS
from vigie.rights.person import Person
from vigie.ui.components import ActButton, Link, Step
from vigie.ui.formats import counted, day, day_and_hour
from vigie.ui.markdown import to_html

COMMENTS_PER_PAGE = 50
DECISIONS_AT_MOST = 20


@dataclass(frozen=True)
class SummaryView:
    """The summary of a network. lock: who edits it, in words; buttons: « Modifier ».

    versions: where the former ones are read; None until there is one.
    """

    text: str
    note: str
    lock: str
    buttons: tuple[ActButton, ...]
    versions: Link | None = None


@dataclass(frozen=True)
class CommentView:
    """A comment, its Markdown drawn."""

    author: str
    at: datetime
    text: str
    deleted: bool
    edited: str
    edit: str
    buttons: tuple[ActButton, ...]


@dataclass(frozen=True)
class NetworkView:
    """The tab of a network. readers: how many read what is written here."""

    label: str
    readers: str
    summary: SummaryView
    comments: tuple[CommentView, ...]
    paging: Page
    comment_action: str
    decisions: tuple[Step, ...]


def network_view(person: Person, row: Any, network: Network, writes: bool, asked: Asked) -> NetworkView:
    """The tab of a network: its summary, a page of its comments, who reads them. 6 queries at most."""
    comments = Comment.objects.readable(person).filter(followup=row, network=network)
    rows = Paginator(comments.select_related("author__agent__entity"), COMMENTS_PER_PAGE).get_page(asked.number)
    return NetworkView(
        label=network.label,
        readers=readers_words(row.pk, network),
        summary=_summary(person, row, network, writes, asked.at),
        comments=tuple(_comment(person, row, comment, writes) for comment in rows),
        paging=rows,
        comment_action=reverse("followup:comment", args=[row.pk, network.code]) if writes else "",
        decisions=_decisions(person, row) if network.code == Network.CODEFI else (),
    )


def readers_words(followup: int, network: Network) -> str:
    """Who reads what a network writes on a file, as it is said before anything is written. 1 query."""
    inside = Q(user__agent__segment__network=network)
    if network.code == Network.CODEFI:
        inside |= Q(user__agent__segment__in_codefi=True)
    count = Member.objects.present().filter(inside, followup=followup).count()
    taking_part = counted(count, "participant de cet accompagnement", "participants de cet accompagnement")
    return (
        f"Visible par le réseau {network.label} seulement\u00a0: {taking_part}, et les autres agents de ce réseau "
        "habilités sur ce territoire."
    )


def _decisions(person: Person, row: Any) -> tuple[Step, ...]:
    """What the meetings of the CODEFI decided for this firm, the latest first. 1 query."""
    meetings = Meeting.objects.allowed(person, "meeting.view").values("pk")
    rows = MeetingPoint.objects.filter(followup=row, meeting__in=meetings).exclude(decision="")
    found = rows.select_related("meeting", "contact").order_by("-meeting__held_on", "-pk")[:DECISIONS_AT_MOST]
    return tuple(
        Step(
            "Décision",
            datetime.combine(point.meeting.held_on, time(0), PARIS),
            _decided(point),
            current=point.done_at is None,
            whole_day=True,
        )
        for point in found
    )


def _decided(point: MeetingPoint) -> str:
    """« Relancer la banque. Contact : Ada Liste, pour le 3 mars 2026. »"""
    who = f" Contact\u00a0: {point.contact}." if point.contact else ""
    until = f" Pour le {day(point.due_on)}." if point.due_on else ""
    return f"{point.decision.rstrip('.')}.{who}{until} {'Fait.' if point.done_at else 'À faire.'}"


def _summary(person: Person, row: Any, network: Network, writes: bool, at: datetime) -> SummaryView:
    found = Summary.objects.readable(person).filter(followup=row, network=network)
    summary = found.select_related("updated_by__agent__entity", "locked_by").first()
    lock = lock_words(summary, person, at) if summary else ""
    button = ActButton(
        "Modifier la synthèse", reverse("followup:summary", args=[row.pk, network.code]), "lock", "secondary"
    )
    note = ""
    versions = None
    if summary and summary.updated_at:
        note = f"Modifiée le {day_and_hour(summary.updated_at)} par {person_words(summary.updated_by)}."
    if summary and summary.version > 1:
        told = f"Les {summary.version} versions et ce qu’elles ont changé"
        versions = Link(told, reverse("followup:summary_versions", args=[row.pk, network.code]))
    return SummaryView(
        text=to_html(summary.text) if summary and summary.text else "",
        note=note,
        lock=lock,
        buttons=(button,) if writes and not lock else (),
        versions=versions,
    )


def draft_of(summary: Summary | None, person: Person, at: datetime) -> SummaryDraft | None:
    """What the person was typing, when it says something else than the text saved. 1 query."""
    if summary is None:
        return None
    found = SummaryDraft.objects.filter(summary=summary, author_id=person.user_id).exclude(text=summary.text).first()
    return found if found is not None and lock_holds(found.at, at) else None


def lock_words(summary: Summary, person: Person, at: datetime) -> str:
    """Who edits the summary now, since when; nothing when nobody else does."""
    since = summary.locked_at
    if since is None or summary.locked_by_id == person.user_id or not lock_holds(since, at):
        return ""
    return f"En cours d’édition par {summary.locked_by} depuis le {day_and_hour(since)}."


def tab_of(followup: int, network: Network) -> str:
    """Where the tab of a network is read."""
    return f"{reverse('followup:file', args=[followup])}?onglet={network.code}"


def _comment(person: Person, row: Any, comment: Comment, writes: bool) -> CommentView:
    gone = comment.deleted_at is not None
    own = writes and not gone and comment.author_id == person.user_id
    here = reverse("followup:own_comment", args=[row.pk, comment.pk])
    remove = ActButton("Supprimer", here, "delete", "tertiary", confirm="Le texte de ce commentaire sera effacé.")
    return CommentView(
        author=person_words(comment.author),
        at=comment.at,
        text="" if gone else to_html(comment.text),
        deleted=gone,
        edited=f"modifié le {day_and_hour(comment.edited_at)}" if comment.edited_at and not gone else "",
        edit=here if own else "",
        buttons=(remove,) if own else (),
    )
