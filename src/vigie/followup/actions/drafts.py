"""What is typed in the editor of a summary, kept on the server meanwhile: its author alone is ever given it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from vigie.accounts.models_agents import Network
from vigie.followup.actions.members import refuse_completed
from vigie.followup.models import Followup, Summary, SummaryDraft
from vigie.followup.rules import LOCK_HOURS
from vigie.kernel.errors import TransitionRefused
from vigie.rights.person import Person
from vigie.rights.reach import require


@transaction.atomic
def keep_draft(followup: Followup, network: Network, text: str, *, version: int, by: Person, at: datetime) -> None:
    """Keeps what is typed, while the author holds the lock and nobody saved another text.

    Refused otherwise: what arrives after « Enregistrer » or « Annuler » would bring back a text that was let go.
    """
    require(by, "file.edit", followup)
    refuse_completed(followup)
    rows = Summary.objects.select_for_update(of=("self",)).filter(followup=followup, network=network)
    summary = rows.filter(locked_by_id=by.user_id, version=version).first()
    if summary is None:
        raise TransitionRefused("draft_refused", "Cette synthèse n’est plus ouverte par vous.")
    kept = {"text": text, "version": version, "at": at}
    SummaryDraft.objects.update_or_create(summary=summary, author_id=by.user_id, defaults=kept)


def forget_draft(summary: Summary, by: Person) -> None:
    """The author saved, or gave up."""
    SummaryDraft.objects.filter(summary=summary, author_id=by.user_id).delete()


def purge_drafts(*, at: datetime) -> int:
    """Erases the drafts that are no longer given back; says how many."""
    erased, _each = SummaryDraft.objects.filter(at__lte=at - timedelta(hours=LOCK_HOURS)).delete()
    return erased
