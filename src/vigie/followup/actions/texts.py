"""What is written in a file, walled by network. A network that the person is not of does not exist for him (404)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404

from vigie.accounts.models_agents import Network
from vigie.followup.actions.drafts import forget_draft
from vigie.followup.actions.members import locked, refuse_completed
from vigie.followup.actions.notices import tell_comment, tell_mentions, tell_summary
from vigie.followup.models import Comment, Followup, Summary, SummaryVersion
from vigie.followup.rules import lock_holds
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput, TransitionRefused
from vigie.rights.person import Person
from vigie.rights.reach import require


class SummaryLocked(TransitionRefused):
    """Somebody else edits the summary; ``who`` and ``since`` say it."""

    def __init__(self, summary: Summary) -> None:
        super().__init__("summary_locked", f"En cours d’édition par {summary.locked_by}.")
        self.summary = summary


class SummaryMoved(TransitionRefused):
    """The summary was saved by somebody since the form was opened; ``current`` is its text."""

    def __init__(self, summary: Summary) -> None:
        super().__init__(
            "summary_moved",
            f"{summary.updated_by} a enregistré cette synthèse pendant votre saisie\u00a0: rien n’est écrasé.",
        )
        self.current = summary.text
        self.summary = summary


def network_of(person: Person, code: str) -> Network:
    """An active network of the person; else 404, exactly as for a network that does not exist."""
    found = Network.objects.filter(code=code, code__in=sorted(person.networks), is_active=True).first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def lock_summary(followup: Followup, network: Network, *, by: Person, at: datetime) -> Summary:
    """Keeps the others out for two hours; SummaryLocked when somebody else does."""
    row = _writable(followup, by)
    summary = _locked_summary(row, network)
    _refuse_locked(summary, by, at)
    summary.locked_by_id, summary.locked_at = by.user_id, at
    summary.save(update_fields=["locked_by", "locked_at"])
    return summary


@transaction.atomic
def release_summary(followup: Followup, network: Network, *, by: Person) -> None:
    """« Annuler »: lets the others in; nothing when the lock is somebody else's."""
    require(by, "file.edit", followup)
    summary = Summary.objects.select_for_update().filter(followup=followup, network=network).first()
    if summary is None:
        return
    forget_draft(summary, by)
    if summary.locked_by_id == by.user_id:
        summary.locked_by, summary.locked_at = None, None
        summary.save(update_fields=["locked_by", "locked_at"])


@transaction.atomic
def save_summary(
    followup: Followup,
    network: Network,
    text: str,
    *,
    version: int,
    by: Person,
    at: datetime,
    restored_from: int | None = None,
) -> Summary:
    """Saves a summary and lets the others in. SummaryLocked or SummaryMoved when it would overwrite somebody."""
    row = _writable(followup, by)
    summary = _locked_summary(row, network)
    if summary.version != version:
        if summary.text == text:
            return summary  # the same form, sent twice
        raise SummaryMoved(summary)
    _refuse_locked(summary, by, at)
    changed = summary.text != text
    summary.locked_by, summary.locked_at = None, None
    if changed:
        summary.text, summary.version = text, summary.version + 1
        summary.updated_at, summary.updated_by_id = at, by.user_id
    summary.save()
    forget_draft(summary, by)
    if changed:
        SummaryVersion.objects.create(
            summary=summary, version=summary.version, text=text, author_id=by.user_id or 0, at=at,
            restored_from=restored_from,
        )  # fmt: skip
        _touch(row, at)
        record("file.summarised", row, by=by, at=at, payload={"network": network.code, "version": summary.version})
        tell_summary(row, by=by, at=at)
    return summary


@transaction.atomic
def restore_summary(
    followup: Followup, network: Network, number: int, *, version: int, by: Person, at: datetime
) -> Summary:  # fmt: skip
    """Takes back the text of a former version, as a new one; refused as a save is. 404: it never was."""
    former = SummaryVersion.objects.filter(summary__followup=followup, summary__network=network, version=number)
    found = former.first()
    if found is None:
        raise Http404
    return save_summary(followup, network, found.text, version=version, by=by, at=at, restored_from=number)


@transaction.atomic
def write_comment(
    followup: Followup, network: Network, text: str, *, form_token: str, by: Person, at: datetime
) -> Comment:  # fmt: skip
    """Adds a comment to the tab of a network; the same form sent twice is one comment."""
    row = _writable(followup, by)
    same = Comment.objects.filter(form_token=form_token, author_id=by.user_id).first()
    if same is not None:
        return same
    _refuse_empty(text)
    comment = Comment.objects.create(
        followup=row, network=network, author_id=by.user_id or 0, text=text, at=at, form_token=form_token
    )
    _touch(row, at)
    record("file.commented", row, by=by, at=at, payload={"network": network.code, "comment": comment.pk})
    tell_mentions(comment, by=by, at=at)
    tell_comment(row, by=by, at=at)
    return comment


@transaction.atomic
def edit_comment(comment: Comment, text: str, *, by: Person, at: datetime) -> Comment:
    """Its author corrects it, while the file runs."""
    row = _own(comment, by)
    _refuse_empty(text)
    if row.text != text:
        row.text, row.edited_at = text, at
        row.save(update_fields=["text", "edited_at"])
        record("file.commented", row.followup, by=by, at=at, payload={"comment": row.pk, "edited": True})
    return row


@transaction.atomic
def delete_comment(comment: Comment, *, by: Person, at: datetime) -> None:
    """Its author takes it back: the words are erased, « commentaire supprimé » stays."""
    row = _own(comment, by)
    row.text, row.deleted_at = "", at
    row.save(update_fields=["text", "deleted_at"])
    record("file.commented", row.followup, by=by, at=at, payload={"comment": row.pk, "deleted": True})


def _own(comment: Comment, by: Person) -> Comment:
    row = Comment.objects.select_for_update().get(pk=comment.pk)
    require(by, "comment.edit", row)
    _writable(row.followup, by)
    if row.deleted_at is not None:
        raise TransitionRefused("comment_deleted", "Ce commentaire est déjà supprimé.")
    return row


def _writable(followup: Followup, by: Person) -> Followup:
    row = locked(followup)
    require(by, "file.edit", row)
    refuse_completed(row)
    return row


def _locked_summary(followup: Followup, network: Network) -> Summary:
    Summary.objects.get_or_create(followup=followup, network=network)
    return (
        Summary.objects.select_for_update(of=("self",))
        .select_related("locked_by", "updated_by")
        .get(followup=followup, network=network)
    )


def _refuse_locked(summary: Summary, by: Person, at: datetime) -> None:
    if summary.locked_by_id not in (None, by.user_id) and lock_holds(summary.locked_at, at):
        raise SummaryLocked(summary)


def _refuse_empty(text: str) -> None:
    if not text.strip():
        raise InvalidInput("comment_empty", "Écrivez votre commentaire.", field="text")


def _touch(followup: Followup, at: datetime) -> None:
    followup.modified_at = at
    followup.save(update_fields=["modified_at"])
